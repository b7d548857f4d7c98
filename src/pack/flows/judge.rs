//! The conditions of flows and incidents, judged on the world as it is now.

use super::{FlowSpec, IncidentSpec, RungSpec, StageSpec, StepSpec};
use crate::pack::{ActionWorld, AlertSpec, Facts, Judged, Pack, condition::Condition};

impl Pack {
    /// In the order of the file.
    pub fn flows(&self) -> &[FlowSpec] {
        &self.playbook.flows
    }

    pub fn flow(&self, id: &str) -> Option<&FlowSpec> {
        self.playbook.flows.iter().find(|flow| flow.id == id)
    }

    /// How its team leads an incident.
    pub const fn incident(&self) -> &IncidentSpec {
        &self.playbook.incident
    }

    /// Whether a stage is called for; `None` where it always is.
    pub fn judge_stage(
        &self,
        stage: &StageSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_plain(stage.when.as_ref()?, facts, world))
    }

    /// Whether a step is called for; `None` where it always is.
    pub fn judge_called(
        &self,
        step: &StepSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_plain(step.when.as_ref()?, facts, world))
    }

    /// What a step checks.
    pub fn judge_step(
        &self,
        step: &StepSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_plain(step.check.as_ref()?, facts, world))
    }

    /// Whether a rung of the ladder back may be called reached; `None` where only evidence says it.
    pub fn judge_rung(
        &self,
        rung: &RungSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_plain(rung.gate.as_ref()?, facts, world))
    }

    /// Whether an alert is over by what the pack says; `None` where it says nothing.
    pub fn judge_recovered(
        &self,
        alert: &AlertSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Option<Judged> {
        Some(self.judge_plain(alert.recovered.as_ref()?, facts, world))
    }

    /// The severities whose conditions hold now for an incident with this impact, the gravest first, and why.
    pub fn proposed_severities(
        &self,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Vec<(String, Judged)> {
        let rules = self.playbook.incident.proposes.iter();
        let mut found: Vec<(String, Judged)> = rules
            .map(|rule| {
                let impact = &self.playbook.incident.impact;
                let judged = self.judge_with(impact, &rule.is, facts, world);
                (rule.severity.clone(), judged)
            })
            .filter(|(_, judged)| judged.truth == crate::pack::Truth::True)
            .collect();
        found.sort_by_key(|(id, _)| self.severities().iter().position(|it| it.id == *id));
        found
    }

    pub(in crate::pack) fn judge_plain(
        &self,
        condition: &Condition,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Judged {
        self.judge_with(&[], condition, facts, world)
    }
}
