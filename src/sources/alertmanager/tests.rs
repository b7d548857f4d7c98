use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path},
};

use super::*;
use crate::{
    domain::{
        alert::{Alert, AlertState, fingerprint},
        freshness::Link,
    },
    sources::{
        outbox::outbox,
        testkit::{clock, until},
    },
};

const SLOW: Duration = Duration::from_secs(3_600);

fn alert(name: &str, updated: &str, status: &Value) -> Value {
    let labels = std::collections::BTreeMap::from([("alertname".to_owned(), name.to_owned())]);
    json!({
        "fingerprint": fingerprint(&labels).as_str(), "labels": labels,
        "annotations": {"summary": "\u{1b}]0;x\u{7}full"}, "receivers": [{"name": "r"}],
        "startsAt": "2026-11-01T10:00:00.123Z", "updatedAt": updated, "endsAt": "2026-11-01T11:00:00Z",
        "generatorURL": "http://prometheus/graph", "status": status,
    })
}

fn active() -> Value {
    json!({"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []})
}

async fn peer(alerts: &[Value], silences: &Value) -> MockServer {
    let server = MockServer::start().await;
    for (place, body) in [
        ("/api/v2/alerts", &json!(alerts)),
        ("/api/v2/silences", silences),
    ] {
        Mock::given(path(place))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
            .await;
    }
    server
}

async fn broken(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

/// Runs the source on these servers until its link is settled.
async fn watch(endpoints: Vec<HttpEndpoint>) -> (Link, Option<Vec<Alert>>) {
    let (outbox, inbox) = outbox();
    let settled = |one: &Observation| matches!(one, Observation::Link { link, .. } if *link != Link::Connecting);
    let seen = until(run(endpoints, outbox, clock(), SLOW), inbox, |seen| {
        seen.iter().any(settled)
    })
    .await;
    let link = seen.iter().rev().find_map(|one| match one {
        Observation::Link { link, .. } => Some(link.clone()),
        _ => None,
    });
    let alerts = seen.into_iter().find_map(|one| match one {
        Observation::Alerts { alerts, .. } => Some(alerts),
        _ => None,
    });
    (link.unwrap(), alerts)
}

fn at(server: &MockServer) -> HttpEndpoint {
    HttpEndpoint::new(server.uri())
}

fn state_of<'a>(alerts: &'a [Alert], name: &str) -> &'a Alert {
    alerts.iter().find(|alert| alert.name == name).unwrap()
}

#[tokio::test]
async fn states_are_told_as_they_are() {
    let silenced = json!({"state": "suppressed", "silencedBy": ["s1", "s2"], "inhibitedBy": []});
    let inhibited = json!({"state": "suppressed", "silencedBy": [], "inhibitedBy": ["00ff"]});
    let new = json!({"state": "unprocessed", "silencedBy": [], "inhibitedBy": []});
    let updated = "2026-11-01T10:05:00Z";
    let silences = json!([
        {"id": "s1", "endsAt": "2026-11-01T12:00:00Z", "updatedAt": updated, "status": {"state": "active"}},
        {"id": "s2", "endsAt": "2026-11-01T14:00:00Z", "updatedAt": updated, "status": {"state": "active"}},
    ]);
    let server = peer(
        &[
            alert("Firing", updated, &active()),
            alert("Silenced", updated, &silenced),
            alert("Inhibited", updated, &inhibited),
            alert("New", updated, &new),
        ],
        &silences,
    )
    .await;
    let (link, alerts) = watch(vec![at(&server)]).await;
    assert!(matches!(link, Link::Live { .. }), "{link:?}");
    let alerts = alerts.unwrap();
    let firing = state_of(&alerts, "Firing");
    assert_eq!(firing.state, AlertState::Firing);
    assert_eq!(firing.fingerprint, fingerprint(&firing.labels));
    assert_eq!(
        firing.annotations["summary"], "full",
        "control sequences are gone"
    );
    let hidden = state_of(&alerts, "Silenced");
    assert_eq!(
        hidden.state,
        AlertState::Silenced {
            by: vec!["s1".to_owned(), "s2".to_owned()]
        }
    );
    assert_eq!(
        hidden.silenced_until,
        Some("2026-11-01T14:00:00Z".parse().unwrap())
    );
    assert_eq!(
        state_of(&alerts, "Inhibited").state,
        AlertState::Inhibited {
            by: vec!["00ff".into()]
        }
    );
    assert_eq!(state_of(&alerts, "New").state, AlertState::Unprocessed);
}

#[tokio::test]
async fn peers_are_joined_and_the_newest_word_wins() {
    let (early, late) = ("2026-11-01T10:05:00Z", "2026-11-01T10:06:00Z");
    let silenced = json!({"state": "suppressed", "silencedBy": ["s"], "inhibitedBy": []});
    let first = peer(
        &[
            alert("Both", early, &active()),
            alert("OnlyFirst", early, &active()),
        ],
        &json!([]),
    )
    .await;
    let second = peer(
        &[
            alert("Both", late, &silenced),
            alert("OnlySecond", early, &active()),
        ],
        &json!([]),
    )
    .await;
    for endpoints in [vec![at(&first), at(&second)], vec![at(&second), at(&first)]] {
        let (link, alerts) = watch(endpoints).await;
        let alerts = alerts.unwrap();
        assert!(matches!(link, Link::Live { .. }), "{link:?}");
        assert_eq!(alerts.len(), 3);
        assert_eq!(
            state_of(&alerts, "Both").state,
            AlertState::Silenced {
                by: vec!["s".to_owned()]
            }
        );
    }
}

#[tokio::test]
async fn one_peer_gone_is_partial_and_named() {
    let good = peer(&[alert("A", "2026-11-01T10:05:00Z", &active())], &json!([])).await;
    let bad = broken(ResponseTemplate::new(503).set_body_string("starting")).await;
    let (link, alerts) = watch(vec![at(&bad), at(&good)]).await;
    let Link::Partial { detail, .. } = link else {
        panic!("{link:?}")
    };
    assert_eq!(detail, format!("{}: HTTP 503: starting", at(&bad).host()));
    assert_eq!(alerts.unwrap().len(), 1);
}

#[tokio::test]
async fn a_peer_that_hangs_holds_up_nobody() {
    let good = peer(&[alert("A", "2026-11-01T10:05:00Z", &active())], &json!([])).await;
    let slow = broken(ResponseTemplate::new(200).set_delay(SLOW)).await;
    let hanging = HttpEndpoint {
        timeout: SLOW,
        ..at(&slow)
    };
    let (link, alerts) = watch(vec![hanging, at(&good)]).await;
    let Link::Partial { detail, .. } = link else {
        panic!("{link:?}")
    };
    assert!(detail.contains("behind the others"), "{detail}");
    assert_eq!(alerts.unwrap().len(), 1);
}

#[tokio::test]
async fn all_peers_gone_is_failed_with_a_time_to_retry_and_claims_no_alerts() {
    for (response, kind) in [
        (
            ResponseTemplate::new(401).set_body_json("no token"),
            TroubleKind::Unauthorized,
        ),
        (ResponseTemplate::new(403), TroubleKind::Forbidden),
        (ResponseTemplate::new(429), TroubleKind::Throttled),
        (ResponseTemplate::new(500), TroubleKind::ServerError),
        (
            ResponseTemplate::new(404).set_body_string("404 page not found"),
            TroubleKind::NotTheApi,
        ),
        (
            ResponseTemplate::new(200).set_body_string("<!doctype html><title>Hi</title>"),
            TroubleKind::NotTheApi,
        ),
        (
            ResponseTemplate::new(200).set_body_json(json!({"status": "success"})),
            TroubleKind::NotTheApi,
        ),
        (
            ResponseTemplate::new(200).set_delay(SLOW),
            TroubleKind::TimedOut,
        ),
    ] {
        let (one, two) = (broken(response.clone()).await, broken(response).await);
        let short = |server: &MockServer| HttpEndpoint {
            timeout: Duration::from_millis(200),
            ..at(server)
        };
        let (link, alerts) = watch(vec![short(&one), short(&two)]).await;
        let Link::Failed {
            since,
            trouble,
            retry_at,
        } = link
        else {
            panic!("{link:?}")
        };
        assert_eq!(trouble.kind, kind, "{trouble:?}");
        assert!(
            trouble.detail.contains(&at(&one).host()) && trouble.detail.contains(&at(&two).host()),
            "{trouble:?}"
        );
        assert!(retry_at.unwrap() > since);
        assert_eq!(alerts, None, "no answer is not an empty list");
    }
}

#[tokio::test]
async fn without_silences_the_alerts_are_told_all_the_same() {
    let silenced = json!({"state": "suppressed", "silencedBy": ["s"], "inhibitedBy": []});
    let server = MockServer::start().await;
    Mock::given(path("/api/v2/alerts"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([alert(
            "A",
            "2026-11-01T10:05:00Z",
            &silenced
        )])))
        .mount(&server)
        .await;
    Mock::given(path("/api/v2/silences"))
        .respond_with(ResponseTemplate::new(403))
        .mount(&server)
        .await;
    let (link, alerts) = watch(vec![at(&server)]).await;
    assert!(matches!(link, Link::Partial { .. }), "{link:?}");
    assert_eq!(alerts.unwrap()[0].silenced_until, None);
}
