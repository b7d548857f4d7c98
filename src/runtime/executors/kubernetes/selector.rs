//! Label selectors, as objects have them.

use serde_json::Value;

/// A selector of labels. An empty one of a workload selects nothing.
#[derive(Debug, Clone, Copy)]
pub struct Selector<'a>(pub &'a Value);

impl Selector<'_> {
    pub fn is_empty(self) -> bool {
        self.labels().next().is_none() && self.expressions().next().is_none()
    }

    fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.0["matchLabels"].as_object().into_iter().flatten();
        labels.map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
    }

    fn expressions(&self) -> impl Iterator<Item = (&str, &str, Vec<&str>)> {
        let all = self.0["matchExpressions"].as_array().into_iter().flatten();
        all.map(|it| {
            let values = it["values"].as_array().into_iter().flatten();
            let text = |key: &str| it[key].as_str().unwrap_or_default();
            (
                text("key"),
                text("operator"),
                values.filter_map(Value::as_str).collect(),
            )
        })
    }

    /// As the API takes it in a query.
    pub fn query(self) -> String {
        let mut parts: Vec<String> = self
            .labels()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        parts.extend(self.expressions().map(|(key, operator, values)| {
            let values = values.join(",");
            match operator {
                "In" => format!("{key} in ({values})"),
                "NotIn" => format!("{key} notin ({values})"),
                "DoesNotExist" => format!("!{key}"),
                _ => key.to_owned(),
            }
        }));
        parts.join(",")
    }

    pub fn matches(self, labels: &Value) -> bool {
        let has = |key: &str| labels[key].as_str();
        self.labels().all(|(key, value)| has(key) == Some(value))
            && self
                .expressions()
                .all(|(key, operator, values)| match operator {
                    "In" => has(key).is_some_and(|it| values.contains(&it)),
                    "NotIn" => has(key).is_none_or(|it| !values.contains(&it)),
                    "DoesNotExist" => has(key).is_none(),
                    "Exists" => has(key).is_some(),
                    _ => false,
                })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_and_expressions_select() {
        let value = json!({"matchLabels": {"app": "a"}, "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["x", "y"]},
            {"key": "old", "operator": "DoesNotExist"},
        ]});
        let selector = Selector(&value);
        assert_eq!(selector.query(), "app=a,tier in (x,y),!old");
        assert!(selector.matches(&json!({"app": "a", "tier": "y"})));
        assert!(!selector.matches(&json!({"app": "a-", "tier": "y"})));
        assert!(!selector.matches(&json!({"app": "a", "tier": "z"})));
        assert!(!selector.matches(&json!({"app": "a", "tier": "x", "old": "1"})));
        assert!(Selector(&json!({})).is_empty());
    }
}
