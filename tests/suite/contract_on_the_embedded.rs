//! The contract against the embedded cluster.

use quarterdeck::sim::{Sim, SimHandle, SimOptions, prometheus::QueryFault};

use crate::contract::{alertmanager::Alertmanager, kubernetes::Kube, prometheus::Prometheus};

pub async fn embedded() -> SimHandle {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = SimOptions {
        scenario: "quiet".to_owned(),
        ..SimOptions::default()
    };
    let started = Sim::start(options).await;
    started.expect("the embedded cluster starts")
}

pub async fn kubernetes() -> Kube {
    let sim = embedded().await;
    let prefix = sim.token.strip_suffix("demo").expect("the demo's token");
    Kube {
        url: sim.kubernetes_url.clone(),
        client: Kube::client(&sim.ca_pem),
        ca_pem: sim.ca_pem.clone(),
        admin: sim.token.clone(),
        viewer: format!("{prefix}viewer"),
        viewer_name: "viewer".to_owned(),
        nobody: format!("{prefix}nobody"),
        _held: Box::new(sim),
    }
}

fn marked(id: &str) -> String {
    format!("label_replace(vector(1), \"quarterdeck\", \"{id}\", \"\", \"\")")
}

async fn prometheus() -> Prometheus {
    let sim = embedded().await;
    let mut ids = sim.query_ids().into_iter();
    let mut next = || ids.next().expect("the scenario has enough queries");
    let (known, failing, slow, warned) = (next(), next(), next(), next());
    let nothing = next();
    let partial = QueryFault::Partial("a store did not answer".to_owned());
    for (id, fault) in [
        (&failing, QueryFault::Bad),
        (&slow, QueryFault::Slow),
        (&nothing, QueryFault::Lost),
        (&warned, partial),
    ] {
        sim.query_faults.strike(id, fault);
    }
    Prometheus {
        url: sim.prometheus_url.clone(),
        client: Kube::client(&sim.ca_pem),
        token: Some(sim.token.clone()),
        known: marked(&known),
        mark: known,
        nothing: marked(&nothing),
        failing: marked(&failing),
        slow: marked(&slow),
        warned: Some(marked(&warned)),
        _held: Box::new(sim),
    }
}

async fn alertmanager() -> Alertmanager {
    let sim = embedded().await;
    Alertmanager {
        url: sim.alertmanager_url.clone(),
        peer: Some(sim.alertmanager_peer_url.clone()),
        client: Kube::client(&sim.ca_pem),
        token: Some(sim.token.clone()),
        _held: Box::new(sim),
    }
}

crate::contract::kubernetes_contract!(kubernetes);
crate::contract::prometheus_contract!(prometheus_api, prometheus);
crate::contract::alertmanager_contract!(alertmanager_api, alertmanager);

#[tokio::test]
async fn a_version_too_old_is_gone() {
    crate::contract::kubernetes::watches::a_version_too_old_is_gone(&kubernetes().await).await;
}
