//! The published schemas, and as much of JSON Schema as they use: a keyword that is not known here fails.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A schema of `docs/schemas`.
pub struct Schema(Value);

impl Schema {
    pub fn read(name: &str) -> Self {
        let path = format!("{}/docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("a schema that is published");
        Self(serde_json::from_str(&text).expect("a schema is JSON"))
    }

    /// Everything in which a document is not as the schema says.
    pub fn faults(&self, document: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.0, document, "$", &mut faults);
        faults
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        if schema == &Value::Bool(true) {
            return;
        }
        let keywords = schema.as_object().expect("a schema is an object");
        for (keyword, says) in keywords {
            let holds = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "properties" => true,
                "$ref" => {
                    let place = says.as_str().and_then(|to| to.strip_prefix('#'));
                    let target = place.and_then(|place| self.0.pointer(place));
                    self.check(target.expect("a place in the schema"), value, at, faults);
                    true
                }
                "type" => {
                    let one = |name: &Value| is_a(value, name.as_str().expect("a type's name"));
                    says.as_array()
                        .map_or_else(|| one(says), |any| any.iter().any(one))
                }
                "minimum" => value.as_f64() >= says.as_f64(),
                "const" => value == says,
                "enum" => says.as_array().expect("values").contains(value),
                "format" => {
                    assert_eq!(says, "date-time");
                    value
                        .as_str()
                        .is_none_or(|text| text.parse::<Timestamp>().is_ok())
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(says, item, &format!("{at}[{index}]"), faults);
                    }
                    true
                }
                "oneOf" => self.exactly_one(says, value, at, faults),
                "required" => {
                    let names = says
                        .as_array()
                        .expect("names")
                        .iter()
                        .filter_map(Value::as_str);
                    let has = |name| value.get(name).is_some();
                    !value.is_object() || names.into_iter().all(has)
                }
                "additionalProperties" => {
                    if let Some(object) = value.as_object() {
                        self.properties(keywords, object, says, at, faults);
                    }
                    true
                }
                other => panic!("{other} is not understood here"),
            };
            if !holds {
                faults.push(format!("{at}: {keyword} {says} does not hold of {value}"));
            }
        }
    }

    fn exactly_one(&self, all: &Value, value: &Value, at: &str, faults: &mut Vec<String>) -> bool {
        let mut each = Vec::new();
        for one in all.as_array().expect("schemas") {
            let mut wrong = Vec::new();
            self.check(one, value, at, &mut wrong);
            each.push(wrong);
        }
        let fits = each.iter().filter(|wrong| wrong.is_empty()).count();
        if fits == 0 {
            // The nearest one says best what is wrong.
            faults.extend(each.into_iter().min_by_key(Vec::len).into_iter().flatten());
        }
        fits == 1
    }

    fn properties(
        &self,
        keywords: &Map<String, Value>,
        object: &Map<String, Value>,
        others: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        let known = keywords.get("properties").and_then(Value::as_object);
        for (name, value) in object {
            let place = format!("{at}.{name}");
            let schema = known.and_then(|known| known.get(name)).unwrap_or(others);
            if *schema == Value::Bool(false) {
                faults.push(format!("{place} is not in the schema"));
            } else {
                self.check(schema, value, &place, faults);
            }
        }
    }
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let schema = Schema::read("snapshot");
    let good = serde_json::json!({
        "as_of": "2026-11-21T06:32:00Z",
        "desk": {"pack": null, "context": "prod", "namespaces": null, "demo": false, "read_only": false},
        "items": [],
    });
    assert_eq!(schema.faults(&good), Vec::<String>::new());
    for (place, wrong) in [
        ("/as_of", serde_json::json!("yesterday")),
        ("/as_of", serde_json::json!(7)),
        ("/desk/demo", serde_json::json!("no")),
        ("/desk/namespaces", serde_json::json!([1])),
        ("/items", serde_json::json!([{"kind": "pod"}])),
        ("/items", serde_json::json!({})),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(place).expect("a place") = wrong.clone();
        assert!(!schema.faults(&document).is_empty(), "{place} {wrong}");
    }
    let mut more = good.clone();
    more["extra"] = Value::Null;
    assert_eq!(schema.faults(&more), ["$.extra is not in the schema"]);
    let mut less = good;
    less.as_object_mut().expect("an object").remove("desk");
    assert_eq!(schema.faults(&less).len(), 1);
}
