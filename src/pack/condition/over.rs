//! Conditions over time: `{ is = CEL, for = "15m" }` and `{ is = CEL, windows = 3 }`.

use std::time::Duration;

use super::{
    Fact, Lamp, SloField, Slot, Statement, Thing,
    lower::{Complaint, Scope, compile},
};
use crate::{domain::id::HookId, pack::watch::HOOK_WINDOWS};

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
        if over == Over::Once || matches!(scope, Scope::Hook(_)) {
            return Ok(condition);
        }
        let complain = |what: String, help| {
            Err(vec![Complaint {
                at: 0..text.len(),
                what,
                help,
            }])
        };
        if let Some(what) = condition.not_stored() {
            let what = format!("{what} has no stored windows, so it can't be judged over time");
            return complain(what, None);
        }
        match condition.beside_windows(scope) {
            Some((what, help)) => complain(what, Some(help)),
            None => Ok(condition),
        }
    }

    /// Why the windows it asks for are none of a hook it reads: a hook has whole windows of its own length.
    fn beside_windows(&self, scope: Scope<'_>) -> Option<(String, String)> {
        let (Scope::Watch(ids) | Scope::Action(ids, _)) = scope else {
            return None;
        };
        let mut found = None;
        self.statement.visit(&mut |_| {}, &mut |lamp| {
            let Lamp::Hook(id) = lamp else { return };
            let known = ids.hook_windows.iter().find(|(hook, _)| hook == id);
            let Some((_, window)) = known else { return };
            found = found.take().or_else(|| not_of_hook(self.over, id, *window));
        });
        found
    }

    /// What the condition reads and nobody keeps a history of.
    fn not_stored(&self) -> Option<&'static str> {
        let (mut number, mut light) = (None, None);
        self.statement.visit(
            &mut |fact| match fact {
                Fact::Slo(_, SloField::BudgetLeft) => number = Some("an error budget"),
                Fact::Object(..) => number = Some("a number of an object"),
                Fact::CheckAge(_) => number = Some("the age of a check"),
                _ => {}
            },
            &mut |lamp| match lamp {
                Lamp::Slo(_) => light = Some("the light of an SLO"),
                Lamp::Light(_) => light = Some("a light"),
                Lamp::Gate(_) => light = Some("the light of a gate"),
                Lamp::Check(_) => light = Some("the light of a check"),
                Lamp::Gauge(_) | Lamp::Queue(_) | Lamp::Hook(_) => {}
            },
        );
        let mut other = None;
        self.statement.things(&mut |thing| {
            if !thing.is_stored() {
                other = Some("what `exists`, `cordoned`, `done`, `verified` and `incident` say");
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
            Thing::Object(..)
            | Thing::Done(..)
            | Thing::Verified(..)
            | Thing::Incident(_)
            | Thing::Window(_) => settled.set(false),
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

/// Why a condition over this time can't be judged on the windows of a hook.
fn not_of_hook(over: Over, id: &HookId, window: Duration) -> Option<(String, String)> {
    let own = short(window);
    let Over::Windows { count, length } = over else {
        let what = format!("hook `{id}` has whole windows, so it can't be judged `for` a time");
        return Some((what, "write `windows = 3`".to_owned()));
    };
    if !length.as_secs().is_multiple_of(window.as_secs()) {
        let what = format!(
            "hook `{id}` has windows of {own}, and none of {}",
            short(length)
        );
        return Some((what, format!("write `window = \"{own}\"`")));
    }
    // The running one, and one that is on its way, are kept beside them.
    if length * (count + 1) > window * HOOK_WINDOWS {
        let what = format!("hook `{id}` keeps {HOOK_WINDOWS} windows of {own}");
        return Some((what, "ask for fewer".to_owned()));
    }
    None
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
