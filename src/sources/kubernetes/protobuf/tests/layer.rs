//! What the layer asks for, what it touches, and what kube makes of it.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use kube::{
    Api,
    api::{ListParams, WatchParams},
    client::{Body, ClientBuilder},
    core::WatchEvent,
};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    super::{LIST, PROTOBUF, ProtobufLayer, WATCH, over},
    encode,
};
use crate::sources::kubernetes::status::PodLite;

type Answered = Response<Full<Bytes>>;

fn answer(status: u16, media: &str, body: &[u8]) -> Answered {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media)
        .header(header::CONTENT_LENGTH, body.len())
        .body(Full::new(Bytes::copy_from_slice(body)))
        .unwrap()
}

/// Asks through the layer: what the server was asked to answer with, what it answered, and what came of that.
async fn ask(request: Request<Body>, answer: Answered) -> (Option<String>, Response<Bytes>) {
    let accept = Arc::new(Mutex::new(None));
    let asked = Arc::clone(&accept);
    let mut answer = Some(answer);
    let server = service_fn(move |request: Request<Body>| {
        let told = request.headers().get(header::ACCEPT);
        *asked.lock().unwrap() = told.map(|it| it.to_str().unwrap().to_owned());
        let answer = answer.take().unwrap();
        async move { Ok::<_, Infallible>(answer) }
    });
    let answer = ProtobufLayer.layer(server).oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let accept = accept.lock().unwrap().take();
    (accept, Response::from_parts(parts, body))
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn lists_and_watches_of_known_kinds_ask_for_protobuf() {
    for (uri, expected) in [
        ("/api/v1/pods?&limit=500", Some(LIST)),
        (
            "/api/v1/namespaces/a/pods?&watch=true&resourceVersion=7",
            Some(WATCH),
        ),
        ("/apis/apps/v1/deployments", Some(LIST)),
        ("/api/v1/namespaces/a/pods/one", None),
        ("/api/v1/configmaps", None),
        ("/version", None),
    ] {
        let (accept, _) = ask(get(uri), answer(200, "application/json", b"{}")).await;
        let expected = expected.map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(accept, expected, "{uri}");
    }
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let mut named = get("/api/v1/pods");
    let headers = named.headers_mut();
    headers.insert(header::ACCEPT, table.parse().unwrap());
    let (accept, _) = ask(named, answer(200, "application/json", b"{}")).await;
    assert_eq!(accept.as_deref(), Some(table));
    let post = Request::post("/api/v1/pods").body(Body::empty()).unwrap();
    let (accept, _) = ask(post, answer(201, "application/json", b"{}")).await;
    assert_eq!(accept, None);
}

#[tokio::test]
async fn what_is_no_protobuf_passes_as_it_is() {
    for (status, media, body) in [
        (200, "application/json", &b"{\"items\": []}"[..]),
        (200, "text/html", b"<html>sign in</html>"),
        (403, "application/json", b"{\"kind\": \"Status\"}"),
    ] {
        let (_, said) = ask(get("/api/v1/pods"), answer(status, media, body)).await;
        assert_eq!(said.headers()[header::CONTENT_TYPE], media);
        assert_eq!(
            said.headers()[header::CONTENT_LENGTH],
            body.len().to_string()
        );
        assert_eq!(said.body(), body);
    }
    // Nor does an answer to what was not asked here.
    let asked = answer(200, PROTOBUF, b"k8s\0");
    let (_, said) = ask(get("/api/v1/configmaps"), asked).await;
    assert_eq!(&said.body()[..], b"k8s\0");
}

/// A client as the source has it, of a server that always answers this.
fn client(answered: impl Fn() -> Answered + Send + Sync + 'static) -> kube::Client {
    let server = service_fn(move |_: Request<Body>| {
        let answer = answered();
        async move { Ok::<_, Infallible>(answer) }
    });
    over(&ClientBuilder::new(server, "default").build())
}

fn status(code: i64, reason: &str, message: &str) -> Vec<u8> {
    let (mut details, mut raw) = (Vec::new(), Vec::new());
    encode::bytes(3, b"pods", &mut details);
    encode::number(5, 9, &mut details);
    encode::bytes(1, b"", &mut raw);
    encode::bytes(2, b"Failure", &mut raw);
    encode::bytes(3, message.as_bytes(), &mut raw);
    encode::bytes(4, reason.as_bytes(), &mut raw);
    encode::bytes(5, &details, &mut raw);
    encode::number(6, code, &mut raw);
    encode::envelope("v1", "Status", &raw)
}

#[tokio::test]
async fn a_refusal_is_understood() {
    let body = status(403, "Forbidden", "pods is forbidden: \"ü\"");
    let client = client(move || answer(403, PROTOBUF, &body));
    let api: Api<PodLite> = Api::all(client);
    let Err(kube::Error::Api(said)) = api.list(&ListParams::default()).await else {
        panic!("a refusal");
    };
    assert_eq!((said.code, &*said.reason), (403, "Forbidden"));
    assert_eq!(said.message, "pods is forbidden: \"ü\"");
    let details = said.details.unwrap();
    assert_eq!((&*details.kind, details.retry_after_seconds), ("pods", 9));
}

#[tokio::test]
async fn a_refusal_that_cannot_be_read_keeps_its_code() {
    let long = vec![b'x'; 3 << 20];
    for body in [b"k8s\0\xff".to_vec(), b"".to_vec(), long] {
        let client = client(move || answer(401, PROTOBUF, &body));
        let api: Api<PodLite> = Api::all(client);
        let Err(kube::Error::Api(said)) = api.list(&ListParams::default()).await else {
            panic!("a refusal");
        };
        assert_eq!(said.code, 401);
    }
}

#[tokio::test]
async fn a_watch_brings_changes_bookmarks_and_its_end() {
    let (mut meta, mut pod) = (Vec::new(), Vec::new());
    encode::bytes(1, b"one", &mut meta);
    encode::bytes(6, b"41", &mut meta);
    encode::bytes(1, &meta, &mut pod);
    let (mut meta, mut mark) = (Vec::new(), Vec::new());
    let mut pair = Vec::new();
    encode::bytes(1, b"k8s.io/initial-events-end", &mut pair);
    encode::bytes(2, b"true", &mut pair);
    encode::bytes(6, b"42", &mut meta);
    encode::bytes(8, b"", &mut meta);
    encode::bytes(12, &pair, &mut meta);
    encode::bytes(1, &meta, &mut mark);
    let body = [
        encode::frame("ADDED", &encode::envelope("v1", "Pod", &pod)),
        encode::frame("BOOKMARK", &encode::envelope("v1", "Pod", &mark)),
        encode::frame("ERROR", &status(410, "Expired", "too old")),
    ]
    .concat();
    let media = format!("{PROTOBUF};stream=watch");
    let api: Api<PodLite> = Api::all(client(move || answer(200, &media, &body)));
    let events = api.watch(&WatchParams::default(), "40").await.unwrap();
    let events: Vec<_> = futures::StreamExt::collect(events).await;
    let [
        Ok(WatchEvent::Added(pod)),
        Ok(WatchEvent::Bookmark(mark)),
        Ok(WatchEvent::Error(end)),
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(pod.metadata.name, "one");
    assert_eq!(
        pod.metadata.for_watcher.resource_version.as_deref(),
        Some("41")
    );
    assert_eq!((&*mark.types.api_version, &*mark.types.kind), ("v1", "Pod"));
    assert_eq!(mark.metadata.resource_version, "42");
    assert_eq!(
        mark.metadata
            .annotations
            .get("k8s.io/initial-events-end")
            .map(String::as_str),
        Some("true")
    );
    assert_eq!((end.code, &*end.reason), (410, "Expired"));
}

#[tokio::test]
async fn a_list_that_makes_no_sense_is_no_lost_connection() {
    let client = client(|| answer(200, PROTOBUF, b"k8s\0\x0b"));
    let api: Api<PodLite> = Api::all(client);
    let error = api.list(&ListParams::default()).await.unwrap_err();
    let trouble = crate::sources::kubernetes::trouble::of(&error);
    assert_eq!(
        trouble.detail,
        "unreadable answer: a field of the wire type 3"
    );
}
