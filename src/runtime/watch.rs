//! The watch that goes on when no cockpit is open: the same model without a screen, until a signal ends it. It changes
//! nothing of what is watched.

use std::{io, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::time::MissedTickBehavior;

use crate::{
    app::{
        acting::Act,
        effect::{Effect, Effects},
        event::Event,
        model::Model,
        update,
    },
    domain::{
        frame::Recording,
        logbook::{Outcome, duty::WayEnd},
        reminder::Reminder,
        time::Clock,
    },
};

use super::{
    acts::Acts,
    duties::Leads,
    readers::{Plan, Readers},
    recording::Keeping,
    signals::Signals,
};

/// What sources see is taken at most this often.
const TAKEN_EVERY: Duration = Duration::from_millis(250);

/// A desk to watch.
pub struct Watching {
    pub model: Model,
    pub plan: Plan,
    pub clock: Arc<dyn Clock>,
}

/// What one of the duties has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Recording(Recording),
    /// Who of several watches does the duties.
    Leads(Leads),
    /// A check was run by itself for one of its times.
    Checked {
        check: String,
        slot: Timestamp,
        outcome: Outcome,
    },
    /// Somebody was reminded, or nobody could be.
    Reminded {
        text: String,
        reminder: Reminder,
        ways: Vec<WayEnd>,
    },
    NotDone {
        what: String,
        why: String,
    },
}

/// Something that is done for as long as the watch goes on, and never changes what is watched.
pub trait Duty: Send {
    /// A second passed. What is to be told of it.
    fn tick(&mut self, model: &Model) -> Vec<Said>;

    /// The watch ends.
    fn end(&mut self) -> BoxFuture<'_, ()>;
}

impl Duty for Keeping {
    fn tick(&mut self, model: &Model) -> Vec<Said> {
        let told = Self::tick(self, model).map(Said::Recording);
        told.into_iter().collect()
    }

    fn end(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(self.finish())
    }
}

/// Watches until a signal comes, and gives its number.
pub async fn watch(
    watching: Watching,
    mut duties: Vec<Box<dyn Duty>>,
    mut say: impl FnMut(&Model, &Said),
) -> io::Result<u8> {
    let Watching {
        mut model,
        mut plan,
        clock,
    } = watching;
    let mut signals = Signals::listen()?;
    let mut readers = Readers::default();
    // What others do is part of what is watched.
    let means = plan.means.take();
    let mut acts = means.map_or_else(Acts::default, Acts::reading);
    readers.start(plan, &clock);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut data_from = tokio::time::Instant::now();
    let signal = loop {
        let inbox = &mut readers.inbox;
        tokio::select! {
            biased;
            signal = signals.next() => break signal,
            Some(acted) = acts.next() => {
                let effects = update(&mut model, Event::Acted(acted));
                look(&mut acts, &readers, effects);
            }
            _ = tick.tick() => {
                let effects = update(&mut model, Event::Tick(clock.now()));
                look(&mut acts, &readers, effects);
                for duty in &mut duties {
                    for said in duty.tick(&model) {
                        say(&model, &said);
                    }
                }
            }
            () = async { tokio::time::sleep_until(data_from).await; inbox.ready().await } => {
                let seen = inbox.take();
                let effects = update(&mut model, Event::Observed(seen));
                look(&mut acts, &readers, effects);
                data_from = tokio::time::Instant::now() + TAKEN_EVERY;
            }
        }
    };
    for duty in &mut duties {
        duty.end().await;
    }
    Ok(signal)
}

/// What is only looked at is looked at, what is asked of the past is read (why an alert left), and what was seen of
/// temporary changes is written down. Other effects are for a
/// person at a screen, and nobody is there.
fn look(acts: &mut Acts, readers: &Readers, effects: Effects) {
    for effect in effects.list {
        match effect {
            Effect::Act(act @ Act::Look { .. }) => acts.carry_out(act),
            Effect::Act(act) if act.is_sighting() => acts.carry_out(act),
            Effect::ReadChart(question) => readers.read_chart(question),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{app::effect::ChartQuestion, domain::observation::Observation};

    #[tokio::test]
    async fn what_is_asked_of_the_past_is_read_and_a_person_is_not_called() {
        let mut readers = Readers::default();
        let question = ChartQuestion {
            request: 7,
            parts: Vec::new(),
            start: Timestamp::UNIX_EPOCH,
            end: Timestamp::UNIX_EPOCH,
            step_seconds: 15,
        };
        let effects = Effects::one(Effect::Quit).with(Effect::ReadChart(question));
        look(&mut Acts::default(), &readers, effects);
        readers.inbox.ready().await;
        let seen = readers.inbox.take();
        assert!(
            matches!(&seen[..], [Observation::Chart { request: 7, .. }]),
            "{seen:?}"
        );
    }
}
