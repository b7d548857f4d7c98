//! `quarterdeck runs`: what goes on, what came of it, and what a person may say to it.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::{
    config::{Loaded, load},
    domain::{
        action::record::{Entry, Run},
        id::RunId,
    },
    i18n::{Texts, action_words},
    ledger::{Ledger, LedgerError},
    runtime::acts::{actor, reconcile, runs as newest, who},
};

use super::{
    Exit, acting,
    args::{DeskArgs, RunsArgs},
    clock, colour_on_stderr,
    journal::ledger_error,
    open,
    run::exit_of,
    say,
};

/// How often a run that is attached to is looked at.
const LOOK: Duration = Duration::from_millis(250);

pub(super) fn runs(desk: &DeskArgs, args: &RunsArgs) -> color_eyre::Result<Exit> {
    let inputs = open::inputs(desk);
    let Loaded { settings, .. } = match load(&inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
            return Ok(Exit::Usage);
        }
    };
    let texts = Texts::new(settings.lang);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let asked = async {
        let ledger = acting::shelf(&settings).ledger()?;
        // A run whose runner is gone is not to be shown as if it went on.
        reconcile(&*ledger, &actor(None), None, clock().now().wall).await?;
        let asked = Asked {
            ledger,
            texts: &texts,
            args,
        };
        asked.answer().await
    };
    Ok(runtime.block_on(asked).unwrap_or_else(|error| {
        say::err(&ledger_error(&texts, &error));
        Exit::Refused
    }))
}

struct Asked<'a> {
    ledger: Arc<dyn Ledger>,
    texts: &'a Texts,
    args: &'a RunsArgs,
}

impl Asked<'_> {
    async fn answer(&self) -> Result<Exit, LedgerError> {
        let args = self.args;
        if let Some(id) = &args.cancel {
            return self.tell(id, |run| !run.is_over(), &Entry::CancelAsked);
        }
        if let Some(id) = &args.acknowledge {
            let note = args.note.clone();
            let unsettled = |run: &Run| run.is_over() && run.blocks();
            return self.tell(id, unsettled, &Entry::Acknowledged { note });
        }
        if let Some(id) = &args.attach {
            return self.attach(id).await;
        }
        let runs = newest(&*self.ledger, &[])?;
        if args.json {
            let items: Vec<&Run> = runs.iter().map(|run| &**run).collect();
            let document = json!({"as_of": clock().now().wall.to_string(), "items": items});
            say::out(&(document.to_string() + "\n"));
        } else if runs.is_empty() {
            say::err(self.texts.t("runs-none"));
        } else {
            for run in &runs {
                say::out(&self.line(run));
            }
        }
        Ok(Exit::Fine)
    }

    fn line(&self, run: &Run) -> String {
        let plan = &run.intent.plan;
        let state = action_words::state(self.texts, &run.state);
        let seen = super::run::settled(self.texts, run);
        let seen = seen.map_or_else(String::new, |seen| format!("  {seen}"));
        format!(
            "{}  {state}  {}  {}  {}{seen}\n",
            run.id,
            plan.action,
            plan.target,
            who(run)
        )
    }

    /// Writes a word of a person to a run, where the run is one it can be said to.
    fn tell(
        &self,
        id: &str,
        may: impl Fn(&Run) -> bool,
        entry: &Entry,
    ) -> Result<Exit, LedgerError> {
        let id = RunId::from(id);
        let Some(run) = self.ledger.run(&id)? else {
            return Ok(self.unknown(&id));
        };
        if !may(&run) {
            let state = action_words::state(self.texts, &run.state);
            let args = [("run", id.to_string().into()), ("state", state.into())];
            say::err(&self.texts.with("runs-not-so", &args));
            return Ok(Exit::Refused);
        }
        self.ledger.append(&actor(None), Some(&id), entry)?;
        // As it stands with what was just said.
        let run = self.ledger.run(&id)?.unwrap_or(run);
        say::out(&self.line(&run));
        Ok(Exit::Fine)
    }

    fn unknown(&self, id: &RunId) -> Exit {
        let args = [("run", id.to_string().into())];
        say::err(&self.texts.with("journal-no-run", &args));
        Exit::Usage
    }

    /// Follows a run to its end. Whoever stops following stops nothing.
    async fn attach(&self, id: &str) -> Result<Exit, LedgerError> {
        let id = RunId::from(id);
        let mut said = String::new();
        let mut pieces = vec![0_usize; 0];
        loop {
            let Some(run) = self.ledger.run(&id)? else {
                return Ok(self.unknown(&id));
            };
            pieces.resize(run.steps.len(), 0);
            if !self.args.json {
                for (step, seen) in run.steps.iter().zip(&mut pieces) {
                    for piece in step.output.iter().skip(*seen) {
                        say::out(&action_words::written(self.texts, piece));
                    }
                    *seen = step.output.len();
                }
                let line = self.line(&run);
                if line != said {
                    say::out(&line);
                    said = line;
                }
            }
            if run.is_over() {
                super::run::ended(self.texts, &run, self.args.json);
                return Ok(exit_of(&run));
            }
            tokio::time::sleep(LOOK).await;
            reconcile(&*self.ledger, &actor(None), None, clock().now().wall).await?;
        }
    }
}
