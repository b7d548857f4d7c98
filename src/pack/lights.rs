//! Lights: worst wins, and the reasons are kept.

use super::{
    condition::{Condition, Truth},
    facts::Facts,
    gates::Proposal,
    runbook::Pack,
    views::World,
    watch::LightRule,
};
use jiff::Timestamp;

use crate::domain::{
    action::saying::{Saying, Stated},
    hook::HookState,
    id::LightId,
    light::{Light, LightState},
};

/// What the pack's conditions say of one of its alerts now; `None` where the pack states no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertVerdict {
    /// The alert's key in the pack.
    pub id: String,
    /// Whether it fires, for alerts that Alertmanager has no rule for.
    pub fires: Option<Truth>,
    /// Since when it fires, as far back as stored values tell: the same whoever looks, and whenever.
    pub since: Option<Timestamp>,
    /// Whether it is over.
    pub recovered: Option<Truth>,
}

/// One condition of a light, and what it comes to now.
#[derive(Debug, Clone, PartialEq)]
pub struct LightPart {
    /// The colour it speaks of.
    pub of: Light,
    pub truth: Truth,
    pub demands: Stated,
    /// Each comparison with the value it was judged on.
    pub says: Saying,
}

impl LightPart {
    /// Whether it is why the light is as it is: it makes it red or yellow, keeps it from green, or is not known.
    pub const fn is_reason(&self) -> bool {
        match (self.of, self.truth) {
            (_, Truth::Unknown) => true,
            (Light::Green, truth) => matches!(truth, Truth::False),
            (_, truth) => matches!(truth, Truth::True),
        }
    }
}

/// Worst wins: red, unknown, yellow, green.
pub(super) fn light_of(red: Truth, warn: Truth) -> Light {
    match (red, warn) {
        (Truth::True, _) => Light::Red,
        (Truth::Unknown, _) | (_, Truth::Unknown) => Light::Unknown,
        (Truth::False, Truth::True) => Light::Yellow,
        (Truth::False, Truth::False) => Light::Green,
    }
}

impl Pack {
    /// The pack's lights now, in the order it states them.
    pub fn light_states(&self, facts: &dyn Facts, hooks: &[HookState]) -> Vec<LightState> {
        let mut states: Vec<LightState> = Vec::with_capacity(self.watch.lights.len());
        let gates = self.gate_lights(facts, hooks, self.watch.lights.iter().flat_map(conditions));
        for rule in &self.watch.lights {
            let world = World {
                ids: &self.watch.ids,
                facts,
                rules: &self.watch.hooks,
                hooks,
                gates: &gates,
                lights: &states,
                action: None,
            };
            let state = light_state(rule, &world);
            states.push(state);
        }
        states
    }

    /// Every condition of a light with what it reads now: red ones, yellow ones, then those of green.
    pub fn light_parts(
        &self,
        id: &LightId,
        facts: &dyn Facts,
        hooks: &[HookState],
        lights: &[LightState],
    ) -> Vec<LightPart> {
        let Some(rule) = self.watch.lights.iter().find(|rule| rule.id == *id) else {
            return Vec::new();
        };
        let gates = self.gate_lights(facts, hooks, conditions(rule));
        let world = World {
            ids: &self.watch.ids,
            facts,
            rules: &self.watch.hooks,
            hooks,
            gates: &gates,
            lights,
            action: None,
        };
        let words = self.words(&[]);
        let part = |of: Light, condition: &Condition| LightPart {
            of,
            truth: world.judge(condition),
            demands: world.state(condition, words),
            says: world.tell(condition, words).says,
        };
        let red = rule.red.iter().map(|it| part(Light::Red, it));
        let warn = rule.warn.iter().map(|it| part(Light::Yellow, it));
        let green = rule.green.iter().map(|it| part(Light::Green, it));
        red.chain(warn).chain(green).collect()
    }

    /// What a light of this colour proposes: only yellow and red ones do.
    pub fn light_proposal(&self, id: &LightId, light: Light) -> Option<&Proposal> {
        let rule = self.watch.lights.iter().find(|rule| rule.id == *id)?;
        match light {
            Light::Yellow => rule.on_warn.as_ref(),
            Light::Red => rule.on_red.as_ref(),
            Light::Green | Light::Unknown => None,
        }
    }

    /// What the pack's conditions say of its alerts now.
    pub fn alert_verdicts(
        &self,
        facts: &dyn Facts,
        hooks: &[HookState],
        lights: &[LightState],
    ) -> Vec<AlertVerdict> {
        let asking = self.watch.alerts.iter();
        let asking = asking.flat_map(|alert| alert.fires_when.iter().chain(&alert.recovered));
        let gates = self.gate_lights(facts, hooks, asking);
        let world = World {
            ids: &self.watch.ids,
            facts,
            rules: &self.watch.hooks,
            hooks,
            gates: &gates,
            lights,
            action: None,
        };
        let judge = |condition: &Option<Condition>| {
            condition.as_ref().map(|condition| world.judge(condition))
        };
        let verdicts = self.watch.alerts.iter().map(|alert| AlertVerdict {
            id: alert.id.clone(),
            fires: judge(&alert.fires_when),
            since: (alert.fires_when.as_ref()).and_then(|condition| world.since(condition)),
            recovered: judge(&alert.recovered),
        });
        verdicts.collect()
    }
}

/// Every condition of a light.
fn conditions(rule: &LightRule) -> impl Iterator<Item = &Condition> {
    rule.red.iter().chain(&rule.warn).chain(&rule.green)
}

fn light_state(rule: &LightRule, world: &World<'_>) -> LightState {
    let judged = |conditions: &[Condition]| -> Vec<(String, Truth)> {
        let each = conditions.iter();
        each.map(|condition| (condition.describe(), world.judge(condition)))
            .collect()
    };
    let (red, warn) = (judged(&rule.red), judged(&rule.warn));
    // A green condition that fails speaks as its opposite does.
    let not_green = judged(&rule.green)
        .into_iter()
        .map(|(text, truth)| (format!("!({text})"), truth.negate()));
    let yellow: Vec<(String, Truth)> = warn.into_iter().chain(not_green).collect();
    let any = |judged: &[(String, Truth)]| {
        judged
            .iter()
            .fold(Truth::False, |any, (_, truth)| any.or(*truth))
    };
    let unknown_anywhere = red
        .iter()
        .chain(&yellow)
        .any(|(_, truth)| *truth == Truth::Unknown);
    let light = match light_of(any(&red), any(&yellow)) {
        Light::Yellow if unknown_anywhere => Light::Unknown,
        light => light,
    };
    let chosen = |truth: Truth, from: &[(String, Truth)]| -> Vec<String> {
        let those = from.iter().filter(|(_, of)| *of == truth);
        those.map(|(text, _)| text.clone()).collect()
    };
    let reasons = match light {
        Light::Red => chosen(Truth::True, &red),
        Light::Unknown => [
            chosen(Truth::Unknown, &red),
            chosen(Truth::Unknown, &yellow),
        ]
        .concat(),
        Light::Yellow => chosen(Truth::True, &yellow),
        Light::Green => Vec::new(),
    };
    LightState {
        id: rule.id.clone(),
        title: rule.title.clone(),
        light,
        reasons,
    }
}
