//! What an action is aimed at, as packs write it: `deployment/backend`, `flag/$id`, `{ kinds = ["node"] }`.

use super::{TargetKind, TargetSpec, holes::Holes};
use crate::{
    domain::{
        action::{step::TargetName, target::Target},
        object::KindRef,
    },
    pack::{nearest::suggestion, reader::Node},
};

/// The kinds of objects packs name, by the words of runbooks.
const KINDS: [(&str, &str, &str, &str, &str, bool); 14] = [
    (
        "deployment",
        "apps",
        "v1",
        "Deployment",
        "deployments",
        true,
    ),
    (
        "statefulset",
        "apps",
        "v1",
        "StatefulSet",
        "statefulsets",
        true,
    ),
    ("daemonset", "apps", "v1", "DaemonSet", "daemonsets", true),
    (
        "replicaset",
        "apps",
        "v1",
        "ReplicaSet",
        "replicasets",
        true,
    ),
    ("job", "batch", "v1", "Job", "jobs", true),
    ("cronjob", "batch", "v1", "CronJob", "cronjobs", true),
    ("pod", "", "v1", "Pod", "pods", true),
    ("node", "", "v1", "Node", "nodes", false),
    ("configmap", "", "v1", "ConfigMap", "configmaps", true),
    ("service", "", "v1", "Service", "services", true),
    ("secret", "", "v1", "Secret", "secrets", true),
    ("namespace", "", "v1", "Namespace", "namespaces", false),
    (
        "ingress",
        "networking.k8s.io",
        "v1",
        "Ingress",
        "ingresses",
        true,
    ),
    (
        "horizontalpodautoscaler",
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        true,
    ),
];

const OTHERS: [(&str, TargetKind, usize); 8] = [
    ("flag", TargetKind::Flag, 1),
    ("database", TargetKind::Database, 2),
    ("redis", TargetKind::Redis, 1),
    ("unit", TargetKind::Unit, 2),
    ("compose", TargetKind::Service, 2),
    ("host", TargetKind::Host, 1),
    ("alerts", TargetKind::Alerts, 1),
    ("named", TargetKind::Named, 1),
];

/// The kind a word of packs stands for: `deployment`, `cronjob`, `node`.
pub fn kind_named(word: &str) -> Option<KindRef> {
    let found = KINDS.iter().find(|(name, ..)| *name == word);
    found.map(|(_, group, version, kind, plural, namespaced)| {
        KindRef::new(group, version, kind, plural, *namespaced)
    })
}

/// Why not, and what was probably meant.
pub type Refused = (String, Option<String>);

