//! What a `read` of a pack gave, by the names that facts, holes and conditions know it by.

use crate::domain::action::{
    fact::{Fact, FactName},
    target::Target,
    value::{Value, Values},
};

/// `before.stage.weight` for the field `weight` of the read `stage`; `before.stage` where its output is the value.
fn name(read: &str, field: &str) -> String {
    format!("{read}.{field}")
}

/// Puts what a read gave among what was there before.
pub fn take(before: &mut Values, read: &str, given: Values) {
    before.extend(named(read, given));
}

/// The facts a plan rests on by a read: one for each of its fields, about the target of the action.
pub fn facts(target: &Target, read: &str, given: Values) -> Vec<Fact> {
    named(read, given)
        .map(|(name, value)| Fact::new(target.clone(), FactName::Field(name), value))
        .collect()
}

/// A read that parses nothing gives its whole output as `text`.
fn named(read: &str, given: Values) -> impl Iterator<Item = (String, Value)> {
    let whole = given.len() == 1 && given.contains_key("text");
    given.into_iter().map(move |(field, value)| {
        let name = if whole {
            read.to_owned()
        } else {
            name(read, &field)
        };
        (name, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_their_read() {
        let mut before = Values::new();
        let given: Values = [("weight".to_owned(), Value::Int(5))].into();
        take(&mut before, "stage", given.clone());
        take(
            &mut before,
            "snapshot",
            [("text".to_owned(), Value::text("snap-1"))].into(),
        );
        assert_eq!(before["stage.weight"], Value::Int(5));
        assert_eq!(before["snapshot"], Value::text("snap-1"));
        let target = Target::Named {
            name: "release".into(),
        };
        let facts = facts(&target, "stage", given);
        assert_eq!(facts[0].name, FactName::Field("stage.weight".into()));
    }
}
