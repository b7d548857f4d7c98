//! Who asks, and what they may do: permissions and the self-subject reviews.

use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::kinds::KINDS;
use super::request::Call;
use super::status::{ApiError, ApiResult};
use crate::sim::server::{self, Body, Role, User};

/// A question about oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    Subject,
    Access,
    Rules,
}

/// The review that lives at a path.
pub fn asked(path: &str) -> Option<Review> {
    match path.trim_end_matches('/') {
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => Some(Review::Subject),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => Some(Review::Access),
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" => Some(Review::Rules),
        _ => None,
    }
}

/// Refuses what the user may not do, in the API server's words.
pub fn authorize(call: &Call) -> ApiResult<()> {
    let info = call.place.res.info();
    let resource = match &call.place.subresource {
        Some(sub) => format!("{}/{sub}", info.plural),
        None => info.plural.to_owned(),
    };
    let verb = call.verb();
    if allows(call.user.role, verb, info.group, &resource) {
        return Ok(());
    }
    let scope = match &call.place.namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    let why = format!(
        "User \"{}\" cannot {verb} resource \"{resource}\" in API group \"{}\" {scope}",
        call.user.name, info.group
    );
    Err(ApiError::forbidden(call.place.res, call.name(), &why))
}

fn allows(role: Role, verb: &str, group: &str, resource: &str) -> bool {
    match role {
        Role::Admin => true,
        Role::Viewer => {
            let secret = group.is_empty() && resource == "secrets";
            matches!(verb, "get" | "list" | "watch") && !secret && resource != "pods/exec"
        }
        Role::Nobody => false,
    }
}

/// Answers a review: the body comes back with its status.
pub fn answer(review: Review, user: &User, mut body: Value, now: Timestamp) -> Response<Body> {
    let status = match review {
        Review::Subject => json!({ "userInfo": {
            "username": user.name, "uid": user.uid, "groups": user.groups,
        } }),
        Review::Access => access(user, &body["spec"]),
        Review::Rules => rules(user),
    };
    if !body.is_object() {
        body = json!({});
    }
    let (kind, version) = match review {
        Review::Subject => ("SelfSubjectReview", "authentication.k8s.io/v1"),
        Review::Access => ("SelfSubjectAccessReview", "authorization.k8s.io/v1"),
        Review::Rules => ("SelfSubjectRulesReview", "authorization.k8s.io/v1"),
    };
    body["kind"] = kind.into();
    body["apiVersion"] = version.into();
    body["metadata"] = json!({ "creationTimestamp": super::write::seconds(now) });
    body["status"] = status;
    server::json(StatusCode::CREATED, &body)
}

fn access(user: &User, spec: &Value) -> Value {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let allowed = match spec.get("resourceAttributes") {
        Some(asked) => {
            let sub = text(&asked["subresource"]);
            let mut resource = text(&asked["resource"]);
            if !sub.is_empty() {
                resource = format!("{resource}/{sub}");
            }
            allows(
                user.role,
                &text(&asked["verb"]),
                &text(&asked["group"]),
                &resource,
            )
        }
        None => user.role == Role::Admin || spec["nonResourceAttributes"]["verb"] == "get",
    };
    let mut status = json!({ "allowed": allowed });
    if allowed {
        status["reason"] = "RBAC: allowed by the embedded cluster's table of users".into();
    }
    status
}

fn rules(user: &User) -> Value {
    let rule = |verbs: &[&str], groups: &[&str], resources: &[&str]| json!({ "verbs": verbs, "apiGroups": groups, "resources": resources });
    let mut resource_rules = vec![
        rule(
            &["create"],
            &["authorization.k8s.io"],
            &["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        ),
        rule(
            &["create"],
            &["authentication.k8s.io"],
            &["selfsubjectreviews"],
        ),
    ];
    match user.role {
        Role::Admin => resource_rules.push(rule(&["*"], &["*"], &["*"])),
        Role::Viewer => {
            for info in KINDS.iter().filter(|info| info.plural != "secrets") {
                let subs = info.subresources.iter().filter(|sub| **sub != "exec");
                let subs = subs.map(|sub| format!("{}/{sub}", info.plural));
                let mut resources = vec![info.plural.to_owned()];
                resources.extend(subs);
                resource_rules.push(json!({
                    "verbs": ["get", "list", "watch"], "apiGroups": [info.group], "resources": resources,
                }));
            }
        }
        Role::Nobody => {}
    }
    json!({
        "resourceRules": resource_rules,
        "nonResourceRules": [{ "verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/readyz", "/version"] }],
        "incomplete": false,
    })
}
