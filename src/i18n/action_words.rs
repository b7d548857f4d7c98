//! What an action's refusals, facts, warnings and ends are called, for every room that speaks of them.

use crate::domain::{
    action::{
        access::Allowed,
        fact::{Drift, Fact, FactName},
        fault::ValueFault,
        plan::Count,
        preflight::{Owner, OwnerKind, Warning},
        record::{Entry, RunState, Why},
        refusal::{Refusal, Unsigned},
        saying::{Span, Stated},
        step::Planned,
        value::Value,
        verdict::{StepEnd, Verdict},
    },
    clean::clean,
    text::Text,
};

use super::{Texts, saying};

/// The longest a value is shown here, in characters.
const LONGEST: usize = 120;

/// Why an action is not done.
pub fn refusal(texts: &Texts, refusal: &Refusal) -> String {
    match refusal {
        Refusal::ReadOnly => texts.t("refusal-read-only").to_owned(),
        Refusal::Declined => texts.t("refusal-declined").to_owned(),
        Refusal::TimedOut => texts.t("refusal-timed-out").to_owned(),
        Refusal::PackChanged => texts.t("refusal-pack-changed").to_owned(),
        Refusal::Guard {
            condition,
            because,
            read,
        } => {
            let mut read = saying::readings(texts, read);
            // Over time it does not hold, though by what was read last it would.
            if read.is_empty() && condition.over != Span::Now {
                texts.t("saying-not-yet").clone_into(&mut read);
            }
            guard(texts, "refusal-guard", condition, because.as_ref(), &read)
        }
        Refusal::GuardUnknown {
            condition,
            because,
            missing,
        } => {
            let missing: Vec<String> = (missing.iter())
                .map(|name| saying::name(texts, name))
                .collect();
            let missing = missing.join(texts.t("saying-list"));
            let key = "refusal-guard-unknown";
            guard(texts, key, condition, because.as_ref(), &missing)
        }
        Refusal::Drifted { drift: found } => {
            texts.with("refusal-drifted", &[("drift", drift(texts, found).into())])
        }
        Refusal::Needs { action, within } => texts.with(
            "refusal-needs",
            &[
                ("action", clean(action).into_owned().into()),
                ("within", span(*within).into()),
            ],
        ),
        Refusal::Forbidden {
            verb,
            resource,
            namespace,
            why,
        } => {
            let place = namespace.as_ref().map_or(String::new(), |namespace| {
                texts.with("refusal-in-namespace", &[("name", shown(namespace).into())])
            });
            texts.with(
                "refusal-forbidden",
                &[
                    ("verb", shown(verb).into()),
                    ("resource", shown(resource).into()),
                    ("place", place.into()),
                    ("why", reason(texts, why).into()),
                ],
            )
        }
        other => refused_with(texts, other),
    }
}

/// The refusals that are one text with what they carry.
fn refused_with(texts: &Texts, refusal: &Refusal) -> String {
    let say = |key: &str, args: &[(&str, &str)]| {
        let args: Vec<_> = args
            .iter()
            .map(|(name, value)| (*name, shown(value).into()))
            .collect();
        texts.with(key, &args)
    };
    match refusal {
        Refusal::Policy { rule } => say("refusal-policy", &[("rule", rule)]),
        Refusal::Unfilled { param } => say("refusal-unfilled", &[("param", param)]),
        Refusal::BadValue { param, value, why } => say(
            "refusal-bad-value",
            &[
                ("param", param),
                ("value", value),
                ("why", &fault(texts, why)),
            ],
        ),
        Refusal::NoTarget { kinds } => say("refusal-no-target", &[("kinds", &kinds.join(", "))]),
        Refusal::NotFound { target } => say("refusal-not-found", &[("target", target)]),
        Refusal::Busy { who, run, since } => {
            let run = run
                .as_ref()
                .map(|run| say("refusal-busy-run", &[("run", run)]));
            // Zones differ from bastion to bastion; this one says which it is.
            let since = since.map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
            let since = since.map(|at| say("refusal-busy-since", &[("at", &at)]));
            let args = [
                ("who", shown(who).into()),
                ("run", run.unwrap_or_default().into()),
                ("since", since.unwrap_or_default().into()),
            ];
            texts.with("refusal-busy", &args)
        }
        Refusal::Unsettled { run } => say("refusal-unsettled", &[("run", run)]),
        Refusal::Unreadable { what, why } => {
            say("refusal-unreadable", &[("what", what), ("why", why)])
        }
        Refusal::DryRun { why } => say("refusal-dry-run", &[("why", why)]),
        Refusal::Owned { by, name } => say("refusal-owned", &[("by", by), ("name", name)]),
        Refusal::NoLedger { why } => say("refusal-no-ledger", &[("why", &cause(texts, why))]),
        Refusal::NoLock { why } => say("refusal-no-lock", &[("why", why)]),
        Refusal::Persons { why } => say("refusal-persons", &[("why", why)]),
        Refusal::NotSigned { because } => unsigned(texts, because),
        Refusal::NotSimulated { what } => say("refusal-not-simulated", &[("what", what)]),
        Refusal::Identity { why } => say("refusal-identity", &[("why", &cause(texts, why))]),
        Refusal::Unattended { why } => say("refusal-unattended", &[("why", why)]),
        other => other.id().to_owned(),
    }
}

