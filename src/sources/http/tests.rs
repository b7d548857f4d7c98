use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig, pki_types::pem::PemObject, server::WebPkiClientVerifier,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, basic_auth, bearer_token, header, method, path},
};

use super::*;
use crate::domain::freshness::TroubleKind;

fn now() -> Timestamp {
    Timestamp::from_second(1_000_000).unwrap()
}

async fn ask(endpoint: HttpEndpoint) -> Result<Value, Failure> {
    HttpClient::new(endpoint)
        .ask(&Question::get("api/v1/x"), now())
        .await?
        .json()
}

async fn answering(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn every_status_has_its_kind_and_keeps_the_servers_words() {
    let html = "<html><head><title>Sign in</title></head></html>";
    let error = json!({"status": "error", "error": "parse error: \u{1b}[31mbad"}).to_string();
    for (status, body, kind, words) in [
        (401, "denied", TroubleKind::Unauthorized, "HTTP 401: denied"),
        (
            403,
            "\"no such right\"",
            TroubleKind::Forbidden,
            "HTTP 403: no such right",
        ),
        (
            404,
            "404 page not found",
            TroubleKind::NotTheApi,
            "HTTP 404: 404 page not found",
        ),
        (
            404,
            r#"{"message":"services \"p\" not found"}"#,
            TroubleKind::Absent,
            r#"HTTP 404: services "p" not found"#,
        ),
        (400, &error, TroubleKind::BadQuestion, "parse error: bad"),
        (422, &error, TroubleKind::BadQuestion, "parse error: bad"),
        (
            400,
            "Client sent an HTTP request to an HTTPS server.",
            TroubleKind::NotTheApi,
            "HTTP 400: Client sent an HTTP request to an HTTPS server.",
        ),
        (429, "", TroubleKind::Throttled, "HTTP 429"),
        (500, "", TroubleKind::ServerError, "HTTP 500"),
        (
            502,
            html,
            TroubleKind::ServerError,
            "HTTP 502: a page for browsers: Sign in",
        ),
        (
            503,
            r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#,
            TroubleKind::TimedOut,
            "HTTP 503: query timed out",
        ),
        (504, "", TroubleKind::TimedOut, "HTTP 504"),
        (
            200,
            html,
            TroubleKind::NotTheApi,
            "a page for browsers instead of data: Sign in",
        ),
        (200, "", TroubleKind::NotTheApi, "an empty answer"),
    ] {
        let server = answering(ResponseTemplate::new(status).set_body_string(body)).await;
        let failure = ask(HttpEndpoint::new(server.uri())).await.unwrap_err();
        assert_eq!(
            (failure.trouble.kind, failure.trouble.detail.as_str()),
            (kind, words),
            "{status} {body}"
        );
        assert_eq!(failure.status, Some(status));
    }
}

#[tokio::test]
async fn garbage_is_not_the_api() {
    let server =
        answering(ResponseTemplate::new(200).set_body_bytes(b"\x00\xff\x1b[2Jgarbage".to_vec()))
            .await;
    let failure = ask(HttpEndpoint::new(server.uri())).await.unwrap_err();
    assert_eq!(failure.trouble.kind, TroubleKind::NotTheApi);
    assert!(failure.trouble.detail.contains("garbage"), "{failure:?}");
    assert!(
        !failure.trouble.detail.chars().any(char::is_control),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed() {
    let elsewhere =
        answering(ResponseTemplate::new(200).set_body_json(json!({"stolen": true}))).await;
    let server = answering(
        ResponseTemplate::new(302).insert_header("location", format!("{}/login", elsewhere.uri())),
    )
    .await;
    let failure = ask(HttpEndpoint::new(server.uri())).await.unwrap_err();
    assert_eq!(
        (failure.trouble.kind, failure.status),
        (TroubleKind::NotTheApi, Some(302))
    );
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_secs(60))).await;
    let endpoint = HttpEndpoint {
        timeout: Duration::from_millis(50),
        ..HttpEndpoint::new(server.uri())
    };
    let failure = ask(endpoint).await.unwrap_err();
    assert_eq!(failure.trouble.kind, TroubleKind::TimedOut);
    assert_eq!(failure.trouble.detail, "no answer within 50ms");
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let half = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        socket
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    };
    let endpoint = HttpEndpoint {
        timeout: Duration::from_millis(50),
        ..HttpEndpoint::new(format!("http://{address}"))
    };
    let failure = tokio::select! {
        () = half => unreachable!("it waits for ever"),
        answer = ask(endpoint) => answer.unwrap_err(),
    };
    assert_eq!(failure.trouble.kind, TroubleKind::TimedOut, "{failure:?}");
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let address = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let failure = ask(HttpEndpoint::new(format!("http://{address}")))
        .await
        .unwrap_err();
    assert_eq!(failure.trouble.kind, TroubleKind::Unreachable);
    assert!(failure.trouble.detail.contains("refused"), "{failure:?}");
}

