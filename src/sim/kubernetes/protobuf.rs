//! The few bodies that kubectl sends as protobuf whatever it is told: read into the JSON they mean.

use serde_json::{Map, Value};

/// How a field's bytes are to be read.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Number,
    Flag,
    /// Text that may come more than once.
    Texts,
    /// Map entries of text to text.
    TextMap,
    Message(&'static [Field]),
}

/// Number, JSON name and shape.
type Field = (u64, &'static str, Shape);

const OBJECT_META: &[Field] = &[
    (1, "name", Shape::Text),
    (2, "generateName", Shape::Text),
    (3, "namespace", Shape::Text),
    (5, "uid", Shape::Text),
    (6, "resourceVersion", Shape::Text),
    (11, "labels", Shape::TextMap),
    (12, "annotations", Shape::TextMap),
];
const ACCESS_SPEC: &[Field] = &[
    (
        1,
        "resourceAttributes",
        Shape::Message(&[
            (1, "namespace", Shape::Text),
            (2, "verb", Shape::Text),
            (3, "group", Shape::Text),
            (4, "version", Shape::Text),
            (5, "resource", Shape::Text),
            (6, "subresource", Shape::Text),
            (7, "name", Shape::Text),
        ]),
    ),
    (
        2,
        "nonResourceAttributes",
        Shape::Message(&[(1, "path", Shape::Text), (2, "verb", Shape::Text)]),
    ),
];
const DELETE_OPTIONS: &[Field] = &[
    (1, "gracePeriodSeconds", Shape::Number),
    (
        2,
        "preconditions",
        Shape::Message(&[(1, "uid", Shape::Text), (2, "resourceVersion", Shape::Text)]),
    ),
    (3, "orphanDependents", Shape::Flag),
    (4, "propagationPolicy", Shape::Text),
    (5, "dryRun", Shape::Texts),
];
const META: Field = (1, "metadata", Shape::Message(OBJECT_META));
const ENVELOPE: &[Field] = &[(1, "apiVersion", Shape::Text), (2, "kind", Shape::Text)];

fn fields_of(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "SelfSubjectReview" => &[META],
        "SelfSubjectAccessReview" => &[META, (2, "spec", Shape::Message(ACCESS_SPEC))],
        "SelfSubjectRulesReview" => &[
            META,
            (2, "spec", Shape::Message(&[(1, "namespace", Shape::Text)])),
        ],
        "ConfigMap" => &[META, (2, "data", Shape::TextMap)],
        "Eviction" => &[META, (2, "deleteOptions", Shape::Message(DELETE_OPTIONS))],
        "DeleteOptions" => DELETE_OPTIONS,
        _ => return None,
    })
}

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
            (Shape::TextMap, Content::Bytes(bytes)) => {
                let pair = message(bytes, &[(1, "key", Shape::Text), (2, "value", Shape::Text)]);
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
}
