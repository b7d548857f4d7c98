//! `tests.toml`: cases of a pack. Readings and objects in; lights, guards, checks and papers out.

mod coverage;
mod judge;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

pub use self::coverage::Lack;
use super::{Paper, templates::sample};
use crate::domain::{action::value::Values, text::Lang};

/// The file of a pack that its cases are in.
pub const FILE: &str = "tests.toml";

/// The cases of a pack.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    #[serde(default)]
    case: BTreeMap<String, Case>,
}

/// A state of the world, and what must come of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Case {
    /// Another case whose world this one begins with.
    from: Option<String>,
    at: Option<Timestamp>,
    /// Probes by name, `slo/…` and `hook/…` too: a steady value, now and as far back as is looked. What is not named is not known.
    readings: BTreeMap<String, Reading>,
    /// Objects of the cluster: `"deployment/web" = { ready = 2 }`. What is not named is not known.
    objects: BTreeMap<String, BTreeMap<String, f64>>,
    /// What somebody said of ticks of gates: `"B3/announced" = true`.
    ticks: BTreeMap<String, bool>,
    /// What checks came to last: `passed`, `warned`, `failed`, `unknown`.
    checks: BTreeMap<String, String>,
    /// `none`, or the severity of the gravest that is open. Left out: it is not known.
    incident: Option<String>,
    /// Actions that ended well, and how many seconds ago. Left out whole: the ledger can't tell.
    done: Option<BTreeMap<String, f64>>,
    /// What is left of the error budgets of SLOs.
    budgets: BTreeMap<String, f64>,
    /// The impact of an incident, as its form has it.
    impact: Values,
    /// Which environment the desk is of. Left out: each action is of it.
    environment: Option<String>,
    env: BTreeMap<String, String>,
    gauge: BTreeMap<String, String>,
    queue: BTreeMap<String, String>,
    hook: BTreeMap<String, String>,
    gate: BTreeMap<String, String>,
    light: BTreeMap<String, String>,
    /// `fires`, `quiet`, `recovered`, `goes-on`, `unknown`.
    alert: BTreeMap<String, String>,
    /// The gravest severity that is proposed, or `none`.
    severity: Option<String>,
    action: Vec<Tried>,
    check: Vec<Looked>,
    paper: Vec<Written>,
}

/// A number, or the word that there is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Reading {
    Value(f64),
    None(Nothing),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Nothing {
    Missing,
}

/// An action that is offered, with what it is given and what it finds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tried {
    id: String,
    target: Option<String>,
    #[serde(default)]
    params: Values,
    #[serde(default)]
    before: Values,
    /// `allowed`, `refused`, `unknown`.
    is: String,
}

/// A check that is run, with what its reads found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Looked {
    id: String,
    #[serde(default)]
    before: Values,
    is: String,
}

/// A paper that is written from made-up words, and what must stand in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    paper: String,
    lang: String,
    has: Vec<String>,
}

/// Something that came out otherwise than a case says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    pub case: String,
    /// `hook.HK-03`.
    pub of: String,
    pub expected: String,
    pub found: String,
}

/// What came of all cases of a pack.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Tally {
    pub cases: usize,
    /// How many single expectations were looked at.
    pub expectations: usize,
    pub faults: Vec<Fault>,
    /// What no case allows, refuses, or leaves without data.
    pub lacks: Vec<Lack>,
}

/// Why the cases can't be run at all: the text says where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CasesFault {
    #[error("{FILE}: {0}")]
    Unread(String),
    #[error("{FILE}: case.{case}: begins with `{from}`, which is no case, or begins with itself")]
    NoSuchCase { case: String, from: String },
}

impl Cases {
    /// The cases of a file.
    pub fn parse(text: &str) -> Result<Self, CasesFault> {
        let cases: Self =
            toml::from_str(text).map_err(|error| CasesFault::Unread(error.to_string()))?;
        for id in cases.case.keys() {
            cases.whole(id)?;
        }
        Ok(cases)
    }

    /// Runs all of them.
    pub fn run(&self, pack: &super::Pack) -> Tally {
        let mut tally = Tally::default();
        let mut seen = coverage::Seen::default();
        for id in self.case.keys() {
            let Ok(case) = self.whole(id) else { continue };
            tally.cases += 1;
            judge::run(pack, id, &case, &mut tally, &mut seen);
        }
        tally.lacks = seen.lacks(pack);
        tally
    }

    /// A case with the world it begins with filled in; what is expected is its own alone.
    fn whole(&self, id: &str) -> Result<Case, CasesFault> {
        let Some(case) = self.case.get(id) else {
            return Ok(Case::default());
        };
        let mut whole = case.clone();
        let (mut from, mut left) = (case.from.clone(), self.case.len());
        while let Some(name) = from.take() {
            let Some(base) = self.case.get(&name).filter(|_| left > 0) else {
                let case = id.to_owned();
                return Err(CasesFault::NoSuchCase { case, from: name });
            };
            left -= 1;
            whole.begin_with(base);
            from.clone_from(&base.from);
        }
        Ok(whole)
    }
}

impl Case {
    fn begin_with(&mut self, base: &Self) {
        fn under<V: Clone>(own: &mut BTreeMap<String, V>, base: &BTreeMap<String, V>) {
            for (key, value) in base {
                own.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        self.at = self.at.or(base.at);
        self.incident = self.incident.take().or_else(|| base.incident.clone());
        under(&mut self.readings, &base.readings);
        under(&mut self.objects, &base.objects);
        under(&mut self.ticks, &base.ticks);
        under(&mut self.checks, &base.checks);
        under(&mut self.env, &base.env);
        under(&mut self.budgets, &base.budgets);
        under(&mut self.impact, &base.impact);
        let environment = self.environment.take();
        self.environment = environment.or_else(|| base.environment.clone());
        match (&mut self.done, &base.done) {
            (Some(own), Some(base)) => under(own, base),
            (own @ None, Some(base)) => *own = Some(base.clone()),
            _ => {}
        }
    }
}

/// A paper as its file is named, and its language.
fn paper(written: &Written) -> Option<(Paper, Lang)> {
    super::templates::paper_of(&format!("{}.{}.md", written.paper, written.lang))
}

/// The words a paper about an incident is tried with.
fn words(pack: &super::Pack) -> serde_json::Value {
    let fields = pack.incident().impact.iter();
    sample(&fields.map(|field| field.name.clone()).collect::<Vec<_>>())
}
