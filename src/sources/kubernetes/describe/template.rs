//! The pod template of a workload: who it runs as, its containers, its volumes.

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::Value;

use super::fields::Fields;
use crate::{
    domain::description::{Block, Label},
    sources::kubernetes::{
        detail,
        facts::{array, joined, text},
    },
};

/// The blocks of the template that stands at a place of the object.
pub(super) fn blocks(object: &Value, pointer: &str) -> Vec<Block> {
    let Some(template) = object.pointer(pointer) else {
        return Vec::new();
    };
    let mut fields = Fields::default();
    fields.said(Label::Labels, joined(template, "/metadata/labels"));
    fields.said(
        Label::Annotations,
        joined(template, "/metadata/annotations"),
    );
    fields.at(Label::ServiceAccount, template, "/spec/serviceAccountName");
    fields.said(Label::NodeSelector, joined(template, "/spec/nodeSelector"));
    let tolerations: Vec<String> = array(template, "/spec/tolerations")
        .map(toleration)
        .collect();
    fields.said(Label::Tolerations, tolerations.join(", "));
    let volumes: Vec<String> = array(template, "/spec/volumes").map(volume).collect();
    fields.said(Label::Volumes, volumes.join(", "));
    let mut blocks = vec![fields.block(Some(Label::Template))];
    // A template that a newer server writes otherwise is worth its other fields.
    let spec = template.get("spec").cloned().unwrap_or_default();
    if let Ok(spec) = serde_json::from_value::<PodSpec>(spec) {
        blocks.push(Block::Containers(detail::containers_of(&spec)));
    }
    blocks
}

/// `node-role.kubernetes.io/control-plane:NoSchedule op=Exists`, as kubectl writes them.
pub(super) fn toleration(toleration: &Value) -> String {
    let key = text(toleration, "/key").unwrap_or_else(|| "*".to_owned());
    let value = text(toleration, "/value").map(|it| format!("={it}"));
    let effect = text(toleration, "/effect").map(|it| format!(":{it}"));
    let exists = text(toleration, "/operator").filter(|it| it == "Exists");
    let exists = exists.map(|it| format!(" op={it}"));
    let seconds = text(toleration, "/tolerationSeconds").map(|it| format!(" for {it}s"));
    let parts = [value, effect, exists, seconds];
    parts
        .into_iter()
        .flatten()
        .fold(key, |told, part| told + &part)
}

/// `config ← configmap settings`
fn volume(volume: &Value) -> String {
    let name = text(volume, "/name").unwrap_or_default();
    let named = [
        ("configmap", "/configMap/name"),
        ("secret", "/secret/secretName"),
        ("claim", "/persistentVolumeClaim/claimName"),
        ("path of the node", "/hostPath/path"),
        ("csi", "/csi/driver"),
        ("nfs", "/nfs/path"),
    ];
    let found = named
        .into_iter()
        .find_map(|(kind, pointer)| Some(format!("{kind} {}", text(volume, pointer)?)));
    let told = found.or_else(|| {
        let map = volume.as_object()?;
        map.keys().find(|key| *key != "name").cloned()
    });
    format!("{name} ← {}", told.unwrap_or_default())
}
