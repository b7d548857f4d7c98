//! The circuit before Doubao, one in each pod of the adapter.

use std::collections::BTreeMap;

use quarterdeck::domain::action::verdict::Verdict;

use super::super::{
    programs::{file, program},
    stage::{Stage, told, verdict, why},
};
use crate::harness::Bed;

/// The circuit of one pod; one that is stuck says that it opens, and doesn't.
const CIRCUITCTL: &str = r#"
case "$*" in
"open doubao") [ -e stuck ] || echo 1 >circuit; echo "circuit doubao: held by hand" ;;
"reset doubao") echo 0 >circuit ;;
"status doubao") echo "circuit doubao: open=$(cat circuit)" ;;
*) echo "circuitctl: what is $*?" >&2; exit 64 ;;
esac
"#;

/// Three pods of the adapter, each with a circuit of its own.
async fn adapters(stage: &Stage<'_>) -> Vec<String> {
    stage.deployment("llm-adapter", "adapter", 3).await;
    let pods = stage.pods("llm-adapter").await;
    assert_eq!(pods.len(), 3);
    for pod in &pods {
        program(
            stage.folder.path(),
            &format!("pods/{pod}/bin/circuitctl"),
            CIRCUITCTL,
        );
        file(stage.folder.path(), &format!("pods/{pod}/circuit"), "0\n");
        stage.inside(pod, &BTreeMap::new());
    }
    pods
}

fn circuits(stage: &Stage<'_>, pods: &[String]) -> Vec<String> {
    let circuit = |pod| stage.says(&format!("pods/{pod}/circuit")).trim().to_owned();
    pods.iter().map(circuit).collect()
}

// row: C18, G6
pub async fn health(stage: &Stage<'_>) {
    let pods = adapters(stage).await;
    let mut servers = tokio::task::JoinSet::new();
    for (place, pod) in pods.iter().enumerate() {
        // Each pod asks itself; here each has a way of its own to what answers for it.
        let url = answering(&mut servers, place != 1).await;
        stage.inside(pod, &BTreeMap::from([("http_proxy", url)]));
    }
    let run = stage.does("adapter-health", &[]).await;
    assert_eq!(verdict(&run), Verdict::Failed, "{}", told(&run));
    assert!(
        told(&run).contains(&format!("{}: exit 22", pods[1])),
        "{}",
        told(&run)
    );
    let url = answering(&mut servers, true).await;
    stage.inside(&pods[1], &BTreeMap::from([("http_proxy", url)]));
    stage.well("adapter-health", &[]).await;
}

/// A server that is well, or is not.
async fn answering(servers: &mut tokio::task::JoinSet<()>, well: bool) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    servers.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = Vec::new();
            let mut piece = [0; 1024];
            while !asked.ends_with(b"\r\n\r\n") {
                match stream.read(&mut piece).await {
                    Ok(count @ 1..) => asked.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
            let asked = String::from_utf8_lossy(&asked).into_owned();
            let known = asked.starts_with("GET http://localhost:8080/actuator/health ");
            let answer = match (known, well) {
                (true, true) => "200 OK",
                (true, false) => "503 Service Unavailable",
                (false, _) => "404 Not Found",
            };
            let answer =
                format!("HTTP/1.1 {answer}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

// row: C18, G6
pub async fn open(stage: &Stage<'_>) {
    let pods = adapters(stage).await;
    let run = stage.well("open-circuit", &[]).await;
    assert_eq!(circuits(stage, &pods), ["1"; 3], "{}", told(&run));
    stage
        .refuses("open-circuit", &[], "open in every pod already")
        .await;
    let back = stage.takes_back(&run).await.unwrap();
    assert_eq!(circuits(stage, &pods), ["0"; 3], "{}", told(&back));
    // Where one of three is open the others are opened as well.
    file(
        stage.folder.path(),
        &format!("pods/{}/circuit", pods[0]),
        "1\n",
    );
    let run = stage.well("open-circuit", &[]).await;
    assert_eq!(circuits(stage, &pods), ["1"; 3], "{}", told(&run));
}

// row: C18, G6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_circuit_of_three_that_is_not_open_is_named() {
    let bed = Bed::shared();
    let stage = super::stage(&bed).await;
    let pods = adapters(&stage).await;
    file(stage.folder.path(), &format!("pods/{}/stuck", pods[1]), "");
    let basic = stage.well("force-basic", &[]).await;
    let regenerate = stage.well("stop-regenerate", &[]).await;
    let run = stage.does("open-circuit", &[]).await;
    assert_eq!(verdict(&run), Verdict::Unverified, "{}", told(&run));
    assert_eq!(circuits(&stage, &pods), ["1", "0", "1"]);
    let stuck = format!("{}: 0", pods[1]);
    assert!(why(&run).contains(&stuck), "{}", told(&run));
    // Nothing of it is taken for done: all three wait to be given back.
    let debts = stage.debts().await;
    for run in [&basic, &regenerate, &run] {
        assert!(debts.contains(&run.id), "{debts:?}");
    }
}
