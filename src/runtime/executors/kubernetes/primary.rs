//! The pod of a workload whose PostgreSQL is the primary: each says itself what it is.

use std::time::Duration;

use futures::future::join_all;

use super::{
    exec::{Program, exec_heard},
    pods::Pod,
    programs::container_of,
    wire::Wire,
};
use crate::domain::action::{refusal::Refusal, target::Target};

/// How long each of them may take to say it.
const WITHIN: Duration = Duration::from_secs(10);

/// Finds it. A standby has what is old, and of two primaries one is wrong: where none or several say so, nothing is run.
pub(super) async fn find(
    wire: &Wire,
    target: &Target,
    pods: &[Pod],
    container: Option<&str>,
    of: (Option<&str>, &str),
) -> Result<Pod, Refusal> {
    let asking = pods.iter().map(|pod| async move {
        let said = tokio::time::timeout(WITHIN, is_primary(wire, target, pod, container, of));
        let late = || Err(format!("no answer within {} s", WITHIN.as_secs()));
        (pod, said.await.unwrap_or_else(|_| late()))
    });
    let said: Vec<(&Pod, Result<bool, String>)> = join_all(asking).await;
    let primaries: Vec<&Pod> = said
        .iter()
        .filter(|(_, said)| *said == Ok(true))
        .map(|(pod, _)| *pod)
        .collect();
    if let [pod] = primaries[..] {
        return Ok(pod.clone());
    }
    let told: Vec<String> = said
        .iter()
        .map(|(pod, said)| match said {
            Ok(true) => format!("{}: primary", pod.name),
            Ok(false) => format!("{}: standby", pod.name),
            Err(why) => format!("{}: {why}", pod.name),
        })
        .collect();
    let what = if primaries.is_empty() {
        "none of its pods has the primary"
    } else {
        "more than one of its pods has a primary"
    };
    let why = format!("{what}: {}", told.join("; "));
    Err(Refusal::unreadable(target.to_string(), why))
}

async fn is_primary(
    wire: &Wire,
    target: &Target,
    pod: &Pod,
    container: Option<&str>,
    of: (Option<&str>, &str),
) -> Result<bool, String> {
    let container = container_of(pod, container);
    let container = container.map_err(|refusal| crate::runtime::executors::why(&refusal))?;
    let argv = argv(of);
    let program = Program {
        namespace: target.namespace().unwrap_or_default(),
        pod: &pod.name,
        container: Some(&container),
        argv: &argv,
        stdin: None,
        audit: None,
    };
    let ran = exec_heard(&wire.client, &program, &mut |_, _| {}).await;
    let ran = ran.map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        crate::domain::clean::clean(text.trim()).into_owned()
    };
    match (ran.rc, text(&ran.out).as_str()) {
        (Some(0), "f") => Ok(true),
        (Some(0), "t") => Ok(false),
        (Some(0), _) => Err("it does not say what it is".to_owned()),
        (Some(rc), _) => {
            let said = text(&ran.err);
            Err(format!(
                "exit {rc}: {}",
                said.lines().next().unwrap_or_default()
            ))
        }
        (None, _) => Err("its exit code is not known".to_owned()),
    }
}

/// As the server's own client asks it, without a password.
fn argv((user, database): (Option<&str>, &str)) -> Vec<String> {
    let mut argv = vec!["psql", "-X", "-w", "-A", "-t", "-d", database];
    if let Some(user) = user {
        argv.extend(["-U", user]);
    }
    argv.extend(["-c", "SELECT pg_is_in_recovery()"]);
    argv.into_iter().map(str::to_owned).collect()
}
