//! What comes of a case, beside what it expects.

use std::collections::BTreeMap;

use super::{
    Case, Fault, Looked, Tally, Tried, Written,
    coverage::{Seen, Sort},
    paper, words,
    world::{Having, World},
};
use crate::{
    domain::{
        action::{target::Target, value::Values},
        gauge_state::gauge_state,
        id::ActionId,
        light::Light,
        logbook::Outcome,
        queue_state::queue_state,
    },
    pack::{
        ActionSpec, ActionWorld, AlertVerdict, Facts, Pack, ParamSpec, Truth,
        actions::{TargetSpec, parse_object},
        embedded,
    },
};

/// Judges one case.
pub(super) fn run(pack: &Pack, id: &str, case: &Case, tally: &mut Tally, seen: &mut Seen) {
    let (world, unknown) = World::of(pack, case);
    let mut trial = Trial {
        id,
        pack,
        world: &world,
        tally,
        seen,
    };
    for name in unknown {
        trial.fault(&name, "something the pack knows", "no such name");
    }
    trial.names(case);
    trial.lamps(case);
    trial.alerts(&case.alert);
    trial.severity(case);
    for tried in &case.action {
        trial.action(tried);
    }
    for looked in &case.check {
        trial.check(looked);
    }
    for written in &case.paper {
        trial.paper(written);
    }
}

/// One case while it is judged.
struct Trial<'t> {
    id: &'t str,
    pack: &'t Pack,
    world: &'t World<'t>,
    tally: &'t mut Tally,
    seen: &'t mut Seen,
}

/// The word for a light in cases.
const fn word(light: Option<Light>) -> &'static str {
    match light {
        None => "none",
        Some(Light::Green) => "green",
        Some(Light::Yellow) => "yellow",
        Some(Light::Red) => "red",
        Some(Light::Unknown) => "unknown",
    }
}

/// What comes of what an action is given, before its guard is asked.
fn given(spec: &ActionSpec, tried: &Tried) -> Option<&'static str> {
    for (name, value) in &tried.params {
        let Some(param) = spec.params.iter().find(|param| param.name == *name) else {
            return Some("no such parameter");
        };
        let now = param
            .now
            .as_ref()
            .and_then(|name| tried.before.get(name))
            .or_else(|| tried.before.get(name));
        let fits = param.kind.check_value(value).is_ok() && param.kind.fits(value, now).is_ok();
        if !fits {
            return Some("refused");
        }
    }
    None
}

/// Whether a person has not said all yet; a guard that says no does so all the same.
fn lacks(spec: &ActionSpec, tried: &Tried) -> bool {
    let aimed = tried.target.is_some() || !matches!(spec.target, TargetSpec::Kinds(_));
    let asks = |param: &ParamSpec| param.is_asked() && !tried.params.contains_key(&param.name);
    !aimed || spec.params.iter().any(asks)
}

