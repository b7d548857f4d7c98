//! Reading JSON by pointer, with nothing where there is nothing.

use serde_json::{Value, json};

/// What stands at a pointer without escapes: `Value::pointer` copies every part of it to resolve those.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/')
        .skip(1)
        .try_fold(value, |inside, part| match inside {
            Value::Object(fields) => fields.get(part),
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => None,
        })
}

pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    at(value, path).and_then(Value::as_str).unwrap_or_default()
}

pub fn number(value: &Value, path: &str) -> i64 {
    at(value, path).and_then(Value::as_i64).unwrap_or(0)
}

pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    let found = at(value, path).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

/// The reference of a dependent to the object that controls it.
pub fn owner_reference(owner: &Value) -> Value {
    json!({
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
    })
}

/// The uid of the object that controls this one; empty if none does.
pub fn controller_uid(value: &Value) -> &str {
    controller(value).map_or("", |owner| text(owner, "/uid"))
}

/// The reference to the object that controls this one.
pub fn controller(value: &Value) -> Option<&Value> {
    let owners = list(value, "/metadata/ownerReferences");
    owners.iter().find(|owner| owner["controller"] == true)
}
