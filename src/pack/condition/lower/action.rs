//! The parts of conditions that only an action's may have.

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue},
};

use super::{Lowered, Lowering, measured};
use crate::{
    domain::{action::value::Value, id::ActionId},
    pack::{
        actions::parse_object,
        condition::{
            ActionNames, Aim, Fact, IncidentField, Number, Order, Slot, SlotKind, Statement, Thing,
            action::{NO_INCIDENT, is_state, object_field},
            names::{Operand, Typed, find, names_of},
        },
        nearest::suggestion,
    },
};

/// `a.b.c` in its parts, where that is what stands there.
pub(super) fn spelled(node: &IdedExpr) -> Option<Vec<&str>> {
    match &node.expr {
        Expr::Ident(name) => Some(vec![name]),
        Expr::Select(select) if !select.test => {
            let mut parts = spelled(&select.operand)?;
            parts.push(&select.field);
            Some(parts)
        }
        _ => None,
    }
}

/// A literal as a value.
fn literal(node: &IdedExpr) -> Option<Value> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(Value::text(text.inner())),
        Expr::Literal(LiteralValue::Boolean(value)) => Some(Value::Bool(*value.inner())),
        Expr::Literal(LiteralValue::Int(value)) => Some(Value::Int(*value.inner())),
        Expr::Literal(LiteralValue::Double(value)) => Some(Value::Float(*value.inner())),
        _ => None,
    }
}

