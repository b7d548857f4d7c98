//! The routine: what is due, running checks and lists, evidence, what a red one proposes.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        overlay::{Overlay, PaletteItem, PaletteOver},
        routine::{DueOf, RoutineScreen, Stand},
    },
    domain::{
        action::{
            preflight::Preflight,
            record::{ActorMark, Entry, Run},
            refusal::Refusal,
            value::Value,
            verdict::Verdict,
        },
        logbook::{CheckNoted, LogEntry, LogLine, Noted, Outcome},
        text::Lang,
    },
    pack::Pack,
};

use super::{Face, Flow, Scene, actions, each_face, harness::now, snapshot};

mod events;

const FACE: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

/// A ledger as far as flows need one: what is to be kept is kept, and told like another's.
#[derive(Default)]
struct Kept {
    lines: Vec<Arc<LogLine>>,
}

impl Kept {
    fn line(&mut self, at: Timestamp, entry: LogEntry) {
        let number = self.lines.len();
        self.lines.push(Arc::new(LogLine {
            id: format!("host/{number}").into(),
            at,
            actor: ActorMark {
                principal: Some("li".to_owned()),
                ..ActorMark::default()
            },
            entry,
        }));
    }

    /// Keeps what was asked to be kept since the last time, and tells all of it.
    fn keeps(&mut self, flow: &mut Flow) -> Vec<CheckNoted> {
        let at = flow.model.clocked;
        let mut written = Vec::new();
        for effect in std::mem::take(&mut flow.effects) {
            if let Effect::Act(Act::Record { entry, .. }) = effect
                && let Entry::Log(entry) = *entry
            {
                if let Noted::Check(noted) = &entry.noted {
                    written.push(noted.clone());
                }
                self.line(at, entry);
            }
        }
        flow.event(Event::Acted(Acted::Log(self.lines.clone())));
        written
    }
}

fn on(scene: Scene, face: Face) -> Flow {
    let mut flow = Flow::on(scene, face);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    flow.effects.clear();
    flow
}

/// Down to the row of a thing of the routine.
fn select(flow: &mut Flow, name: &str) {
    flow.keys("g g");
    for _ in 0..60 {
        if selected(flow).ends_with(name) {
            return;
        }
        flow.keys("j");
    }
    panic!("{name} is not in the list, the last is {}", selected(flow));
}

fn screen(flow: &Flow) -> &RoutineScreen {
    match flow.model.view.overlays.last() {
        Some(Overlay::Routine(screen)) => screen,
        other => panic!("the routine is not open: {other:?}"),
    }
}

fn selected(flow: &Flow) -> String {
    let row = screen(flow)
        .row(&flow.model)
        .expect("something is selected");
    let list = row.list().map(ToString::to_string);
    let check = row.check().map(ToString::to_string);
    [list, check]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("/")
}

/// Answers what is read for the export queue.
fn reads(flow: &mut Flow, answer: Result<i64, Refusal>) {
    let asked = flow.effects.iter().find_map(|effect| match effect {
        Effect::Act(Act::Look { request, draft }) => Some((*request, draft.clone())),
        _ => None,
    });
    let (request, draft) = asked.expect("the queue is read");
    assert_eq!(draft.reads.len(), 1);
    assert!(draft.steps.is_empty(), "nothing is done");
    let answer = answer.map(|depth| Preflight {
        before: [("pending.depth".to_owned(), Value::Int(depth))].into(),
        ..Preflight::default()
    });
    let answer = Box::new(answer);
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
}

fn stand(flow: &Flow, check: &str) -> Vec<Stand> {
    let of = DueOf::Check(check.into());
    let rows = flow.model.routine.iter().filter(|row| row.of == of);
    rows.map(|row| row.stand).collect()
}

#[test]
fn what_is_late_and_next_stands_on_the_strip() {
    each_face(|face| {
        let flow = on(Scene::Trouble, face);
        snapshot("routine-strip", face, &flow);
    });
}

// row: A14
#[test]
fn the_list_says_what_is_open_and_next() {
    each_face(|face| {
        let mut flow = on(Scene::Trouble, face);
        flow.keys("o");
        snapshot("routine-open", face, &flow);
    });
}