impl Trial<'_> {
    fn fault(&mut self, of: &str, expected: &str, found: &str) {
        self.tally.faults.push(Fault {
            case: self.id.to_owned(),
            of: of.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        });
    }

    /// What a case says of incidents and of what was done must be about something.
    fn names(&mut self, case: &Case) {
        let severities = self.pack.severities();
        if let Some(name) = &case.incident
            && name != "none"
            && !severities.iter().any(|it| it.id == *name)
        {
            self.fault(
                &format!("incident {name}"),
                "none, or a severity of the pack",
                "no such name",
            );
        }
        for name in case.done.iter().flat_map(|done| done.keys()) {
            let id: ActionId = if name.contains('/') {
                name.as_str().into()
            } else {
                format!("{}/{name}", self.pack.id).into()
            };
            let of_all = &embedded::generic().0;
            if self.pack.action(&id).is_none() && !of_all.iter().any(|it| it.id == id) {
                self.fault(
                    &format!("done {name}"),
                    "an action of the pack",
                    "no such name",
                );
            }
        }
    }

    fn compare(&mut self, of: &str, expected: &str, found: Option<&str>) {
        self.tally.expectations += 1;
        let found = found.unwrap_or("no such name");
        if expected != found {
            self.fault(of, expected, found);
        }
    }

    /// Gauges, queues, hooks, gates and lights.
    fn lamps(&mut self, case: &Case) {
        let (pack, world) = (self.pack, self.world);
        let hooks = pack.hook_states(world);
        for (id, expected) in &case.gauge {
            let spec = pack.gauges().iter().find(|gauge| gauge.id.as_str() == id);
            let found = spec.map(|spec| word(gauge_state(spec, world.fresh(&spec.probe)).light));
            self.compare(&format!("gauge.{id}"), expected, found);
        }
        for (id, expected) in &case.queue {
            let spec = pack.queues().iter().find(|queue| queue.id.as_str() == id);
            let state = spec.map(|spec| queue_state(spec, |id| world.fresh(id), None, world.now()));
            let found = state.map(|state| word(Some(state.light)));
            self.lamp(Sort::Queue, id, expected, found);
        }
        for (id, expected) in &case.hook {
            let state = hooks.iter().find(|hook| hook.id.as_str() == id);
            let found = state.map(|state| word(Some(state.light)));
            self.lamp(Sort::Hook, id, expected, found);
        }
        let gates = pack.gate_states(world, &hooks);
        for (id, expected) in &case.gate {
            let state = gates.iter().find(|gate| gate.id.as_str() == id);
            let found = state.map(|state| word(Some(state.light)));
            self.compare(&format!("gate.{id}"), expected, found);
        }
        let lights = pack.light_states(world, &hooks);
        for (id, expected) in &case.light {
            let state = lights.iter().find(|light| light.id.as_str() == id);
            let found = state.map(|state| word(Some(state.light)));
            self.compare(&format!("light.{id}"), expected, found);
        }
    }

    fn lamp(&mut self, sort: Sort, id: &str, expected: &str, found: Option<&str>) {
        self.compare(&format!("{}.{id}", sort.name()), expected, found);
        if let Some(found) = found {
            self.seen.note(sort, id, found);
        }
    }

    fn alerts(&mut self, expected: &BTreeMap<String, String>) {
        let hooks = self.pack.hook_states(self.world);
        let lights = self.pack.light_states(self.world, &hooks);
        let verdicts = self.pack.alert_verdicts(self.world, &hooks, &lights);
        for (id, expected) in expected {
            let verdict = verdicts.iter().find(|verdict| verdict.id == *id);
            let found = verdict.map(|verdict| alert_word(verdict, expected));
            self.lamp(Sort::Alert, id, expected, found);
        }
    }

    /// The gravest severity that conditions of the pack propose.
    fn severity(&mut self, case: &Case) {
        let Some(expected) = &case.severity else {
            return;
        };
        let having = Having {
            world: self.world,
            params: &case.impact,
            before: &Values::new(),
            target: None,
        };
        let proposed = self.pack.proposed_severities(self.world, &having);
        let found = proposed.first().map_or("none", |(id, _)| id.as_str());
        self.compare("severity", expected, Some(found));
    }

    fn action(&mut self, tried: &Tried) {
        let of = format!("action.{}", tried.id);
        let own = format!("{}/{}", self.pack.id, tried.id);
        let spec = self
            .pack
            .actions()
            .iter()
            .find(|spec| spec.id.as_str() == own || spec.id.as_str() == tried.id);
        let Some(spec) = spec else {
            return self.compare(&of, &tried.is, None);
        };
        let target = match (&spec.target, tried.target.as_deref()) {
            (TargetSpec::Is(target), None) => Ok(Some(target.clone())),
            (TargetSpec::Of { kind, .. }, Some(name)) => Ok(Some(TargetSpec::of(*kind, name))),
            (TargetSpec::Kinds(_), Some(name)) => {
                parse_object(name).map(Some).map_err(|(why, _)| why)
            }
            (TargetSpec::Is(_), Some(_)) => Err("the pack names its target".to_owned()),
            (_, None) => Ok(None),
        };
        let target = match target {
            Ok(target) => target,
            Err(why) => return self.fault(&format!("{of}.target"), "a target of the action", &why),
        };
        let given = self.held_back(spec).or_else(|| given(spec, tried));
        let lacks = lacks(spec, tried);
        let found = given.unwrap_or_else(|| match self.offered(spec, tried, target) {
            "allowed" if lacks => "unknown",
            found => found,
        });
        self.compare(&of, &tried.is, Some(found));
        // That a value is refused says nothing of the guard.
        if given.is_none() || spec.guard().is_none() {
            let (_, name) = spec.id.parts();
            self.seen.note(Sort::Action, name, found);
        }
    }

    /// What refuses an action whatever it is given: it is of another environment, or what must have been done is not. A ledger
    /// that can't tell refuses, too.
    fn held_back(&self, spec: &ActionSpec) -> Option<&'static str> {
        let environment = self.world.environment();
        let elsewhere = environment
            .is_some_and(|own| !spec.envs.is_empty() && spec.envs.iter().all(|env| *env != own));
        let nothing = Values::new();
        let having = Having {
            world: self.world,
            params: &nothing,
            before: &nothing,
            target: None,
        };
        let lacking = spec.needs.iter().any(|need| {
            let within = need.within.as_secs_f64();
            having.verified(&need.action, within) != Some(true)
        });
        (elsewhere || lacking).then_some("refused")
    }

    /// Whether the guard of an action allows it with what it is given.
    fn offered(&self, spec: &ActionSpec, tried: &Tried, target: Option<Target>) -> &'static str {
        let having = Having {
            world: self.world,
            params: &tried.params,
            before: &tried.before,
            target,
        };
        match self
            .pack
            .judge_guard(spec, self.world, &having)
            .map(|judged| judged.truth)
        {
            None | Some(Truth::True) => "allowed",
            Some(Truth::False) => "refused",
            Some(Truth::Unknown) => "unknown",
        }
    }

    fn check(&mut self, looked: &Looked) {
        let spec = self.pack.check(&looked.id.as_str().into());
        let params = Values::new();
        let having = Having {
            world: self.world,
            params: &params,
            before: &looked.before,
            target: None,
        };
        let found = spec.map(|spec| {
            let judged = self.pack.judge_check(spec, self.world, &having);
            match judged.map(|found| found.outcome) {
                None => "asked",
                Some(Outcome::Passed) => "passed",
                Some(Outcome::Warned) => "warned",
                Some(Outcome::Failed) => "failed",
                Some(Outcome::Unknown | Outcome::Skipped) => "unknown",
            }
        });
        self.compare(&format!("check.{}", looked.id), &looked.is, found);
    }

    fn paper(&mut self, written: &Written) {
        let of = format!("paper.{}.{}", written.paper, written.lang);
        let Some((paper, lang)) = paper(written) else {
            return self.compare(&of, "a paper", None);
        };
        match self.pack.paper(paper, lang, &words(self.pack)) {
            Err(fault) => self.fault(&of, "a text", &fault.to_string()),
            Ok(text) => {
                for part in &written.has {
                    let found = if text.contains(part) {
                        part.as_str()
                    } else {
                        "not in it"
                    };
                    self.compare(&of, part, Some(found));
                }
            }
        }
    }
}

/// What is asked of an alert: whether it fires, where the case speaks of that, else whether it is over.
fn alert_word(verdict: &AlertVerdict, expected: &str) -> &'static str {
    let asks_end = matches!(expected, "recovered" | "goes-on") || verdict.fires.is_none();
    match (asks_end, verdict.fires, verdict.recovered) {
        (true, _, Some(Truth::True)) => "recovered",
        (true, _, Some(Truth::False)) => "goes-on",
        (false, Some(Truth::True), _) => "fires",
        (false, Some(Truth::False), _) => "quiet",
        (true, _, None) => "no condition says when it is over",
        _ => "unknown",
    }
}
