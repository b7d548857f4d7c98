//! Objects as protobuf, for lists and watches of clients that ask for it.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::kinds::{Field, Shape};
use super::objects::{self, STATUS};
use crate::sim::kubernetes::kinds::Res;
use crate::sim::kubernetes::status::ApiError;
use crate::sim::kubernetes::store::Entry;

/// What the header `Content-Type` calls it.
pub const MEDIA: &str = "application/vnd.kubernetes.protobuf";
pub const STREAM: &str = "application/vnd.kubernetes.protobuf;stream=watch";

/// A field of an object that no table here knows: the object can only be told as JSON.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no number is known for the field {0}")]
pub struct UnknownField(String);

type Written = Result<(), UnknownField>;

/// Whether objects of this kind can be told as protobuf.
pub fn speaks(res: Res) -> bool {
    objects::fields_of(res).is_some()
}

/// A list; refused when one object of it would lose a field.
pub fn list<'a>(
    res: Res,
    entries: impl Iterator<Item = &'a Entry>,
    metadata: &Value,
) -> Result<Vec<Bytes>, UnknownField> {
    let fields = objects::fields_of(res).unwrap_or_default();
    let mut items = Vec::new();
    object(
        &json!({ "metadata": metadata }),
        objects::LIST,
        true,
        &mut items,
    )?;
    let mut item = Vec::new();
    for entry in entries {
        item.clear();
        body(&entry.value(), fields, true, &mut item)?;
        bytes(2, &item, &mut items);
    }
    let info = res.info();
    let (kind, api_version) = (format!("{}List", info.kind), info.api_version());
    Ok(vec![envelope(&api_version, &kind, &items).into()])
}

/// One event of a watch; fields that are not known are left out.
pub fn event(kind: &str, res: Res, value: &Value) -> Vec<u8> {
    let fields = objects::fields_of(res).unwrap_or_default();
    let info = res.info();
    frame(kind, &told(&info.api_version(), info.kind, value, fields))
}

/// The end of a watch.
pub fn error_event(error: &ApiError) -> Vec<u8> {
    frame("ERROR", &status(&error.status()))
}

/// A refusal.
pub fn status(value: &Value) -> Vec<u8> {
    told("v1", "Status", value, STATUS)
}

fn told(api_version: &str, kind: &str, value: &Value, fields: &[Field]) -> Vec<u8> {
    let mut raw = Vec::new();
    // Nothing is refused where fields may be left out.
    let _complete = body(value, fields, false, &mut raw);
    envelope(api_version, kind, &raw)
}

fn frame(kind: &str, object: &[u8]) -> Vec<u8> {
    let mut inner = Vec::with_capacity(object.len() + 8);
    bytes(1, object, &mut inner);
    let mut event = Vec::with_capacity(inner.len() + 16);
    bytes(1, kind.as_bytes(), &mut event);
    bytes(2, &inner, &mut event);
    let length = u32::try_from(event.len()).unwrap_or(u32::MAX);
    let mut out = length.to_be_bytes().to_vec();
    out.append(&mut event);
    out
}

fn envelope(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    bytes(1, api_version.as_bytes(), &mut types);
    bytes(2, kind.as_bytes(), &mut types);
    let mut out = Vec::with_capacity(raw.len() + types.len() + 20);
    out.extend_from_slice(b"k8s\0");
    bytes(1, &types, &mut out);
    bytes(2, raw, &mut out);
    bytes(3, b"", &mut out);
    bytes(4, b"", &mut out);
    out
}

/// An object without apiVersion and kind, which stand around it.
fn body(value: &Value, fields: &[Field], strict: bool, out: &mut Vec<u8>) -> Written {
    let Some(members) = value.as_object() else {
        return Ok(());
    };
    let own = |name: &str| !matches!(name, "apiVersion" | "kind");
    if strict && let Some(name) = stranger(members, fields, own) {
        return Err(UnknownField(name.to_owned()));
    }
    write_members(members, fields, strict, out)
}

fn object(value: &Value, fields: &[Field], strict: bool, out: &mut Vec<u8>) -> Written {
    let Some(members) = value.as_object() else {
        return Ok(());
    };
    if strict && let Some(name) = stranger(members, fields, |_| true) {
        return Err(UnknownField(name.to_owned()));
    }
    write_members(members, fields, strict, out)
}