// row: C12
#[test]
fn a_red_check_is_written_down_with_what_was_read_and_proposes() {
    each_face(|face| {
        let mut kept = Kept::default();
        let mut flow = on(Scene::Trouble, face);
        flow.keys("o");
        select(&mut flow, "export-queue");
        flow.keys("enter");
        reads(&mut flow, Ok(501));
        let written = kept.keeps(&mut flow);
        assert_eq!(written.len(), 1);
        assert_eq!(written[0].outcome, Outcome::Failed);
        let slot: Timestamp = "2026-11-21T14:30:00+08:00".parse().expect("a time");
        assert_eq!(written[0].slot, Some(slot));
        let says = serde_json::to_string(&written[0].says).expect("it is written");
        assert!(
            says.contains("pending.depth") && says.contains("501"),
            "ids and values: {says}"
        );
        assert!(stand(&flow, "export-queue").contains(&Stand::Done(Outcome::Failed)));
        select(&mut flow, "export-queue");
        while !matches!(
            screen(&flow).row(&flow.model).map(|row| row.stand),
            Some(Stand::Done(_))
        ) {
            flow.keys("j");
        }
        snapshot("routine-red", face, &flow);
        flow.keys("p");
        let Some(Overlay::Palette(palette)) = flow.model.view.overlays.last() else {
            panic!("two are proposed: they stand in the palette");
        };
        assert!(matches!(&palette.over, PaletteOver::Proposed(ids, None) if ids.len() == 2));
        let actions = palette.rows.iter();
        assert!(
            actions
                .map(|row| &row.item)
                .all(|item| matches!(item, PaletteItem::Action(_)))
        );
        assert_eq!(palette.rows.len(), 2);
        snapshot("routine-proposed", face, &flow);
        assert!(
            !flow.effects.iter().any(|effect| matches!(
                effect,
                Effect::Act(Act::Launch { .. } | Act::Preflight { .. })
            )),
            "nothing is done by itself"
        );
    });
}

/// Answers what is read, in the order it was asked.
fn found<const N: usize>(flow: &mut Flow, answers: [Vec<(String, Value)>; N]) {
    let looks = flow.effects.iter().filter_map(|effect| match effect {
        Effect::Act(Act::Look { request, .. }) => Some(*request),
        _ => None,
    });
    let looks: Vec<_> = looks.collect();
    assert_eq!(looks.len(), N);
    for (request, before) in looks.into_iter().zip(answers) {
        let answer = Box::new(Ok(Preflight {
            before: before.into_iter().collect(),
            ..Preflight::default()
        }));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
    }
}

/// What lies in the bucket: how old the newest is, and how large.
fn bucket(read: &str, newest: f64, size: i64) -> Vec<(String, Value)> {
    vec![
        (format!("{read}.count"), Value::Int(4)),
        (format!("{read}.newest"), Value::Float(newest)),
        (format!("{read}.size"), Value::Int(size)),
    ]
}

/// Glancy where nobody may read these: a person is asked for each.
fn asking(checks: &[&str], face: Face) -> Flow {
    let files = Pack::embedded_files("glancy").expect("it comes with the program");
    let routine = files
        .iter()
        .find(|(name, _)| name.ends_with("/routine.toml"));
    let (_, routine) = routine.expect("glancy has a routine");
    let mut own = String::new();
    let mut asks = false;
    for line in routine.lines() {
        if line.starts_with('[') {
            asks = checks.iter().any(|id| line == format!("[check.{id}]"));
        }
        let judged = ["read.", "expect = ", "warn = "];
        if asks && judged.iter().any(|key| line.starts_with(key)) {
            continue;
        }
        own.push_str(line);
        own.push('\n');
        if asks && line.starts_with("role = ") {
            own.push_str("ask = { en = \"its time and size\", zh = \"时间与大小\" }\n");
        }
    }
    let files = files.iter().map(|(name, text)| {
        let is_own = name.ends_with("/routine.toml");
        (*name, if is_own { own.as_str() } else { *text })
    });
    let files: Vec<(&str, &str)> = files.collect();
    let pack = Pack::parse(&files).unwrap_or_else(|errors| panic!("{errors}"));
    let mut flow = Flow::with_pack(Arc::new(pack), Scene::Quiet, face);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    flow.effects.clear();
    flow
}

/// The newest snapshot of the configuration is of half an hour ago.
fn snapshots() -> Vec<(String, Value)> {
    let made = now().as_second() - 1_800;
    vec![
        ("list.id".to_owned(), Value::text("snap-20261121")),
        ("list.at".to_owned(), Value::Int(made)),
    ]
}

