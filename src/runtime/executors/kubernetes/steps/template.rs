//! What changes fields of an object that is there: one variable, or what a pack's patch names.

use http::Method;
use serde_json::{Value as Json, json};

use super::{
    super::{
        edit::Edit,
        live::{Live, escaped, known, plain},
        survey::{Survey, planned},
        wire::{Order, Trouble, Wire},
    },
    restart::{goes_on, rolls_out},
};
use crate::domain::action::{
    refusal::Refusal,
    step::{Patch, StepKind, Template},
    target::Target,
    value::Value,
};

/// How often an object is read again that changes while it is looked at.
const TRIES: u32 = 4;
const CONTAINERS: &str = "/spec/template/spec/containers";

/// One variable of one container; a value that is absent takes it away.
pub async fn set_env(
    wire: &Wire,
    target: &Target,
    container: Option<&str>,
    name: &str,
    value: Option<&Template>,
) -> Result<Survey, Refusal> {
    rolls_out(target)?;
    let value = value.map(whole).transpose()?;
    let live = Live(wire.object(target, None).await?);
    goes_on(target, &live)?;
    let container = container_of(target, &live, container)?;
    let list = format!("{CONTAINERS}/{}/env", escaped(&container));
    let at = format!("{list}/{}", escaped(name));
    let entry = value.map(|value| json!({"name": name, "value": value}));
    let edit = Edit::of(&live).at_generation();
    let edit = match &entry {
        Some(entry) if live.at(&list).is_none() => edit.set(&list, Some(json!([entry]))),
        entry => edit.set(&at, entry.clone()),
    };
    let order = Order::patch(target, None, edit.operations())?;
    let mut survey = Survey::of(target, live);
    let live = &survey.live;
    survey.facts.extend(live.generation_fact(target));
    survey.facts.push(live.fact(target, &at));
    let before = live.at(&at);
    survey.before.insert("value".to_owned(), value_of(before));
    if before != entry.as_ref() {
        survey
            .undo
            .push(planned(put_back(target, &container, name, before)));
    }
    survey.shown = Some(live.0.clone());
    survey.order = Some(order);
    survey.writes.push(at);
    Ok(survey)
}

/// The value of a variable as it stands; one that comes from elsewhere says from where.
fn value_of(entry: Option<&Json>) -> Value {
    match entry {
        None => Value::Absent,
        Some(entry) if entry["valueFrom"].is_null() => {
            Value::text(entry["value"].as_str().unwrap_or_default())
        }
        Some(entry) => known(entry.get("valueFrom")),
    }
}

/// The step that makes a variable what it was.
fn put_back(
    target: &Target,
    container: &str,
    name: &str,
    before: Option<&Json>,
) -> StepKind<Target, i64> {
    match before {
        Some(entry) if !entry["valueFrom"].is_null() => {
            let mut entry = entry.clone();
            entry["value"] = Json::Null;
            let patch = json!({"spec": {"template": {"spec": {"containers": [
                {"name": container, "env": [entry]}
            ]}}}});
            StepKind::Patch {
                target: target.clone(),
                patch: as_patch(&patch),
            }
        }
        before => StepKind::SetEnv {
            target: target.clone(),
            container: Some(container.to_owned()),
            name: name.to_owned(),
            value: before.map(|it| Template::plain(it["value"].as_str().unwrap_or_default())),
        },
    }
}

/// The container that is meant: one must be named where there are several and none is marked.
fn container_of(target: &Target, live: &Live, named: Option<&str>) -> Result<String, Refusal> {
    let containers = live.at(CONTAINERS).and_then(Json::as_array);
    let names = containers
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str());
    let names: Vec<&str> = names.collect();
    let marked =
        live.text("/spec/template/metadata/annotations/kubectl.kubernetes.io~1default-container");
    let wanted = named.or(marked).or(match names[..] {
        [only] => Some(only),
        _ => None,
    });
    match wanted {
        Some(name) if names.contains(&name) => Ok(name.to_owned()),
        Some(name) => Err(Refusal::NotFound {
            target: format!("{target}: container {name}"),
        }),
        None => Err(Refusal::DryRun {
            why: format!("{target} has several containers: {}", names.join(", ")),
        }),
    }
}

