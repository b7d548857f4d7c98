//! A desk without a screen, in this process: the model, the prompt and the ledger of the program, and a person who agrees.

use std::{path::PathBuf, sync::Arc, time::Duration};

use quarterdeck::{
    actions::prompt::Phase,
    app::{
        acting::Act,
        effect::{Effect, Effects},
        event::Event,
        model::Model,
        overlay::Overlay,
        prompting::Proposal,
        propose,
        snapshot::{Scope, has_answered},
        update, vouch,
    },
    domain::{
        action::{
            plan::Plan as Agreed,
            record::{Entry, Run, RunState},
            refusal::Refusal,
            step::StepKind,
        },
        id::RunId,
        time::Clock,
    },
    runtime::{
        acts::{Acts, Means},
        approval,
        readers::{Plan, Readers},
    },
};
use tokio::time::{Instant, timeout_at};

/// Whoever waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(480);

/// A desk on which one action is proposed.
pub struct Desk {
    pub model: Model,
    readers: Readers,
    acts: Acts,
    clock: Arc<dyn Clock>,
    /// The key of a second person, where one agrees.
    second: Option<PathBuf>,
    /// Steps a person was asked for already.
    answered: Vec<usize>,
}

/// Where what is proposed stands.
enum Came {
    Asked(Arc<Agreed>),
    Begun(RunId),
    Refused(Refusal),
}

impl Desk {
    pub async fn open(
        model: Model,
        plan: Plan,
        means: &Arc<Means>,
        clock: &Arc<dyn Clock>,
        second: Option<PathBuf>,
    ) -> Self {
        let mut readers = Readers::default();
        readers.start(plan, clock);
        let mut desk = Self {
            model,
            readers,
            acts: Acts::of(Arc::clone(means)),
            clock: Arc::clone(clock),
            second,
            answered: Vec::new(),
        };
        desk.until("the first answers", |desk| {
            let model = &desk.model;
            let known = model.actor.who().is_some() && model.acts.is_told();
            let read = model.watched.is_read(&model.readings);
            (known && read && has_answered(model, Scope::All)).then_some(())
        })
        .await;
        desk
    }

    /// Goes on until this gives something.
    pub async fn until<T>(&mut self, what: &str, mut seen: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        loop {
            if let Some(found) = seen(self) {
                return found;
            }
            let next = async {
                tokio::select! {
                    biased;
                    Some(acted) = self.acts.next() => Event::Acted(acted),
                    () = self.readers.inbox.ready() => Event::Observed(self.readers.inbox.take()),
                    _ = tick.tick() => Event::Tick(self.clock.now()),
                }
            };
            let Ok(event) = timeout_at(end, next).await else {
                panic!("{what} never came: {:?}", self.model.links);
            };
            self.model.set_now(self.clock.now());
            let effects = update(&mut self.model, event);
            self.carry_out(effects);
            assert!(
                Instant::now() < end,
                "{what} never came: {:?}",
                self.model.links
            );
        }
    }

    fn carry_out(&mut self, effects: Effects) {
        for effect in effects.list {
            if let Effect::Act(act) = effect {
                self.acts.carry_out(act);
            }
        }
    }

    fn stands(&self) -> Option<Came> {
        let overlays = &self.model.view.overlays;
        if let Some(Overlay::Run(run)) = overlays.last() {
            return Some(Came::Begun(run.id.clone()));
        }
        let prompt = overlays.iter().find_map(|it| match it {
            Overlay::Prompt(screen) => Some(&screen.prompt),
            _ => None,
        })?;
        match &prompt.phase {
            Phase::Confirming(asked) => Some(Came::Asked(Arc::clone(&asked.ready.plan))),
            Phase::Refused(refusal) => Some(Came::Refused(refusal.clone())),
            _ => None,
        }
    }

    /// Proposes it, agrees to it, and waits for what comes of it.
    pub async fn act(&mut self, proposal: &Proposal) -> Result<Arc<Run>, Refusal> {
        let effects = propose(&mut self.model, proposal)?;
        self.carry_out(effects);
        let run = match self.until("the plan", Self::stands).await {
            Came::Refused(refusal) => return Err(refusal),
            Came::Begun(run) => run,
            Came::Asked(plan) => {
                self.is_agreed_to(plan).await;
                let effects = vouch(&mut self.model);
                let goes_on = effects.list.iter().any(|it| matches!(it, Effect::Act(_)));
                self.carry_out(effects);
                if !goes_on {
                    // What one person says is not enough: it is asked as before, and nothing was asked of anybody.
                    let why = "nobody else agrees".to_owned();
                    return Err(Refusal::Persons { why });
                }
                let begun = self.until("the run", |desk| match desk.stands()? {
                    Came::Begun(run) => Some(Ok(run)),
                    Came::Refused(refusal) => Some(Err(refusal)),
                    Came::Asked(_) => None,
                });
                begun.await?
            }
        };
        Ok(self.follow(&run).await)
    }

    /// A second person signs, where one has to.
    async fn is_agreed_to(&mut self, plan: Arc<Agreed>) {
        let Some(key) = self.second.clone() else {
            return;
        };
        let now = self.clock.now().wall;
        let signed = approval::sign(&plan.digest(), now, &key).unwrap();
        self.acts.carry_out(Act::Sign {
            plan,
            text: signed.to_string(),
        });
        self.until("a second person", |desk| {
            let overlays = desk.model.view.overlays.iter();
            let mut asked = overlays.filter_map(|it| match it {
                Overlay::Prompt(screen) => match &screen.prompt.phase {
                    Phase::Confirming(asked) => Some(asked),
                    _ => None,
                },
                _ => None,
            });
            asked.next_back()?.is_agreed().then_some(())
        })
        .await;
    }

    /// Waits for the end of a run; who is asked for something leaves evidence.
    async fn follow(&mut self, id: &RunId) -> Arc<Run> {
        loop {
            let (run, asked) = self
                .until("the end of the run", |desk| {
                    let run = desk.model.acts.run(id)?;
                    let asked = asked_for(run).filter(|step| !desk.answered.contains(step));
                    (run.is_over() || asked.is_some()).then(|| (Arc::clone(run), asked))
                })
                .await;
            let Some(step) = asked else {
                return run;
            };
            self.answered.push(step);
            let text = "seen and done, ticket 4711".to_owned();
            self.acts.carry_out(Act::Record {
                run: Some(id.clone()),
                entry: Box::new(Entry::Evidence { step, text }),
            });
        }
    }
}

/// The step that waits for a person.
fn asked_for(run: &Run) -> Option<usize> {
    let RunState::Running { step } = run.state else {
        return None;
    };
    let is_ask = matches!(run.intent.plan.steps.get(step)?.kind, StepKind::Ask { .. });
    let line = run.steps.get(step)?;
    (is_ask && line.started_at.is_some() && line.evidence.is_none()).then_some(step)
}
