//! Reading while lines come: nothing moves what is read, and nothing grows without bound.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{LogScreen, buffer::MOST_LINES, pattern::Pattern};
use crate::{
    app::{command::WhyNot, subject::Subject},
    domain::{
        log::{Level, LogBatch, LogEntry, LogKey, LogNote, LogStream, Said, StreamState},
        pod_detail::{ContainerKind, PodKey},
    },
};

fn key(name: &str) -> PodKey {
    PodKey {
        namespace: "a".into(),
        name: name.into(),
        uid: name.into(),
    }
}

fn screen() -> LogScreen {
    let mut screen = LogScreen::new(Subject::Pod(key("web-0")), "web-0".to_owned());
    screen.requests.insert(1, false);
    screen
}

fn stream(id: u32, container: &str) -> LogStream {
    LogStream {
        id,
        pod: key(if id == 0 { "web-0" } else { "web-1" }),
        container: container.into(),
        kind: ContainerKind::Main,
        state: StreamState::Live,
    }
}

fn line(second: i64, stream: u32, text: &str) -> LogEntry {
    let level = text.starts_with("ERROR").then_some(Level::Error);
    LogEntry {
        stream,
        at: Timestamp::from_second(second).unwrap(),
        said: Said::Line {
            level,
            text: text.into(),
        },
    }
}

fn lines(entries: Vec<LogEntry>) -> LogBatch {
    LogBatch {
        streams: vec![stream(0, "main"), stream(1, "main")],
        entries,
        opened: true,
        ..LogBatch::default()
    }
}

fn text(screen: &LogScreen, key: LogKey) -> String {
    match &screen.buffer.get(key).unwrap().said {
        Said::Line { text, .. } => text.to_string(),
        Said::Note(note) => format!("{note:?}"),
    }
}

fn shown(screen: &LogScreen) -> Vec<String> {
    screen
        .visible
        .iter()
        .map(|key| text(screen, *key))
        .collect()
}

fn read(screen: &LogScreen) -> String {
    text(screen, screen.selected.unwrap())
}

#[test]
fn only_what_is_chosen_is_shown() {
    let mut screen = screen();
    screen.take(
        1,
        lines(vec![
            line(1, 0, "ERROR a"),
            line(2, 1, "take b"),
            line(3, 0, "take c"),
        ]),
    );
    screen.filter = Pattern::parse("TAKE").unwrap();
    screen.refresh();
    assert!(shown(&screen).is_empty(), "capitals ask for capitals");
    screen.filter = Pattern::parse("take").unwrap();
    screen.refresh();
    assert_eq!(shown(&screen), ["take b", "take c"]);
    screen.take(1, lines(vec![line(0, 0, "take 0"), line(4, 0, "other")]));
    assert_eq!(shown(&screen), ["take 0", "take b", "take c"]);
    screen.filter = None;
    screen.troubles_only = true;
    screen.refresh();
    assert_eq!(shown(&screen), ["ERROR a"]);
    screen.troubles_only = false;
    screen.hidden_pods.insert("web-0".into());
    screen.refresh();
    assert_eq!(shown(&screen), ["take b"]);
}

#[test]
fn the_time_one_goes_to_is_that_of_the_first_line_not_before_it() {
    let mut screen = screen();
    screen.take(
        1,
        lines((0..10).map(|n| line(n * 10, 0, &n.to_string())).collect()),
    );
    for (second, expected) in [(35, "4"), (40, "4"), (-5, "0"), (900, "9")] {
        screen.to_time(Timestamp::from_second(second).unwrap());
        assert_eq!(read(&screen), expected);
    }
}

#[test]
fn a_time_the_log_does_not_reach_is_said() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let mut screen = screen();
    assert_eq!(screen.to_time(at(5)), Some(WhyNot::NoLines));
    screen.take(1, lines(vec![line(100, 0, "a"), line(200, 0, "b")]));
    assert_eq!(screen.to_time(at(60)), None, "the minute of its first line");
    assert_eq!(screen.to_time(at(40)), Some(WhyNot::LogBeginsLater));
    assert_eq!(read(&screen), "a");
    assert_eq!(screen.to_time(at(150)), None);
    assert_eq!(screen.to_time(at(201)), Some(WhyNot::LogEndsBefore));
    assert_eq!(read(&screen), "b");
    // What was asked for first says it when it has come.
    screen.requests.insert(2, false);
    screen.jump = Some(at(300));
    assert_eq!(screen.take(1, lines(vec![line(210, 0, "c")])), None);
    let late = screen.take(2, lines(vec![line(220, 0, "d")]));
    assert_eq!(late, Some(WhyNot::LogEndsBefore));
    assert_eq!(screen.jump, None);
}

