//! From text to a resolved formula.

use super::token::{Token, tokens};
use super::{Formula, Function, Operator, WorkloadField};

/// Why a formula of a scenario can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at `{at}`")]
pub struct FormulaError {
    what: String,
    at: String,
}

impl FormulaError {
    pub(super) fn new(what: impl Into<String>, at: &str) -> Self {
        Self {
            what: what.into(),
            at: at.chars().take(40).collect(),
        }
    }
}

/// Before the name of an Ingress whose rules are counted, among the keys that are watched.
pub const INGRESS: &str = "ingress/";

/// What the names of a formula stand for.
pub trait Names {
    fn slot(&self, name: &str) -> Option<usize>;
    fn workload(&self, name: &str) -> Option<usize>;
    fn slo(&self, name: &str) -> Option<usize>;
    fn flag(&mut self, key: &str) -> usize;
}

/// Parses and resolves a formula.
pub fn parse(source: &str, names: &mut dyn Names) -> Result<Formula, FormulaError> {
    let tokens = tokens(source)?;
    let mut parser = Parser {
        source,
        tokens,
        position: 0,
        names,
    };
    let formula = parser.choice()?;
    if parser.position < parser.tokens.len() {
        return Err(parser.error("something is left over"));
    }
    Ok(formula)
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    position: usize,
    names: &'a mut dyn Names,
}