// row: C14
#[test]
fn every_backup_is_judged_by_what_is_read() {
    each_face(|face| {
        let mut kept = Kept::default();
        let mut flow = on(Scene::Quiet, face);
        flow.keys("o");
        select(&mut flow, "backups");
        flow.keys("enter");
        assert!(flow.model.view.typing.is_none(), "nobody is asked");
        let ages = |oldest: f64| {
            let mut files = bucket("files", 7.0, 1_048_576);
            files.push(("files.oldest".to_owned(), Value::Float(oldest)));
            files
        };
        let mut copies = bucket("source", 7.0, 1_048_576);
        copies.extend(bucket("replica", 68.0, 1_048_576));
        let results = [
            ("commits.count", 214),
            ("newest.at", now().as_second() - 60),
            ("audit.count", 96),
            ("audit.age", 86_401),
        ];
        found(
            &mut flow,
            [
                bucket("base", 21_600.0, 41_875_931_136),
                bucket("wal", 60.0, 16_777_216),
                snapshots(),
                bucket("dump", 45_120.0, 734_003_200),
                bucket("dump", 45_120.0, 0),
                ages(180_000.0),
                copies,
                results
                    .map(|(name, value)| (name.to_owned(), Value::Int(value)))
                    .to_vec(),
            ],
        );
        let written = kept.keeps(&mut flow);
        let told: Vec<(&str, Outcome)> = written
            .iter()
            .map(|noted| (noted.check.as_str(), noted.outcome))
            .collect();
        assert_eq!(
            told,
            [
                ("base-backup", Outcome::Passed),
                ("wal", Outcome::Passed),
                ("config-snapshot", Outcome::Passed),
                ("exports-dump", Outcome::Passed),
                ("redis-dump", Outcome::Failed),
                ("exports-kept", Outcome::Warned),
                ("replication", Outcome::Failed),
                ("results", Outcome::Failed),
            ]
        );
        select(&mut flow, "backups/replication");
        snapshot("routine-backups", face, &flow);
    });
}

// row: A13, B18, C14
#[test]
fn a_list_judges_what_it_can_and_asks_for_the_rest() {
    each_face(|face| {
        let mut kept = Kept::default();
        let left = [
            "exports-dump",
            "redis-dump",
            "exports-kept",
            "replication",
            "results",
        ];
        let mut flow = asking(&left, face);
        flow.keys("o");
        select(&mut flow, "backups");
        flow.keys("enter");
        snapshot("routine-asks", face, &flow);
        flow.keys("enter");
        assert!(flow.model.view.typing.is_some(), "nothing is no evidence");
        // 6.1 h, and a minute.
        found(
            &mut flow,
            [
                bucket("base", 21_960.0, 41_875_931_136),
                bucket("wal", 60.0, 16_777_216),
                snapshots(),
            ],
        );
        flow.keys("'exports 02:00, 700 MB' enter esc");
        let written = kept.keeps(&mut flow);
        let told: Vec<(&str, Outcome, Option<&str>)> = written
            .iter()
            .map(|noted| {
                let evidence = noted.evidence.as_deref();
                (noted.check.as_str(), noted.outcome, evidence)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("base-backup", Outcome::Failed, None),
                ("wal", Outcome::Passed, None),
                ("config-snapshot", Outcome::Passed, None),
                (
                    "exports-dump",
                    Outcome::Passed,
                    Some("exports 02:00, 700 MB")
                ),
            ]
        );
        let list = DueOf::List("backups".into());
        let open = flow.model.routine.iter();
        assert!(
            open.filter(|row| row.of == list)
                .any(quarterdeck::app::routine::DueRow::is_open),
            "four are left, and the base backup is red"
        );
        select(&mut flow, "backups/redis-dump");
        flow.keys("x 'none since noon' enter");
        let written = kept.keeps(&mut flow);
        assert_eq!(written[0].outcome, Outcome::Failed);
        select(&mut flow, "backups/replication");
        flow.keys("s 'bucket moves today' enter");
        let written = kept.keeps(&mut flow);
        assert_eq!(written[0].outcome, Outcome::Skipped);
        snapshot("routine-partly", face, &flow);
    });
}

// row: G9
#[test]
fn what_is_not_known_is_no_pass() {
    let mut kept = Kept::default();
    let mut flow = on(Scene::Connecting, FACE);
    flow.keys("o");
    select(&mut flow, "cost");
    flow.keys("enter");
    let written = kept.keeps(&mut flow);
    assert_eq!(written[0].outcome, Outcome::Unknown);
    assert!(
        stand(&flow, "cost").contains(&Stand::Open),
        "unknown settles nothing"
    );
    let mut flow = on(Scene::Quiet, FACE);
    flow.event(Event::Acted(Acted::Log(kept.lines.clone())));
    flow.keys("o");
    select(&mut flow, "cost");
    flow.keys("enter");
    let written = kept.keeps(&mut flow);
    assert_eq!(written[0].outcome, Outcome::Passed);
    assert!(!stand(&flow, "cost").contains(&Stand::Open));
}

