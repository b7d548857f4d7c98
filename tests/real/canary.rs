//! A secret is where it belongs and nowhere else: one is planted in every place a step takes secrets from, each is used,
//! and then every place is searched in which it must not be.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use k8s_openapi::api::core::v1::Secret;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

use crate::harness::{Bed, Database, Person, Space, User, until};
use crate::hidden::{Planted, Processes};

/// The places of this bed that secrets are planted in. Each was seen by whom it is for.
const PLACES: [&str; 8] = [
    "variable", "file", "cluster", "sql", "redis", "header", "chosen", "ledger",
];

/// The private key of a person, which their kubeconfig holds.
fn plant_key_of(planted: &mut Planted, person: &Person) {
    use base64::Engine as _;
    let file: serde_json::Value =
        serde_json::from_slice(&fs::read(person.at("kubeconfig")).unwrap()).unwrap();
    let coded = file["users"][0]["user"]["client-key-data"]
        .as_str()
        .unwrap();
    let pem = base64::engine::general_purpose::STANDARD
        .decode(coded)
        .unwrap();
    let pem = String::from_utf8(pem).unwrap();
    planted.also("kubeconfig", coded.to_owned());
    let line = pem.lines().nth(1).unwrap();
    planted.also("kubeconfig, in clear", line.to_owned());
}

/// Answers every question with its own headers, and keeps them.
async fn echo(tasks: &mut JoinSet<()>) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::<Mutex<String>>::default();
    let into = Arc::clone(&heard);
    tasks.spawn(async move {
        while let Ok((mut came, _)) = listener.accept().await {
            let mut question = Vec::new();
            while !question.windows(4).any(|it| it == b"\r\n\r\n") {
                let mut piece = [0; 4096];
                match came.read(&mut piece).await {
                    Ok(count @ 1..) => question.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&question).into_owned();
            into.lock().unwrap().push_str(&text);
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            let _ = came.write_all(answer.as_bytes()).await;
        }
    });
    (port, heard)
}

/// A pack that takes secrets from each place, delivered in each way.
fn manifest(space: &Space<'_>, planted: &Planted, person: &Person, database: &Database) -> String {
    let bed = space.bed;
    let file = person.write("secret", &format!("{}\n", planted.at("header")));
    let passfile = person.write("pg", &format!("127.0.0.1:*:*:*:{}\n", planted.at("sql")));
    let redis = person.write("redis", planted.at("redis"));
    let of_file = person.write("plain", planted.at("file"));
    let redis_port = bed
        .place("REDIS_URL")
        .rsplit_once(':')
        .unwrap()
        .1
        .to_owned();
    let server = database.server();
    let sql_port = server.rsplit_once(':').unwrap().1;
    let name = &space.name;
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
from = "file:{of_file}"
deliver = {{ env = "GIVEN_FILE" }}
[secret.cluster]
from = "k8s:{name}/canary#key"
deliver = {{ env = "GIVEN_CLUSTER" }}
[secret.header]
from = "file:{file}"
deliver = {{ header = "Authorization" }}
[secret.sql]
from = "file:{passfile}"
deliver = {{ file = "PGPASSFILE" }}
[secret.redis]
from = "file:{redis}"
deliver = {{ env = "REDISCLI_AUTH" }}
[secret.chosen]
from = "env:CANARY_CHOSEN"
deliver = {{ env = "GIVEN_CHOSEN" }}
[connection.sql]
kind = "postgres"
host = "127.0.0.1"
port = {sql_port}
user = "{role}"
database = "{database}"
secret = "sql"
tls = "off"
[connection.redis]
kind = "redis"
host = "127.0.0.1"
port = {redis_port}
user = "{name}"
secret = "redis"
db = 0
tls = "off"
"#,
        of_file = of_file.display(),
        file = file.display(),
        passfile = passfile.display(),
        redis = redis.display(),
        role = database.role("li"),
        database = database.name,
    )
}