/// A member that no field stands for.
fn stranger<'a>(
    members: &'a Map<String, Value>,
    fields: &[Field],
    counts: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let known = |name: &str| fields.iter().any(|field| covers(field, name));
    let mut strangers = members
        .iter()
        .filter(|(name, value)| !value.is_null() && counts(name.as_str()) && !known(name));
    strangers.next().map(|(name, _)| name.as_str())
}

fn covers((_, name, shape): &Field, wanted: &str) -> bool {
    match shape {
        Shape::Inline(fields) => fields.iter().any(|field| covers(field, wanted)),
        _ => *name == wanted,
    }
}

fn write_members(
    members: &Map<String, Value>,
    fields: &[Field],
    strict: bool,
    out: &mut Vec<u8>,
) -> Written {
    for (field, name, shape) in fields {
        if let Shape::Inline(inner) = shape {
            let mut content = Vec::new();
            write_members(members, inner, strict, &mut content)?;
            if !content.is_empty() {
                bytes(*field, &content, out);
            }
        } else if let Some(value) = members.get(*name) {
            write(*field, *shape, value, strict, out)
                .map_err(|UnknownField(inner)| UnknownField(format!("{name}.{inner}")))?;
        }
    }
    Ok(())
}

fn write(field: u64, shape: Shape, value: &Value, strict: bool, out: &mut Vec<u8>) -> Written {
    match shape {
        Shape::Text => {
            if let Some(text) = value.as_str() {
                bytes(field, text.as_bytes(), out);
            }
        }
        Shape::Number => {
            if let Some(value) = value.as_i64() {
                number(field, value, out);
            }
        }
        Shape::Flag => {
            if let Some(flag) = value.as_bool() {
                number(field, flag.into(), out);
            }
        }
        // No time is an empty message, as Go writes it.
        Shape::Time => bytes(field, &time(value), out),
        Shape::Texts => {
            for text in value.as_array().into_iter().flatten() {
                bytes(field, text.as_str().unwrap_or_default().as_bytes(), out);
            }
        }
        Shape::TextMap | Shape::QuantityMap => map(field, shape, value, out),
        Shape::IntOrString => bytes(field, &int_or_string(value), out),
        Shape::Json => {
            let mut raw = Vec::new();
            bytes(1, value.to_string().as_bytes(), &mut raw);
            bytes(field, &raw, out);
        }
        Shape::Message(fields) => {
            if value.is_object() {
                let mut content = Vec::new();
                object(value, fields, strict, &mut content)?;
                bytes(field, &content, out);
            }
        }
        Shape::Messages(fields) => {
            for item in value.as_array().into_iter().flatten() {
                let mut content = Vec::new();
                object(item, fields, strict, &mut content)?;
                bytes(field, &content, out);
            }
        }
        // Its members stand in the object itself.
        Shape::Inline(_) => {}
    }
    Ok(())
}

fn map(field: u64, shape: Shape, value: &Value, out: &mut Vec<u8>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut pair = Vec::new();
        bytes(1, key.as_bytes(), &mut pair);
        if let Shape::QuantityMap = shape {
            let mut quantity = Vec::new();
            bytes(1, text.as_bytes(), &mut quantity);
            bytes(2, &quantity, &mut pair);
        } else {
            bytes(2, text.as_bytes(), &mut pair);
        }
        bytes(field, &pair, out);
    }
}

/// Seconds and nanoseconds of a time as text.
fn time(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let told = value
        .as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok());
    if let Some(at) = told {
        number(1, at.as_second(), &mut out);
        number(2, at.subsec_nanosecond().into(), &mut out);
    }
    out
}

fn int_or_string(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    number(1, value.is_string().into(), &mut out);
    number(2, value.as_i64().unwrap_or(0), &mut out);
    bytes(3, value.as_str().unwrap_or_default().as_bytes(), &mut out);
    out
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

fn number(field: u64, value: i64, out: &mut Vec<u8>) {
    varint(field << 3, out);
    varint(value.cast_unsigned(), out);
}

fn bytes(field: u64, content: &[u8], out: &mut Vec<u8>) {
    varint(field << 3 | 2, out);
    varint(content.len() as u64, out);
    out.extend_from_slice(content);
}
