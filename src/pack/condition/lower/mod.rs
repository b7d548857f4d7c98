//! From `cel`'s tree to ours: names resolved, types checked, every complaint with its place in the text.

mod action;

use std::ops::Range;

use cel::{
    IdedExpr, Program,
    common::ast::{CallExpr, Expr, LiteralValue, SelectExpr, SourceInfo, operators},
};

use super::{
    ActionNames, Arithmetic, Fact, Lamp, Number, Order, Slot, SlotKind, Statement, Thing,
    action::{ACTION_FUNCTIONS, ACTION_ROOTS},
    names::{FUNCTIONS, Ids, Operand, Typed, fields_of, find, names_of, resolve},
};
use crate::{
    domain::{action::value::Value, light::Light},
    pack::nearest::suggestion,
};

/// What a condition may speak of.
#[derive(Clone, Copy)]
pub(in crate::pack) enum Scope<'a> {
    /// The names a hook observes.
    Hook(&'a [String]),
    /// Everything the pack watches.
    Watch(&'a Ids),
    /// That, and what one action has.
    Action(&'a Ids, &'a ActionNames),
}

/// One complaint about a condition's text.
#[derive(Debug)]
pub(in crate::pack) struct Complaint {
    /// Bytes of the condition's text.
    pub at: Range<usize>,
    pub what: String,
    pub help: Option<String>,
}

/// Reads and binds a condition.
pub(super) fn compile(text: &str, scope: Scope<'_>) -> Result<Statement, Vec<Complaint>> {
    let program = Program::compile(text).map_err(|errors| {
        errors
            .errors
            .iter()
            .map(|error| Complaint {
                at: byte_of(text, error.pos),
                what: format!("not CEL: {}", plain(&error.msg)),
                help: None,
            })
            .collect::<Vec<_>>()
    })?;
    let lowering = Lowering {
        scope,
        info: program.source_info(),
    };
    lowering
        .statement(program.expression())
        .map_err(|complaint| vec![*complaint])
}

/// The parser's message without the names of all the tokens it would have liked.
fn plain(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message);
    if message.ends_with("'<EOF>'") {
        "the text ends too soon".to_owned()
    } else {
        message.to_owned()
    }
}

/// The place of a line and column, both from 1.
fn byte_of(text: &str, (line, column): (isize, isize)) -> Range<usize> {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let at = (start + usize::try_from(column - 1).unwrap_or(0)).min(text.len());
    at..(at + 1).min(text.len())
}

struct Lowering<'a> {
    scope: Scope<'a>,
    info: &'a SourceInfo,
}

type Lowered<T> = Result<T, Box<Complaint>>;

/// Words of runbooks whose data nothing here reads.
const UNSUPPORTED: [&str; 3] = ["batch", "reason", "service"];

/// What only conditions of actions, checks, flows and incidents may speak of: it is known to people, not to series.
const OF_ACTIONS: [&str; 3] = ["check", "incident", "workload"];

static NOTHING: Ids = Ids {
    probes: Vec::new(),
    unkept: Vec::new(),
    gauges: Vec::new(),
    slos: Vec::new(),
    queues: Vec::new(),
    hooks: Vec::new(),
    hook_windows: Vec::new(),
    gates: Vec::new(),
    lights: Vec::new(),
    windows: Vec::new(),
    checks: Vec::new(),
    severities: Vec::new(),
};

const LIGHTS: [(&str, Light); 4] = [
    ("green", Light::Green),
    ("yellow", Light::Yellow),
    ("red", Light::Red),
    ("unknown", Light::Unknown),
];

