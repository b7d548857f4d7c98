//! Watch and poll the world outside, and say what was observed.

pub mod alertmanager;
pub mod http;
pub mod kubernetes;
pub mod links;
pub mod outbox;
pub mod prometheus;
#[cfg(test)]
mod testkit;

/// Sleeps until a time, for ever where there is none.
async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
