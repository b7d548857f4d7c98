//! Two persons at two hosts, one plan: the first asks, the second signs in a session of their own.

use serde_json::Value;

use super::{
    keys::{other, signed_by_hand, signers},
    locks::shares,
    shared::is_whole,
    stage::{Stage, begun, over, space, taken},
};
use crate::harness::{Bed, Database, Person, Relay, Session, Told, signal, until};

/// What both are told of and how they reach it, each by a way of their own.
struct Ways {
    database: Database,
    of_li: Relay,
    of_wang: Relay,
}

impl Ways {
    async fn of(stage: &Stage<'_>) -> Self {
        let database = Database::on(stage.space.bed);
        let of_li = Relay::to(&database.server()).await;
        let of_wang = Relay::to(&database.server()).await;
        shares(stage, &stage.li, "li", &database, &of_li);
        shares(stage, &stage.wang, "wang", &database, &of_wang);
        signers(stage);
        Self {
            database,
            of_li,
            of_wang,
        }
    }
}

/// The first asks: their prompt, and the plan that is to be signed.
fn asks(person: &Person) -> (Session, String) {
    let session = person.session(&["run", "pair"]);
    session.shows("1 of 2 agree");
    let row = session.terminal().row_with("p=").unwrap();
    let (_, plan) = row.split_once("p=").unwrap();
    let plan = plan.chars().take_while(char::is_ascii_hexdigit).collect();
    (session, plan)
}

/// The plan that the first asks about is where the second reads.
async fn is_there(ways: &Ways, plan: &str) {
    until("the plan in PostgreSQL", async || {
        let bodies = ways
            .database
            .admin_sql("SELECT body FROM quarterdeck.entries");
        let asked = bodies
            .lines()
            .any(|body| body.contains("\"kind\":\"asked\"") && body.contains(plan));
        if asked { Ok(()) } else { Err(bodies) }
    })
    .await;
}

/// The second agrees, by the shared ledger.
async fn agrees(stage: &Stage<'_>, ways: &Ways, plan: &str) {
    is_there(ways, plan).await;
    let told = stage.wang.call(&["approve", plan], "").await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("the shared ledger has it"), "{told:?}");
    let pair = format!("T1 Pair deployment/{}/web", stage.space.name);
    for part in [&pair, &stage.li.name] {
        assert!(told.err.contains(part.as_str()), "{part}: {told:?}");
    }
}

#[track_caller]
fn is_refused(told: &Told, why: &str) {
    assert_eq!(told.code, Some(4), "{told:?}");
    assert!(told.err.contains(why), "{told:?}");
}

fn both_agree(session: &Session, stage: &Stage<'_>) {
    session.shows("2 of 2 agree");
    session.shows(&stage.li.name);
    session.shows(&stage.wang.name);
}

