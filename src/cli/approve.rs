//! `quarterdeck approve`: a second person agrees to a plan, by a signature of their own key.

use std::path::Path;

use crate::{
    config::{Loaded, load},
    domain::{
        action::{
            plan::Plan,
            record::{Entry, Intent},
        },
        clean::clean,
        id::PlanDigest,
    },
    i18n::{Texts, action_words},
    ledger::{Ledger, LedgerError, Reach},
    runtime::{
        acts::actor,
        approval::{Signers, sign, usual_key},
        ledger,
    },
};

use super::{
    Exit,
    args::{ApproveArgs, DeskArgs},
    clock, colour_on_stderr,
    journal::ledger_error,
    open, say,
};

/// How long the shared ledger may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// How far back a plan is looked for, in hours.
const BACK: i64 = 24;

/// Agrees to the plan that the arguments name.
pub(super) fn approve(desk: &DeskArgs, args: &ApproveArgs) -> Exit {
    let inputs = open::inputs(desk);
    let loaded = match load(&inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
            return Exit::Usage;
        }
    };
    let texts = Texts::new(loaded.settings.lang);
    match signed(&loaded, &texts, args) {
        Ok(text) => {
            say::out(&text);
            Exit::Fine
        }
        Err((exit, why)) => {
            say::err(&why);
            exit
        }
    }
}

type Failure = (Exit, String);

fn signed(loaded: &Loaded, texts: &Texts, args: &ApproveArgs) -> Result<String, Failure> {
    let broken = |error: LedgerError| (Exit::Failed, ledger_error(texts, &error));
    let file = loaded.policy.allowed_signers.as_deref();
    let file = file.ok_or_else(|| (Exit::Refused, texts.t("approve-no-signers").to_owned()))?;
    let signers = Signers::in_file(file, 0).map_err(|why| (Exit::Refused, why))?;
    let clock = clock();
    let now = clock.now().wall;
    let ledger = ledger::open(&loaded.settings, clock).map_err(broken)?;
    let reach = ledger.settle(PATIENCE);
    let found = find(&*ledger, &args.plan, now).map_err(broken)?;
    let digest = match (&found, is_digest(&args.plan)) {
        (Some((digest, _)), _) => digest.clone(),
        (None, true) => args.plan.as_str().into(),
        (None, false) => {
            let args = [("plan", args.plan.as_str().into())];
            return Err((Exit::Usage, texts.with("approve-no-plan", &args)));
        }
    };
    match &found {
        Some((_, plan)) => say::err(&summary(texts, plan)),
        None => say::err(texts.t("approve-unseen")),
    }
    let key = args.key.clone().or_else(usual_key);
    let key = key.ok_or_else(|| (Exit::Usage, texts.t("approve-no-key").to_owned()))?;
    let approval = sign(&digest, now, Path::new(&key)).map_err(|why| (Exit::Failed, why))?;
    let asks = found.as_ref().map_or("", |(_, plan)| &plan.principal);
    let signer = signers
        .check(&approval, asks)
        .map_err(|why| (Exit::Refused, why))?;
    if signer.names().any(|name| name == asks) {
        let args = [("name", asks.to_owned().into())];
        return Err((Exit::Refused, texts.with("approve-same", &args)));
    }
    let entry = Entry::Approval {
        plan: digest,
        principal: signer.principal.clone(),
        key: signer.key,
        signature: approval.to_string(),
    };
    ledger.append(&actor(None), None, &entry).map_err(broken)?;
    let shared = reach == Reach::Shared && ledger.settle(PATIENCE) == Reach::Shared;
    let args = [("name", signer.principal.into())];
    Ok(if shared {
        texts.with("approve-shared", &args) + "\n"
    } else {
        say::err(&texts.with("approve-paste", &args));
        approval.to_string()
    })
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// The plan of this digest or of this run, among what was written lately.
fn find(
    ledger: &dyn Ledger,
    named: &str,
    now: jiff::Timestamp,
) -> Result<Option<(PlanDigest, Plan)>, LedgerError> {
    let since = now.checked_sub(jiff::SignedDuration::from_hours(BACK)).ok();
    let lines = ledger.lines(None, since)?;
    Ok(lines.into_iter().rev().find_map(|line| {
        let run = line.run.as_ref().is_some_and(|run| run.as_str() == named);
        let plan = match line.entry {
            Entry::Challenge { plan, digest, .. } | Entry::Asked { plan, digest }
                if digest.as_str() == named =>
            {
                *plan
            }
            Entry::Intent(intent) if run || intent.digest.as_str() == named => {
                let Intent { plan, .. } = *intent;
                plan
            }
            _ => return None,
        };
        // What is signed is the plan that was shown, not what somebody wrote beside it.
        let digest = plan.digest();
        (run || digest.as_str() == named).then_some((digest, plan))
    }))
}

/// What one agrees to, as far as a few lines can say it.
fn summary(texts: &Texts, plan: &Plan) -> String {
    let mut lines = vec![format!(
        "{} {} {} · {}",
        plan.tier,
        clean(plan.title.get(texts.lang())),
        clean(&plan.target.seen_from(None)),
        clean(&plan.principal)
    )];
    for (name, value) in &plan.params {
        let value = action_words::value(texts, value);
        lines.push(format!("  {} = {value}", clean(name)));
    }
    for (number, step) in plan.steps.iter().enumerate() {
        lines.push(format!(
            "  {} {}",
            number + 1,
            action_words::step_line(texts, step)
        ));
    }
    lines.join("\n")
}
