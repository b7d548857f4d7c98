//! Incidents as two bastions write them down.

use std::sync::Arc;

use super::super::{LogDesk, LogEntry, Logbook, Noted};
use super::*;
use jiff::SignedDuration;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn desk() -> LogDesk {
    LogDesk {
        pack: "glancy".into(),
        context: "prod".to_owned(),
    }
}

fn line(id: &str, second: i64, noted: IncidentNoted) -> Arc<LogLine> {
    Arc::new(LogLine {
        id: id.into(),
        at: at(second),
        actor: ActorMark {
            principal: Some("li".to_owned()),
            host: id.split('/').next().unwrap_or_default().to_owned(),
            ..ActorMark::default()
        },
        entry: LogEntry {
            desk: desk(),
            noted: Noted::Incident(noted),
            after: None,
        },
    })
}

fn declared(title: &str, number: u32) -> IncidentNoted {
    IncidentNoted::Declared(Declared {
        title: title.to_owned(),
        series: "INC-2025-0418-{nn}".to_owned(),
        number,
        severity: "sev-2".to_owned(),
        alert: None,
        began: at(50),
    })
}

fn book(lines: &[Arc<LogLine>]) -> IncidentBook {
    Logbook::of(&desk(), lines).incidents
}

// row: G1
#[test]
fn ids_follow_the_pattern_of_the_pack_in_its_zone() {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    // Still the 17th in UTC.
    let when: Timestamp = "2025-04-17T17:00:00Z".parse().expect("a time");
    let of = series("INC-%Y-%m%d-{nn}", when, &zone).expect("a pattern");
    assert_eq!(of, "INC-2025-0418-{nn}");
    assert_eq!(numbered(&of, 1), "INC-2025-0418-01");
    let of = series("INC-%Y%m%d-{nnn}", when, &TimeZone::UTC).expect("a pattern");
    assert_eq!(numbered(&of, 2), "INC-20250417-002");
}

// row: G1
#[test]
fn the_next_number_is_the_next_free_one_of_its_day() {
    let known = book(&[line("a/1", 100, declared("one", 1))]);
    assert_eq!(known.all()[0].number, "INC-2025-0418-01");
    assert_eq!(known.next("INC-2025-0418-{nn}"), 2);
    assert_eq!(known.next("INC-2025-0419-{nn}"), 1);
}

#[test]
fn two_that_claim_one_number_are_told_apart_the_same_everywhere() {
    let first = line("b/9", 100, declared("first", 1));
    let second = line("a/3", 101, declared("second", 1));
    let third = line("a/4", 102, declared("third", 2));
    let note = |of: &str| {
        let of = of.into();
        let text = "seen".to_owned();
        line("a/5", 103, IncidentNoted::Note { of, text })
    };
    let here = book(&[first.clone(), second.clone(), third.clone(), note("a/3")]);
    let there = book(&[note("a/3"), third, second, first]);
    assert_eq!(here.all(), there.all());
    let told: Vec<(&str, &str, Option<&str>)> = here
        .all()
        .iter()
        .map(|it| (&*it.title, &*it.number, it.declared_as.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("first", "INC-2025-0418-01", None),
            ("second", "INC-2025-0418-03", Some("INC-2025-0418-01")),
            ("third", "INC-2025-0418-02", None),
        ]
    );
    assert_eq!(here.all()[1].lines.len(), 2, "the note is the second's");
    assert_eq!(here.next("INC-2025-0418-{nn}"), 4);
    // Who says -01 may mean the first, or the second as its declarer knew it.
    let titles = |name: &str| match here.named(name) {
        Named::None => Vec::new(),
        Named::One(one) => vec![one.title.clone()],
        Named::Several(all) => all.iter().map(|it| it.title.clone()).collect(),
    };
    assert_eq!(titles("INC-2025-0418-01"), ["first", "second"]);
    assert_eq!(titles("INC-2025-0418-03"), ["second"]);
    assert_eq!(titles("a/3"), ["second"]);
    assert!(titles("INC-2025-0418-09").is_empty());
}

#[test]
fn two_that_declare_for_one_alert_at_once_declare_one_incident() {
    let of_alert = |title: &str| {
        let IncidentNoted::Declared(mut said) = declared(title, 1) else {
            panic!("it declares");
        };
        said.alert = Some(AlertMark {
            fingerprint: "f1".into(),
            name: "Backlog".to_owned(),
            starts_at: at(50),
        });
        IncidentNoted::Declared(said)
    };
    let close = |of: &str| IncidentNoted::Closed {
        of: of.into(),
        recovery: Recovery::Held,
        text: None,
    };
    let note = IncidentNoted::Note {
        of: "b/1".into(),
        text: "seen".to_owned(),
    };
    let mut lines = vec![
        line("a/1", 100, of_alert("backlog")),
        line("b/1", 101, of_alert("backlog")),
        line("b/2", 102, note),
    ];
    let both = book(&lines);
    assert_eq!(both.all().len(), 1);
    let it = &both.all()[0];
    assert_eq!(it.twins[0].by.host, "b");
    assert_eq!(it.lines.len(), 3, "what is said of either is said of it");
    assert_eq!(
        both.get(&"b/1".into()).map(|it| &it.id),
        Some(&"a/1".into())
    );
    lines.push(line("b/3", 103, close("b/1")));
    assert_eq!(
        book(&lines).open().count(),
        0,
        "whoever closes it closes it"
    );
    // It is over: the next one is another.
    lines.push(line("b/4", 104, of_alert("again")));
    let book = book(&lines);
    assert_eq!(book.all().len(), 2);
    assert_eq!(book.all()[1].number, "INC-2025-0418-02");
}

