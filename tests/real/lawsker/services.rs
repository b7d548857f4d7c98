//! The services: nginx and its certificate, triage, Redis.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use quarterdeck::domain::action::{
    record::Why,
    value::{Value, Values},
    verdict::Verdict,
};

use super::{database::Database, here, played, reading, text, with};
use crate::harness::{Bed, Project, free_port, until};

/// An nginx that reads its configuration.
const NGINX: &str = r#"#!/bin/sh
[ ! -e broken ] || {
  echo 'nginx: [emerg] unknown directive "sever" in /etc/nginx/nginx.conf:4' >&2
  echo 'nginx: configuration file /etc/nginx/nginx.conf test failed' >&2
  exit 1
}
echo "nginx $*"
"#;

// row: D4
#[tokio::test]
async fn a_broken_configuration_refuses_reload_and_restart_in_nginx_s_words() {
    for plugin in [true, false] {
        let project = Project::new(&Bed::shared(), "lawsker", plugin, here, |all| all);
        project.program("bin/nginx", NGINX);
        fs::write(project.at("broken"), "").unwrap();
        for action in ["lawsker/nginx-reload", "lawsker/restart-nginx"] {
            let draft = project.draft(action, &Values::new());
            let refusal = project.look(&draft).await.unwrap_err();
            assert!(
                format!("{refusal:?}").contains("unknown directive"),
                "{action}: {refusal:?}"
            );
        }
        assert_eq!(
            project.text("calls"),
            "exec nginx nginx -t\nrun nginx nginx -t\n"
        );
        fs::remove_file(project.at("broken")).unwrap();
        let draft = project.draft("lawsker/nginx-reload", &Values::new());
        let plan = project.planned(&draft).await;
        // It breaks after it was agreed to: what is read again refuses.
        fs::write(project.at("broken"), "").unwrap();
        let done = project.run(plan).await;
        assert_eq!(done.outcome.verdict, Verdict::Aborted, "{:?}", done.outcome);
        assert!(!done.told.contains("nginx -s reload"), "{}", done.told);
    }
}

/// What is served at a port, by a certificate of this folder; it ends with its test.
struct Served {
    port: u16,
    child: Child,
}

impl Served {
    async fn by(certificate: &Path, port: u16) -> Self {
        let mut server = Command::new("/usr/bin/openssl");
        server.args(["s_server", "-www", "-accept", &format!("127.0.0.1:{port}")]);
        server.arg("-cert").arg(certificate);
        server.arg("-key").arg(certificate.with_extension("key"));
        server
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = server.spawn().unwrap();
        until("a port that answers", async || {
            TcpStream::connect(("127.0.0.1", port)).map(drop)
        })
        .await;
        Self { port, child }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn certificate(at: &Path) {
    let mut made = Command::new("/usr/bin/openssl");
    made.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=lawsker.com",
    ]);
    made.args(["-days", "60", "-out"]).arg(at);
    made.arg("-keyout").arg(at.with_extension("key"));
    let output = made.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

// row: D4, D8
#[tokio::test]
async fn a_reload_is_done_once_what_is_served_is_the_file() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    project.program("bin/nginx", NGINX);
    fs::create_dir_all(project.at("nginx/ssl")).unwrap();
    let file = project.at("nginx/ssl/lawsker.com.crt");
    certificate(&file);
    let served = Served::by(&file, free_port()).await;
    let port = served.port;
    let draft = project.draft("lawsker/nginx-reload", &Values::new());
    let draft = with(draft, "lawsker.com:443", &format!("127.0.0.1:{port}"));
    let done = project.run(project.planned(&draft).await).await;
    done.ended(Verdict::Verified);
    assert!(done.told.contains("nginx -s reload"), "{}", done.told);
    // It was renewed, and nginx goes on with the old one.
    certificate(&file);
    let done = project.run(project.planned(&draft).await).await;
    done.ended(Verdict::Unverified);
    assert!(done.told.contains("nginx -s reload"), "{}", done.told);
    drop(served);
    let _served = Served::by(&file, port).await;
    let done = project.run(project.planned(&draft).await).await;
    done.ended(Verdict::Verified);
}

// row: D2
#[tokio::test]
async fn a_port_that_is_shut_is_an_answer_of_the_health_and_not_unknown() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    let shut = format!("http://127.0.0.1:{}/", free_port());
    let draft = with(reading(&project, "health"), "http://localhost/", &shut);
    let found = project.look(&draft).await.unwrap();
    assert_eq!(found.before["health.answer"], Value::text("http 000"));
}

