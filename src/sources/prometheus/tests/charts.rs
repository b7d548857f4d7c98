use super::*;

async fn ask(server: &MockServer, id: Option<&str>) -> Observation {
    let (outbox, inbox) = outbox();
    let (asker, asks) = mpsc::channel(1);
    let time = |second| Timestamp::from_second(second).unwrap();
    asker
        .send(Ask::Chart {
            request: 7,
            parts: vec![(id.map(QueryId::from), "rate(x[5m])".to_owned())],
            start: time(1_000_003),
            end: time(1_000_603),
            step: Duration::from_secs(60),
        })
        .await
        .unwrap();
    let is_chart = |one: &Observation| matches!(one, Observation::Chart { .. });
    let source = run(
        HttpEndpoint::new(server.uri()),
        Watchlist::default(),
        Cadence::default(),
        outbox,
        asks,
        clock(),
    );
    let seen = until(source, inbox, |seen| seen.iter().any(is_chart)).await;
    seen.into_iter().find(is_chart).unwrap()
}

#[tokio::test]
async fn a_typed_question_gives_its_series_by_their_labels() {
    let server = MockServer::start().await;
    let many: Vec<_> = (0..30)
        .map(|n| json!({"metric": {"__name__": "x", "pod": format!("p\u{1b}[1m{n}")}, "values": [[999_960, "1"], [1_000_020, "NaN"]]}))
        .collect();
    Mock::given(path("/api/v1/query_range"))
        .respond_with(ResponseTemplate::new(200).set_body_json(
            json!({"status": "success", "data": {"resultType": "matrix", "result": many}}),
        ))
        .mount(&server)
        .await;
    let Observation::Chart {
        request: 7,
        answer: Ok(series),
    } = ask(&server, None).await
    else {
        panic!("no chart")
    };
    assert_eq!(series.len(), 20);
    assert!(
        !series[0].0.contains('\u{1b}') && series[0].0.starts_with("x{pod="),
        "{}",
        series[0].0
    );
    let values = &series[0].1;
    assert_eq!(values.start.as_second() % 60, 0);
    assert_eq!(
        (values.values.len(), values.values[0], values.values[1]),
        (11, Some(1.0), None)
    );
    let requests = server.received_requests().await.unwrap();
    let asked = requests
        .iter()
        .find(|request| request.url.path().ends_with("query_range"))
        .unwrap();
    assert_eq!(fields(asked)["query"], "rate(x[5m])");
    assert_eq!(fields(asked)["start"], "999960");
}

#[tokio::test]
async fn a_question_of_the_watchlist_is_marked() {
    let marked = Marked::new(&[("g/a", Say::value("3"))]);
    let server = prometheus(&marked).await;
    let Observation::Chart {
        answer: Ok(series), ..
    } = ask(&server, Some("g/a")).await
    else {
        panic!("no chart")
    };
    assert_eq!(
        series[0].0, "rate(x[5m])",
        "without other labels the question is the name"
    );
    assert_eq!(series[0].1.last(), Some(3.0));
}

#[tokio::test]
async fn a_refused_question_says_why() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/query_range"))
        .respond_with(ResponseTemplate::new(400).set_body_json(
            json!({"status": "error", "errorType": "bad_data", "error": "1:3: parse error"}),
        ))
        .mount(&server)
        .await;
    let Observation::Chart {
        answer: Err(trouble),
        ..
    } = ask(&server, None).await
    else {
        panic!("no trouble")
    };
    assert_eq!(
        (trouble.kind, trouble.detail.as_str()),
        (TroubleKind::BadQuestion, "1:3: parse error")
    );
}
