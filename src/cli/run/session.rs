//! A desk without a screen on which one action is proposed: the same model, the same machine, the same gate.

use std::{sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::{
    app::{
        acting::Act,
        effect::{Effect, Effects},
        event::Event,
        model::Model,
        overlay::Overlay,
        prompting::PromptScreen,
        snapshot::{Scope, has_answered},
        update,
    },
    domain::{
        action::record::Intent,
        freshness::{Link, SourceId, TroubleKind},
        time::Clock,
    },
    runtime::{
        acts::{Acts, Means},
        readers::{Plan, Readers},
        signals::Signals,
    },
};

/// A desk on which one action is proposed.
pub(in crate::cli) struct Session {
    pub model: Model,
    pub means: Arc<Means>,
    readers: Readers,
    acts: Acts,
    clock: Arc<dyn Clock>,
    signals: Signals,
    /// Nothing may be launched yet: what would be, since it asks nobody, is kept here.
    holds: bool,
    held: Option<Act>,
}

/// Why a session stopped waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Stopped {
    TooLong,
    Signal(u8),
}

/// The API server has said nothing at all.
fn is_silent(model: &Model) -> bool {
    let heard = match model.links.get(&SourceId::Pods) {
        None | Some(Link::Absent | Link::Connecting) => false,
        Some(Link::Failed { trouble, .. }) => !matches!(
            trouble.kind,
            TroubleKind::Unreachable | TroubleKind::TimedOut
        ),
        Some(Link::Live { .. } | Link::Partial { .. }) => true,
    };
    !heard && model.actor.who().is_none()
}

impl Session {
    pub fn open(
        model: Model,
        plan: Plan,
        means: Arc<Means>,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Self> {
        let mut readers = Readers::default();
        readers.start(plan, &clock);
        Ok(Self {
            model,
            acts: Acts::of(Arc::clone(&means)),
            means,
            readers,
            clock,
            signals: Signals::listen()?,
            holds: true,
            held: None,
        })
    }

    /// Goes on until this gives something.
    pub async fn until<T>(
        &mut self,
        patience: Option<Duration>,
        mut seen: impl FnMut(&Self) -> Option<T>,
    ) -> Result<T, Stopped> {
        let late = async {
            match patience {
                Some(patience) => tokio::time::sleep(patience).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(late);
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if let Some(found) = seen(self) {
                return Ok(found);
            }
            let event = tokio::select! {
                biased;
                signal = self.signals.next() => return Err(Stopped::Signal(signal)),
                () = &mut late => return Err(Stopped::TooLong),
                Some(acted) = self.acts.next() => Event::Acted(acted),
                () = self.readers.inbox.ready() => Event::Observed(self.readers.inbox.take()),
                _ = tick.tick() => Event::Tick(self.clock.now()),
            };
            self.model.set_now(self.clock.now());
            let effects = update(&mut self.model, event);
            self.carry_out(effects);
        }
    }

    /// Waits for the first answers of everything the desk is watched by, and for what the ledger tells. What has not answered
    /// by then is unknown; only a cluster that said nothing at all is too late.
    pub async fn first_answers(
        &mut self,
        patience: Duration,
        told: impl Fn(&Model) -> bool,
    ) -> Result<(), Stopped> {
        let enough = |session: &Self| {
            let model = &session.model;
            let known = model.actor.who().is_some() && told(model);
            (known && has_answered(model, Scope::All)).then_some(())
        };
        match self.until(Some(patience), enough).await {
            Err(Stopped::TooLong) if !is_silent(&self.model) => Ok(()),
            other => other,
        }
    }

    /// Effects that are no acts are for a person at a screen.
    pub fn carry_out(&mut self, effects: Effects) {
        for effect in effects.list {
            match effect {
                Effect::Act(act @ Act::Launch { .. }) if self.holds => self.held = Some(act),
                Effect::Act(act) => self.acts.carry_out(act),
                _ => {}
            }
        }
    }

    /// What would be launched, if it might be.
    pub fn held(&self) -> Option<&Intent> {
        match &self.held {
            Some(Act::Launch { intent, .. }) => Some(intent),
            _ => None,
        }
    }

    /// From now on what is agreed to is launched. Whether something waited for that.
    pub fn release(&mut self) -> bool {
        self.holds = false;
        let Some(held) = self.held.take() else {
            return false;
        };
        self.act(held);
        true
    }

    pub fn act(&mut self, act: Act) {
        self.acts.carry_out(act);
    }

    /// The prompt that is open.
    pub fn prompt(&self) -> Option<&PromptScreen> {
        self.model.view.overlays.iter().find_map(|it| match it {
            Overlay::Prompt(screen) => Some(&**screen),
            _ => None,
        })
    }
}
