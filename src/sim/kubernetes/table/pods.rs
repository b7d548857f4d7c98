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
    restarts: i64,
    last_restart: Option<Timestamp>,
}

fn cells(pod: &Value, now: Timestamp) -> Vec<Value> {
    let mut count = Count {
        total: list(pod, "/spec/containers").len(),
        ..Count::default()
    };
    let mut status = own_reason(pod);
    let initializing = init_state(pod, &mut count, &mut status);
    if !initializing {
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
    let restarts = match count.last_restart {
        Some(at) if count.restarts > 0 => {
            format!("{} ({} ago)", count.restarts, since(&at.to_string(), now))
        }
        _ => count.restarts.to_string(),
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
        json!("<none>"),
    ]
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

fn finished_at(status: &Value) -> Option<Timestamp> {
    text(status, "/lastState/terminated/finishedAt")
        .parse()
        .ok()
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
        count.restarts += number(one, "/restartCount");
        count.last_restart = count.last_restart.max(finished_at(one));
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
    let mut restarts = 0;
    let mut last = None;
    let mut has_running = false;
    let mut failure = None;
    for one in list(pod, "/status/containerStatuses").iter().rev() {
        restarts += number(one, "/restartCount");
        last = last.max(finished_at(one));
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
    count.restarts += restarts;
    count.last_restart = count.last_restart.max(last);
    if status == "Completed" {
        let ready = list(pod, "/status/conditions")
            .iter()
            .any(|c| text(c, "/type") == "Ready" && text(c, "/status") == "True");
        if has_running && ready {
            "Running".clone_into(status);
        } else if let Some(failure) = failure {
            *status = failure;
        } else if has_running {
            "NotReady".clone_into(status);
        }
    }
}
