//! How a drill went, in words.

use crate::domain::logbook::drill::{DrillClock, DrillDeed, DrillRecord, DrillRefused, Met, Timed};

use super::{Texts, action_words};

/// How a line of the score is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Heading,
    Good,
    Bad,
    Plain,
}

/// The span of a clock of the played world, in minutes as its limits are stated: `4m 10s`, `120m`.
pub fn span(texts: &Texts, seconds: u64) -> String {
    let (minutes, rest) = (seconds / 60, seconds % 60);
    let key = match (minutes, rest) {
        (0, _) => return texts.with("drill-seconds", &[("seconds", rest.into())]),
        (_, 0) => "drill-whole-minutes",
        _ => "drill-minutes",
    };
    let args = [
        ("minutes", minutes.to_string().into()),
        ("seconds", format!("{rest:02}").into()),
    ];
    texts.with(key, &args)
}

/// What came of a clock; while the drill goes on, nothing has never come.
pub fn clock(texts: &Texts, timed: Timed, on: bool) -> String {
    let took = timed.took.map(|took| span(texts, took));
    let limit = timed.limit.map(|limit| span(texts, limit));
    match (took, limit) {
        (Some(took), Some(limit)) => {
            let late = timed.met() == Met::Late;
            let key = if late { "drill-late" } else { "drill-in-time" };
            texts.with(key, &[("took", took.into()), ("limit", limit.into())])
        }
        (Some(took), None) => took,
        (None, limit) => {
            let never = texts.t(if on { "drill-not-yet" } else { "drill-never" });
            limit.map_or_else(
                || never.to_owned(),
                |limit| {
                    let args = [("never", never.into()), ("limit", limit.into())];
                    texts.with("drill-within", &args)
                },
            )
        }
    }
}

/// The line of a clock: what it counts, and what came of it.
pub fn clock_line(texts: &Texts, of: DrillClock, timed: Timed, on: bool) -> String {
    let key = match of {
        DrillClock::Acknowledged => "drill-acknowledged",
        DrillClock::Acted => "drill-acted",
        DrillClock::Recovered => "drill-recovered",
    };
    texts.with(key, &[("clock", clock(texts, timed, on).into())])
}

/// An action that was begun: when, what, on what, how it ended.
pub fn deed(texts: &Texts, it: &DrillDeed) -> String {
    let key = match it.state.as_str() {
        "recorded" => "run-intended",
        "running" => "drill-run-goes-on",
        "verifying" => "run-verifying",
        verdict => &format!("verdict-{verdict}"),
    };
    let state = texts.t(key);
    texts.with(
        "drill-deed",
        &[
            ("after", span(texts, it.after).into()),
            ("action", it.action.name().into()),
            ("target", it.target.as_str().into()),
            ("state", state.into()),
        ],
    )
}

/// An action that was refused, and why.
pub fn refused(texts: &Texts, it: &DrillRefused) -> String {
    texts.with(
        "drill-deed",
        &[
            ("after", span(texts, it.after).into()),
            ("action", it.action.name().into()),
            ("target", it.target.as_str().into()),
            ("state", action_words::refusal(texts, &it.why).into()),
        ],
    )
}

/// The score, line by line; `on`: the drill still goes on.
pub fn score(texts: &Texts, record: &DrillRecord, on: bool) -> Vec<(Tone, String)> {
    let score = &record.score;
    let mut lines = vec![(Tone::Heading, texts.t("drill-clocks").to_owned())];
    for (of, timed) in record.clocks() {
        let tone = match (timed.met(), on) {
            (Met::InTime, _) => Tone::Good,
            (Met::Never, true) => Tone::Plain,
            (Met::Late | Met::Never, _) => Tone::Bad,
        };
        lines.push((tone, clock_line(texts, of, timed, on)));
    }
    let shown = record.shown();
    let shown = if shown.is_empty() {
        texts.t("drill-nothing-fired").to_owned()
    } else {
        texts.with("drill-fired", &[("names", shown.join(", ").into())])
    };
    lines.push((Tone::Plain, shown));
    let mut list = |key: &str, tone: Tone, all: Vec<String>| {
        if all.is_empty() {
            return;
        }
        lines.push((Tone::Heading, texts.t(key).to_owned()));
        lines.extend(all.into_iter().map(|line| (tone, line)));
    };
    let deeds = |all: &[DrillDeed]| all.iter().map(|it| deed(texts, it)).collect();
    list("drill-right", Tone::Good, deeds(&score.right));
    list("drill-wrong", Tone::Bad, deeds(&score.wrong));
    let all = score.refused.iter().map(|it| refused(texts, it)).collect();
    list("drill-refused", Tone::Plain, all);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn clocks_say_whether_they_were_met() {
        let texts = Texts::new(Lang::En);
        let clock = |took, limit, on| clock(&texts, Timed { took, limit }, on);
        assert_eq!(clock(Some(250), Some(300), false), "4m 10s of 5m");
        assert_eq!(
            clock(Some(7_260), Some(7_200), false),
            "121m, late: 120m is the limit"
        );
        assert_eq!(clock(None, Some(300), true), "not yet, within 5m");
        assert_eq!(clock(None, None, false), "never");
        assert_eq!(clock(Some(9), None, false), "9s");
    }
}
