//! Requests to servers that answer as they are told, or do not.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, body_string, header, method, path},
};

use super::*;
use crate::{
    domain::action::{
        place::{SecretDelivery, SecretSource, SecretSpec},
        step::{Parse, StepKind, Template},
        verdict::Stream,
    },
    runtime::executors::testing::{Bench, done, look, plan_of},
};

const CANARY: &str = "Bearer canary-91ab-do-not-show";

fn request(verb: &str, url: &str, body: Option<&str>) -> Planned {
    Planned {
        kind: StepKind::Http {
            method: verb.to_owned(),
            url: Template::plain(url),
            headers: BTreeMap::from([(
                "content-type".to_owned(),
                Template::plain("application/json"),
            )]),
            body: body.map(Template::plain),
            secrets: Vec::new(),
            expect: Vec::new(),
        },
        limit: Some(2),
        save: None,
        again: None,
        batch: None,
    }
}

fn requests() -> Requests {
    Requests::new(Secrets::default(), ProxyEnv::default())
}

#[tokio::test]
async fn it_is_sent_once_with_all_it_says() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/circuits/doubao"))
        .and(header("content-type", "application/json"))
        .and(header("audit-id", "run-1"))
        .and(body_string("{\"state\": \"open\"}"))
        .respond_with(ResponseTemplate::new(201).set_body_string("{\"state\": \"open\"}\n"))
        .expect(1)
        .mount(&server)
        .await;
    let url = format!("{}/circuits/doubao", server.uri());
    let step = Planned {
        save: Some(Save {
            name: "circuit".to_owned(),
            parse: Parse::Json([("state".to_owned(), "/state".to_owned())].into()),
        }),
        ..request("POST", &url, Some("{\"state\": \"open\"}"))
    };
    let (end, bench) = done(&requests(), step).await;
    let StepEnd::Done { said, saved } = end else {
        panic!("{end:?}")
    };
    assert_eq!(said[0].value, Value::Int(201));
    assert_eq!(saved["state"], Value::text("open"));
    assert_eq!(bench.heard(Stream::Out), "{\"state\": \"open\"}\n");
}

#[tokio::test]
async fn what_a_server_says_decides_what_is_known() {
    for (status, failed) in [
        (400, true),
        (404, true),
        (302, true),
        (500, false),
        (502, false),
        (408, false),
    ] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(
                ResponseTemplate::new(status).set_body_string("\nno such\u{1b}[31m circuit\n"),
            )
            .expect(1)
            .mount(&server)
            .await;
        let (end, _) = done(&requests(), request("POST", &server.uri(), None)).await;
        let why = format!("HTTP {status}: no such circuit");
        let expected = if failed {
            StepEnd::Failed { why }
        } else {
            StepEnd::Unknown { why }
        };
        assert_eq!(end, expected);
    }
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    let mut gone = request("DELETE", &server.uri(), None);
    if let StepKind::Http { expect, .. } = &mut gone.kind {
        expect.extend([204, 404]);
    }
    let (end, _) = done(&requests(), gone).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
}

#[tokio::test]
async fn a_refused_connection_is_a_failure_and_a_lost_answer_is_not_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let lose = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = [0; 16];
        stream.read_exact(&mut read).await.unwrap();
        drop(stream);
    };
    let requests = requests();
    let ((end, _), ()) = futures::join!(done(&requests, request("POST", &url, Some("x"))), lose);
    assert!(matches!(end, StepEnd::Unknown { .. }), "{end:?}");
    let half = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = [0; 16];
        stream.read_exact(&mut read).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .await
            .unwrap();
    };
    let ((end, _), ()) = futures::join!(done(&requests, request("POST", &url, Some("x"))), half);
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("broke off")),
        "{end:?}"
    );
    drop(listener);
    let (end, _) = done(&requests, request("POST", &url, None)).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("refused")),
        "{end:?}"
    );
}

#[tokio::test]
async fn late_and_stopped_are_told_apart_from_done() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = requests();
    let late = Planned {
        limit: Some(1),
        ..request("POST", &url, None)
    };
    let (end, _) = done(&requests, late).await;
    assert_eq!(
        end,
        StepEnd::Unknown {
            why: "no answer within 1 s".to_owned()
        }
    );
    let bench = Bench::new(plan_of(request("POST", &url, None)));
    let stop = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = [0; 4];
        stream.read_exact(&mut read).await.unwrap();
        bench.cancel.cancel();
        stream
    };
    let (end, _stream) = futures::join!(bench.run(&requests), stop);
    assert!(
        matches!(&end, StepEnd::Cancelled { done: Some(_) }),
        "{end:?}"
    );
    let end = bench.run(&requests).await;
    assert_eq!(end, StepEnd::Cancelled { done: None });
}