#[test]
fn a_note_is_no_line_and_no_filter_finds_it() {
    let mut screen = screen();
    let note = |second, note: LogNote| LogEntry {
        stream: 0,
        at: Timestamp::from_second(second).unwrap(),
        said: Said::Note(Box::new(note)),
    };
    let ended = |code| LogNote::Ended {
        reason: "Error".to_owned(),
        code,
    };
    let entries = vec![
        line(1, 0, "ERROR a"),
        note(2, ended(1)),
        note(3, LogNote::Restarted),
        line(4, 0, "take b"),
        note(5, ended(0)),
    ];
    screen.take(1, lines(entries));
    assert_eq!((screen.written_shown(), screen.buffer.written()), (2, 2));
    assert_eq!(screen.visible.len(), 5);
    screen.to_top();
    assert_eq!(screen.below(), 1);
    screen.troubles_only = true;
    screen.refresh();
    assert_eq!(screen.written_shown(), 1);
    assert_eq!(shown(&screen), ["ERROR a", &format!("{:?}", ended(1))]);
    screen.troubles_only = false;
    screen.filter = Pattern::parse("e").unwrap();
    screen.refresh();
    assert_eq!(shown(&screen), ["ERROR a", "take b"]);
}

#[test]
fn hits_are_found_in_both_directions() {
    let mut screen = screen();
    let texts = ["x", "hit 1", "y", "hit 2", "z"];
    let entries = texts.iter().zip(0..).map(|(text, n)| line(n, 0, text));
    screen.take(1, lines(entries.collect()));
    assert!(!screen.to_hit(true), "nothing is searched for");
    screen.search = Pattern::parse("hit").unwrap();
    assert!(screen.to_hit(false));
    assert_eq!(read(&screen), "hit 2");
    assert!(screen.to_hit(false));
    assert_eq!(read(&screen), "hit 1");
    assert!(!screen.to_hit(false));
    assert!(screen.to_hit(true));
    assert_eq!(read(&screen), "hit 2");
    assert!(!screen.to_hit(true));
    assert_eq!(read(&screen), "hit 2");
}

#[test]
fn a_flood_under_a_reader_is_counted_and_said_when_they_follow_again() {
    let mut screen = screen();
    screen.take(1, lines((0..1000).map(|n| line(n, 0, "old")).collect()));
    screen.to_top();
    screen.top = screen.selected;
    let read = screen.selected;
    for round in 1..60_i64 {
        let flood = (0..1000).map(|n| line(round * 1000 + n, 1, "flood"));
        screen.take(1, lines(flood.collect()));
    }
    assert_eq!(screen.selected, read);
    assert_eq!(screen.buffer.len(), MOST_LINES);
    let refused = 60_000 - MOST_LINES as u64;
    assert_eq!(screen.buffer.refused, refused);
    screen.follow();
    let last = screen.visible.back().copied().unwrap();
    assert_eq!(
        text(&screen, last),
        format!("{:?}", LogNote::NotKept(refused))
    );
    assert_eq!(screen.buffer.refused, 0);
}

#[test]
fn a_question_asked_anew_forgets_what_was_read() {
    let mut screen = screen();
    screen.take(1, lines(vec![line(1, 0, "a")]));
    screen.step(-1);
    screen.forget();
    assert!(screen.requests.is_empty());
    assert!(screen.visible.is_empty() && screen.buffer.is_empty() && screen.follows());
    // What comes late under the old question has no stream any more.
    screen.take(
        1,
        LogBatch {
            entries: vec![line(2, 0, "late")],
            ..LogBatch::default()
        },
    );
    assert!(screen.visible.is_empty());
}

// row: A11
#[test]
fn a_file_has_the_time_the_pod_and_the_container_of_each_line() {
    let mut screen = screen();
    screen.take(1, lines(vec![line(0, 0, "a"), line(1, 1, "b")]));
    let (text, count) = screen.as_text();
    assert_eq!(count, 2);
    assert_eq!(
        text,
        "1970-01-01T00:00:00Z web-0 main a\n1970-01-01T00:00:01Z web-1 main b\n"
    );
    screen.title = "../x y".to_owned();
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(screen.file_name(now), "~/x-y-19700101T000000Z.log");
}

proptest! {
    /// Whatever comes, wherever in time: the line that is read stays read, and what is shown is what is chosen, in order.
    #[test]
    fn nothing_that_comes_moves_what_is_read(
        first in prop::collection::vec((0_i64..50, 0_u32..2), 1..30),
        batches in prop::collection::vec(prop::collection::vec((0_i64..60, 0_u32..2, any::<bool>()), 0..10), 0..12),
        up in 0_isize..40,
        filtered in any::<bool>(),
    ) {
        let mut screen = screen();
        screen.take(1, lines(first.into_iter().map(|(second, stream)| line(second, stream, "keep")).collect()));
        if filtered {
            screen.filter = Pattern::parse("keep").unwrap();
            screen.refresh();
        }
        screen.step(-up);
        let read = screen.selected;
        for batch in batches {
            let entries = batch.into_iter().map(|(second, stream, keep)| line(second, stream, if keep { "keep" } else { "other" }));
            screen.take(1, lines(entries.collect()));
            prop_assert_eq!(screen.selected, read);
            let expected: Vec<LogKey> = screen.buffer.iter()
                .filter(|line| !filtered || matches!(&line.said, Said::Line { text, .. } if &**text == "keep"))
                .map(|line| line.key).collect();
            prop_assert_eq!(screen.visible.iter().copied().collect::<Vec<_>>(), expected);
        }
    }
}
