//! What a step does to pods: which end, how many are away at once, how many more there are.

use serde_json::Value;

use super::super::{live::Live, pods::Pod};
use crate::domain::action::{
    preflight::Change,
    step::{Planned, StepKind},
};

/// What a step would do to pods.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Effect {
    /// Those that would end, as far as it can be told which.
    pub ending: Vec<String>,
    /// How many would be away at once beside those that are.
    pub away: i64,
    pub more: i64,
}

impl Effect {
    /// Where it can't be told which pods end, any of them may.
    pub fn touches(&self, name: &str) -> bool {
        self.ending.iter().any(|it| it == name) || (self.ending.is_empty() && self.away > 0)
    }
}

/// What a step would do, by what it changes.
pub(super) fn effect(step: &Planned, live: &Live, pods: &[Pod], changes: &[Change]) -> Effect {
    match &step.kind {
        StepKind::DeletePod { .. } | StepKind::Evict { .. } => {
            let owners = live.0["metadata"]["ownerReferences"].as_array();
            let mut owners = owners.into_iter().flatten();
            Effect {
                ending: pods.iter().map(|it| it.name.clone()).collect(),
                away: 1,
                // Its controller makes another one.
                more: if owners.any(|it| it["controller"] == true) {
                    0
                } else {
                    -1
                },
            }
        }
        StepKind::RunCronjob { .. } => Effect {
            more: live
                .number("/spec/jobTemplate/spec/parallelism")
                .unwrap_or(1),
            ..Effect::default()
        },
        _ => {
            let replicas = changes.iter().find(|it| it.field == "spec.replicas");
            let number = |text: &Option<String>| text.as_ref()?.parse::<i64>().ok();
            let scaled =
                replicas.map(|it| (number(&it.from).unwrap_or(0), number(&it.to).unwrap_or(0)));
            let rolls = changes
                .iter()
                .any(|it| it.field.starts_with("spec.template"));
            let mut effect = scaled.map_or_else(Effect::default, |(from, to)| {
                scaled_to(live, pods, from, to)
            });
            if rolls {
                let rolling = rolled(live, pods);
                effect.away = effect.away.max(rolling.away);
                effect.ending = rolling.ending;
            }
            effect
        }
    }
}

fn is_kind(live: &Live, kind: &str) -> bool {
    live.0["kind"] == kind
}

fn scaled_to(live: &Live, pods: &[Pod], from: i64, to: i64) -> Effect {
    let gone = usize::try_from(from - to).unwrap_or(0);
    let mut ending: Vec<&Pod> = pods.iter().collect();
    if is_kind(live, "StatefulSet") {
        // The last go first.
        ending.sort_by_key(|it| std::cmp::Reverse(it.ordinal()));
        ending.truncate(gone);
    } else if gone < ending.len() {
        // Its controller chooses, when it comes to that.
        ending.clear();
    }
    let ending = if gone == 0 { Vec::new() } else { ending };
    Effect {
        ending: ending.into_iter().map(|it| it.name.clone()).collect(),
        away: (from - to).max(0),
        more: to - from,
    }
}

/// A new template ends all pods, one after the other, unless they wait for somebody to delete them.
fn rolled(live: &Live, pods: &[Pod]) -> Effect {
    let strategy = if is_kind(live, "Deployment") {
        "strategy"
    } else {
        "updateStrategy"
    };
    let strategy = &live.0["spec"][strategy];
    if strategy["type"] == "OnDelete" {
        return Effect::default();
    }
    let first = strategy["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
    let stays = |pod: &&Pod| first > 0 && pod.ordinal().is_some_and(|it| it < first);
    let ending: Vec<String> = pods
        .iter()
        .filter(|it| !stays(it))
        .map(|it| it.name.clone())
        .collect();
    let count = i64::try_from(ending.len()).unwrap_or(i64::MAX);
    let away = if strategy["type"] == "Recreate" {
        count
    } else {
        share(&strategy["rollingUpdate"]["maxUnavailable"], count)
            .unwrap_or(1)
            .min(count)
    };
    Effect {
        ending,
        away,
        more: 0,
    }
}

/// A number, or a share in percent, rounded down.
fn share(value: &Value, of: i64) -> Option<i64> {
    let percent = || value.as_str()?.strip_suffix('%')?.parse::<i64>().ok();
    value.as_i64().or_else(|| percent().map(|it| it * of / 100))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pods(names: &[&str]) -> Vec<Pod> {
        let pod = |name: &&str| Pod {
            name: (*name).to_owned(),
            object: json!({}),
        };
        names.iter().map(pod).collect()
    }

    #[test]
    fn which_pods_end_is_told_where_it_can_be() {
        let all = pods(&["db-0", "db-1", "db-10", "db-2"]);
        let set = Live(json!({"kind": "StatefulSet"}));
        let effect = scaled_to(&set, &all, 4, 2);
        assert_eq!(
            (effect.ending, effect.more, effect.away),
            (vec!["db-10".to_owned(), "db-2".to_owned()], -2, 2)
        );
        let deployment = Live(json!({"kind": "Deployment"}));
        assert_eq!(scaled_to(&deployment, &all, 4, 2).ending, [""; 0]);
        assert_eq!(scaled_to(&deployment, &all, 4, 0).ending.len(), 4);
        let more = scaled_to(&deployment, &all, 4, 6);
        assert_eq!((more.ending.len(), more.more, more.away), (0, 2, 0));
    }

    #[test]
    fn a_new_template_ends_what_its_strategy_lets_end() {
        let all = pods(&["db-0", "db-1", "db-2", "db-3"]);
        let of = |kind: &str, strategy: Value| {
            let effect = rolled(&Live(json!({"kind": kind, "spec": strategy})), &all);
            (effect.ending.len(), effect.away)
        };
        let rolling = |it: Value| json!({"type": "RollingUpdate", "rollingUpdate": it});
        assert_eq!(
            of(
                "Deployment",
                json!({"strategy": rolling(json!({"maxUnavailable": "50%"}))})
            ),
            (4, 2)
        );
        assert_eq!(
            of("Deployment", json!({"strategy": {"type": "Recreate"}})),
            (4, 4)
        );
        assert_eq!(
            of(
                "StatefulSet",
                json!({"updateStrategy": rolling(json!({"partition": 3}))})
            ),
            (1, 1)
        );
        assert_eq!(
            of(
                "StatefulSet",
                json!({"updateStrategy": {"type": "OnDelete"}})
            ),
            (0, 0)
        );
        assert_eq!(
            of(
                "DaemonSet",
                json!({"updateStrategy": rolling(json!({"maxUnavailable": 1}))})
            ),
            (4, 1)
        );
    }
}
