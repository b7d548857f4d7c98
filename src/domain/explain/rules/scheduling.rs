//! Why no node takes a pod: the scheduler's sentence, taken apart.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    explain::{Cause, Clause, Evidence, Finding, Next, Part, Say, Seen, Value},
    time::since,
};

use super::{between, finding, words};

/// A scheduler that has not looked at a pod after this is away.
const LOOKS: Duration = Duration::from_secs(30);

pub(super) fn gated(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let gated = evidence
        .condition("PodScheduled")
        .is_some_and(|condition| condition.reason == "SchedulingGated");
    let gates = &evidence.pod.scheduling_gates;
    if !gated && (gates.is_empty() || evidence.pod.detail.node.is_some()) {
        return None;
    }
    Some(finding(
        Cause::SchedulingGated,
        vec![Clause::new(Say::Gated).and("names", Value::list(gates))],
        &[Seen::State, Seen::Conditions],
        &[Next::Describe],
    ))
}

pub(super) fn unschedulable(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let pod = &evidence.pod.detail;
    if pod.node.is_some() || pod.phase != "Pending" {
        return None;
    }
    let condition = evidence.condition("PodScheduled");
    let said = condition
        .filter(|condition| condition.status == "False" && !condition.message.is_empty())
        .map(|condition| (condition.message.as_str(), Seen::Conditions));
    let said = said.or_else(|| {
        let event = evidence.event(&["FailedScheduling"])?;
        Some((event.message.as_str(), Seen::Events))
    });
    let Some((message, from)) = said else {
        return not_looked_at(evidence, now);
    };
    let (mut clauses, mut seen) = (taken_apart(message), vec![from]);
    let unbound = matches!(clauses.first(), Some(clause) if clause.say == Say::ClaimsUnbound);
    if unbound && let Part::Known(claims) = &evidence.claims {
        let names: Vec<&str> = claims.iter().map(|claim| claim.name.as_str()).collect();
        if !names.is_empty() {
            clauses[0] = Clause::new(Say::ClaimUnbound).and("names", Value::list(&names));
            seen.push(Seen::Claims);
        }
        let gone = claims.iter().filter(|claim| claim.phase.is_none());
        clauses.extend(
            gone.map(|claim| Clause::new(Say::ClaimMissing).and("name", claim.name.as_str())),
        );
    }
    Some(finding(
        Cause::Unschedulable,
        clauses,
        &seen,
        &[Next::Events, Next::Describe, Next::Node],
    ))
}

fn not_looked_at(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let created = evidence.pod.detail.created?;
    (since(created, now) > LOOKS && evidence.condition("PodScheduled").is_none()).then(|| {
        finding(
            Cause::Unschedulable,
            vec![Clause::new(Say::NotScheduled)],
            &[Seen::Conditions, Seen::Events],
            &[Next::Events, Next::Describe],
        )
    })
}

/// `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint {a: b}. preemption: …`
fn taken_apart(message: &str) -> Vec<Clause> {
    let message = message.trim();
    if let Some(name) = between(message, "persistentvolumeclaim \"", "\" not found") {
        return vec![Clause::new(Say::ClaimMissing).and("name", name)];
    }
    if message.contains("exceeded quota") {
        return vec![Clause::new(Say::QuotaExceeded).and("words", Value::words(message))];
    }
    if message.starts_with("no nodes available") {
        return vec![Clause::new(Say::NoNodes)];
    }
    let head = message.split_once(" nodes are available");
    let Some((counts, rest)) = head else {
        if message.contains("unbound immediate PersistentVolumeClaims") {
            return vec![Clause::new(Say::ClaimsUnbound)];
        }
        return words(message).into_iter().collect();
    };
    let all = counts
        .split_once('/')
        .and_then(|(_, all)| all.trim().parse::<u32>().ok());
    let Some(all) = all else {
        return words(message).into_iter().collect();
    };
    if all == 0 {
        return vec![Clause::new(Say::NoNodes)];
    }
    let reasons = rest.trim_start_matches([':', ' ']);
    // What follows the first sentence tells of preemption and of claims that could be freed.
    let reasons = reasons.split(" preemption:").next().unwrap_or(reasons);
    let reasons = reasons.split(". ").next().unwrap_or(reasons);
    let mut parts: Vec<(u32, Clause)> = reasons
        .trim()
        .trim_end_matches('.')
        .split(", ")
        .filter_map(|reason| reason_of(reason.trim(), all))
        .collect();
    // What most nodes lack comes first.
    parts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let unbound = parts
        .iter()
        .position(|(_, clause)| clause.say == Say::ClaimsUnbound);
    let mut clauses = Vec::new();
    if let Some(at) = unbound {
        clauses.push(parts.remove(at).1);
    } else {
        clauses.push(Clause::new(Say::NoNodeFits).and("all", all));
    }
    clauses.extend(parts.into_iter().map(|(_, clause)| clause));
    clauses
}

