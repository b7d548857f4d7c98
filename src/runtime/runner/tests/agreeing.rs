//! What takes two persons.

use super::*;

impl Bed {
    /// An agreement in somebody's name, signed with somebody's key, stands in the ledger.
    fn agree(&self, keys: &Keys, name: &str, key: &str, at: jiff::Timestamp) {
        let mut entry = keys.entry(&self.plan, key, at);
        if let Entry::Approval { principal, .. } = &mut entry {
            name.clone_into(principal);
        }
        let actor = crate::ledger::testkit::actor(name);
        self.world.ledger.append(&actor, None, &entry).unwrap();
    }
}

fn now() -> jiff::Timestamp {
    clock().now().wall
}

/// A plan that two persons must agree to.
fn together() -> Plan {
    Plan {
        persons: 2,
        ..plan(1)
    }
}

#[tokio::test]
async fn a_runner_asks_again_whether_two_persons_agree() {
    type Sign = fn(&Bed, &Keys);
    let cases: [(Sign, bool); 6] = [
        (|_, _| {}, false),
        (|bed, keys| bed.agree(keys, "wang", "wang", now()), true),
        // Whatever name is claimed: the key says who it is.
        (|bed, keys| bed.agree(keys, "wang", "li", now()), false),
        (|bed, keys| bed.agree(keys, "zhao", "zhao", now()), false),
        (
            |bed, keys| bed.agree(keys, "wang", "wang", now() - HOLDS - HOLDS / 60),
            false,
        ),
        (
            |bed, keys| {
                let other = keys.entry(&plan(2), "wang", now());
                let Entry::Approval { signature, .. } = other else {
                    panic!("it is an approval");
                };
                let entry = Entry::Approval {
                    plan: bed.plan.digest(),
                    principal: "wang".to_owned(),
                    key: String::new(),
                    signature,
                };
                let actor = crate::ledger::testkit::actor("li");
                bed.world.ledger.append(&actor, None, &entry).unwrap();
            },
            false,
        ),
    ];
    for (place, (sign, good)) in cases.into_iter().enumerate() {
        let bed = bed(together());
        let keys = Keys::of(&["li", "wang"]);
        let strangers = Keys::of(&["zhao"]);
        std::fs::copy(strangers.key("zhao"), keys.key("zhao")).unwrap();
        sign(&bed, &keys);
        let run = bed.recorded();
        let mut runner = bed.world.runner(run.clone());
        runner.signers = keys.list();
        assert_eq!(runner.go().await, Ended::Told);
        let outcome = outcome(&bed.world.run_of(&run.id));
        if good {
            assert_eq!(outcome.verdict, Verdict::Done, "{outcome:?}");
            continue;
        }
        assert!(bed.world.sent().is_empty(), "{place}");
        assert!(bed.world.holder.lock().unwrap().is_none());
        assert!(
            matches!(
                &outcome.why,
                Some(Why::Refused {
                    refusal: Refusal::Persons { .. }
                })
            ),
            "{place}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn an_agreement_is_used_up_by_one_run() {
    let bed = bed(together());
    let keys = Keys::of(&["li", "wang"]);
    bed.agree(&keys, "wang", "wang", now());
    for (id, verdict) in [("r-1", Verdict::Done), ("r-2", Verdict::Aborted)] {
        let run = bed.world.record(id, bed.plan.clone());
        let mut runner = bed.world.runner(run.clone());
        runner.signers = keys.list();
        assert_eq!(runner.go().await, Ended::Told);
        assert_eq!(outcome(&bed.world.run_of(&run.id)).verdict, verdict, "{id}");
    }
    assert_eq!(bed.world.sent(), [0]);
}

#[tokio::test]
async fn whom_policy_struck_off_before_it_began_does_not_count() {
    let bed = bed(together());
    let keys = Keys::of(&["li", "wang"]);
    bed.agree(&keys, "wang", "wang", now());
    let run = bed.recorded();
    let mut runner = bed.world.runner(run.clone());
    runner.signers = keys.list();
    std::fs::write(keys.file(), "").unwrap();
    assert_eq!(runner.go().await, Ended::Told);
    assert_eq!(
        outcome(&bed.world.run_of(&run.id)).verdict,
        Verdict::Aborted
    );
    assert!(bed.world.sent().is_empty());
}
