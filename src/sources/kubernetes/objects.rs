//! Any object of the server as the JSON it sends.

use kube::{
    Client,
    api::ListParams,
    core::{Request, params::GetParams},
};
use serde_json::Value;

use super::trouble::{self, trouble};
use crate::domain::{
    freshness::{Trouble, TroubleKind},
    object::{KindRef, ObjectKey},
};

/// The address of all objects of a kind.
fn path(kind: &KindRef, namespace: Option<&str>) -> String {
    let root = if kind.group.is_empty() {
        format!("/api/{}", kind.version)
    } else {
        format!("/apis/{}/{}", kind.group, kind.version)
    };
    match namespace {
        Some(namespace) if kind.namespaced => {
            format!("{root}/namespaces/{namespace}/{}", kind.plural)
        }
        _ => format!("{root}/{}", kind.plural),
    }
}

/// One object; another one that has taken its name is not it.
pub(super) async fn get(client: &Client, key: &ObjectKey) -> Result<Value, Trouble> {
    let request = Request::new(path(&key.kind, key.namespace.as_deref()))
        .get(&key.name, &GetParams::default())
        .map_err(|error| trouble(TroubleKind::BadQuestion, &error.to_string()))?;
    let object = ask(client, request).await?;
    let uid = object.pointer("/metadata/uid").and_then(Value::as_str);
    match &key.uid {
        Some(known) if uid != Some(known.as_str()) => {
            let said = "this object is gone; another one has its name now";
            Err(trouble(TroubleKind::Absent, said))
        }
        _ => Ok(object),
    }
}

/// Objects of a kind, one page of them, and whether there are more.
pub(super) async fn list(
    client: &Client,
    kind: &KindRef,
    namespace: Option<&str>,
    params: &ListParams,
) -> Result<(Vec<Value>, bool), Trouble> {
    let request = Request::new(path(kind, namespace))
        .list(params)
        .map_err(|error| trouble(TroubleKind::BadQuestion, &error.to_string()))?;
    let mut answer = ask(client, request).await?;
    let more = answer
        .pointer("/metadata/continue")
        .and_then(Value::as_str)
        .is_some_and(|token| !token.is_empty());
    let items = match answer.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    Ok((items, more))
}

/// The client's own way of reading JSON writes what it can't read into the log: that may be a secret.
async fn ask(client: &Client, request: http::Request<Vec<u8>>) -> Result<Value, Trouble> {
    let text = client
        .request_text(request)
        .await
        .map_err(|error| trouble::of(&error))?;
    serde_json::from_str(&text).map_err(|error| {
        let said = format!("unreadable answer at line {} of it", error.line());
        trouble(TroubleKind::NotTheApi, &said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api() {
        let pods = KindRef::pods();
        assert_eq!(path(&pods, Some("prod")), "/api/v1/namespaces/prod/pods");
        assert_eq!(path(&pods, None), "/api/v1/pods");
        let nodes = KindRef::new("", "v1", "Node", "nodes", false);
        assert_eq!(path(&nodes, Some("prod")), "/api/v1/nodes");
        let widgets = KindRef::new("x.example", "v2", "Widget", "widgets", true);
        assert_eq!(
            path(&widgets, Some("a")),
            "/apis/x.example/v2/namespaces/a/widgets"
        );
    }
}
