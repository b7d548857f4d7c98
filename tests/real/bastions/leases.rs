//! Leases beside the object: each has a ledger of their own, and nothing else tells them of each other.

use super::stage::{RESTART, Stage, begun, is_told_of, over, space, taken};
use crate::harness::{Bed, signal, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_acts_and_the_other_is_told_who_where_and_since_when() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let before = stage.changes().await;
    let acting = stage.li.act_at("after-lock=sleep(10000)", &RESTART);
    let beside = async {
        let run = taken(&stage.li).await;
        stage.lease_of(&stage.li).await;
        // It holds the lock for as long as the other needs.
        signal(&run, "-STOP");
        is_told_of(&stage.wang.act(&RESTART).await, &stage.li);
        assert_eq!(stage.changes().await, before);
        signal(&run, "-CONT");
    };
    let (acted, ()) = tokio::join!(acting, beside);
    assert_eq!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.changes().await, before + 1);
    let own = over(&stage.wang).await;
    assert_eq!(own["state"]["verdict"], "aborted", "{own}");
    // Then it is the other's turn.
    let acted = stage.wang.act(&RESTART).await;
    assert_eq!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.changes().await, before + 2);
}

/// One is stopped at a boundary for longer than its Lease lives, and the other acts meanwhile.
async fn is_stopped_at(point: &str, verdict: &str) {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let before = stage.changes().await;
    let points = format!("{point}=sleep(10000)");
    let acting = stage.li.act_at(&points, &RESTART);
    let beside = async {
        let run = begun(&stage.li).await;
        signal(&run, "-STOP");
        is_told_of(&stage.wang.act(&RESTART).await, &stage.li);
        let acted = until("the other's turn", async || {
            let told = stage.wang.act(&RESTART).await;
            if told.code == Some(0) {
                Ok(told)
            } else {
                Err(told)
            }
        });
        acted.await;
        assert_eq!(stage.changes().await, before + 1);
        signal(&run, "-CONT");
    };
    let (acted, ()) = tokio::join!(acting, beside);
    assert_ne!(acted.code, Some(0), "{acted:?}");
    let run = over(&stage.li).await;
    assert_eq!(run["state"]["verdict"], verdict, "{run}");
    assert_eq!(stage.changes().await, before + 1, "only what the other did");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_stopped_before_the_last_look_looks_again() {
    is_stopped_at("after-step-recorded", "aborted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_stopped_after_the_last_look_is_refused_by_the_facts() {
    is_stopped_at("before-sent", "failed").await;
}
