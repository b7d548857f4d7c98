//! The alerts that fire now, and who keeps them quiet.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::matcher::{self, Matcher};
use super::silences::{Silences, time};
use crate::sim::form::{Form, encoded};
use crate::sim::world::scenario::{InhibitFile, RouteFile, ScenarioError};
use crate::sim::world::{RuleState, World};

/// Prometheus sends a firing alert again after so many seconds.
const RESEND: f64 = 60.0;
/// And says that it is over, unless it comes again, after four times that.
const EXPIRES: f64 = 240.0;

/// An inhibition rule: while a source fires, targets with equal labels are quiet.
#[derive(Debug)]
pub struct Inhibition {
    source: Vec<Matcher>,
    target: Vec<Matcher>,
    equal: Vec<String>,
}

/// Who is told: the first child whose matchers match, else the root.
#[derive(Debug)]
pub struct Route {
    receiver: String,
    pub group_by: Vec<String>,
    children: Vec<(Vec<Matcher>, String)>,
}

fn part(message: String) -> ScenarioError {
    ScenarioError::Part {
        at: "alertmanager".to_owned(),
        message,
    }
}

impl Inhibition {
    pub fn new(file: &InhibitFile) -> Result<Self, ScenarioError> {
        let read =
            |texts: &[String]| matcher::parse_all(texts.iter().map(String::as_str)).map_err(part);
        Ok(Self {
            source: read(&file.source)?,
            target: read(&file.target)?,
            equal: file.equal.clone(),
        })
    }

    fn quiets(&self, source: &Labels, target: &Labels) -> bool {
        // An alert on both sides can't be quieted by another one that is on both sides too.
        let both = |labels: &Labels| {
            matcher::all(&self.source, labels) && matcher::all(&self.target, labels)
        };
        matcher::all(&self.source, source)
            && matcher::all(&self.target, target)
            && !(both(source) && both(target))
            && self
                .equal
                .iter()
                .all(|name| source.get(name) == target.get(name))
    }
}

impl Route {
    pub fn new(file: &RouteFile) -> Result<Self, ScenarioError> {
        let children = file
            .child
            .values()
            .map(|child| {
                let matchers =
                    matcher::parse_all(child.matchers.iter().map(String::as_str)).map_err(part)?;
                Ok((matchers, child.receiver.clone()))
            })
            .collect::<Result<_, ScenarioError>>()?;
        Ok(Self {
            receiver: file.receiver.clone(),
            group_by: file.group_by.clone(),
            children,
        })
    }

    pub fn receiver(&self, labels: &Labels) -> &str {
        let child = self
            .children
            .iter()
            .find(|(matchers, _)| matcher::all(matchers, labels));
        child.map_or(&self.receiver, |(_, receiver)| receiver)
    }

    pub fn receivers(&self) -> Vec<&str> {
        let mut names = vec![self.receiver.as_str()];
        names.extend(self.children.iter().map(|(_, receiver)| receiver.as_str()));
        names.dedup();
        names
    }
}

pub type Labels = BTreeMap<String, String>;

/// An alert as Alertmanager holds it.
#[derive(Debug, Clone)]
pub struct Firing {
    pub labels: Labels,
    pub annotations: Labels,
    pub starts: Timestamp,
    pub updated: Timestamp,
    pub ends: Timestamp,
    pub generator: String,
    pub receiver: String,
    pub silenced_by: Vec<String>,
    pub inhibited_by: Vec<String>,
}

impl Firing {
    /// FNV-1a over the sorted labels, as the real servers make it.
    pub fn fingerprint(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for (name, value) in &self.labels {
            for byte in name
                .bytes()
                .chain([0xff])
                .chain(value.bytes())
                .chain([0xff])
            {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        format!("{hash:016x}")
    }

    fn state(&self) -> &'static str {
        let quiet = !self.silenced_by.is_empty() || !self.inhibited_by.is_empty();
        if quiet { "suppressed" } else { "active" }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "annotations": self.annotations,
            "endsAt": time(self.ends),
            "fingerprint": self.fingerprint(),
            "receivers": [{ "name": self.receiver }],
            "startsAt": time(self.starts),
            "status": {
                "inhibitedBy": self.inhibited_by,
                "mutedBy": [],
                "silencedBy": self.silenced_by,
                "state": self.state(),
            },
            "updatedAt": time(self.updated),
            "generatorURL": self.generator,
            "labels": self.labels,
        })
    }
}

