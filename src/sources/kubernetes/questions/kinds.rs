//! Which kinds the server has: aggregated discovery in two answers, or group by group where the server is old.

use std::collections::HashSet;

use futures::{StreamExt, future::join, stream};
use http::header;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    domain::{
        clean::clean,
        freshness::{Trouble, TroubleKind},
        object::KindRef,
        pod::Name,
        question::Answer,
        table::{KindInfo, Kinds, Listing},
    },
    sources::kubernetes::{
        connect::Connection,
        lite::nullable,
        run::Scopes,
        trouble::{self, trouble},
        watch::Watcher,
    },
};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
/// How many groups of an old server are asked for at once.
const AT_ONCE: usize = 8;
const RULES: &str = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

/// What `/api` or `/apis` answers: aggregated, or the groups and versions alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Discovery {
    kind: String,
    #[serde(deserialize_with = "nullable")]
    items: Vec<Group>,
    #[serde(deserialize_with = "nullable")]
    groups: Vec<PlainGroup>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    #[serde(deserialize_with = "nullable")]
    metadata: GroupName,
    #[serde(deserialize_with = "nullable")]
    versions: Vec<Version>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GroupName {
    #[serde(deserialize_with = "nullable")]
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Version {
    #[serde(rename = "version", deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    resources: Vec<Resource>,
    #[serde(deserialize_with = "nullable")]
    freshness: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resource {
    #[serde(rename = "resource", deserialize_with = "nullable")]
    plural: String,
    #[serde(deserialize_with = "nullable")]
    response_kind: ResponseKind,
    #[serde(deserialize_with = "nullable")]
    scope: String,
    #[serde(rename = "singularResource", deserialize_with = "nullable")]
    singular: String,
    #[serde(deserialize_with = "nullable")]
    short_names: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    verbs: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResponseKind {
    #[serde(deserialize_with = "nullable")]
    kind: String,
}

/// A group as a server without aggregated discovery names it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlainGroup {
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    versions: Vec<PlainVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlainVersion {
    #[serde(deserialize_with = "nullable")]
    version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlainResources {
    #[serde(deserialize_with = "nullable")]
    resources: Vec<PlainResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PlainResource {
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    singular_name: String,
    #[serde(deserialize_with = "nullable")]
    namespaced: bool,
    #[serde(deserialize_with = "nullable")]
    kind: String,
    #[serde(deserialize_with = "nullable")]
    verbs: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    short_names: Vec<String>,
}

pub(super) async fn read(watcher: &Watcher, scopes: &Scopes) -> Result<Answer, Trouble> {
    let connection = &watcher.connection;
    let (found, rules) = join(discover(connection), rules(connection, scopes)).await;
    let mut kinds = found?;
    if let Some(rules) = rules {
        for info in &mut kinds.kinds {
            if info.listing == Listing::Offered && !rules.allow(&info.kind) {
                info.listing = Listing::Forbidden;
            }
        }
    }
    Ok(Answer::Kinds(kinds))
}

async fn discover(connection: &Connection) -> Result<Kinds, Trouble> {
    let core = get::<Discovery>(connection, "/api", AGGREGATED);
    let named = get::<Discovery>(connection, "/apis", AGGREGATED);
    let (core, named) = join(core, named).await;
    let (core, named) = (core?, named?);
    if core.kind == "APIGroupDiscoveryList" && named.kind == "APIGroupDiscoveryList" {
        return Ok(aggregated(core.items.into_iter().chain(named.items)));
    }
    by_group(connection, named.groups).await
}

/// Of a resource with several versions the one that the server prefers counts.
fn aggregated(groups: impl Iterator<Item = Group>) -> Kinds {
    let mut out = Kinds::default();
    for group in groups {
        let mut seen = HashSet::new();
        let name = &group.metadata.name;
        for version in group.versions {
            if version.freshness == "Stale" && version.resources.is_empty() {
                let silent = format!("{name}/{}", version.name);
                out.silent.push(clean(&silent).into_owned());
            }
            for resource in version.resources {
                if seen.insert(resource.plural.clone()) {
                    out.kinds.push(resource.info(name, &version.name));
                }
            }
        }
    }
    out
}

impl Resource {
    fn info(self, group: &str, version: &str) -> KindInfo {
        let kind = KindRef {
            group: name(group),
            version: name(version),
            kind: name(&self.response_kind.kind),
            plural: name(&self.plural),
            namespaced: self.scope == "Namespaced",
        };
        info(kind, &self.singular, &self.short_names, &self.verbs)
    }
}

fn info(kind: KindRef, singular: &str, short: &[String], verbs: &[String]) -> KindInfo {
    let has = |verb: &str| verbs.iter().any(|it| it == verb);
    KindInfo {
        kind,
        singular: name(singular),
        short: short.iter().map(|it| name(it)).collect(),
        listing: if has("list") {
            Listing::Offered
        } else {
            Listing::NotOffered
        },
        watched: has("watch"),
    }
}

fn name(text: &str) -> Name {
    Name::from(&*clean(text))
}

/// One question for each version of each group; one that does not answer costs only its own kinds.
async fn by_group(connection: &Connection, groups: Vec<PlainGroup>) -> Result<Kinds, Trouble> {
    let core: PlainResources = get(connection, "/api/v1", "application/json").await?;
    let mut out = Kinds::default();
    out.kinds
        .extend(plain_infos("", "v1", core, &mut HashSet::new()));
    let asks: Vec<_> = groups
        .into_iter()
        .map(|group| async move {
            let mut found = Vec::new();
            for PlainVersion { version } in group.versions {
                let path = format!("/apis/{}/{version}", group.name);
                let answer = get::<PlainResources>(connection, &path, "application/json").await;
                found.push((version, answer));
            }
            (group.name, found)
        })
        .collect();
    let mut answers = stream::iter(asks).buffered(AT_ONCE);
    while let Some((group, versions)) = answers.next().await {
        let mut seen = HashSet::new();
        for (version, answer) in versions {
            match answer {
                Ok(resources) => {
                    let infos = plain_infos(&group, &version, resources, &mut seen);
                    out.kinds.extend(infos);
                }
                Err(_) => out
                    .silent
                    .push(clean(&format!("{group}/{version}")).into_owned()),
            }
        }
    }
    Ok(out)
}

fn plain_infos(
    group: &str,
    version: &str,
    found: PlainResources,
    seen: &mut HashSet<String>,
) -> Vec<KindInfo> {
    let whole = found
        .resources
        .into_iter()
        .filter(|it| !it.name.contains('/'));
    whole
        .filter(|it| seen.insert(it.name.clone()))
        .map(|it| {
            let kind = KindRef {
                group: name(group),
                version: name(version),
                kind: name(&it.kind),
                plural: name(&it.name),
                namespaced: it.namespaced,
            };
            info(kind, &it.singular_name, &it.short_names, &it.verbs)
        })
        .collect()
}

/// What the person may do in the namespaces that are read.
#[derive(Debug, Default)]
struct Rules(Vec<Rule>);

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    #[serde(deserialize_with = "nullable")]
    verbs: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    api_groups: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    resources: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    resource_names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Review {
    #[serde(deserialize_with = "nullable")]
    status: ReviewStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ReviewStatus {
    #[serde(deserialize_with = "nullable")]
    resource_rules: Vec<Rule>,
    #[serde(deserialize_with = "nullable")]
    incomplete: bool,
}

impl Rules {
    /// Whether a list of all objects of the kind may be read somewhere. One that names its objects is no such rule.
    fn allow(&self, kind: &KindRef) -> bool {
        let names = |list: &[String], wanted: &str| list.iter().any(|it| it == "*" || it == wanted);
        self.0.iter().any(|rule| {
            rule.resource_names.is_empty()
                && names(&rule.verbs, "list")
                && names(&rule.api_groups, &kind.group)
                && names(&rule.resources, &kind.plural)
        })
    }
}

/// `None` where the server does not know all of the rules: then nothing is ruled out.
async fn rules(connection: &Connection, scopes: &Scopes) -> Option<Rules> {
    let mut all = Vec::new();
    for scope in scopes.names() {
        let namespace = scope.as_deref().unwrap_or(&connection.namespace);
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
            "spec": { "namespace": namespace },
        });
        let request = http::Request::post(RULES)
            .header(header::CONTENT_TYPE, "application/json")
            .body(review.to_string().into_bytes())
            .ok()?;
        let text = connection.client.request_text(request).await.ok()?;
        let review: Review = serde_json::from_str(&text).ok()?;
        if review.status.incomplete || review.status.resource_rules.is_empty() {
            return None;
        }
        all.extend(review.status.resource_rules);
    }
    Some(Rules(all))
}

async fn get<T: DeserializeOwned>(
    connection: &Connection,
    path: &str,
    accept: &str,
) -> Result<T, Trouble> {
    let request = http::Request::get(path)
        .header(header::ACCEPT, accept)
        .body(Vec::new())
        .map_err(|error| trouble(TroubleKind::BadQuestion, &error.to_string()))?;
    let text = connection
        .client
        .request_text(request)
        .await
        .map_err(|error| trouble::of(&error))?;
    serde_json::from_str(&text).map_err(|error| trouble::of(&kube::Error::SerdeError(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(groups: serde_json::Value) -> Kinds {
        let groups: Vec<Group> = serde_json::from_value(groups).unwrap();
        aggregated(groups.into_iter())
    }

    #[test]
    fn the_preferred_version_of_a_kind_counts() {
        let resource = |plural: &str, verbs: &[&str]| {
            json!({
                "resource": plural, "responseKind": {"group": "", "version": "", "kind": "K"}, "scope": "Namespaced",
                "singularResource": "k", "shortNames": ["kk"], "verbs": verbs,
            })
        };
        let found = kinds(json!([
            {"metadata": {"name": "autoscaling", "creationTimestamp": null}, "versions": [
                {"version": "v2", "resources": [resource("hpas", &["list", "watch"])], "freshness": "Current"},
                {"version": "v1", "resources": [resource("hpas", &["list"]), resource("old", &["create"])]},
            ]},
            {"metadata": {"name": "metrics.k8s.io"}, "versions": [
                {"version": "v1beta1", "resources": null, "freshness": "Stale"},
            ]},
        ]));
        let seen: Vec<_> = found
            .kinds
            .iter()
            .map(|it| {
                (
                    it.kind.resource(),
                    &*it.kind.version,
                    it.listing,
                    it.watched,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("hpas.autoscaling".to_owned(), "v2", Listing::Offered, true),
                (
                    "old.autoscaling".to_owned(),
                    "v1",
                    Listing::NotOffered,
                    false
                ),
            ]
        );
        assert_eq!(found.silent, ["metrics.k8s.io/v1beta1"]);
    }

    #[test]
    fn rules_that_name_objects_allow_no_list() {
        let rules = |value: serde_json::Value| Rules(vec![serde_json::from_value(value).unwrap()]);
        let pods = KindRef::pods();
        assert!(
            rules(json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})).allow(&pods)
        );
        assert!(
            rules(json!({"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}))
                .allow(&pods)
        );
        for no in [
            json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}),
            json!({"verbs": ["list"], "apiGroups": ["apps"], "resources": ["pods"]}),
            json!({"verbs": ["list"], "apiGroups": [""], "resources": ["pods/log"]}),
            json!({"verbs": ["list"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"]}),
        ] {
            assert!(!rules(no.clone()).allow(&pods), "{no}");
        }
    }
}
