//! The world as the servers share it: locked, and brought up to the clock whenever somebody looks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::clock::SimClock;
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
