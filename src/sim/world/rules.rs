//! Alerting rules: inactive, pending for a while, firing.

use super::scenario::Alert;

/// Where an alerting rule stands; times in seconds relative to the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RuleState {
    Inactive,
    Pending { since: f64 },
    Firing { since: f64, fired: f64 },
}

/// An alerting rule as it runs.
#[derive(Debug, Clone)]
pub struct Rule {
    pub state: RuleState,
    pub value: f64,
    /// When it stopped firing, the last time it did.
    pub resolved: Option<f64>,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            state: RuleState::Inactive,
            value: f64::NAN,
            resolved: None,
        }
    }
}

impl Rule {
    /// One evaluation at `at`.
    pub fn step(&mut self, alert: &Alert, at: f64, holds: bool, value: f64) {
        self.value = value;
        self.state = match (self.state, holds) {
            (RuleState::Firing { .. }, false) => {
                self.resolved = Some(at);
                RuleState::Inactive
            }
            (_, false) => RuleState::Inactive,
            (RuleState::Inactive, true) if alert.wait <= 0.0 => RuleState::Firing {
                since: at,
                fired: at,
            },
            (RuleState::Inactive, true) => RuleState::Pending { since: at },
            (RuleState::Pending { since }, true) if at - since >= alert.wait => {
                RuleState::Firing { since, fired: at }
            }
            (state, true) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::formula::Formula;

    #[test]
    fn a_rule_waits_before_it_fires() {
        let alert = Alert {
            name: "A".into(),
            group: "g".into(),
            expr: "up == 0".into(),
            when: Formula::Number(1.0),
            value: Formula::Number(1.0),
            wait: 120.0,
            labels: std::collections::BTreeMap::default(),
            annotations: std::collections::BTreeMap::default(),
        };
        let mut rule = Rule::default();
        rule.step(&alert, 0.0, true, 1.0);
        assert_eq!(rule.state, RuleState::Pending { since: 0.0 });
        rule.step(&alert, 60.0, false, 0.0);
        assert_eq!(rule.state, RuleState::Inactive);
        rule.step(&alert, 75.0, true, 1.0);
        rule.step(&alert, 195.0, true, 1.0);
        assert_eq!(
            rule.state,
            RuleState::Firing {
                since: 75.0,
                fired: 195.0
            }
        );
        assert_eq!(rule.resolved, None);
        rule.step(&alert, 210.0, false, 0.0);
        assert_eq!(rule.resolved, Some(210.0));
    }
}
