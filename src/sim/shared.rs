//! The world as the servers share it: locked, and brought up to the clock whenever somebody looks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;

use super::clock::SimClock;
use super::kubernetes::{ExecAnswer, ExecAnswers, ExecQuestion};
use super::world::World;

/// The world with its clock, for everybody who reads or steps it.
#[derive(Clone)]
pub struct SharedWorld {
    world: Arc<Mutex<World>>,
    clock: Arc<SimClock>,
}

impl SharedWorld {
    pub fn new(world: World, clock: Arc<SimClock>) -> Self {
        Self {
            world: Arc::new(Mutex::new(world)),
            clock,
        }
    }

    /// The world at the present, and the present.
    pub fn present(&self) -> (MutexGuard<'_, World>, Timestamp) {
        let now = self.clock.now();
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.advance(now);
        (world, now)
    }

    pub fn clock(&self) -> &Arc<SimClock> {
        &self.clock
    }
}

/// The programs of the world in the containers of its cluster. The cluster is part of the world and must not hold it.
pub(super) struct InPods {
    world: Weak<Mutex<World>>,
    clock: Arc<SimClock>,
}

impl InPods {
    pub fn of(world: &SharedWorld) -> Self {
        Self {
            world: Arc::downgrade(&world.world),
            clock: Arc::clone(&world.clock),
        }
    }
}

impl std::fmt::Debug for InPods {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InPods").finish_non_exhaustive()
    }
}

impl ExecAnswers for InPods {
    fn answer(&self, question: &ExecQuestion) -> Option<ExecAnswer> {
        let world = SharedWorld {
            world: self.world.upgrade()?,
            clock: Arc::clone(&self.clock),
        };
        // What one pod alone says is known by the pod, what all of them say by the container.
        let said = [&question.pod, &question.container]
            .into_iter()
            .find_map(|place| {
                let mut words = vec![format!("exec:{place}")];
                words.extend(question.command.iter().cloned());
                world.present().0.program(&words, true)
            })?;
        let lines = |lines: Vec<String>| {
            lines.iter().fold(String::new(), |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            })
        };
        Some(ExecAnswer {
            stdout: lines(said.out),
            stderr: lines(said.err),
            code: said.code,
            missing: None,
        })
    }
}
