//! What a failed request of those who change things means: whether it can have arrived.

use std::error::Error as StdError;

use super::{connect::NoPass, trouble};
use crate::domain::freshness::Trouble;

/// Whether the request certainly never left: no credential, or no connection to send it on.
pub fn never_sent(error: &kube::Error) -> bool {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        let unconnected = cause
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect);
        if unconnected || cause.is::<NoPass>() {
            return true;
        }
        next = cause.source();
    }
    matches!(
        error,
        kube::Error::HttpError(_) | kube::Error::BuildRequest(_) | kube::Error::Auth(_)
    )
}

/// What a failed request means for a person, safe to draw.
pub fn trouble_of(error: &kube::Error) -> Trouble {
    trouble::of(error)
}
