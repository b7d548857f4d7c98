//! Sees the world of a run as a cockpit would: the same model, fed by the same readers, without a screen.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;

use super::{Eyes, Lookout};
use crate::{
    actions::run::{Helping, Judgement},
    app::{
        event::Event,
        judging::{Judging, awaiting, judging},
        model::Model,
        standing::standing,
        update,
    },
    domain::{
        action::{
            fact::{Fact, FactName},
            plan::Plan,
            step::Saved,
            target::Target,
            value::{Value, Values},
        },
        freshness::Reading,
        id::ActionId,
        time::Clock,
    },
    pack::{Judged, Truth},
    runtime::readers::Readers,
};

/// How long after it may first be judged the world may still take to get better: most numbers are means over five minutes,
/// which look back beyond the time a condition is asked over.
const PATIENCE: Duration = Duration::from_secs(300);
/// What sources see is taken at most this often.
const TAKEN_EVERY: Duration = Duration::from_millis(200);

/// A model of its own, with its readers.
pub struct ModelEyes {
    model: Model,
    readers: Readers,
    clock: Arc<dyn Clock>,
    action: ActionId,
    /// What the watch must have come to before it says anything of what was done: the generations of objects.
    caught_up: Option<Vec<(Target, i64)>>,
    /// When the last step was done: what was read by then says nothing of it.
    since: Option<Timestamp>,
    next: tokio::time::Instant,
}

impl ModelEyes {
    /// Begins to look.
    pub fn open(lookout: Lookout, action: ActionId, clock: Arc<dyn Clock>) -> Self {
        let Lookout { model, plan } = lookout;
        let mut readers = Readers::default();
        readers.start(plan, &clock);
        Self {
            model,
            readers,
            clock,
            action,
            caught_up: None,
            since: None,
            next: tokio::time::Instant::now(),
        }
    }

    /// Whether what is seen now is what the steps left.
    fn sees(&mut self) -> bool {
        let _ = update(&mut self.model, Event::Tick(self.clock.now()));
        self.forget_earlier_reads();
        self.has_caught_up()
    }

    /// What a step changed is not read on what was read before it. Numbers of a Prometheus have the time of another host, and look back by
    /// themselves: they stay.
    fn forget_earlier_reads(&mut self) {
        let Some(since) = self.since else { return };
        let Model { pack, readings, .. } = &mut self.model;
        let fields = pack.watchlist().reads.iter().flat_map(|read| &read.fields);
        for field in fields {
            let reading = readings.instants.get(&field.id);
            if reading
                .and_then(Reading::as_of)
                .is_some_and(|at| at < since)
            {
                readings.instants.remove(&field.id);
            }
        }
    }

    /// Whether the watch shows the objects as they were left, or later.
    fn has_caught_up(&self) -> bool {
        let Some(left) = &self.caught_up else {
            return false;
        };
        left.iter().all(|(target, generation)| {
            let row = self.model.workload_of(target);
            // Kinds that are not watched are judged by nothing that is watched.
            row.is_none_or(|row| row.generation >= *generation)
        })
    }
}

/// What was judged, where anything could be.
fn judgement(verify: Option<Judged>, helped: Option<&Judged>) -> Judgement {
    let truth = |judged: Option<&Judged>| judged.map_or(Truth::Unknown, |judged| judged.truth);
    Judgement {
        verify: truth(verify.as_ref()),
        helped: truth(helped),
        last: verify.map(|judged| judged.says.unmet()).unwrap_or_default(),
    }
}

impl Eyes for ModelEyes {
    fn changed(&mut self) -> BoxFuture<'_, ()> {
        async {
            tokio::time::sleep_until(self.next).await;
            self.readers.inbox.ready().await;
            let seen = self.readers.inbox.take();
            self.next = tokio::time::Instant::now() + TAKEN_EVERY;
            // Effects are for a person at a screen.
            let _ = update(&mut self.model, Event::Observed(seen));
        }
        .boxed()
    }

    fn done(&mut self, facts: &[Fact]) {
        let left = facts.iter().filter_map(|fact| match fact {
            Fact {
                of,
                name: FactName::Generation,
                value: Value::Int(generation),
                ..
            } => Some((of.clone(), *generation)),
            _ => None,
        });
        self.caught_up = Some(left.collect());
        self.since = Some(self.clock.now().wall);
    }

    fn judge(&mut self, plan: &Plan, saved: &Saved) -> Judgement {
        let seen = self.sees();
        let Judging { verify, helped } = seen
            .then(|| judging(&self.model, plan, saved))
            .flatten()
            .unwrap_or(Judging {
                verify: None,
                helped: None,
            });
        judgement(verify, helped.as_ref())
    }

    fn awaited(&mut self, plan: &Plan, step: usize, saved: &Saved) -> Judgement {
        let seen = self.sees();
        let came = seen.then(|| awaiting(&self.model, plan, step, saved));
        judgement(came.flatten(), None)
    }

    fn helping(&self) -> Option<Helping> {
        let item = self.model.acts.catalogue.item(self.action.as_str())?;
        let not_before = item.spec.helped_after()?;
        Some(Helping {
            not_before,
            within: not_before + PATIENCE,
        })
    }

    fn snapshot(&self) -> Values {
        standing(&self.model)
    }
}
