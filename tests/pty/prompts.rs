//! `quarterdeck run` at a terminal: the same questions as in the cockpit, and each end with its exit code.

use quarterdeck::sim::server::NetFault;
use serde_json::{Value, json};

use super::{
    catalogue,
    headless::run,
    home::Home,
    person,
    served::{Served, Server},
    session::{Session, Start, poll},
};

/// Two pods, so that a restart is soon over.
const SMALL: &str = "deployment/subscription-poller";
const PATH: &str = "/apis/apps/v1/namespaces/prod/deployments/subscription-poller";

/// `quarterdeck run` with these words, on a terminal.
fn asks(home: &Home, served: &Served, words: &[&str]) -> Session {
    let mut all = vec!["--config", served.config(), "--pack", "own", "run"];
    all.extend(words);
    Start::of(home, &all).session()
}

fn scales<'w>(more: &[&'w str]) -> Vec<&'w str> {
    let mut words = vec!["generic/scale", "--target", SMALL];
    words.extend(more);
    words
}

/// What the ledger has of runs.
fn runs(home: &Home, served: &Served) -> Vec<Value> {
    let told = run(home, served, &["runs", "--json"]);
    let Ok(document) = serde_json::from_slice::<Value>(&told.stdout) else {
        return Vec::new();
    };
    document["items"].as_array().cloned().unwrap_or_default()
}

fn stage(scenario: &str) -> (Home, Served) {
    let home = Home::new();
    catalogue::write(&home);
    let served = Served::faster(&home, scenario, 10.0);
    (home, served)
}

#[test]
fn a_t1_is_no_until_run_is_chosen() {
    let (home, served) = stage("quiet");
    let words = ["generic/restart", "--target", SMALL];
    for no in ["\r", "\x1b", "\x03"] {
        let mut session = asks(&home, &served, &words);
        session.shows("▸ No");
        person::looks();
        session.presses(no);
        assert_eq!(session.left(), "4", "{no:?}");
    }
    assert!(runs(&home, &served).is_empty());
    let mut session = asks(&home, &served, &words);
    session.chooses_run();
    assert_eq!(session.left(), "0");
    assert!(session.terminal().has("verified"));
    let runs = runs(&home, &served);
    assert_eq!(runs.len(), 1, "{runs:?}");
}

#[test]
fn a_t2_is_the_name_of_its_target_typed_by_a_person() {
    let (home, served) = stage("quiet");
    let words = scales(&["--param", "replicas=3"]);
    let mut session = asks(&home, &served, &words);
    session.shows("2 → 3");
    let ask = "Type subscription-poller to go on:";
    session.shows(ask);
    person::looks();
    // A name that looks alike is none.
    session.types_behind(&format!("{ask} "), "subscription-poller-");
    session.presses("\r");
    session.presses("\x7f");
    session.hides("subscription-poller-\n");
    assert!(session.terminal().has(ask), "it is still asked");
    session.presses("\r");
    assert_eq!(session.left(), "0");
    assert_eq!(runs(&home, &served).len(), 1);
}

#[test]
fn what_is_pasted_is_no_answer_whether_the_terminal_says_so_or_not() {
    let (home, served) = stage("quiet");
    let words = scales(&["--param", "replicas=3"]);
    for pasted in [
        "\x1b[200~subscription-poller\x1b[201~",
        "subscription-poller\r",
    ] {
        let mut session = asks(&home, &served, &words);
        session.shows("Type subscription-poller");
        person::looks();
        session.types(pasted);
        session.shows("pasted text does not count");
        session.presses("\x1b");
        assert_eq!(session.left(), "4");
    }
    assert!(runs(&home, &served).is_empty());
}

// row: A12
#[test]
fn a_t3_is_its_name_and_its_number() {
    let (home, served) = stage("quiet");
    let mut session = asks(&home, &served, &["own/drop"]);
    let ask = "Type cache to go on:";
    session.shows(ask);
    person::looks();
    session.types_behind(&format!("{ask} "), "cache");
    session.presses("\r");
    session.shows("and the number of 1 steps:");
    session.types_behind("and the number of 1 steps: ", "2");
    session.presses("\r");
    assert!(session.terminal().has(ask), "another number is no answer");
    session.presses("\x7f");
    session.types_behind("and the number of 1 steps: ", "1");
    session.presses("\r");
    assert_eq!(session.left(), "0");
}

#[test]
fn what_was_typed_is_void_when_the_world_moves() {
    let (home, served) = stage("quiet");
    let words = scales(&["--param", "replicas=5"]);
    let mut session = asks(&home, &served, &words);
    let ask = "Type subscription-poller to go on:";
    session.shows("2 → 5");
    session.shows(ask);
    person::looks();
    session.types_behind(&format!("{ask} "), "subscr");
    served.patch(PATH, &json!({ "spec": { "replicas": 4 } }));
    session.shows("4 → 5");
    session.until("nothing typed", |terminal| {
        terminal.has(ask) && !terminal.has(&format!("{ask} s"))
    });
    person::looks();
    session.types_behind(&format!("{ask} "), "subscription-poller");
    session.presses("\r");
    assert_eq!(session.left(), "0");
}

#[test]
fn a_terminal_that_closes_under_the_question_is_no_answer() {
    let (home, served) = stage("quiet");
    let words = ["generic/restart", "--target", SMALL];
    let mut session = asks(&home, &served, &words);
    session.shows("▸ No");
    person::looks();
    session.presses("\x1b[C");
    session.shows("▸ Run");
    let asking = session.pid();
    session.closes();
    poll("the end of the program", || {
        rustix::process::test_kill_process(asking)
            .is_err()
            .then_some(())
    });
    assert!(runs(&home, &served).is_empty());
}

