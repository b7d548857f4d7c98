//! Pages that are asked for before they are called for.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Request, Response, header};
use http_body::Frame;
use http_body_util::StreamBody;
use kube::{
    Api,
    api::ListParams,
    client::{Body, ClientBuilder},
};
use tower::service_fn;

use super::{
    super::{PROTOBUF, over},
    encode,
};
use crate::sources::kubernetes::status::PodLite;

/// A page of one pod that says what the next one is called.
fn page(name: &str, next: &str) -> Vec<u8> {
    let (mut about, mut meta, mut pod, mut list) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    encode::bytes(1, b"", &mut about);
    encode::bytes(2, b"7", &mut about);
    encode::bytes(3, next.as_bytes(), &mut about);
    encode::bytes(1, name.as_bytes(), &mut meta);
    encode::bytes(1, &meta, &mut pod);
    encode::bytes(1, &about, &mut list);
    encode::bytes(2, &pod, &mut list);
    encode::envelope("v1", "PodList", &list)
}

/// What was asked of a server, in its order.
type Asked = Arc<Mutex<Vec<String>>>;

/// A client of a server with three pages, which come in pieces of so many bytes.
fn client(size: usize, second: &'static str) -> (kube::Client, Asked) {
    let asked = Asked::default();
    let heard = Arc::clone(&asked);
    let server = service_fn(move |request: Request<Body>| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let (name, next) = match query.split_once("continue=").map(|(_, token)| token) {
            None => ("one", second),
            Some("third") => ("three", ""),
            Some(_) => ("two", "third"),
        };
        heard.lock().unwrap().push(query);
        let bytes = page(name, next);
        let pieces: Vec<_> = bytes
            .chunks(size)
            .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
            .collect();
        let answer = Response::builder()
            .header(header::CONTENT_TYPE, PROTOBUF)
            .body(StreamBody::new(stream::iter(pieces).boxed()))
            .unwrap();
        async move { Ok::<_, Infallible>(answer) }
    });
    (over(&ClientBuilder::new(server, "default").build()), asked)
}

async fn list(api: &Api<PodLite>, token: Option<String>) -> (String, Option<String>) {
    let mut params = ListParams::default().limit(1);
    params.continue_token = token;
    let page = api.list(&params).await.unwrap();
    (page.items[0].metadata.name.clone(), page.metadata.continue_)
}

#[tokio::test]
async fn each_page_is_asked_for_once_and_before_it_is_called_for() {
    for size in [1, 7, 1_000] {
        let (client, asked) = client(size, "se-co_nd");
        let api: Api<PodLite> = Api::all(client);
        let (name, token) = list(&api, None).await;
        assert_eq!((&*name, token.as_deref()), ("one", Some("se-co_nd")));
        // Nobody has called for the second page.
        while asked.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
        let ahead = asked.lock().unwrap()[1].clone();
        assert!(ahead.ends_with("continue=se-co_nd"), "{ahead}");
        let (name, token) = list(&api, token).await;
        assert_eq!((&*name, token.as_deref()), ("two", Some("third")));
        let (name, token) = list(&api, token).await;
        assert_eq!((&*name, token.filter(|it| !it.is_empty())), ("three", None));
        assert_eq!(asked.lock().unwrap().len(), 3, "{size}");
    }
}

#[tokio::test]
async fn a_list_that_begins_anew_has_no_old_pages() {
    let (client, asked) = client(1_000, "second");
    let api: Api<PodLite> = Api::all(client);
    let (_, token) = list(&api, None).await;
    list(&api, None).await;
    let (name, _) = list(&api, token).await;
    assert_eq!(name, "two");
    let asked = asked.lock().unwrap();
    let second = asked.iter().filter(|query| query.contains("second"));
    assert_eq!(second.count(), 2, "{asked:?}");
}

#[tokio::test]
async fn a_token_that_would_be_written_otherwise_is_left_to_kube() {
    let (client, asked) = client(1_000, "se=cond");
    let api: Api<PodLite> = Api::all(client);
    let (_, token) = list(&api, None).await;
    assert_eq!(token.as_deref(), Some("se=cond"));
    assert_eq!(asked.lock().unwrap().len(), 1);
}