impl Lowering<'_> {
    /// `params.x`, `before.read.field`, `saved.step.field`, `env.x`.
    pub(super) fn slot(
        &self,
        node: &IdedExpr,
        names: &ActionNames,
        parts: &[&str],
    ) -> Lowered<Operand> {
        let thing = |slot, kind| match kind {
            SlotKind::Number => Ok(Operand::Number(measured(slot))),
            kind => Ok(Operand::Thing(Thing::Slot(slot), kind)),
        };
        match parts {
            ["params", name] => match names.params.iter().find(|(known, _)| known == name) {
                Some((_, kind)) => thing(Slot::Param((*name).to_owned()), *kind),
                None => self.fail(
                    node,
                    format!("this action has no parameter `{name}`"),
                    suggestion(name, names.params.iter().map(|(name, _)| name.as_str())),
                ),
            },
            ["before", path @ ..] if names.before.iter().any(|known| known == path) => {
                let parts = path.iter().map(|part| (*part).to_owned()).collect();
                thing(Slot::Before(parts), SlotKind::Any)
            }
            ["before", path @ ..] => {
                let known: Vec<String> = names.before.iter().map(|path| path.join(".")).collect();
                let path = path.join(".");
                let help = suggestion(&path, known.iter().map(String::as_str));
                let help = help.or_else(|| Some("`read = { … }` says what is read".to_owned()));
                self.fail(node, format!("nothing reads `before.{path}`"), help)
            }
            ["saved", step, field] => {
                let known = |(of, what): &(String, String)| of == step && what == field;
                if names.saved.iter().any(known) {
                    let (step, field) = ((*step).to_owned(), (*field).to_owned());
                    return thing(Slot::Saved { step, field }, SlotKind::Any);
                }
                let path = format!("{step}.{field}");
                let known = names
                    .saved
                    .iter()
                    .map(|(step, field)| format!("{step}.{field}"));
                let known: Vec<String> = known.collect();
                let help = suggestion(&path, known.iter().map(String::as_str));
                self.fail(node, format!("no step saves `{path}`"), help)
            }
            ["incident", "open"] => Ok(Operand::Thing(
                Thing::Incident(IncidentField::Open),
                SlotKind::Bool,
            )),
            ["incident", "severity"] => Ok(Operand::Thing(
                Thing::Incident(IncidentField::Severity),
                SlotKind::Text,
            )),
            ["incident", field] => {
                let help = suggestion(field, ["open", "severity"]);
                self.fail(node, format!("an incident has no `.{field}`"), help)
            }
            ["env", name] if names.env.iter().any(|known| known == name) => {
                thing(Slot::Env((*name).to_owned()), SlotKind::Text)
            }
            ["env", name] => self.fail(
                node,
                format!("no environment of this pack has `{name}`"),
                suggestion(name, names.env.iter().map(String::as_str)),
            ),
            _ => {
                let roots = ["params", "before", "saved", "env", "incident"];
                let help = suggestion(parts.first().unwrap_or(&""), roots);
                self.fail(
                    node,
                    format!("conditions know no `{}`", parts.join(".")),
                    help,
                )
            }
        }
    }

    /// `ready(target)`, `exists('deployment/x')`, `done('action', 3600.0)`, `verified('action', 3600.0)`,
    /// `flag('id')`.
    pub(super) fn action_function(
        &self,
        node: &IdedExpr,
        name: &str,
        arguments: &[IdedExpr],
    ) -> Lowered<Operand> {
        match (name, arguments) {
            ("done", [action, seconds]) => self.earlier(Thing::Done, action, seconds),
            ("verified", [action, seconds]) => self.earlier(Thing::Verified, action, seconds),
            ("done" | "verified", _) => {
                let help = format!("write `{name}('action', 3600.0)`: within so many seconds");
                let what = format!("`{name}` wants an action and seconds");
                self.fail(node, what, Some(help))
            }
            ("flag", [id]) => {
                let Some(Value::Text(id)) = literal(id) else {
                    let help = "write `flag('id')`".to_owned();
                    return self.fail(id, "an id is wanted here, as a string", Some(help));
                };
                let ids = self.ids();
                let Some(probe) = find(ids, "probe", &id) else {
                    let names = names_of(ids, "probe");
                    let help = suggestion(&id, names.iter().map(String::as_str));
                    return self.fail(
                        &arguments[0],
                        format!("this pack has no probe `{id}`"),
                        help,
                    );
                };
                let query = ids.probes[probe].1.clone();
                let flag = Thing::Slot(Slot::Flag(id, query));
                Ok(Operand::Thing(flag, SlotKind::Bool))
            }
            (name, [object]) => Ok(of_object(name, self.aim(object, name)?)),
            (name, _) => {
                let help = format!("write `{name}(target)` or `{name}('deployment/x')`");
                self.fail(node, format!("`{name}` wants one object"), Some(help))
            }
        }
    }

    /// `workload('deployment/x').ready`: the same as `ready('deployment/x')`.
    pub(super) fn workload(
        &self,
        node: &IdedExpr,
        object: &IdedExpr,
        field: &str,
    ) -> Lowered<Operand> {
        const FIELDS: [&str; 4] = ["ready", "desired", "updated", "exists"];
        if !FIELDS.contains(&field) {
            let help = suggestion(field, FIELDS);
            return self.fail(node, format!("a workload has no `.{field}`"), help);
        }
        Ok(of_object(field, self.aim(object, "workload")?))
    }

    fn aim(&self, node: &IdedExpr, function: &str) -> Lowered<Aim> {
        if matches!(&node.expr, Expr::Ident(name) if name == "target") {
            return Ok(Aim::OfAction);
        }
        let Some(Value::Text(text)) = literal(node) else {
            let help = format!("write `{function}(target)` or `{function}('deployment/x')`");
            return self.fail(node, "an object is wanted here", Some(help));
        };
        match parse_object(&text) {
            Ok(target) => Ok(Aim::Is(target)),
            Err((what, help)) => self.fail(node, what, help),
        }
    }

    /// What is asked of an action's earlier runs.
    fn earlier(
        &self,
        asked: impl FnOnce(ActionId, f64) -> Thing,
        action: &IdedExpr,
        seconds: &IdedExpr,
    ) -> Lowered<Operand> {
        let names = self
            .action()
            .map_or([].as_slice(), |names| &names.actions[..]);
        let Some(Value::Text(name)) = literal(action) else {
            return self.fail(action, "an action's id is wanted here, as a string", None);
        };
        let Some((_, id)) = names.iter().find(|(known, _)| *known == name) else {
            let help = suggestion(&name, names.iter().map(|(name, _)| name.as_str()));
            return self.fail(action, format!("there is no action `{name}`"), help);
        };
        let Some(seconds) = literal(seconds).and_then(|seconds| seconds.as_f64()) else {
            return self.fail(seconds, "seconds are wanted here", None);
        };
        Ok(Operand::Thing(asked(id.clone(), seconds), SlotKind::Bool))
    }

    /// A comparison with a value that is no measured number; `None` where neither side is one.
    pub(super) fn compare_things(
        &self,
        node: &IdedExpr,
        order: Order,
        sides: &(Operand, Operand),
    ) -> Option<Lowered<Statement>> {
        let equal = match order {
            Order::Same => Some(true),
            Order::Other => Some(false),
            _ => None,
        };
        let thing = |operand: &Operand| match operand {
            Operand::Thing(thing, kind) => Some((thing.clone(), *kind)),
            Operand::Word(word) => {
                Some((Thing::Literal(Value::text(word.as_str())), SlotKind::Text))
            }
            _ => None,
        };
        let number = |operand: &Operand| match operand {
            Operand::Number(typed) => Some(typed.number.clone()),
            Operand::Thing(Thing::Slot(slot), SlotKind::Any) => Some(measured(slot.clone()).number),
            _ => None,
        };
        let (left, right) = sides;
        if let Some(refused) = self.no_severity(node, left, right) {
            return Some(refused);
        }
        let concerned = |operand: &Operand| matches!(operand, Operand::Thing(..));
        if !concerned(left) && !concerned(right) {
            return None;
        }
        let as_numbers = || Some(Statement::Compare(order, number(left)?, number(right)?));
        let as_things = || {
            let ((left, one), (right, other)) = (thing(left)?, thing(right)?);
            let fit = one == other || one == SlotKind::Any || other == SlotKind::Any;
            fit.then(|| Statement::Same(equal.unwrap_or(true), left, right))
        };
        let found = match equal {
            Some(_) => as_things().or_else(as_numbers),
            None => as_numbers(),
        };
        Some(found.map_or_else(
            || {
                let help = "texts and yes or no by `==` and `!=`, numbers with numbers".to_owned();
                self.fail(node, "these two can't be compared", Some(help))
            },
            Ok,
        ))
    }

    /// The severity of an incident, held against a word that is none of the pack's.
    fn no_severity(
        &self,
        node: &IdedExpr,
        left: &Operand,
        right: &Operand,
    ) -> Option<Lowered<Statement>> {
        let severity = Thing::Incident(IncidentField::Severity);
        let word = match (left, right) {
            (Operand::Thing(thing, _), Operand::Word(word))
            | (Operand::Word(word), Operand::Thing(thing, _))
                if *thing == severity =>
            {
                word
            }
            _ => return None,
        };
        let known = &self.ids().severities;
        // A pack without severities of its own has the usual ones.
        if known.is_empty() || word == NO_INCIDENT || known.contains(word) {
            return None;
        }
        let names = known.iter().map(String::as_str).chain([NO_INCIDENT]);
        let help = suggestion(word, names);
        Some(self.fail(node, format!("this pack has no severity `{word}`"), help))
    }

    /// `params.batch in ['REL-B1', 'REL-B2']`
    pub(super) fn membership(&self, value: &IdedExpr, among: &IdedExpr) -> Lowered<Statement> {
        let thing = match self.operand(value)? {
            Operand::Thing(thing, _) => thing,
            Operand::Number(Typed {
                number: Number::Fact(Fact::Slot(slot)),
                ..
            }) => Thing::Slot(slot),
            _ => return self.fail(value, "`in` wants a value of the action on its left", None),
        };
        let Expr::List(list) = &among.expr else {
            return self.fail(among, "`in` wants a list on its right", None);
        };
        let mut values = Vec::new();
        for element in &list.elements {
            match literal(element) {
                Some(value) => values.push(value),
                None => return self.fail(element, "only plain values stand in a list", None),
            }
        }
        Ok(Statement::In(thing, values))
    }
}

/// What a function asks of an object.
fn of_object(name: &str, aim: Aim) -> Operand {
    let field = object_field(name).expect("all other functions ask an object");
    if is_state(field) {
        Operand::Thing(Thing::Object(aim, field), SlotKind::Bool)
    } else {
        Operand::Number(Typed {
            number: Number::Fact(Fact::Object(aim, field)),
            integer: false,
        })
    }
}
