//! An object as the server has it now, and who wrote what of it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::action::{
    fact::{Fact, FactName},
    target::Target,
    value::{Value as Known, Values},
};

/// An object as it was just read.
#[derive(Debug, Clone, PartialEq)]
pub struct Live(pub Value);

impl Live {
    pub fn uid(&self) -> Option<&str> {
        self.0["metadata"]["uid"].as_str()
    }

    pub fn generation(&self) -> Option<i64> {
        self.0["metadata"]["generation"].as_i64()
    }

    /// What is at a pointer. In a list a part is a number, or the name of an item.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        parts(pointer).try_fold(&self.0, |value, part| step(value, &part))
    }

    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_str()
    }

    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    pub fn uid_fact(&self, of: &Target) -> Fact {
        let uid = self.uid().map_or(Known::Absent, Known::text);
        Fact::new(of.clone(), FactName::Uid, uid)
    }

    pub fn generation_fact(&self, of: &Target) -> Option<Fact> {
        let generation = Known::Int(self.generation()?);
        Some(Fact::new(of.clone(), FactName::Generation, generation))
    }

    /// What is at a pointer, with who wrote it last.
    pub fn fact(&self, of: &Target, pointer: &str) -> Fact {
        let mut fact = Fact::new(
            of.clone(),
            FactName::Field(pointer.to_owned()),
            known(self.at(pointer)),
        );
        fact.by = self.writer(pointer);
        fact
    }

    /// The field manager that wrote a field last, and when.
    pub fn writer(&self, pointer: &str) -> Option<String> {
        let wrote = self.managers().filter(|it| it.has(pointer));
        let last = wrote.max_by(|a, b| a.time.cmp(b.time))?;
        Some(format!("{} {}", last.name, last.time).trim().to_owned())
    }

    /// Who has written fields of it.
    pub fn managers(&self) -> impl Iterator<Item = Manager<'_>> {
        let entries = self.0["metadata"]["managedFields"].as_array();
        entries.into_iter().flatten().map(|entry| Manager {
            name: entry["manager"].as_str().unwrap_or_default(),
            applies: entry["operation"] == "Apply",
            time: entry["time"].as_str().unwrap_or_default(),
            fields: &entry["fieldsV1"],
        })
    }
}

/// What the server knows of one writer.
#[derive(Debug, Clone, Copy)]
pub struct Manager<'a> {
    pub name: &'a str,
    /// By server-side apply: it says again what it wants, again and again.
    pub applies: bool,
    pub time: &'a str,
    fields: &'a Value,
}

impl Manager<'_> {
    /// Whether it wrote the field, or something inside of it.
    pub fn has(&self, pointer: &str) -> bool {
        let mut here = self.fields;
        for part in parts(pointer) {
            let Some(fields) = here.as_object() else {
                return false;
            };
            // What is atomic is owned as a whole.
            if fields.is_empty() {
                return true;
            }
            let plain = fields.get(&format!("f:{part}"));
            let by_name = || {
                let of_list = |(key, below)| {
                    let key: &String = key;
                    let key: Value = serde_json::from_str(key.strip_prefix("k:")?).ok()?;
                    (key["name"] == part.as_str()).then_some(below)
                };
                fields.iter().find_map(of_list)
            };
            match plain.or_else(by_name) {
                Some(below) => here = below,
                None => return false,
            }
        }
        true
    }
}

/// The parts of a JSON pointer.
pub fn parts(pointer: &str) -> impl Iterator<Item = String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| part.replace("~1", "/").replace("~0", "~"))
}

/// A part as a pointer has it.
pub fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// One step down.
pub fn step<'a>(value: &'a Value, part: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields.get(part),
        Value::Array(items) => place(items, part).map(|at| &items[at]),
        _ => None,
    }
}

/// Where in a list an item is: by its name, else by its number.
pub fn place(items: &[Value], part: &str) -> Option<usize> {
    let named = items.iter().position(|item| item["name"] == part);
    named.or_else(|| part.parse().ok().filter(|at| *at < items.len()))
}

/// Fields by their pointers. What is not there is a text without a letter, and what is no plain value is its JSON: so that each
/// can be held against a text.
pub fn fields(live: &Live, fields: &BTreeMap<String, String>) -> Values {
    let one = |(name, pointer): (&String, &String)| {
        let value = match live.at(pointer) {
            None | Some(Value::Null) => Known::text(""),
            Some(value @ (Value::Array(_) | Value::Object(_))) => Known::text(value.to_string()),
            plain => known(plain),
        };
        (name.clone(), value)
    };
    fields.iter().map(one).collect()
}

/// A value of an object as facts have it.
pub fn known(value: Option<&Value>) -> Known {
    match value {
        None => Known::Absent,
        Some(value) => serde_json::from_value(value.clone()).unwrap_or(Known::Absent),
    }
}

/// A value of a fact as objects have it.
pub fn plain(value: &Known) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment() -> Live {
        Live(json!({
            "metadata": {"uid": "u", "generation": 3, "managedFields": [
                {"manager": "kubectl-client-side-apply", "operation": "Update", "time": "2026-11-21T08:00:00Z", "fieldsV1": {
                    "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {
                        "k:{\"name\":\"main\"}": {".": {}, "f:image": {}, "f:env": {".": {}, "k:{\"name\":\"MODE\"}": {".": {}, "f:name": {}, "f:value": {}}}}
                    }}}}}},
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale", "time": "2026-11-21T09:00:00Z",
                    "fieldsV1": {"f:spec": {"f:replicas": {}}}},
            ]},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"name": "main", "image": "a:1", "env": [{"name": "MODE", "value": "x"}, {"name": "1", "value": "one"}]},
                {"name": "main-", "image": "b:1"},
            ]}}},
        }))
    }

    #[test]
    fn pointers_find_items_by_name_and_by_number() {
        let live = deployment();
        let at = |pointer: &str| live.at(pointer).cloned();
        let containers = "/spec/template/spec/containers";
        assert_eq!(at(&format!("{containers}/main-/image")), Some(json!("b:1")));
        assert_eq!(
            at(&format!("{containers}/0/env/MODE/value")),
            Some(json!("x"))
        );
        assert_eq!(
            at(&format!("{containers}/main/env/1/value")),
            Some(json!("one"))
        );
        assert_eq!(at(&format!("{containers}/mai")), None);
        assert_eq!(at(&format!("{containers}/7")), None);
    }

    #[test]
    fn the_last_writer_of_a_field_is_told() {
        let live = deployment();
        let by = |pointer: &str| live.writer(pointer);
        assert_eq!(
            by("/spec/replicas").unwrap(),
            "kube-controller-manager 2026-11-21T09:00:00Z"
        );
        let env = "/spec/template/spec/containers/main/env";
        assert!(
            by(&format!("{env}/MODE/value"))
                .unwrap()
                .starts_with("kubectl")
        );
        assert_eq!(by(&format!("{env}/MODE-/value")), None);
        assert_eq!(by("/spec/template/spec/containers/main-/image"), None);
        assert_eq!(by("/spec/paused"), None);
    }
}