#[tokio::test]
async fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
    for (value, wait) in [("7", 7), ("Mon, 12 Jan 1970 13:47:00 GMT", 20)] {
        let response = ResponseTemplate::new(429)
            .insert_header("retry-after", value)
            .insert_header("date", "Mon, 12 Jan 1970 13:46:40 GMT");
        let server = answering(response).await;
        let failure = ask(HttpEndpoint::new(server.uri())).await.unwrap_err();
        assert_eq!(
            failure.retry_after,
            Some(Duration::from_secs(wait)),
            "{value}"
        );
        assert!(Backoff::default().failed(&failure) >= Duration::from_secs(wait));
    }
}

#[tokio::test]
async fn a_token_is_read_again_for_every_request() {
    let server = MockServer::start().await;
    Mock::given(bearer_token("first"))
        .respond_with(ResponseTemplate::new(200).set_body_json(1))
        .mount(&server)
        .await;
    Mock::given(bearer_token("second"))
        .respond_with(ResponseTemplate::new(200).set_body_json(2))
        .mount(&server)
        .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let client = HttpClient::new(HttpEndpoint {
        auth: Auth::BearerFile(file.clone()),
        ..HttpEndpoint::new(server.uri())
    });
    let question = Question::get("x");
    let missing = client.ask(&question, now()).await.unwrap_err();
    assert_eq!(missing.trouble.kind, TroubleKind::Unauthorized);
    for (token, answer) in [("first\n", 1), ("second\n", 2)] {
        std::fs::write(&file, token).unwrap();
        let reply = client.ask(&question, now()).await.unwrap();
        assert_eq!(reply.json::<i32>(), Ok(answer));
    }
}

#[tokio::test]
async fn password_headers_and_prefix_are_sent() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/prometheus/api/v1/x"))
        .and(basic_auth("watch", "secret"))
        .and(header("x-scope-orgid", "team-a"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&server)
        .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "secret\n").unwrap();
    let endpoint = HttpEndpoint {
        auth: Auth::Basic {
            username: "watch".to_owned(),
            password_file: file,
        },
        headers: vec![("X-Scope-OrgID".to_owned(), "team-a".to_owned())],
        ..HttpEndpoint::new(format!("{}/prometheus/", server.uri()))
    };
    assert_eq!(ask(endpoint).await, Ok(json!({})));
}

#[test]
fn proxies_are_read_as_curl_reads_them() {
    let env = |pairs: &'static [(&str, &str)]| {
        ProxyEnv::from_lookup(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(env(&[]), ProxyEnv::default());
    let both = env(&[
        ("HTTPS_PROXY", "http://a"),
        ("https_proxy", "http://b"),
        ("ALL_PROXY", "http://c"),
        ("NO_PROXY", "x"),
    ]);
    assert_eq!(both.https.as_deref(), Some("http://b"));
    assert_eq!(both.http.as_deref(), Some("http://c"));
    assert_eq!(both.except.as_deref(), Some("x"));
}

#[tokio::test]
async fn a_proxy_is_used_unless_excepted_and_never_for_this_machine() {
    let proxy = answering(ResponseTemplate::new(200).set_body_json(json!("by proxy"))).await;
    let through = |base: String, except: Option<&str>| HttpEndpoint {
        proxy: ProxyEnv {
            http: Some(proxy.uri()),
            https: None,
            except: except.map(str::to_owned),
        },
        timeout: Duration::from_secs(2),
        ..HttpEndpoint::new(base)
    };
    let away = || "http://prometheus.invalid".to_owned();
    assert_eq!(ask(through(away(), None)).await, Ok(json!("by proxy")));
    let direct = ask(through(away(), Some(".invalid"))).await.unwrap_err();
    assert!(
        matches!(
            direct.trouble.kind,
            TroubleKind::Unreachable | TroubleKind::TimedOut
        ),
        "{direct:?}"
    );
    let here = answering(ResponseTemplate::new(200).set_body_json(json!("direct"))).await;
    assert_eq!(ask(through(here.uri(), None)).await, Ok(json!("direct")));
}

/// A server that speaks TLS, its authority's PEM, and a client's certificate and key of the same authority.
struct Tls {
    config: Arc<ServerConfig>,
    authority: String,
    client: String,
    client_key: String,
}

fn tls(wants_client: bool) -> Tls {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let issue = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let cert = CertificateParams::new(vec![name.to_owned()])
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        (cert, key)
    };
    let (server, server_key) = issue("127.0.0.1");
    let (client, client_key) = issue("watch");
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let builder = ServerConfig::builder();
    let builder = if wants_client {
        builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder(Arc::new(roots))
                .build()
                .unwrap(),
        )
    } else {
        builder.with_no_client_auth()
    };
    let key =
        rustls::pki_types::PrivateKeyDer::from_pem_slice(server_key.serialize_pem().as_bytes())
            .unwrap();
    Tls {
        config: Arc::new(
            builder
                .with_single_cert(vec![server.der().clone()], key)
                .unwrap(),
        ),
        authority: authority.pem(),
        client: client.pem(),
        client_key: client_key.serialize_pem(),
    }
}

