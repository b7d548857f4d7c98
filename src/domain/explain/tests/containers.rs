//! How containers that run fare: memory, exits, probes, gates.

use super::*;

#[expect(clippy::too_many_lines, reason = "a table, one case after the other")]
pub(super) fn of_the_containers() -> Vec<Case> {
    let back_off = |reason: &str, code| {
        let mut main = container("main", waiting("CrashLoopBackOff", "back-off 40s"));
        main.last_state = Some(dead(reason, code, 30));
        main.restarts = 4;
        pod("Running", vec![main])
    };
    let probed = |kind: &str, said: &str| {
        let mut main = container("main", running(900));
        main.probes = vec![format!("{kind} http-get :8080/")];
        with(pod("Running", vec![main]), |it| {
            if !said.is_empty() {
                event(it, "Unhealthy", said, 5);
            }
        })
    };
    let ready = |last: Option<ContainerState>, since| {
        let mut main = container("main", running(since));
        main.ready = true;
        main.last_state = last;
        pod("Running", vec![main])
    };
    let liveness = with(back_off("Error", 137), |it| {
        it.pod.detail.containers[0].probes = vec!["liveness http-get :8080/".to_owned()];
        event(
            it,
            "Unhealthy",
            "Liveness probe failed: HTTP probe failed with statuscode: 500",
            40,
        );
        event(
            it,
            "Killing",
            "Container main failed liveness probe, will be restarted",
            35,
        );
    });
    let gate = with(ready(None, 900), |it| {
        it.pod.readiness_gates = vec!["target-health.example/lb".to_owned()];
        it.pod.detail.conditions = vec![
            condition("ContainersReady", "True", "", ""),
            condition("Ready", "False", "ReadinessGatesNotReady", ""),
        ];
    });
    vec![
        (
            "memory",
            killed_for_memory(),
            Cause::OutOfMemory,
            Say::HitLimit,
        ),
        ("exit", back_off("Error", 3), Cause::Crashed, Say::Exits),
        (
            "signal",
            back_off("Error", 139),
            Cause::Crashed,
            Say::Killed,
        ),
        (
            "ends well",
            back_off("Completed", 0),
            Cause::EndsAndRestarts,
            Say::EndsWell,
        ),
        ("liveness", liveness, Cause::LivenessFailed, Say::ProbeKills),
        (
            "startup",
            with(probed("startup", "Startup probe failed: dial tcp"), |it| {
                it.pod.containers = vec![facts("main", Some(false), None)];
            }),
            Cause::StartupFailed,
            Say::StartupProbe,
        ),
        (
            "readiness",
            probed("readiness", "Readiness probe failed: 503"),
            Cause::ReadinessFailed,
            Say::ProbeFails,
        ),
        (
            "not ready unsaid",
            probed("readiness", ""),
            Cause::ReadinessFailed,
            Say::NotReadyUnsaid,
        ),
        ("gate", gate, Cause::ReadinessGate, Say::GatesOpen),
        (
            "came back",
            ready(Some(dead("OOMKilled", 137, 1_810)), 1_800),
            Cause::OutOfMemory,
            Say::HitLimit,
        ),
        ("well", ready(None, 900), Cause::Well, Say::RunsWell),
        (
            "well since yesterday",
            ready(Some(dead("Error", 1, 90_000)), 89_000),
            Cause::Well,
            Say::RunsWell,
        ),
        (
            "nothing says",
            pod("Running", one(running(900))),
            Cause::Unknown,
            Say::NothingSays,
        ),
    ]
}
