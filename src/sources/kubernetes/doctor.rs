//! What can be found out about a connection before anything is read over it: the server, its version, who asks, and what
//! they may do.

use jiff::SignedDuration;
use k8s_openapi::api::{
    authentication::v1::SelfSubjectReview,
    authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec},
};
use kube::{Api, api::PostParams};

use super::{connect::Connection, trouble};
use crate::domain::{clean::clean, freshness::Trouble};

/// Who the server takes us for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub name: String,
    pub groups: Vec<String>,
}

/// Something that may be allowed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access<'a> {
    pub verb: &'a str,
    pub group: &'a str,
    pub resource: &'a str,
    pub subresource: &'a str,
    /// `None`: in all namespaces, or of the whole cluster.
    pub namespace: Option<&'a str>,
}

/// The server's version, which everybody may ask.
pub async fn version(connection: &Connection) -> Result<String, Trouble> {
    let info = connection.client.apiserver_version().await;
    let info = info.map_err(|error| trouble::of(&error))?;
    Ok(clean(&info.git_version).into_owned())
}

/// How far the server's clock is ahead of ours, as what it answered so far tells.
pub fn ahead(connection: &Connection) -> SignedDuration {
    *connection.pulse.skew().borrow()
}

/// Who the server takes us for.
pub async fn subject(connection: &Connection) -> Result<Subject, Trouble> {
    let api: Api<SelfSubjectReview> = Api::all(connection.client.clone());
    let review = api
        .create(&PostParams::default(), &SelfSubjectReview::default())
        .await
        .map_err(|error| trouble::of(&error))?;
    let info = review.status.and_then(|status| status.user_info);
    let info = info.unwrap_or_default();
    let text = |text: &str| clean(text).into_owned();
    Ok(Subject {
        name: text(info.username.as_deref().unwrap_or_default()),
        groups: info
            .groups
            .unwrap_or_default()
            .iter()
            .map(|group| text(group))
            .collect(),
    })
}

/// Whether we may do something.
pub async fn may(connection: &Connection, access: Access<'_>) -> Result<bool, Trouble> {
    let api: Api<SelfSubjectAccessReview> = Api::all(connection.client.clone());
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(ResourceAttributes {
                verb: some(access.verb),
                group: some(access.group),
                resource: some(access.resource),
                subresource: some(access.subresource),
                namespace: access.namespace.map(str::to_owned),
                ..ResourceAttributes::default()
            }),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let answer = api
        .create(&PostParams::default(), &review)
        .await
        .map_err(|error| trouble::of(&error))?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

/// Whether the cluster has a group of kinds, such as that of a metrics server.
pub async fn serves(connection: &Connection, group: &str) -> Result<bool, Trouble> {
    let groups = connection.client.list_api_groups().await;
    let groups = groups.map_err(|error| trouble::of(&error))?;
    Ok(groups.groups.iter().any(|one| one.name == group))
}
