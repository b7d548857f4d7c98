//! One run: what was meant, what it rested on, what was done, what came of it.

use std::fmt::Write as _;

use serde_json::json;

use crate::{
    cli::headless::table::Tint,
    domain::{
        action::{
            record::{Run, RunState, StepLine},
            step::Planned,
            value::Values,
            verdict::Stream,
        },
        clean::{clean, clean_lines},
        id::RunId,
        time::since,
    },
    i18n::{
        action_words,
        step_words::{self, PRINTED},
        time,
        width::cells,
    },
    ledger::{Ledger as _, name_of},
};

use super::{Desk, Exit, list, say};

/// The cells of the words at the front.
const LABEL: usize = 12;

impl Desk {
    pub(super) fn show(&self, id: &str, json: bool) -> Exit {
        let ledger = match self.reading() {
            Ok(ledger) => ledger,
            Err(exit) => return exit,
        };
        let found = ledger.map_or(Ok(None), |ledger| ledger.file().run(&RunId::from(id)));
        let run = match found {
            Ok(Some(run)) => run,
            Ok(None) => {
                say::err(&self.texts.with("journal-no-run", &[("run", id.into())]));
                return Exit::Usage;
            }
            Err(error) => return self.failed(&error),
        };
        if json {
            let document = json!({"as_of": self.now().to_string(), "run": run});
            say::out(&(document.to_string() + "\n"));
        } else {
            say::out(&self.page(&run));
        }
        Exit::Fine
    }

    fn page(&self, run: &Run) -> String {
        let mut out = String::new();
        self.head(run, &mut out);
        let preflight = &run.intent.preflight;
        if !preflight.changes.is_empty() {
            self.section(&mut out, "journal-changes");
            for change in &preflight.changes {
                let side = |side: &Option<String>| action_words::side(&self.texts, side.as_deref());
                let _ = writeln!(
                    out,
                    "  {} {}: {} → {}",
                    clean(&change.of.to_string()),
                    clean(&change.field),
                    side(&change.from),
                    side(&change.to)
                );
            }
        }
        if !run.intent.plan.facts.is_empty() {
            self.section(&mut out, "journal-facts");
            for fact in &run.intent.plan.facts {
                let _ = writeln!(out, "  {}", action_words::fact(&self.texts, fact));
            }
        }
        self.section(&mut out, "journal-steps");
        let planned = &run.intent.plan.steps;
        for (number, step) in run.steps.iter().enumerate() {
            self.step(number, planned.get(number), step, &mut out);
        }
        self.snapshot("journal-at-confirm", &run.intent.snapshot, &mut out);
        if let RunState::Ended(outcome) = &run.state {
            self.snapshot("journal-at-verdict", &outcome.snapshot, &mut out);
        }
        out
    }

    fn head(&self, run: &Run, out: &mut String) {
        let plan = &run.intent.plan;
        let light = list::light(&run.state);
        let mut row = |key: &str, text: String| {
            let name = self.texts.t(key);
            let pad = " ".repeat(LABEL.saturating_sub(cells(name)));
            let name = self.face.paint(Tint::Dim, name);
            let _ = writeln!(out, "{name}{pad} {text}");
        };
        row("journal-run", run.id.to_string());
        row(
            "journal-action",
            format!(
                "{} {} {}",
                plan.tier,
                plan.action,
                clean(plan.title.get(self.texts.lang()))
            ),
        );
        row(
            "journal-target",
            clean(&plan.target.seen_from(None)).into_owned(),
        );
        for (name, value) in &plan.params {
            row(
                "journal-param",
                format!(
                    "{} = {}",
                    clean(name),
                    action_words::value(&self.texts, value)
                ),
            );
        }
        row(
            "journal-actor",
            format!("{} @ {}", name_of(&run.actor), run.actor.host),
        );
        row(
            "journal-desk",
            format!("{} · {}", plan.desk.context, plan.desk.namespaces.join(",")),
        );
        row(
            "journal-pack",
            format!("{} {}", plan.pack.id, plan.pack.digest),
        );
        row("journal-plan", run.intent.digest.to_string());
        row("journal-asked", self.moment(run.asked_at));
        let state = action_words::state(&self.texts, &run.state);
        row("journal-state", self.face.paint(Tint::Of(light), &state));
        if let Some(end) = run.ended_at {
            let took = time::short(since(run.asked_at, end));
            row("journal-ended", format!("{} ({took})", self.moment(end)));
        }
        if let RunState::Ended(outcome) = &run.state
            && let Some(why) = &outcome.why
        {
            row("journal-why", action_words::why(&self.texts, why));
        }
        if let Some(of) = &run.intent.undo_of {
            row("journal-undo-of", of.to_string());
        }
        if run.cancel_asked {
            row("journal-cancel", self.texts.t("journal-yes").to_owned());
        }
        if run.acknowledged {
            row("journal-seen", self.texts.t("journal-yes").to_owned());
        }
    }

    fn moment(&self, at: jiff::Timestamp) -> String {
        let zone = self.face.zone.clone();
        at.to_zoned(zone)
            .strftime("%Y-%m-%d %H:%M:%S %:z")
            .to_string()
    }

    fn section(&self, out: &mut String, key: &str) {
        let _ = writeln!(out, "\n{}", self.face.paint(Tint::Dim, self.texts.t(key)));
    }

    fn step(&self, number: usize, planned: Option<&Planned>, step: &StepLine, out: &mut String) {
        let what = planned.map_or_else(String::new, |planned| {
            step_words::whole(&self.texts, PRINTED, planned)
        });
        let end = match (&step.end, step.started_at) {
            (Some(end), _) => action_words::step_end(&self.texts, end),
            (None, Some(_)) => self.texts.t("journal-step-begun").to_owned(),
            (None, None) => self.texts.t("journal-step-not-begun").to_owned(),
        };
        let _ = writeln!(out, "  {} {what}: {end}", number + 1);
        if let Some(evidence) = &step.evidence {
            let _ = writeln!(out, "      {}", clean(evidence));
        }
        for output in &step.output {
            let mark = match output.stream {
                Stream::Out => ' ',
                Stream::Err => '!',
                Stream::Note => '~',
            };
            let of = output
                .of
                .as_deref()
                .map(|of| format!("{} ", clean(of)))
                .unwrap_or_default();
            for line in clean_lines(&output.text).lines() {
                let line = match output.stream {
                    Stream::Note => action_words::note(&self.texts, line),
                    Stream::Out | Stream::Err => line.to_owned(),
                };
                let _ = writeln!(out, "    {mark} {of}{line}");
            }
        }
    }

    fn snapshot(&self, key: &str, values: &Values, out: &mut String) {
        if values.is_empty() {
            return;
        }
        self.section(out, key);
        for (name, value) in values {
            let value = action_words::value(&self.texts, value);
            let _ = writeln!(out, "  {} = {value}", clean(name));
        }
    }
}
