//! A way to a server that is not asked directly.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, Method, Request};

use super::failure::Failure;

/// An answer as it was carried.
#[derive(Debug)]
pub struct Carried {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Carries questions to one server and its answers back.
pub trait Carrier: fmt::Debug + Send + Sync {
    /// The question's path begins with the endpoint's base. Answers larger than `most` are a failure.
    fn carry(
        &self,
        question: Request<Vec<u8>>,
        most: usize,
    ) -> BoxFuture<'_, Result<Carried, Failure>>;

    /// Why questions of this kind are known to be refused on the way, before one is sent.
    fn denied(&self, _method: Method) -> BoxFuture<'_, Option<Failure>> {
        Box::pin(async { None })
    }
}

/// A carrier as part of an endpoint: two are the same where they are one.
#[derive(Debug, Clone)]
pub struct Through(pub Arc<dyn Carrier>);

impl PartialEq for Through {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Through {}
