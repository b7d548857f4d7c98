//! One HTTP client for every source that is asked over HTTP, and the one place that says what went wrong.

mod backoff;
mod carrier;
mod client;
mod endpoint;
mod failure;
mod proxy;
mod skew;
mod words;

#[cfg(test)]
mod tests;

pub use backoff::{Backoff, jittered};
pub use carrier::{Carried, Carrier, Through};
pub use client::{HttpClient, Question, Reply};
pub use endpoint::{Auth, ClientCert, HttpEndpoint};
pub use failure::Failure;
pub use proxy::ProxyEnv;
pub use skew::ahead;
