//! `quarterdeck config path | show [--sources] | check`: what holds, who said so, and whether it is right.

use std::fmt::Write as _;
use std::path::Path;

use crate::config::diagnostic::Place;
use crate::config::kind::{Kind, Value};
use crate::config::load::{Inputs, Loaded, load};
use crate::config::path::KeyPath;
use crate::config::schema::{self, Key};
use crate::domain::settings::ColourDepth;
use crate::i18n::Texts;
use crate::theme::Themes;

/// What `quarterdeck config` was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Which files have a say, and whether they exist.
    Path,
    /// What holds, as TOML.
    Show { sources: bool },
    /// Whether all of it is right.
    Check,
}

/// What is printed, and what the process ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    pub exit: u8,
}

/// The exit code of a config that is wrong.
const WRONG: u8 = 2;

/// Answers without a terminal, a cluster or any config file.
pub fn answer(question: Question, inputs: &Inputs, colour: bool) -> Answer {
    let early = Texts::new(inputs.lang());
    if question == Question::Path {
        return Answer {
            out: paths(inputs, &early),
            err: String::new(),
            exit: 0,
        };
    }
    let loaded = match load(inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            return Answer {
                out: String::new(),
                err: errors.render(&early, colour),
                exit: WRONG,
            };
        }
    };
    let texts = Texts::new(loaded.settings.lang);
    match question {
        Question::Show { sources } => Answer {
            out: show(inputs, &loaded, &texts, sources),
            err: String::new(),
            exit: 0,
        },
        Question::Check | Question::Path => check(inputs, &loaded, &texts, colour),
    }
}

fn check(inputs: &Inputs, loaded: &Loaded, texts: &Texts, colour: bool) -> Answer {
    // A theme of the user's own lies beside their config; loading a config only asks for its name.
    let folder = inputs.user_file.as_deref().and_then(Path::parent);
    let themes = Themes::in_folder(folder.map(|folder| folder.join("themes")));
    if let Err(errors) = themes.load(&loaded.settings.theme, loaded.settings.colours) {
        return Answer {
            out: String::new(),
            err: errors.render(texts, colour),
            exit: WRONG,
        };
    }
    let mut err = String::new();
    for refusal in &loaded.refusals {
        let _ = writeln!(err, "{}", refusal.say().text(texts));
    }
    Answer {
        out: format!("{}\n", texts.t("config-check-ok")),
        err,
        exit: 0,
    }
}

fn paths(inputs: &Inputs, texts: &Texts) -> String {
    let mut out = String::new();
    let policy = (inputs.policy_file.as_path(), false);
    for (path, _) in inputs.files().into_iter().chain([policy]) {
        let state = if path.exists() {
            texts.t("config-path-found")
        } else {
            texts.t("config-path-absent")
        };
        let _ = writeln!(out, "{}  {state}", path.display());
    }
    out
}

fn show(inputs: &Inputs, loaded: &Loaded, texts: &Texts, sources: bool) -> String {
    let mut out = String::new();
    if sources {
        match &loaded.policy.file {
            Some(file) => {
                let file = file.display().to_string();
                let _ = writeln!(
                    out,
                    "# {}",
                    texts.with("config-show-policy", &[("file", file.into())])
                );
            }
            None => {
                let _ = writeln!(out, "# {}", texts.t("config-show-no-policy"));
            }
        }
        for (path, _) in inputs.files() {
            let state = if path.exists() {
                texts.t("config-path-found")
            } else {
                texts.t("config-path-absent")
            };
            let _ = writeln!(out, "# {}: {state}", path.display());
        }
        for refusal in &loaded.refusals {
            let _ = writeln!(out, "# {}", refusal.say().text(texts));
        }
        out.push('\n');
    }
    let mut table = KeyPath::default();
    for key in &schema::KEYS {
        for (path, row) in rows(key, loaded, texts, sources) {
            let parent = path.parent();
            if parent != table {
                let _ = writeln!(out, "\n[{parent}]");
                table = parent;
            }
            out.push_str(&row);
            out.push('\n');
        }
    }
    desks(&mut out, loaded, texts, sources);
    out
}

/// The desks that the configuration names, as they were written.
fn desks(out: &mut String, loaded: &Loaded, texts: &Texts, sources: bool) {
    let mut table = KeyPath::default();
    for (path, entry) in loaded.origins.entries() {
        if schema::of_desk(path).is_none() {
            continue;
        }
        let parent = path.parent();
        if parent != table {
            let _ = writeln!(out, "\n[{parent}]");
            table = parent;
        }
        let mut notes = Vec::new();
        let secret =
            matches!(schema::at(path), schema::Room::Leaf(key) if key.kind == Kind::Header);
        let value = if secret {
            notes.push(texts.t("config-show-hidden").to_owned());
            "\"…\"".to_owned()
        } else {
            entry.value.toml()
        };
        if sources {
            notes.extend(entry.place.as_ref().map(Place::to_string));
        }
        out.push_str(&line(&last_key(path), &value, &notes));
        out.push('\n');
    }
}

/// The lines of a key: one, or as many as a table of free names has.
fn rows(key: &Key, loaded: &Loaded, texts: &Texts, sources: bool) -> Vec<(KeyPath, String)> {
    let pattern: Vec<&str> = key.path.split('.').collect();
    let fits = |path: &KeyPath| {
        path.parts().len() == pattern.len()
            && pattern
                .iter()
                .zip(path.parts())
                .all(|(one, part)| *one == "*" || one == part)
    };
    let set = loaded
        .origins
        .entries()
        .iter()
        .filter(|(path, _)| fits(path));
    let mut rows: Vec<_> = set
        .map(|(path, entry)| {
            let mut notes: Vec<String> =
                auto(key, &entry.value, loaded, texts).into_iter().collect();
            if sources {
                notes.push(entry.place.as_ref().map_or_else(
                    || texts.t("config-show-default").to_owned(),
                    Place::to_string,
                ));
            }
            let value = if key.kind == Kind::Header {
                // A header may carry a secret, and this is what people paste into tickets.
                notes.insert(0, texts.t("config-show-hidden").to_owned());
                "\"…\"".to_owned()
            } else {
                entry.value.toml()
            };
            (path.clone(), line(&last_key(path), &value, &notes))
        })
        .collect();
    if rows.is_empty() && !pattern.contains(&"*") {
        let path = KeyPath::dotted(key.path);
        let row = format!("# {} = … # {}", path.last(), texts.t("config-show-not-set"));
        rows.push((path, row));
    }
    rows
}

/// The last part of a path, quoted where it has to be.
fn last_key(path: &KeyPath) -> String {
    std::iter::once(path.last().to_owned())
        .collect::<KeyPath>()
        .to_string()
}

fn line(key: &str, value: &str, notes: &[String]) -> String {
    if notes.is_empty() {
        format!("{key} = {value}")
    } else {
        format!("{key} = {value} # {}", notes.join(" · "))
    }
}

/// What `auto` came to.
fn auto(key: &Key, value: &Value, loaded: &Loaded, texts: &Texts) -> Option<String> {
    if *value != Value::Text("auto".to_owned()) {
        return None;
    }
    let came_to = match key.path {
        "locale" => loaded.settings.lang.code(),
        "colours" => match loaded.settings.colours {
            ColourDepth::None => "none",
            ColourDepth::Ansi16 => "16",
            ColourDepth::Indexed256 => "256",
            ColourDepth::TrueColour => "truecolor",
        },
        _ => return None,
    };
    Some(texts.with("config-show-auto", &[("value", came_to.into())]))
}
