//! The clauses of the Kubernetes API.

pub mod lists;
pub mod pods;
pub mod refusals;
pub mod reviews;
pub mod watches;
pub mod workloads;
pub mod writes;

use std::sync::atomic::{AtomicU32, Ordering};

use http::Method;
use serde_json::{Value, json};

use super::http::{Answer, Call, Lines};

/// An API server, with the tokens of who may do what.
pub struct Kube {
    pub url: String,
    pub client: reqwest::Client,
    /// Who signed its certificate.
    pub ca_pem: String,
    /// Everything.
    pub admin: String,
    /// get, list and watch of everything.
    pub viewer: String,
    /// The name the server has for the viewer.
    pub viewer_name: String,
    /// Nothing.
    pub nobody: String,
    /// Whatever must outlive the test.
    pub _held: Box<dyn std::any::Any + Send + Sync>,
}

impl Kube {
    /// A client that trusts this authority.
    pub fn client(ca_pem: &str) -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let ca = reqwest::Certificate::from_pem(ca_pem.as_bytes()).expect("an authority in PEM");
        reqwest::Client::builder()
            .tls_certs_only([ca])
            .no_proxy()
            .no_gzip()
            .build()
            .expect("a client")
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(&self.client, method, &format!("{}{path}", self.url)).token(Some(&self.admin))
    }

    /// Without any credential; one is added with [`Call::token`].
    pub fn bare(&self, method: Method, path: &str) -> Call {
        Call::new(&self.client, method, &format!("{}{path}", self.url))
    }

    pub fn get(&self, path: &str) -> impl Future<Output = Answer> + use<> {
        self.call(Method::GET, path).answer()
    }

    pub fn post(&self, path: &str, body: &Value) -> impl Future<Output = Answer> + use<> {
        let call = self.call(Method::POST, path);
        call.body("application/json", body).answer()
    }

    pub fn put(&self, path: &str, body: &Value) -> impl Future<Output = Answer> + use<> {
        let call = self.call(Method::PUT, path);
        call.body("application/json", body).answer()
    }

    pub fn delete(&self, path: &str, options: &Value) -> impl Future<Output = Answer> + use<> {
        let call = self.call(Method::DELETE, path);
        call.body("application/json", options).answer()
    }

    /// `kind` is `merge`, `json`, `strategic-merge`.
    pub fn patch(
        &self,
        path: &str,
        kind: &str,
        body: &Value,
    ) -> impl Future<Output = Answer> + use<> {
        let call = self.call(Method::PATCH, path);
        let kind = format!("application/{kind}-patch+json");
        call.body(&kind, body).answer()
    }

    pub async fn watch(&self, path: &str) -> Lines {
        self.call(Method::GET, path).lines().await
    }

    /// Waits until one object of a collection is as wanted, by watching it.
    pub async fn until(
        &self,
        collection: &str,
        name: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let seen = self.get(&format!("{collection}/{name}")).await.expect(200);
        if wanted(&seen) {
            return seen;
        }
        let version = version_of(&seen);
        let path = format!(
            "{collection}?watch=1&fieldSelector=metadata.name%3D{name}&resourceVersion={version}"
        );
        let mut watch = self.watch(&path).await;
        watch.until(|_, object| wanted(object)).await
    }

    /// A namespace of the test's own.
    pub async fn namespace(&self, what: &str) -> Namespace<'_> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("contract-{what}-{}-{number}", std::process::id());
        let made = self
            .post(
                "/api/v1/namespaces",
                &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
            )
            .await;
        made.expect(201);
        Namespace { kube: self, name }
    }
}

/// A namespace that a test may fill.
pub struct Namespace<'k> {
    pub kube: &'k Kube,
    pub name: String,
}

impl Namespace<'_> {
    /// The path of a collection of the core group in it.
    pub fn core(&self, plural: &str) -> String {
        format!("/api/v1/namespaces/{}/{plural}", self.name)
    }

    pub fn apps(&self, plural: &str) -> String {
        format!("/apis/apps/v1/namespaces/{}/{plural}", self.name)
    }

    pub async fn config_map(&self, name: &str) -> Value {
        let made = self.kube.post(
            &self.core("configmaps"),
            &json!({"metadata": {"name": name, "labels": {"of": "contract"}}, "data": {"a": "1"}}),
        );
        made.await.expect(201)
    }

    /// A pod that no node takes.
    pub async fn waiting_pod(&self, name: &str, containers: &[&str]) -> Value {
        let made = self
            .kube
            .post(&self.core("pods"), &pod(name, containers, true));
        made.await.expect(201)
    }

    pub async fn deployment(&self, name: &str, replicas: u32) -> Value {
        let made = self.kube.post(
            &self.apps("deployments"),
            &json!({
                "metadata": {"name": name},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": {"app": name}},
                    "template": {
                        "metadata": {"labels": {"app": name}},
                        "spec": {"containers": [{"name": "main", "image": "registry.local/app:1"}]},
                    },
                },
            }),
        );
        made.await.expect(201)
    }

    pub async fn end(self) {
        let path = format!("/api/v1/namespaces/{}", self.name);
        let _ = self.kube.delete(&path, &json!({})).await;
    }
}

/// A pod with these containers; a gated one is never scheduled.
pub fn pod(name: &str, containers: &[&str], gated: bool) -> Value {
    let containers: Vec<Value> = containers
        .iter()
        .map(|name| json!({"name": name, "image": "registry.local/app:1"}))
        .collect();
    let mut pod = json!({
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": containers, "terminationGracePeriodSeconds": 0},
    });
    if gated {
        pod["spec"]["schedulingGates"] = json!([{"name": "quarterdeck.dev/contract"}]);
    }
    pod
}

#[track_caller]
pub fn version_of(object: &Value) -> String {
    let version = object["metadata"]["resourceVersion"].as_str();
    version
        .unwrap_or_else(|| panic!("no version: {object}"))
        .to_owned()
}

pub fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// The names of a list's items, as they come.
#[track_caller]
pub fn names_of(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("a list has items");
    items.iter().map(|item| name_of(item).to_owned()).collect()
}
