//! Programs and servers that are told of something, or can't be.

use std::{
    os::unix::fs::PermissionsExt as _,
    sync::atomic::{AtomicU16, Ordering},
};

use tokio::net::TcpListener;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_partial_json, header, method},
};

use super::*;
use crate::domain::{reminder::ReminderKind, text::Text};

fn message() -> Message {
    let reminder = Reminder {
        kind: ReminderKind::CheckDue,
        subject: "backups".to_owned(),
        title: Text::Same("备份".to_owned()),
        detail: None,
        at: "2026-11-21T03:00:00Z".parse().unwrap(),
    };
    Message {
        key: reminder.key(),
        pack: "glancy".to_owned(),
        context: "prod".to_owned(),
        text: "due: backups".to_owned(),
        reminder,
    }
}

fn ways(by: Vec<RemindBy>) -> Ways {
    let ways = by.into_iter().map(|by| ReminderWay {
        by,
        kinds: Vec::new(),
    });
    Ways {
        limit: Duration::from_secs(20),
        again: vec![Duration::ZERO],
        // Whoever runs the tests may not be root.
        roots: false,
        ..Ways::of(ways.collect(), ProxyEnv::default())
    }
}

fn webhook(url: String, token_file: Option<PathBuf>) -> RemindBy {
    RemindBy::Webhook { url, token_file }
}

async fn fault(ways: &Ways) -> Option<String> {
    let mut told = ways.tell(&message()).await;
    assert_eq!(told.len(), 1);
    told.remove(0).fault
}

#[tokio::test]
async fn a_program_reads_the_reminder_and_its_arguments_are_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told");
    let tee = ["/usr/bin/tee".to_owned(), file.display().to_string()];
    let ways = ways(vec![RemindBy::Program(tee.to_vec())]);
    assert_eq!(fault(&ways).await, None);
    let told = fs::read_to_string(file).unwrap();
    let told: serde_json::Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(told["kind"], "check-due");
    assert_eq!(told["subject"], "backups");
    assert_eq!(told["text"], "due: backups");
    assert_eq!(told["key"], "check-due backups 2026-11-21T03:00:00Z");
}

#[tokio::test]
async fn what_a_program_says_is_no_command_and_its_failure_is_told() {
    for (argv, why) in [
        (vec!["/bin/false"], "exit 1"),
        (vec!["/bin/sh", "-c", "true"], "policy: interpreter"),
        (vec!["/nowhere/page"], "is not there"),
        (vec!["page"], "absolute path"),
    ] {
        let argv = argv.into_iter().map(str::to_owned).collect();
        let said = fault(&ways(vec![RemindBy::Program(argv)])).await;
        let said = said.expect("nobody was told");
        assert!(said.contains(why), "{said}");
    }
    let mut slow = ways(vec![RemindBy::Program(vec![
        "/bin/sleep".to_owned(),
        "600".to_owned(),
    ])]);
    slow.limit = Duration::from_millis(50);
    assert!(fault(&slow).await.is_some(), "it is not waited for");
}

#[tokio::test]
async fn a_server_is_told_once_with_the_token_and_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, "canary-7f31\n").unwrap();
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(header("authorization", "Bearer canary-7f31"))
        .and(header(
            "idempotency-key",
            "check-due backups 2026-11-21T03:00:00Z",
        ))
        .and(body_partial_json(
            serde_json::json!({"context": "prod", "kind": "check-due"}),
        ))
        .respond_with(ResponseTemplate::new(202))
        .expect(1)
        .mount(&server)
        .await;
    let ways = ways(vec![webhook(server.uri() + "/hook", Some(token.clone()))]);
    let told = ways.tell(&message()).await;
    assert_eq!(told[0].fault, None);
    assert_eq!(
        told[0].way, "webhook 127.0.0.1",
        "no path, in which something may stand"
    );
    fs::set_permissions(&token, fs::Permissions::from_mode(0o604)).unwrap();
    let said = fault(&ways).await.expect("the token is loose");
    assert!(said.contains("chmod") && !said.contains("canary"), "{said}");
}

#[tokio::test]
async fn a_server_that_may_have_heard_is_not_told_again_and_is_followed_nowhere() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:1/"))
        .expect(1)
        .mount(&server)
        .await;
    let said = fault(&ways(vec![webhook(server.uri(), None)])).await;
    assert_eq!(said.as_deref(), Some("HTTP 307"));
    // One that takes the request and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    static CALLS: AtomicU16 = AtomicU16::new(0);
    let silent = async {
        let mut held = Vec::new();
        loop {
            held.push(listener.accept().await.unwrap());
            CALLS.fetch_add(1, Ordering::SeqCst);
        }
    };
    let mut ways = ways(vec![webhook(url, None)]);
    ways.limit = Duration::from_millis(200);
    let said = tokio::select! {
        said = fault(&ways) => said,
        () = silent => None,
    };
    assert!(said.expect("nobody was told").contains("no answer within"));
    assert_eq!(CALLS.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again_and_then_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let said = fault(&ways(vec![webhook(url, None)])).await;
    assert!(said.is_some());
}

#[tokio::test]
async fn each_way_hears_only_what_it_is_for() {
    let way = ReminderWay {
        by: RemindBy::Program(vec!["/bin/true".to_owned()]),
        kinds: vec![ReminderKind::RespondSoon],
    };
    let ways = Ways::of(vec![way], ProxyEnv::default());
    assert_eq!(ways.tell(&message()).await, []);
}
