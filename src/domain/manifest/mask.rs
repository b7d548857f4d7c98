//! Secrets: their values never leave the source, only how long they are.

use base64::Engine;
use serde_json::Value;

/// What every masked value begins with.
pub const MASK: &str = "•••";

/// Copies of the whole object, which tools keep in its annotations.
const COPIES: [&str; 3] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
];

/// What gzip in base64 begins with.
const PACKED: &str = "H4sI";

/// Masks what is secret in an object, if it is one that holds secrets: a Secret, or a list with some in it.
pub fn mask(object: &mut Value) {
    if let Some(items) = object.get_mut("items").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(mask);
    }
    if object.get("kind").and_then(Value::as_str) != Some("Secret") {
        return;
    }
    mask_values(object.get_mut("data"), |text| {
        let engine = base64::engine::general_purpose::STANDARD;
        engine.decode(text).map_or(text.len(), |raw| raw.len())
    });
    mask_values(object.get_mut("stringData"), str::len);
    let annotations = object.pointer_mut("/metadata/annotations");
    for (name, value) in annotations
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        let text = value.as_str().unwrap_or_default();
        // Some tools keep the copy packed, or under a name of their own: what looks like an object is one.
        let copy =
            COPIES.contains(&name.as_str()) || text.contains('{') || text.starts_with(PACKED);
        if copy {
            *value = masked(text.len());
        }
    }
}

fn mask_values(values: Option<&mut Value>, long: impl Fn(&str) -> usize) {
    let Some(values) = values else { return };
    let Some(map) = values.as_object_mut() else {
        if !values.is_null() {
            *values = Value::String(MASK.to_owned());
        }
        return;
    };
    for value in map.values_mut() {
        *value = match value.as_str() {
            Some(text) => masked(long(text)),
            None => Value::String(MASK.to_owned()),
        };
    }
}

fn masked(bytes: usize) -> Value {
    Value::String(format!("{MASK} ({bytes} bytes)"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_tells_only_how_long_its_values_are() {
        let mut secret = json!({
            "kind": "Secret", "type": "Opaque",
            "data": {"password": "aHVudGVyMg==", "odd": 7, "none": null},
            "stringData": {"token": "abc"},
            "metadata": {"annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"password\":\"aHVudGVyMg==\"}}",
                "tool/copy": "{\"stringData\":{\"token\":\"abc\"}}",
                "team": "export",
            }},
        });
        mask(&mut secret);
        assert_eq!(secret["data"]["password"], "••• (7 bytes)");
        assert_eq!(secret["data"]["odd"], "•••");
        assert_eq!(secret["stringData"]["token"], "••• (3 bytes)");
        assert_eq!(secret["metadata"]["annotations"]["team"], "export");
        let text = secret.to_string();
        assert!(!text.contains("aHVudGVyMg"), "{text}");
        assert!(!text.contains("abc"), "{text}");
    }

    #[test]
    fn what_is_no_secret_stays() {
        let mut config = json!({"kind": "ConfigMap", "data": {"password": "x"}});
        let before = config.clone();
        mask(&mut config);
        assert_eq!(config, before);
        let mut list =
            json!({"kind": "List", "items": [{"kind": "Secret", "data": {"a": "eA=="}}]});
        mask(&mut list);
        assert_eq!(list["items"][0]["data"]["a"], "••• (1 bytes)");
    }

    proptest! {
        #[test]
        fn no_value_survives(values in prop::collection::btree_map("[a-z]{1,4}", "[A-Z0-9]{9,20}", 1..5)) {
            let copy = json!({"data": values}).to_string();
            let mut secret = json!({
                "kind": "Secret", "data": values, "stringData": values,
                "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": copy}},
            });
            mask(&mut secret);
            let text = secret.to_string();
            for value in values.values() {
                prop_assert!(!text.contains(value.as_str()));
            }
        }
    }
}