/// A step for each of the secrets; `print` is a program that writes out what it was given.
fn actions(
    space: &Space<'_>,
    planted: &Planted,
    person: &Person,
    port: u16,
    database: &Database,
) -> String {
    let name = &space.name;
    format!(
        r#"
[action.print]
title = {{ en = "Print", zh = "打印" }}
tier = "T1"
target = "named/{name}-print"
params.key = {{ type = "secret" }}
run = [{{ command = ["/usr/bin/printenv"], secrets = ["variable", "file", "cluster", "$key"] }}]
[action.inside]
title = {{ en = "Inside", zh = "容器内" }}
tier = "T1"
target = "pod/tools-0"
run = [{{ exec = "$target", in = "one", argv = ["/usr/bin/cat", "{of_cluster}"] }}]
[action.sql]
title = {{ en = "Ask", zh = "查询" }}
tier = "T1"
target = "database/sql/{database}"
run = [{{ sql = "SELECT current_user, pg_sleep(1)", connection = "sql" }}]
[action.redis]
title = {{ en = "Ask Redis", zh = "查询 Redis" }}
tier = "T1"
target = "redis/redis"
run = [{{ redis = ["PING"], connection = "redis" }}]
[action.http]
title = {{ en = "Call", zh = "调用" }}
tier = "T1"
target = "named/{name}-http"
run = [{{ http = "POST", url = "http://127.0.0.1:{port}/hook", secrets = ["header"], save = "answer", regex = '(?<all>(?s).+)' }}]
"#,
        of_cluster = person.write("of-cluster", planted.at("cluster")).display(),
        database = database.name,
    )
}

/// What the cluster, PostgreSQL and Redis keep of the secrets.
async fn plant(space: &Space<'_>, planted: &Planted, database: &Database) {
    let _: Secret = space
        .create(
            json!({"metadata": {"name": "canary"}, "stringData": {"key": planted.at("cluster")}}),
        )
        .await;
    space.bed.kubectl(
        User::Admin,
        &[
            "-n",
            &space.name,
            "run",
            "tools-0",
            "--image=registry.local/tools:1",
        ],
    );
    let ready = [
        "wait",
        "--for=condition=Ready",
        "--timeout=60s",
        "pod/tools-0",
    ];
    space.bed.kubectl(
        User::Admin,
        &[&["-n", space.name.as_str()][..], &ready].concat(),
    );
    let role = database.role("li");
    database.admin_sql(&format!(
        "ALTER ROLE {role} PASSWORD '{}'",
        planted.at("sql")
    ));
    redis(
        space,
        &[
            "ACL",
            "SETUSER",
            &space.name,
            "on",
            &format!(">{}", planted.at("redis")),
            "allcommands",
            "allkeys",
        ],
    );
    database.admin_sql(&format!(
        "ALTER ROLE {} PASSWORD '{}'",
        database.role("wang"),
        planted.at("ledger")
    ));
}

/// The desk of this person: all that is told to the program, its log at its loudest.
fn settle(
    space: &Space<'_>,
    planted: &Planted,
    person: &mut Person,
    port: u16,
    database: &Database,
) {
    for (variable, place) in [("CANARY_VARIABLE", "variable"), ("CANARY_CHOSEN", "chosen")] {
        person
            .variables
            .insert(variable.to_owned(), planted.at(place).to_owned());
    }
    let ledger = person.write(
        "ledger-pass",
        &format!("*:*:*:*:{}\n", planted.at("ledger")),
    );
    let pack = manifest(space, planted, person, database);
    let actions = actions(space, planted, person, port, database);
    person.pack(
        "canary",
        &[("pack.toml", &pack), ("actions.toml", &actions)],
    );
    person.config(&format!(
        "namespaces = [\"{}\"]\ndiscover = \"off\"\npack = \"canary\"\n[log]\nlevel = \"trace\"\n\
         [ledger]\nurl = \"postgres://{}@{}/{}\"\npassfile = \"{}\"\nca_file = \"{}\"\n",
        space.name,
        database.role("wang"),
        database.server(),
        database.name,
        ledger.display(),
        person.at("ca.crt").display(),
    ));
}

