//! A cockpit that was opened for one action: it asks, shows the run, and ends with it.

use std::{io, sync::Arc, time::Duration};

use crate::{
    app::{
        self,
        acting::Act,
        effect::Effect,
        overlay::Overlay,
        prompting::Proposal,
        snapshot::{Scope, has_answered},
    },
    domain::{
        action::{
            record::{Entry, Run},
            refusal::Refusal,
        },
        id::RunId,
    },
};

use super::{Cockpit, Ended};

/// How long the servers may take to give their first answers before it is judged without them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the one action stands.
#[derive(Debug, Clone)]
pub(super) enum Mission {
    /// Too little is known to judge by.
    Waiting(Proposal),
    Asked,
    Running(RunId),
}

/// What came of the one action.
#[derive(Debug, Clone)]
pub enum Came {
    Refused(Refusal),
    /// The person said no, or read why not.
    Declined,
    Over(Arc<Run>),
    /// The person left while the run goes on.
    Left(RunId),
}

impl Cockpit {
    /// Goes on with the one action after something happened.
    pub(super) fn follow_mission(&mut self) -> io::Result<()> {
        match self.mission.take() {
            Some(Mission::Waiting(proposal)) => self.ask(proposal),
            Some(Mission::Asked) => {
                let mut overlays = self.model.view.overlays.iter();
                let standing = overlays.find_map(|overlay| match overlay {
                    Overlay::Run(run) => Some(Some(run.id.clone())),
                    Overlay::Prompt(_) => Some(None),
                    _ => None,
                });
                match standing {
                    Some(Some(run)) => self.mission = Some(Mission::Running(run)),
                    Some(None) => self.mission = Some(Mission::Asked),
                    None => self.ended = Some(Ended::Came(Box::new(Came::Declined))),
                }
                Ok(())
            }
            Some(Mission::Running(id)) => {
                let run = self.model.acts.run(&id).filter(|run| run.is_over());
                let came = match (run, &self.ended) {
                    (Some(run), _) => Some(Came::Over(Arc::clone(run))),
                    (None, Some(Ended::Quit)) => Some(Came::Left(id.clone())),
                    _ => None,
                };
                if let Some(came) = came {
                    self.ended = Some(Ended::Came(Box::new(came)));
                }
                self.mission = Some(Mission::Running(id));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn ask(&mut self, proposal: Proposal) -> io::Result<()> {
        let model = &self.model;
        let known = model.actor.who().is_some() && model.acts.is_told();
        let waited = model.now.mono.saturating_sub(model.opened) >= PATIENCE;
        let answered = known && has_answered(model, Scope::All);
        if !answered && !waited {
            self.mission = Some(Mission::Waiting(proposal));
            return Ok(());
        }
        match app::propose(&mut self.model, &proposal) {
            Ok(effects) => {
                self.mission = Some(Mission::Asked);
                self.carry_out(effects)
            }
            Err(refusal) => {
                let entry = Entry::Refused {
                    action: proposal.action,
                    target: proposal.target,
                    params: proposal.params,
                    refusal: refusal.clone(),
                };
                let entry = Box::new(entry);
                self.effect(Effect::Act(Act::Record { run: None, entry }))?;
                self.ended = Some(Ended::Came(Box::new(Came::Refused(refusal))));
                Ok(())
            }
        }
    }
}
