//! `quarterdeck doctor`: what it finds wrong, how it says that it is mended, and that nothing holds it up.

use std::{fs, os::unix::fs::PermissionsExt};

use http::StatusCode;
use quarterdeck::sim::server::NetFault;
use serde_json::Value;

use super::{
    home::Home,
    schema::Schema,
    served::{SERVERS, Served, Server, status},
};

struct Findings {
    code: i32,
    items: Vec<Value>,
}

impl Findings {
    fn of(home: &Home, words: &[&str]) -> Self {
        Self::within(home, "30s", words)
    }

    /// Where something hangs the limit is what the answer takes; it leaves a busy machine time to read its own files.
    fn within(home: &Home, limit: &str, words: &[&str]) -> Self {
        let mut all = vec!["doctor", "--json", "--timeout", limit];
        all.extend(words);
        let output = home.command(&all).output().expect("it runs");
        let says = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(says.is_empty(), "{says}");
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let wrong = Schema::read("doctor").faults(&document);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        Self {
            code: output.status.code().expect("it ends by itself"),
            items: document["items"].as_array().expect("items").clone(),
        }
    }

    /// How a check came out, and what mends it.
    #[track_caller]
    fn check(&self, id: &str) -> (&str, Vec<&str>) {
        let found = self.items.iter().find(|item| item["id"] == id);
        let found = found.unwrap_or_else(|| panic!("no {id} in {:#?}", self.items));
        let mend = found["mend"].as_array().expect("commands");
        (
            found["result"].as_str().expect("a result"),
            mend.iter().filter_map(Value::as_str).collect(),
        )
    }

    /// Those that are neither right nor left out.
    fn wrong(&self) -> Vec<&str> {
        let wrong = self
            .items
            .iter()
            .filter(|item| !matches!(item["result"].as_str(), Some("ok" | "skipped")));
        wrong.filter_map(|item| item["id"].as_str()).collect()
    }
}

#[test]
fn a_whole_desk_is_found_whole_in_both_languages() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let found = Findings::of(&home, &["--config", served.config()]);
    assert_eq!((found.wrong(), found.code), (Vec::new(), 0));
    for id in [
        "files/config",
        "files/modes",
        "files/state",
        "files/packs",
        "terminal/term",
        "terminal/characters",
        "kubernetes/kubeconfig",
        "kubernetes/context",
        "kubernetes/server",
        "kubernetes/tls",
        "kubernetes/identity",
        "kubernetes/version",
        "kubernetes/clock",
        "kubernetes/pods",
        "kubernetes/pods/log",
        "kubernetes/nodes",
        "prometheus/server",
        "prometheus/queries",
        "alertmanager/1/server",
    ] {
        assert_eq!(found.check(id).0, "ok", "{id}");
    }
    for (locale, words) in [
        (
            "en",
            ["This machine", "signed in as", "certificate is trusted"],
        ),
        ("zh-CN", ["本机", "登录身份", "证书可信"]),
    ] {
        let output = home
            .command(&[
                "doctor",
                "--config",
                served.config(),
                "--locale",
                locale,
                "--timeout",
                "1m",
            ])
            .output()
            .expect("it runs");
        let page = String::from_utf8(output.stdout).expect("text");
        assert_eq!(output.status.code(), Some(0), "{page}");
        assert!(words.iter().all(|word| page.contains(word)), "{page}");
        assert!(
            !page.contains('\x1b') && !page.contains("doctor-"),
            "{page}"
        );
    }
}

#[test]
fn loose_files_and_a_poor_terminal_are_told_with_what_mends_them() {
    let home = Home::new().with("TERM", "dumb").with("LANG", "C");
    let served = Served::start(&home, "quiet");
    home.write_config("[poll]\nalerts = \"5s\"\n");
    let config = home.config();
    let kubeconfig = home.path().join("serve/kubeconfig");
    let loosen = |file, mode| {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).expect("a mode");
    };
    loosen(&config, 0o664);
    loosen(&kubeconfig, 0o644);
    let found = Findings::of(&home, &["--config", served.config()]);
    assert_eq!(found.code, 1);
    let (result, mend) = found.check("files/modes/1");
    assert_eq!(
        (result, mend),
        ("failed", vec![&*format!("chmod go-w {}", config.display())])
    );
    let (_, mend) = found.check("files/modes/2");
    assert!(
        mend[0].starts_with("chmod 600 ") && mend[0].ends_with("kubeconfig"),
        "{mend:?}"
    );
    assert_eq!(
        found.check("terminal/term"),
        ("failed", vec!["export TERM=xterm-256color"])
    );
    assert_eq!(found.check("terminal/characters").0, "warn");
}

