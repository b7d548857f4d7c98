//! What is said of a plan and of what came of it.

use std::fmt::Write as _;

use serde_json::json;

use crate::{
    app::running::is_unsettled,
    domain::{
        action::{
            plan::{Plan, Undo},
            preflight::Preflight,
            record::{Run, RunState},
            target::LockKey,
        },
        settings::Glyphs,
    },
    i18n::{
        Texts, action_words, saying,
        step_words::{self, PRINTED},
        width::pad_right,
    },
};

use super::{Errand, challenge::Challenge, say, written};

/// Says what would be done.
pub(super) fn plan(
    errand: &Errand<'_>,
    plan: &Plan,
    preflight: &Preflight,
    challenge: Option<&Challenge>,
) {
    if errand.args.json {
        let document = json!({
            "digest": plan.digest().to_string(),
            "plan": plan,
            "preflight": preflight,
            "challenge": challenge.map(|it| &it.token),
            "until": challenge.map(|it| it.until.to_string()),
        });
        say::out(&(document.to_string() + "\n"));
    } else {
        say::out(&page(&errand.texts, plan, preflight));
    }
    match challenge {
        Some(challenge) if !errand.args.json => {
            let until = challenge.until.to_string();
            let text = errand
                .texts
                .with("run-challenge", &[("until", until.into())]);
            say::err(&text);
            say::out(&format!("{}\n", challenge.token));
        }
        Some(_) => {}
        None if plan.persons > 1 => {
            let args = [
                ("persons", plan.persons.into()),
                ("digest", plan.digest().to_string().into()),
            ];
            say::err(&errand.texts.with("run-two-persons", &args));
        }
        None => {
            let tier = plan.tier.to_string();
            say::err(
                &errand
                    .texts
                    .with("run-attended-only", &[("tier", tier.into())]),
            );
        }
    }
}

/// Cells of what stands before each line of a plan.
const LABEL: usize = 10;

fn page(texts: &Texts, plan: &Plan, preflight: &Preflight) -> String {
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "{} {text}",
            pad_right(texts.t(label), LABEL, Glyphs::Unicode)
        );
    };
    let title = plan.title.get(texts.lang());
    line(
        "run-plan-action",
        &format!("{}  {}  {title}", plan.action, plan.tier),
    );
    let mut place = vec![plan.desk.context.as_str()];
    place.extend(plan.target.namespace());
    line(
        "run-plan-target",
        &format!("{}  ({})", plan.target, place.join(" / ")),
    );
    if !plan.params.is_empty() {
        line("run-plan-params", &written(&plan.params).join(" "));
    }
    for step in &plan.steps {
        line("run-plan-step", &step_words::whole(texts, PRINTED, step));
    }
    for change in &preflight.changes {
        let side = |side: &Option<String>| action_words::side(texts, side.as_deref());
        let change = format!(
            "{} {} → {}",
            change.field,
            side(&change.from),
            side(&change.to)
        );
        line("run-plan-change", &change);
    }
    for owner in &preflight.owners {
        line("run-plan-warning", &action_words::owner(texts, owner));
    }
    for warning in &preflight.warnings {
        line("run-plan-warning", &action_words::warning(texts, warning));
    }
    if let Some(guard) = &plan.guard {
        let read = saying::readings(texts, &guard.read);
        line("run-plan-guard", &read);
    }
    if let Some(verify) = &plan.verify {
        let text = format!(
            "{} ({} s / {} s)",
            saying::demand(texts, &verify.condition),
            verify.hold,
            verify.within
        );
        line("run-plan-verify", &text);
    }
    if let Some(helped) = &plan.helped {
        line("run-plan-helped", &saying::demand(texts, helped));
    }
    match &plan.undo {
        Undo::None => line("run-plan-undo", texts.t("run-plan-no-undo")),
        Undo::FromBefore(steps) | Undo::Stated { steps, .. } => {
            for step in steps {
                line("run-plan-undo", &step_words::whole(texts, PRINTED, step));
            }
        }
    }
    line("run-plan-lock", &lock(&plan.target.lock()));
    out
}

fn lock(key: &LockKey) -> String {
    match key {
        LockKey::Lease { namespace, name } => match namespace {
            Some(namespace) => format!("Lease {namespace}/{name}"),
            None => format!("Lease {name}"),
        },
        LockKey::Host { name } | LockKey::Shared { name } => name.clone(),
    }
}

/// Of an end that nobody knows: that somebody saw it, or how that is said.
pub(in crate::cli) fn settled(texts: &Texts, run: &Run) -> Option<String> {
    if run.acknowledged {
        return Some(texts.t("run-acknowledged").to_owned());
    }
    let args = [("run", run.id.to_string().into())];
    is_unsettled(run).then(|| texts.with("run-unsettled-command", &args))
}

/// Says what came of a run.
pub(in crate::cli) fn ended(texts: &Texts, run: &Run, as_json: bool) {
    if as_json {
        say::out(&(json!({ "run": run }).to_string() + "\n"));
        return;
    }
    let mut out = format!("{}  {}\n", run.id, action_words::state(texts, &run.state));
    for (place, line) in run.steps.iter().enumerate() {
        let Some(step) = run.intent.plan.steps.get(place) else {
            continue;
        };
        let end = match &line.end {
            Some(end) => action_words::step_end(texts, end),
            None if line.started_at.is_some() => texts.t("run-step-open").to_owned(),
            None => texts.t("run-step-not-done").to_owned(),
        };
        let _ = writeln!(out, "  {}  {end}", step_words::whole(texts, PRINTED, step));
    }
    if let RunState::Ended(outcome) = &run.state
        && let Some(why) = &outcome.why
    {
        let _ = writeln!(out, "  {}", action_words::why(texts, why));
    }
    if let Some(seen) = settled(texts, run) {
        let _ = writeln!(out, "  {seen}");
    }
    say::out(&out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            action::{record::Entry, verdict::Verdict},
            id::RunId,
            text::Lang,
        },
        ledger::{
            Ledger as _, SqliteLedger,
            testkit::{Hand, actor, intent, outcome},
        },
    };

    #[test]
    fn an_end_nobody_knows_names_what_acknowledges_it_until_somebody_did() {
        let folder = tempfile::tempdir().expect("a folder");
        let hand = Hand::at("2026-11-21T14:00:00Z");
        let ledger = SqliteLedger::open_for_writing(&folder.path().join("ledger.db"), hand)
            .expect("a ledger");
        let id = RunId::from("0198-a");
        let is = |entry: &Entry| {
            ledger
                .append(&actor("li"), Some(&id), entry)
                .expect("it is kept");
            let run = ledger.run(&id).expect("it is read").expect("it is there");
            Lang::ALL.map(|lang| settled(&Texts::new(lang), &run))
        };
        assert_eq!(is(&intent("web", 1)), [None, None]);
        for said in is(&outcome(Verdict::Unknown)) {
            let said = said.expect("somebody must look");
            assert!(said.contains("runs --acknowledge 0198-a"), "{said}");
        }
        for said in is(&Entry::Acknowledged { note: None }) {
            let said = said.expect("somebody looked");
            assert!(!said.contains("0198-a"), "{said}");
        }
    }
}