/// Redis, asked by whoever runs the bed.
fn redis(space: &Space<'_>, words: &[&str]) {
    let mut command = std::process::Command::new(space.bed.folder().join("bin/redis-cli"));
    let output = command
        .args(["-u", space.bed.place("REDIS_URL")])
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Runs every action, and asks for all that can be asked: what that said, and the runs.
async fn acted(person: &Person) -> (Vec<u8>, Vec<Value>) {
    let (mut said, mut runs) = (Vec::new(), Vec::new());
    for act in [
        &["print", "--param", "key=chosen"][..],
        &["inside"],
        &["sql"],
        &["redis"],
        &["http"],
    ] {
        let acted = person.act(act).await;
        assert_eq!(acted.code, Some(0), "{act:?}: {acted:?}");
        said.extend_from_slice(format!("{acted:?}").as_bytes());
        runs.extend(person.runs().await.into_iter().next());
    }
    let id = runs[1]["id"].as_str().unwrap().to_owned();
    for call in [
        &["runs", "--json"][..],
        &["journal", "--json"],
        &["journal", "show", &id],
        &["journal", "export"],
        &["actions", "list", "--json"],
        &["actions", "show", "print"],
        &["config", "show", "--sources"],
        &["doctor"],
    ] {
        let told = person.call(call, "").await;
        said.extend_from_slice(format!("{told:?}").as_bytes());
    }
    (said, runs)
}

/// Each secret got where it belongs, and stands there in no other form.
fn got_there(planted: &Planted, heard: &str, runs: &[Value]) {
    assert!(heard.contains(planted.at("header")));
    let printed = runs[0]["steps"][0]["output"].to_string();
    for name in [
        "GIVEN_VARIABLE=•••",
        "GIVEN_FILE=•••",
        "GIVEN_CLUSTER=•••",
        "GIVEN_CHOSEN=•••",
    ] {
        assert!(printed.contains(name), "{name}: {printed}");
    }
    let inside = &runs[1];
    assert_eq!(inside["steps"][0]["output"][0]["text"], "•••", "{inside}");
}

/// All that PostgreSQL has of the five runs.
async fn shared(person: &Person, database: &Database) -> String {
    until("all of it in PostgreSQL", async || {
        person.runs().await;
        let rows = database.admin_sql("SELECT body FROM quarterdeck.entries");
        let outcomes = rows.matches("\"kind\":\"outcome\"").count();
        if outcomes == 5 {
            Ok(rows)
        } else {
            Err(outcomes)
        }
    })
    .await
}

// row: G5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_seen_by_nobody_it_is_not_for() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "canary").await;
    let mut planted = Planted::of(&PLACES, &space.name);
    let mut person = Person::in_space(&space, "cass", None, "admin");
    let database = Database::on(&bed);
    let mut tasks = JoinSet::new();
    let (port, heard) = echo(&mut tasks).await;

    plant(&space, &planted, &database).await;
    plant_key_of(&mut planted, &person);
    settle(&space, &planted, &mut person, port, &database);
    // What the setting up said is nobody's business here; from now on every process is looked at.
    let processes = Processes::watched();
    let (said, runs) = acted(&person).await;
    got_there(&planted, &heard.lock().unwrap(), &runs);
    planted.is_not_in("what calls said", &said);

    let (shown, person) = tokio::task::spawn_blocking(move || {
        let mut session = person.session(&["run", "print", "--param", "key=chosen"]);
        session.shows("Print");
        session.types("\x1b");
        session.hides("Print");
        session.types("q");
        session.left();
        let bytes = session.terminal().bytes.clone();
        (bytes, person)
    })
    .await
    .unwrap();
    assert!(shown.len() > 1000);
    planted.is_not_in("a screen", &shown);
    planted.is_not_in("the arguments of a process", &processes.end());

    let there = shared(&person, &database).await;
    planted.is_not_in("PostgreSQL", there.as_bytes());
    let own = [
        "secret",
        "pg",
        "redis",
        "plain",
        "of-cluster",
        "ledger-pass",
        "kubeconfig",
    ]
    .map(|name| person.at(name));
    let read = planted.is_below_nowhere(person.path(), &own);
    assert!(read > 5, "{read}");
    for file in ["ledger.db", "ledger.db-wal"] {
        let bytes = fs::read(person.at("state/quarterdeck").join(file)).unwrap_or_default();
        planted.is_not_in(file, &bytes);
    }
    redis(&space, &["ACL", "DELUSER", &space.name]);
    drop(tasks);
}
