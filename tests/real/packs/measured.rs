//! What queries of packs make of series that a real Prometheus has.

use quarterdeck::pack::Pack;
use serde_json::Value;

use crate::harness::{Bed, Exporter, until};

const OWN: &str = "after-sales-prod";
const FOREIGN: &str = "after-sales-elsewhere";

/// The query of a probe, as the pack has it.
fn query(pack: &str, probe: &str) -> String {
    let files = Pack::embedded_files(pack).expect("it comes along");
    let named = |(name, _): &&(&str, &str)| name.ends_with("probes.toml");
    let (_, text) = files.iter().find(named).expect("it has probes");
    let file: toml::Table = toml::from_str(text).expect("it is TOML");
    let query = file["probe"][probe]["promql"].as_str();
    query.expect("it is a query").to_owned()
}

/// What Prometheus says of a query now; `None`: it has no series.
async fn asked(bed: &Bed, query: &str) -> Option<f64> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v1/query", bed.place("PROMETHEUS_URL"));
    let reply = client.get(url).query(&[("query", query)]).send();
    let page: Value = reply.await.unwrap().json().await.unwrap();
    assert_eq!(page["status"], "success", "{query}: {page}");
    let value = page["data"]["result"][0]["value"][1].as_str()?;
    Some(value.parse().expect("a number"))
}

/// The same metrics of both namespaces: nothing happens in the team's own, and ever more in the other.
fn both(round: u64) -> String {
    let of = |namespace: &str, status: &str, count: u64, bytes: u64| {
        format!(
            "http_requests_total{{namespace=\"{namespace}\",status=\"{status}\"}} {count}\n\
             http_request_duration_seconds_bucket{{namespace=\"{namespace}\",le=\"4\"}} 0\n\
             http_request_duration_seconds_bucket{{namespace=\"{namespace}\",le=\"8\"}} {count}\n\
             http_request_duration_seconds_bucket{{namespace=\"{namespace}\",le=\"+Inf\"}} {count}\n\
             container_cpu_usage_seconds_total{{namespace=\"{namespace}\",pod=\"web-0\",container=\"web\"}} {count}\n\
             container_spec_cpu_quota{{namespace=\"{namespace}\",pod=\"web-0\",container=\"web\"}} 100000\n\
             container_spec_cpu_period{{namespace=\"{namespace}\",pod=\"web-0\",container=\"web\"}} 100000\n\
             container_memory_working_set_bytes{{namespace=\"{namespace}\",pod=\"web-0\",container=\"web\"}} {bytes}\n\
             container_spec_memory_limit_bytes{{namespace=\"{namespace}\",pod=\"web-0\",container=\"web\"}} 100\n"
        )
    };
    of(OWN, "200", 100, 50) + &of(FOREIGN, "500", 100 * round, 99)
}

// row: A2
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn load_in_another_namespace_changes_no_figure_of_the_team_s() {
    let bed = Bed::shared();
    let exporter = Exporter::new(&bed, "two-namespaces", &both(0)).await;
    let ask = async |probe: &str, namespace: &str| {
        let query = query("after-sales", probe);
        assert!(query.contains(OWN), "{probe} names the namespace");
        asked(&bed, &query.replace(OWN, namespace)).await
    };
    let mut round = 0;
    until("load in the other namespace", async || {
        round += 1;
        exporter.say(&both(round));
        let (load, own) = (ask("qps", FOREIGN).await, ask("qps", OWN).await);
        let is_measured = load.is_some_and(|it| it > 0.0) && own.is_some();
        if is_measured {
            Ok(())
        } else {
            Err((load, own))
        }
    })
    .await;
    // Each of the queries would have seen it.
    assert!(ask("api-p95", FOREIGN).await.is_some_and(|it| it > 4.0));
    assert_eq!(
        ask("error-share", FOREIGN).await,
        Some(1.0),
        "all 5xx are 100 %"
    );
    assert!(ask("cpu", FOREIGN).await.is_some_and(|it| it > 0.0));
    assert_eq!(ask("memory", FOREIGN).await, Some(0.99));
    // Nobody asked anything of the team's own: no share of nothing, and no quantile.
    let nothing = |it: Option<f64>| it.is_none_or(f64::is_nan);
    assert!(nothing(ask("api-p95", OWN).await));
    assert!(nothing(ask("error-share", OWN).await));
    assert_eq!(ask("cpu", OWN).await, Some(0.0));
    assert_eq!(ask("memory", OWN).await, Some(0.5));
    assert_eq!(ask("qps", OWN).await, Some(0.0));
}

// row: E9
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn where_every_request_fails_the_share_of_errors_is_one_and_no_more() {
    let bed = Bed::shared();
    let said = |round: u64| {
        let count = 100 * round;
        format!(
            "http_requests_total{{status=\"500\",pod=\"a\"}} {count}\n\
             http_requests_total{{status=\"503\",pod=\"b\"}} {count}\n"
        )
    };
    let exporter = Exporter::new(&bed, "backend-gateway", &said(0)).await;
    let query = query("tuheg", "error-share");
    let mut round = 0;
    let share = until("a share of errors", async || {
        round += 1;
        exporter.say(&said(round));
        let share = asked(&bed, &query).await;
        share.filter(|it| !it.is_nan()).ok_or(share)
    })
    .await;
    assert!((share - 1.0).abs() < 1e-9, "{share}");
}