/// `deployment/backend`, in the namespace of the desk, or `deployment/namespace/backend`.
pub fn parse_object(text: &str) -> Result<Target, Refused> {
    let parts: Vec<&str> = text.split('/').collect();
    let (word, namespace, name) = match parts.as_slice() {
        [word, name] => (*word, None, *name),
        [word, namespace, name] => (*word, Some((*namespace).to_owned()), *name),
        _ => {
            let help = "write `deployment/backend`".to_owned();
            return Err((format!("`{text}` names no object"), Some(help)));
        }
    };
    let Some(kind) = kind_named(word) else {
        let names = KINDS.iter().map(|(name, ..)| *name);
        return Err((
            format!("`{word}` is no kind of object"),
            suggestion(word, names),
        ));
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let named = |name: &str| !name.is_empty() && name.chars().all(plain);
    if !named(name) || namespace.as_deref().is_some_and(|name| !named(name)) {
        let help = "lower case letters, digits, `-` and `.`".to_owned();
        return Err((format!("`{text}` is not the name of an object"), Some(help)));
    }
    if namespace.is_some() && !kind.namespaced {
        return Err((format!("a {word} lies in no namespace"), None));
    }
    Ok(Target::Object {
        kind,
        namespace,
        name: name.to_owned(),
    })
}

/// The target of an action.
pub(super) fn target(node: &Node<'_>, holes: &Holes<'_>) -> Option<TargetSpec> {
    if let Some(table) = node.if_table() {
        let kinds = table.require("kinds")?;
        let kinds: Vec<KindRef> = kinds
            .strings()
            .into_iter()
            .filter_map(|(node, word)| kind(&node, word))
            .collect();
        if kinds.is_empty() {
            table.error("no kind is named", None);
        }
        table.finish();
        return Some(TargetSpec::Kinds(kinds));
    }
    let text = node.str()?;
    let (word, rest) = text.split_once('/').unwrap_or((text, ""));
    let Some((_, kind, parts)) = OTHERS.iter().find(|(name, ..)| *name == word) else {
        return object(node, text).map(TargetSpec::Is);
    };
    if rest.is_empty() || (*parts == 2 && !rest.contains('/')) {
        let help = match word {
            "database" => "write `database/connection/name`",
            "unit" => "write `unit/place/name`",
            "compose" => "write `compose/place/service`",
            _ => "write what it is of behind the slash",
        };
        node.error(format!("`{text}` names nothing"), Some(help.to_owned()));
        return None;
    }
    known_part(node, *kind, rest, holes);
    if !rest.contains('$') {
        return Some(TargetSpec::Is(named(*kind, rest)));
    }
    let name = holes.template_at(node, rest, text.len() - rest.len());
    Some(TargetSpec::Of { kind: *kind, name })
}

/// What stands before the second slash must be one of the pack's.
fn known_part(node: &Node<'_>, kind: TargetKind, rest: &str, holes: &Holes<'_>) {
    let first = rest.split('/').next().unwrap_or(rest);
    if first.contains('$') {
        return;
    }
    match kind {
        TargetKind::Database | TargetKind::Redis => holes.connection(node, first),
        TargetKind::Unit | TargetKind::Service | TargetKind::Host => holes.place(node, first),
        _ => {}
    }
}

/// A target that is no object, from what stands behind its kind.
pub(super) fn named(kind: TargetKind, rest: &str) -> Target {
    let (first, second) = rest.split_once('/').unwrap_or((rest, ""));
    let (first, second, rest) = (first.to_owned(), second.to_owned(), rest.to_owned());
    match kind {
        TargetKind::Flag => Target::Flag { id: rest },
        TargetKind::Database => Target::Database {
            connection: first,
            database: second,
        },
        TargetKind::Redis => Target::Redis { connection: rest },
        TargetKind::Unit => Target::Unit {
            place: first,
            unit: second,
        },
        TargetKind::Service => Target::Service {
            place: first,
            service: second,
        },
        TargetKind::Host => Target::Host { place: rest },
        TargetKind::Alerts => Target::Alerts { matchers: rest },
        TargetKind::Named => Target::Named { name: rest },
    }
}

impl TargetSpec {
    /// The target whose name is filled in: `flag/$id` with what `$id` is.
    pub(crate) fn of(kind: TargetKind, name: &str) -> Target {
        named(kind, name)
    }
}

fn object(node: &Node<'_>, text: &str) -> Option<Target> {
    match parse_object(text) {
        Ok(target) => Some(target),
        Err((what, help)) => {
            node.error(what, help);
            None
        }
    }
}

pub(super) fn kind(node: &Node<'_>, word: &str) -> Option<KindRef> {
    let found = kind_named(word);
    if found.is_none() {
        let names = KINDS.iter().map(|(name, ..)| *name);
        node.error(
            format!("`{word}` is no kind of object"),
            suggestion(word, names),
        );
    }
    found
}

/// The object a step is about.
pub(super) fn of_step(node: &Node<'_>, holes: &Holes<'_>) -> Option<TargetName> {
    let text = node.str()?;
    match text.strip_prefix('$') {
        Some("target") => {
            holes.uses_target(node);
            Some(TargetName::OfAction)
        }
        Some(name) => {
            holes.object_param(node, name);
            Some(TargetName::Param(name.to_owned()))
        }
        None => object(node, text).map(TargetName::Is),
    }
}
