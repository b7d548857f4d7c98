//! The tables of everything that is not a workload.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AGE, NAME, View, age, labels, list, name, number, or_none, since, text};

/// A kind without columns of its own.
pub const ANYTHING: View = View {
    columns: &[NAME, AGE],
    cells: |value, now| vec![name(value), age(value, now)],
};

pub const NODES: View = View {
    columns: &[
        NAME,
        ("Status", "string", true),
        ("Roles", "string", true),
        AGE,
        ("Version", "string", true),
        ("Internal-IP", "string", false),
        ("External-IP", "string", false),
        ("OS-Image", "string", false),
        ("Kernel-Version", "string", false),
        ("Container-Runtime", "string", false),
    ],
    cells: |value, now| {
        let info = |part: &str| or_none(text(value, &format!("/status/nodeInfo/{part}")));
        let address = |kind: &str| {
            let found = list(value, "/status/addresses")
                .iter()
                .find(|a| a["type"] == kind);
            or_none(found.map_or("", |address| text(address, "/address")))
        };
        vec![
            name(value),
            node_status(value).into(),
            roles(value).into(),
            age(value, now),
            info("kubeletVersion"),
            address("InternalIP"),
            address("ExternalIP"),
            info("osImage"),
            info("kernelVersion"),
            info("containerRuntimeVersion"),
        ]
    },
};

fn node_status(node: &Value) -> String {
    let conditions = list(node, "/status/conditions");
    let ready = conditions.iter().find(|c| text(c, "/type") == "Ready");
    let mut status = match ready.map(|c| text(c, "/status")) {
        Some("True") => "Ready".to_owned(),
        Some(_) => "NotReady".to_owned(),
        None => "Unknown".to_owned(),
    };
    if node["spec"]["unschedulable"] == true {
        status.push_str(",SchedulingDisabled");
    }
    status
}

fn roles(node: &Value) -> String {
    let labels = node["metadata"]["labels"].as_object();
    let roles = labels.into_iter().flatten();
    let roles: Vec<&str> = roles
        .filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/"))
        .collect();
    if roles.is_empty() {
        "<none>".to_owned()
    } else {
        roles.join(",")
    }
}

pub const NAMESPACES: View = View {
    columns: &[NAME, ("Status", "string", true), AGE],
    cells: |value, now| {
        vec![
            name(value),
            text(value, "/status/phase").into(),
            age(value, now),
        ]
    },
};

pub const EVENTS: View = View {
    columns: &[
        ("Last Seen", "string", true),
        ("Type", "string", true),
        ("Reason", "string", true),
        ("Object", "string", true),
        ("Subobject", "string", false),
        ("Source", "string", false),
        ("Message", "string", true),
        ("First Seen", "string", false),
        ("Count", "string", false),
        ("Name", "string", false),
    ],
    cells: events,
};

fn events(value: &Value, now: Timestamp) -> Vec<Value> {
    let object = &value["involvedObject"];
    let kind = text(object, "/kind").to_lowercase();
    let source = [
        text(value, "/source/component"),
        text(value, "/source/host"),
    ];
    let source: Vec<&str> = source.into_iter().filter(|part| !part.is_empty()).collect();
    vec![
        since(text(value, "/lastTimestamp"), now).into(),
        text(value, "/type").into(),
        text(value, "/reason").into(),
        format!("{kind}/{}", text(object, "/name")).into(),
        text(object, "/fieldPath").into(),
        source.join(", ").into(),
        text(value, "/message").trim().into(),
        since(text(value, "/firstTimestamp"), now).into(),
        number(value, "/count").max(1).to_string().into(),
        name(value),
    ]
}

pub const SERVICES: View = View {
    columns: &[
        NAME,
        ("Type", "string", true),
        ("Cluster-IP", "string", true),
        ("External-IP", "string", true),
        ("Port(s)", "string", true),
        AGE,
        ("Selector", "string", false),
    ],
    cells: |value, now| {
        let ports = list(value, "/spec/ports").iter().map(|port| {
            let (own, protocol) = (number(port, "/port"), text(port, "/protocol"));
            match number(port, "/nodePort") {
                0 => format!("{own}/{protocol}"),
                node => format!("{own}:{node}/{protocol}"),
            }
        });
        let ports: Vec<String> = ports.collect();
        vec![
            name(value),
            text(value, "/spec/type").into(),
            or_none(text(value, "/spec/clusterIP")),
            or_none(text(value, "/status/loadBalancer/ingress/0/ip")),
            or_none(&ports.join(",")),
            age(value, now),
            or_none(&labels(&value["spec"]["selector"])),
        ]
    },
};

pub const CONFIG_MAPS: View = View {
    columns: &[NAME, ("Data", "string", true), AGE],
    cells: |value, now| {
        let size = |part: &str| value[part].as_object().map_or(0, serde_json::Map::len);
        let count = size("data") + size("binaryData");
        vec![name(value), count.to_string().into(), age(value, now)]
    },
};

pub const AUTOSCALERS: View = View {
    columns: &[
        NAME,
        ("Reference", "string", true),
        ("Targets", "string", true),
        ("MinPods", "string", true),
        ("MaxPods", "string", true),
        ("Replicas", "string", true),
        AGE,
    ],
    cells: |value, now| {
        let target = &value["spec"]["scaleTargetRef"];
        let reference = format!("{}/{}", text(target, "/kind"), text(target, "/name"));
        let goal = number(value, "/spec/metrics/0/resource/target/averageUtilization");
        let is = "/status/currentMetrics/0/resource/current/averageUtilization";
        let is = value.pointer(is).and_then(Value::as_i64);
        let is = is.map_or_else(|| "<unknown>".to_owned(), |is| format!("{is}%"));
        let resource = text(value, "/spec/metrics/0/resource/name");
        vec![
            name(value),
            reference.into(),
            format!("{resource}: {is}/{goal}%").into(),
            number(value, "/spec/minReplicas").max(1).to_string().into(),
            number(value, "/spec/maxReplicas").into(),
            number(value, "/status/currentReplicas").into(),
            age(value, now),
        ]
    },
};

pub const BUDGETS: View = View {
    columns: &[
        NAME,
        ("Min Available", "string", true),
        ("Max Unavailable", "string", true),
        ("Allowed Disruptions", "integer", true),
        AGE,
    ],
    cells: |value, now| {
        let bound = |part: &str| match &value["spec"][part] {
            Value::Null => json!("N/A"),
            Value::String(text) => text.clone().into(),
            other => other.to_string().into(),
        };
        vec![
            name(value),
            bound("minAvailable"),
            bound("maxUnavailable"),
            number(value, "/status/disruptionsAllowed").into(),
            age(value, now),
        ]
    },
};
