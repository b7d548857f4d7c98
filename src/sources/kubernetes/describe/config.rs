//! `ConfigMaps` and Secrets: their keys and how much is in them, never what.

use base64::Engine;
use serde_json::Value;

use super::{fields::Fields, table};
use crate::{
    domain::description::{Block, Label, Said},
    sources::kubernetes::facts::{short, truth},
};

pub(super) fn config_map(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    immutable(&mut fields, object);
    let mut rows = sizes(object, "data", str::len);
    rows.extend(sizes(object, "binaryData", decoded));
    let heads = [Label::Key, Label::Size];
    vec![fields.block(None), table(Label::Data, &heads, rows)]
}

/// What a Secret holds; the values have to be there still.
pub(super) fn secret_sizes(object: &Value) -> Vec<Vec<Said>> {
    sizes(object, "data", decoded)
}

pub(super) fn secret(object: &Value, sizes: Vec<Vec<Said>>) -> Vec<Block> {
    let mut fields = Fields::default();
    fields.at(Label::Type, object, "/type");
    immutable(&mut fields, object);
    let heads = [Label::Key, Label::Size];
    vec![fields.block(None), table(Label::Data, &heads, sizes)]
}

fn immutable(fields: &mut Fields, object: &Value) {
    if truth(object, "/immutable") {
        fields.said(Label::Immutable, "true".to_owned());
    }
}

fn sizes(object: &Value, name: &str, long: impl Fn(&str) -> usize) -> Vec<Vec<Said>> {
    let map = object.get(name).and_then(Value::as_object);
    map.into_iter()
        .flatten()
        .map(|(key, value)| {
            let bytes = value.as_str().map_or(0, &long);
            vec![Said::text(short(key)), Said::Bytes(bytes as u64)]
        })
        .collect()
}

fn decoded(text: &str) -> usize {
    let engine = base64::engine::general_purpose::STANDARD;
    engine.decode(text).map_or(text.len(), |raw| raw.len())
}
