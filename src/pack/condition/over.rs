//! Conditions over time: `{ is = CEL, for = "15m" }` and `{ is = CEL, windows = 3 }`.

use std::time::Duration;

use super::{
    Fact, Lamp, SloField, Slot, Statement, Thing,
    lower::{Complaint, Scope, compile},
};

/// Over what time a condition must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pack) enum Over {
    /// Now; in a hook, in the window that is judged.
    Once,
    /// At every step of the grid for this long, and now.
    For(Duration),
    /// In this many whole windows in a row.
    Windows { count: u32, length: Duration },
}

/// A condition as the pack states it, compiled.
#[derive(Debug, Clone)]
pub(in crate::pack) struct Condition {
    pub text: String,
    pub statement: Statement,
    pub over: Over,
}

impl Condition {
    pub fn compile(text: &str, over: Over, scope: Scope<'_>) -> Result<Self, Vec<Complaint>> {
        let condition = Self {
            text: text.to_owned(),
            statement: compile(text, scope)?,
            over,
        };
        match condition.not_stored() {
            Some(what) if over != Over::Once && !matches!(scope, Scope::Hook(_)) => {
                Err(vec![Complaint {
                    at: 0..text.len(),
                    what: format!("{what} has no stored windows, so it can't be judged over time"),
                    help: None,
                }])
            }
            _ => Ok(condition),
        }
    }

    /// What the condition reads and nobody keeps a history of.
    fn not_stored(&self) -> Option<&'static str> {
        let (mut number, mut light) = (None, None);
        self.statement.visit(
            &mut |fact| match fact {
                Fact::Slo(_, SloField::BudgetLeft) => number = Some("an error budget"),
                Fact::Object(..) => number = Some("a number of an object"),
                _ => {}
            },
            &mut |lamp| match lamp {
                Lamp::Slo(_) => light = Some("the light of an SLO"),
                Lamp::Hook(_) => light = Some("the light of a hook"),
                Lamp::Light(_) => light = Some("a light"),
                Lamp::Gauge(_) | Lamp::Queue(_) => {}
            },
        );
        let mut other = None;
        self.statement.things(&mut |thing| {
            if !thing.is_stored() {
                other = Some("what `exists`, `cordoned`, `done` and `verified` say");
            }
        });
        number.or(light).or(other)
    }

    /// Whether all it reads is known when the steps are done: parameters, what was there before, what steps saved.
    pub fn is_settled(&self) -> bool {
        let mut moves = false;
        let settled = std::cell::Cell::new(true);
        self.statement.visit(
            &mut |fact| {
                let still = match fact {
                    Fact::Slot(slot) => !matches!(slot, Slot::Flag(..)),
                    _ => false,
                };
                settled.set(settled.get() && still);
            },
            &mut |_| moves = true,
        );
        self.statement.things(&mut |thing| match thing {
            Thing::Literal(_) => {}
            Thing::Slot(slot) => settled.set(settled.get() && !matches!(slot, Slot::Flag(..))),
            Thing::Object(..) | Thing::Done(..) | Thing::Verified(..) => settled.set(false),
        });
        settled.get() && !moves
    }

    /// The condition as a person reads it, in whatever language: its text, and over what time in brackets.
    pub fn describe(&self) -> String {
        match self.over {
            Over::Once => self.text.clone(),
            Over::For(time) => format!("{} [{}]", self.text, short(time)),
            Over::Windows { count, length } => {
                format!("{} [{count}×{}]", self.text, short(length))
            }
        }
    }
}

/// A span of time as packs write it.
fn short(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit = units.iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}
