use std::{os::unix::fs::MetadataExt as _, time::Duration};

use super::*;
use crate::{
    domain::action::{record::RunState, verdict::Verdict},
    ledger::testkit::{actor, done, intent, note, outcome, output, taken},
};

#[test]
fn a_run_is_what_its_entries_add_up_to() {
    let place = Place::new();
    let ledger = place.open();
    let li = actor("li");
    let id = RunId::from("r1");
    let add = |entry| {
        place.clock.forward(Duration::from_secs(1));
        ledger.append(&li, Some(&id), &entry).unwrap()
    };
    assert_eq!(ledger.run(&id).unwrap(), None);
    add(intent("backend", 2));
    let run = ledger.run(&id).unwrap().unwrap();
    assert_eq!(run.state, RunState::Intended);
    assert_eq!(run.steps.len(), 2);
    assert!(run.blocks());
    add(taken());
    add(Entry::StepStarted { step: 0 });
    add(output(0, "hello"));
    ledger.beat(&id).unwrap();
    let run = ledger.run(&id).unwrap().unwrap();
    assert_eq!(run.state, RunState::Running { step: 0 });
    assert_eq!(run.steps[0].output[0].text, "hello");
    assert_eq!(run.beat_at, Some(place.clock.now().wall));
    assert_eq!(run.owner.unwrap().pid, 7);
    add(done(0));
    add(Entry::CancelAsked);
    add(Entry::Verifying);
    let last = add(outcome(Verdict::Unknown));
    let run = ledger.run(&id).unwrap().unwrap();
    assert!(run.cancel_asked && run.is_over() && run.blocks());
    assert_eq!(run.ended_at, Some(last.at));
    assert!(run.steps[0].end.is_some() && run.steps[1].end.is_none());
    let blocking = RunQuery {
        blocking: true,
        ..RunQuery::default()
    };
    assert_eq!(ledger.runs(&blocking).unwrap().len(), 1);
    add(Entry::Acknowledged { note: None });
    assert!(!ledger.run(&id).unwrap().unwrap().blocks());
    assert_eq!(ledger.runs(&blocking).unwrap(), []);
    assert_eq!(ledger.lines(Some(&id), None).unwrap().len(), 9);
}

#[test]
fn runs_come_newest_first_and_as_asked_for() {
    let place = Place::new();
    let ledger = place.open();
    for (number, (who, target)) in [("li", "a"), ("wang", "b"), ("li", "b")]
        .into_iter()
        .enumerate()
    {
        place.clock.forward(Duration::from_secs(60));
        let id = RunId::from(format!("r{number}"));
        ledger
            .append(&actor(who), Some(&id), &intent(target, 1))
            .unwrap();
        ledger
            .append(&actor(who), Some(&id), &output(0, "text"))
            .unwrap();
    }
    let ids = |query: RunQuery| {
        let runs = ledger.runs(&query).unwrap();
        assert!(runs.iter().all(|run| run.steps[0].output.is_empty()));
        runs.into_iter()
            .map(|run| run.id.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(RunQuery::default()), ["r2", "r1", "r0"]);
    let limit = RunQuery {
        limit: Some(1),
        ..RunQuery::default()
    };
    assert_eq!(ids(limit), ["r2"]);
    let of_li = RunQuery {
        actor: Some("li".to_owned()),
        ..RunQuery::default()
    };
    assert_eq!(ids(of_li), ["r2", "r0"]);
    let on_b = RunQuery {
        target: Some("b".to_owned()),
        since: Some("2026-11-21T06:34:00Z".parse().unwrap()),
        action: Some("generic/restart".into()),
        ..RunQuery::default()
    };
    assert_eq!(ids(on_b), ["r2", "r1"]);
    let later = RunQuery {
        since: Some("2026-11-21T06:35:05Z".parse().unwrap()),
        ..RunQuery::default()
    };
    assert_eq!(ids(later), ["r2"]);
}

#[test]
fn what_may_be_once_is_once() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    assert_eq!(one.origin(), two.origin());
    let li = actor("li");
    let id = RunId::from("r1");
    one.append(&li, Some(&id), &intent("a", 1)).unwrap();
    let twice = Err(LedgerError::Twice("r1".to_owned()));
    assert_eq!(two.append(&li, Some(&id), &intent("a", 1)), twice);
    two.append(&li, Some(&id), &taken()).unwrap();
    assert_eq!(one.append(&li, Some(&id), &taken()), twice);
    let plan = crate::ledger::testkit::plan("a", 1);
    let digest = plan.digest();
    let challenge = Entry::Challenge {
        plan: Box::new(plan),
        digest: digest.clone(),
        secret_hash: "h".to_owned(),
        until: place.clock.now().wall,
    };
    let used = Entry::ChallengeUsed { digest };
    for _ in 0..2 {
        one.append(&li, None, &challenge).unwrap();
        two.append(&li, None, &used).unwrap();
        assert!(matches!(
            one.append(&li, None, &used),
            Err(LedgerError::Twice(_))
        ));
    }
    let lines = one.lines(None, None).unwrap();
    let numbers: Vec<_> = lines.iter().map(|line| line.sequence).collect();
    assert_eq!(numbers, (1..=6).collect::<Vec<_>>());
}

#[test]
fn several_writers_make_one_chain() {
    let place = Place::new();
    drop(place.open());
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let ledger = place.open();
            scope.spawn(move || {
                for number in 0..25 {
                    ledger
                        .append(&actor("li"), None, &note(&format!("{writer}/{number}")))
                        .unwrap();
                }
            });
        }
    });
    let ledger = place.open();
    let lines = ledger.lines(None, None).unwrap();
    assert_eq!(lines.len(), 100);
    assert!(
        lines
            .iter()
            .zip(1..)
            .all(|(line, number)| line.sequence == number)
    );
    let mut previous = crate::ledger::chain::START.to_owned();
    for link in read::links(&ledger.connection(), ledger.origin(), None, None).unwrap() {
        assert_eq!(link.hash_after(&previous), link.hash);
        previous = link.hash;
    }
}

#[test]
fn the_version_moves_when_anybody_writes() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let before = one.version().unwrap();
    assert_eq!(one.version().unwrap(), before);
    two.append(&actor("li"), None, &note("x")).unwrap();
    let after = one.version().unwrap();
    assert_ne!(after, before);
    two.beat(&RunId::from("r")).unwrap();
    assert_ne!(one.version().unwrap(), after);
}

#[test]
fn reading_makes_nothing_and_writing_makes_it_private() {
    let place = Place::new();
    let none = SqliteLedger::open_for_reading(&place.path(), place.clock.clone()).unwrap();
    assert!(none.is_none());
    assert!(!place.path().parent().unwrap().exists());
    let ledger = place.open();
    ledger.append(&actor("li"), None, &note("x")).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&place.path()), 0o600);
    assert_eq!(mode(place.path().parent().unwrap()), 0o700);
    for beside in ["-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{beside}", place.path().display()));
        assert_eq!(mode(&path), 0o600, "{beside}");
    }
    let reader = SqliteLedger::open_for_reading(&place.path(), place.clock.clone())
        .unwrap()
        .unwrap();
    assert_eq!(reader.lines(None, None).unwrap().len(), 1);
    let error = reader.append(&actor("li"), None, &note("y")).unwrap_err();
    assert_eq!(error, LedgerError::ReadOnly);
    drop(ledger);
    let again = SqliteLedger::open_for_reading(&place.path(), place.clock.clone())
        .unwrap()
        .unwrap();
    assert_eq!(again.origin(), reader.origin());
}
