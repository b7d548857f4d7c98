//! Patches as values: as they are sent, what they set, what takes them back, and what one object has otherwise than another.

use serde_json::{Value as Json, json};

use super::super::{
    super::live::{escaped, known, plain},
    whole,
};
use crate::domain::action::{
    refusal::Refusal,
    step::{Patch, Template},
};

/// A patch as it is sent.
pub(super) fn json_of(patch: &Patch) -> Result<Json, Refusal> {
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
pub fn as_patch(value: &Json) -> Patch {
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
pub(super) fn leaves(patch: &Json, at: &mut String, found: &mut Vec<String>) {
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
pub(super) fn inverse(patch: &Json, before: Option<&Json>) -> Option<Json> {
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

/// Pointers with the new values that make one object the other, lists by number, without what the server keeps itself.
pub(super) fn differences(before: &Json, after: &Json) -> Vec<(String, Option<Json>)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    // row: E6
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
