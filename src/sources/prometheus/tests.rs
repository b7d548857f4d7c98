use jiff::SignedDuration;
use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, method, path, query_param},
};

use tokio::time::Instant;

use super::{instants::Instants, *};
use crate::{
    domain::{
        alert::{Alert, AlertState},
        freshness::{Link, Reading, TroubleKind},
        id::QueryId,
        observation::{Found, Observation},
        series::Series,
        time::{floor_to, since},
        watchlist::{Probe, SeriesWatch},
    },
    sources::{
        outbox::outbox,
        testkit::{Marked, Say, clock, fields, until},
    },
};

mod charts;
mod discovery;
mod failures;
mod series;

const SLOW: Duration = Duration::from_secs(3_600);

fn probe(id: &str, source: Option<&str>) -> Probe {
    Probe {
        id: id.into(),
        expr: format!("f({id})"),
        source: source.map(str::to_owned),
        every: Duration::from_secs(15),
    }
}

async fn prometheus(marked: &Marked) -> MockServer {
    let server = MockServer::start().await;
    for place in ["/api/v1/query", "/api/v1/query_range"] {
        Mock::given(path(place))
            .respond_with(marked.clone())
            .mount(&server)
            .await;
    }
    server
}

fn values(probes: &[Probe]) -> Instants {
    Instants::new(probes.to_vec(), instants::ages(probes))
}

fn api(server: &MockServer) -> Api {
    Api::new(HttpEndpoint::new(server.uri()), clock(), outbox().0)
}

/// Runs the whole source on this watchlist until it has said enough.
async fn watch(
    endpoint: HttpEndpoint,
    watchlist: Watchlist,
    enough: impl Fn(&[Observation]) -> bool,
) -> Vec<Observation> {
    let (outbox, inbox) = outbox();
    let (_keep, asks) = mpsc::channel(1);
    until(
        Box::pin(run(
            endpoint,
            watchlist,
            Cadence::default(),
            outbox,
            asks,
            clock(),
        )),
        inbox,
        enough,
    )
    .await
}

fn link_of(seen: &[Observation], of: SourceId) -> Option<&Link> {
    seen.iter().rev().find_map(|one| match one {
        Observation::Link { source, link } if *source == of => Some(link),
        _ => None,
    })
}

fn reading<'a>(seen: &'a [Observation], id: &str) -> Option<&'a Reading<f64>> {
    seen.iter().rev().find_map(|one| match one {
        Observation::Answers(answers) => answers
            .iter()
            .find(|(known, _)| known.as_str() == id)
            .map(|(_, reading)| reading),
        _ => None,
    })
}

fn known(value: f64, second: f64) -> Reading<f64> {
    Reading::Known {
        value,
        as_of: Timestamp::from_millisecond((second * 1_000.0) as i64).unwrap(),
    }
}

#[tokio::test]
async fn values_come_in_one_question_with_the_age_of_their_sources() {
    let marked = Marked::new(&[
        ("g/a", Say::value("1.5")),
        ("g/b", Say::value("+Inf")),
        ("g/nan", Say::value("NaN")),
        ("g/plain", Say::value("-3")),
        ("g/dark", Say::value("4")),
        ("g/age/a", Say::value("1699999990.25")),
    ]);
    let server = prometheus(&marked).await;
    let up = Some("up{job=\"a\"}");
    let due = [
        probe("g/a", up),
        probe("g/b", up),
        probe("g/nan", up),
        probe("g/missing", up),
        probe("g/plain", None),
        probe("g/dark", Some("up{job=\"gone\"}")),
    ];
    let (answers, outcome) = values(&due)
        .round(&api(&server), &due, Instant::now())
        .await;
    let expected = [
        known(1.5, 1_699_999_990.25),
        known(f64::INFINITY, 1_699_999_990.25),
        Reading::NoData,
        Reading::NoData,
        known(-3.0, 1_700_000_000.5),
        Reading::NoData,
    ];
    for ((id, reading), expected) in answers.iter().zip(expected) {
        assert_eq!(*reading, expected, "{id}");
    }
    assert!(outcome.failed.is_empty() && outcome.refused.is_empty());
    let asked = marked.asked.lock().unwrap();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let ages: Vec<_> = asked[0].iter().filter(|id| id.contains("/age/")).collect();
    assert_eq!(ages.len(), 2, "one for each selector: {asked:?}");
}

#[tokio::test]
async fn what_is_asked_is_marked_and_its_source_measured() {
    let marked = Marked::default();
    let server = prometheus(&marked).await;
    let due = [probe("g/a", Some("up{job=\"a\"}"))];
    values(&due)
        .round(&api(&server), &due, Instant::now())
        .await;
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].method.as_str(), "POST");
    assert_eq!(
        fields(&requests[0])["query"],
        "label_replace(f(g/a), \"quarterdeck\", \"g/a\", \"\", \"\") or \
         label_replace(max(max_over_time(timestamp(up{job=\"a\"})[1h:15s])), \"quarterdeck\", \"g/age/a\", \"\", \"\")"
    );
}

