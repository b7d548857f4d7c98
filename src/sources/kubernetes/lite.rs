//! Objects with only the fields that become rows: a whole pod is fifty kilobytes in memory, its row a few hundred bytes.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Deserializer};

use crate::domain::{clean::clean, id::Uid};

/// An object of which no more is read than what its row needs; only such ones are asked for with
/// [`Connection::rows`](super::connect::Connection::rows).
pub(super) trait Lite: kube::Resource<DynamicType = ()> {}

/// Ties a lite type to the API path of the whole one.
macro_rules! lite {
    ($lite:ty, $whole:ty) => {
        impl $crate::sources::kubernetes::lite::Lite for $lite {}

        impl kube::Resource for $lite {
            type DynamicType = ();
            type Scope = <$whole as kube::Resource>::Scope;

            fn kind((): &()) -> std::borrow::Cow<'_, str> {
                <$whole as kube::Resource>::kind(&())
            }
            fn group((): &()) -> std::borrow::Cow<'_, str> {
                <$whole as kube::Resource>::group(&())
            }
            fn version((): &()) -> std::borrow::Cow<'_, str> {
                <$whole as kube::Resource>::version(&())
            }
            fn plural((): &()) -> std::borrow::Cow<'_, str> {
                <$whole as kube::Resource>::plural(&())
            }
            fn meta(&self) -> &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                &self.metadata.for_watcher
            }
            fn meta_mut(
                &mut self,
            ) -> &mut k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                &mut self.metadata.for_watcher
            }
        }
    };
}
pub(super) use lite;

/// An object's metadata without managed fields and without annotations but one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "RawMeta")]
pub(super) struct Meta {
    /// The watcher reads the resource version in it, and nothing else is in it.
    pub for_watcher: ObjectMeta,
    pub uid: String,
    pub namespace: String,
    pub name: String,
    pub generation: i64,
    pub labels: BTreeMap<String, String>,
    pub created: Option<Timestamp>,
    pub deleted: Option<Timestamp>,
    pub owners: Vec<Owner>,
    /// The annotation `deployment.kubernetes.io/revision`.
    pub revision: Option<u64>,
}

impl Meta {
    pub fn uid(&self) -> Uid {
        Uid::new(&*clean(&self.uid))
    }

    /// The owner that manages the object.
    pub fn controller(&self) -> Option<&Owner> {
        self.owners.iter().find(|owner| owner.controller)
    }
}

/// One owner reference.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owner {
    #[serde(deserialize_with = "nullable")]
    pub kind: String,
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub controller: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawMeta {
    resource_version: Option<String>,
    #[serde(deserialize_with = "nullable")]
    uid: String,
    #[serde(deserialize_with = "nullable")]
    namespace: String,
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    generation: i64,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "time")]
    creation_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "time")]
    deletion_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "nullable")]
    owner_references: Vec<Owner>,
    #[serde(deserialize_with = "nullable")]
    annotations: Annotations,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Annotations {
    #[serde(rename = "deployment.kubernetes.io/revision")]
    revision: Option<String>,
}

impl From<RawMeta> for Meta {
    fn from(raw: RawMeta) -> Self {
        Self {
            for_watcher: ObjectMeta {
                resource_version: raw.resource_version,
                ..ObjectMeta::default()
            },
            uid: raw.uid,
            namespace: raw.namespace,
            name: raw.name,
            generation: raw.generation,
            labels: raw.labels,
            created: raw.creation_timestamp,
            deleted: raw.deletion_timestamp,
            owners: raw.owner_references,
            revision: raw.annotations.revision.and_then(|text| text.parse().ok()),
        }
    }
}

/// `null` is what Go writes for an empty list or map.
pub(super) fn nullable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A time that may be absent; one that can't be read is absent too, rather than losing the whole list.
pub(super) fn time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// One condition of an object's status.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition {
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub kind: String,
    #[serde(deserialize_with = "nullable")]
    pub status: String,
    #[serde(deserialize_with = "nullable")]
    pub reason: String,
    #[serde(deserialize_with = "time")]
    pub last_transition_time: Option<Timestamp>,
}

impl Condition {
    pub fn holds(&self) -> bool {
        self.status == "True"
    }

    /// What it says; `None` where whoever writes it does not know.
    pub fn says(&self) -> Option<bool> {
        match self.status.as_str() {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        }
    }
}
