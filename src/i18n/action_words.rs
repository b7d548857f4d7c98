//! What an action's refusals, facts, warnings and ends are called, for every room that speaks of them.

use crate::domain::{
    action::{
        access::Allowed,
        fact::Drift,
        plan::Count,
        preflight::{Owner, OwnerKind, Warning},
        record::{Entry, RunState, Why},
        step::Planned,
        value::Value,
        verdict::{Output, StepEnd, Stream, Verdict},
    },
    clean::clean,
};

mod fact;
mod refusal;

pub use fact::{drift, fact, fact_alone, fact_name};
pub use refusal::{fault, refusal};

use super::{Texts, saying};

/// The longest a value is shown here, in characters.
const LONGEST: usize = 120;

/// What is said of a program's output beside it: `cut out 123` as a person reads it.
pub fn note(texts: &Texts, note: &str) -> String {
    let parts: Vec<&str> = note.split_whitespace().collect();
    match parts[..] {
        ["cut", stream, count] => texts.with(
            if stream == "err" {
                "note-cut-err"
            } else {
                "note-cut-out"
            },
            &[("count", shown(count).into())],
        ),
        ["written", size, ref path @ ..] if !path.is_empty() => texts.with(
            "note-written",
            &[
                ("size", shown(size).into()),
                ("path", shown(&path.join(" ")).into()),
            ],
        ),
        ["removed", size, ref path @ ..] if !path.is_empty() => texts.with(
            "note-removed",
            &[
                ("size", shown(size).into()),
                ("path", shown(&path.join(" ")).into()),
            ],
        ),
        ["unfollowed", ref why @ ..] if !why.is_empty() => {
            texts.with("note-unfollowed", &[("why", shown(&why.join(" ")).into())])
        }
        _ => shown(note),
    }
}

/// What a step wrote, each line with where it is from: of several pods which one, of a log which file.
pub fn written(texts: &Texts, output: &Output) -> String {
    let of = output.of.as_deref().map(|of| format!("{}: ", shown(of)));
    if of.is_none() && output.stream != Stream::Note {
        return output.text.clone();
    }
    let of = of.unwrap_or_default();
    let lines = output.text.lines().map(|line| match output.stream {
        Stream::Note => format!("{of}{}\n", note(texts, line)),
        Stream::Out | Stream::Err => format!("{of}{line}\n"),
    });
    lines.collect()
}

/// A value for a person: what is absent is said, what is long is cut.
pub fn value(texts: &Texts, value: &Value) -> String {
    match value {
        Value::Absent => texts.t("value-absent").to_owned(),
        Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Value::List(items) if items.is_empty() => texts.t("value-empty").to_owned(),
        other => shown(&other.to_string()),
    }
}

/// A side of a change: that nothing is there is said, so that no arrow points at nothing.
pub fn side(texts: &Texts, side: Option<&str>) -> String {
    match side {
        None => texts.t("value-absent").to_owned(),
        Some(text) if text.trim().is_empty() => texts.t("value-empty").to_owned(),
        // Values are text from outside.
        Some(text) => clean(text).into_owned(),
    }
}

/// Something the person should know of a plan.
pub fn warning(texts: &Texts, warning: &Warning) -> String {
    match warning {
        Warning::Server { text } => texts.with("warning-server", &[("text", shown(text).into())]),
        Warning::OverBudget { budget, allowed } => texts.with(
            "warning-over-budget",
            &[
                ("budget", shown(budget).into()),
                ("allowed", (*allowed).into()),
            ],
        ),
        Warning::OverQuota { quota, resource } => texts.with(
            "warning-over-quota",
            &[
                ("quota", shown(quota).into()),
                ("resource", shown(resource).into()),
            ],
        ),
        Warning::NotSeen { what, why } => texts.with(
            "warning-not-seen",
            &[("what", shown(what).into()), ("why", shown(why).into())],
        ),
    }
}

