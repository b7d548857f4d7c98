//! Logs of many containers: merged, followed, taken up again, and ended when nobody waits for them.

use http::StatusCode;
use jiff::SignedDuration;
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::TroubleKind,
        log::{LogBatch, LogNote, LogQuestion, Said, StreamState},
        pod_detail::PodKey,
        question::{Answer, Question},
    },
    sim::{
        port::{ClusterPort, Fault},
        server::NetFault,
    },
    sources::kubernetes::Ask,
};

use super::{
    bench::{Bench, Heard},
    played::{keys, live_through, lookup, played, up},
};

fn question(pods: Vec<PodKey>) -> LogQuestion {
    LogQuestion {
        pods,
        since: None,
        tail: 1000,
        previous: false,
        streams: 50,
    }
}

async fn ask(bench: &Bench, request: u64, question: LogQuestion) {
    let question = Question::Logs(question);
    let ask = Ask::Question { request, question };
    bench.asks.send(ask).await.unwrap();
}

fn batch(heard: &Heard, request: u64) -> LogBatch {
    let mut all = LogBatch::default();
    for (asked, answer) in &heard.told {
        if let (true, Ok(Answer::Logs(batch))) = (*asked == request, answer) {
            all.append(batch.clone());
        }
    }
    all
}

fn texts(heard: &Heard, request: u64) -> Vec<String> {
    let entries = batch(heard, request).entries;
    let text = |said: &Said| match said {
        Said::Line { text, .. } => Some(text.to_string()),
        Said::Note(_) => None,
    };
    let lines = entries.iter().filter_map(|entry| text(&entry.said));
    // What a container says when it starts is not what these tests write.
    lines
        .filter(|line| !line.starts_with("starting "))
        .collect()
}

fn notes(heard: &Heard, request: u64) -> Vec<LogNote> {
    let entries = batch(heard, request).entries;
    let note = |said: &Said| match said {
        Said::Note(note) => Some((**note).clone()),
        Said::Line { .. } => None,
    };
    entries
        .iter()
        .filter_map(|entry| note(&entry.said))
        .collect()
}

fn states(heard: &Heard, request: u64) -> Vec<StreamState> {
    let streams = batch(heard, request).streams;
    streams.into_iter().map(|it| it.state).collect()
}

/// A cluster of so many pods that is read, with the time it is.
async fn reading(replicas: u32) -> (Bench, jiff::Timestamp) {
    let (mut bench, now) = played(replicas).await;
    bench.read(Namespaces::All);
    up(&mut bench, usize::try_from(replicas).unwrap()).await;
    (bench, now)
}

fn write(bench: &Bench, line: &str) {
    bench.cluster.log(&lookup(), "", line, true);
}

// row: G6
#[tokio::test]
async fn all_pods_are_read_and_followed_until_nobody_waits() {
    let (mut bench, _) = reading(3).await;
    write(&bench, "\u{1b}[31mERROR one\u{1b}[0m");
    let pods = keys(&bench);
    ask(&bench, 1, question(pods.clone())).await;
    bench
        .until("what was written before", |heard| {
            texts(heard, 1).len() == 3 && batch(heard, 1).opened
        })
        .await;
    assert_eq!(texts(&bench.heard, 1), ["ERROR one"; 3]);
    assert_eq!(states(&bench.heard, 1), [const { StreamState::Live }; 3]);
    write(&bench, "two");
    bench
        .until("what is written now", |heard| texts(heard, 1).len() == 6)
        .await;
    bench.asks.send(Ask::Drop(vec![1])).await.unwrap();
    // The next answer comes after the drop was heard.
    ask(&bench, 2, question(pods)).await;
    bench
        .until("another question", |heard| texts(heard, 2).len() == 6)
        .await;
    write(&bench, "three");
    bench
        .until("its new lines", |heard| texts(heard, 2).len() == 9)
        .await;
    assert_eq!(texts(&bench.heard, 1).len(), 6);
}

