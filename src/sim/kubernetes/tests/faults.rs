use kube::api::ListParams;

use super::*;
use crate::sim::port::Fault;

/// Reasons why main containers wait, and reasons of conditions that do not hold.
async fn reasons(served: &Served) -> Vec<String> {
    let list = served.pods().list(&ListParams::default()).await.unwrap();
    let mut found = Vec::new();
    for pod in list {
        let status = pod.status.unwrap();
        for container in status.container_statuses.unwrap_or_default() {
            let waiting = container.state.and_then(|state| state.waiting);
            found.extend(waiting.and_then(|waiting| waiting.reason));
        }
        let conditions = status.conditions.unwrap_or_default();
        let broken = conditions.into_iter().filter(|one| one.status == "False");
        found.extend(broken.filter_map(|one| one.reason));
    }
    found
}

#[tokio::test]
async fn an_image_that_is_missing_is_pulled_once_it_is_there() {
    let served = Served::start().await;
    let at = served.web(1);
    let image = "registry.example.org/web:404";
    let message = "not found".to_owned();
    served
        .cluster
        .set_fault(&at, Fault::ImagePull { message }, Some(image));
    served.cluster.roll_out(&at, image, "pipeline");
    served.pass(7);
    let seen = reasons(&served).await;
    assert!(
        seen.iter().any(|reason| reason.contains("ImagePull")),
        "{seen:?}"
    );
    served.cluster.clear_fault(&at);
    served.pass(60);
    assert_eq!(reasons(&served).await, Vec::<String>::new());
    assert_eq!(served.cluster.workload(&at).unwrap().updated_ready, 1);
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_pod_without_a_node_stays_pending() {
    let served = Served::start().await;
    let at = served.web(1);
    let message = "0/2 nodes are available: 2 Insufficient memory.".to_owned();
    served
        .cluster
        .set_fault(&at, Fault::Unschedulable { message }, None);
    served.cluster.scale(&at, 2, "test");
    served.pass(40);
    assert_eq!(reasons(&served).await, ["Unschedulable"]);
    served.cluster.clear_fault(&at);
    served.pass(20);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 2);
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_failing_probe_takes_readiness_away_and_gives_it_back() {
    let served = Served::start().await;
    let at = served.web(4);
    let fault = Fault::NotReady {
        share: 0.5,
        message: "HTTP probe failed with statuscode: 503".to_owned(),
    };
    served.cluster.set_fault(&at, fault, None);
    served.pass(5);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 2);
    served.cluster.clear_fault(&at);
    served.pass(5);
    assert_eq!(served.cluster.workload(&at).unwrap().ready, 4);
    served.tasks.finish().await;
}
