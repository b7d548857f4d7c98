//! Prometheus and Alertmanager as services of the cluster, read through the API server.

use std::{
    net::{IpAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use k8s_openapi::api::core::v1::{Endpoints, Service};
use quarterdeck::{
    domain::{
        freshness::TroubleKind,
        place::ServicePlace,
        settings::{Access, Credentials},
        time::{Clock, Moment},
    },
    sim::clock::SimClock,
    sources::{
        http::{HttpClient, HttpEndpoint, Question},
        kubernetes::{Gateway, KubeOptions, Wanted, discover},
    },
};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::Instant,
};

use crate::harness::{Bed, Space, User, timeouts};

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

/// An address of this machine that a cluster takes for one of a pod: none that leads back to itself.
fn own_address() -> IpAddr {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Nothing is sent: the kernel only says from where it would be.
    socket.connect("192.0.2.1:9").unwrap();
    let address = socket.local_addr().unwrap().ip();
    assert!(
        !address.is_loopback() && !address.is_unspecified(),
        "this machine has no address but its loopback one: the API server proxies to no such"
    );
    address
}

/// Leads what comes to a free port to a server of the bed; ends with the set.
pub async fn lead(tasks: &mut JoinSet<()>, to: &str) -> u16 {
    let to = to.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tasks.spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((mut came, _)) = listener.accept().await {
            let to = to.clone();
            open.spawn(async move {
                if let Ok(mut server) = TcpStream::connect(to).await {
                    let _ = tokio::io::copy_bidirectional(&mut came, &mut server).await;
                }
            });
        }
    });
    port
}

pub async fn serve(space: &Space<'_>, name: &str, port: u16, leads_to: u16) {
    let _: Service = space
        .create(json!({
            "metadata": {"name": name},
            "spec": {"clusterIP": "None", "ports": [{"name": "web", "port": port}]},
        }))
        .await;
    // The API server leads to pods alone: the address has to be that of one.
    let pod = format!("{name}-0");
    let address = own_address();
    space.still_pod(&pod, json!({})).await;
    let status = json!({"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]});
    space.patch_status(&pod, status).await;
    let target = json!({"kind": "Pod", "name": pod, "namespace": space.name});
    let _: Endpoints = space
        .create(json!({
            "metadata": {"name": name},
            "subsets": [{
                "addresses": [{"ip": address, "targetRef": target}],
                "ports": [{"name": "web", "port": leads_to}],
            }],
        }))
        .await;
}

fn gateway(bed: &Bed, user: User) -> Gateway {
    let options = KubeOptions {
        kubeconfig: Some(bed.kubeconfig(user)),
        timeouts: timeouts(),
        ..KubeOptions::default()
    };
    Gateway::new(options, Arc::new(TestClock(Instant::now())))
}

fn access() -> Access {
    Access {
        ca_file: None,
        credentials: Credentials::None,
        client_cert: None,
        headers: [("X-Scope-OrgID".to_owned(), "team-a".to_owned())].into(),
        timeout: Duration::from_secs(5),
    }
}

fn up() -> Question {
    let mut question = Question::get("api/v1/query");
    question
        .fields
        .push(("query", "count(up) + on() vector(0) > 0".to_owned()));
    question
}

async fn ask(endpoint: HttpEndpoint, question: &Question) -> Value {
    let client = HttpClient::new(endpoint);
    let reply = client.ask(question, SimClock::wall()).await;
    reply.unwrap().json().unwrap()
}

#[tokio::test]
async fn both_are_found_and_read_through_the_api_server() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "proxied").await;
    let mut tasks = JoinSet::new();
    let prometheus = lead(&mut tasks, bed.place("PROMETHEUS_URL")).await;
    let alertmanager = lead(&mut tasks, bed.place("ALERTMANAGER_A_URL")).await;
    serve(&space, "prometheus-operated", 9090, prometheus).await;
    serve(&space, "alertmanager-operated", 9093, alertmanager).await;
    // Looks like one and is none; it is passed over, and said so.
    serve(&space, "prometheus-k8s", 9090, alertmanager).await;
    let gateway = gateway(&bed, User::Admin);
    let desk = [space.name.clone()];
    let own = |text: &str| ServicePlace::parse(&format!("{}/{text}", space.name)).unwrap();

    let access = access();
    let looked = discover(&gateway, Wanted::Prometheus, &desk, &access);
    let sighting = looked.await.unwrap();
    let place = own("prometheus-operated:9090");
    assert_eq!(sighting.found, Some(place.clone()), "{sighting:?}");
    assert_eq!(sighting.tried[0].0, own("prometheus-k8s:9090"));
    let answer = ask(gateway.endpoint(&place).dressed(&access), &up()).await;
    assert_eq!(answer["status"], "success", "{answer}");

    let looked = discover(&gateway, Wanted::Alertmanager, &desk, &access);
    let found = looked.await.unwrap().found;
    assert_eq!(found, Some(own("alertmanager-operated:9093")));
    let endpoint = gateway.endpoint(&found.unwrap());
    let answer = ask(endpoint, &Question::get("api/v2/alerts")).await;
    assert!(answer.is_array(), "{answer}");
}

#[tokio::test]
async fn who_may_not_is_told_which_right_it_takes_and_what_is_not_there_is_no_absence() {
    let bed = Bed::shared();
    let place = ServicePlace::parse("oncall/prometheus:9090").unwrap();
    for (user, kind, said) in [
        (
            User::Nobody,
            TroubleKind::Forbidden,
            "it takes the right to get services/proxy in namespace oncall: ",
        ),
        (
            User::Admin,
            TroubleKind::Unreachable,
            "oncall/prometheus:9090: ",
        ),
    ] {
        let client = HttpClient::new(gateway(&bed, user).endpoint(&place));
        let failure = client.ask(&up(), SimClock::wall()).await.unwrap_err();
        assert_eq!(failure.trouble.kind, kind, "{failure:?}");
        assert!(failure.trouble.detail.starts_with(said), "{failure:?}");
    }
}