async fn serve(listener: TcpListener, config: Arc<ServerConfig>) {
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(socket).await else {
            continue;
        };
        let mut asked = [0; 4096];
        if stream.read(&mut asked).await.is_ok() {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ntrue")
                .await;
            let _ = stream.shutdown().await;
        }
    }
}

async fn ask_tls(
    tls: &Tls,
    change: impl Fn(&mut HttpEndpoint, &std::path::Path),
) -> Result<Value, Failure> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("ca.pem", &tls.authority),
        ("client.pem", &tls.client),
        ("client.key", &tls.client_key),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut endpoint = HttpEndpoint::new(format!("https://{}", listener.local_addr().unwrap()));
    change(&mut endpoint, folder.path());
    tokio::select! {
        () = serve(listener, Arc::clone(&tls.config)) => unreachable!("it serves for ever"),
        answer = ask(endpoint) => answer,
    }
}

#[tokio::test]
async fn only_the_stated_authority_is_trusted() {
    let (ours, other) = (tls(false), tls(false));
    let trusted = ask_tls(&ours, |endpoint, folder| {
        endpoint.ca_file = Some(folder.join("ca.pem"));
    })
    .await;
    assert_eq!(trusted, Ok(json!(true)));
    let folder = tempfile::tempdir().unwrap();
    let stranger = folder.path().join("other.pem");
    std::fs::write(&stranger, &other.authority).unwrap();
    let failure = ask_tls(&ours, |endpoint, _| {
        endpoint.ca_file = Some(stranger.clone());
    })
    .await
    .unwrap_err();
    assert_eq!(failure.trouble.kind, TroubleKind::Unreachable);
    assert!(
        failure.trouble.detail.contains("certificate"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_client_certificate_opens_the_door() {
    let tls = tls(true);
    let with_cert = |endpoint: &mut HttpEndpoint, folder: &std::path::Path| {
        endpoint.ca_file = Some(folder.join("ca.pem"));
        endpoint.client_cert = Some(ClientCert {
            cert_file: folder.join("client.pem"),
            key_file: folder.join("client.key"),
        });
    };
    assert_eq!(ask_tls(&tls, with_cert).await, Ok(json!(true)));
    let without = ask_tls(&tls, |endpoint, folder| {
        endpoint.ca_file = Some(folder.join("ca.pem"));
    })
    .await
    .unwrap_err();
    assert_eq!(
        without.trouble.kind,
        TroubleKind::Unreachable,
        "{without:?}"
    );
}

#[test]
fn waiting_grows_and_ends_with_a_success() {
    let failure = Failure::new(TroubleKind::Unreachable, "refused");
    let mut backoff = Backoff::default();
    let waits: Vec<u64> = (0..8)
        .map(|_| backoff.failed(&failure).as_secs_f64().round() as u64)
        .collect();
    assert!(
        waits[0] <= 3 && waits.iter().all(|wait| *wait <= 66),
        "{waits:?}"
    );
    assert!(waits[7] >= 54, "{waits:?}");
    backoff.succeeded();
    assert!(backoff.failed(&failure) < Duration::from_secs(3));
    let denied = Failure::new(TroubleKind::Forbidden, "no");
    assert!(Backoff::default().failed(&denied) >= Duration::from_secs(13));
}

#[test]
fn a_clock_within_the_second_is_right() {
    let at = |second: i64| Timestamp::from_second(1_000_000 + second).unwrap();
    assert_eq!(ahead(at(-1), at(0)), SignedDuration::ZERO);
    assert_eq!(ahead(at(90), at(0)), SignedDuration::from_secs(90));
    assert_eq!(ahead(at(-90), at(0)), SignedDuration::from_secs(-90));
}
