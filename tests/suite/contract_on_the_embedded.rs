//! The contract against the embedded cluster.

use quarterdeck::sim::{Sim, SimOptions};

use crate::contract::kubernetes::Kube;

async fn kubernetes() -> Kube {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = SimOptions {
        scenario: "quiet".to_owned(),
        ..SimOptions::default()
    };
    let sim = Sim::start(options)
        .await
        .expect("the embedded cluster starts");
    let prefix = sim.token.strip_suffix("demo").expect("the demo's token");
    Kube {
        url: sim.kubernetes_url.clone(),
        client: Kube::client(&sim.ca_pem),
        admin: sim.token.clone(),
        viewer: format!("{prefix}viewer"),
        viewer_name: "viewer".to_owned(),
        nobody: format!("{prefix}nobody"),
        _held: Box::new(sim),
    }
}

crate::contract::kubernetes_contract!(kubernetes);

#[tokio::test]
async fn a_version_too_old_is_gone() {
    crate::contract::kubernetes::watches::a_version_too_old_is_gone(&kubernetes().await).await;
}