/// Why a signature does not count.
fn unsigned(texts: &Texts, because: &Unsigned) -> String {
    match because {
        Unsigned::Unreadable => texts.t("unsigned-unreadable").to_owned(),
        Unsigned::OtherPlan => texts.t("unsigned-other-plan").to_owned(),
        Unsigned::Expired => texts.t("unsigned-expired").to_owned(),
        Unsigned::Stranger { why } => {
            texts.with("unsigned-stranger", &[("why", shown(why).into())])
        }
        Unsigned::Same { who } => texts.with("unsigned-same", &[("who", shown(who).into())]),
    }
}

/// A cause by its id, or what a program said of it.
fn cause(texts: &Texts, why: &str) -> String {
    let known = texts.plain(&format!("cause-{why}"));
    known.map_or_else(|| shown(why), str::to_owned)
}

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
        _ => shown(note),
    }
}

/// Why a parameter can't have a value.
pub fn fault(texts: &Texts, fault: &ValueFault) -> String {
    let args: Vec<_> = fault
        .args()
        .into_iter()
        .map(|(name, value)| (name, shown(value).into()))
        .collect();
    texts.with(&format!("fault-{}", fault.id()), &args)
}

fn guard(
    texts: &Texts,
    key: &str,
    condition: &Stated,
    because: Option<&Text>,
    read: &str,
) -> String {
    let join = texts.t("action-join");
    let mut said = match because.map(|text| text.get(texts.lang())) {
        Some(text) if !text.is_empty() => shown(text),
        _ => saying::demand(texts, condition),
    };
    if !read.is_empty() {
        said.push_str(join);
        said.push_str(read);
    }
    texts.with(key, &[("why", said.into())])
}

fn reason(texts: &Texts, why: &str) -> String {
    if why.is_empty() {
        String::new()
    } else {
        format!("{}{}", texts.t("action-colon"), shown(why))
    }
}

/// What a fact is about: `uid`, `spec.replicas`.
pub fn fact_name(texts: &Texts, name: &FactName) -> String {
    match name {
        FactName::Uid => texts.t("fact-uid").to_owned(),
        FactName::Generation => texts.t("fact-generation").to_owned(),
        FactName::Field(path) => texts.with("fact-field", &[("path", field(path).into())]),
        FactName::Guard => texts.t("fact-guard").to_owned(),
        FactName::Pack => texts.t("fact-pack").to_owned(),
        FactName::Cluster => texts.t("fact-cluster").to_owned(),
        FactName::Principal => texts.t("fact-principal").to_owned(),
    }
}

/// `/spec/replicas` as a person writes it: `spec.replicas`.
fn field(path: &str) -> String {
    match path.strip_prefix('/') {
        Some(rest) => shown(
            &rest
                .split('/')
                .map(|part| part.replace("~1", "/").replace("~0", "~"))
                .collect::<Vec<_>>()
                .join("."),
        ),
        None => shown(path),
    }
}

/// A fact as it is: `deployment/backend: spec.replicas is 3 (hpa-controller)`.
pub fn fact(texts: &Texts, fact: &Fact) -> String {
    let by = fact.by.as_ref().map_or(String::new(), |by| {
        texts.with("fact-by", &[("by", shown(by).into())])
    });
    texts.with(
        "fact-is",
        &[
            ("of", shown(&fact.of.to_string()).into()),
            ("name", fact_name(texts, &fact.name).into()),
            ("value", fact_value(texts, &fact.name, &fact.value).into()),
            ("by", by.into()),
        ],
    )
}

/// A fact about what is in sight already: `spec.replicas is 3 (hpa-controller)`.
pub fn fact_alone(texts: &Texts, fact: &Fact) -> String {
    let by = fact.by.as_ref().map_or(String::new(), |by| {
        texts.with("fact-by", &[("by", shown(by).into())])
    });
    texts.with(
        "fact-alone",
        &[
            ("name", fact_name(texts, &fact.name).into()),
            ("value", fact_value(texts, &fact.name, &fact.value).into()),
            ("by", by.into()),
        ],
    )
}

/// Nobody compares a digest beyond its beginning.
const DIGEST: usize = 12;

fn fact_value(texts: &Texts, name: &FactName, of: &Value) -> String {
    match (name, of) {
        (FactName::Pack, Value::Text(digest)) if digest.len() > DIGEST && digest.is_ascii() => {
            format!("{}…", shown(&digest[..DIGEST]))
        }
        _ => value(texts, of),
    }
}

/// A fact that is not what it was.
pub fn drift(texts: &Texts, drift: &Drift) -> String {
    let of = shown(&drift.was.of.to_string());
    let name = fact_name(texts, &drift.was.name);
    let was = fact_value(texts, &drift.was.name, &drift.was.value);
    match &drift.now {
        None => texts.with(
            "fact-gone",
            &[
                ("of", of.into()),
                ("name", name.into()),
                ("was", was.into()),
            ],
        ),
        Some(now) => {
            let by = now.by.as_ref().map_or(String::new(), |by| {
                texts.with("fact-by", &[("by", shown(by).into())])
            });
            texts.with(
                "fact-drifted",
                &[
                    ("of", of.into()),
                    ("name", name.into()),
                    ("was", was.into()),
                    ("now", fact_value(texts, &now.name, &now.value).into()),
                    ("by", by.into()),
                ],
            )
        }
    }
}

/// A value for a person: what is absent is said, what is long is cut.
pub fn value(texts: &Texts, value: &Value) -> String {
    match value {
        Value::Absent => texts.t("value-absent").to_owned(),
        Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
        other => shown(&other.to_string()),
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
        })
        .to_owned()
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
