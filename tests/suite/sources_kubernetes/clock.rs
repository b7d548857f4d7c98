use quarterdeck::domain::{desk::Namespaces, freshness::SourceId};

use super::bench::Bench;

#[tokio::test]
async fn a_clock_that_runs_away_is_followed() {
    let mut bench = Bench::at_speed(100.0).await;
    bench.read(Namespaces::All);
    bench
        .until("the clock after some seconds", |heard| {
            let ahead = heard.skews.last();
            heard.is_live(SourceId::Pods) && ahead.is_some_and(|ahead| ahead.as_secs() > 400)
        })
        .await;
    // Each word is newer than the one before, and none is ahead of the clock itself.
    let told = &bench.heard.skews;
    assert!(told.is_sorted(), "{told:?}");
    let clock = bench.cluster.clock();
    let moved = clock.now().duration_since(clock.start());
    assert!(told.last().is_some_and(|ahead| *ahead < moved));
}
