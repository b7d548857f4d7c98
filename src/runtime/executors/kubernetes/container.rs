//! Whether the container that a program could not come into is one that ended.

use kube::Client;
use serde_json::Value as Json;

use super::{path, wire::Wire};
use crate::domain::object::KindRef;

/// Why a container does not run, where the API server says that it ended: it crashes in a loop, or it was not begun again yet.
/// `None` where it runs, was never begun, or can't be asked about.
pub async fn ended(
    client: &Client,
    (namespace, pod): (&str, &str),
    container: Option<&str>,
) -> Option<String> {
    let path = path::of(&KindRef::pods(), Some(namespace), pod, None)?;
    let wire = Wire {
        client: client.clone(),
    };
    let object = wire.get(&path).await.ok()?;
    why_ended(&object, container)
}

/// Without a name the only container is meant.
fn why_ended(pod: &Json, container: Option<&str>) -> Option<String> {
    let all = pod["status"]["containerStatuses"].as_array()?;
    let status = match (container, all.as_slice()) {
        (Some(name), all) => all.iter().find(|it| it["name"] == name)?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    let state = &status["state"];
    let waiting = state["waiting"]["reason"].as_str();
    if waiting == Some("CrashLoopBackOff") {
        return Some("CrashLoopBackOff".to_owned());
    }
    let ended = state["terminated"].as_object()?;
    let code = ended.get("exitCode").and_then(Json::as_i64);
    Some(code.map_or_else(
        || "it ended".to_owned(),
        |code| format!("it ended with {code}"),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(state: &Json) -> Json {
        json!({"status": {"containerStatuses": [{"name": "redis", "state": state}]}})
    }

    // row: A21
    #[test]
    fn only_a_container_that_ended_proves_that_nothing_runs_in_it() {
        for (state, why) in [
            (
                json!({"waiting": {"reason": "CrashLoopBackOff"}}),
                Some("CrashLoopBackOff"),
            ),
            (
                json!({"terminated": {"exitCode": 137}}),
                Some("it ended with 137"),
            ),
            (json!({"waiting": {"reason": "ContainerCreating"}}), None),
            (json!({"waiting": {"reason": "ImagePullBackOff"}}), None),
            (
                json!({"running": {"startedAt": "2026-11-22T02:00:00Z"}}),
                None,
            ),
            (json!({}), None),
        ] {
            let pod = pod(&state);
            assert_eq!(why_ended(&pod, Some("redis")).as_deref(), why, "{pod}");
            assert_eq!(why_ended(&pod, None).as_deref(), why, "{pod}");
            assert_eq!(why_ended(&pod, Some("other")), None);
        }
        assert_eq!(why_ended(&json!({}), None), None);
    }
}