/// What decides about alerts, beside the world.
pub struct Rules<'a> {
    pub inhibitions: &'a [Inhibition],
    pub route: &'a Route,
    pub silences: &'a Silences,
    /// Where the Prometheus of this cluster answers.
    pub prometheus: &'a str,
}

/// All firing alerts, by fingerprint.
pub fn firing(
    world: &World,
    now: Timestamp,
    rules: &Rules<'_>,
    posted: Vec<Firing>,
) -> Vec<Firing> {
    let mut alerts: Vec<Firing> = world
        .alerts()
        .filter_map(|alert| {
            let RuleState::Firing { fired, .. } = alert.rule.state else {
                return None;
            };
            let labels = alert.labels();
            let passed = world.relative(now) - fired;
            let sent = fired + (passed / RESEND).floor().max(0.0) * RESEND;
            Some(Firing {
                annotations: alert.annotations(),
                starts: world.time(fired),
                updated: world.time(sent),
                ends: world.time(sent + EXPIRES),
                generator: format!(
                    "{}/graph?g0.expr={}&g0.tab=1",
                    rules.prometheus,
                    encoded(&alert.alert.expr)
                ),
                receiver: rules.route.receiver(&labels).to_owned(),
                silenced_by: rules.silences.silencing(&labels, now),
                inhibited_by: Vec::new(),
                labels,
            })
        })
        .collect();
    alerts.extend(posted);
    inhibit(&mut alerts, rules.inhibitions);
    alerts.sort_by_key(Firing::fingerprint);
    alerts
}

fn inhibit(alerts: &mut [Firing], inhibitions: &[Inhibition]) {
    for target in 0..alerts.len() {
        let sources = alerts.iter().enumerate().filter(|(index, source)| {
            let quieted = inhibitions
                .iter()
                .any(|rule| rule.quiets(&source.labels, &alerts[target].labels));
            *index != target && quieted
        });
        let by: Vec<String> = sources.map(|(_, source)| source.fingerprint()).collect();
        alerts[target].inhibited_by = by;
    }
}

/// What a request wants to see.
#[derive(Debug)]
pub struct Filter {
    matchers: Vec<Matcher>,
    active: bool,
    silenced: bool,
    inhibited: bool,
    receiver: Option<regex::Regex>,
}

impl Filter {
    pub fn read(form: &Form) -> Result<Self, String> {
        let flag = |name: &str| form.get(name) != Some("false");
        let receiver = form
            .get("receiver")
            .map(|text| regex::Regex::new(&format!("^(?:{text})$")))
            .transpose()
            .map_err(|error| format!("failed to parse receiver param: {error}"))?;
        Ok(Self {
            matchers: matcher::parse_all(form.all("filter"))?,
            active: flag("active"),
            silenced: flag("silenced"),
            inhibited: flag("inhibited"),
            receiver,
        })
    }

    pub fn admits(&self, alert: &Firing) -> bool {
        matcher::all(&self.matchers, &alert.labels)
            && (self.active || alert.state() != "active")
            && (self.silenced || alert.silenced_by.is_empty())
            && (self.inhibited || alert.inhibited_by.is_empty())
            && self
                .receiver
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(&alert.receiver))
    }
}

/// Alerts by the labels of the route and their receiver.
pub fn groups(alerts: &[Firing], route: &Route) -> Value {
    let mut groups: BTreeMap<(Labels, &str), Vec<Value>> = BTreeMap::new();
    for alert in alerts {
        let labels = route
            .group_by
            .iter()
            .filter_map(|name| Some((name.clone(), alert.labels.get(name)?.clone())))
            .collect();
        groups
            .entry((labels, &alert.receiver))
            .or_default()
            .push(alert.to_json());
    }
    groups
        .into_iter()
        .map(|((labels, receiver), alerts)| {
            json!({ "labels": labels, "receiver": { "name": receiver }, "alerts": alerts })
        })
        .collect()
}
