//! `[drill.*]` of `routine.toml`: what is practised, how often, and what would be right.

mod read;

use std::time::Duration;

use super::{AlertSpec, Judged, Pack, actions::ActionWorld, condition::Condition, facts::Facts};
use crate::domain::{
    calendar::Calendar,
    id::{ActionId, CheckId},
    text::Text,
};

pub(super) use self::read::{Names, read};

/// How long each part of a drill may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DrillLimits {
    /// From the trigger until somebody takes care of it.
    pub acknowledge: Option<Duration>,
    /// From the trigger until the first right action.
    pub act: Option<Duration>,
    /// From the trigger until it is recovered.
    pub recover: Option<Duration>,
}

/// Something that is practised.
#[derive(Debug)]
pub struct DrillSpec {
    pub id: String,
    pub title: Text,
    /// Of what type it is, as the team's register calls it.
    pub kind: Option<Text>,
    /// The script that is followed: `DR-01`, a document.
    pub script: Option<Text>,
    /// What the embedded cluster plays; `None`: it is held by hand, elsewhere.
    pub scenario: Option<String>,
    pub role: Option<String>,
    /// The alerts by which it shows, by their keys.
    pub alerts: Vec<String>,
    /// The hooks by which it shows.
    pub hooks: Vec<String>,
    /// Actions that are right in it.
    pub right: Vec<ActionId>,
    /// Actions that are neither right nor wrong.
    pub also: Vec<ActionId>,
    pub limits: DrillLimits,
    pub due: Calendar,
    pub(super) recovered: Option<Condition>,
}

impl DrillSpec {
    /// The conditions that are judged on stored windows.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.recovered.iter()
    }

    /// The check by which it is due: it stands among the others of the routine.
    pub fn check(&self) -> CheckId {
        check_of(&self.id)
    }
}

fn check_of(id: &str) -> CheckId {
    format!("drill-{id}").into()
}

impl Pack {
    /// In the order of the file.
    pub fn drills(&self) -> &[DrillSpec] {
        &self.drills
    }

    /// A drill by its key, else the first that plays a scenario of this name.
    pub fn drill(&self, name: &str) -> Option<&DrillSpec> {
        let by_id = self.drills.iter().find(|drill| drill.id == name);
        by_id.or_else(|| {
            let mut all = self.drills.iter();
            all.find(|drill| drill.scenario.as_deref() == Some(name))
        })
    }

    fn trigger(&self, drill: &DrillSpec) -> Option<&AlertSpec> {
        let id = drill.alerts.first()?;
        self.watch.alerts.iter().find(|alert| alert.id == *id)
    }

    /// How long its parts may take: its own limits, else those that the severity of its first alert gives.
    pub fn drill_limits(&self, drill: &DrillSpec) -> DrillLimits {
        let alert = self.trigger(drill);
        let severity = alert.and_then(|alert| self.severity(alert.severity));
        let own = drill.limits;
        DrillLimits {
            acknowledge: own.acknowledge.or_else(|| alert?.respond),
            act: own.act,
            recover: own.recover.or_else(|| severity?.restore),
        }
    }

    /// Whether it is over by what the pack says; `None` where it says nothing.
    pub fn judge_drill(
        &self,
        drill: &DrillSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        match &drill.recovered {
            Some(condition) => Some(self.judge_with(&[], condition, facts, world)),
            None => self.judge_recovered(self.trigger(drill)?, facts, world),
        }
    }
}
