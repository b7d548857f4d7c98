//! What a condition says and what it was judged on, comparison by comparison, as it can be told in any language.

use super::{
    Aim, Arithmetic, Condition, Fact, Ids, IncidentField, Lamp, Number, Order, Over, SloField,
    Slot, Statement, Thing, Truth, View,
};
use crate::domain::{
    action::{
        saying::{CHECK_AGE, CHECKED, Clause, Name, Saying, Span, Stated, Term, What},
        value::Value,
    },
    gauge::Unit,
    id::{CheckId, QueryId},
    text::{EachText, Text},
};
use crate::pack::{
    CheckSpec,
    actions::{ObjectField, ParamSpec},
    watch::LightRule,
};

/// What was read, and what could not be.
#[derive(Debug)]
pub(in crate::pack) struct Told {
    pub says: Saying,
    pub missing: Vec<Name>,
    /// What the action itself lacks so far.
    pub unfilled: Vec<Name>,
}

/// The words a pack has for what conditions speak of.
#[derive(Clone, Copy)]
pub(in crate::pack) struct Words<'a> {
    pub ids: &'a Ids,
    pub params: &'a [ParamSpec],
    pub checks: &'a [CheckSpec],
    pub lights: &'a [LightRule],
}

impl Condition {
    /// Each part of the condition with what it reads now.
    pub fn tell(&self, view: &dyn View, words: Words<'_>) -> Told {
        let mut teller = Teller {
            view,
            words,
            missing: Vec::new(),
            unfilled: Vec::new(),
        };
        let says = teller.statement(&self.statement, true);
        Told {
            says,
            missing: teller.missing,
            unfilled: teller.unfilled,
        }
    }

    /// The condition as it is demanded, with what is known of it by now.
    pub fn state(&self, view: &dyn View, words: Words<'_>) -> Stated {
        Stated {
            cel: self.describe(),
            says: Some(self.tell(view, words).says),
            over: match self.over {
                Over::Once => Span::Now,
                Over::For(time) => Span::For(time.as_secs()),
                Over::Windows { count, length } => Span::Windows(count, length.as_secs()),
            },
        }
    }
}

struct Teller<'a> {
    view: &'a dyn View,
    words: Words<'a>,
    missing: Vec<Name>,
    unfilled: Vec<Name>,
}

