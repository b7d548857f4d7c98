//! The description as JSON Schema, draft 2020-12.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    files::FileShape,
    shape::{Form, Key, Record, Rule, Shape, TEXT},
};

/// Ids and names: no slash, space or quote.
const ID: &str = r#"^[^\s/\\'"]+$"#;

/// The schema of one kind of file.
pub(super) fn schema(file: &FileShape) -> Value {
    let mut writer = Writer::default();
    let mut page = writer.object(file.root);
    let head = [
        (
            "$schema",
            json!("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("$id", json!(format!("urn:quarterdeck:pack:{}", file.name))),
        ("title", json!(file.root.name)),
    ];
    for (key, value) in head {
        page.insert(key.to_owned(), value);
    }
    let tables: Map<String, Value> = writer
        .tables
        .into_iter()
        .filter_map(|(name, table)| Some((name.to_owned(), Value::Object(table?))))
        .collect();
    page.insert("$defs".to_owned(), Value::Object(tables));
    Value::Object(page)
}

/// The tables written so far, by name; one that is being written is there without its text.
#[derive(Default)]
struct Writer {
    tables: BTreeMap<&'static str, Option<Map<String, Value>>>,
}

impl Writer {
    fn object(&mut self, record: &'static Record) -> Map<String, Value> {
        let mut properties = Map::new();
        for key in record.keys() {
            properties.insert(key.name.to_owned(), self.key(key));
        }
        let required: Vec<&str> = record
            .keys()
            .filter(|key| key.must)
            .map(|key| key.name)
            .collect();
        let mut object = Map::new();
        object.insert("type".to_owned(), json!("object"));
        object.insert("description".to_owned(), json!(record.about));
        object.insert("properties".to_owned(), Value::Object(properties));
        object.insert("additionalProperties".to_owned(), json!(false));
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        let having = |names: &[&str]| -> Value {
            let each = names.iter().map(|name| json!({ "required": [name] }));
            each.collect()
        };
        match record.rule {
            Rule::Free => {}
            Rule::One(names) => drop(object.insert("oneOf".to_owned(), having(names))),
            Rule::Some(names) => drop(object.insert("anyOf".to_owned(), having(names))),
        }
        object
    }

    fn key(&mut self, key: &'static Key) -> Value {
        let mut value = self.shape(&key.shape);
        let mut about = key.about.to_owned();
        if !key.default.is_empty() {
            about = format!("{about} Left out: {}.", key.default);
        }
        if let Some(object) = value.as_object_mut() {
            object.insert("description".to_owned(), json!(about));
        }
        value
    }

    fn table(&mut self, record: &'static Record) -> Value {
        if !self.tables.contains_key(record.name) {
            self.tables.insert(record.name, None);
            let object = self.object(record);
            self.tables.insert(record.name, Some(object));
        }
        json!({ "$ref": format!("#/$defs/{}", record.name) })
    }

    fn any_of<'s>(&mut self, shapes: impl Iterator<Item = &'s Shape>) -> Value {
        let each: Vec<Value> = shapes.map(|shape| self.shape(shape)).collect();
        json!({ "anyOf": each })
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Any => json!({}),
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Whole(least, most) => {
                let mut number = json!({ "type": "integer" });
                if *least != i64::MIN {
                    number["minimum"] = json!(least);
                }
                if *most != i64::MAX {
                    number["maximum"] = json!(most);
                }
                number
            }
            Shape::Number => json!({ "type": "number" }),
            Shape::Str | Shape::Cel | Shape::PromQl | Shape::Of(_) => said(),
            Shape::Filled => json!({ "type": "string" }),
            Shape::Text => {
                let table = self.table(&TEXT);
                json!({ "anyOf": [said(), table] })
            }
            Shape::Plain => json!({
                "type": ["string", "number", "boolean", "array"],
                "items": { "type": ["string", "number", "boolean", "array"] },
            }),
            Shape::Form(form) => formed(form),
            Shape::Word(words) => json!({ "type": "string", "enum": words }),
            Shape::OneOrMore(of) => {
                let one = self.shape(of);
                json!({ "anyOf": [one, { "type": "array", "items": one }] })
            }
            Shape::List(of) => json!({ "type": "array", "items": self.shape(of) }),
            Shape::Many(of) => json!({ "type": "array", "items": self.shape(of), "minItems": 1 }),
            Shape::Map(what, of) => {
                let mut map = json!({ "type": "object", "additionalProperties": self.shape(of) });
                if *what == "id" {
                    map["propertyNames"] = json!({ "pattern": ID });
                }
                map
            }
            Shape::Table(record) => self.table(record),
            Shape::Kinds(records) => {
                let each: Vec<Value> = records.iter().map(|record| self.table(record)).collect();
                json!({ "anyOf": each })
            }
            Shape::Typed(records) => self.typed(records),
            Shape::Either(shapes) => self.any_of(shapes.iter()),
        }
    }

    /// Each record under the condition that its word is said, so that what is wrong is told of that one alone.
    fn typed(&mut self, records: &'static [(&'static str, &'static Record)]) -> Value {
        let Some(first) = records.first().and_then(|(_, record)| record.keys().next()) else {
            return json!({});
        };
        let words: Vec<&str> = records.iter().map(|(word, _)| *word).collect();
        let each: Vec<Value> = records
            .iter()
            .map(|(word, record)| {
                let asked = json!({ "properties": { first.name: { "const": word } }, "required": [first.name] });
                json!({ "if": asked, "then": self.table(record) })
            })
            .collect();
        json!({
            "type": "object",
            "properties": { first.name: { "enum": words, "description": first.about } },
            "required": [first.name],
            "allOf": each,
        })
    }
}

/// A string with something in it.
fn said() -> Value {
    json!({ "type": "string", "pattern": r"\S" })
}

fn formed(form: &Form) -> Value {
    json!({ "type": "string", "pattern": form.pattern, "examples": [form.example] })
}