// row: D4
#[tokio::test]
async fn a_changed_configuration_is_applied_once_backend_and_redis_answer() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    let health = "#!/bin/sh\nfor url; do :; done\n[ \"$url\" = http://localhost:8000/health ] || exit 3\necho 200\n";
    project.program("programs/curl", health);
    let params = Values::from([text("service", "redis")]);
    let draft = project.draft("lawsker/apply-service", &params);
    let draft = played(draft, &project, "/usr/bin/curl");
    let done = project.run(project.planned(&draft).await).await;
    done.ended(Verdict::Verified);
    assert_eq!(done.saved["ping"]["answer"], Value::text("PONG"));
    let calls = project.text("calls");
    assert!(calls.contains("up redis"), "{calls}");
}

// row: D2
#[tokio::test]
async fn triage_goes_on_past_what_is_down_and_says_what_failed() {
    for plugin in [true, false] {
        let database = Database::new(&format!("d2_{plugin}"));
        let project = Project::new(&database.bed, "lawsker", plugin, here, |all| {
            database.connections(all)
        });
        fs::write(project.at("state/backend"), "backend1 exited\n").unwrap();
        for folder in ["backend/logs", "nginx/logs"] {
            fs::create_dir_all(project.at(folder)).unwrap();
        }
        fs::write(project.at("nginx/logs/error.log"), "upstream timed out\n").unwrap();
        let draft = project.draft("lawsker/triage", &Values::new());
        let plan = project.planned(&draft).await;
        let steps = plan.steps.len();
        let done = project.run(plan).await;
        assert_eq!(done.outcome.verdict, Verdict::Failed, "{:?}", done.outcome);
        // The team's script, the backend's log and its health are not there; the rest was looked at.
        let Some(Why::Steps { steps: failed }) = &done.outcome.why else {
            panic!("{:?}", done.outcome.why);
        };
        assert!(
            failed.contains(&0) && failed.len() < steps / 2,
            "{failed:?}"
        );
        assert_eq!(failed.len() + done.outcome.done.len(), steps);
        for text in [
            "backend    exited    0",
            "nginx    running    1",
            "a line of postgres",
            "upstream timed out",
            "accepting connections",
            "PONG",
            "used_memory",
        ] {
            assert!(done.told.contains(text), "{text}: {}", done.told);
        }
    }
}

// row: D12
#[tokio::test]
async fn through_compose_redis_is_the_real_one() {
    let project = Project::new(&Bed::shared(), "lawsker", false, here, |all| all);
    let draft = project.draft("lawsker/redis-memory", &Values::new());
    let plan = project.planned(&draft).await;
    let done = project.run(plan).await;
    assert!(done.told.contains("used_memory_human"), "{}", done.told);
    fs::write(project.at("state/redis"), "redis1 exited\n").unwrap();
    let plan = project.planned(&draft).await;
    let done = project.run(plan).await;
    let steps = vec![0, 1];
    assert_eq!(done.outcome.why, Some(Why::Steps { steps }));
}

// row: D12
#[tokio::test]
async fn of_a_cache_exactly_the_listed_keys_go_and_those_outside_the_pattern_remain() {
    let bed = Bed::shared();
    let project = Project::new(&bed, "lawsker", false, here, |all| all);
    let own = format!("lawsker-{}", std::process::id());
    let redis = |words: &[&str]| {
        let mut client = Command::new(project.at("bin/redis-cli"));
        let output = client.args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let key = |rest: &str| format!("{own}{rest}");
    let inside = [":user:1", ":user:2"].map(key);
    let outside = [":case:1", "x:user:1", ":users"].map(key);
    for key in inside.iter().chain(&outside) {
        redis(&["SET", key, "x", "EX", "600"]);
    }
    let params = Values::from([text("keys", &format!("{own}:user:*"))]);
    let draft = project.draft("lawsker/cache-clean", &params);
    let plan = project.planned(&draft).await;
    let mut items = plan.items.clone();
    items.sort();
    assert_eq!(items, inside);
    // What comes after it was agreed to was never agreed to.
    let later = key(":user:3");
    redis(&["SET", &later, "x", "EX", "600"]);
    let done = project.run(plan).await;
    done.ended(Verdict::Verified);
    assert_eq!(done.saved["gone"]["keys"], Value::Int(2));
    for gone in &inside {
        assert_eq!(redis(&["EXISTS", gone]), "0", "{gone}");
    }
    for stays in outside.iter().chain([&later]) {
        assert_eq!(redis(&["UNLINK", stays]), "1", "{stays}");
    }
}
