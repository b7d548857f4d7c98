//! A secret is where it belongs and nowhere else, in a demo as on a desk: one is planted in every place there is for secrets,
//! each is used, everything that can be looked at is looked at, and then every place is searched in which it must not be.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

use base64::Engine as _;
use serde_json::{Value, json};

use super::{
    home::Home,
    served::Served,
    session::{Session, Start},
};
use crate::hidden::{Planted, Processes};

const PLACES: [&str; 11] = [
    "variable", "file", "cluster", "sql", "redis", "header", "chosen", "copy", "url", "env-url",
    "setting",
];

/// The cluster, a person's home, and the servers that tell whatever they hear.
struct Stage {
    home: Home,
    served: Served,
    planted: Planted,
    heard: Arc<Mutex<Vec<u8>>>,
    /// The files that hold what is planted.
    own: Vec<PathBuf>,
}

/// Answers on a port, each time what it heard; `answers` puts that in the words of its protocol.
fn parrot(heard: &Arc<Mutex<Vec<u8>>>, answers: fn(&mut TcpStream, &Mutex<Vec<u8>>)) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    let heard = Arc::clone(heard);
    thread::spawn(move || {
        for mut came in listener.incoming().flatten() {
            let heard = Arc::clone(&heard);
            thread::spawn(move || answers(&mut came, &heard));
        }
    });
    port
}

/// The next that comes, as one line of text; `None` where nothing more does.
fn hears(came: &mut TcpStream, heard: &Mutex<Vec<u8>>) -> Option<String> {
    let mut piece = [0; 8192];
    let count = came.read(&mut piece).ok().filter(|count| *count > 0)?;
    heard
        .lock()
        .expect("it is whole")
        .extend_from_slice(&piece[..count]);
    let text = String::from_utf8_lossy(&piece[..count]).replace(['\r', '\n', '\0'], " ");
    Some(text)
}

fn as_redis(came: &mut TcpStream, heard: &Mutex<Vec<u8>>) {
    while let Some(text) = hears(came, heard) {
        let _ = write!(came, "-ERR I heard {text}\r\n");
    }
}

fn as_http(came: &mut TcpStream, heard: &Mutex<Vec<u8>>) {
    if let Some(text) = hears(came, heard) {
        let long = text.len();
        let _ = write!(
            came,
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {long}\r\nconnection: close\r\n\r\n{text}"
        );
    }
}

/// Asks for the password in clear, and tells it in its error.
fn as_postgres(came: &mut TcpStream, heard: &Mutex<Vec<u8>>) {
    if hears(came, heard).is_none() || came.write_all(b"R\0\0\0\x08\0\0\0\x03").is_err() {
        return;
    }
    if let Some(text) = hears(came, heard) {
        let body = format!("SFATAL\0VFATAL\0C28P01\0MI heard {text}\0\0");
        let long = u32::try_from(body.len() + 4).expect("it is short");
        let _ = came.write_all(&[&b"E"[..], &long.to_be_bytes(), body.as_bytes()].concat());
    }
}

impl Stage {
    fn new() -> Self {
        let home = Home::new();
        let which = home.path().file_name().expect("it has a name");
        let mut planted = Planted::of(&PLACES, &which.to_string_lossy());
        let served = Served::start(&home, "quiet");
        planted.also("token", served.sim.token.clone());
        let serve = PathBuf::from(served.config()).with_file_name("");
        let mut stage = Self {
            own: vec![serve.join("kubeconfig"), serve.join("token")],
            home: home
                .with("CANARY_VARIABLE", planted.at("variable"))
                .with("CANARY_CHOSEN", planted.at("chosen")),
            served,
            planted,
            heard: Arc::default(),
        };
        stage.plant_in_the_cluster();
        stage.settle();
        stage
    }

    /// A file of this home that holds a secret, and its path.
    fn plant(&mut self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.home.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a file");
        self.own.push(path.clone());
        path.to_str().expect("it is text").to_owned()
    }

