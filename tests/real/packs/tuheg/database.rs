//! The database, which is asked and never scaled.

use super::super::stage::{Stage, told};

// row: E8, E8a
pub async fn connections(stage: &Stage<'_>) {
    stage.deployment("postgres", "postgres", 1).await;
    let run = stage.well("database-connections", &[]).await;
    for word in ["connections", "max", "active"] {
        assert!(told(&run).contains(word), "{word}: {}", told(&run));
    }
}

/// It stands in the pack to be found, and is never done.
// row: E8, E8a
pub async fn it_is_never_scaled(stage: &Stage<'_>) {
    stage.deployment("postgres", "postgres", 1).await;
    stage.refuses("scale-database", &[], "same volume").await;
    assert_eq!(stage.replicas("postgres").await, 1);
}
