//! The contract against real servers, current and old.

use crate::{
    contract::{alertmanager::Alertmanager, kubernetes::Kube, prometheus::Prometheus},
    harness::{Bed, User},
};

/// An API server as the contract wants it.
pub fn kube(bed: Bed) -> Kube {
    let authority = bed.certificates().join("ca.crt");
    let token = |user: User| format!("{}-token", user.name());
    let ca_pem = std::fs::read_to_string(authority).expect("the authority is there");
    Kube {
        url: bed.place("KUBERNETES_URL").to_owned(),
        client: Kube::client(&ca_pem),
        ca_pem,
        admin: token(User::Admin),
        viewer: token(User::Viewer),
        viewer_name: User::Viewer.name().to_owned(),
        nobody: token(User::Nobody),
        _held: Box::new(bed),
    }
}

pub async fn kubernetes() -> Kube {
    kube(Bed::shared())
}

fn marked(expr: &str, id: &str) -> String {
    format!("label_replace({expr}, \"quarterdeck\", \"{id}\", \"\", \"\")")
}

fn prometheus_at(place: &str, warns: bool) -> Prometheus {
    let bed = Bed::shared();
    let twice = "(vector(1) or label_replace(vector(1), \"a\", \"b\", \"\", \"\"))";
    let warned = "histogram_quantile(9, label_replace(vector(1), \"le\", \"+Inf\", \"\", \"\"))";
    Prometheus {
        url: bed.place(place).to_owned(),
        client: plain(),
        token: None,
        known: marked("vector(1)", "known"),
        mark: "known".to_owned(),
        nothing: marked("vector(1) > 2", "nothing"),
        failing: marked(&format!("{twice} + on() vector(1)"), "failing"),
        slow: marked("sum_over_time(vector(1)[100d:1s])", "slow"),
        warned: warns.then(|| marked(warned, "warned")),
        _held: Box::new(bed),
    }
}

/// A client for servers without TLS.
fn plain() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().no_gzip().build();
    client.expect("a client")
}

async fn prometheus() -> Prometheus {
    prometheus_at("PROMETHEUS_URL", true)
}

async fn old_prometheus() -> Prometheus {
    prometheus_at("PROMETHEUS_OLD_URL", false)
}

fn alertmanager_at(place: &str, peer: Option<&str>) -> Alertmanager {
    let bed = Bed::shared();
    Alertmanager {
        url: bed.place(place).to_owned(),
        peer: peer.map(|place| bed.place(place).to_owned()),
        client: plain(),
        token: None,
        _held: Box::new(bed),
    }
}

pub async fn alertmanager() -> Alertmanager {
    alertmanager_at("ALERTMANAGER_A_URL", Some("ALERTMANAGER_B_URL"))
}

pub async fn old_alertmanager() -> Alertmanager {
    alertmanager_at("ALERTMANAGER_OLD_URL", None)
}

crate::contract::kubernetes_contract!(kubernetes);
crate::contract::prometheus_contract!(current_prometheus, prometheus);
crate::contract::prometheus_contract!(debian_prometheus, old_prometheus);
crate::contract::alertmanager_contract!(current_alertmanager, alertmanager);
crate::contract::alertmanager_contract!(debian_alertmanager, old_alertmanager);