impl Teller<'_> {
    /// A statement, or (`so` is false) that it does not hold.
    fn statement(&mut self, statement: &Statement, so: bool) -> Saying {
        let what = match (statement, so) {
            (Statement::Not(inner), _) => return self.statement(inner, !so),
            (Statement::And(..), true) | (Statement::Or(..), false) => {
                return Saying::All(self.whole(statement, so));
            }
            (Statement::Or(..), true) | (Statement::And(..), false) => {
                return Saying::Any(self.whole(statement, so));
            }
            (Statement::Literal(value), _) => What::Fixed(*value == so),
            (Statement::Compare(order, left, right), _) => {
                let order = if so { *order } else { order.negate() };
                let unit = self.unit(left).or_else(|| self.unit(right));
                let unit = unit.unwrap_or_default();
                What::Compare(self.number(left, unit), order, self.number(right, unit))
            }
            (Statement::LightIs(lamp, light), _) => What::Light {
                of: self.lamp(lamp),
                is: so,
                light: *light,
                now: self.view.light(lamp),
            },
            (Statement::Same(equal, left, right), _) => {
                let order = if *equal == so {
                    Order::Same
                } else {
                    Order::Other
                };
                What::Compare(self.thing(left), order, self.thing(right))
            }
            (Statement::In(thing, these), _) => What::Among {
                of: self.thing(thing),
                is: so,
                these: these.clone(),
            },
            (Statement::Holds(thing), _) => What::State {
                of: self.thing(thing),
                is: so,
            },
        };
        if let (What::Light { of, .. }, Statement::LightIs(lamp, wanted)) = (&what, statement)
            && self.view.light(lamp) == crate::domain::light::Light::Unknown
            && *wanted != crate::domain::light::Light::Unknown
        {
            // What was found of a check is got by running it: that is told apart.
            let of = match lamp {
                Lamp::Check(id) => watched(self.check(id), CHECKED),
                _ => of.clone(),
            };
            self.lacks(of);
        }
        let held = match statement.judge(self.view) {
            Truth::True => Some(so),
            Truth::False => Some(!so),
            Truth::Unknown => None,
        };
        Saying::One(Box::new(Clause { what, held }))
    }

    /// The parts of a chain. What is not known of one that is decided all the same is not missed; nor is what some of several
    /// alternatives lack, while another waits for nothing but what the action is given.
    fn whole(&mut self, statement: &Statement, so: bool) -> Vec<Saying> {
        let missing = std::mem::take(&mut self.missing);
        let unfilled = std::mem::take(&mut self.unfilled);
        let mut parts = Vec::new();
        self.parts(statement, so, &mut parts);
        (self.missing, self.unfilled) = (missing, unfilled);
        if statement.judge(self.view) == Truth::Unknown {
            let alternatives = matches!(statement, Statement::Or(..)) == so;
            let waits = alternatives
                && parts
                    .iter()
                    .any(|part| part.missing.is_empty() && !part.unfilled.is_empty());
            for part in &mut parts {
                if waits {
                    part.missing.clear();
                }
                let lacking = part.missing.drain(..).chain(part.unfilled.drain(..));
                lacking.for_each(|name| self.lacks(name));
            }
        }
        parts.into_iter().map(|part| part.says).collect()
    }

    /// The parts of a chain of `&&` or of `||`.
    fn parts(&mut self, statement: &Statement, so: bool, into: &mut Vec<Told>) {
        let (Statement::And(left, right) | Statement::Or(left, right)) = statement else {
            return;
        };
        let is_and = matches!(statement, Statement::And(..));
        for side in [left, right] {
            let alike = match &**side {
                Statement::And(..) => is_and,
                Statement::Or(..) => !is_and,
                _ => false,
            };
            if alike {
                self.parts(side, so, into);
            } else {
                let says = self.statement(side, so);
                let mut part = Told {
                    says,
                    missing: std::mem::take(&mut self.missing),
                    unfilled: std::mem::take(&mut self.unfilled),
                };
                // A leaf that is decided has none; what a chain that is decided lacks it has left out itself.
                if side.judge(self.view) != Truth::Unknown {
                    part.missing.clear();
                    part.unfilled.clear();
                }
                into.push(part);
            }
        }
    }

    fn lacks(&mut self, name: Name) {
        let of = match &name {
            Name::Param(_) | Name::Before(_) | Name::Saved(_) => &mut self.unfilled,
            _ => &mut self.missing,
        };
        if !of.contains(&name) {
            of.push(name);
        }
    }

    fn thing(&mut self, thing: &Thing) -> Term {
        let name = match thing {
            Thing::Literal(value) => Name::Figure(value.clone()),
            Thing::Slot(slot) => self.slot(slot),
            Thing::Object(aim, field) => object(aim, *field),
            Thing::Done(action, seconds) => Name::Done {
                action: action.to_string(),
                seconds: whole(*seconds),
            },
            Thing::Verified(action, seconds) => Name::Verified {
                action: action.to_string(),
                seconds: whole(*seconds),
            },
            Thing::Incident(field) => {
                let part = match field {
                    IncidentField::Open => "open",
                    IncidentField::Severity => "severity",
                };
                watched(incident(), part)
            }
            Thing::Window(place) => {
                let window = &self.words.ids.windows[*place];
                watched(window.title.clone(), "within")
            }
        };
        let now = thing.read(self.view);
        if now.is_none() {
            self.lacks(name.clone());
        }
        let unit = Unit::None;
        Term { name, now, unit }
    }

    fn unit(&self, number: &Number) -> Option<Unit> {
        match number {
            Number::Fact(fact) => Some(self.fact(fact).1).filter(|unit| *unit != Unit::None),
            _ => None,
        }
    }

    fn number(&mut self, number: &Number, unit: Unit) -> Term {
        let own = self.unit(number).unwrap_or(unit);
        let by_pod = number.by_pod(self.view);
        let unfilled = self.unfilled.len();
        let name = self.computed(number);
        if by_pod.is_some() {
            self.unfilled.truncate(unfilled);
        }
        // Where nothing is missing it divides by zero: that is no number all the same.
        let now = by_pod.or_else(|| number.compute(self.view).and_then(kept));
        Term {
            name,
            now,
            unit: own,
        }
    }

    fn computed(&mut self, number: &Number) -> Name {
        match number {
            Number::Literal(value) => Name::Figure(Value::Float(*value)),
            Number::Fact(fact) => {
                let name = self.fact(fact).0;
                if fact.read(self.view).is_none() {
                    self.lacks(name.clone());
                }
                name
            }
            Number::Negate(inner) => Name::Negated(Box::new(self.computed(inner))),
            Number::Compute(operator, left, right) => {
                let sign = match operator {
                    Arithmetic::Add => '+',
                    Arithmetic::Subtract => '-',
                    Arithmetic::Multiply => '*',
                    Arithmetic::Divide => '/',
                };
                let (left, right) = (self.computed(left), self.computed(right));
                Name::Computed(Box::new(left), sign, Box::new(right))
            }
        }
    }

    fn fact(&self, fact: &Fact) -> (Name, Unit) {
        let ids = self.words.ids;
        match fact {
            Fact::Query(id) => self.query(id, None),
            Fact::Oldest { depth, .. } => {
                let queue = ids.queues.iter().find(|queue| queue.depth == *depth);
                let of = queue.map_or_else(|| Text::from(depth.as_str()), |it| it.title.clone());
                (watched(of, "oldest"), Unit::Seconds)
            }
            Fact::Change(id) => self.query(id, Some("change")),
            Fact::Observed(place) => (Name::Saved(place.to_string()), Unit::None),
            Fact::Slo(id, field) => {
                let part = match field {
                    SloField::Good => "good",
                    SloField::Errors => "errors",
                    SloField::BudgetLeft => "budget",
                };
                let slo = ids.slos.iter().find(|slo| slo.id == *id);
                let of = slo.map_or_else(|| Text::from(id.as_str()), |slo| slo.title.clone());
                (watched(of, part), Unit::Share)
            }
            Fact::Slot(slot) => (self.slot(slot), Unit::None),
            Fact::Object(aim, field) => (object(aim, *field), Unit::None),
            Fact::CheckAge(id) => (watched(self.check(id), CHECK_AGE), Unit::Seconds),
            Fact::Now => (Name::Now, Unit::None),
        }
    }

    /// What the pack calls a check.
    fn check(&self, id: &CheckId) -> Text {
        let check = self.words.checks.iter().find(|check| check.id == *id);
        check.map_or_else(|| Text::from(id.as_str()), |check| check.title.clone())
    }

    /// What the pack calls a query.
    fn query(&self, id: &QueryId, part: Option<&str>) -> (Name, Unit) {
        let ids = self.words.ids;
        for queue in &ids.queues {
            let named = |part: &str, unit| (watched(queue.title.clone(), part), unit);
            if queue.depth == *id {
                return named("depth", Unit::None);
            }
            if queue.rate_in.as_ref() == Some(id) {
                return named("in", Unit::PerSecond);
            }
            if queue.rate_out.as_ref() == Some(id) {
                return named("out", Unit::PerSecond);
            }
        }
        let part = part.map(str::to_owned);
        if let Some(gauge) = ids.gauges.iter().find(|gauge| gauge.probe == *id) {
            let of = gauge.title.clone();
            return (Name::Watched { of, part }, gauge.unit);
        }
        let probe = ids.probes.iter().find(|(_, probe)| probe == id);
        let name = probe.map_or(id.as_str(), |(name, _)| name.as_str());
        let of = Text::from(name);
        (Name::Watched { of, part }, Unit::None)
    }

    fn lamp(&self, lamp: &Lamp) -> Name {
        let ids = self.words.ids;
        let of = match lamp {
            Lamp::Gauge(place) => ids.gauges[*place].title.clone(),
            Lamp::Queue(place) => ids.queues[*place].title.clone(),
            Lamp::Slo(id) => {
                let slo = ids.slos.iter().find(|slo| slo.id == *id);
                slo.map_or_else(|| Text::from(id.as_str()), |slo| slo.title.clone())
            }
            Lamp::Hook(id) => Text::from(id.as_str()),
            Lamp::Light(id) => {
                let light = self.words.lights.iter().find(|light| light.id == *id);
                light.map_or_else(|| Text::from(id.as_str()), |light| light.title.clone())
            }
            Lamp::Gate(id) => {
                let gate = ids.gates.iter().find(|gate| gate.id == *id);
                gate.map_or_else(|| Text::from(id.as_str()), |gate| gate.title.clone())
            }
            Lamp::Check(id) => self.check(id),
        };
        Name::Watched { of, part: None }
    }

    fn slot(&self, slot: &Slot) -> Name {
        match slot {
            Slot::Param(name) => {
                let mut params = self.words.params.iter();
                let title = params.find(|param| param.name == *name);
                let title = title.and_then(|param| param.title.clone());
                Name::Param(title.unwrap_or_else(|| Text::from(name.as_str())))
            }
            Slot::Env(name) => Name::Env(name.clone()),
            Slot::Before(parts) => {
                let path = parts.join(".");
                let mut params = self.words.params.iter();
                let title = params.find(|param| param.now.as_ref() == Some(&path));
                let title = title.and_then(|param| param.title.clone());
                Name::Before(title.unwrap_or_else(|| Text::from(path.as_str())))
            }
            Slot::Saved { step, field } => Name::Saved(format!("{step}.{field}")),
            Slot::Target => Name::Target,
            Slot::Flag(id, _) => Name::Watched {
                of: Text::from(id.as_str()),
                part: None,
            },
        }
    }
}

/// A number as plans keep it: read back from JSON it must be the same to the last bit, since its plan is signed.
fn kept(number: f64) -> Option<Value> {
    const PLACES: f64 = 1e6;
    let kept = if number.abs() < 1e9 {
        (number * PLACES).round() / PLACES
    } else {
        number.round()
    };
    kept.is_finite().then_some(Value::Float(kept))
}

/// What an incident is called.
fn incident() -> Text {
    Text::Each(EachText {
        en: Some("an incident".to_owned()),
        zh: Some("故障事件".to_owned()),
    })
}

fn watched(of: Text, part: &str) -> Name {
    Name::Watched {
        of,
        part: Some(part.to_owned()),
    }
}

fn object(aim: &Aim, field: ObjectField) -> Name {
    let part = match field {
        ObjectField::Ready => "ready",
        ObjectField::Desired => "desired",
        ObjectField::Updated => "updated",
        ObjectField::Exists => "exists",
        ObjectField::Cordoned => "cordoned",
    };
    Name::Object {
        of: match aim {
            Aim::OfAction => None,
            Aim::Is(target) => Some(target.to_string()),
        },
        part: part.to_owned(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "spans of packs are seconds above zero"
)]
const fn whole(seconds: f64) -> u64 {
    seconds as u64
}
