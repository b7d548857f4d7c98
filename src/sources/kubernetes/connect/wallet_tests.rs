use std::path::Path;

use kube::config::{ExecConfig, ExecInteractiveMode};
use secrecy::ExposeSecret;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);

/// A clock that stands until it is moved.
struct Still(StdMutex<Moment>);

impl Still {
    fn new() -> Self {
        let wall = "2026-11-21T08:00:00Z".parse().unwrap();
        Self(StdMutex::new(Moment::new(wall, Duration::ZERO)))
    }

    fn pass(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        now.mono += Duration::from_secs(seconds);
        now.wall += Duration::from_secs(seconds);
    }
}

impl Clock for Still {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// A plugin that counts its runs and gives the number as the token; then `and` is done.
fn counting(folder: &Path, talk: ExecInteractiveMode, and: &str) -> Plugin {
    let file = folder.join("plugin");
    let text = format!(
        r#"cd "$(dirname "$0")"
echo run >> runs
token=$(wc -l < runs | tr -d ' ')
{and}
echo "{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{{\"token\":\"$token\",\"expirationTimestamp\":\"2026-11-21T08:01:40Z\"}}}}"
"#
    );
    std::fs::write(&file, text).unwrap();
    let exec = ExecConfig {
        api_version: Some("client.authentication.k8s.io/v1".to_owned()),
        command: Some("/bin/sh".to_owned()),
        args: Some(vec![file.to_string_lossy().into_owned()]),
        interactive_mode: Some(talk),
        ..ExecConfig::default()
    };
    Plugin::of(&exec).unwrap()
}

fn runs(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("runs")).map_or(0, |text| text.lines().count())
}

fn token(credential: &Credential) -> &str {
    credential.given.token.as_ref().unwrap().expose_secret()
}

#[tokio::test]
async fn many_who_want_it_run_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = counting(folder.path(), ExecInteractiveMode::Never, "");
    let (wallet, clock) = (Wallet::default(), Still::new());
    let ask = || wallet.credential(&plugin, None, LIMIT, &clock);
    let (a, b, c) = futures::join!(ask(), ask(), ask());
    assert_eq!(
        [token(&a.unwrap()), token(&b.unwrap()), token(&c.unwrap())],
        ["1"; 3]
    );
    assert_eq!(runs(folder.path()), 1);
}

#[tokio::test]
async fn it_runs_again_before_its_time_and_when_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = counting(folder.path(), ExecInteractiveMode::Never, "");
    let (wallet, clock) = (Wallet::default(), Still::new());
    let ask = |refused| wallet.credential(&plugin, refused, LIMIT, &clock);
    let first = ask(None).await.unwrap();
    // A hundred seconds to live: a fifth of it early.
    assert_eq!(first.renew_at, "2026-11-21T08:01:20Z".parse().ok());
    clock.pass(79);
    assert_eq!(token(&ask(None).await.unwrap()), "1");
    clock.pass(1);
    let second = ask(None).await.unwrap();
    assert_eq!(token(&second), "2");
    // Refused: at once, then not again for a while, however often the next is refused too.
    let third = ask(Some(second.number)).await.unwrap();
    assert_eq!(token(&third), "3");
    assert_eq!(token(&ask(Some(third.number)).await.unwrap()), "3");
    clock.pass(31);
    assert_eq!(token(&ask(Some(third.number)).await.unwrap()), "4");
}

#[tokio::test]
async fn what_is_held_is_used_to_its_end_while_the_plugin_fails() {
    let folder = tempfile::tempdir().unwrap();
    let fails = r#"[ "$token" -gt 1 ] && exit 1"#;
    let plugin = counting(folder.path(), ExecInteractiveMode::Never, fails);
    let (wallet, clock) = (Wallet::default(), Still::new());
    let ask = || wallet.credential(&plugin, None, LIMIT, &clock);
    ask().await.unwrap();
    clock.pass(90);
    assert_eq!(token(&ask().await.unwrap()), "1");
    assert_eq!(runs(folder.path()), 2);
    // Not run again at once.
    assert_eq!(token(&ask().await.unwrap()), "1");
    assert_eq!(runs(folder.path()), 2);
    clock.pass(40);
    let why = ask().await.unwrap_err();
    assert_eq!(why.kind, TroubleKind::Unauthorized);
    assert_eq!(runs(folder.path()), 3);
}

#[tokio::test]
async fn one_that_wants_a_person_waits_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = counting(folder.path(), ExecInteractiveMode::Always, "");
    let (wallet, clock) = (Wallet::default(), Still::new());
    let why = wallet.credential(&plugin, None, LIMIT, &clock).await;
    assert!(why.unwrap_err().detail.ends_with("sign in"));
    assert_eq!(runs(folder.path()), 0);
    assert_eq!(wallet.wants().borrow().as_deref(), Some("sh"));
    assert_eq!(wallet.sign_in(&clock).await, Ok(true));
    assert_eq!(*wallet.wants().borrow(), None);
    let held = wallet.credential(&plugin, None, LIMIT, &clock).await;
    assert_eq!(token(&held.unwrap()), "1");
    assert_eq!(wallet.sign_in(&clock).await, Ok(false));
}

#[tokio::test]
async fn one_that_can_do_without_a_person_tries_first() {
    let folder = tempfile::tempdir().unwrap();
    let asks = r#"case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) echo no terminal >&2; exit 1;; esac"#;
    let plugin = counting(folder.path(), ExecInteractiveMode::IfAvailable, asks);
    let (wallet, clock) = (Wallet::default(), Still::new());
    let why = wallet.credential(&plugin, None, LIMIT, &clock).await;
    assert!(why.unwrap_err().detail.ends_with("no terminal"));
    assert_eq!(wallet.wants().borrow().as_deref(), Some("sh"));
    assert_eq!(wallet.sign_in(&clock).await, Ok(true));
    let held = wallet.credential(&plugin, None, LIMIT, &clock).await;
    assert_eq!(token(&held.unwrap()), "2");
}

#[tokio::test]
async fn one_that_is_past_its_time_when_it_comes_is_used_and_not_asked_for_with_every_request() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = counting(folder.path(), ExecInteractiveMode::Never, "token=cached");
    let (wallet, clock) = (Wallet::default(), Still::new());
    clock.pass(600);
    let ask = || wallet.credential(&plugin, None, LIMIT, &clock);
    let first = ask().await.unwrap();
    assert_eq!((token(&first), first.until), ("cached", None));
    for _ in 0..50 {
        assert_eq!(ask().await.unwrap().number, first.number);
    }
    assert_eq!(runs(folder.path()), 1);
    // The same secret again is no other credential, and the waits grow.
    for _ in 0..20 {
        clock.pass(1);
        assert_eq!(ask().await.unwrap().number, first.number);
    }
    let ran = runs(folder.path());
    assert!((2..10).contains(&ran), "{ran}");
}

#[tokio::test]
async fn the_same_secret_for_longer_keeps_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = counting(folder.path(), ExecInteractiveMode::Never, "token=cached");
    let (wallet, clock) = (Wallet::default(), Still::new());
    let ask = || wallet.credential(&plugin, None, LIMIT, &clock);
    let first = ask().await.unwrap();
    clock.pass(85);
    let second = ask().await.unwrap();
    assert_eq!(second.number, first.number);
    assert!(second.renew_at > first.renew_at);
    assert_eq!(runs(folder.path()), 2);
}
