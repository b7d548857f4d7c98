//! The tables of workloads.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    AGE, Column, NAME, View, age, labels, list, name, number, or_none, since, span, text, wide,
};

const CONTAINERS: Column = ("Containers", "string", false);
const IMAGES: Column = ("Images", "string", false);
const SELECTOR: Column = ("Selector", "string", false);

pub const DEPLOYMENTS: View = View {
    columns: &[
        NAME,
        ("Ready", "string", true),
        ("Up-to-date", "string", true),
        ("Available", "string", true),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    cells: |value, now| {
        let mut cells = vec![
            name(value),
            ready_of(value),
            number(value, "/status/updatedReplicas").into(),
            number(value, "/status/availableReplicas").into(),
            age(value, now),
        ];
        cells.extend(wide(&value["spec"], "/template", true));
        cells
    },
};

pub const REPLICA_SETS: View = View {
    columns: &[
        NAME,
        ("Desired", "integer", true),
        ("Current", "integer", true),
        ("Ready", "integer", true),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    cells: |value, now| {
        let mut cells = vec![
            name(value),
            number(value, "/spec/replicas").into(),
            number(value, "/status/replicas").into(),
            number(value, "/status/readyReplicas").into(),
            age(value, now),
        ];
        cells.extend(wide(&value["spec"], "/template", true));
        cells
    },
};

pub const STATEFUL_SETS: View = View {
    columns: &[NAME, ("Ready", "string", true), AGE, CONTAINERS, IMAGES],
    cells: |value, now| {
        let mut cells = vec![name(value), ready_of(value), age(value, now)];
        cells.extend(wide(&value["spec"], "/template", false));
        cells
    },
};

pub const DAEMON_SETS: View = View {
    columns: &[
        NAME,
        ("Desired", "integer", true),
        ("Current", "integer", true),
        ("Ready", "integer", true),
        ("Up-to-date", "integer", true),
        ("Available", "integer", true),
        ("Node Selector", "string", true),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    cells: |value, now| {
        let status = |part: &str| Value::from(number(value, &format!("/status/{part}")));
        let mut cells = vec![
            name(value),
            status("desiredNumberScheduled"),
            status("currentNumberScheduled"),
            status("numberReady"),
            status("updatedNumberScheduled"),
            status("numberAvailable"),
            or_none(&labels(&value["spec"]["template"]["spec"]["nodeSelector"])),
            age(value, now),
        ];
        cells.extend(wide(&value["spec"], "/template", true));
        cells
    },
};

pub const JOBS: View = View {
    columns: &[
        NAME,
        ("Status", "string", true),
        ("Completions", "string", true),
        ("Duration", "string", true),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    cells: |value, now| {
        let completions = number(value, "/spec/completions").max(1);
        let mut cells = vec![
            name(value),
            job_status(value).into(),
            format!("{}/{completions}", number(value, "/status/succeeded")).into(),
            job_duration(value, now),
            age(value, now),
        ];
        cells.extend(wide(&value["spec"], "/template", true));
        cells
    },
};

pub const CRON_JOBS: View = View {
    columns: &[
        NAME,
        ("Schedule", "string", true),
        ("Timezone", "string", true),
        ("Suspend", "boolean", true),
        ("Active", "integer", true),
        ("Last Schedule", "string", true),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    cells: |value, now| {
        let last = match text(value, "/status/lastScheduleTime") {
            "" => "<none>".to_owned(),
            last => since(last, now),
        };
        let suspended = value["spec"]["suspend"] == true;
        let mut cells = vec![
            name(value),
            text(value, "/spec/schedule").into(),
            or_none(text(value, "/spec/timeZone")),
            if suspended {
                json!("True")
            } else {
                json!("False")
            },
            list(value, "/status/active").len().into(),
            last.into(),
            age(value, now),
        ];
        cells.extend(wide(
            &value["spec"]["jobTemplate"]["spec"],
            "/template",
            true,
        ));
        cells
    },
};

fn ready_of(value: &Value) -> Value {
    let ready = number(value, "/status/readyReplicas");
    format!("{ready}/{}", number(value, "/spec/replicas")).into()
}

fn job_status(job: &Value) -> &'static str {
    let holds = |kind: &str| {
        let conditions = list(job, "/status/conditions");
        conditions
            .iter()
            .any(|c| text(c, "/type") == kind && text(c, "/status") == "True")
    };
    if holds("Complete") {
        "Complete"
    } else if holds("Failed") {
        "Failed"
    } else if !text(job, "/metadata/deletionTimestamp").is_empty() {
        "Terminating"
    } else if holds("Suspended") {
        "Suspended"
    } else if holds("FailureTarget") {
        "FailureTarget"
    } else {
        "Running"
    }
}

fn job_duration(job: &Value, now: Timestamp) -> Value {
    let Ok(start) = text(job, "/status/startTime").parse::<Timestamp>() else {
        return json!("");
    };
    let end = text(job, "/status/completionTime").parse().unwrap_or(now);
    span(end.duration_since(start).as_secs()).into()
}