#[test]
fn what_can_t_be_read_is_unknown_and_says_why() {
    let mut kept = Kept::default();
    let mut flow = on(Scene::Quiet, FACE);
    flow.keys("o");
    select(&mut flow, "export-queue");
    flow.keys("enter");
    let refusal = Refusal::Unreadable {
        what: "redis".to_owned(),
        why: "connection refused".to_owned(),
    };
    reads(&mut flow, Err(refusal));
    let written = kept.keeps(&mut flow);
    assert_eq!(written[0].outcome, Outcome::Unknown);
    select(&mut flow, "export-queue");
    assert!(
        flow.screen().contains("connection refused"),
        "{}",
        flow.screen()
    );
    let screen = flow.screen();
    let mut rows = screen.lines().filter(|row| row.contains("export queue"));
    let tried = rows.find(|row| row.contains(" unknown "));
    let tried = tried.unwrap_or_else(|| panic!("it was run, and waits still: {screen}"));
    assert!(tried.contains("li: "), "{tried}");
}

/// A bastion that was off: what came due meanwhile is missed, and what nobody could know of is not.
// row: A13
#[test]
fn what_went_by_is_missed_since_somebody_wrote_here() {
    let mut flow = on(Scene::Quiet, FACE);
    assert!(
        !flow
            .model
            .routine
            .iter()
            .any(|row| matches!(row.stand, Stand::Missed { .. })),
        "nobody wrote here before"
    );
    let mut kept = Kept::default();
    let began: Timestamp = "2026-11-21T10:10:00+08:00".parse().expect("a time");
    kept.line(
        began,
        LogEntry {
            after: None,
            desk: quarterdeck::app::logbook::log_desk(&flow.model.pack, &flow.model.desk),
            noted: Noted::Check(CheckNoted {
                check: "export-queue".into(),
                checklist: None,
                slot: Some("2026-11-21T10:00:00+08:00".parse().expect("a time")),
                outcome: Outcome::Passed,
                says: None,
                unread: None,
                evidence: None,
            }),
        },
    );
    kept.keeps(&mut flow);
    // 10:30 to 14:00; 14:30 is open still.
    assert!(stand(&flow, "export-queue").contains(&Stand::Missed { times: 8 }));
    assert!(stand(&flow, "export-queue").contains(&Stand::Open));
    assert!(flow.screen().contains("missed"));
    flow.wait(Duration::from_secs(30 * 60));
    assert!(stand(&flow, "export-queue").contains(&Stand::Missed { times: 9 }));
    // A clock that jumps back forgets nothing.
    let late = flow.model.now;
    flow.event(Event::Tick(quarterdeck::domain::time::Moment::new(
        now(),
        late.mono + Duration::from_secs(5),
    )));
    assert!(stand(&flow, "export-queue").contains(&Stand::Missed { times: 8 }));
}

#[test]
fn without_a_ledger_nothing_is_looked_at() {
    let mut flow = Flow::on(Scene::Quiet, FACE);
    flow.keys("o enter");
    assert!(
        flow.effects
            .iter()
            .all(|effect| !matches!(effect, Effect::Act(Act::Record { .. })))
    );
    assert!(flow.screen().contains("the ledger is away"));
}

/// What was done about the export queue was not enough: it is looked at again, for the same time.
#[test]
fn what_failed_is_done_again_for_its_time() {
    let mut kept = Kept::default();
    let mut flow = on(Scene::Trouble, FACE);
    flow.keys("o");
    select(&mut flow, "export-queue");
    flow.keys("enter");
    reads(&mut flow, Ok(501));
    let first = kept.keeps(&mut flow);
    assert_eq!(first[0].outcome, Outcome::Failed);
    select(&mut flow, "export-queue");
    while !matches!(
        screen(&flow).row(&flow.model).map(|row| row.stand),
        Some(Stand::Done(_))
    ) {
        flow.keys("j");
    }
    flow.keys("s");
    assert!(flow.model.view.typing.is_none(), "it is not left out");
    flow.keys("enter");
    reads(&mut flow, Ok(502));
    let again = kept.keeps(&mut flow);
    assert!(first[0].slot.is_some());
    assert_eq!(again[0].slot, first[0].slot);
    // When its time is over, it is.
    flow.wait(Duration::from_secs(30 * 60));
    flow.keys("enter");
    reads(&mut flow, Ok(503));
    let late = kept.keeps(&mut flow);
    assert_ne!(late[0].slot, first[0].slot);
}

#[test]
fn what_waits_for_a_check_names_the_key_that_has_it() {
    let pack = quarterdeck::pack::Pack::embedded("lawsker")
        .unwrap()
        .unwrap();
    let mut flow = Flow::with_pack(Arc::new(pack), Scene::Quiet, FACE);
    flow.model.desk.demo = None;
    flow.observe(vec![actions::who("li")]);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    flow.event(Event::Acted(Acted::Runs(Vec::new())));
    actions::presses(&mut flow, ": 'restart postgres'");
    // It goes on in the next row, between the borders of the palette.
    let told = flow.screen().replace(['│', ' ', '\n'], "");
    assert!(told.contains("ohasthecheck"), "{}", flow.screen());
}