impl Lowering<'_> {
    fn fail<T>(
        &self,
        node: &IdedExpr,
        what: impl Into<String>,
        help: Option<String>,
    ) -> Lowered<T> {
        let (start, stop) = self.info.offset_for(node.id).unwrap_or_default();
        Err(Box::new(Complaint {
            at: start as usize..stop as usize + 1,
            what: what.into(),
            help,
        }))
    }

    fn statement(&self, node: &IdedExpr) -> Lowered<Statement> {
        let call = match &node.expr {
            Expr::Literal(LiteralValue::Boolean(value)) => {
                return Ok(Statement::Literal(*value.inner()));
            }
            Expr::Call(call) if call.target.is_none() => call,
            Expr::Ident(_) | Expr::Select(_) | Expr::Literal(_) => return self.holds(node),
            _ => return self.fail(node, "conditions can't say this yet", None),
        };
        let pair = |make: fn(Box<Statement>, Box<Statement>) -> Statement| {
            let [left, right] = call.args.as_slice() else {
                return self.fail(node, "two sides are wanted here", None);
            };
            let (left, right) = (self.statement(left)?, self.statement(right)?);
            Ok(make(Box::new(left), Box::new(right)))
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, _) => pair(Statement::And),
            (operators::LOGICAL_OR, _) => pair(Statement::Or),
            (operators::LOGICAL_NOT, [inner]) => {
                Ok(Statement::Not(Box::new(self.statement(inner)?)))
            }
            (operators::LESS, [left, right]) => self.compare(node, Order::Less, left, right),
            (operators::LESS_EQUALS, [left, right]) => {
                self.compare(node, Order::AtMost, left, right)
            }
            (operators::GREATER, [left, right]) => self.compare(node, Order::More, left, right),
            (operators::GREATER_EQUALS, [left, right]) => {
                self.compare(node, Order::AtLeast, left, right)
            }
            (operators::EQUALS, [left, right]) => self.compare(node, Order::Same, left, right),
            (operators::NOT_EQUALS, [left, right]) => self.compare(node, Order::Other, left, right),
            (operators::IN, [value, among]) if self.action().is_some() => {
                self.membership(value, among)
            }
            (name, _) if self.knows(name) || arithmetic(name).is_some() => self.holds(node),
            (name, _) => self.unknown_function(node, name),
        }
    }

    /// A value that is true or not by itself.
    fn holds(&self, node: &IdedExpr) -> Lowered<Statement> {
        match self.operand(node)? {
            Operand::Thing(thing, SlotKind::Bool | SlotKind::Any) => Ok(Statement::Holds(thing)),
            _ => self.fail(node, "a condition is wanted here, this is a value", None),
        }
    }

    /// The ids there are; a hook has none.
    const fn ids(&self) -> &Ids {
        match self.scope {
            Scope::Watch(ids) | Scope::Action(ids, _) => ids,
            Scope::Hook(_) => &NOTHING,
        }
    }

    const fn action(&self) -> Option<&ActionNames> {
        match self.scope {
            Scope::Action(_, names) => Some(names),
            _ => None,
        }
    }

    fn knows(&self, function: &str) -> bool {
        FUNCTIONS.contains(&function)
            || (self.action().is_some() && ACTION_FUNCTIONS.contains(&function))
    }

    fn unknown_function<T>(&self, node: &IdedExpr, name: &str) -> Lowered<T> {
        if UNSUPPORTED.contains(&name) {
            let what = format!("`{name}(…)` is not supported in conditions");
            self.fail(node, what, None)
        } else if OF_ACTIONS.contains(&name) {
            let help = "actions, checks, flows and incidents may ask for it".to_owned();
            self.fail(
                node,
                format!("`{name}` is nothing that is watched"),
                Some(help),
            )
        } else if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.fail(
                node,
                format!("conditions know no function `{name}`"),
                match self.action() {
                    Some(_) => suggestion(name, FUNCTIONS.into_iter().chain(ACTION_FUNCTIONS)),
                    None => suggestion(name, FUNCTIONS),
                },
            )
        } else {
            self.fail(node, "conditions can't use this operator", None)
        }
    }

    fn compare(
        &self,
        node: &IdedExpr,
        order: Order,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Lowered<Statement> {
        let sides = (self.operand(left)?, self.operand(right)?);
        if self.action().is_some()
            && let Some(statement) = self.compare_things(node, order, &sides)
        {
            return statement;
        }
        match sides {
            (Operand::Number(left), Operand::Number(right)) => {
                Ok(Statement::Compare(order, left.number, right.number))
            }
            (Operand::Lamp(lamp), Operand::Word(word)) => {
                self.light_is(right, order, lamp, &word)
            }
            (Operand::Word(word), Operand::Lamp(lamp)) => {
                self.light_is(left, order, lamp, &word)
            }
            _ => self.fail(
                node,
                "these two can't be compared",
                Some("numbers with numbers, lights with \"green\", \"yellow\", \"red\" or \"unknown\"".to_owned()),
            ),
        }
    }

    fn light_is(
        &self,
        node: &IdedExpr,
        order: Order,
        lamp: Lamp,
        word: &str,
    ) -> Lowered<Statement> {
        let Some((_, light)) = LIGHTS.iter().find(|(name, _)| *name == word) else {
            return self.fail(
                node,
                format!("`{word}` is no light"),
                suggestion(word, LIGHTS.map(|(name, _)| name)),
            );
        };
        let is = Statement::LightIs(lamp, *light);
        match order {
            Order::Same => Ok(is),
            Order::Other => Ok(Statement::Not(Box::new(is))),
            _ => self.fail(node, "lights are compared by `==` and `!=`", None),
        }
    }

    fn operand(&self, node: &IdedExpr) -> Lowered<Operand> {
        let float = |value: f64| Typed {
            number: Number::Literal(value),
            integer: false,
        };
        match &node.expr {
            Expr::Literal(LiteralValue::Double(value)) => {
                Ok(Operand::Number(float(*value.inner())))
            }
            Expr::Literal(LiteralValue::Int(value)) => Ok(Operand::Number(Typed {
                number: Number::Literal(*value.inner() as f64),
                integer: true,
            })),
            Expr::Literal(LiteralValue::String(value)) => {
                Ok(Operand::Word(value.inner().to_owned()))
            }
            Expr::Literal(LiteralValue::Boolean(value)) if self.action().is_some() => Ok(
                Operand::Thing(Thing::Literal(Value::Bool(*value.inner())), SlotKind::Bool),
            ),
            Expr::Ident(name) => self.name(node, name),
            Expr::Select(select) if !select.test => self.member(node, select),
            Expr::Call(call) if call.target.is_none() => self.computed(node, call),
            _ => self.fail(node, "conditions can't say this yet", None),
        }
    }

    fn number(&self, node: &IdedExpr) -> Lowered<Typed> {
        match self.operand(node)? {
            Operand::Number(number) => Ok(number),
            Operand::Thing(Thing::Slot(slot), SlotKind::Any) => Ok(measured(slot)),
            Operand::Lamp(_) | Operand::Word(_) | Operand::Thing(..) => {
                self.fail(node, "a number is wanted here", None)
            }
        }
    }

    fn computed(&self, node: &IdedExpr, call: &CallExpr) -> Lowered<Operand> {
        let name = call.func_name.as_str();
        match (name, call.args.as_slice()) {
            (operators::NEGATE, [inner]) => {
                let inner = self.number(inner)?;
                Ok(Operand::Number(Typed {
                    number: Number::Negate(Box::new(inner.number)),
                    integer: inner.integer,
                }))
            }
            (_, [left, right]) if arithmetic(name).is_some() => {
                let operator = arithmetic(name).expect("the guard has just asked");
                let (left, right) = (self.number(left)?, self.number(right)?);
                if left.integer || right.integer {
                    return self.fail(
                        node,
                        "CEL doesn't compute with integers and measured numbers together",
                        Some("write whole numbers with a point: `288.0`".to_owned()),
                    );
                }
                let number =
                    Number::Compute(operator, Box::new(left.number), Box::new(right.number));
                Ok(Operand::Number(Typed {
                    number,
                    integer: false,
                }))
            }
            ("probe" | "light" | "in_window", [id]) => self.object(node, name, id, None),
            ("check" | "workload", _) if self.action().is_some() => {
                let field = if name == "check" { "light" } else { "ready" };
                let help = format!("write `{name}('id').{field}`");
                self.fail(node, format!("`{name}(…)` alone is no value"), Some(help))
            }
            (name, arguments) if self.action().is_some() && ACTION_FUNCTIONS.contains(&name) => {
                self.action_function(node, name, arguments)
            }
            (name, _) if FUNCTIONS.contains(&name) => {
                let fields = fields_of(name);
                let help = format!("write `{name}('id').{}`", fields.first().unwrap_or(&""));
                self.fail(node, format!("`{name}(…)` alone is no value"), Some(help))
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => {
                self.fail(node, "a value is wanted here, this is a condition", None)
            }
            (name, _) => self.unknown_function(node, name),
        }
    }

    fn name(&self, node: &IdedExpr, name: &str) -> Lowered<Operand> {
        let fact = |fact| {
            Ok(Operand::Number(Typed {
                number: Number::Fact(fact),
                integer: false,
            }))
        };
        if name == "now" {
            return fact(Fact::Now);
        }
        match self.scope {
            Scope::Hook(names) => match names.iter().position(|known| known == name) {
                Some(index) => fact(Fact::Observed(index)),
                None => self.fail(
                    node,
                    format!("this hook observes no `{name}`"),
                    suggestion(name, names.iter().map(String::as_str)),
                ),
            },
            Scope::Action(..) if name == "target" => {
                Ok(Operand::Thing(Thing::Slot(Slot::Target), SlotKind::Text))
            }
            _ if UNSUPPORTED.contains(&name) => {
                let what = format!("`{name}` is not supported in conditions");
                self.fail(node, what, None)
            }
            Scope::Action(..) if name == "incident" => {
                let help = "write `incident.open` or `incident.severity`".to_owned();
                self.fail(node, "`incident` alone is no value", Some(help))
            }
            _ if OF_ACTIONS.contains(&name) => self.unknown_function(node, name),
            Scope::Watch(_) => self.fail(
                node,
                format!("conditions know no name `{name}`"),
                suggestion(name, FUNCTIONS.into_iter().chain(["now"])),
            ),
            Scope::Action(..) => {
                let known = FUNCTIONS.into_iter().chain(ACTION_FUNCTIONS);
                self.fail(
                    node,
                    format!("conditions know no name `{name}`"),
                    suggestion(name, known.chain(ACTION_ROOTS).chain(["now"])),
                )
            }
        }
    }

    fn member(&self, node: &IdedExpr, select: &SelectExpr) -> Lowered<Operand> {
        if let Some(names) = self.action()
            && let Some(parts) = action::spelled(node)
        {
            return self.slot(node, names, &parts);
        }
        let Expr::Call(CallExpr {
            func_name,
            target: None,
            args,
        }) = &select.operand.expr
        else {
            self.operand(&select.operand)?;
            return self.fail(node, format!("it has no field `{}`", select.field), None);
        };
        match args.as_slice() {
            [object] if func_name == "workload" && self.action().is_some() => {
                self.workload(node, object, &select.field)
            }
            [id] if FUNCTIONS.contains(&func_name.as_str())
                || (func_name == "check" && self.action().is_some()) =>
            {
                self.object(node, func_name, id, Some(&select.field))
            }
            _ => self.unknown_function(&select.operand, func_name),
        }
    }

    /// `function('id')` or `function('id').field`.
    fn object(
        &self,
        node: &IdedExpr,
        function: &str,
        id: &IdedExpr,
        field: Option<&str>,
    ) -> Lowered<Operand> {
        let (Scope::Watch(ids) | Scope::Action(ids, _)) = self.scope else {
            let what = format!("a hook judges what it observes, not `{function}(…)`");
            return self.fail(node, what, None);
        };
        let Expr::Literal(LiteralValue::String(text)) = &id.expr else {
            let help = format!("write `{function}('id')`");
            return self.fail(id, "an id is wanted here, as a string", Some(help));
        };
        let text = text.inner();
        let found = find(ids, function, text);
        let Some(place) = found else {
            let names = names_of(ids, function);
            let help = suggestion(text, names.iter().map(String::as_str));
            let what = match function {
                "light" => format!("no light `{text}` is written above here"),
                "gate" if ids.gates.is_empty() => {
                    format!("no gate `{text}` is written above here")
                }
                "in_window" => format!("this pack has no window `{text}`"),
                _ => format!("this pack has no {function} `{text}`"),
            };
            return self.fail(id, what, help);
        };
        match resolve(ids, function, place, field) {
            Ok(operand) => Ok(operand),
            Err((what, help)) => self.fail(node, what, help),
        }
    }
}

/// A slot whose value turns out to be a number, or unknown.
fn measured(slot: Slot) -> Typed {
    Typed {
        number: Number::Fact(Fact::Slot(slot)),
        integer: false,
    }
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    match name {
        operators::ADD => Some(Arithmetic::Add),
        operators::SUBSTRACT => Some(Arithmetic::Subtract),
        operators::MULTIPLY => Some(Arithmetic::Multiply),
        operators::DIVIDE => Some(Arithmetic::Divide),
        _ => None,
    }
}
