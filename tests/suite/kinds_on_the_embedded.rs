//! Steps outside of the cluster's API, on the embedded servers.

use crate::{
    contract::alertmanager::Alertmanager,
    contract_on_the_embedded::embedded,
    kinds::silences::{a_silence_lives_and_ends, silences},
};

#[tokio::test]
async fn silences_on_the_embedded() {
    let sim = embedded().await;
    let folder = tempfile::tempdir().unwrap();
    let alertmanager = Alertmanager {
        url: sim.alertmanager_url.clone(),
        peer: Some(sim.alertmanager_peer_url.clone()),
        client: crate::contract::kubernetes::Kube::client(&sim.ca_pem),
        token: Some(sim.token.clone()),
        _held: Box::new(sim.clone()),
    };
    let silences = silences(&alertmanager, folder.path(), Some(&sim.ca_pem));
    a_silence_lives_and_ends(&alertmanager, &silences).await;
}
