//! Discovery: which groups, versions and resources there are, aggregated and plain.

use std::collections::BTreeMap;

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::kinds::{Info, KINDS};
use crate::sim::server::{self, Body};

/// A resource that exists for asking only.
struct Review {
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
}

const REVIEWS: &[Review] = &[
    Review {
        group: "authentication.k8s.io",
        kind: "SelfSubjectReview",
        plural: "selfsubjectreviews",
    },
    Review {
        group: "authorization.k8s.io",
        kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews",
    },
    Review {
        group: "authorization.k8s.io",
        kind: "SelfSubjectRulesReview",
        plural: "selfsubjectrulesreviews",
    },
];

/// Answers the paths of discovery; `None` for any other path.
pub fn answer(path: &str, accept: &str) -> Option<Response<Body>> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let aggregated = accept.split(',').find_map(|range| {
        let wants = range.contains("g=apidiscovery.k8s.io") && range.contains("v=v2;");
        (wants || (range.contains("apidiscovery") && range.ends_with("v=v2"))).then_some(())
    });
    match (parts.as_slice(), aggregated) {
        (["version"], _) => Some(server::json(StatusCode::OK, &version())),
        (["livez" | "readyz" | "healthz"], _) => Some(server::text(StatusCode::OK, "ok")),
        (["api"], Some(())) => Some(aggregate(true)),
        (["apis"], Some(())) => Some(aggregate(false)),
        (["api"], None) => {
            let body = json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] });
            Some(server::json(StatusCode::OK, &body))
        }
        (["apis"], None) => {
            let groups: Vec<Value> = groups().iter().map(|(name, v)| group(name, v)).collect();
            let body = json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups });
            Some(server::json(StatusCode::OK, &body))
        }
        (["apis", name], _) => {
            let groups = groups();
            let version = groups.get(name)?;
            let mut body = group(name, version);
            body["kind"] = "APIGroup".into();
            body["apiVersion"] = "v1".into();
            Some(server::json(StatusCode::OK, &body))
        }
        (["api", "v1"], _) => resources("", "v1"),
        (["apis", group, version], _) => resources(group, version),
        _ => None,
    }
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "34", "gitVersion": "v1.34.1", "gitCommit": "embedded",
        "gitTreeState": "clean", "buildDate": "2025-09-09T19:44:50Z", "goVersion": "go1.24.6",
        "compiler": "gc", "platform": "linux/amd64",
    })
}

/// Every named group with its version.
fn groups() -> BTreeMap<&'static str, &'static str> {
    let kinds = KINDS.iter().map(|info| (info.group, info.version));
    let reviews = REVIEWS.iter().map(|review| (review.group, "v1"));
    let named = kinds.chain(reviews).filter(|(group, _)| !group.is_empty());
    named.collect()
}

fn group(name: &str, version: &str) -> Value {
    let version = json!({ "groupVersion": format!("{name}/{version}"), "version": version });
    json!({ "name": name, "versions": [version], "preferredVersion": version })
}

fn resources(group: &str, version: &str) -> Option<Response<Body>> {
    let mut list = Vec::new();
    let here = |info: &&Info| info.group == group && info.version == version;
    for info in KINDS.iter().filter(here) {
        list.push(plain(info));
        for sub in info.subresources {
            let (kind, verbs) = subresource(info, sub);
            let mut entry = json!({
                "name": format!("{}/{sub}", info.plural), "singularName": "",
                "namespaced": info.namespaced, "kind": kind.2, "verbs": verbs,
            });
            if kind.0 != info.group || kind.1 != info.version {
                entry["group"] = kind.0.into();
                entry["version"] = kind.1.into();
            }
            list.push(entry);
        }
    }
    for review in REVIEWS
        .iter()
        .filter(|r| r.group == group && version == "v1")
    {
        list.push(json!({
            "name": review.plural, "singularName": review.kind.to_lowercase(),
            "namespaced": false, "kind": review.kind, "verbs": ["create"],
        }));
    }
    if list.is_empty() {
        return None;
    }
    let group_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    let body = json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": list,
    });
    Some(server::json(StatusCode::OK, &body))
}

fn plain(info: &Info) -> Value {
    let mut entry = json!({
        "name": info.plural, "singularName": info.singular, "namespaced": info.namespaced,
        "kind": info.kind, "verbs": info.verbs(),
    });
    if !info.short.is_empty() {
        entry["shortNames"] = json!(info.short);
    }
    if info.in_all {
        entry["categories"] = json!(["all"]);
    }
    entry
}

type GroupVersionKind = (&'static str, &'static str, &'static str);

/// The kind that a subresource takes, and its verbs.
fn subresource(info: &Info, sub: &str) -> (GroupVersionKind, &'static [&'static str]) {
    match sub {
        "scale" => (("autoscaling", "v1", "Scale"), &["get", "patch", "update"]),
        "eviction" => (("policy", "v1", "Eviction"), &["create"]),
        "exec" => (("", "v1", "PodExecOptions"), &["create", "get"]),
        "log" => (("", "v1", "Pod"), &["get"]),
        _ => (
            (info.group, info.version, info.kind),
            &["get", "patch", "update"],
        ),
    }
}

fn aggregate(core: bool) -> Response<Body> {
    let mut items = Vec::new();
    if core {
        items.push(aggregated_group("", "v1"));
    } else {
        for (group, version) in groups() {
            items.push(aggregated_group(group, version));
        }
    }
    let body = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    });
    server::typed(
        StatusCode::OK,
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        body.to_string(),
    )
}

fn aggregated_group(group: &str, version: &str) -> Value {
    let kind = |of: GroupVersionKind| json!({ "group": of.0, "version": of.1, "kind": of.2 });
    let scope = |namespaced| if namespaced { "Namespaced" } else { "Cluster" };
    let mut resources = Vec::new();
    for info in KINDS.iter().filter(|info| info.group == group) {
        let subresources = info.subresources.iter().map(|sub| {
            let (of, verbs) = subresource(info, sub);
            json!({ "subresource": sub, "responseKind": kind(of), "verbs": verbs })
        });
        let mut entry = json!({
            "resource": info.plural, "responseKind": kind((info.group, info.version, info.kind)),
            "scope": scope(info.namespaced), "singularResource": info.singular, "verbs": info.verbs(),
            "subresources": subresources.collect::<Vec<_>>(),
        });
        if !info.short.is_empty() {
            entry["shortNames"] = json!(info.short);
        }
        if info.in_all {
            entry["categories"] = json!(["all"]);
        }
        resources.push(entry);
    }
    for review in REVIEWS.iter().filter(|review| review.group == group) {
        resources.push(json!({
            "resource": review.plural, "responseKind": kind((review.group, "v1", review.kind)),
            "scope": "Cluster", "singularResource": review.kind.to_lowercase(), "verbs": ["create"],
        }));
    }
    json!({
        "metadata": { "name": group, "creationTimestamp": null },
        "versions": [{ "version": version, "resources": resources, "freshness": "Current" }],
    })
}
