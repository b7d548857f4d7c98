//! What befalls a pod as a whole: its end, its node, its place.

use super::*;

#[expect(clippy::too_many_lines, reason = "a table, one case after the other")]
pub(super) fn of_the_pod() -> Vec<Case> {
    let deleted = |ends: i64| {
        with(pod("Running", one(running(900))), |it| {
            it.pod.deletion = Some(Deletion {
                ends: ago(ends),
                grace: Duration::from_secs(30),
            });
        })
    };
    let failed = |reason: &str, message: &str| {
        with(pod("Failed", one(ContainerState::Unknown)), |it| {
            it.pod.reason = reason.to_owned();
            it.pod.message = message.to_owned();
        })
    };
    let disrupted = |reason: &str| {
        with(failed("", ""), |it| {
            let condition = condition("DisruptionTarget", "True", reason, "why it was");
            it.pod.detail.conditions.push(condition);
        })
    };
    let node = |state| {
        with(pod("Running", one(running(900))), |it| {
            it.node = Part::Known(NodeFacts {
                name: "node-1".to_owned(),
                state,
            });
        })
    };
    let silent = NodeState {
        ready: false,
        since: Some(ago(300)),
        pressures: Vec::new(),
    };
    vec![
        (
            "finalizers",
            with(deleted(300), |it| {
                it.pod.finalizers = vec!["a/b".to_owned()];
            }),
            Cause::StuckTerminating,
            Say::HeldByFinalizers,
        ),
        (
            "past its grace",
            deleted(300),
            Cause::StuckTerminating,
            Say::PastGrace,
        ),
        (
            "in its grace",
            deleted(-20),
            Cause::Terminating,
            Say::Ending,
        ),
        (
            "evicted by its kubelet",
            failed(
                "Evicted",
                "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi",
            ),
            Cause::Evicted,
            Say::EvictedFor,
        ),
        (
            "evicted for itself",
            failed(
                "Evicted",
                "Pod ephemeral local storage usage exceeds the total limit",
            ),
            Cause::Evicted,
            Say::EvictedPlain,
        ),
        (
            "drained",
            disrupted("EvictionByEvictionAPI"),
            Cause::Evicted,
            Say::EvictedByApi,
        ),
        (
            "tainted",
            disrupted("DeletionByTaintManager"),
            Cause::Evicted,
            Say::EvictedByTaint,
        ),
        (
            "preempted",
            disrupted("PreemptionByScheduler"),
            Cause::Preempted,
            Say::PreemptedBy,
        ),
        (
            "past its deadline",
            with(
                failed("DeadlineExceeded", "active on the node longer"),
                |it| {
                    it.pod.deadline = Some(Duration::from_secs(60));
                },
            ),
            Cause::DeadlineExceeded,
            Say::PastDeadline,
        ),
        (
            "node silent",
            node(Some(silent)),
            Cause::NodeLost,
            Say::NodeNotReady,
        ),
        ("node gone", node(None), Cause::NodeLost, Say::NodeGone),
        (
            "refused",
            failed("OutOfcpu", "Node didn't have enough"),
            Cause::Refused,
            Say::RefusedBy,
        ),
        (
            "shut down",
            failed("Terminated", "imminent node shutdown"),
            Cause::Refused,
            Say::NodeShutDown,
        ),
        (
            "completed",
            pod("Succeeded", one(dead("Completed", 0, 60))),
            Cause::Completed,
            Say::DoneAt,
        ),
    ]
}

pub(super) fn of_the_scheduler() -> Vec<Case> {
    let said = |reason: &str, message: &str| {
        with(pending(one(ContainerState::Unknown)), |it| {
            let condition = condition("PodScheduled", "False", reason, message);
            it.pod.detail.conditions.push(condition);
        })
    };
    let unbound =
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found";
    vec![
        (
            "gated",
            with(said("SchedulingGated", "blocked"), |it| {
                it.pod.scheduling_gates = vec!["quota".to_owned()];
            }),
            Cause::SchedulingGated,
            Say::Gated,
        ),
        (
            "no room",
            said(
                "Unschedulable",
                "0/3 nodes are available: 3 Insufficient cpu.",
            ),
            Cause::Unschedulable,
            Say::NoNodeFits,
        ),
        (
            "claims",
            with(said("Unschedulable", unbound), |it| {
                it.claims = Part::Known(vec![ClaimFacts {
                    name: "data".to_owned(),
                    phase: Some("Pending".to_owned()),
                }]);
            }),
            Cause::Unschedulable,
            Say::ClaimUnbound,
        ),
        (
            "claims that may not be read",
            said("Unschedulable", unbound),
            Cause::Unschedulable,
            Say::ClaimsUnbound,
        ),
        (
            "no claim",
            said("Unschedulable", "persistentvolumeclaim \"data\" not found"),
            Cause::Unschedulable,
            Say::ClaimMissing,
        ),
        (
            "nobody looked",
            pending(one(ContainerState::Unknown)),
            Cause::Unschedulable,
            Say::NotScheduled,
        ),
    ]
}