/// A strategic merge patch. The server makes of it what it means, which is then sent with what it rests on.
pub async fn patch(wire: &Wire, target: &Target, patch: &Patch) -> Result<Survey, Refusal> {
    let body = json_of(patch)?;
    if !body.is_object()
        || ["apiVersion", "kind", "status"]
            .iter()
            .any(|it| body.get(it).is_some())
    {
        let why = "a patch names fields of the spec, of the metadata or of data".to_owned();
        return Err(Refusal::DryRun { why });
    }
    let (live, shown) = meant(wire, target, &body).await?;
    let mut edit = Edit::of(&live).at_generation();
    for (pointer, new) in differences(&live.0, &shown) {
        edit = edit.set(&pointer, new);
    }
    let order = Order::patch(target, None, edit.operations())?;
    let mut fields = Vec::new();
    leaves(&body, &mut String::new(), &mut fields);
    let mut survey = Survey::of(target, live);
    let live = &survey.live;
    survey.facts.extend(live.generation_fact(target));
    for field in &fields {
        let fact = live.fact(target, field);
        survey.before.insert(field.clone(), fact.value.clone());
        survey.facts.push(fact);
    }
    if let Some(inverse) = inverse(&body, Some(&live.0))
        && inverse != body
    {
        survey.undo.push(planned(StepKind::Patch {
            target: target.clone(),
            patch: as_patch(&inverse),
        }));
    }
    survey.shown = Some(live.0.clone());
    survey.order = Some(order);
    survey.writes = fields;
    Ok(survey)
}

/// An object, and what the server makes of a patch of exactly that state of it.
async fn meant(wire: &Wire, target: &Target, body: &Json) -> Result<(Live, Json), Refusal> {
    let mut order = Order {
        content_type: "application/strategic-merge-patch+json",
        ..Order::of(target, None, Method::PATCH, body.clone())?
    };
    for _ in 0..TRIES {
        let live = Live(wire.object(target, None).await?);
        let mut shown = wire.dry_run(&order).await;
        if matches!(&shown, Err(Trouble::No(no)) if no.code == 415) {
            // Kinds that a cluster was taught know no keys of lists.
            order.content_type = "application/merge-patch+json";
            shown = wire.dry_run(&order).await;
        }
        let shown =
            shown.map_err(|it| it.refusal("patch", &order.resource, target.namespace(), target))?;
        // What somebody else wrote in between is no part of the patch.
        let version = "/metadata/resourceVersion";
        if shown.object.pointer(version) == live.0.pointer(version) {
            return Ok((live, shown.object));
        }
    }
    Err(Refusal::Unreadable {
        what: target.to_string(),
        why: "it changes faster than it can be looked at".to_owned(),
    })
}

/// Pointers with the new values that make one object the other, lists by number, without what the server keeps itself.
fn differences(before: &Json, after: &Json) -> Vec<(String, Option<Json>)> {
    let mut found = Vec::new();
    differ(before, after, "", &mut found);
    let kept = [
        "/status",
        "/metadata/managedFields",
        "/metadata/resourceVersion",
        "/metadata/generation",
    ];
    found.retain(|(pointer, _)| !kept.iter().any(|it| pointer.starts_with(it)));
    found
}

fn differ(before: &Json, after: &Json, at: &str, found: &mut Vec<(String, Option<Json>)>) {
    if before == after {
        return;
    }
    let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
        // A list is replaced as a whole: its items may have moved.
        found.push((at.to_owned(), Some(after.clone())));
        return;
    };
    for (key, value) in new {
        let at = format!("{at}/{}", escaped(key));
        match old.get(key) {
            Some(known) => differ(known, value, &at, found),
            None => found.push((at, Some(value.clone()))),
        }
    }
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    found.extend(gone.map(|key| (format!("{at}/{}", escaped(key)), None)));
}

/// The text, which must have no hole left.
pub fn whole(text: &Template) -> Result<String, Refusal> {
    text.whole().ok_or_else(|| {
        let hole = text.holes().next();
        Refusal::Unfilled {
            param: hole.map_or_else(String::new, |hole| format!("{hole:?}")),
        }
    })
}

/// A patch as it is sent.
fn json_of(patch: &Patch) -> Result<Json, Refusal> {
    Ok(match patch {
        Patch::Fields(fields) => {
            let fields = fields
                .iter()
                .map(|(key, below)| Ok((key.clone(), json_of(below)?)));
            Json::Object(fields.collect::<Result<_, Refusal>>()?)
        }
        Patch::List(items) => Json::Array(items.iter().map(json_of).collect::<Result<_, _>>()?),
        Patch::Text(text) => Json::String(whole(text)?),
        Patch::Value(value) => plain(value),
    })
}

/// A patch as a pack would write it.
fn as_patch(value: &Json) -> Patch {
    match value {
        Json::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, below)| (key.clone(), as_patch(below)));
            Patch::Fields(fields.collect())
        }
        Json::Array(items) => Patch::List(items.iter().map(as_patch).collect()),
        Json::String(text) => Patch::Text(Template::plain(text.as_str())),
        other => Patch::Value(known(Some(other))),
    }
}

