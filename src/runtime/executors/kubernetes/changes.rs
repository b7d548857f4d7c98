//! What would change, from what the server shows before and after.

use serde_json::Value;

use super::live::{known, place};
use crate::domain::{
    action::{preflight::Change, target::Target},
    clean::clean,
};

/// Of a value so much is told.
const SHOWN: usize = 120;
/// More changes than these are not told one by one.
const MOST: usize = 200;

/// The fields that differ, without those that the server keeps for itself.
pub fn changes(of: &Target, before: &Value, after: &Value) -> Vec<Change> {
    let secret = before["kind"] == "Secret" || after["kind"] == "Secret";
    let (before, after) = (quiet(before), quiet(after));
    let mut found = Found {
        of,
        secret,
        changes: Vec::new(),
    };
    found.compare(&mut Vec::new(), Some(&before), Some(&after));
    found.changes
}

/// Without noise.
fn quiet(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for noise in ["managedFields", "resourceVersion", "generation"] {
            metadata.remove(noise);
        }
    }
    object
}

struct Found<'a> {
    of: &'a Target,
    secret: bool,
    changes: Vec<Change>,
}

impl Found<'_> {
    fn compare(&mut self, path: &mut Vec<String>, from: Option<&Value>, to: Option<&Value>) {
        if from == to || self.changes.len() >= MOST {
            return;
        }
        match (from, to) {
            (Some(Value::Object(from)), Some(Value::Object(to))) => {
                let mut keys: Vec<&String> = from.keys().chain(to.keys()).collect();
                keys.sort_unstable();
                keys.dedup();
                for key in keys {
                    path.push(field(key));
                    self.compare(path, from.get(key), to.get(key));
                    path.pop();
                }
            }
            (Some(Value::Array(from)), Some(Value::Array(to))) if named(from) && named(to) => {
                for item in from
                    .iter()
                    .chain(to.iter().filter(|it| other(from, it).is_none()))
                {
                    let name = item["name"].as_str().unwrap_or_default();
                    let last = path.pop().unwrap_or_default();
                    path.push(format!("{last}[{name}]"));
                    self.compare(path, other(from, item), other(to, item));
                    path.pop();
                    path.push(last);
                }
            }
            _ => self.tell(path, from, to),
        }
    }

    fn tell(&mut self, path: &[String], from: Option<&Value>, to: Option<&Value>) {
        let hidden = self.secret
            && matches!(
                path.first().map(String::as_str),
                Some("data" | "stringData")
            );
        let shown = |value: &Value| {
            if hidden {
                "•••".to_owned()
            } else {
                shown(value)
            }
        };
        self.changes.push(Change {
            of: self.of.clone(),
            field: path.join(".").replace(".[", "["),
            from: from.map(shown),
            to: to.map(shown),
        });
    }
}

/// A key as it is read in a path; one with dots stands in brackets.
fn field(key: &str) -> String {
    if key.contains('.') {
        format!("[{key}]")
    } else {
        key.to_owned()
    }
}

fn named(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| item["name"].is_string())
}

fn other<'a>(items: &'a [Value], item: &Value) -> Option<&'a Value> {
    let name = item["name"].as_str()?;
    place(items, name)
        .map(|at| &items[at])
        .filter(|it| it["name"] == name)
}

fn shown(value: &Value) -> String {
    let text = known(Some(value)).to_string();
    let text = clean(&text);
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<(String, Option<String>, Option<String>)> {
        let of = Target::Named {
            name: "it".to_owned(),
        };
        let all = changes(&of, before, after).into_iter();
        all.map(|it| (it.field, it.from, it.to)).collect()
    }

    #[test]
    fn only_what_a_person_meant_is_told() {
        let before = json!({
            "metadata": {
                "resourceVersion": "1", "generation": 1, "managedFields": [{"manager": "a"}],
                "annotations": {},
            },
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"name": "main", "image": "a:1", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]},
                {"name": "side", "image": "s:1"},
            ]}}},
            "status": {"readyReplicas": 2},
        });
        let mut after = before.clone();
        after["metadata"] = json!({"resourceVersion": "2", "generation": 2, "annotations": {"example.com/a": "\u{1b}[31mx"}});
        after["status"] = json!({"readyReplicas": 0});
        after["spec"]["template"]["spec"]["containers"][0]["env"] =
            json!([{"name": "Y", "value": "3"}, {"name": "Z"}]);
        let env = "spec.template.spec.containers[main].env";
        let text = |it: &str| Some(it.to_owned());
        assert_eq!(
            told(&before, &after),
            [
                (
                    "metadata.annotations[example.com/a]".to_owned(),
                    None,
                    text("x"),
                ),
                (
                    format!("{env}[X]"),
                    text(r#"{"name":"X","value":"1"}"#),
                    None
                ),
                (format!("{env}[Y].value"), text("2"), text("3")),
                (format!("{env}[Z]"), None, text(r#"{"name":"Z"}"#)),
            ]
        );
        assert_eq!(told(&before, &before), []);
    }

    #[test]
    fn a_secret_is_not_told() {
        let before = json!({"kind": "Secret", "data": {"key": "aHVudGVyMg=="}});
        let after = json!({"kind": "Secret", "data": {"key": "aHVudGVyMw=="}});
        let hidden = Some("•••".to_owned());
        assert_eq!(
            told(&before, &after),
            [("data.key".to_owned(), hidden.clone(), hidden)]
        );
    }
}
