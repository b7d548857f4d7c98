//! `pack lint --server` against a real Prometheus: it parses every query, and knows which metrics there are.

use std::{fs, process::Output, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use crate::{
    harness::{Bed, Exporter},
    pty::home::Home,
};

/// Until a server has scraped, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(240);

const WHO: &str = "[pack]\nid = \"bed\"\ntitle = \"Bed\"\ntime_zone = \"UTC\"\n";

fn lint(home: &Home, more: &[&str]) -> Output {
    let words = [&["pack", "lint", "bed"][..], more].concat();
    home.command(&words).output().expect("it runs")
}

fn findings(output: &Output) -> Vec<(String, String, u64, u64)> {
    let page: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let all = page["findings"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    all.map(|it| {
        let place = |key: &str| it[key].as_u64().expect("a number");
        (
            text(&it["rule"]),
            text(&it["at"]),
            place("line"),
            place("column"),
        )
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_it_does_not_parse_or_have_is_found_at_its_place() {
    let bed = Bed::shared();
    let _exporter = Exporter::new(&bed, "parsed", "queries_parsed_total{code=\"500\"} 1\n").await;
    let url = bed.place("PROMETHEUS_URL");
    let home = Home::new();
    let folder = home.path().join("bed");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("pack.toml"), WHO).expect("a file");
    // Its brackets are closed, so that it loads; what rate takes only the server knows.
    fs::write(
        folder.join("probes.toml"),
        "[probe.well]\npromql = 'sum by (job) (rate(queries_parsed_total[5m]))'\n\n\
         [probe.refused]\npromql = 'sum(rate(queries_parsed_total))'\n\n\
         [probe.missing]\npromql = 'sum(queries_pasred_total)'\n",
    )
    .expect("a file");
    fs::write(
        folder.join("watch.toml"),
        "[slo.a]\nobjective = \"99%\"\nperiod = \"month\"\n\
         errors = 'sum(rate(queries_parsed_total{code=~\"5..\"}[$window]))'\n\
         total = 'sum(rate(queries_parsed_total[$window]))'\n",
    )
    .expect("a file");
    let offline = lint(&home, &["--json"]);
    assert_eq!(findings(&offline), [], "nothing is known without a server");

    let began = Instant::now();
    let told = loop {
        let told = lint(&home, &["--server", url, "--json"]);
        let found = findings(&told);
        // Until it has scraped it has none of them.
        if !found.iter().any(|(_, at, ..)| at == "probe.well.promql") {
            break told;
        }
        assert!(began.elapsed() < PATIENCE, "{found:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(told.status.code(), Some(1), "{told:?}");
    let of = |rule: &str, at: &str, line, column| (rule.to_owned(), at.to_owned(), line, column);
    assert_eq!(
        findings(&told),
        [
            // `queries_parsed_total`, the argument: `promql = 'sum(rate(` stands before it.
            of("server-refuses-query", "probe.refused.promql", 5, 20),
            of("server-lacks-metric", "probe.missing.promql", 8, 15),
        ]
    );
    let page: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
    assert_eq!(page["server"]["queries"], 5);
    assert!(page["server"]["metrics"].as_u64() > Some(3), "{page}");

    let said = lint(&home, &["--server", url]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("expected type range vector") && said.contains('^'),
        "{said}"
    );
    // The queries of the packs that come along are PromQL to it, whatever metrics it has.
    for pack in ["glancy", "after-sales", "lawsker", "module", "tuheg"] {
        let told = home
            .command(&["pack", "lint", pack, "--server", url, "--json"])
            .output()
            .expect("it runs");
        let found = findings(&told);
        let refused = found
            .iter()
            .find(|(rule, ..)| rule == "server-refuses-query");
        assert!(refused.is_none(), "{pack}: {refused:?}");
    }
}