/// Pointers of what a patch sets: items of lists by name, other lists as a whole.
fn leaves(patch: &Json, at: &mut String, found: &mut Vec<String>) {
    let length = at.len();
    match patch {
        Json::Object(fields) if !fields.is_empty() => {
            for (key, below) in fields.iter().filter(|(key, _)| !key.starts_with('$')) {
                at.push('/');
                at.push_str(&escaped(key));
                leaves(below, at, found);
                at.truncate(length);
            }
        }
        Json::Array(items) if has_names(items) => {
            for item in items {
                at.push('/');
                at.push_str(&escaped(item["name"].as_str().unwrap_or_default()));
                match item
                    .as_object()
                    .filter(|it| it.len() > 1 && !it.contains_key("$patch"))
                {
                    Some(fields) => {
                        let rest = fields.iter().filter(|(key, _)| *key != "name");
                        let rest = rest.map(|(key, it)| (key.clone(), it.clone()));
                        leaves(&Json::Object(rest.collect()), at, found);
                    }
                    None => found.push(at.clone()),
                }
                at.truncate(length);
            }
        }
        _ => found.push(at.clone()),
    }
}

fn has_names(items: &[Json]) -> bool {
    !items.is_empty() && items.iter().all(|item| item["name"].is_string())
}

/// Maps of texts that several write.
const MAPS: [&str; 6] = [
    "annotations",
    "labels",
    "data",
    "binaryData",
    "stringData",
    "nodeSelector",
];

/// The patch that takes another one back, from what there was before; `None` where orders of the patch itself keep that
/// from being told.
fn inverse(patch: &Json, before: Option<&Json>) -> Option<Json> {
    match (patch, before) {
        (Json::Object(fields), Some(Json::Object(old))) => {
            let mut back = serde_json::Map::new();
            for (key, below) in fields {
                if key.starts_with('$') {
                    return None;
                }
                let before = old.get(key);
                // Where others may have added to a map since, it is not taken away as a whole.
                let none = json!({});
                let before = before.or(MAPS.contains(&key.as_str()).then_some(&none));
                back.insert(key.clone(), inverse(below, before)?);
            }
            Some(back.into())
        }
        (_, None) => Some(Json::Null),
        (Json::Array(items), Some(Json::Array(old))) if has_names(items) && has_names(old) => {
            let back = items.iter().map(|item| {
                let name = item["name"].clone();
                match old.iter().find(|it| it["name"] == name) {
                    Some(known) => inverse(item, Some(known)),
                    None => Some(json!({"name": name, "$patch": "delete"})),
                }
            });
            Some(Json::Array(back.collect::<Option<_>>()?))
        }
        (_, Some(old)) => Some(old.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_told_by_its_leaves_and_taken_back() {
        let before = json!({
            "metadata": {"labels": {"a": "1"}},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"name": "main", "image": "a:1", "args": ["x"]}, {"name": "side", "image": "s:1"},
            ]}}},
        });
        let patch = json!({
            "metadata": {"labels": {"a": "2", "b": "3"}, "annotations": {"c/d": "4"}},
            "spec": {"template": {"spec": {"containers": [
                {"name": "main", "args": ["y", "z"]}, {"name": "new", "image": "n:1"},
            ]}}},
        });
        let mut fields = Vec::new();
        leaves(&patch, &mut String::new(), &mut fields);
        let containers = "/spec/template/spec/containers";
        assert_eq!(
            fields,
            [
                "/metadata/annotations/c~1d".to_owned(),
                "/metadata/labels/a".to_owned(),
                "/metadata/labels/b".to_owned(),
                format!("{containers}/main/args"),
                format!("{containers}/new/image"),
            ]
        );
        assert_eq!(
            inverse(&patch, Some(&before)).unwrap(),
            json!({
                "metadata": {"labels": {"a": "1", "b": null}, "annotations": {"c/d": null}},
                "spec": {"template": {"spec": {"containers": [
                    {"name": "main", "args": ["x"]}, {"name": "new", "$patch": "delete"},
                ]}}},
            })
        );
        let ordered = json!({"spec": {"$retainKeys": ["replicas"]}});
        assert_eq!(inverse(&ordered, Some(&before)), None);
        let back = as_patch(&patch);
        assert_eq!(json_of(&back), Ok(patch));
    }

    #[test]
    fn what_the_server_keeps_is_no_difference() {
        let before = json!({"metadata": {"generation": 1}, "spec": {"a": 1, "b": [1], "c": 2}, "status": {"x": 1}});
        let after =
            json!({"metadata": {"generation": 2}, "spec": {"a": 1, "b": [1, 2], "d": {"e": 3}}});
        assert_eq!(
            differences(&before, &after),
            [
                ("/spec/b".to_owned(), Some(json!([1, 2]))),
                ("/spec/d".to_owned(), Some(json!({"e": 3}))),
                ("/spec/c".to_owned(), None),
            ]
        );
    }
}