#[tokio::test]
async fn one_that_may_not_be_read_says_so_and_the_others_go_on() {
    let (mut bench, _) = reading(2).await;
    write(&bench, "hello");
    let pods = keys(&bench);
    let path = format!("/pods/{}/log", pods[0].name);
    let denied = NetFault::status(StatusCode::FORBIDDEN);
    bench.faults().strike_at(&path, denied);
    ask(&bench, 1, question(pods)).await;
    bench
        .until("both answers", |heard| batch(heard, 1).opened)
        .await;
    bench
        .until("the line of the other", |heard| {
            texts(heard, 1) == ["hello"] && notes(heard, 1).len() == 1
        })
        .await;
    let notes = notes(&bench.heard, 1);
    let [LogNote::Refused(why)] = notes.as_slice() else {
        panic!("{notes:?}");
    };
    assert_eq!(why.kind, TroubleKind::Forbidden);
    let states = states(&bench.heard, 1);
    assert!(matches!(states[0], StreamState::Refused(_)), "{states:?}");
    assert_eq!(states[1], StreamState::Live);
}

#[tokio::test]
async fn a_broken_stream_is_taken_up_again_without_a_line_twice() {
    let (mut bench, mut now) = reading(1).await;
    write(&bench, "a1");
    write(&bench, "a2");
    ask(&bench, 1, question(keys(&bench))).await;
    bench
        .until("what was there", |heard| texts(heard, 1).len() == 2)
        .await;
    for round in 0..3 {
        bench.faults().cut_connections();
        // The same second as the last line before, then a later one.
        write(&bench, &format!("b{round}"));
        now += SignedDuration::from_secs(2);
        bench.cluster.step(now);
        write(&bench, &format!("c{round}"));
        let last = format!("c{round}");
        bench
            .until("the lines after the break", |heard| {
                texts(heard, 1).contains(&last)
            })
            .await;
    }
    let expected = ["a1", "a2", "b0", "c0", "b1", "c1", "b2", "c2"];
    assert_eq!(texts(&bench.heard, 1), expected);
}

