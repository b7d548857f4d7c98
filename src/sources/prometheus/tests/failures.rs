use super::{series::series_watch, *};

fn one_value() -> Watchlist {
    Watchlist {
        reads: Vec::new(),
        probes: vec![probe("g/a", None)],
        series: vec![series_watch("t/x", None)],
        discover: false,
    }
}

async fn failing(response: ResponseTemplate, timeout: Duration) -> (Link, Link, Vec<Observation>) {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    let endpoint = HttpEndpoint {
        timeout,
        ..HttpEndpoint::new(server.uri())
    };
    let failed = |link: Option<&Link>| matches!(link, Some(Link::Failed { .. }));
    let seen = watch(endpoint, one_value(), |seen| {
        failed(link_of(seen, SourceId::Prometheus))
            && failed(link_of(seen, SourceId::Rules))
            && reading(seen, "g/a").is_some()
    })
    .await;
    let link = |of| link_of(&seen, of).cloned().unwrap();
    (link(SourceId::Prometheus), link(SourceId::Rules), seen)
}

#[tokio::test]
async fn every_failure_reaches_the_links_with_a_time_to_retry() {
    let html = "<html><title>Sign in</title></html>";
    for (response, kind) in [
        (ResponseTemplate::new(401), TroubleKind::Unauthorized),
        (ResponseTemplate::new(403), TroubleKind::Forbidden),
        (ResponseTemplate::new(429), TroubleKind::Throttled),
        (ResponseTemplate::new(500), TroubleKind::ServerError),
        (
            ResponseTemplate::new(404).set_body_string("404 page not found"),
            TroubleKind::NotTheApi,
        ),
        (
            ResponseTemplate::new(200).set_body_string(html),
            TroubleKind::NotTheApi,
        ),
        (
            ResponseTemplate::new(200).set_body_string("{\"status\":"),
            TroubleKind::NotTheApi,
        ),
        (
            ResponseTemplate::new(200).set_delay(SLOW),
            TroubleKind::TimedOut,
        ),
    ] {
        let (values, rules, seen) = failing(response, Duration::from_millis(200)).await;
        for link in [&values, &rules] {
            let Link::Failed {
                since,
                trouble,
                retry_at,
            } = link
            else {
                panic!("{link:?}")
            };
            assert_eq!(trouble.kind, kind, "{link:?}");
            assert!(retry_at.unwrap() > *since, "{link:?}");
        }
        let Some(Reading::Failed(trouble)) = reading(&seen, "g/a") else {
            panic!("{seen:?}")
        };
        assert_eq!(trouble.kind, kind);
    }
}

#[tokio::test]
async fn the_server_says_when_to_come_back() {
    let throttled = ResponseTemplate::new(429).insert_header("retry-after", "1234");
    let (link, ..) = failing(throttled, Duration::from_secs(5)).await;
    let Link::Failed {
        since, retry_at, ..
    } = link
    else {
        panic!("{link:?}")
    };
    assert!(crate::domain::time::since(since, retry_at.unwrap()) >= Duration::from_secs(1_230));
}

#[tokio::test]
async fn nobody_there_is_said_too() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let seen = watch(HttpEndpoint::new(format!("http://{address}")), one_value(), |seen| {
        matches!(link_of(seen, SourceId::Prometheus), Some(Link::Failed { trouble, retry_at: Some(_), .. }) if trouble.kind == TroubleKind::Unreachable)
    })
    .await;
    assert!(!seen.is_empty());
}

#[tokio::test]
async fn the_last_value_is_kept_when_the_server_goes() {
    let marked = Marked::new(&[("g/a", Say::value("5"))]);
    let server = prometheus(&marked).await;
    let due = [probe("g/a", None)];
    let (api, mut instants) = (api(&server), values(&due));
    instants.round(&api, &due, Instant::now()).await;
    server.reset().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let (answers, outcome) = instants.round(&api, &due, Instant::now()).await;
    let Reading::Lost { value, trouble, .. } = &answers[0].1 else {
        panic!("{answers:?}")
    };
    assert_eq!((*value, trouble.kind), (5.0, TroubleKind::ServerError));
    assert!(outcome.accepted.is_empty());
}

#[tokio::test]
async fn series_that_fail_alone_make_the_link_partial() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/query"))
        .respond_with(Marked::new(&[("g/a", Say::value("5"))]))
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/query_range"))
        .respond_with(ResponseTemplate::new(500).set_body_string("too heavy"))
        .mount(&server)
        .await;
    let seen = watch(HttpEndpoint::new(server.uri()), one_value(), |seen| {
        matches!(
            link_of(seen, SourceId::Prometheus),
            Some(Link::Partial { .. })
        )
    })
    .await;
    let Some(Link::Partial { detail, .. }) = link_of(&seen, SourceId::Prometheus) else {
        panic!("{seen:?}")
    };
    assert_eq!(detail, "series: HTTP 500: too heavy");
}

#[tokio::test]
async fn a_batch_that_is_too_much_at_once_is_halved_for_good() {
    let server = MockServer::start().await;
    let marked = Marked::new(
        &(0..8)
            .map(|n| {
                (
                    ["g/0", "g/1", "g/2", "g/3", "g/4", "g/5", "g/6", "g/7"][n],
                    Say::value("1"),
                )
            })
            .collect::<Vec<_>>(),
    );
    let good = marked.clone();
    Mock::given(any())
        .respond_with(move |request: &wiremock::Request| {
            if crate::sources::testkit::marks(&fields(request)["query"]).len() > 4 {
                return ResponseTemplate::new(422)
                    .set_body_json(json!({"status": "error", "errorType": "execution", "error": "too many samples"}));
            }
            wiremock::Respond::respond(&good, request)
        })
        .mount(&server)
        .await;
    let due: Vec<Probe> = (0..8).map(|n| probe(&format!("g/{n}"), None)).collect();
    let (api, mut instants) = (api(&server), values(&due));
    for _ in 0..5 {
        let (answers, _) = instants.round(&api, &due, Instant::now()).await;
        assert!(
            answers
                .iter()
                .all(|(_, reading)| *reading == known(1.0, 1_700_000_000.5)),
            "{answers:?}"
        );
    }
    let before = server.received_requests().await.unwrap().len();
    instants.round(&api, &due, Instant::now()).await;
    assert!(
        server.received_requests().await.unwrap().len() - before <= 4,
        "no halving any more"
    );
}