/// The runs and agreements that somebody reads in the journal.
async fn journal(person: &Person) -> Vec<Value> {
    let told = person.call(&["journal", "--json"], "").await;
    assert_eq!(told.code, Some(0), "{told:?}");
    told.json()["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_agrees_through_the_shared_ledger_which_names_both() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let ways = Ways::of(&stage).await;
    let before = stage.changes().await;
    let (mut session, plan) = asks(&stage.li);
    session.chooses_run();
    session.shows("a second person has not agreed yet");
    is_there(&ways, &plan).await;

    // Who asks is not the second, and neither is a key of nobody on the list.
    is_refused(
        &stage.li.call(&["approve", &plan], "").await,
        "asked for it",
    );
    let key = other(&stage.wang);
    let as_stranger = ["approve", &plan, "--key", &key];
    let told = stage.wang.call(&as_stranger, "").await;
    is_refused(&told, "nobody on the list");
    // What is signed for another plan is kept, and counts for that alone.
    let another = "ab".repeat(32);
    let told = stage.wang.call(&["approve", &another], "").await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.err.contains("is not in the ledger"), "{told:?}");
    is_whole(&stage.li, &ways.database).await;
    assert!(session.terminal().has("1 of 2 agree"));
    session.presses("\r");
    session.shows("a second person has not agreed yet");
    assert_eq!(stage.changes().await, before);

    agrees(&stage, &ways, &plan).await;
    both_agree(&session, &stage);
    session.chooses_run();
    assert_eq!(session.left(), 0, "{}", session.terminal().text());
    assert_eq!(stage.changes().await, before + 1);
    for person in [&stage.li, &stage.wang] {
        over(person).await;
        is_whole(person, &ways.database).await;
        let items = journal(person).await;
        let of_plan = |name: &str| -> Vec<&Value> {
            let items = items.iter().filter(|item| item["plan"] == plan.as_str());
            items.filter(|item| item["kind"] == name).collect()
        };
        let [run] = of_plan("run")[..] else {
            panic!("{items:?}");
        };
        assert_eq!(run["actor"]["principal"], stage.li.name.as_str());
        let [approval] = of_plan("approval")[..] else {
            panic!("{items:?}");
        };
        assert_eq!(approval["principal"], stage.wang.name.as_str());
    }
    // It held for that run.
    let (mut session, _) = asks(&stage.li);
    assert_eq!(session.declines(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pasted_counts_as_what_it_is_and_is_worth_nothing_without_the_shared_ledger() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let ways = Ways::of(&stage).await;
    let before = stage.changes().await;
    let (mut session, plan) = asks(&stage.li);
    let usual = "~/.ssh/id_ed25519";
    let another = "ab".repeat(32);
    let key = other(&stage.wang);
    for (person, plan, key, why) in [
        (&stage.li, &plan, usual, "can't be the second"),
        (&stage.wang, &plan, &*key, "nobody whose signature counts"),
        (&stage.wang, &another, usual, "is for another plan"),
    ] {
        session.pastes(&signed_by_hand(person, plan, key).await);
        session.shows(why);
        assert!(session.terminal().has("1 of 2 agree"), "{why}");
    }
    // The second can't reach the shared ledger, and sends the text.
    ways.of_wang.cut();
    let told = stage.wang.call(&["approve", &plan], "").await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.err.contains("this is for whoever asked"), "{told:?}");
    session.pastes(&told.out);
    both_agree(&session, &stage);
    // Then the first can't either.
    ways.of_li.cut();
    session.chooses_run();
    session.shows("the shared ledger can't be reached");
    session.shows("By hand, and then as a note");
    assert_eq!(session.declines(), 4);
    assert_eq!(stage.changes().await, before);
    // Once it is back the agreement still holds: it is of this very plan.
    ways.of_li.mend();
    ways.of_wang.mend();
    let mut session = stage.li.session(&["run", "pair"]);
    both_agree(&session, &stage);
    session.chooses_run();
    assert_eq!(session.left(), 0, "{}", session.terminal().text());
    assert_eq!(stage.changes().await, before + 1);
    for person in [&stage.li, &stage.wang] {
        is_whole(person, &ways.database).await;
    }
}

/// Both agreed, and the runner has it; then the shared ledger goes away.
async fn goes_away_at(point: &str, reached: impl AsyncFn(&Person) -> Value) {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let mut stage = Stage::new(&space).await;
    let ways = Ways::of(&stage).await;
    let before = stage.changes().await;
    let points = format!("{point}=sleep(10000)");
    let variables = &mut stage.li.variables;
    variables.insert("FAILPOINTS".to_owned(), points);
    let (mut session, plan) = asks(&stage.li);
    agrees(&stage, &ways, &plan).await;
    both_agree(&session, &stage);
    session.chooses_run();
    let run = reached(&stage.li).await;
    signal(&run, "-STOP");
    ways.of_li.cut();
    signal(&run, "-CONT");
    let run = over(&stage.li).await;
    assert_eq!(run["state"]["verdict"], "aborted", "{run}");
    let why = &run["state"]["why"]["refusal"]["refusal"];
    assert_eq!(why, "shared-away", "{run}");
    assert_eq!(session.left(), 4);
    assert_eq!(stage.changes().await, before);
    ways.of_li.mend();
    for person in [&stage.li, &stage.wang] {
        is_whole(person, &ways.database).await;
    }
    assert_eq!(stage.changes().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_can_not_ask_who_agreed_does_nothing() {
    goes_away_at("after-taken", taken).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_is_cut_off_before_the_first_effect_does_nothing() {
    goes_away_at("after-step-recorded", begun).await;
}