#[tokio::test]
async fn a_server_that_is_away_is_told_once_and_taken_up_again() {
    let (mut bench, _) = reading(1).await;
    write(&bench, "before");
    ask(&bench, 1, question(keys(&bench))).await;
    bench
        .until("what was there", |heard| texts(heard, 1) == ["before"])
        .await;
    bench.kill().await;
    bench
        .until("the break", |heard| {
            matches!(states(heard, 1).as_slice(), [StreamState::Broken(_)])
        })
        .await;
    bench.revive().await;
    write(&bench, "after");
    bench
        .until("the line after", |heard| {
            texts(heard, 1) == ["before", "after"]
        })
        .await;
    let notes = notes(&bench.heard, 1);
    assert!(
        matches!(notes.as_slice(), [LogNote::Broken(_), LogNote::Back]),
        "{notes:?}"
    );
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_not_live() {
    let (mut bench, _) = reading(1).await;
    let pods = keys(&bench);
    let path = format!(
        "/api/v1/namespaces/{}/pods/{}",
        pods[0].namespace, pods[0].name
    );
    bench
        .faults()
        .strike_at(&format!("{path}/log"), NetFault::Hang);
    ask(&bench, 1, question(pods)).await;
    bench
        .until("its containers", |heard| {
            states(heard, 1) == [StreamState::Opening]
        })
        .await;
    bench.faults().strike_at(&path, NetFault::Hang);
    bench
        .until("the break", |heard| {
            matches!(states(heard, 1).as_slice(), [StreamState::Broken(_)])
        })
        .await;
    let told = notes(&bench.heard, 1);
    let [LogNote::Broken(why)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(why.kind, TroubleKind::TimedOut);
    bench.faults().heal();
    write(&bench, "after");
    bench
        .until("the line after", |heard| texts(heard, 1) == ["after"])
        .await;
    let told = notes(&bench.heard, 1);
    assert!(
        matches!(told.as_slice(), [LogNote::Broken(_), LogNote::Back]),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_log_that_says_nothing_is_live_where_its_pod_can_be_read() {
    let (mut bench, _) = reading(1).await;
    let pods = keys(&bench);
    let path = format!("/pods/{}/log", pods[0].name);
    bench.faults().strike_at(&path, NetFault::Hang);
    ask(&bench, 1, question(pods)).await;
    bench
        .until("the silent one", |heard| {
            batch(heard, 1).opened && states(heard, 1) == [StreamState::Live]
        })
        .await;
    assert_eq!(notes(&bench.heard, 1), []);
}

#[tokio::test]
async fn a_pod_that_goes_is_said_and_ends_its_stream() {
    let (mut bench, mut now) = reading(2).await;
    write(&bench, "x");
    ask(&bench, 1, question(keys(&bench))).await;
    bench
        .until("both", |heard| texts(heard, 1).len() == 2)
        .await;
    bench.cluster.scale(&lookup(), 1, "test");
    live_through(&bench, &mut now, 60);
    bench
        .until("the one that goes", |heard| {
            states(heard, 1).contains(&StreamState::Gone) && notes(heard, 1) == [LogNote::Gone]
        })
        .await;
    assert!(states(&bench.heard, 1).contains(&StreamState::Live));
}

#[tokio::test]
async fn a_container_that_dies_is_followed_into_its_next_life() {
    let (mut bench, mut now) = reading(1).await;
    write(&bench, "first life");
    ask(&bench, 1, question(keys(&bench))).await;
    bench
        .until("its line", |heard| texts(heard, 1).len() == 1)
        .await;
    let fault = Fault::CrashLoop {
        share: 1.0,
        code: 3,
        message: "ERROR no database".to_owned(),
    };
    bench.cluster.set_fault(&lookup(), fault, None);
    for _ in 0..40 {
        live_through(&bench, &mut now, 1);
        if bench.cluster.workload(&lookup()).unwrap().ready == 0 {
            break;
        }
    }
    bench
        .until("its last words and its end", |heard| {
            let ended = LogNote::Ended {
                reason: "Error".to_owned(),
                code: 3,
            };
            texts(heard, 1).contains(&"ERROR no database".to_owned())
                && notes(heard, 1).contains(&ended)
        })
        .await;
    bench.cluster.clear_fault(&lookup());
    live_through(&bench, &mut now, 60);
    write(&bench, "next life");
    bench
        .until("its next life", |heard| {
            texts(heard, 1).last().map(String::as_str) == Some("next life")
                && notes(heard, 1).contains(&LogNote::Restarted)
        })
        .await;
    let mut previous = question(keys(&bench));
    previous.previous = true;
    ask(&bench, 2, previous).await;
    bench
        .until("the life before", |heard| {
            batch(heard, 2).opened && states(heard, 2) == [StreamState::Ended]
        })
        .await;
    let before = texts(&bench.heard, 2);
    assert_eq!(before.last().map(String::as_str), Some("ERROR no database"));
    assert!(!before.contains(&"next life".to_owned()));
}

#[tokio::test]
async fn more_containers_than_may_be_read_are_counted() {
    let (mut bench, _) = reading(3).await;
    write(&bench, "x");
    let mut few = question(keys(&bench));
    few.streams = 1;
    ask(&bench, 1, few).await;
    bench
        .until("the one", |heard| {
            batch(heard, 1).opened && texts(heard, 1).len() == 1
        })
        .await;
    assert_eq!(batch(&bench.heard, 1).pods_not_read, 2);
    let mut previous = question(keys(&bench));
    previous.previous = true;
    ask(&bench, 2, previous).await;
    bench
        .until("that nothing died", |heard| batch(heard, 2).opened)
        .await;
    assert!(batch(&bench.heard, 2).streams.is_empty());
}
