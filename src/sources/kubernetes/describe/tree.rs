//! An object of a kind nobody here knows: its spec and its status as a tree of fields.

use serde_json::Value;

use crate::{
    domain::description::{Block, Field, FieldName, Label, Said},
    sources::kubernetes::facts::{scalar, short},
};

/// More fields than this are not read but searched: that is what the manifest is for.
const MOST: usize = 400;

/// Deeper values stand on one line.
const DEEPEST: u8 = 6;

/// Told elsewhere in a description.
const TOLD: [&str; 5] = ["apiVersion", "kind", "metadata", "conditions", "items"];

/// The blocks of an object, and how many fields of it were left out.
pub(super) fn blocks(object: &Value) -> (Vec<Block>, usize) {
    let mut own = Tree::default();
    let mut spec = Tree::default();
    let mut status = Tree::default();
    for (name, value) in object.as_object().into_iter().flatten() {
        match name.as_str() {
            "spec" => spec.inside(value, 0),
            "status" => status.inside(value, 0),
            told if TOLD.contains(&told) => {}
            _ => own.field(name, value, 0),
        }
    }
    let left_out = own.left_out + spec.left_out + status.left_out;
    let blocks = [
        (None, own),
        (Some(Label::Status), status),
        (Some(Label::Spec), spec),
    ];
    let blocks = blocks
        .into_iter()
        .filter(|(_, tree)| !tree.fields.is_empty())
        .map(|(title, tree)| Block::Fields {
            title,
            fields: tree.fields,
        });
    (blocks.collect(), left_out)
}

#[derive(Default)]
struct Tree {
    fields: Vec<Field>,
    left_out: usize,
}

impl Tree {
    fn put(&mut self, name: String, said: Said, depth: u8) {
        if self.fields.len() >= MOST {
            self.left_out += 1;
            return;
        }
        self.fields.push(Field {
            depth,
            name: FieldName::Own(name),
            said,
        });
    }

    fn field(&mut self, name: &str, value: &Value, depth: u8) {
        if TOLD.contains(&name) && depth == 0 {
            return;
        }
        let name = humanised(name);
        match value {
            Value::Object(map) if map.is_empty() => {}
            Value::Object(_) if depth < DEEPEST => {
                self.put(name, Said::text(""), depth);
                self.inside(value, depth + 1);
            }
            Value::Array(items) if depth < DEEPEST && items.iter().any(Value::is_object) => {
                self.put(name, Said::text(""), depth);
                for (index, item) in items.iter().enumerate() {
                    self.put(format!("{}", index + 1), Said::text(title(item)), depth + 1);
                    self.inside(item, depth + 2);
                }
            }
            Value::Null => {}
            Value::String(text) => match text.parse() {
                Ok(at) if text.len() >= 20 => self.put(name, Said::Since(at), depth),
                _ => self.put(name, Said::text(short(text)), depth),
            },
            other => self.put(name, Said::text(inline(other)), depth),
        }
    }

    fn inside(&mut self, value: &Value, depth: u8) {
        match value {
            Value::Object(map) => {
                for (name, item) in map {
                    self.field(name, item, depth);
                }
            }
            Value::Null => {}
            other => self.put(String::new(), Said::text(inline(other)), depth),
        }
    }
}

/// What an item of a list is called, where it says so itself.
fn title(item: &Value) -> String {
    let named = ["name", "type", "key", "host"];
    let name = named.iter().find_map(|name| item.get(*name));
    name.and_then(scalar).unwrap_or_default()
}

/// A value on one line.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(inline).collect();
            short(&parts.join(", "))
        }
        Value::Object(map) => {
            let parts = map.iter();
            let parts: Vec<String> = parts
                .map(|(name, item)| format!("{name}={}", inline(item)))
                .collect();
            short(&parts.join(", "))
        }
        other => scalar(other).unwrap_or_default(),
    }
}

/// `lastProbeTime` → `last probe time`, `podIPs` → `pod IPs`.
fn humanised(name: &str) -> String {
    let name = short(name);
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(index + 1).copied();
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
        let ends_acronym = c.is_ascii_uppercase()
            && before.is_some_and(|it| it.is_ascii_uppercase())
            && after.is_some_and(|it| it.is_ascii_lowercase() && it != 's');
        if starts || ends_acronym {
            out.push(' ');
        }
        let alone = after.is_none_or(|it| !it.is_ascii_uppercase())
            && !before.is_some_and(|it| it.is_ascii_uppercase());
        if c.is_ascii_uppercase() && (alone || (ends_acronym && alone_after(after))) {
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(*c);
        }
    }
    out
}

fn alone_after(after: Option<char>) -> bool {
    after.is_some_and(|it| it.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_words() {
        for (name, words) in [
            ("replicas", "replicas"),
            ("lastProbeTime", "last probe time"),
            ("podIPs", "pod IPs"),
            ("podCIDR", "pod CIDR"),
            ("externalURL", "external URL"),
            ("my-key", "my-key"),
        ] {
            assert_eq!(humanised(name), words);
        }
    }
}
