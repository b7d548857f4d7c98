//! All pods of a namespace, and which of them are not well.

use serde_json::Value as Json;

use super::{super::wire::Wire, Seen, table};
use crate::domain::{
    action::{refusal::Refusal, target::Target, value::Value},
    object::KindRef,
};

pub(super) async fn seen(wire: &Wire, target: &Target) -> Result<Seen, Refusal> {
    let table = table::beside(wire, &KindRef::pods(), target).await?;
    let pods = table.rows.iter().map(|row| &row.object);
    let there: Vec<&Json> = pods.filter(|pod| !is_finished(pod)).collect();
    let unwell = there.iter().filter(|pod| !is_well(pod));
    let names = unwell.filter_map(|pod| pod["metadata"]["name"].as_str());
    let names: Vec<&str> = names.collect();
    let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let values = [
        ("count", int(there.len())),
        ("unwell", int(names.len())),
        ("who", Value::text(names.join(", "))),
    ];
    Ok(Seen {
        text: table.text(),
        values: values.map(|(name, value)| (name.to_owned(), value)).into(),
    })
}

/// Whether it has done what it was for: it is not expected to run.
fn is_finished(pod: &Json) -> bool {
    let owners = pod["metadata"]["ownerReferences"].as_array();
    let of_job = || owners.into_iter().flatten().any(|it| it["kind"] == "Job");
    match pod["status"]["phase"].as_str() {
        Some("Succeeded") => true,
        Some("Failed") => of_job(),
        _ => false,
    }
}

/// Whether it runs, with all of it ready, and is not going.
fn is_well(pod: &Json) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    pod["status"]["phase"] == "Running"
        && pod["metadata"]["deletionTimestamp"].is_null()
        && conditions.any(|it| it["type"] == "Ready" && it["status"] == "True")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // row: A1
    #[test]
    fn what_finished_is_left_out_and_what_is_half_ready_is_not_well() {
        let pod = |phase: &str, ready: &str| {
            json!({
                "metadata": {"name": "p"},
                "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
            })
        };
        let well = pod("Running", "True");
        assert!(is_well(&well) && !is_finished(&well));
        for (phase, ready) in [
            ("Running", "False"),
            ("Pending", "False"),
            ("Failed", "False"),
        ] {
            let pod = pod(phase, ready);
            assert!(!is_well(&pod) && !is_finished(&pod), "{phase}");
        }
        let mut of_job = pod("Failed", "False");
        of_job["metadata"]["ownerReferences"] = json!([{"kind": "Job", "controller": true}]);
        assert!(is_finished(&of_job) && is_finished(&pod("Succeeded", "False")));
        let mut going = well;
        going["metadata"]["deletionTimestamp"] = json!("2026-11-22T02:00:00Z");
        assert!(!is_well(&going));
    }
}