#[test]
fn each_end_has_its_code() {
    let (home, served) = stage("quiet");
    for (action, code, says) in [
        ("own/breaks", "1", "failed"),
        ("own/never", "1", "unverified"),
    ] {
        let mut session = asks(&home, &served, &[action]);
        session.chooses_run();
        assert_eq!(session.left(), code, "{action}");
        assert!(session.terminal().has(says), "{action}");
    }
    // A person elsewhere stops one that waits for a person here.
    let mut session = asks(&home, &served, &["own/asks"]);
    session.chooses_run();
    session.shows("waits for a person");
    let id = catalogue::open_run(&home, &served).expect("it goes on");
    assert_eq!(
        run(&home, &served, &["runs", "--cancel", &id])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(session.left(), "4");
    assert!(session.terminal().has("aborted"));
    for (words, code) in [
        (vec!["runs", "--attach", &id], 4),
        (vec!["runs", "--cancel", &id], 4),
        (vec!["runs", "--attach", "run-0"], 2),
        (vec!["runs", "--cancel", "run-0"], 2),
    ] {
        let told = run(&home, &served, &words);
        assert_eq!(told.status.code(), Some(code), "{words:?}: {told:?}");
    }
    // What is left alone while it goes on has no end yet.
    let mut session = asks(&home, &served, &["own/asks"]);
    session.chooses_run();
    session.shows("waits for a person");
    session.types("q");
    assert_eq!(session.left(), "3");
    let told = session.terminal().text();
    let id = catalogue::open_run(&home, &served).expect("it goes on");
    assert!(told.contains(&format!("runs --attach {id}")), "{told}");
    assert_eq!(
        run(&home, &served, &["runs", "--cancel", &id])
            .status
            .code(),
        Some(0)
    );
    let told = run(&home, &served, &["runs", "--attach", &id]);
    assert_eq!(told.status.code(), Some(4), "{told:?}");
}

#[test]
fn what_is_refused_is_said_and_is_four() {
    let (home, served) = stage("quiet");
    let session = asks(&home, &served, &["own/never", "--read-only"]);
    assert_eq!(session.left(), "4");
    assert!(session.terminal().has("read-only"));
    let mut session = asks(
        &home,
        &served,
        &["generic/restart", "--target", "deployment/nowhere"],
    );
    session.shows("is not there");
    session.presses("\x1b");
    assert_eq!(session.left(), "4");
    assert!(runs(&home, &served).is_empty());
}

#[test]
fn wrong_words_are_usage_and_silence_is_five() {
    let (home, served) = stage("quiet");
    let session = asks(&home, &served, &["own/dropp"]);
    assert_eq!(session.left(), "2");
    let session = asks(&home, &served, &scales(&["--param", "replicas"]));
    assert_eq!(session.left(), "2");
    let session = asks(&home, &served, &scales(&["--param", "replicas=many"]));
    assert_eq!(session.left(), "2");
    served.strike(Server::Kubernetes, NetFault::Hang);
    let words = ["run", "generic/restart", "--target", SMALL, "--plan"];
    let mut words = words.to_vec();
    words.extend(["--timeout", "1s"]);
    let told = run(&home, &served, &words);
    assert_eq!(told.status.code(), Some(5), "{told:?}");
}

#[test]
fn without_a_terminal_nothing_runs_but_what_was_planned() {
    let (home, served) = stage("quiet");
    let restart = |more: &[&str], given: &str| {
        let mut words = vec!["run", "generic/restart", "--target", SMALL];
        words.extend(more);
        catalogue::given(&home, &served, &words, given)
    };
    let told = restart(&[], "y\n");
    assert_eq!(told.status.code(), Some(4), "{told:?}");
    assert!(told.stdout.is_empty());
    let says = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(
        says.contains("--plan") && says.contains("--confirm -"),
        "{says}"
    );
    let planned = restart(&["--plan", "--json"], "");
    assert_eq!(planned.status.code(), Some(0), "{planned:?}");
    let plan: Value = serde_json::from_slice(&planned.stdout).expect("it is JSON");
    let challenge = plan["challenge"].as_str().expect("a challenge").to_owned();
    assert!(runs(&home, &served).is_empty(), "a plan is no run");
    assert_eq!(restart(&["--confirm", "-"], "yes\n").status.code(), Some(4));
    let told = restart(&["--confirm", "-"], &challenge);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let told = restart(&["--confirm", "-"], &challenge);
    assert_eq!(told.status.code(), Some(4), "it counts once: {told:?}");
    assert_eq!(runs(&home, &served).len(), 1);
    // A T3 is a person's.
    let own = ["--pack", "own", "run", "own/drop", "--plan", "--json"];
    let told = catalogue::given(&home, &served, &own, "");
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let plan: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
    assert!(plan["challenge"].is_null(), "{plan}");
}

#[test]
fn who_attaches_sees_what_it_wrote_and_how_it_ended() {
    let (home, served) = stage("quiet");
    let mut session = asks(&home, &served, &["own/asks"]);
    session.chooses_run();
    session.shows("waits for a person");
    let id = catalogue::open_run(&home, &served).expect("it goes on");
    let words = [
        "--config",
        served.config(),
        "--pack",
        "own",
        "runs",
        "--attach",
        &id,
    ];
    let attached = Start::of(&home, &words).session();
    attached.shows(&id);
    session.types("i");
    session.shows("evidence:");
    session.types_behind("evidence: ", "seen by me");
    session.presses("\r");
    assert_eq!(session.left(), "0");
    assert_eq!(attached.left(), "0");
    let text = attached.terminal().text();
    assert!(text.contains("hello from the pod"), "{text}");
    assert!(text.contains("verified"), "{text}");
    poll("a run that is over", || {
        catalogue::open_run(&home, &served).is_none().then_some(())
    });
}