    fn plant_in_the_cluster(&self) {
        let coded = |place: &str| {
            let engine = base64::engine::general_purpose::STANDARD;
            engine.encode(self.planted.at(place))
        };
        let copy = json!({"kind": "Secret", "data": {"key": coded("copy")},
            "stringData": {"key": self.planted.at("copy")}});
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {
                "name": "aviary", "namespace": "prod",
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": copy.to_string(),
                    "example.com/kept": copy.to_string(),
                },
            },
            "data": {"key": coded("cluster")},
        });
        self.served
            .create("/api/v1/namespaces/prod/secrets", &secret);
        // It writes out what it has by another way than this program's.
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "aviary-0", "namespace": "prod"},
            "spec": {"containers": [{
                "name": "main", "image": "aviary:1",
                "env": [{"name": "GIVEN", "value": self.planted.at("file")}],
            }]},
        });
        self.served.create("/api/v1/namespaces/prod/pods", &pod);
        let ready = json!({"status": {"phase": "Running", "containerStatuses": [{
            "name": "main", "image": "aviary:1", "imageID": "", "ready": true, "restartCount": 0,
            "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
        }]}});
        let path = "/api/v1/namespaces/prod/pods/aviary-0/status";
        self.served.patch(path, &ready);
    }

    /// The pack, and the two configs: that of the demo, and one of a desk that has the same servers.
    fn settle(&mut self) {
        let of = |place: &str| self.planted.at(place).to_owned();
        let (url, setting) = (of("url"), of("setting"));
        let (file, header) = (of("file"), of("header"));
        let (passfile, redis) = (format!("127.0.0.1:*:*:*:{}\n", of("sql")), of("redis"));
        let manifest = manifest([
            &self.plant("plain", &file),
            &self.plant("header", &header),
            &self.plant("pg", &passfile),
            &self.plant("redis", &redis),
        ]);
        let ports = [
            parrot(&self.heard, as_postgres),
            parrot(&self.heard, as_redis),
            parrot(&self.heard, as_http),
        ];
        let folder = self.home.path().join("config/quarterdeck/packs/canary");
        fs::create_dir_all(&folder).expect("a folder");
        let manifest = manifest
            .replace("SQL_PORT", &ports[0].to_string())
            .replace("REDIS_PORT", &ports[1].to_string());
        fs::write(folder.join("pack.toml"), manifest).expect("a file");
        let actions = ACTIONS.replace("HTTP_PORT", &ports[2].to_string());
        fs::write(folder.join("actions.toml"), actions).expect("a file");
        let log = self.at("state/canary.log");
        self.home
            .write_config(&format!("[log]\nlevel = \"trace\"\nfile = \"{log}\"\n"));
        let text = fs::read_to_string(self.served.config()).expect("a file");
        let mut desk: toml::Table = text.parse().expect("it is a config");
        desk.remove("demo").expect("it has the mark");
        let desk = desk.to_string();
        let with_url = format!("[prometheus]\nurl = \"https://li:{url}@127.0.0.1:1\"\n");
        self.plant("desk.toml", &desk);
        self.plant("with-url.toml", &with_url);
        let with_header = format!("{desk}\n[prometheus.headers]\nAuthorization = \"{setting}\"\n");
        self.plant("with-header.toml", &with_header);
    }

    fn at(&self, below: &str) -> String {
        let path = self.home.path().join(below);
        path.to_str().expect("it is text").to_owned()
    }

    /// The program without a terminal; what it said holds nothing.
    #[track_caller]
    fn calls(&self, config: &str, words: &[&str], given: &str) -> Output {
        let words = [&["--config", config, "--pack", "canary"], words].concat();
        let told = given_to(&self.home, &words, given);
        self.planted
            .is_not_in(&format!("what {words:?} wrote"), &told.stdout);
        self.planted
            .is_not_in(&format!("the errors of {words:?}"), &told.stderr);
        told
    }

    /// Plans and confirms each action, whatever comes of it, and asks for all that can be asked.
    fn acts(&self, config: &str, actions: &[&[&str]]) {
        for action in actions {
            let words = [&["run"], *action, &["--plan", "--json"]].concat();
            let planned = self.calls(config, &words, "");
            let plan: Value = serde_json::from_slice(&planned.stdout).unwrap_or_default();
            if let Some(challenge) = plan["challenge"].as_str() {
                let words = [&["run"], *action, &["--confirm", "-"]].concat();
                self.calls(config, &words, challenge);
            }
        }
        let export = self.at(&format!("export-{}.jsonl", actions.len()));
        for words in [
            &["runs", "--json"][..],
            &["journal"],
            &["journal", "--json"],
            &["journal", "export", &export],
            &["journal", "verify", "--json"],
            &["actions", "list", "--json"],
            &["actions", "show", "print", "--json"],
            &["actions", "show", "sql", "--json"],
            &["config", "show", "--sources"],
            &["doctor"],
            &["doctor", "--json"],
            &["status", "--json"],
            &["pods", "--json"],
        ] {
            self.calls(config, words, "");
        }
        for run in self.runs(config) {
            let id = run["id"].as_str().expect("it has one");
            self.calls(config, &["journal", "show", id], "");
            self.calls(config, &["journal", "show", id, "--json"], "");
        }
    }

    /// What the ledger of a config has, the newest first.
    fn runs(&self, config: &str) -> Vec<Value> {
        let told = self.calls(config, &["runs", "--json"], "");
        let document: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
        document["items"].as_array().cloned().unwrap_or_default()
    }

    fn cockpit(&self, config: &str) -> Session {
        let words = ["--config", config, "--pack", "canary"];
        Start::of(&self.home, &words).sized(160, 48).session()
    }

    /// Looks at everything, and leaves; nothing of a secret came to the terminal.
    fn walks(&self, config: &str) {
        let mut session = self.cockpit(config);
        session.shows("aviary-0");
        looks_at_the_secret(&mut session);
        for (key, shows) in [
            ("S", "▌Sources"),
            ("c", "Changes in the last hour"),
            ("J", "▌Journal"),
        ] {
            session.types(key);
            session.shows(shows);
            session.types("\x1b");
            session.hides(shows);
        }
        // What a program in a pod wrote.
        session.types(":");
        session.shows("┌ Commands");
        session.types("look inside");
        session.offers("Look inside");
        session.types("\r");
        session.chooses_run();
        session.shows("verdict: ");
        session.shows("•••");
        session.types("\x1b");
        session.hides("verdict: ");
        session.types("J");
        session.shows("▌Journal");
        session.types("\r");
        session.shows("verdict: ");
        session.types("\x1b");
        session.hides("verdict: ");
        session.types("\x1b");
        session.hides("▌Journal");
        session.types("q");
        session.left();
        self.is_not_on(&session);
    }

    #[track_caller]
    fn is_not_on(&self, session: &Session) {
        let terminal = session.terminal();
        assert!(terminal.bytes.len() > 1000);
        self.planted.is_not_in("a terminal", &terminal.bytes);
    }

    /// Nothing of it is in any file of the home that it was not planted in.
    fn is_in_no_file(&self, ledger: &str) {
        let read = self.planted.is_below_nowhere(self.home.path(), &self.own);
        assert!(read > 5, "{read}");
        let ledger = self.home.path().join("state/quarterdeck").join(ledger);
        assert!(ledger.is_file(), "no ledger was searched");
        // That it was written to; all that goes on is told to it.
        let log = fs::metadata(self.home.path().join("state/canary.log")).expect("a log");
        assert!(log.is_file());
    }
}