#[test]
fn what_is_configured_wrong_is_one_line() {
    let home = Home::new();
    home.write_config("them = \"default\"\n");
    let found = Findings::of(&home, &[]);
    assert_eq!(found.code, 1);
    assert_eq!(
        found.check("files/config"),
        ("failed", vec!["quarterdeck config check"])
    );
}

#[test]
fn a_cluster_that_is_not_found_can_not_be_connected_to() {
    let home = Home::new();
    let found = Findings::of(&home, &[]);
    assert_eq!(
        (found.check("kubernetes/kubeconfig").0, found.code),
        ("failed", 5)
    );
    let served = Served::start(&home, "quiet");
    let file = home.path().join("serve/kubeconfig");
    let file = file.to_str().expect("text");
    let found = Findings::of(&home, &["--kubeconfig", file, "--context", "nowhere"]);
    assert_eq!(
        (found.check("kubernetes/context").0, found.code),
        ("failed", 5)
    );
    let away = fs::read_to_string(file).expect("a kubeconfig");
    let address = served.sim.kubernetes_url.clone();
    let other = home.path().join("other");
    fs::write(&other, away.replace(&address, "https://127.0.0.1:1")).expect("a file");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).expect("a mode");
    let found = Findings::of(&home, &["--kubeconfig", other.to_str().expect("text")]);
    let (result, mend) = found.check("kubernetes/server");
    assert_eq!(
        (result, mend),
        ("failed", vec!["curl -vk https://127.0.0.1:1/version"])
    );
    assert_eq!(found.code, 5);
}

#[test]
fn a_certificate_of_another_authority_is_told_from_a_server_that_is_away() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let text = fs::read_to_string(home.path().join("serve/kubeconfig")).expect("a kubeconfig");
    let bare = regex::Regex::new(r"(?m)^\s*certificate-authority(-data)?:.*\n").expect("it is one");
    let other = home.path().join("other");
    fs::write(&other, bare.replace_all(&text, "").as_ref()).expect("a file");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).expect("a mode");
    let found = Findings::of(&home, &["--kubeconfig", other.to_str().expect("text")]);
    assert_eq!(
        found.check("kubernetes/server").0,
        "ok",
        "{:#?}",
        found.items
    );
    let (result, mend) = found.check("kubernetes/tls");
    assert_eq!(result, "failed");
    assert!(mend[0].contains("--certificate-authority"), "{mend:?}");
    assert_eq!(found.code, 5);
    drop(served);
}

#[test]
fn servers_that_hang_hold_nothing_up() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    for server in SERVERS {
        served.strike(server, NetFault::Hang);
    }
    let found = Findings::within(&home, "20s", &["--config", served.config()]);
    assert_eq!(found.code, 5);
    for id in [
        "kubernetes/server",
        "prometheus/server",
        "alertmanager/1/server",
    ] {
        assert_eq!(found.check(id).0, "failed", "{id}");
    }
    // What is on this machine is told all the same.
    assert_eq!(found.check("files/packs").0, "ok");
}

#[test]
fn what_may_not_be_read_is_named_with_what_grants_it() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    served.strike(Server::Prometheus, status(StatusCode::FORBIDDEN));
    let found = Findings::of(&home, &["--config", served.config()]);
    assert_eq!(
        (found.check("prometheus/server").0, found.code),
        ("failed", 1)
    );
    served.heal();
    let file = home.path().join("serve/kubeconfig");
    let text = fs::read_to_string(&file).expect("a kubeconfig");
    let token = &served.sim.token;
    let nobody = token.replace("-demo", "-nobody");
    assert_ne!(*token, nobody);
    fs::write(&file, text.replace(token, &nobody)).expect("a file");
    let found = Findings::of(&home, &["--config", served.config()]);
    let (result, mend) = found.check("kubernetes/pods");
    assert_eq!(result, "failed");
    assert!(
        mend[0].starts_with("kubectl create rolebinding"),
        "{mend:?}"
    );
    assert_eq!(found.check("kubernetes/nodes").0, "warn");
    assert_eq!(found.code, 1);
}
