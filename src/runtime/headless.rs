//! The same model without a screen: sources are read until enough is known, then whoever asked is told.

use std::{io, ops::ControlFlow, sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::{
    app::{event::Event, model::Model, update},
    domain::time::Clock,
};

use super::{
    readers::{Plan, Readers},
    signals::Signals,
};

/// A desk that is looked at more than once is told of at most this often.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// A desk to look at without a screen.
pub struct Looking {
    pub model: Model,
    pub plan: Plan,
    pub clock: Arc<dyn Clock>,
    /// How long sources may take to give their first answers.
    pub patience: Duration,
    /// Go on looking.
    pub again: bool,
}

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// Everything was told, or nobody listens any more.
    Enough,
    Signal(u8),
}

/// Reads until `enough` says so or patience is at its end, tells, and goes on telling where that is wanted. Effects are
/// for a person at a screen: nobody is there, so none is carried out.
pub async fn look(
    looking: Looking,
    enough: impl Fn(&Model) -> bool,
    mut tell: impl FnMut(&Model) -> ControlFlow<()>,
) -> io::Result<Looked> {
    let Looking {
        mut model,
        plan,
        clock,
        patience,
        again,
    } = looking;
    let mut signals = Signals::listen()?;
    let mut readers = Readers::default();
    readers.start(plan, &clock);
    let patience = tokio::time::sleep(patience);
    tokio::pin!(patience);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut telling = false;
    let mut data_from = tokio::time::Instant::now();
    loop {
        let inbox = &mut readers.inbox;
        tokio::select! {
            biased;
            signal = signals.next() => return Ok(Looked::Signal(signal)),
            () = &mut patience, if !telling => telling = true,
            () = async { tokio::time::sleep_until(data_from).await; inbox.ready().await } => {
                let _ = update(&mut model, Event::Observed(inbox.take()));
                telling |= enough(&model);
                if telling {
                    data_from = tokio::time::Instant::now() + TOLD_EVERY;
                }
            }
            _ = tick.tick() => {
                let _ = update(&mut model, Event::Tick(clock.now()));
            }
        }
        if telling {
            let _ = update(&mut model, Event::Tick(clock.now()));
            if tell(&model).is_break() || !again {
                return Ok(Looked::Enough);
            }
        }
    }
}
