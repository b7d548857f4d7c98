//! `ConfigMaps` that were written, by their metadata alone: their values are nobody's business here.

use std::borrow::Cow;

use jiff::Timestamp;
use k8s_openapi::{
    NamespaceResourceScope, api::core::v1::ConfigMap, apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    domain::change::{Change, What},
    sources::kubernetes::{
        interner::Interner,
        lite::{nullable, time},
    },
};

/// The metadata of a `ConfigMap` with who wrote it when.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::kubernetes) struct ConfigLite {
    metadata: Meta,
    #[serde(skip)]
    none: ObjectMeta,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    #[serde(deserialize_with = "nullable")]
    namespace: String,
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    annotations: Annotations,
    #[serde(deserialize_with = "nullable")]
    managed_fields: Vec<Written>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Annotations {
    #[serde(rename = "control-plane.alpha.kubernetes.io/leader")]
    leader: Option<IgnoredAny>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Written {
    #[serde(deserialize_with = "nullable")]
    manager: String,
    #[serde(deserialize_with = "time")]
    time: Option<Timestamp>,
}

impl kube::Resource for ConfigLite {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        ConfigMap::kind(&())
    }
    fn group((): &()) -> Cow<'_, str> {
        ConfigMap::group(&())
    }
    fn version((): &()) -> Cow<'_, str> {
        ConfigMap::version(&())
    }
    fn plural((): &()) -> Cow<'_, str> {
        ConfigMap::plural(&())
    }
    fn metadata_api() -> bool {
        true
    }
    fn meta(&self) -> &ObjectMeta {
        &self.none
    }
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.none
    }
}

impl ConfigLite {
    /// The last write, if its time is wanted. A lock that is renewed every few seconds is no configuration.
    pub fn change(
        &self,
        wanted: impl Fn(Timestamp) -> bool,
        names: &mut Interner,
    ) -> Option<Change> {
        let meta = &self.metadata;
        if meta.annotations.leader.is_some() {
            return None;
        }
        let last = meta.managed_fields.iter().max_by_key(|it| it.time)?;
        let at = last.time.filter(|at| wanted(*at))?;
        Some(Change {
            at,
            what: What::ConfigChanged {
                namespace: names.name(&meta.namespace),
                name: names.name(&meta.name),
                by: names.name(&last.manager),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn no_value_of_them_travels() {
        let (asked, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let server = tower::service_fn(move |request: http::Request<kube::client::Body>| {
            asked.send(request.headers()["accept"].clone()).unwrap();
            let list = r#"{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{},"items":[]}"#;
            let answer = http::Response::new(kube::client::Body::from(list.as_bytes().to_vec()));
            async move { Ok::<_, std::convert::Infallible>(answer) }
        });
        let client = kube::Client::new(server, "prod");
        let api = kube::Api::<ConfigLite>::all(client);
        api.list(&kube::api::ListParams::default()).await.unwrap();
        let accept = seen.recv().await.unwrap();
        let accept = accept.to_str().unwrap();
        assert!(
            accept.starts_with("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"),
            "{accept}"
        );
    }

    #[test]
    fn the_last_writer_is_told_and_locks_are_not() {
        let written = json!([
            {"manager": "helm", "time": "2026-11-20T08:00:00Z"},
            {"manager": "kubectl-edit", "time": "2026-11-20T10:00:00Z"},
        ]);
        let mut object = json!({
            "metadata": {"namespace": "prod", "name": "limits", "managedFields": written, "annotations": null},
        });
        let mut names = Interner::default();
        let config: ConfigLite = serde_json::from_value(object.clone()).unwrap();
        let change = config.change(|_| true, &mut names).unwrap();
        assert_eq!(change.at.to_string(), "2026-11-20T10:00:00Z");
        assert_eq!(
            change.what,
            What::ConfigChanged {
                namespace: "prod".into(),
                name: "limits".into(),
                by: "kubectl-edit".into()
            }
        );
        assert_eq!(config.change(|_| false, &mut names), None);
        object["metadata"]["annotations"] =
            json!({"control-plane.alpha.kubernetes.io/leader": "{}"});
        let lock: ConfigLite = serde_json::from_value(object).unwrap();
        assert_eq!(lock.change(|_| true, &mut names), None);
    }
}
