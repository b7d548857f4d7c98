use super::*;

fn series_of<'a>(seen: &'a [Observation], id: &str) -> Option<&'a Reading<Series>> {
    seen.iter().rev().find_map(|one| match one {
        Observation::Series(all) => all
            .iter()
            .find(|(known, _)| known.as_str() == id)
            .map(|(_, reading)| reading),
        _ => None,
    })
}

pub(super) fn series_watch(id: &str, delay: Option<Duration>) -> SeriesWatch {
    SeriesWatch {
        id: id.into(),
        expr: "e".to_owned(),
        step: Duration::from_secs(300),
        span: Duration::from_secs(3_600),
        every: SLOW,
        delay,
    }
}

#[tokio::test]
async fn windows_lie_on_the_grid_and_the_running_one_is_last() {
    let marked = Marked::new(&[("h/x", Say::value("7")), ("h/y", Say::value("NaN"))]);
    let server = prometheus(&marked).await;
    let delay = Some(Duration::from_secs(45));
    let watchlist = Watchlist {
        series: vec![series_watch("h/x", delay), series_watch("h/y", delay)],
        ..Watchlist::default()
    };
    let seen = watch(HttpEndpoint::new(server.uri()), watchlist, |seen| {
        series_of(seen, "h/x").is_some()
    })
    .await;
    let Some(Reading::Known { value, as_of }) = series_of(&seen, "h/x") else {
        panic!("{seen:?}")
    };
    assert_eq!(
        value.values.len(),
        13,
        "twelve whole windows and the running one"
    );
    assert_eq!((value.values[11], value.values[12]), (Some(7.0), Some(7.0)));
    assert!(value.values[..11].iter().all(Option::is_none));
    assert_eq!(value.start, floor_to(value.start, value.step));
    assert!(since(value.time(11), *as_of) >= Duration::from_secs(45));
    assert_eq!(series_of(&seen, "h/y"), Some(&Reading::NoData));
    assert_eq!(
        marked.asked.lock().unwrap().len(),
        2,
        "both series in one range and one instant question"
    );
}

#[tokio::test]
async fn a_trend_reaches_to_now_and_ages_by_its_newest_point() {
    let marked = Marked::new(&[("t/x", Say::value("7"))]);
    let server = prometheus(&marked).await;
    let watchlist = Watchlist {
        series: vec![series_watch("t/x", None)],
        ..Watchlist::default()
    };
    let seen = watch(HttpEndpoint::new(server.uri()), watchlist, |seen| {
        series_of(seen, "t/x").is_some()
    })
    .await;
    let Some(Reading::Known { value, as_of }) = series_of(&seen, "t/x") else {
        panic!("{seen:?}")
    };
    assert_eq!((value.values.len(), *as_of), (12, value.time(11)));
}

#[tokio::test]
async fn rules_and_their_alerts_are_told() {
    let server = MockServer::start().await;
    let alert = |state: &str| {
        json!({"labels": {"alertname": "Backlog", "queue": state}, "annotations": {"summary": "a\u{1b}[2Jb"},
               "state": state, "activeAt": "2026-11-01T10:00:00.5Z", "value": "1e+00"})
    };
    let rules = json!({"status": "success", "data": {"groups": [{"name": "g", "file": "f", "interval": 30, "rules": [
        {"type": "alerting", "name": "Backlog", "query": "depth > 500", "duration": 300, "labels": {"severity": "warning"},
         "annotations": {}, "state": "firing", "alerts": [alert("pending"), alert("firing"), alert("inactive")]},
        {"type": "recording", "name": "a:b", "query": "sum(b)"},
    ]}]}});
    Mock::given(method("GET"))
        .and(path("/api/v1/rules"))
        .and(query_param("type", "alert"))
        .respond_with(ResponseTemplate::new(200).set_body_json(rules))
        .mount(&server)
        .await;
    let seen = watch(
        HttpEndpoint::new(server.uri()),
        Watchlist::default(),
        |seen| matches!(link_of(seen, SourceId::Rules), Some(Link::Live { .. })),
    )
    .await;
    let rules = seen.iter().find_map(|one| match one {
        Observation::Rules(rules) => Some(rules),
        _ => None,
    });
    assert_eq!(rules.map(Vec::len), Some(1));
    let alerts: Vec<&Alert> = seen
        .iter()
        .filter_map(|one| match one {
            Observation::Alerts {
                from: SourceId::Rules,
                alerts,
                ..
            } => Some(alerts),
            _ => None,
        })
        .flatten()
        .collect();
    let told: Vec<_> = alerts
        .iter()
        .map(|alert| (&alert.state, alert.labels["queue"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (&AlertState::Pending, "pending"),
            (&AlertState::FiringUnseen, "firing")
        ]
    );
    assert_eq!(alerts[0].annotations["summary"], "ab");
    assert_eq!(alerts[0].expression.as_deref(), Some("depth > 500"));
    assert_eq!(alerts[0].fingerprint.as_str().len(), 16);
}
