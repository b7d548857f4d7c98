//! A namespace of a test's own.

use std::{
    fmt::Debug,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
};

use k8s_openapi::{
    NamespaceResourceScope,
    api::core::v1::{Node, Pod},
};
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};

use super::bed::{Bed, User};

/// A namespace that no other test uses and that goes with its test.
pub struct Space<'a> {
    pub bed: &'a Bed,
    pub name: String,
    pub client: Client,
    /// A node of the same name.
    has_node: bool,
}

impl<'a> Space<'a> {
    pub async fn new(bed: &'a Bed, stem: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{stem}-{}-{number}", std::process::id());
        bed.kubectl(User::Admin, &["create", "namespace", &name]);
        let client = bed.client(User::Admin).await;
        Self {
            bed,
            name,
            client,
            has_node: false,
        }
    }

    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), &self.name)
    }

    pub async fn create<K>(&self, object: Value) -> K
    where
        K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + serde::Serialize
            + serde::de::DeserializeOwned,
    {
        let object: K = serde_json::from_value(object).unwrap();
        let api = self.api::<K>();
        api.create(&PostParams::default(), &object).await.unwrap()
    }

    /// A pod that nothing schedules, runs or ends: its status is what the test patches.
    pub async fn still_pod(&self, name: &str, mut spec: Value) -> Pod {
        spec["schedulerName"] = json!("nobody");
        if spec.get("containers").is_none() {
            spec["containers"] = json!([{"name": "main", "image": "main:1"}]);
        }
        self.create(json!({"metadata": {"name": name}, "spec": spec}))
            .await
    }

    /// A node that nobody plays: what is bound to it stays as a test writes it. It goes with the test.
    pub async fn still_node(&mut self) -> String {
        let api = Api::<Node>::all(self.client.clone());
        let node = json!({"metadata": {"name": self.name}});
        let node: Node = serde_json::from_value(node).unwrap();
        api.create(&PostParams::default(), &node).await.unwrap();
        let ready = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}});
        let parameters = PatchParams::default();
        api.patch_status(&self.name, &parameters, &Patch::Merge(ready))
            .await
            .unwrap();
        self.has_node = true;
        self.name.clone()
    }

    pub async fn patch_status(&self, pod: &str, status: Value) {
        let patch = Patch::Merge(json!({"status": status}));
        let api = self.api::<Pod>();
        api.patch_status(pod, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }
}

impl Drop for Space<'_> {
    fn drop(&mut self) {
        let delete = |arguments: &[&str]| {
            let mut command = self.bed.kubectl_command(User::Admin);
            // A server that is gone or silent holds up nobody.
            command.args(["delete", "--request-timeout=5s"]);
            command.args(arguments);
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        };
        if self.has_node {
            // Nobody else ends the pods that are bound to it.
            let now = ["--grace-period=0", "--force", "--wait=false"];
            delete(&[&["-n", &*self.name, "pods", "--all"], &now[..]].concat());
            delete(&["node", &self.name]);
        }
        delete(&["namespace", &self.name, "--wait=false"]);
    }
}
