use quarterdeck::domain::{
    desk::Namespaces,
    freshness::{Link, SourceId, TroubleKind},
};

use super::bench::{Bench, Heard, names};

fn some(wanted: &[&str]) -> Namespaces {
    Namespaces::Some(names(wanted).into_iter().collect())
}

fn partial(heard: &Heard) -> Option<&str> {
    match heard.links.get(&SourceId::Pods) {
        Some(Link::Partial { detail, .. }) => Some(detail),
        _ => None,
    }
}

#[tokio::test]
async fn a_namespace_that_does_not_exist_is_told_until_it_does() {
    let mut bench = Bench::new().await;
    bench.read(some(&["nope"]));
    let absent = |heard: &Heard| {
        let trouble = heard.failed(SourceId::Pods);
        trouble.is_some_and(|it| {
            it.kind == TroubleKind::Absent && it.detail == "namespace nope not found"
        })
    };
    bench.until("the absence", absent).await;
    assert!(bench.heard.pods.is_empty());
    bench.create_namespace("nope").await;
    bench
        .until("the namespace", |heard| heard.is_live(SourceId::Pods))
        .await;
}

#[tokio::test]
async fn a_missing_namespace_leaves_the_others() {
    let mut bench = Bench::new().await;
    bench.create_pod("a", "one").await;
    bench.read(some(&["a", "nope"]));
    bench
        .until("the others", |heard| {
            partial(heard) == Some("namespace nope not found") && heard.pods.len() == 1
        })
        .await;
}
