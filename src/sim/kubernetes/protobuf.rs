//! Protobuf: the few bodies that kubectl sends so whatever it is told, read into the JSON they mean, and the objects that
//! clients ask for so.

mod kinds;
mod objects;
mod workloads;
mod write;

use serde_json::{Map, Value};

use kinds::{ENVELOPE, Field, Shape, fields_of};

pub use write::{MEDIA, STREAM, error_event, event, list, speaks, status};

/// Reads a body of a kind that is known here; `None` for any other.
pub fn read(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"k8s\0")?;
    let mut kind = Value::Null;
    let mut raw: &[u8] = &[];
    let mut rest = body;
    while let Some((number, content)) = next_field(&mut rest) {
        match (number, content) {
            (1, Content::Bytes(bytes)) => kind = message(bytes, ENVELOPE),
            (2, Content::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let fields = fields_of(kind["kind"].as_str()?)?;
    let mut value = message(raw, fields);
    value["kind"] = kind["kind"].clone();
    value["apiVersion"] = kind["apiVersion"].clone();
    Some(value)
}

enum Content<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed,
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, more) = rest.split_first()?;
        *rest = more;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn next_field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Content<'a>)> {
    if rest.is_empty() {
        return None;
    }
    let tag = varint(rest)?;
    let content = match tag & 7 {
        0 => Content::Number(varint(rest)?),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            let (bytes, more) = rest.split_at_checked(length)?;
            *rest = more;
            Content::Bytes(bytes)
        }
        wire @ (1 | 5) => {
            let length = if wire == 1 { 8 } else { 4 };
            *rest = rest.get(length..)?;
            Content::Fixed
        }
        _ => return None,
    };
    Some((tag >> 3, content))
}

fn text(bytes: &[u8]) -> Value {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn message(mut rest: &[u8], fields: &[Field]) -> Value {
    let mut out = Map::new();
    while let Some((number, content)) = next_field(&mut rest) {
        let Some((_, name, shape)) = fields.iter().find(|field| field.0 == number) else {
            continue;
        };
        match (shape, content) {
            // Empty text is how protobuf leaves a text out.
            (Shape::Text, Content::Bytes([])) => {}
            (Shape::Text, Content::Bytes(bytes)) => {
                out.insert((*name).to_owned(), text(bytes));
            }
            (Shape::Number, Content::Number(number)) => {
                out.insert((*name).to_owned(), number.cast_signed().into());
            }
            (Shape::Flag, Content::Number(number)) => {
                out.insert((*name).to_owned(), (number != 0).into());
            }
            (Shape::Message(fields), Content::Bytes(bytes)) => {
                out.insert((*name).to_owned(), message(bytes, fields));
            }
            (Shape::Texts, Content::Bytes(bytes)) => {
                let list = out.entry(*name).or_insert_with(|| Value::Array(Vec::new()));
                if let Some(list) = list.as_array_mut() {
                    list.push(text(bytes));
                }
            }
            (Shape::Messages(fields), Content::Bytes(bytes)) => {
                let list = out.entry(*name).or_insert_with(|| Value::Array(Vec::new()));
                if let Some(list) = list.as_array_mut() {
                    list.push(message(bytes, fields));
                }
            }
            (Shape::TextMap | Shape::QuantityMap, Content::Bytes(bytes)) => {
                let mut pair = message(bytes, shape.pair());
                if let Shape::QuantityMap = shape {
                    pair["value"] = pair["value"]["string"].take();
                }
                let map = out
                    .entry(*name)
                    .or_insert_with(|| Value::Object(Map::new()));
                let key = pair["key"].as_str().unwrap_or_default();
                map[key] = pair["value"].as_str().unwrap_or_default().into();
            }
            _ => {}
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2, u8::try_from(content.len()).unwrap()];
        out.extend_from_slice(content);
        out
    }

    #[test]
    fn an_access_review_is_read() {
        let attributes = [field(1, b"shop"), field(2, b"delete"), field(5, b"pods")].concat();
        let raw = field(2, &field(1, &attributes));
        let kind = [
            field(1, b"authorization.k8s.io/v1"),
            field(2, b"SelfSubjectAccessReview"),
        ]
        .concat();
        let body = [b"k8s\0".to_vec(), field(1, &kind), field(2, &raw)].concat();
        let review = read(&body).unwrap();
        assert_eq!(
            review["spec"]["resourceAttributes"],
            json!({ "namespace": "shop", "verb": "delete", "resource": "pods" })
        );
        assert_eq!(read(b"k8s\0\xff\xff"), None);
        assert_eq!(read(b"{}"), None);
    }

    fn body(kind: &[u8], raw: &[u8]) -> Vec<u8> {
        let kind = [field(1, b"v1"), field(2, kind)].concat();
        [b"k8s\0".to_vec(), field(1, &kind), field(2, raw)].concat()
    }

    #[test]
    fn a_namespace_as_kubectl_creates_it_is_read() {
        // Times and status are there and empty.
        let metadata = [field(1, b"x"), field(2, b""), field(8, b"")].concat();
        let raw = [field(1, &metadata), field(2, b""), field(3, &field(1, b""))].concat();
        assert_eq!(
            read(&body(b"Namespace", &raw)),
            Some(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "x" } }))
        );
    }

    #[test]
    fn a_job_keeps_its_owner_and_its_containers() {
        let owner = [field(1, b"CronJob"), field(4, b"u-1"), vec![6 << 3, 1]].concat();
        let metadata = [field(1, b"by-hand"), field(13, &owner)].concat();
        let limit = [field(1, b"memory"), field(2, &field(1, b"1Gi"))].concat();
        let container = [
            field(1, b"backup"),
            field(3, b"sh"),
            field(3, b"-c"),
            field(8, &field(1, &limit)),
        ]
        .concat();
        let template = field(2, &field(2, &container));
        let spec = [vec![7 << 3, 0], field(6, &template)].concat();
        let job = read(&body(
            b"Job",
            &[field(1, &metadata), field(2, &spec)].concat(),
        ))
        .unwrap();
        assert_eq!(
            job["metadata"]["ownerReferences"],
            json!([{ "kind": "CronJob", "uid": "u-1", "controller": true }])
        );
        assert_eq!(job["spec"]["backoffLimit"], 0);
        assert_eq!(
            job["spec"]["template"]["spec"]["containers"],
            json!([{ "name": "backup", "command": ["sh", "-c"], "resources": { "limits": { "memory": "1Gi" } } }])
        );
    }
}
