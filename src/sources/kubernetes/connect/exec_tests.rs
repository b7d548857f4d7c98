use std::{collections::HashMap, path::Path};

use super::*;

/// Longer than any of these programs takes on a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// A plugin that is this script. The shell reads it: a program that was just written may be busy, where other threads
/// start programs meanwhile.
fn script(folder: &Path, text: &str) -> ExecConfig {
    let file = folder.join("plugin");
    std::fs::write(&file, text).unwrap();
    ExecConfig {
        api_version: Some(VERSIONS[0].to_owned()),
        command: Some("/bin/sh".to_owned()),
        args: Some(vec![file.to_string_lossy().into_owned()]),
        ..ExecConfig::default()
    }
}

const HEAD: &str = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential""#;

async fn ran(exec: &ExecConfig) -> Result<Given, String> {
    let plugin = Plugin::of(exec).unwrap();
    run(&plugin, false, LONG)
        .await
        .map_err(|why| why.trouble().detail)
}

#[tokio::test]
async fn a_token_is_taken_with_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let exec = script(
        folder.path(),
        &format!(
            r#"echo '{HEAD},"status":{{"token":"sesame","expirationTimestamp":"2026-11-21T10:00:00+02:00"}}}}'"#
        ),
    );
    let given = ran(&exec).await.unwrap();
    assert_eq!(given.token.unwrap().expose_secret(), "sesame");
    assert_eq!(given.expires, "2026-11-21T08:00:00Z".parse().ok());
    assert!(given.identity.is_none());
}

#[tokio::test]
async fn it_is_told_what_is_wanted_and_has_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut exec = script(
        folder.path(),
        &format!(
            r#"[ -t 0 ] && exit 3
read -r line && exit 4
echo "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"
echo "{}'$GREETING $1'{}" | tr "'" '"'"#,
            r"{'apiVersion':'client.authentication.k8s.io/v1','status':{'token':", "}}"
        ),
    );
    exec.args.as_mut().unwrap().push("world".to_owned());
    exec.env = Some(vec![HashMap::from([
        ("name".to_owned(), "GREETING".to_owned()),
        ("value".to_owned(), "hello".to_owned()),
    ])]);
    exec.provide_cluster_info = true;
    exec.cluster = Some(ExecAuthCluster {
        server: Some("https://k8s.example.org".to_owned()),
        certificate_authority_data: Some(b"CA".to_vec()),
        ..ExecAuthCluster::default()
    });
    let given = ran(&exec).await.unwrap();
    assert_eq!(given.token.unwrap().expose_secret(), "hello world");
    let info = std::fs::read_to_string(folder.path().join("info")).unwrap();
    let info: serde_json::Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info["apiVersion"], VERSIONS[0]);
    assert_eq!(info["kind"], "ExecCredential");
    assert_eq!(info["spec"]["interactive"], false);
    assert_eq!(info["spec"]["cluster"]["server"], "https://k8s.example.org");
    assert_eq!(
        info["spec"]["cluster"]["certificate-authority-data"],
        "Q0E="
    );
}

#[tokio::test]
async fn a_failure_is_told_without_secrets_and_without_sequences() {
    let folder = tempfile::tempdir().unwrap();
    let exec = script(
        folder.path(),
        r#"echo '{"status":{"token":"sesame"}}'
printf '\033[31mlogin expired\033[0m\ntoken=sesame Bearer sesame\n' >&2
exit 7"#,
    );
    assert_eq!(
        ran(&exec).await.unwrap_err(),
        "credential plugin sh failed (exit status: 7): login expired token=••• Bearer •••"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_says_how_to_get_it() {
    let exec = ExecConfig {
        api_version: Some(VERSIONS[1].to_owned()),
        command: Some("quarterdeck-no-such-plugin".to_owned()),
        install_hint: Some("get it from \u{1b}[1mexample.org\n".to_owned()),
        ..ExecConfig::default()
    };
    assert_eq!(
        ran(&exec).await.unwrap_err(),
        "credential plugin quarterdeck-no-such-plugin is not installed: get it from example.org"
    );
}

#[tokio::test]
async fn one_that_hangs_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let exec = script(
        folder.path(),
        r#"echo 'open a browser' >&2
sleep 600 &
echo $! > "$(dirname "$0")/child"
wait"#,
    );
    let plugin = Plugin::of(&exec).unwrap();
    let why = run(&plugin, false, Duration::from_secs(2))
        .await
        .unwrap_err();
    assert!(why.may_want_a_person());
    let trouble = why.trouble();
    assert_eq!(trouble.kind, TroubleKind::TimedOut);
    assert_eq!(
        trouble.detail,
        "credential plugin sh gave no answer within 2 s: open a browser"
    );
    assert_gone(folder.path()).await;
}

#[tokio::test]
async fn one_that_is_not_wanted_any_more_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let exec = script(
        folder.path(),
        r#"sleep 600 &
echo $! > "$(dirname "$0")/new"
mv "$(dirname "$0")/new" "$(dirname "$0")/child"
wait"#,
    );
    let plugin = Plugin::of(&exec).unwrap();
    let file = folder.path().join("child");
    let started = async {
        while !file.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ran = run(&plugin, false, LONG) => panic!("{ran:?}"),
        () = started => {}
    }
    assert_gone(folder.path()).await;
}

/// Waits until the process whose number stands in `child` has ended.
async fn assert_gone(folder: &Path) {
    let child = std::fs::read_to_string(folder.join("child")).unwrap();
    let gone = async {
        // A killed process that nobody has waited for is a zombie: its command line is empty.
        let file = format!("/proc/{}/cmdline", child.trim());
        while std::fs::read(&file).is_ok_and(|line| !line.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, gone).await.unwrap();
}

#[tokio::test]
async fn what_is_no_credential_says_why_and_shows_nothing_of_it() {
    let other = r#"{"apiVersion":"client.authentication.k8s.io/v1beta1""#;
    for (printed, why) in [
        (
            "sesame".to_owned(),
            "what it printed is no ExecCredential in JSON (line 1, column 1)",
        ),
        (format!("{HEAD}}}"), "its answer has no status"),
        (
            format!(r#"{HEAD},"status":{{}}}}"#),
            "it gave neither a token nor a client certificate",
        ),
        (
            format!(r#"{HEAD},"status":{{"clientCertificateData":"x"}}}}"#),
            "it gave a client certificate or a key, not both",
        ),
        (
            format!(r#"{other},"status":{{"token":"sesame"}}}}"#),
            "it answered in apiVersion client.authentication.k8s.io/v1beta1, asked in client.authentication.k8s.io/v1",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let exec = script(folder.path(), &format!("echo '{printed}'"));
        assert_eq!(
            ran(&exec).await.unwrap_err(),
            format!("credential plugin sh: {why}")
        );
    }
}

#[test]
fn an_api_version_that_nobody_speaks_is_refused() {
    let exec = ExecConfig {
        api_version: Some("client.authentication.k8s.io/v1alpha1".to_owned()),
        command: Some("aws".to_owned()),
        ..ExecConfig::default()
    };
    let why = Plugin::of(&exec).unwrap_err();
    assert!(why.detail.contains("v1alpha1"), "{why:?}");
}