#[tokio::test]
async fn a_refused_arm_is_found_alone_and_spoils_no_later_round() {
    let ids: Vec<String> = (0..90).map(|n| format!("g/p{n}")).collect();
    let mut say: Vec<(&str, Say)> = ids
        .iter()
        .map(|id| (id.as_str(), Say::value("1")))
        .collect();
    say[53].1 = Say::Refuse("unknown function \u{1b}[31m\"f\"");
    let marked = Marked::new(&say);
    let server = prometheus(&marked).await;
    let due: Vec<Probe> = ids.iter().map(|id| probe(id, None)).collect();
    let mut instants = values(&due);
    let api = api(&server);
    for round in 0..2 {
        let (answers, _) = instants.round(&api, &due, Instant::now()).await;
        for (index, (id, reading)) in answers.iter().enumerate() {
            if index == 53 {
                let Reading::Failed(trouble) = reading else {
                    panic!("{reading:?}")
                };
                assert_eq!(trouble.kind, TroubleKind::BadQuestion);
                assert_eq!(trouble.detail, "unknown function \"f\"");
            } else {
                assert_eq!(
                    *reading,
                    known(1.0, 1_700_000_000.5),
                    "{id} in round {round}"
                );
            }
        }
        let mut asked = marked.asked.lock().unwrap();
        assert!(
            asked.iter().all(|ids| ids.len() <= batch::MOST_ARMS),
            "{asked:?}"
        );
        let limit = if round == 0 { 3 + 2 * 6 } else { 3 };
        assert!(
            asked.len() <= limit,
            "{} questions in round {round}",
            asked.len()
        );
        assert_eq!(
            asked.iter().any(|ids| ids.contains(&ids_of(53))),
            round == 0
        );
        asked.clear();
    }
}

fn ids_of(n: usize) -> String {
    format!("g/p{n}")
}

#[tokio::test]
async fn a_refused_arm_that_is_good_again_is_read_again() {
    let marked = Marked::new(&[
        ("g/a", Say::Refuse("no such metric")),
        ("g/b", Say::value("2")),
    ]);
    let server = prometheus(&marked).await;
    let due = [probe("g/a", None), probe("g/b", None)];
    let mut instants = values(&due);
    let api = api(&server);
    instants.round(&api, &due, Instant::now()).await;
    marked
        .say
        .lock()
        .unwrap()
        .insert("g/a".to_owned(), Say::Nothing);
    let later = Instant::now() + Duration::from_secs(121);
    let (answers, _) = instants.round(&api, &due, later).await;
    assert_eq!(
        answers[0].1,
        Reading::NoData,
        "taken and empty is no longer refused"
    );
    assert_eq!(
        marked.asked.lock().unwrap().last().unwrap().len(),
        1,
        "asked alone"
    );
}

#[tokio::test]
async fn a_server_without_post_is_asked_by_get() {
    let marked = Marked {
        refuse_post: true,
        ..Marked::new(&[("g/a", Say::value("1"))])
    };
    let server = prometheus(&marked).await;
    let due = [probe("g/a", None)];
    let (api, mut instants) = (api(&server), values(&due));
    for _ in 0..2 {
        let (answers, _) = instants.round(&api, &due, Instant::now()).await;
        assert_eq!(answers[0].1, known(1.0, 1_700_000_000.5));
    }
    let requests = server.received_requests().await.unwrap();
    let methods: Vec<&str> = requests
        .iter()
        .map(|request| request.method.as_str())
        .collect();
    assert_eq!(methods, ["POST", "GET", "GET"]);
}

#[tokio::test]
async fn warnings_make_the_link_partial() {
    let marked = Marked {
        warnings: vec!["store \u{1b}[1mshard-2 is away"],
        ..Marked::new(&[("g/a", Say::value("1"))])
    };
    let server = prometheus(&marked).await;
    let watchlist = Watchlist {
        probes: vec![probe("g/a", None)],
        ..Watchlist::default()
    };
    let seen = watch(HttpEndpoint::new(server.uri()), watchlist, |seen| {
        matches!(
            link_of(seen, SourceId::Prometheus),
            Some(Link::Partial { .. })
        )
    })
    .await;
    let Some(Link::Partial { detail, .. }) = link_of(&seen, SourceId::Prometheus) else {
        panic!("{seen:?}")
    };
    assert_eq!(detail, "store shard-2 is away");
    assert_eq!(reading(&seen, "g/a"), Some(&known(1.0, 1_700_000_000.5)));
}

#[tokio::test]
async fn a_server_clock_that_is_ahead_is_told() {
    let server = MockServer::start().await;
    let date = clock().now().wall + SignedDuration::from_mins(5);
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let empty = json!({"status": "success", "data": {"resultType": "vector", "result": []}});
    Mock::given(any())
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("date", date.as_str())
                .set_body_json(empty),
        )
        .mount(&server)
        .await;
    let watchlist = Watchlist {
        probes: vec![probe("g/a", None)],
        ..Watchlist::default()
    };
    let seen = watch(HttpEndpoint::new(server.uri()), watchlist, |seen| {
        seen.iter()
            .any(|one| matches!(one, Observation::Skew { ahead, .. } if ahead.as_secs() >= 298))
    })
    .await;
    assert!(!seen.is_empty());
}
