//! A JSON patch that says what must be so before it says what is to be changed.

use serde_json::{Map, Value, json};

use super::live::{Live, escaped, parts, place};

/// The operations of a patch of one object, as it was read.
#[derive(Debug, Clone)]
pub struct Edit<'a> {
    live: &'a Live,
    tests: Vec<Value>,
    changes: Vec<Value>,
}

impl<'a> Edit<'a> {
    /// A patch of exactly the object that was read: not of another of its name.
    pub fn of(live: &'a Live) -> Self {
        let test =
            json!({"op": "test", "path": "/metadata/uid", "value": live.0["metadata"]["uid"]});
        Self {
            live,
            tests: vec![test],
            changes: Vec::new(),
        }
    }

    /// Only while its spec is as it was read.
    #[must_use]
    pub fn at_generation(mut self) -> Self {
        if let Some(generation) = self.live.generation() {
            let path = "/metadata/generation";
            self.tests
                .push(json!({"op": "test", "path": path, "value": generation}));
        }
        self
    }

    /// Sets a field, or removes it, while it is what was read.
    #[must_use]
    pub fn set(mut self, pointer: &str, new: Option<Value>) -> Self {
        let (path, found, missing) = self.resolve(pointer);
        if let Some(old) = found {
            self.tests
                .push(json!({"op": "test", "path": path, "value": old}));
            self.changes.push(match new {
                Some(new) => json!({"op": "replace", "path": path, "value": new}),
                None => json!({"op": "remove", "path": path}),
            });
            return self;
        }
        let appended = path.ends_with("/-");
        if !appended {
            // The server takes a test of null as one of nothing being there.
            self.tests
                .push(json!({"op": "test", "path": path, "value": null}));
        }
        if let Some(new) = new {
            let nested = missing.into_iter().rev().fold(new, |inner, part| {
                let mut outer = Map::new();
                outer.insert(part, inner);
                outer.into()
            });
            self.changes
                .push(json!({"op": "add", "path": path, "value": nested}));
        }
        self
    }

    pub fn operations(self) -> Vec<Value> {
        [self.tests, self.changes].concat()
    }

    /// The pointer with lists by number, as far as there is something, with what is there; else the parts that are not.
    fn resolve(&self, pointer: &str) -> (String, Option<&'a Value>, Vec<String>) {
        let (mut path, mut here) = (String::new(), &self.live.0);
        let mut rest = parts(pointer);
        while let Some(part) = rest.next() {
            let next = match here {
                Value::Array(items) => place(items, &part).map(|at| (at.to_string(), &items[at])),
                Value::Object(fields) => fields.get(&part).map(|it| (escaped(&part), it)),
                _ => None,
            };
            let Some((segment, below)) = next else {
                let last = if here.is_array() {
                    "-".to_owned()
                } else {
                    escaped(&part)
                };
                return (format!("{path}/{last}"), None, rest.collect());
            };
            path = format!("{path}/{segment}");
            here = below;
        }
        (path, Some(here), Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(object: Value, pointer: &str, new: Option<Value>) -> Value {
        let live = Live(object);
        Edit::of(&live).set(pointer, new).operations()[1..].into()
    }

    #[test]
    fn what_is_there_is_tested_and_replaced() {
        let object = json!({"spec": {"replicas": 2}});
        assert_eq!(
            operations(object.clone(), "/spec/replicas", Some(json!(3))),
            json!([
                {"op": "test", "path": "/spec/replicas", "value": 2},
                {"op": "replace", "path": "/spec/replicas", "value": 3},
            ])
        );
        assert_eq!(
            operations(object, "/spec/replicas", None),
            json!([
                {"op": "test", "path": "/spec/replicas", "value": 2},
                {"op": "remove", "path": "/spec/replicas"},
            ])
        );
    }

    #[test]
    fn what_is_missing_is_tested_to_be_missing_and_made() {
        let object = json!({"metadata": {}});
        assert_eq!(
            operations(
                object.clone(),
                "/metadata/annotations/a~1b",
                Some(json!("x"))
            ),
            json!([
                {"op": "test", "path": "/metadata/annotations", "value": null},
                {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "x"}},
            ])
        );
        assert_eq!(
            operations(object, "/metadata/annotations/a~1b", None),
            json!([{"op": "test", "path": "/metadata/annotations", "value": null}])
        );
    }

    #[test]
    fn items_of_lists_are_meant_by_name() {
        let object =
            json!({"c": [{"name": "a"}, {"name": "b", "env": [{"name": "X", "value": "1"}]}]});
        assert_eq!(
            operations(object.clone(), "/c/b/env/X/value", Some(json!("2"))),
            json!([
                {"op": "test", "path": "/c/1/env/0/value", "value": "1"},
                {"op": "replace", "path": "/c/1/env/0/value", "value": "2"},
            ])
        );
        assert_eq!(
            operations(object, "/c/b/env/Y", Some(json!({"name": "Y"}))),
            json!([{"op": "add", "path": "/c/1/env/-", "value": {"name": "Y"}}])
        );
    }
}
