//! The table of pods: READY, STATUS and RESTARTS by the rules that the API server prints them by.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AGE, NAME, View, age, list, name, number, or_none, since, text};

pub const VIEW: View = View {
    columns: &[
        NAME,
        ("Ready", "string", true),
        ("Status", "string", true),
        ("Restarts", "string", true),
        AGE,
        ("IP", "string", false),
        ("Node", "string", false),
        ("Nominated Node", "string", false),
        ("Readiness Gates", "string", false),
    ],
    cells,
};

/// What is counted over the containers of a pod.
#[derive(Default)]
struct Count {
    ready: usize,
    total: usize,
    restarts: Restarts,
    /// Those of sidecars alone: all of the init containers' that still count once the pod is initialized.
    of_sidecars: Restarts,
}

#[derive(Clone, Copy, Default)]
struct Restarts {
    count: i64,
    last: Option<Timestamp>,
}

impl Restarts {
    fn add(&mut self, status: &Value) {
        self.count += number(status, "/restartCount");
        let finished = text(status, "/lastState/terminated/finishedAt");
        self.last = self.last.max(finished.parse().ok());
    }
}

fn cells(pod: &Value, now: Timestamp) -> Vec<Value> {
    let mut count = Count {
        total: list(pod, "/spec/containers").len(),
        ..Count::default()
    };
    let mut status = own_reason(pod);
    let initializing = init_state(pod, &mut count, &mut status);
    if !initializing || holds(pod, "Initialized") {
        main_state(pod, &mut count, &mut status);
    }
    if !text(pod, "/metadata/deletionTimestamp").is_empty() {
        status = if text(pod, "/status/reason") == "NodeLost" {
            "Unknown".to_owned()
        } else if is_terminal(text(pod, "/status/phase")) {
            status
        } else {
            "Terminating".to_owned()
        };
    }
    let restarts = match count.restarts {
        Restarts {
            count,
            last: Some(at),
        } if count > 0 => {
            format!("{count} ({} ago)", since(&at.to_string(), now))
        }
        Restarts { count, .. } => count.to_string(),
    };
    vec![
        name(pod),
        format!("{}/{}", count.ready, count.total).into(),
        status.into(),
        restarts.into(),
        age(pod, now),
        or_none(text(pod, "/status/podIP")),
        or_none(text(pod, "/spec/nodeName")),
        or_none(text(pod, "/status/nominatedNodeName")),
        readiness_gates(pod),
    ]
}

fn holds(pod: &Value, condition: &str) -> bool {
    list(pod, "/status/conditions")
        .iter()
        .any(|one| text(one, "/type") == condition && text(one, "/status") == "True")
}

fn readiness_gates(pod: &Value) -> Value {
    let gates = list(pod, "/spec/readinessGates");
    if gates.is_empty() {
        return json!("<none>");
    }
    let open = gates
        .iter()
        .filter(|gate| holds(pod, text(gate, "/conditionType")))
        .count();
    json!(format!("{open}/{}", gates.len()))
}

fn is_terminal(phase: &str) -> bool {
    matches!(phase, "Succeeded" | "Failed")
}

fn own_reason(pod: &Value) -> String {
    let gated = list(pod, "/status/conditions").iter().any(|condition| {
        text(condition, "/type") == "PodScheduled"
            && text(condition, "/reason") == "SchedulingGated"
    });
    let reason = text(pod, "/status/reason");
    if gated {
        "SchedulingGated".to_owned()
    } else if reason.is_empty() {
        text(pod, "/status/phase").to_owned()
    } else {
        reason.to_owned()
    }
}

fn ended(terminated: &Value) -> String {
    let reason = text(terminated, "/reason");
    if !reason.is_empty() {
        return reason.to_owned();
    }
    match number(terminated, "/signal") {
        0 => format!("ExitCode:{}", number(terminated, "/exitCode")),
        signal => format!("Signal:{signal}"),
    }
}

/// The init containers; `true` while they are not through.
fn init_state(pod: &Value, count: &mut Count, status: &mut String) -> bool {
    let specs = list(pod, "/spec/initContainers");
    let sidecar = |name: &str| {
        let spec = specs.iter().find(|spec| text(spec, "/name") == name);
        spec.is_some_and(|spec| text(spec, "/restartPolicy") == "Always")
    };
    count.total += specs
        .iter()
        .filter(|s| text(s, "/restartPolicy") == "Always")
        .count();
    for (index, one) in list(pod, "/status/initContainerStatuses")
        .iter()
        .enumerate()
    {
        count.restarts.add(one);
        if sidecar(text(one, "/name")) {
            count.of_sidecars.add(one);
        }
        let terminated = &one["state"]["terminated"];
        if !terminated.is_null() && number(terminated, "/exitCode") == 0 {
            continue;
        }
        if sidecar(text(one, "/name")) && one["started"] == true {
            if one["ready"] == true {
                count.ready += 1;
            }
            continue;
        }
        let waiting = text(one, "/state/waiting/reason");
        *status = if !terminated.is_null() {
            format!("Init:{}", ended(terminated))
        } else if !waiting.is_empty() && waiting != "PodInitializing" {
            format!("Init:{waiting}")
        } else {
            format!("Init:{index}/{}", specs.len())
        };
        return true;
    }
    false
}

fn main_state(pod: &Value, count: &mut Count, status: &mut String) {
    count.restarts = count.of_sidecars;
    let mut has_running = false;
    let mut failure = None;
    for one in list(pod, "/status/containerStatuses").iter().rev() {
        count.restarts.add(one);
        let waiting = text(one, "/state/waiting/reason");
        let terminated = &one["state"]["terminated"];
        if !waiting.is_empty() {
            waiting.clone_into(status);
        } else if !terminated.is_null() {
            *status = ended(terminated);
            if number(terminated, "/exitCode") != 0 {
                failure = Some(status.clone());
            }
        } else if one["ready"] == true && !one["state"]["running"].is_null() {
            has_running = true;
            count.ready += 1;
        }
    }
    if status == "Completed" {
        if has_running && holds(pod, "Ready") {
            "Running".clone_into(status);
        } else if let Some(failure) = failure {
            *status = failure;
        } else if has_running {
            "NotReady".clone_into(status);
        }
    }
}
