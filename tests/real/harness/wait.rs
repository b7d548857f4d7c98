//! Waiting for what a test waits for: the one place where time is let pass between two looks.

use std::{fmt::Debug, time::Duration};

use tokio::time::Instant;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at something that calls nobody.
const AGAIN: Duration = Duration::from_millis(50);

/// Looks until something holds, and gives it; what was seen last is said where it never does.
pub async fn until<T, L: Debug>(what: &str, mut look: impl AsyncFnMut() -> Result<T, L>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(last) => assert!(Instant::now() < end, "{what} never was: {last:?}"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// The same for tests without a runtime.
#[track_caller]
pub fn wait_until<T, L: Debug>(what: &str, mut look: impl FnMut() -> Result<T, L>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(found) => return found,
            Err(last) => assert!(Instant::now() < end, "{what} never was: {last:?}"),
        }
        std::thread::sleep(AGAIN);
    }
}
