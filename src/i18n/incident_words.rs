//! What happened in an incident, in words.

use crate::domain::{
    action::saying::Saying,
    logbook::incident::{Phase, Recovery},
};

use super::{Texts, saying};

/// How far an incident has come.
pub fn phase(texts: &Texts, phase: Phase) -> &str {
    texts.t(match phase {
        Phase::Investigating => "phase-investigating",
        Phase::Identified => "phase-identified",
        Phase::Fixing => "phase-fixing",
        Phase::Recovering => "phase-recovering",
        Phase::Watching => "phase-watching",
    })
}

/// What is known of its recovery.
pub fn recovery(texts: &Texts, recovery: Recovery) -> &str {
    texts.t(match recovery {
        Recovery::Held => "recovery-held",
        Recovery::NotHeld => "recovery-not-held",
        Recovery::Unknown => "recovery-unknown",
        Recovery::NotStated => "recovery-not-stated",
    })
}

/// A line of the time line: what kind of thing it was, what it was, and how it stood then.
pub fn happened(texts: &Texts, kind: &str, text: &str, state: &str) -> String {
    let built = |lead: &str| {
        let key = format!("{lead}{state}");
        if texts.has(&key) {
            texts.t(&key).to_owned()
        } else {
            state.to_owned()
        }
    };
    let state = match kind {
        "phase" => built("phase-"),
        "closed" => built("recovery-"),
        "run" | "run-ended" => built("verdict-"),
        "light" | "hook" | "gate" => built("light-"),
        "step" => built("settled-"),
        _ => state.to_owned(),
    };
    let key = format!("happened-{kind}");
    let line = texts.with(&key, &[("text", text.into()), ("state", state.into())]);
    // What nobody said leaves no colon behind.
    line.trim_end()
        .trim_end_matches([':', '：', ','])
        .to_owned()
}

/// What a condition reads now.
pub fn reading(texts: &Texts, says: &Saying) -> String {
    saying::readings(texts, std::slice::from_ref(says))
}
