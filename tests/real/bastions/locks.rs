//! Locks beside the cluster: of this host, and of PostgreSQL.

use std::time::Duration;

use serde_json::Value;

use super::stage::{Stage, begun, is_told_of, over, space, taken};
use crate::harness::{Bed, Database, Person, Relay, signal, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_of_this_host_keeps_its_other_users_away_and_goes_with_its_process() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let act = ["count-here"];
    let acting = stage.li.act_at("after-lock=sleep(10000)", &act);
    let beside = async {
        let run = taken(&stage.li).await;
        holds(&run).await;
        signal(&run, "-STOP");
        is_told_of(&stage.wang.act(&act).await, &stage.li);
        assert_eq!(stage.count(), 0);
        signal(&run, "-CONT");
    };
    let (acted, ()) = tokio::join!(acting, beside);
    assert_eq!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.count(), 1);
    let acting = stage.wang.act_at("before-sent=sleep(10000)", &act);
    let beside = async {
        let begun = |run: &Value| {
            run["state"]["state"] == "running" && !run["steps"][0]["started_at"].is_null()
        };
        let run = stage.wang.run_when("a step", begun).await;
        signal(&run, "-STOP");
        is_told_of(&stage.li.act(&act).await, &stage.wang);
        signal(&run, "-KILL");
        let acted = stage.li.act(&act).await;
        assert_eq!(acted.code, Some(0), "{acted:?}");
    };
    let (acted, ()) = tokio::join!(acting, beside);
    assert_ne!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.count(), 2);
}

/// Waits until a lock file of this host names a run.
async fn holds(run: &Value) {
    let id = run["id"].as_str().unwrap();
    until("the lock of this host", async || {
        let files = std::fs::read_dir("/var/lock/quarterdeck")
            .into_iter()
            .flatten()
            .flatten();
        let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
        let all: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
        if all.iter().any(|text| text.contains(id)) {
            Ok(())
        } else {
            Err(all)
        }
    })
    .await;
}

/// A shared ledger for one of them, sealed, with their password in a file.
pub(super) fn shares(
    stage: &Stage<'_>,
    person: &Person,
    who: &str,
    database: &Database,
    relay: &Relay,
) {
    let server = database.server();
    let server = server.rsplit_once(':').unwrap().0;
    let passfile = person.write(
        "pgpass",
        &format!("{server}:{}:*:*:{}\n", relay.port, Database::password(who)),
    );
    let url = format!(
        "postgres://{}@{server}:{}/{}",
        database.role(who),
        relay.port,
        database.name
    );
    let authority = person.at("ca.crt");
    let more = format!(
        "[ledger]\nurl = \"{url}\"\npassfile = \"{}\"\nca_file = \"{}\"\n",
        passfile.display(),
        authority.display()
    );
    stage.settle(person, &more);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_the_lock_of_all_hosts_while_stopped_does_nothing_more() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let database = Database::on(&bed);
    let (of_li, of_wang) = (
        Relay::to(&database.server()).await,
        Relay::to(&database.server()).await,
    );
    shares(&stage, &stage.li, "li", &database, &of_li);
    shares(&stage, &stage.wang, "wang", &database, &of_wang);
    let act = ["count"];
    let acting = stage.li.act_at("after-step-recorded=sleep(10000)", &act);
    let beside = async {
        let run = begun(&stage.li).await;
        signal(&run, "-STOP");
        let sealed = database.admin_sql(
            "SELECT bool_and(ssl), count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE datname = current_database() AND application_name LIKE 'quarterdeck%'",
        );
        assert_eq!(sealed.trim(), "t|t");
        let id = run["id"].as_str().unwrap().to_owned();
        let sees = |it: &Value| it["id"] == id.as_str();
        stage.wang.run_when("what the other does", sees).await;
        is_told_of(&stage.wang.act(&act).await, &stage.li);
        // The server lets go of the lock with the session.
        of_li.cut();
        // Nobody knows what became of it: it is silent for longer than any that lives.
        let unknown = |it: &Value| sees(it) && it["state"]["verdict"] == "unknown";
        stage.wang.run_when("that nobody knows", unknown).await;
        let told = stage.wang.call(&["runs", "--acknowledge", &id], "").await;
        assert_eq!(told.code, Some(0), "{told:?}");
        let acted = stage.wang.act(&act).await;
        assert_eq!(acted.code, Some(0), "{acted:?}");
        assert_eq!(stage.count(), 1);
        of_li.mend();
        signal(&run, "-CONT");
    };
    let (acted, ()) = tokio::join!(acting, beside);
    assert_ne!(acted.code, Some(0), "{acted:?}");
    over(&stage.li).await;
    assert_eq!(stage.count(), 1, "only what the other did");
    let whole = until("both chains are whole", async || {
        let verified = stage.li.call(&["journal", "verify"], "").await;
        if verified.code == Some(0) {
            Ok(())
        } else {
            Err(verified)
        }
    });
    tokio::time::timeout(Duration::from_secs(60), whole)
        .await
        .unwrap();
}