/// One reason, with the number of nodes it holds for.
fn reason_of(reason: &str, all: u32) -> Option<(u32, Clause)> {
    let (count, said) = match reason.split_once(' ') {
        Some((count, said)) => match count.parse::<u32>() {
            Ok(count) => (count, said),
            Err(_) => (all, reason),
        },
        None => (all, reason),
    };
    let said = said
        .trim_start_matches("node(s) ")
        .trim_end_matches('.')
        .trim();
    if said.is_empty() {
        return None;
    }
    let clause = if let Some(resource) = said.strip_prefix("Insufficient ") {
        Clause::new(Say::LackOf).and("resource", resource)
    } else if said.contains("untolerated taint") {
        let taint = between(said, "{", "}").unwrap_or_default();
        let taint = taint.trim_end_matches([':', ' ']);
        Clause::new(Say::Tainted).and("taint", taint)
    } else if said.contains("unbound immediate PersistentVolumeClaims") {
        Clause::new(Say::ClaimsUnbound)
    } else if said.contains("anti-affinity") {
        Clause::new(Say::AntiAffinity)
    } else if said.contains("volume node affinity conflict")
        || said.contains("available persistent volumes")
    {
        Clause::new(Say::VolumeZone)
    } else if said.contains("affinity") || said.contains("selector") {
        Clause::new(Say::AffinityMissed)
    } else if said.contains("topology spread") {
        Clause::new(Say::SpreadMissed)
    } else if said.contains("were unschedulable") {
        Clause::new(Say::NodesCordoned)
    } else if said.contains("free ports") {
        Clause::new(Say::PortsTaken)
    } else if said.contains("Too many pods") {
        Clause::new(Say::TooManyPods)
    } else {
        Clause::new(Say::OtherReason).and("words", Value::words(said))
    };
    if clause.say == Say::ClaimsUnbound {
        return Some((count, clause));
    }
    Some((count, clause.and("count", count).and("all", all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> Vec<(Say, Option<Value>)> {
        let clauses = taken_apart(message);
        let told = clauses.iter();
        told.map(|clause| (clause.say, clause.arg("count").cloned()))
            .collect()
    }

    #[test]
    fn the_schedulers_sentence_is_taken_apart() {
        let count = |count: u32| Some(Value::from(count));
        assert_eq!(
            told(
                "0/6 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, \
                 2 Insufficient cpu, 4 Insufficient memory, 1 node(s) didn't match Pod's node affinity/selector. \
                 preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling."
            ),
            [
                (Say::NoNodeFits, None),
                (Say::LackOf, count(4)),
                (Say::LackOf, count(2)),
                (Say::Tainted, count(1)),
                (Say::AffinityMissed, count(1)),
            ]
        );
        assert_eq!(
            told("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
            [(Say::ClaimsUnbound, None)]
        );
        assert_eq!(
            told("no nodes available to schedule pods"),
            [(Say::NoNodes, None)]
        );
        assert_eq!(
            told(
                "0/8 nodes are available: 8 Insufficient cpu. no new claims to deallocate, preemption: 0/8 nodes"
            ),
            [(Say::NoNodeFits, None), (Say::LackOf, count(8))]
        );
        assert_eq!(told("something new"), [(Say::TheWords, None)]);
        assert_eq!(
            told("0/2 nodes are available: 2 node(s) were on fire."),
            [(Say::NoNodeFits, None), (Say::OtherReason, count(2))]
        );
    }
}
