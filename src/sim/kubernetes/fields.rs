//! managedFields: who wrote which field last.

use serde_json::{Map, Value, json};

use super::kinds::Res;
use super::write::{Author, seconds};

/// How deep fields are told apart; below that a field is owned as a whole.
const DEPTH: usize = 4;

/// Records that `author` wrote what differs between `before` and `value`.
pub fn own(value: &mut Value, before: Option<&Value>, author: &Author<'_>, res: Res) {
    let nothing = json!({});
    let mut changed = Map::new();
    for part in ["spec", "data", "status"] {
        differ(part, before.unwrap_or(&nothing), value, &mut changed, 0);
    }
    let mut metadata = Map::new();
    for part in ["labels", "annotations", "finalizers"] {
        let old = before.map_or(&nothing, |before| &before["metadata"]);
        differ(part, old, &value["metadata"], &mut metadata, 0);
    }
    if !metadata.is_empty() {
        changed.insert("f:metadata".to_owned(), metadata.into());
    }
    if changed.is_empty() {
        return;
    }
    let mut managers: Vec<Value> = value["metadata"]["managedFields"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    for manager in &mut managers {
        if let Some(owned) = manager["fieldsV1"].as_object_mut() {
            disown(owned, &changed);
        }
    }
    let subresource = author.subresource.unwrap_or_default();
    let same = |manager: &&mut Value| {
        manager["manager"] == author.manager
            && manager["subresource"].as_str().unwrap_or_default() == subresource
    };
    if let Some(mine) = managers.iter_mut().find(same) {
        mine["time"] = seconds(author.now).into();
        if let Some(owned) = mine["fieldsV1"].as_object_mut() {
            merge(owned, &changed);
        }
    } else {
        let mut mine = json!({
            "manager": author.manager, "operation": "Update", "apiVersion": res.info().api_version(),
            "time": seconds(author.now), "fieldsType": "FieldsV1", "fieldsV1": changed,
        });
        if !subresource.is_empty() {
            mine["subresource"] = subresource.into();
        }
        managers.push(mine);
    }
    managers.retain(|manager| {
        manager["fieldsV1"]
            .as_object()
            .is_some_and(|f| !f.is_empty())
    });
    value["metadata"]["managedFields"] = managers.into();
}

/// Adds `f:key` to `changed` where the two differ at `key`.
fn differ(
    key: &str,
    before: &Value,
    after: &Value,
    changed: &mut Map<String, Value>,
    depth: usize,
) {
    let (old, new) = (before.get(key), after.get(key));
    if old == new || new.is_none() {
        return;
    }
    let mut inner = Map::new();
    if depth < DEPTH
        && let Some(fields) = new.and_then(Value::as_object)
    {
        let nothing = json!({});
        for field in fields.keys() {
            differ(
                field,
                old.unwrap_or(&nothing),
                &after[key],
                &mut inner,
                depth + 1,
            );
        }
        if inner.is_empty() && !fields.is_empty() {
            return;
        }
    }
    changed.insert(format!("f:{key}"), inner.into());
}

fn disown(owned: &mut Map<String, Value>, taken: &Map<String, Value>) {
    for (field, below) in taken {
        let Some(mine) = owned.get_mut(field).and_then(Value::as_object_mut) else {
            continue;
        };
        let whole = below.as_object().is_none_or(Map::is_empty);
        if !whole && !mine.is_empty() {
            if let Some(below) = below.as_object() {
                disown(mine, below);
            }
        } else {
            mine.clear();
        }
        if mine.is_empty() {
            owned.remove(field);
        }
    }
}

fn merge(owned: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (field, below) in more {
        let mine = owned.entry(field.clone()).or_insert_with(|| json!({}));
        if let (Some(mine), Some(below)) = (mine.as_object_mut(), below.as_object()) {
            merge(mine, below);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_belongs_to_who_wrote_it_last() {
        let at = "2026-03-01T12:00:00Z".parse().unwrap();
        let author = |manager| Author {
            manager,
            now: at,
            subresource: None,
        };
        let mut first = json!({ "metadata": {}, "spec": { "replicas": 2, "paused": false } });
        own(&mut first, None, &author("kubectl"), Res::Deployments);
        let mut second = first.clone();
        second["spec"]["replicas"] = 5.into();
        own(&mut second, Some(&first), &author("hpa"), Res::Deployments);
        let managers = &second["metadata"]["managedFields"];
        assert_eq!(
            managers[0]["fieldsV1"],
            json!({ "f:spec": { "f:paused": {} } })
        );
        assert_eq!(managers[1]["manager"], "hpa");
        assert_eq!(
            managers[1]["fieldsV1"],
            json!({ "f:spec": { "f:replicas": {} } })
        );
    }
}