/// Operators by how tightly they bind, loosest first.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("<=", Operator::LessEqual),
        (">=", Operator::GreaterEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

impl Parser<'_> {
    fn error(&self, what: impl Into<String>) -> FormulaError {
        FormulaError::new(what, self.source)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.position), Some(Token::Sign(s)) if *s == sign);
        if found {
            self.position += 1;
        }
        found
    }

    fn need_sign(&mut self, sign: &str) -> Result<(), FormulaError> {
        if self.take_sign(sign) {
            Ok(())
        } else {
            Err(self.error(format!("`{sign}` is missing")))
        }
    }

    fn choice(&mut self) -> Result<Formula, FormulaError> {
        let condition = self.level(0)?;
        if !self.take_sign("?") {
            return Ok(condition);
        }
        let yes = self.choice()?;
        self.need_sign(":")?;
        let no = self.choice()?;
        Ok(Formula::Choice(
            Box::new(condition),
            Box::new(yes),
            Box::new(no),
        ))
    }

    fn level(&mut self, level: usize) -> Result<Formula, FormulaError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.take_operator(operators) {
            let right = self.level(level + 1)?;
            left = Formula::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn take_operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let found = operators.iter().find(
            |(sign, _)| matches!(self.tokens.get(self.position), Some(Token::Sign(s)) if s == sign),
        )?;
        self.position += 1;
        Some(found.1)
    }

    fn unary(&mut self) -> Result<Formula, FormulaError> {
        if self.take_sign("-") {
            return Ok(Formula::Negate(Box::new(self.unary()?)));
        }
        if self.take_sign("!") {
            return Ok(Formula::Not(Box::new(self.unary()?)));
        }
        self.atom()
    }

    fn atom(&mut self) -> Result<Formula, FormulaError> {
        if self.take_sign("(") {
            let inner = self.choice()?;
            self.need_sign(")")?;
            return Ok(inner);
        }
        let token = self.tokens.get(self.position).cloned();
        self.position += 1;
        match token {
            Some(Token::Number(value)) => Ok(Formula::Number(value)),
            Some(Token::Name(name)) if self.take_sign("(") => self.call(&name),
            Some(Token::Name(name)) => self.slot(&name).map(Formula::Slot),
            _ => Err(self.error("a value is missing")),
        }
    }

    fn slot(&self, name: &str) -> Result<usize, FormulaError> {
        self.names
            .slot(name)
            .ok_or_else(|| self.error(format!("nothing is named `{name}`")))
    }

    fn text(&mut self) -> Result<String, FormulaError> {
        let Some(Token::Text(text)) = self.tokens.get(self.position).cloned() else {
            return Err(self.error("a text in quotes is missing"));
        };
        self.position += 1;
        Ok(text)
    }

    fn workload(&mut self) -> Result<usize, FormulaError> {
        let name = self.text()?;
        self.names
            .workload(&name)
            .ok_or_else(|| self.error(format!("there is no workload `{name}`")))
    }

    /// The rest of a call, after its opening parenthesis.
    fn call(&mut self, name: &str) -> Result<Formula, FormulaError> {
        let field = match name {
            "ready" => Some(WorkloadField::Ready),
            "desired" => Some(WorkloadField::Desired),
            "updated_ready" => Some(WorkloadField::UpdatedReady),
            "since_restart" => Some(WorkloadField::SinceRestart),
            _ => None,
        };
        let formula = match (name, field) {
            (_, Some(field)) => Formula::Workload(field, self.workload()?),
            ("prev", _) => {
                let Some(Token::Name(of)) = self.tokens.get(self.position).cloned() else {
                    return Err(self.error("`prev` takes a name"));
                };
                self.position += 1;
                Formula::Previous(self.slot(&of)?)
            }
            ("runs", _) => {
                let workload = self.workload()?;
                self.need_sign(",")?;
                Formula::Runs(workload, self.text()?)
            }
            ("bad", _) => {
                let name = self.text()?;
                let slo = self.names.slo(&name);
                let slo = slo.ok_or_else(|| self.error(format!("there is no slo `{name}`")))?;
                self.need_sign(",")?;
                let Some(Token::Number(over)) = self.tokens.get(self.position).cloned() else {
                    return Err(self.error("`bad` takes a window"));
                };
                self.position += 1;
                Formula::Bad(slo, over)
            }
            ("env", _) => {
                let workload = self.workload()?;
                self.need_sign(",")?;
                let key = self.text()?;
                Formula::Env(workload, key, Box::new(self.fallback()?))
            }
            ("env_is", _) => {
                let workload = self.workload()?;
                self.need_sign(",")?;
                let key = self.text()?;
                self.need_sign(",")?;
                Formula::EnvIs(workload, key, self.text()?)
            }
            ("flag_is", _) => {
                let key = self.text()?;
                self.need_sign(",")?;
                let text = self.text()?;
                let index = self.names.flag(&format!("{key}={text}"));
                Formula::Flag(index, Box::new(Formula::Number(0.0)))
            }
            ("rules", _) => {
                let ingress = self.text()?;
                let index = self.names.flag(&format!("{INGRESS}{ingress}"));
                Formula::Flag(index, Box::new(Formula::Number(1.0)))
            }
            ("flag", _) => {
                let key = self.text()?;
                let index = self.names.flag(&key);
                Formula::Flag(index, Box::new(self.fallback()?))
            }
            _ => return self.numeric_call(name),
        };
        self.need_sign(")")?;
        Ok(formula)
    }

    fn fallback(&mut self) -> Result<Formula, FormulaError> {
        if self.take_sign(",") {
            self.choice()
        } else {
            Ok(Formula::Number(0.0))
        }
    }

    fn numeric_call(&mut self, name: &str) -> Result<Formula, FormulaError> {
        let (function, arity) = match name {
            "min" => (Function::Min, 2),
            "max" => (Function::Max, 2),
            "clamp" => (Function::Clamp, 3),
            "abs" => (Function::Abs, 1),
            "pow" => (Function::Pow, 2),
            "exp" => (Function::Exp, 1),
            "sqrt" => (Function::Sqrt, 1),
            "floor" => (Function::Floor, 1),
            "round" => (Function::Round, 1),
            "or" => (Function::Or, 2),
            "ramp" => (Function::Ramp, 2),
            "ramp_between" => (Function::RampBetween, 3),
            "noise" => (Function::Noise, 1),
            "jitter" => (Function::Jitter, 0),
            "diurnal" => (Function::Diurnal, 0),
            _ => return Err(self.error(format!("there is no function `{name}`"))),
        };
        let mut arguments = Vec::with_capacity(arity);
        while !self.take_sign(")") {
            if !arguments.is_empty() {
                self.need_sign(",")?;
            }
            arguments.push(self.choice()?);
        }
        if arguments.len() != arity {
            return Err(self.error(format!("`{name}` takes {arity} values")));
        }
        Ok(Formula::Call(function, arguments))
    }
}
