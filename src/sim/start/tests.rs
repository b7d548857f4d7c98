use std::os::unix::fs::PermissionsExt;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;

use super::*;
use crate::sim::server::{Body, NetFault, text};
use crate::sim::world::RuleState;
use crate::sim::world::testing::{Numbers, start};

/// Stands where the API server will be.
struct Nothing;

impl Handler for Nothing {
    fn answer(self: Arc<Self>, _: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        async { text(StatusCode::OK, "ok") }.boxed()
    }
}

async fn sim(options: SimOptions) -> Result<SimHandle, SimError> {
    launch(options, |_, _| Kubernetes {
        cluster: Arc::new(Numbers::default()),
        handler: Arc::new(Nothing),
        faults: Arc::default(),
        pods: None,
    })
    .await
}

fn by_hand(scenario: &str) -> SimOptions {
    SimOptions {
        scenario: scenario.to_owned(),
        clock: Some(SimClock::manual(start())),
        ..SimOptions::default()
    }
}

fn client(sim: &SimHandle) -> reqwest::Client {
    let _already = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(sim.ca_pem.as_bytes()).unwrap()])
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

async fn get(sim: &SimHandle, url: String) -> (u16, Value) {
    let answer = client(sim)
        .get(url)
        .bearer_auth(&sim.token)
        .send()
        .await
        .unwrap();
    (
        answer.status().as_u16(),
        answer.json().await.unwrap_or_default(),
    )
}

#[tokio::test]
async fn all_servers_answer_over_tls_with_the_token() {
    let sim = sim(by_hand("export-backlog")).await.unwrap();
    let query = "label_replace(x, \"quarterdeck\", \"glancy/exports-depth\", \"\", \"\")";
    let posted = client(&sim)
        .post(format!("{}/api/v1/query", sim.prometheus_url))
        .bearer_auth(&sim.token)
        .form(&[("query", query)])
        .send()
        .await
        .unwrap();
    let body: Value = posted.json().await.unwrap();
    assert_eq!(
        body["data"]["result"][0]["metric"]["quarterdeck"],
        "glancy/exports-depth"
    );

    let (status, alerts) = get(&sim, format!("{}/api/v2/alerts", sim.alertmanager_url)).await;
    assert_eq!(status, 200);
    let link = alerts[0]["generatorURL"].as_str().unwrap();
    assert!(link.starts_with(&sim.prometheus_url), "{link}");

    let (_, demo) = get(&sim, format!("{}/demo", sim.control_url)).await;
    assert_eq!(
        (demo["scenario"].as_str(), demo["now"].as_str()),
        (Some("export-backlog"), Some("2026-11-21T06:32:00Z"))
    );
    sim.clock.advance(Duration::from_secs(60));
    let (_, demo) = get(&sim, format!("{}/demo", sim.control_url)).await;
    assert_eq!(demo["now"], "2026-11-21T06:33:00Z");

    let refused = client(&sim)
        .get(format!("{}/api/v1/rules", sim.prometheus_url))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 401);
    sim.shutdown().await;
    assert!(client(&sim).get(&sim.prometheus_url).send().await.is_err());
}

#[tokio::test]
async fn each_server_has_faults_of_its_own() {
    let sim = sim(by_hand("quiet")).await.unwrap();
    sim.prometheus_faults
        .strike(NetFault::status(StatusCode::BAD_GATEWAY));
    let rules = format!("{}/api/v1/rules", sim.prometheus_url);
    assert_eq!(get(&sim, rules.clone()).await.0, 502);
    assert_eq!(
        get(&sim, format!("{}/api/v2/status", sim.alertmanager_url))
            .await
            .0,
        200
    );
    sim.prometheus_faults.heal();
    assert_eq!(get(&sim, rules).await.0, 200);
    sim.shutdown().await;
}

#[tokio::test]
async fn an_unknown_scenario_names_the_nearest() {
    let error = sim(by_hand("exprot-backlog"))
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("did you mean `export-backlog`"), "{error}");
}

#[tokio::test]
async fn a_folder_is_written_with_the_config_last() {
    let sim = sim(by_hand("quiet")).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("serve");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("config.toml"), "stale").unwrap();
    sim.write_serve_dir(&dir).await.unwrap();
    let dir = dir.canonicalize().unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["ca.pem", "config.toml", "kubeconfig", "token"]);
    for name in names {
        let mode = std::fs::metadata(dir.join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let config: toml::Table = std::fs::read_to_string(dir.join("config.toml"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(config["pack"].as_str(), Some("glancy"));
    assert_eq!(
        config["kubeconfig"].as_str(),
        dir.join("kubeconfig").to_str()
    );
    assert_eq!(
        config["prometheus"]["url"].as_str(),
        Some(sim.prometheus_url.as_str())
    );
    assert_eq!(
        config["alertmanager"]["urls"][0].as_str(),
        Some(sim.alertmanager_url.as_str())
    );
    assert_eq!(
        config["alertmanager"]["token_file"].as_str(),
        dir.join("token").to_str()
    );
    assert_eq!(
        config["demo"]["serve"].as_str(),
        Some(sim.control_url.as_str())
    );

    let kubeconfig = kube::config::Kubeconfig::read_from(dir.join("kubeconfig")).unwrap();
    assert_eq!(kubeconfig.current_context.as_deref(), Some("prod"));
    sim.shutdown().await;

    // The servers are gone: a second writing must not leave a config behind.
    assert!(sim.write_serve_dir(&dir).await.is_err());
    assert!(!dir.join("config.toml").exists());
}

#[tokio::test]
async fn tokens_differ_between_runs_of_the_same_seed() {
    let (one, two) = (
        sim(by_hand("quiet")).await.unwrap(),
        sim(by_hand("quiet")).await.unwrap(),
    );
    assert_ne!(one.token, two.token);
    one.shutdown().await;
    two.shutdown().await;
}

/// How many pods are killed hangs on their uids, and these on every draw before: a story must not turn on one.
#[tokio::test(flavor = "multi_thread")]
async fn a_story_has_begun_whatever_the_seed() {
    for seed in [1, 7, 8, 13, 42] {
        let options = SimOptions {
            seed,
            ..by_hand("export-backlog")
        };
        let sim = Sim::start(options).await.unwrap();
        {
            let (world, _) = sim.world.present();
            for name in ["ExportBacklog", "CostBurn", "BackupLate", "ExportSlow"] {
                let of = world.alerts().find(|now| now.alert.name == name).unwrap();
                let RuleState::Firing { fired, .. } = of.rule.state else {
                    panic!("{name} at seed {seed}: {:?}", of.rule.state);
                };
                assert!(fired < -60.0, "{name} at seed {seed} since {fired}");
            }
        }
        sim.shutdown().await;
    }
}
