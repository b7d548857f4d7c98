use super::*;
use crate::domain::{queue::QueueSpec, slo::SloSpec, watchlist::SeriesWatch};

type Labels = &'static [(&'static str, &'static str)];

const SLO: Labels = &[
    ("sloth_id", "shop-availability"),
    ("sloth_service", "shop"),
    ("sloth_slo", "availability"),
];

/// A server with one SLO of sloth's and one queue of a Redis stream.
fn one_slo_and_one_queue() -> Marked {
    Marked::new(&[
        (
            "generic/discover/sloth",
            Say::Samples(vec![(SLO, "0.999".to_owned())]),
        ),
        (
            "generic/discover/sloth-period",
            Say::Samples(vec![(SLO, "28".to_owned())]),
        ),
        (
            "generic/discover/redis-stream",
            Say::Samples(vec![(
                &[("stream", "jobs"), ("group", "a\"b$1")],
                "12".to_owned(),
            )]),
        ),
        (
            "generic/slo/sloth/shop-availability/shop/availability/errors:5m",
            Say::value("2e6"),
        ),
        (
            "generic/age/slo/sloth/shop-availability/shop/availability/errors:5m",
            Say::value("1699999999"),
        ),
    ])
}

#[tokio::test]
async fn slos_and_queues_are_found_and_read() {
    let marked = one_slo_and_one_queue();
    let server = prometheus(&marked).await;
    let watchlist = Watchlist {
        discover: true,
        ..Watchlist::default()
    };
    let errors = "generic/slo/sloth/shop-availability/shop/availability/errors:5m";
    let seen = watch(HttpEndpoint::new(server.uri()), watchlist, |seen| {
        reading(seen, errors).is_some()
            && seen
                .iter()
                .any(|one| matches!(one, Observation::Series(read) if read.len() == 3))
            && matches!(link_of(seen, SourceId::Prometheus), Some(Link::Live { .. }))
    })
    .await;
    let Some(Observation::Discovered(Found {
        slos,
        queues,
        probes,
        series,
        ..
    })) = seen
        .iter()
        .find(|one| matches!(one, Observation::Discovered { .. }))
    else {
        panic!("{seen:?}")
    };
    assert_eq!(slos.len(), 1);
    assert_eq!(slos[0].errors("5m").as_str(), errors);
    assert_eq!(
        slos[0].period,
        crate::domain::slo::Period::Rolling(Duration::from_secs(28 * 86_400))
    );
    assert!((slos[0].objective - 0.999).abs() < 1e-12);
    assert_eq!(queues.len(), 1);
    assert_eq!(
        queues[0].title.get(crate::domain::text::Lang::En),
        "jobs a\"b$1"
    );
    let depth = queues[0].depth.as_str();
    assert!(
        depth.starts_with("generic/queue/redis-stream/jobs/a_b_1~") && !depth.contains(['"', '$']),
        "{depth}"
    );
    knows_what_is_read(&slos[0], &queues[0], probes, series);
    assert!(
        seen.iter().any(|one| matches!(one, Observation::Series(read) if read.iter().any(|(id, _)| *id == queues[0].depth))),
        "the trend of what was found is read"
    );
    assert_eq!(reading(&seen, errors), Some(&known(2e6, 1_699_999_999.0)));
    let requests = server.received_requests().await.unwrap();
    let queries: Vec<String> = requests
        .iter()
        .filter_map(|request| fields(request).remove("query"))
        .collect();
    let selector = "redis_stream_group_lag{group=\"a\\\"b$1\",stream=\"jobs\"}";
    assert!(
        queries.iter().any(|query| query.contains(selector)),
        "{queries:?}"
    );
}

/// Whoever draws it knows how often each is read and what the question is, and sparklines are watched.
fn knows_what_is_read(slo: &SloSpec, queue: &QueueSpec, probes: &[Probe], series: &[SeriesWatch]) {
    let read = |id: &QueryId| probes.iter().find(|probe| probe.id == *id);
    let secs = |id: &QueryId| read(id).unwrap().every.as_secs();
    assert_eq!(
        (secs(&slo.errors("5m")), secs(&slo.total("30d"))),
        (15, 300)
    );
    let trends: Vec<&QueryId> = series.iter().map(|series| &series.id).collect();
    for id in [&slo.errors("5m"), &slo.total("5m"), &queue.depth] {
        assert!(trends.contains(&id), "{id} in {trends:?}");
        let watched = series.iter().find(|series| series.id == *id).unwrap();
        assert_eq!(Some(&watched.expr), read(id).map(|probe| &probe.expr));
    }
    assert_eq!(trends.len(), 3);
}

#[tokio::test]
async fn where_nothing_is_found_nothing_is_claimed() {
    let server = prometheus(&Marked::default()).await;
    let watchlist = Watchlist {
        discover: true,
        ..Watchlist::default()
    };
    let seen = watch(HttpEndpoint::new(server.uri()), watchlist, |seen| {
        seen.iter()
            .any(|one| matches!(one, Observation::Discovered { .. }))
            && matches!(link_of(seen, SourceId::Prometheus), Some(Link::Live { .. }))
    })
    .await;
    assert!(seen.contains(&Observation::Discovered(Found::default())));
}