/// The secret as table, description, manifest and JSON.
fn looks_at_the_secret(session: &mut Session) {
    session.types("B");
    session.shows("┌ Kinds");
    session.types("secret");
    session.until("the kind", |terminal| {
        terminal.has("▸ secret") && terminal.row_with("secrets ").is_some()
    });
    session.types("\r");
    session.shows("secrets 1 ─");
    session.types("d");
    session.shows("Annotations");
    session.types("\x1b");
    session.hides("Annotations");
    session.types("v");
    session.shows("•••");
    session.types("t");
    session.shows("\"kind\"");
    session.types("\x1b");
    session.hides("\"kind\"");
    session.types("\x1b");
    session.hides("secrets 1 ─");
}

fn given_to(home: &Home, words: &[&str], given: &str) -> Output {
    use std::process::Stdio;
    let mut child = home
        .command(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("it was asked for");
    // A program that has ended does not listen any more.
    let _ = stdin.write_all(given.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// A pack with a secret from each place, delivered in each way.
fn manifest([file, header, passfile, redis]: [&str; 4]) -> String {
    format!(
        r#"
[pack]
id = "canary"
title = "Canary"
time_zone = "UTC"
[secret.variable]
from = "env:CANARY_VARIABLE"
deliver = {{ env = "GIVEN_VARIABLE" }}
[secret.file]
from = "file:{file}"
deliver = {{ env = "GIVEN_FILE" }}
[secret.cluster]
from = "k8s:prod/aviary#key"
deliver = {{ env = "GIVEN_CLUSTER" }}
[secret.chosen]
from = "env:CANARY_CHOSEN"
deliver = {{ env = "GIVEN_CHOSEN" }}
[secret.header]
from = "file:{header}"
deliver = {{ header = "Authorization" }}
[secret.sql]
from = "file:{passfile}"
deliver = {{ file = "PGPASSFILE" }}
[secret.redis]
from = "file:{redis}"
deliver = {{ env = "REDISCLI_AUTH" }}
[connection.sql]
kind = "postgres"
host = "127.0.0.1"
port = SQL_PORT
user = "li"
database = "birds"
secret = "sql"
tls = "off"
[connection.redis]
kind = "redis"
host = "127.0.0.1"
port = REDIS_PORT
secret = "redis"
db = 0
tls = "off"
"#
    )
}

/// A step for each of the secrets; one program writes out all that it was given.
const ACTIONS: &str = r#"
[action.print]
title = { en = "Print", zh = "打印" }
tier = "T1"
target = "named/print"
params.key = { type = "secret" }
run = [{ command = ["/usr/bin/printenv"], secrets = ["variable", "file", "cluster", "$key"] }]
[action.inside]
title = { en = "Look inside", zh = "容器内" }
tier = "T1"
target = "pod/aviary-0"
run = [{ exec = "$target", in = "one", argv = ["printenv", "GIVEN"] }]
[action.sql]
title = { en = "Ask", zh = "查询" }
tier = "T1"
target = "database/sql/birds"
run = [{ sql = "SELECT current_user", connection = "sql" }]
[action.redis]
title = { en = "Ask Redis", zh = "查询 Redis" }
tier = "T1"
target = "redis/redis"
run = [{ redis = ["PING"], connection = "redis" }]
[action.http]
title = { en = "Call", zh = "调用" }
tier = "T1"
target = "named/http"
run = [{ http = "POST", url = "http://127.0.0.1:HTTP_PORT/hook", secrets = ["header"], save = "answer", regex = '(?<all>(?s).+)' }]
"#;

const PRINT: [&str; 3] = ["print", "--param", "key=chosen"];

/// What the newest run of an action wrote in its first step.
fn wrote(runs: &[Value], action: &str) -> String {
    let of = runs
        .iter()
        .find(|run| run["intent"]["plan"]["action"] == format!("canary/{action}"));
    let run = of.unwrap_or_else(|| panic!("no run of {action}: {runs:?}"));
    run["steps"][0]["output"].to_string()
}

// row: G5
#[test]
fn in_a_demo_it_is_seen_by_nobody_it_is_not_for() {
    let stage = Stage::new();
    let processes = Processes::watched();
    let config = stage.served.config().to_owned();
    let all: [&[&str]; 5] = [&PRINT, &["inside"], &["sql"], &["redis"], &["http"]];
    stage.acts(&config, &all);
    stage.walks(&config);
    assert!(wrote(&stage.runs(&config), "inside").contains("•••"));
    assert!(
        stage.heard.lock().expect("it is whole").is_empty(),
        "a demo asks nobody"
    );
    let seen = processes.end();
    stage.planted.is_not_in("the arguments of a process", &seen);
    stage.is_in_no_file("demo-ledger.db");
}

// row: G5
#[test]
fn on_a_desk_it_is_seen_by_nobody_it_is_not_for() {
    let stage = Stage::new();
    let processes = Processes::watched();
    let config = stage.at("desk.toml");
    let all: [&[&str]; 5] = [&PRINT, &["inside"], &["sql"], &["redis"], &["http"]];
    stage.acts(&config, &all);
    stage.walks(&config);
    let words = [
        &["--config", &config, "--pack", "canary", "run"],
        &PRINT[..],
    ]
    .concat();
    let mut session = Start::of(&stage.home, &words).session();
    session.chooses_run();
    session.left();
    stage.is_not_on(&session);
    let seen = processes.end();
    stage.planted.is_not_in("the arguments of a process", &seen);
    stage.is_in_no_file("ledger.db");
    // Each got where it belongs.
    let runs = stage.runs(&config);
    assert!(wrote(&runs, "inside").contains("•••"));
    let printed = wrote(&runs, "print");
    for name in ["VARIABLE", "FILE", "CLUSTER", "CHOSEN"] {
        assert!(printed.contains(&format!("GIVEN_{name}=•••")), "{printed}");
    }
    let heard = stage.heard.lock().expect("it is whole");
    let heard = String::from_utf8_lossy(&heard);
    for place in ["header", "sql", "redis"] {
        assert!(heard.contains(stage.planted.at(place)), "{place}: {heard}");
    }
}

#[test]
fn in_settings_it_is_refused_or_covered() {
    let mut stage = Stage::new();
    for config in ["with-url.toml", "with-header.toml"] {
        let config = stage.at(config);
        for words in [
            &["config", "show", "--sources"][..],
            &["doctor"],
            &["doctor", "--json"],
            &["status", "--timeout", "2s"],
        ] {
            stage.calls(&config, words, "");
        }
    }
    let told = stage.calls(&stage.at("with-url.toml"), &["status"], "");
    assert_eq!(told.status.code(), Some(2), "{told:?}");
    let url = format!("https://li:{}@127.0.0.1:1", stage.planted.at("env-url"));
    stage
        .home
        .variables
        .insert("QUARTERDECK_PROMETHEUS__URL".to_owned(), url);
    let told = stage.calls(&stage.at("desk.toml"), &["config", "show"], "");
    assert_eq!(told.status.code(), Some(2), "{told:?}");
    stage
        .planted
        .is_below_nowhere(stage.home.path(), &stage.own);
}