/// Who else writes what would be changed.
pub fn owner(texts: &Texts, owner: &Owner) -> String {
    let kind = texts.t(match owner.by {
        OwnerKind::Hpa => "owner-hpa",
        OwnerKind::ArgoCd => "owner-argo-cd",
        OwnerKind::Flux => "owner-flux",
        OwnerKind::Helm => "owner-helm",
        OwnerKind::Manager => "owner-manager",
    });
    let args = [("kind", kind.into()), ("name", shown(&owner.name).into())];
    if owner.reverts {
        texts.with("owner-reverts", &args)
    } else {
        texts.with("owner-writes", &args)
    }
}

/// What the API server says to a permission.
pub fn allowed(texts: &Texts, allowed: &Allowed) -> String {
    match allowed {
        Allowed::Yes => texts.t("allowed-yes").to_owned(),
        Allowed::No(why) => texts.with("allowed-no", &[("why", reason(texts, why).into())]),
        Allowed::Unknown(why) => {
            texts.with("allowed-unknown", &[("why", reason(texts, why).into())])
        }
    }
}

/// How a run ended, in a word.
pub fn verdict(texts: &Texts, verdict: Verdict) -> &str {
    texts.t(match verdict {
        Verdict::Verified => "verdict-verified",
        Verdict::Done => "verdict-done",
        Verdict::NotHelped => "verdict-not-helped",
        Verdict::Unverified => "verdict-unverified",
        Verdict::Failed => "verdict-failed",
        Verdict::Unknown => "verdict-unknown",
        Verdict::Aborted => "verdict-aborted",
    })
}

/// Where a run stands, in a word.
pub fn state(texts: &Texts, state: &RunState) -> String {
    match state {
        RunState::Intended => texts.t("run-intended").to_owned(),
        RunState::Running { step } => texts.with("run-running", &[("step", (step + 1).into())]),
        RunState::Verifying => texts.t("run-verifying").to_owned(),
        RunState::Ended(outcome) => verdict(texts, outcome.verdict).to_owned(),
    }
}

/// Why a run did not end as hoped.
pub fn why(texts: &Texts, why: &Why) -> String {
    match why {
        Why::Step { step, why } => texts.with(
            "why-step",
            &[
                ("step", (step + 1).into()),
                ("why", reason(texts, why).into()),
            ],
        ),
        Why::Steps { steps } => {
            let steps: Vec<String> = steps.iter().map(|step| (step + 1).to_string()).collect();
            texts.with("why-steps", &[("steps", steps.join(", ").into())])
        }
        Why::Drift { drift: found } => {
            texts.with("why-drift", &[("drift", drift(texts, found).into())])
        }
        Why::Refused { refusal: found } => {
            texts.with("why-refused", &[("refusal", refusal(texts, found).into())])
        }
        Why::NotInTime { condition, last } => {
            let mut args = vec![("condition", saying::demand(texts, condition).into())];
            if last.is_empty() {
                return texts.with("why-not-in-time", &args);
            }
            args.push(("last", saying::readings(texts, last).into()));
            texts.with("why-not-in-time-last", &args)
        }
        Why::NotHelped { condition } => {
            let condition = saying::demand(texts, condition);
            texts.with("why-not-helped", &[("condition", condition.into())])
        }
        Why::Cancelled => texts.t("why-cancelled").to_owned(),
        Why::RunnerGone { sent, drift } => runner_gone(texts, *sent, drift.as_deref()),
        Why::LockLost { who } => texts.with("why-lock-lost", &[("who", shown(who).into())]),
    }
}

/// What a dead runner leaves: whether something was under way, and what was found afterwards.
fn runner_gone(texts: &Texts, sent: Option<usize>, found: Option<&Drift>) -> String {
    let mut text = texts.t("why-runner-gone").to_owned();
    text.push_str(&match sent {
        Some(step) => texts.with("why-runner-gone-sent", &[("step", (step + 1).into())]),
        None => texts.t("why-runner-gone-nothing-sent").to_owned(),
    });
    if let Some(found) = found {
        let drift = drift(texts, found);
        text.push_str(&texts.with("why-runner-gone-found", &[("drift", drift.into())]));
    }
    text
}

