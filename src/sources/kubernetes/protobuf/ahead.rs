//! The next page of a list is asked for as soon as the one before says what it is called, which is at its very beginning: the
//! server writes it while we still read.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use kube::client::Body;
use tower::{BoxError, Service};

use super::{
    LIST, is_protobuf,
    wire::{self, Content, Fields, MAGIC, Malformed},
};

/// What a list says of itself stands within so many bytes.
const HEAD: usize = 4 << 10;

type Asked<B> = Pin<Box<dyn Future<Output = Result<Response<B>, BoxError>> + Send>>;

/// Pages that were asked for and not yet called for, by their addresses.
struct Pages<B>(Arc<Mutex<HashMap<String, Asked<B>>>>);

impl<B> Clone for Pages<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B> Pages<B> {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Asked<B>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page of this address, if it was asked for. A list that begins anew does not go on with old pages.
    fn take(&self, uri: &str) -> Option<Asked<B>> {
        let mut pages = self.all();
        let found = pages.remove(uri);
        if found.is_none() {
            let list = first_page(uri);
            pages.retain(|other, _| first_page(other) != list);
        }
        found
    }
}

/// Asks for pages of lists before they are called for.
pub(super) struct AheadService<S, B> {
    inner: S,
    pages: Pages<B>,
}

impl<S, B> AheadService<S, B> {
    pub fn over(inner: S) -> Self {
        let pages = Pages(Arc::default());
        Self { inner, pages }
    }
}

impl<S, B> Service<Request<Body>> for AheadService<S, B>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
{
    type Response = Response<Page<B>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let is_list =
            request.method() == Method::GET && request.headers().get(header::ACCEPT) == Some(&LIST);
        let (uri, headers) = (request.uri().to_string(), request.headers().clone());
        let found = is_list.then(|| self.pages.take(&uri)).flatten();
        let answer = found.unwrap_or_else(|| asked(&mut self.inner, request));
        let (mut inner, pages) = (self.inner.clone(), self.pages.clone());
        Box::pin(async move {
            let answer = answer.await?;
            let has_more = is_list && answer.status().is_success() && is_protobuf(&answer);
            let looking = has_more.then(|| Looking {
                head: Vec::new(),
                ask: Box::new(move |token: &str| {
                    let uri = next_page(&uri, token);
                    let request = get(&uri, headers)?;
                    Some((uri, asked(&mut inner, request)))
                }),
            });
            Ok(answer.map(|inner| Page {
                inner,
                looking,
                next: None,
                pages,
            }))
        })
    }
}

fn asked<S, B>(service: &mut S, request: Request<Body>) -> Asked<B>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    let answer = service.call(request);
    Box::pin(async move { answer.await.map_err(Into::into) })
}

fn get(uri: &str, headers: HeaderMap) -> Option<Request<Body>> {
    let mut request = Request::get(uri).body(Body::empty()).ok()?;
    *request.headers_mut() = headers;
    Some(request)
}

/// The address without the name of the page.
fn first_page(uri: &str) -> String {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let pairs: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("continue="))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

/// The address of the next page, as kube's client writes it.
fn next_page(uri: &str, token: &str) -> String {
    format!("{}&continue={token}", first_page(uri))
}

/// Asks for the page of this name; with its address.
type Ask<B> = dyn FnOnce(&str) -> Option<(String, Asked<B>)> + Send;

/// How the next page is asked for.
struct Looking<B> {
    /// The beginning of the answer, as far as it was needed.
    head: Vec<u8>,
    ask: Box<Ask<B>>,
}

/// The body of a page, which asks for the next one on its way.
pub(super) struct Page<B> {
    inner: B,
    looking: Option<Looking<B>>,
    next: Option<(String, Asked<B>)>,
    pages: Pages<B>,
}

impl<B: Send + 'static> Page<B> {
    fn look(&mut self, bytes: &[u8]) {
        let Some(mut looking) = self.looking.take() else {
            return;
        };
        let room = HEAD.saturating_sub(looking.head.len());
        looking
            .head
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        match token(&looking.head) {
            Ok(Some(token)) if is_plain(token) => {
                let ask = looking.ask;
                self.next = std::str::from_utf8(token).ok().and_then(ask);
            }
            Ok(None) if looking.head.len() < HEAD => self.looking = Some(looking),
            // The last page, or nothing that we understand.
            _ => {}
        }
    }

    /// Nobody else moves the question on before it is called for.
    fn push(&mut self, context: &mut Context<'_>) {
        if let Some((_, asked)) = &mut self.next
            && let Poll::Ready(answer) = asked.as_mut().poll(context)
        {
            *asked = Box::pin(std::future::ready(answer));
        }
    }
}

/// Tokens are base64 for addresses; another one would have to be written as kube's client does.
fn is_plain(token: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !token.is_empty() && token.iter().all(plain)
}

/// The name of the next page, empty for none, from the beginning of a list; `None` while it is too short.
fn token(head: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    if head.len() < MAGIC.len() {
        return Ok(None);
    }
    let mut rest = head.strip_prefix(MAGIC).ok_or(Malformed::NoMagic)?;
    let mut inside = false;
    loop {
        let Some(field) = wire::head(rest)? else {
            return Ok(None);
        };
        let content = field.content.ok_or(Malformed::Shape("list"))?;
        let body = &rest[field.length..];
        // Into the envelope's second field, which is the list.
        if !inside && field.number == 2 {
            inside = true;
            rest = body;
            continue;
        }
        let content = usize::try_from(content).map_err(|_| Malformed::TooLong(content))?;
        let Some((whole, after)) = body.split_at_checked(content) else {
            return Ok(None);
        };
        if inside {
            let mut fields = Fields(whole);
            while let Some((number, content)) = fields.next()? {
                if let (3, Content::Bytes(token)) = (number, content) {
                    return Ok(Some(token));
                }
            }
            return Ok(Some(&[]));
        }
        rest = after;
    }
}

impl<B> HttpBody for Page<B>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.push(context);
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(bytes) = frame.data_ref()
                    && self.looking.is_some()
                {
                    self.look(bytes);
                    self.push(context);
                }
            }
            // A list that broke off is begun anew.
            Some(Err(_)) => self.next = None,
            None => {
                if let Some((uri, asked)) = self.next.take() {
                    self.pages.all().insert(uri, asked);
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        // The end has to be seen while there is a page to hand over.
        self.next.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