#[test]
fn at_the_same_time_the_chain_decides() {
    let one = line("a/1", 100, declared("of a", 1));
    let other = line("b/1", 100, declared("of b", 1));
    let book = book(&[other, one]);
    assert_eq!(book.all()[0].title, "of a");
    assert_eq!(book.all()[1].number, "INC-2025-0418-02");
}

/// A line whose writer knew another.
fn after(known: i64, line: &Arc<LogLine>) -> Arc<LogLine> {
    let mut line = (**line).clone();
    line.entry.after = Some(at(known));
    Arc::new(line)
}

#[test]
fn what_is_said_after_something_comes_after_it_whatever_the_clocks_say() {
    let of = || LineId::from("a/1");
    let closed = IncidentNoted::Closed {
        of: of(),
        recovery: Recovery::Held,
        text: None,
    };
    let reopened = || IncidentNoted::Reopened {
        of: of(),
        why: "it is back".to_owned(),
    };
    // Of another bastion, whose clock is three seconds slow.
    let lines = [
        line("a/1", 100, declared("one", 1)),
        line("a/2", 110, closed.clone()),
        after(110, &line("b/1", 107, reopened())),
    ];
    let it = book(&lines);
    assert_eq!(
        it.open().count(),
        1,
        "it was opened again by who saw it closed"
    );
    assert_eq!(
        Logbook::of(&desk(), &lines).newest,
        Some(at(110) + SignedDuration::from_micros(1))
    );
    // Of the same bastion, whose clock was set back meanwhile; its tenth line is no earlier than its ninth.
    let lines = [
        line("a/10", 98, reopened()),
        line("a/9", 100, closed),
        line("a/1", 90, declared("one", 1)),
    ];
    assert_eq!(book(&lines).open().count(), 1);
}

/// What is written down of an incident from its beginning to its end.
fn a_life() -> Vec<IncidentNoted> {
    let of = || "a/1".into();
    let text = |text: &str| text.to_owned();
    vec![
        declared("exports", 1),
        IncidentNoted::Role {
            of: of(),
            role: text("commander"),
            person: text("li"),
        },
        IncidentNoted::Role {
            of: of(),
            role: text("commander"),
            person: text("wang"),
        },
        IncidentNoted::Severity {
            of: of(),
            severity: text("sev-1"),
            why: None,
        },
        IncidentNoted::Impact {
            of: of(),
            fields: [(text("users"), text("15"))].into(),
        },
        IncidentNoted::Impact {
            of: of(),
            fields: [(text("rto"), text("5m"))].into(),
        },
        IncidentNoted::Rung {
            of: of(),
            rung: text("one"),
            evidence: text("fine"),
        },
        IncidentNoted::Rung {
            of: of(),
            rung: text("one"),
            evidence: text("fine too"),
        },
        IncidentNoted::WatchBegan { of: of() },
        IncidentNoted::Phase {
            of: of(),
            phase: Phase::Watching,
        },
        IncidentNoted::Closed {
            of: of(),
            recovery: Recovery::Held,
            text: None,
        },
    ]
}

#[test]
fn what_is_written_down_adds_up() {
    let of = || "a/1".into();
    let text = |text: &str| text.to_owned();
    let noted = a_life();
    let mut lines: Vec<Arc<LogLine>> = noted
        .into_iter()
        .enumerate()
        .map(|(place, noted)| {
            let place = i64::try_from(place).expect("few");
            line(&format!("a/{}", place + 1), 100 + place, noted)
        })
        .collect();
    let closed = book(&lines);
    let it = &closed.all()[0];
    assert_eq!(it.roles["commander"], ["li", "wang"]);
    assert_eq!(it.severity, "sev-1");
    assert_eq!(it.impact.len(), 2);
    assert_eq!(it.impact_at, Some(at(104)));
    assert_eq!(it.rungs["one"].text, "fine");
    assert_eq!(it.watch_began, Some(at(108)));
    assert!(!it.is_open());
    assert_eq!(closed.open().count(), 0);
    lines.push(line(
        "a/50",
        150,
        IncidentNoted::Reviewed {
            of: of(),
            text: text("wiki/1"),
        },
    ));
    let reviewed = book(&lines).all()[0].reviewed.clone();
    assert_eq!(reviewed.map(|it| it.text), Some(text("wiki/1")));
    lines.push(line(
        "a/99",
        200,
        IncidentNoted::Reopened {
            of: of(),
            why: text("again"),
        },
    ));
    let again = book(&lines);
    assert!(again.all()[0].is_open());
    assert_eq!(again.all()[0].watch_began, None);
    assert_eq!(again.all()[0].reviewed, None, "what comes now is in none");
    assert!(
        again.all()[0].rungs.is_empty(),
        "the way back is gone again"
    );
    assert_eq!(again.all()[0].phase, Phase::Investigating);
}

#[test]
fn a_line_reads_back() {
    let noted = Noted::Incident(declared("one", 1));
    let text = serde_json::to_string(&noted).expect("it is written");
    assert!(
        text.starts_with(r#"{"about":"incident","did":"declared","title":"one""#),
        "{text}"
    );
    let read: Noted = serde_json::from_str(&text).expect("it is read");
    assert_eq!(read, noted);
}