/// What a kind of step does, in a word or two; `kind` is [`crate::domain::action::step::StepKind::name`].
pub fn step(texts: &Texts, kind: &str) -> String {
    texts.t(&format!("step-{kind}")).to_owned()
}

/// A step with what it is about: `restart deployment/backend`.
pub fn step_line(texts: &Texts, planned: &Planned) -> String {
    let name = step(texts, planned.kind.name());
    match planned.kind.target() {
        Some(target) => format!("{name} {}", shown(&target.to_string())),
        None => name,
    }
}

/// How a step ended.
pub fn step_end(texts: &Texts, end: &StepEnd) -> String {
    match end {
        StepEnd::Done { said, .. } => {
            let mut text = texts.t("step-end-done").to_owned();
            for (place, part) in said.iter().enumerate() {
                text.push_str(texts.t(if place == 0 {
                    "action-colon"
                } else {
                    "action-join"
                }));
                if let Some(of) = &part.of {
                    text.push_str(&shown(of));
                    text.push(' ');
                }
                let name = texts.plain(&format!("said-{}", part.name));
                text.push_str(&name.map_or_else(|| shown(&part.name), str::to_owned));
                text.push(' ');
                text.push_str(&value(texts, &part.value));
            }
            text
        }
        StepEnd::Failed { why } => {
            texts.with("step-end-failed", &[("why", reason(texts, why).into())])
        }
        StepEnd::Unknown { why } => {
            texts.with("step-end-unknown", &[("why", reason(texts, why).into())])
        }
        StepEnd::Cancelled { done: None } => texts.t("step-end-cancelled").to_owned(),
        StepEnd::Cancelled { done: Some(done) } => {
            texts.with("step-end-cancelled-after", &[("done", shown(done).into())])
        }
    }
}

/// The number a T3 asks for, with what it counts: `12 pods`.
pub fn count(texts: &Texts, count: &Count) -> String {
    let args = [("number", count.number.into())];
    match count.of.as_str() {
        "pods" => texts.with("counted-pods", &args),
        "rows" => texts.with("counted-rows", &args),
        "files" => texts.with("counted-files", &args),
        "connections" => texts.with("counted-connections", &args),
        "bytes" => texts.with("counted-bytes", &args),
        "hours-lost" => texts.with("counted-hours-lost", &args),
        other => format!("{} {}", count.number, shown(other)),
    }
}

/// What kind of entry of the ledger it is, in a word.
pub fn entry(texts: &Texts, entry: &Entry) -> String {
    texts
        .t(match entry {
            Entry::Refused { .. } => "entry-refused",
            Entry::Intent(_) => "entry-intent",
            Entry::Taken { .. } => "entry-taken",
            Entry::StepStarted { .. } => "entry-step-started",
            Entry::Output(_) => "entry-output",
            Entry::StepEnded { .. } => "entry-step-ended",
            Entry::Verifying => "entry-verifying",
            Entry::CancelAsked => "entry-cancel-asked",
            Entry::Outcome(_) => "entry-outcome",
            Entry::Acknowledged { .. } => "entry-acknowledged",
            Entry::Evidence { .. } => "entry-evidence",
            Entry::Note { .. } => "entry-note",
            Entry::Approval { .. } => "entry-approval",
            Entry::Asked { .. } => "entry-asked",
            Entry::Challenge { .. } => "entry-challenge",
            Entry::ChallengeUsed { .. } => "entry-challenge-used",
            Entry::Log(_) => "entry-log",
            Entry::Newer { .. } => "entry-newer",
        })
        .to_owned()
}

fn reason(texts: &Texts, why: &str) -> String {
    if why.is_empty() {
        String::new()
    } else {
        format!("{}{}", texts.t("action-colon"), shown(why))
    }
}

fn span(seconds: u32) -> String {
    super::time::short(std::time::Duration::from_secs(u64::from(seconds)))
}

/// A text from outside: on one line, without controls, cut where it is long.
pub(super) fn shown(text: &str) -> String {
    let text = clean(text);
    if text.chars().nth(LONGEST).is_none() {
        return text.into_owned();
    }
    let mut cut: String = text.chars().take(LONGEST - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests;
