//! `quarterdeck pack`: told without a terminal, a cluster or any configuration.

use std::{fs, process::Output};

use serde_json::Value;

use super::{home::Home, schema::Schema};

fn pack(home: &Home, arguments: &[&str]) -> Output {
    let arguments: Vec<&str> = std::iter::once("pack")
        .chain(arguments.iter().copied())
        .collect();
    home.command(&arguments).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

#[test]
fn a_new_pack_lints_clean_and_a_mistake_in_it_is_named() {
    let home = Home::new();
    let made = pack(&home, &["new", "night-shift"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let again = pack(&home, &["new", "night-shift"]);
    assert_eq!(again.status.code(), Some(2), "nothing is written over");
    let clean = pack(&home, &["lint", "night-shift"]);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean.stdout));

    let path = home.path().join("night-shift/actions.toml");
    let whole = fs::read_to_string(&path).expect("it was written");
    let line = "by_hand = [\"kubectl logs deploy/web --context=prod -n prod\"]\n";
    fs::write(&path, format!("{whole}{line}")).expect("it can be written");
    let warned = pack(&home, &["lint", "night-shift"]);
    assert_eq!(warned.status.code(), Some(3), "only a warning");
    let told = text(&warned.stdout);
    assert!(
        told.contains("actions.toml:12:") && told.contains("^^^^"),
        "{told}"
    );
    assert!(told.contains("[kubectl-logs-one-pod]"), "{told}");
    let chinese = text(&pack(&home, &["lint", "night-shift", "--locale", "zh-CN"]).stdout);
    assert!(chinese.contains("只读其中一个 Pod"), "{chinese}");

    let line = line.replace("--context=prod ", "");
    fs::write(&path, format!("{whole}{line}")).expect("it can be written");
    let failed = pack(&home, &["lint", "night-shift", "--json"]);
    assert_eq!(failed.status.code(), Some(1), "an error");
    let page = json(&failed);
    let findings = page["findings"].as_array().expect("a list");
    let rules: Vec<&str> = findings
        .iter()
        .filter_map(|it| it["rule"].as_str())
        .collect();
    assert_eq!(rules, ["kubectl-without-context", "kubectl-logs-one-pod"]);
    assert_eq!(findings[0]["at"], "action.restart-web.by_hand[0]");

    fs::write(&path, whole.replace("tier", "teir")).expect("it can be written");
    let broken = pack(&home, &["lint", "night-shift"]);
    assert_eq!(broken.status.code(), Some(1));
    let told = text(&broken.stderr);
    assert!(
        told.contains("did you mean `tier`?") && told.contains("actions.toml:"),
        "{told}"
    );
}

#[test]
fn schemas_are_printed_and_written_for_an_editor() {
    let home = Home::new();
    let all = json(&pack(&home, &["schema", "--json"]));
    let kinds: Vec<&String> = all.as_object().expect("an object").keys().collect();
    assert_eq!(
        kinds,
        [
            "actions", "holidays", "pack", "probes", "routine", "tests", "watch"
        ]
    );
    let watch = json(&pack(&home, &["schema", "watch", "--json"]));
    assert_eq!(watch, all["watch"]);
    assert_eq!(
        watch["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let gauge = &watch["$defs"]["gauge"];
    assert_eq!(gauge["additionalProperties"], false);
    assert_eq!(gauge["required"], serde_json::json!(["probe"]));
    assert!(gauge["properties"]["good"]["description"].is_string());

    let page = pack(&home, &["schema", "watch"]);
    let told = text(&page.stdout);
    assert!(
        told.starts_with("## watch.toml")
            && told.contains("### gauge")
            && !told.contains("### action"),
        "{told}"
    );
    assert_eq!(pack(&home, &["schema", "wacht"]).status.code(), Some(2));

    let written = pack(&home, &["schema", "--to", "for/editor"]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    assert!(text(&written.stdout).contains("#:schema editor/pack.schema.json"));
    let file = fs::read(home.path().join("for/editor/watch.schema.json")).expect("it was written");
    let file: Value = serde_json::from_slice(&file).expect("it is JSON");
    assert_eq!(file, watch);
    fs::write(home.path().join("full"), "").expect("a file");
    assert_eq!(
        pack(&home, &["schema", "--to", "full"]).status.code(),
        Some(1)
    );
}

#[test]
fn what_no_server_was_asked_is_said() {
    let home = Home::new();
    let offline = pack(&home, &["lint", "glancy"]);
    assert_eq!(offline.status.code(), Some(0));
    assert!(text(&offline.stdout).contains("No server was asked"));
    assert_eq!(
        json(&pack(&home, &["lint", "glancy", "--json"]))["server"],
        Value::Null
    );
    // Nobody listens on port 1.
    let dead = ["lint", "glancy", "--server", "http://127.0.0.1:1"];
    let dead = pack(&home, &dead);
    assert_eq!(dead.status.code(), Some(5), "{}", text(&dead.stderr));
    assert!(text(&dead.stderr).contains("http://127.0.0.1:1"));
    assert!(text(&dead.stdout).contains("The server gave no answer"));
    let none = pack(&home, &["lint", "glancy", "--server", "desk"]);
    assert_eq!(none.status.code(), Some(5), "{}", text(&none.stdout));
    assert!(text(&none.stderr).contains("names no Prometheus"));
    let odd = pack(&home, &["lint", "glancy", "--server", "prometheus"]);
    assert!(
        text(&odd.stderr).contains("http://"),
        "{}",
        text(&odd.stderr)
    );
}

/// The embedded server takes the queries of the packs that come along, and names no metrics.
#[test]
fn a_server_is_asked_for_every_query() {
    let home = Home::new();
    let served = super::served::Served::start(&home, "quiet");
    let call = [
        "--config",
        served.config(),
        "pack",
        "lint",
        "glancy",
        "--server",
        "desk",
    ];
    let told = home.command(&call).output().expect("it runs");
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    let said = text(&told.stdout);
    assert!(said.contains("It names no metrics"), "{said}");
    let told = home
        .command(&[&call[..], &["--json"]].concat())
        .output()
        .expect("it runs");
    let server = &json(&told)["server"];
    assert!(
        server["queries"].as_u64() > Some(30) && server["metrics"].is_null(),
        "{server}"
    );
}

#[test]
fn what_a_pack_accepts_is_told_only_when_asked() {
    let home = Home::new();
    let short = pack(&home, &["lint", "glancy"]);
    let long = pack(&home, &["lint", "glancy", "--all"]);
    assert_eq!(
        (short.status.code(), long.status.code()),
        (Some(0), Some(0))
    );
    assert!(!text(&short.stdout).contains("limit-two-reds"));
    assert!(text(&long.stdout).contains("[limit-two-reds]"));
    let pages = [
        &["lint", "glancy", "--json"][..],
        &["lint", "glancy", "--json", "--all"][..],
    ];
    let counts = pages.map(|arguments| {
        json(&pack(&home, arguments))["findings"]
            .as_array()
            .map(Vec::len)
    });
    assert_eq!(counts[0], Some(0));
    assert!(counts[1] > Some(0));
}

#[test]
fn packs_are_listed_shown_and_held_against_each_other() {
    let home = Home::new();
    let own = home.path().join("config/quarterdeck/packs");
    fs::create_dir_all(own.join("broken")).expect("a folder");
    fs::write(own.join("broken/pack.toml"), "[pack]\nid = 1\n").expect("a file");
    let list = json(&pack(&home, &["list", "--json"]));
    let loads = |id: &str| {
        let packs = list["packs"].as_array().expect("a list");
        let one = packs
            .iter()
            .find(|it| it["id"] == id)
            .expect("it is listed");
        one["loads"].as_bool()
    };
    assert_eq!(
        (loads("glancy"), loads("broken")),
        (Some(true), Some(false))
    );

    let shown = json(&pack(&home, &["show", "glancy", "--json"]));
    let actions = shown["actions"].as_array().map_or(0, Vec::len);
    assert!(actions > 20, "{shown}");
    assert_eq!(pack(&home, &["show", "broken"]).status.code(), Some(1));
    assert_eq!(pack(&home, &["show", "no-such"]).status.code(), Some(2));

    let folder = own.join("glancy");
    let files = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/glancy");
    fs::create_dir_all(folder.join("templates")).expect("a folder");
    for from in [files.clone(), files.join("templates")] {
        for file in fs::read_dir(&from).expect("it is there").flatten() {
            let below = file.path();
            let to = folder.join(below.strip_prefix(&files).expect("it is below"));
            if below.is_file() {
                fs::copy(&below, to).expect("it can be copied");
            }
        }
    }
    assert!(text(&pack(&home, &["diff", "glancy"]).stdout).contains("Nothing differs"));
    let watch = folder.join("watch.toml");
    let changed = fs::read_to_string(&watch)
        .expect("it is there")
        .replacen(">= 0.8", ">= 0.7", 1);
    fs::write(&watch, changed).expect("it can be written");
    let told = text(&pack(&home, &["diff", "glancy"]).stdout);
    assert!(
        told.contains("--- watch.toml") && told.contains("\n-") && told.contains("\n+"),
        "{told}"
    );
    assert!(!told.contains("actions.toml"), "{told}");
}

// row: A18, D15
#[test]
fn whom_to_reach_is_told_in_words_and_as_json() {
    let home = Home::new();
    let told = |words: &[&str]| {
        let output = home.command(words).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output
    };
    let words = ["contacts", "--pack", "lawsker", "--locale", "zh-CN"];
    let page = text(&told(&words).stdout);
    let row = |name: &str| {
        page.lines()
            .find(|line| line.contains(name))
            .map(str::to_owned)
    };
    let cto = row("CTO").expect("it is there");
    assert!(cto.contains("未提供联系方式"), "{cto}");
    let vendor = row("云服务商").expect("it is there");
    assert!(
        vendor.starts_with("厂商") && vendor.contains("未提供联系方式"),
        "{vendor}"
    );
    let words = ["contacts", "--pack", "after-sales", "--locale", "zh-CN"];
    let page = text(&told(&words).stdout);
    for (name, path) in [
        ("部署指南", "DEPLOYMENT_GUIDE.md"),
        ("故障排查指南", "TROUBLESHOOTING_GUIDE.md"),
        ("监控告警配置", "MONITORING_SETUP.md"),
    ] {
        let line = page.lines().find(|line| line.contains(name));
        let line = line.expect("it is there");
        // Once in its name, and once as where it is.
        assert_eq!(line.matches(path).count(), 2, "{line}");
    }
    let loki = text(&told(&["contacts", "--pack", "glancy"]).stdout);
    let loki = loki.lines().find(|line| line.contains("Loki"));
    assert!(
        loki.is_some_and(|line| line.contains("https://grafana.glancy.dev/explore {")),
        "{loki:?}"
    );
    let document = json(&told(&["contacts", "--pack", "after-sales", "--json"]));
    assert_eq!(document["desk"]["pack"], "after-sales");
    let faults = Schema::read("contacts").faults(&document);
    assert!(faults.is_empty(), "{faults:?}");
    let items = document["items"].as_array().expect("a list");
    let group = items.iter().find(|it| it["ways"][0] == "feishu:应急响应群");
    assert_eq!(group.expect("it is there")["part"], "groups");
}

#[test]
fn what_other_tools_know_is_written_as_a_pack_and_the_rest_is_listed() {
    let home = Home::new();
    let file = |name: &str, text: &str| fs::write(home.path().join(name), text).expect("a file");
    let rule = "groups:\n  - name: shop\n    rules:\n      - alert: Backlog\n        expr: queue_depth > 500\n        labels: { severity: critical }\n";
    file("clean.yml", rule);
    file(
        "more.yml",
        &format!(
            "{rule}        for: 5m\n        annotations: {{ playbook: ask the night shift }}\n"
        ),
    );
    file("none.yml", "kind: ConfigMap\nmetadata: { name: other }\n");

    let clean = pack(&home, &["import", "clean.yml", "--id", "clean"]);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean.stderr));
    let said = text(&clean.stdout);
    assert!(
        said.contains("alerts: 1 · gauges: 1 · SLOs: 0 · not carried: 0"),
        "{said}"
    );
    let mut files: Vec<String> = fs::read_dir(home.path().join("clean"))
        .expect("the folder was made")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    assert_eq!(files, ["pack.toml", "probes.toml", "watch.toml"]);
    let watch = fs::read_to_string(home.path().join("clean/watch.toml")).expect("it was written");
    assert!(
        watch.contains("[alert.Backlog]\nseverity = \"critical\""),
        "{watch}"
    );
    let lint = pack(&home, &["lint", "clean"]);
    assert_eq!(lint.status.code(), Some(0), "{}", text(&lint.stdout));
    let again = pack(&home, &["import", "clean.yml", "--id", "clean"]);
    assert_eq!(again.status.code(), Some(2), "nothing is written over");

    let words = ["import", "more.yml", "--id", "more", "--locale", "zh-CN"];
    let more = pack(&home, &words);
    assert_eq!(more.status.code(), Some(3), "{}", text(&more.stderr));
    let said = text(&more.stdout);
    for line in [
        "– more.yml: alert Backlog: for：Prometheus 仍按此时长等待后触发",
        "– more.yml: alert Backlog: annotations.playbook：注解随每条告警到来",
        "未能带入 2",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let page = json(&pack(
        &home,
        &["import", "more.yml", "--id", "most", "--json"],
    ));
    assert_eq!(page["left"][1]["why"], "waits", "{page:#}");
    assert_eq!(page["left"][1]["what"], "more.yml: alert Backlog: for");

    let none = pack(&home, &["import", "none.yml", "--id", "none"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stdout).contains("none.yml: ConfigMap other"));
    assert!(
        !home.path().join("none").exists(),
        "no empty pack is left behind"
    );
}
