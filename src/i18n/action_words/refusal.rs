//! Why something is not done, and why a value can't be given.

use super::{drift, reason, shown, span};
use crate::{
    domain::{
        action::{
            fault::ValueFault,
            refusal::{Freeze, Refusal, Unsigned},
            saying::{Span, Stated},
        },
        clean::clean,
        text::Text,
    },
    i18n::{Texts, saying},
};

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
            let mut missing = missing.join(texts.t("saying-list"));
            if !missing.is_empty() {
                missing = texts.with("refusal-missing", &[("names", missing.into())]);
            }
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
        Refusal::Frozen(freeze) => frozen(texts, freeze),
        other => refused_with(texts, other),
    }
}

/// What a flow keeps from being done: since when and by whom, why, and whether it may be lifted.
fn frozen(texts: &Texts, freeze: &Freeze) -> String {
    let args = [
        ("flow", shown(freeze.flow.get(texts.lang())).into()),
        ("at", freeze.since.to_string().into()),
        ("who", shown(&freeze.by).into()),
    ];
    let mut said = texts.with("refusal-frozen", &args);
    if let Some(because) = &freeze.because {
        let because = shown(because.get(texts.lang()));
        said += &texts.with("refusal-frozen-because", &[("because", because.into())]);
    }
    if let Some(seconds) = freeze.lift {
        let time = span(u32::try_from(seconds).unwrap_or(u32::MAX));
        said += &texts.with("refusal-frozen-lift", &[("time", time.into())]);
    }
    said
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
        Refusal::OwnWay { action, title } => say(
            "refusal-own-way",
            &[
                ("title", title.get(texts.lang())),
                ("action", action.as_str()),
            ],
        ),
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
        Refusal::SharedAway { why } => say("refusal-shared-away", &[("why", why)]),
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
