//! Objects made up by a table: the JSON that the API server would write of one, and its bytes.

use serde_json::{Map, Value, json};

use super::super::tables::{Shape, Table};

/// Where choices come from; when it is used up, everything is absent.
pub struct Entropy<'a>(pub std::slice::Iter<'a, u8>);

impl Entropy<'_> {
    fn below(&mut self, limit: u8) -> u8 {
        self.0.next().map_or(0, |byte| byte % limit)
    }
}

pub fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

pub fn number(field: u64, value: i64, out: &mut Vec<u8>) {
    varint(field << 3, out);
    varint(value.cast_unsigned(), out);
}

pub fn bytes(field: u64, content: &[u8], out: &mut Vec<u8>) {
    varint(field << 3 | 2, out);
    varint(content.len() as u64, out);
    out.extend_from_slice(content);
}

const TEXTS: [&str; 7] = [
    "",
    "lookup-1",
    "Ready",
    "True",
    "kaputt \"ü\" \\ \n\u{1b}[2J",
    "数据库",
    "Always",
];
const NUMBERS: [i64; 4] = [0, 1, 300, 2_147_483_647];

fn text(entropy: &mut Entropy<'_>) -> &'static str {
    TEXTS[usize::from(entropy.below(7))]
}

/// Fields that no table knows, of every wire type.
fn strangers(entropy: &mut Entropy<'_>, out: &mut Vec<u8>) {
    match entropy.below(8) {
        1 => number(1_000, -1, out),
        2 => bytes(1_001, b"{\"not\": \"ours\"}", out),
        3 => {
            varint(1_002 << 3 | 1, out);
            out.extend_from_slice(&[0xff; 8]);
        }
        4 => {
            varint(1_003 << 3 | 5, out);
            out.extend_from_slice(&[0xff; 4]);
        }
        _ => {}
    }
}

fn time(entropy: &mut Entropy<'_>, micros: bool) -> (Value, Vec<u8>) {
    let mut out = Vec::new();
    let seconds = match entropy.below(4) {
        // Go's zero time: null in JSON, no bytes on the wire.
        0 => return (Value::Null, out),
        1 => 0,
        more => 1_790_000_000 + i64::from(more) * 86_399,
    };
    let nanos = if micros { 1_234_000 } else { 0 };
    number(1, seconds, &mut out);
    number(2, nanos.into(), &mut out);
    let shown = jiff::Timestamp::new(seconds, nanos).unwrap();
    let format = if micros {
        "%Y-%m-%dT%H:%M:%S.%6fZ"
    } else {
        "%Y-%m-%dT%H:%M:%SZ"
    };
    (shown.strftime(format).to_string().into(), out)
}

/// An object of `table`.
pub fn object(entropy: &mut Entropy<'_>, table: Table) -> (Value, Vec<u8>) {
    let mut json = Map::new();
    let mut out = Vec::new();
    for (field, name, shape) in table {
        strangers(entropy, &mut out);
        if entropy.below(4) == 0 {
            continue;
        }
        let value = value(entropy, *field, *shape, &mut out);
        // The API server leaves empty texts out of its JSON.
        if value != "" {
            json.insert((*name).to_owned(), value);
        }
    }
    strangers(entropy, &mut out);
    (json.into(), out)
}

fn value(entropy: &mut Entropy<'_>, field: u64, shape: Shape, out: &mut Vec<u8>) -> Value {
    match shape {
        Shape::Text => {
            let text = text(entropy);
            bytes(field, text.as_bytes(), out);
            text.into()
        }
        Shape::Number => {
            let value = NUMBERS[usize::from(entropy.below(4))];
            number(field, value, out);
            value.into()
        }
        Shape::Flag => {
            let flag = entropy.below(2) == 1;
            number(field, flag.into(), out);
            flag.into()
        }
        Shape::Time | Shape::MicroTime => {
            let (json, content) = time(entropy, matches!(shape, Shape::MicroTime));
            bytes(field, &content, out);
            json
        }
        Shape::Message(table) => {
            let (json, content) = object(entropy, table);
            bytes(field, &content, out);
            json
        }
        Shape::Messages(table) => {
            let items = (0..entropy.below(4)).map(|_| {
                let (json, content) = object(entropy, table);
                bytes(field, &content, out);
                json
            });
            items.collect()
        }
        Shape::Map | Shape::Chosen(_) | Shape::Amounts(_) => map(entropy, field, shape, out),
    }
}

fn map(entropy: &mut Entropy<'_>, field: u64, shape: Shape, out: &mut Vec<u8>) -> Value {
    let mut json = json!({});
    for place in 0..entropy.below(4) {
        let key = match shape {
            Shape::Chosen(keys) | Shape::Amounts(keys) if place == 0 => keys[0].to_owned(),
            _ => format!("example.org/{place}"),
        };
        let value = text(entropy);
        let mut pair = Vec::new();
        bytes(1, key.as_bytes(), &mut pair);
        if matches!(shape, Shape::Amounts(_)) {
            let mut quantity = Vec::new();
            bytes(1, value.as_bytes(), &mut quantity);
            bytes(2, &quantity, &mut pair);
        } else {
            bytes(2, value.as_bytes(), &mut pair);
        }
        bytes(field, &pair, out);
        json[key] = value.into();
    }
    json
}

/// What is around every object.
pub fn envelope(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    bytes(1, api_version.as_bytes(), &mut types);
    bytes(2, kind.as_bytes(), &mut types);
    let mut out = b"k8s\0".to_vec();
    bytes(1, &types, &mut out);
    bytes(2, raw, &mut out);
    bytes(3, b"", &mut out);
    bytes(4, b"", &mut out);
    out
}

/// A list with the version 77, more of which is to come.
pub fn list(api_version: &str, kind: &str, items: &[Vec<u8>]) -> Vec<u8> {
    let mut meta = Vec::new();
    bytes(1, b"", &mut meta);
    bytes(2, b"77", &mut meta);
    bytes(3, b"more", &mut meta);
    number(4, 12, &mut meta);
    let mut raw = Vec::new();
    bytes(1, &meta, &mut raw);
    for item in items {
        bytes(2, item, &mut raw);
    }
    number(1_000, 5, &mut raw);
    bytes(1_001, b"whatever", &mut raw);
    envelope(api_version, kind, &raw)
}

/// One frame of a watch.
pub fn frame(event: &str, object: &[u8]) -> Vec<u8> {
    let mut inner = Vec::new();
    bytes(1, object, &mut inner);
    let mut content = Vec::new();
    bytes(1, event.as_bytes(), &mut content);
    bytes(2, &inner, &mut content);
    let length = u32::try_from(content.len()).unwrap();
    [&length.to_be_bytes()[..], &content].concat()
}
