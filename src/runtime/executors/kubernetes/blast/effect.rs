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
            let mut effect = match scaled {
                Some((from, to)) => scaled_to(live, pods, from, to),
                None => Effect::default(),
            };
            if let Some(start) = started(changes) {
                let wanted = live.number("/spec/replicas").unwrap_or(1);
                let to = scaled.map_or(wanted, |(_, to)| to);
                effect.ending = outside(pods, start, to);
                effect.away = count(&effect.ending);
            }
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

/// From which ordinal on a set would have its pods, where that changes.
fn started(changes: &[Change]) -> Option<i64> {
    let start = changes.iter().find(|it| {
        let field = it.field.as_str();
        field == "spec.ordinals.start" || field == "spec.ordinals"
    })?;
    // What is taken away, or given as a whole, is told by the digits in it.
    let digits = start.to.as_deref().unwrap_or("0");
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    Some(digits.parse().unwrap_or(0))
}

/// The pods of a set that are none of its any more, the last first.
fn outside(pods: &[Pod], start: i64, wanted: i64) -> Vec<String> {
    let mut ending: Vec<&Pod> = pods
        .iter()
        .filter(|it| {
            it.ordinal()
                .is_none_or(|it| it < start || it >= start + wanted)
        })
        .collect();
    ending.sort_by_key(|it| std::cmp::Reverse(it.ordinal()));
    ending.into_iter().map(|it| it.name.clone()).collect()
}

fn count(names: &[String]) -> i64 {
    i64::try_from(names.len()).unwrap_or(i64::MAX)
}

/// The ordinal of the first pod of a set.
fn first(live: &Live) -> i64 {
    live.number("/spec/ordinals/start").unwrap_or(0)
}

fn scaled_to(live: &Live, pods: &[Pod], from: i64, to: i64) -> Effect {
    let gone = usize::try_from(from - to).unwrap_or(0);
    let ending = if gone == 0 {
        Vec::new()
    } else if is_kind(live, "StatefulSet") {
        outside(pods, first(live), to)
    } else if gone < pods.len() {
        // Its controller chooses, when it comes to that.
        Vec::new()
    } else {
        pods.iter().map(|it| it.name.clone()).collect()
    };
    Effect {
        ending,
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
    // It counts from the first pod there is, whatever its ordinal.
    let kept = strategy["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
    let start = first(live);
    let stays = |pod: &&Pod| kept > 0 && pod.ordinal().is_some_and(|it| it < start + kept);
    let ending: Vec<String> = pods
        .iter()
        .filter(|it| !stays(it))
        .map(|it| it.name.clone())
        .collect();
    let count = count(&ending);
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
    fn a_set_may_begin_at_another_number() {
        let all = pods(&["db-5", "db-6", "db-7"]);
        let set = Live(
            json!({"kind": "StatefulSet", "spec": {"replicas": 3, "ordinals": {"start": 5},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}}),
        );
        assert_eq!(scaled_to(&set, &all, 3, 2).ending, ["db-7"]);
        assert_eq!(rolled(&set, &all).ending, ["db-7"]);
        let moved = |from: Option<&str>, to: Option<&str>, field: &str| Change {
            of: crate::domain::action::target::Target::Named {
                name: "db".to_owned(),
            },
            field: field.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        let ending = |changes: &[Change]| {
            let start = started(changes)?;
            Some(outside(&all, start, 3))
        };
        let later = moved(Some("5"), Some("7"), "spec.ordinals.start");
        assert_eq!(ending(&[later]).unwrap(), ["db-6", "db-5"]);
        let none = moved(Some("{\"start\":5}"), None, "spec.ordinals");
        assert_eq!(ending(&[none]).unwrap(), ["db-7", "db-6", "db-5"]);
        assert_eq!(
            ending(&[moved(Some("1"), Some("2"), "spec.replicas")]),
            None
        );
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
