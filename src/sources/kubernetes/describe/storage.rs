//! Claims and volumes.

use kube::api::ListParams;
use serde_json::Value;

use super::{Subject, fields::Fields};
use crate::{
    domain::{
        description::{Block, Label, Mark},
        object::KindRef,
    },
    sources::kubernetes::{
        facts::{array, scalar, text},
        objects,
    },
};

/// How many pods of the namespace are looked through for those that use a claim.
const PODS: u32 = 500;

fn phase(fields: &mut Fields, object: &Value) {
    let phase = text(object, "/status/phase");
    let mark = match phase.as_deref() {
        Some("Bound" | "Available") => Mark::Good,
        Some("Lost" | "Failed") => Mark::Bad,
        _ => Mark::Warn,
    };
    fields.marked(Label::Status, phase, mark);
}

fn list(object: &Value, pointer: &str) -> String {
    let items: Vec<String> = array(object, pointer).filter_map(scalar).collect();
    items.join(", ")
}

pub(super) async fn claim(subject: &Subject<'_>) -> Vec<Block> {
    let object = &subject.object;
    let mut fields = Fields::default();
    phase(&mut fields, object);
    fields.at(Label::Volume, object, "/spec/volumeName");
    fields.at(Label::StorageClass, object, "/spec/storageClassName");
    fields.at(Label::Capacity, object, "/status/capacity/storage");
    fields.at(Label::Size, object, "/spec/resources/requests/storage");
    fields.said(Label::Access, list(object, "/spec/accessModes"));
    fields.at(Label::Mode, object, "/spec/volumeMode");
    let namespace = subject.key.namespace.as_deref();
    let params = ListParams::default().limit(PODS);
    match objects::list(subject.client, &KindRef::pods(), namespace, &params).await {
        Ok((pods, more)) => {
            let mut users: Vec<String> = pods
                .iter()
                .filter(|pod| uses(pod, &subject.key.name))
                .filter_map(|pod| text(pod, "/metadata/name"))
                .collect();
            if more {
                users.push("…".to_owned());
            }
            fields.said(Label::UsedBy, users.join(", "));
            vec![fields.block(None)]
        }
        Err(trouble) => {
            let title = Label::UsedBy;
            vec![fields.block(None), Block::Unread { title, trouble }]
        }
    }
}

fn uses(pod: &Value, claim: &str) -> bool {
    array(pod, "/spec/volumes")
        .any(|it| text(it, "/persistentVolumeClaim/claimName").as_deref() == Some(claim))
}

pub(super) fn volume(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    phase(&mut fields, object);
    let claim = text(object, "/spec/claimRef/namespace").zip(text(object, "/spec/claimRef/name"));
    fields.said(
        Label::Claim,
        claim.map(|(space, name)| format!("{space}/{name}")),
    );
    fields.at(Label::StorageClass, object, "/spec/storageClassName");
    fields.at(Label::Capacity, object, "/spec/capacity/storage");
    fields.said(Label::Access, list(object, "/spec/accessModes"));
    fields.at(
        Label::ReclaimPolicy,
        object,
        "/spec/persistentVolumeReclaimPolicy",
    );
    fields.at(Label::Mode, object, "/spec/volumeMode");
    fields.at(Label::Reason, object, "/status/reason");
    let source = object.pointer("/spec").and_then(Value::as_object);
    let known = [
        "csi", "hostPath", "local", "nfs", "iscsi", "fc", "rbd", "cephfs",
    ];
    for name in known {
        if let Some(source) = source.and_then(|spec| spec.get(name)) {
            let told = super::tree::inline(source);
            fields.said(Label::Provisioner, format!("{name}: {told}"));
        }
    }
    vec![fields.block(None)]
}
