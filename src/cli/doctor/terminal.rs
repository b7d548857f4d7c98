//! What the terminal can do: its name, colours, characters, the clipboard through tmux, its size.

use std::{io::IsTerminal, time::Duration};

use crate::{
    domain::settings::{ColourDepth, Glyphs},
    i18n::Texts,
};

use super::check::{Check, Group, Outcome};

/// The least a cockpit can be drawn on.
const LEAST: (u16, u16) = (60, 16);

/// The variables that say what the terminal is.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub term: String,
    /// Of `LC_ALL`, `LC_CTYPE` and `LANG` the one that counts.
    pub locale: String,
    pub tmux: bool,
    pub screen: bool,
}

impl Said {
    pub fn of(variables: &[(String, String)]) -> Self {
        let get = |name: &str| {
            let found = variables.iter().find(|(one, _)| one == name);
            found
                .map(|(_, text)| text.as_str())
                .filter(|text| !text.is_empty())
        };
        let locale = get("LC_ALL")
            .or_else(|| get("LC_CTYPE"))
            .or_else(|| get("LANG"));
        Self {
            term: get("TERM").unwrap_or_default().to_owned(),
            locale: locale.unwrap_or_default().to_owned(),
            tmux: get("TMUX").is_some(),
            screen: get("STY").is_some(),
        }
    }
}

fn check(id: &str, subject: &str, result: Outcome, detail: String) -> Check {
    Check::new(Group::Terminal, id, subject, result, detail)
}

/// What the environment alone tells.
pub(super) fn checks(
    texts: &Texts,
    said: &Said,
    colours: ColourDepth,
    glyphs: Glyphs,
    size: Option<(u16, u16)>,
) -> Vec<Check> {
    vec![
        name(texts, said),
        depth(texts, colours),
        characters(texts, said, glyphs),
        size_of(texts, size),
    ]
}

fn name(texts: &Texts, said: &Said) -> Check {
    let term = said.term.as_str();
    if matches!(term, "" | "dumb") {
        let detail = texts.with("doctor-term-bad", &[("term", term.into())]);
        return check("term", "TERM", Outcome::Failed, detail).mend("export TERM=xterm-256color");
    }
    check("term", "TERM", Outcome::Ok, term.to_owned())
}

fn depth(texts: &Texts, colours: ColourDepth) -> Check {
    let (result, detail) = match colours {
        ColourDepth::None => (Outcome::Skipped, texts.t("doctor-colours-none").to_owned()),
        ColourDepth::Ansi16 => (Outcome::Ok, "16".to_owned()),
        ColourDepth::Indexed256 => (Outcome::Ok, "256".to_owned()),
        ColourDepth::TrueColour => (Outcome::Ok, "truecolor".to_owned()),
    };
    check("colours", texts.t("doctor-colours"), result, detail)
}

fn characters(texts: &Texts, said: &Said, glyphs: Glyphs) -> Check {
    let subject = texts.t("doctor-characters");
    let charset = said.locale.to_ascii_lowercase();
    if charset.contains("utf-8") || charset.contains("utf8") {
        return check("characters", subject, Outcome::Ok, said.locale.clone());
    }
    if glyphs == Glyphs::Ascii {
        let detail = texts.t("doctor-characters-ascii").to_owned();
        return check("characters", subject, Outcome::Ok, detail);
    }
    let args = [("locale", said.locale.as_str().into())];
    let detail = texts.with("doctor-characters-bad", &args);
    check("characters", subject, Outcome::Warn, detail)
        .mend("export LC_ALL=C.UTF-8")
        .mend("quarterdeck --glyphs ascii")
}

fn size_of(texts: &Texts, size: Option<(u16, u16)>) -> Check {
    let subject = texts.t("doctor-size");
    let Some((columns, rows)) = size else {
        let detail = texts.t("doctor-no-terminal").to_owned();
        return check("size", subject, Outcome::Skipped, detail);
    };
    let detail = format!("{columns}×{rows}");
    if columns >= LEAST.0 && rows >= LEAST.1 {
        return check("size", subject, Outcome::Ok, detail);
    }
    let args = [("columns", LEAST.0.into()), ("rows", LEAST.1.into())];
    let least = texts.with("too-small", &args);
    check(
        "size",
        subject,
        Outcome::Failed,
        format!("{detail}: {least}"),
    )
}

/// The size of the terminal, where there is one.
pub(super) fn size() -> Option<(u16, u16)> {
    (std::io::stdout().is_terminal() || std::io::stderr().is_terminal())
        .then(|| crossterm::terminal::size().ok())
        .flatten()
}

/// Whether a copy reaches the clipboard of the terminal: through tmux, tmux has to let it.
pub(super) async fn clipboard(texts: &Texts, said: &Said, limit: Duration) -> Check {
    let subject = texts.t("doctor-clipboard");
    let plain = |result, key: &str| check("clipboard", subject, result, texts.t(key).to_owned());
    if !said.tmux {
        // A terminal gives no word of whether it takes the sequence.
        let key = if said.screen {
            "doctor-clipboard-screen"
        } else {
            "doctor-clipboard-untold"
        };
        return plain(Outcome::Skipped, key);
    }
    let (set, pass) = tokio::join!(
        option("set-clipboard", limit),
        option("allow-passthrough", limit)
    );
    match (set.as_deref(), pass.as_deref()) {
        (None, None) => plain(Outcome::Unknown, "doctor-clipboard-tmux-mute"),
        (Some("on"), _) | (_, Some("on" | "all")) => plain(Outcome::Ok, "doctor-clipboard-tmux"),
        _ => plain(Outcome::Warn, "doctor-clipboard-tmux-off").mend("tmux set -g set-clipboard on"),
    }
}

/// What tmux says of one of its options.
async fn option(name: &str, limit: Duration) -> Option<String> {
    let mut command = tokio::process::Command::new("tmux");
    command
        .args(["show-options", "-gv", name])
        .kill_on_drop(true);
    let output = tokio::time::timeout(limit, command.output())
        .await
        .ok()?
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Lang;

    fn results(
        variables: &[(&str, &str)],
        glyphs: Glyphs,
        size: Option<(u16, u16)>,
    ) -> Vec<Outcome> {
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        let texts = Texts::new(Lang::En);
        let all = checks(
            &texts,
            &Said::of(&variables),
            ColourDepth::Indexed256,
            glyphs,
            size,
        );
        all.iter().map(|check| check.result).collect()
    }

    #[test]
    fn a_terminal_is_judged_by_what_it_says() {
        use Outcome::{Failed, Ok, Skipped, Warn};
        let good = [("TERM", "xterm-256color"), ("LANG", "zh_CN.UTF-8")];
        assert_eq!(results(&good, Glyphs::Unicode, Some((80, 24))), [Ok; 4]);
        let poor = [("TERM", "dumb"), ("LANG", "C.UTF-8"), ("LC_ALL", "C")];
        assert_eq!(
            results(&poor, Glyphs::Unicode, Some((59, 24))),
            [Failed, Ok, Warn, Failed]
        );
        assert_eq!(results(&poor, Glyphs::Ascii, None)[2..], [Ok, Skipped]);
    }
}