#[tokio::test]
async fn a_redirect_leads_nowhere_else() {
    let other = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&other)
        .await;
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(307).insert_header("location", other.uri().as_str()))
        .mount(&server)
        .await;
    for verb in ["POST", "GET"] {
        let (end, _) = done(&requests(), request(verb, &server.uri(), None)).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("307")),
            "{verb}: {end:?}"
        );
    }
}

// row: G5
#[tokio::test]
async fn a_secret_reaches_the_server_and_is_found_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, CANARY).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let spec = |deliver| SecretSpec {
        name: "token".to_owned(),
        from: SecretSource::File(file.to_string_lossy().into_owned()),
        deliver,
    };
    let header_of = SecretDelivery::Header("Authorization".to_owned());
    let requests = Requests::new(Secrets::new([spec(header_of)], None), ProxyEnv::default());
    let server = MockServer::start().await;
    Mock::given(header("authorization", CANARY))
        .respond_with(ResponseTemplate::new(409).set_body_string(format!("you said {CANARY}")))
        .expect(1)
        .mount(&server)
        .await;
    let mut step = request("POST", &server.uri(), None);
    if let StepKind::Http { secrets, .. } = &mut step.kind {
        secrets.push("token".to_owned());
    }
    let (end, bench) = done(&requests, step.clone()).await;
    let shown = format!("{end:?} {:?} {requests:?} {:?}", bench.told(), bench.plan);
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(bench.heard(Stream::Out), "you said •••");
    let wrong = Requests::new(
        Secrets::new([spec(SecretDelivery::Env("TOKEN".to_owned()))], None),
        ProxyEnv::default(),
    );
    let refusal = look(&wrong, &step).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("header"), "{refusal:?}");
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    for (verb, url) in [
        ("POST", "ftp://host/x"),
        ("POST", "not an address"),
        ("POST", "http://li:hunter2@host/"),
        ("CONNECT", "http://host/"),
        ("post", "http://host/"),
    ] {
        let refusal = look(&requests(), &request(verb, url, None))
            .await
            .unwrap_err();
        assert!(
            matches!(refusal, Refusal::BadValue { .. }),
            "{verb} {url}: {refusal:?}"
        );
    }
    let mut injected = request("POST", "http://host/", None);
    if let StepKind::Http { headers, .. } = &mut injected.kind {
        headers.insert("x".to_owned(), Template::plain("a\r\nevil: b"));
    }
    let refusal = look(&requests(), &injected).await.unwrap_err();
    assert!(matches!(refusal, Refusal::BadValue { .. }), "{refusal:?}");
}

#[tokio::test]
async fn a_read_gives_what_it_parsed() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/health"))
        .respond_with(ResponseTemplate::new(200).set_body_string("{\"status\": \"UP\"}"))
        .mount(&server)
        .await;
    let step = Planned {
        save: Some(Save {
            name: "health".to_owned(),
            parse: Parse::Json([("status".to_owned(), "/status".to_owned())].into()),
        }),
        ..request("GET", &format!("{}/health", server.uri()), None)
    };
    let values = Family::read(&requests(), &step).await.unwrap();
    assert_eq!(values["status"], Value::text("UP"));
    let missing = request("GET", &format!("{}/nothing", server.uri()), None);
    let refusal = Family::read(&requests(), &missing).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("HTTP 404"), "{refusal:?}");
}

// row: A1
#[tokio::test]
async fn any_status_is_an_answer_to_who_asks_for_it_and_so_is_a_shut_door() {
    let asking = |url: &str| Planned {
        save: Some(Save {
            name: "health".to_owned(),
            parse: Parse::Ending(Box::new(Ending {
                any: true,
                output: Some(Parse::Json(
                    [("state".to_owned(), "/state".to_owned())].into(),
                )),
                ..Ending::default()
            })),
        }),
        ..request("GET", url, None)
    };
    for (status, body, state) in [
        (200, "{\"state\": \"ok\"}", Some(Value::text("ok"))),
        (503, "<html>", None),
        (404, "{\"state\": \"gone\"}", Some(Value::text("gone"))),
    ] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).set_body_string(body))
            .mount(&server)
            .await;
        let values = Family::read(&requests(), &asking(&server.uri()))
            .await
            .unwrap();
        assert_eq!(values["status"], Value::Int(status.into()));
        assert_eq!(values["open"], Value::Int(1));
        assert!(values.contains_key("ms"));
        assert_eq!(values.get("state"), state.as_ref());
        let (end, _) = done(&requests(), asking(&server.uri())).await;
        assert!(
            matches!(&end, StepEnd::Done { saved, .. } if saved["status"] == Value::Int(status.into())),
            "{end:?}"
        );
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let values = Family::read(&requests(), &asking(&url)).await.unwrap();
    assert_eq!(values["open"], Value::Int(0));
    assert!(!values.contains_key("status"));
    // A name nobody knows is no shut door.
    let nowhere = Family::read(&requests(), &asking("http://nowhere.invalid")).await;
    assert_eq!(nowhere.unwrap_err().id(), "unreadable");
}
