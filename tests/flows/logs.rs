//! The logs: opened on what is selected, read while they come, and ended with their screen.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::{
        command::{Command, WhyNot},
        effect::Effect,
        event::{Event, Notice},
        overlay::{Overlay, PodScreen},
    },
    domain::{
        freshness::{Trouble, TroubleKind},
        log::{Level, LogBatch, LogEntry, LogNote, LogQuestion, LogStream, Said, StreamState},
        node::NodeRow,
        observation::{Observation, Rows},
        pod_detail::{ContainerKind, PodKey},
        question::{Answer, Question, RequestId},
        text::Lang,
        usage::Room,
    },
};

use super::{
    Face, Flow, Scene, each_face,
    harness::{now, plain},
    snapshot,
    watch::{ago, pod},
};

const SMALL: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

/// The newest question about logs.
fn asked(flow: &Flow) -> (RequestId, LogQuestion) {
    let question = |effect: &Effect| match effect {
        Effect::Ask {
            request,
            question: Question::Logs(question),
        } => Some((*request, question.clone())),
        _ => None,
    };
    flow.effects
        .iter()
        .rev()
        .find_map(question)
        .expect("a question about logs")
}

fn answer(flow: &mut Flow, request: RequestId, batch: LogBatch) {
    let answer = Box::new(Ok(Answer::Logs(batch)));
    flow.observe(vec![Observation::Answered { request, answer }]);
}

fn stream(id: u32, pod: &PodKey, container: &str, kind: ContainerKind) -> LogStream {
    LogStream {
        id,
        pod: pod.clone(),
        container: container.into(),
        kind,
        state: StreamState::Live,
    }
}

fn line(second: i64, stream: u32, level: Option<Level>, text: &str) -> LogEntry {
    LogEntry {
        stream,
        at: now() - SignedDuration::from_secs(second),
        said: Said::Line {
            level,
            text: text.into(),
        },
    }
}

fn note(second: i64, stream: u32, note: LogNote) -> LogEntry {
    LogEntry {
        stream,
        at: now() - SignedDuration::from_secs(second),
        said: Said::Note(Box::new(note)),
    }
}

fn denied() -> Trouble {
    Trouble::new(
        TroubleKind::Forbidden,
        "pods \"export-worker\" is forbidden: User \"viewer\" cannot get resource \"pods/log\"",
    )
}

/// What the pods of a workload say in a bad minute.
fn trouble(question: &LogQuestion) -> LogBatch {
    use Level::{Debug, Error, Info, Warn};
    let pods = &question.pods;
    let mut streams: Vec<LogStream> = (0..3)
        .map(|n| stream(n, &pods[n as usize], "worker", ContainerKind::Main))
        .collect();
    streams.push(stream(3, &pods[0], "proxy", ContainerKind::Sidecar));
    streams.push(stream(4, &pods[3], "worker", ContainerKind::Main));
    streams[1].state = StreamState::Waiting("CrashLoopBackOff".to_owned());
    streams[4].state = StreamState::Refused(denied());
    let json = r#"{"ts":"2026-11-21T06:31:20.1Z","level":"info","msg":"export done","job":"j-4711","took_ms":312,"format":"pdf"}"#;
    let entries = vec![
        line(58, 0, Some(Info), "INFO worker: export started job=j-4710"),
        line(52, 3, None, "GET /healthz 200 in 1 ms"),
        line(50, 2, Some(Info), json),
        line(
            44,
            1,
            Some(Warn),
            "WARN render: buffer 498 MB of 512 MB, page cache not released since 2026-11-21T06:29:40Z",
        ),
        line(41, 1, Some(Error), "ERROR render: can't allocate 16 MB"),
        line(
            41,
            1,
            Some(Error),
            "    at render::page (src/render/page.rs:118)",
        ),
        note(
            40,
            1,
            LogNote::Ended {
                reason: "OOMKilled".to_owned(),
                code: 137,
            },
        ),
        line(31, 2, Some(Debug), "DEBUG queue: 2413 waiting"),
        note(30, 4, LogNote::Refused(denied())),
        line(
            12,
            0,
            Some(Info),
            "INFO worker: 导出完成 format=pdf pages=12",
        ),
        note(9, 2, LogNote::NotKept(1_204)),
        line(
            3,
            2,
            Some(Info),
            "INFO worker: export done format=csv rows=8400",
        ),
    ];
    LogBatch {
        streams,
        entries,
        opened: true,
        ..LogBatch::default()
    }
}

/// The logs of the workload that is sick.
fn opened(face: Face) -> (Flow, RequestId, LogQuestion) {
    let mut flow = Flow::on(Scene::Trouble, face);
    flow.keys("4 j j l");
    let (request, question) = asked(&flow);
    (flow, request, question)
}

#[test]
fn the_logs_of_a_workload_wait_come_and_are_read() {
    each_face(|face| {
        let (mut flow, request, question) = opened(face);
        assert!(question.pods.len() >= 4, "{:?}", question.pods);
        assert_eq!(question.since, Some(Duration::from_secs(900)));
        snapshot("logs-waiting", face, &flow);
        answer(&mut flow, request, trouble(&question));
        snapshot("logs", face, &flow);
        flow.keys("e");
        snapshot("logs-troubles", face, &flow);
        flow.keys("e / 'export' enter h 'done'");
        snapshot("logs-searching", face, &flow);
        flow.keys("enter ctrl-x k k k enter");
        snapshot("logs-whole-line", face, &flow);
        flow.keys("J w G");
        snapshot("logs-json-wrapped", face, &flow);
        flow.keys("c");
        snapshot("logs-containers", face, &flow);
        flow.keys("esc s j");
        snapshot("logs-range", face, &flow);
    });
}

#[test]
fn no_lines_are_told_by_why() {
    each_face(|face| {
        let (mut flow, request, question) = opened(face);
        let streams: Vec<LogStream> = question
            .pods
            .iter()
            .zip(0..)
            .map(|(pod, id)| stream(id, pod, "worker", ContainerKind::Main))
            .collect();
        let empty = LogBatch {
            streams: streams.clone(),
            opened: true,
            ..LogBatch::default()
        };
        answer(&mut flow, request, empty);
        snapshot("logs-empty", face, &flow);
        let refuse = |mut stream: LogStream| {
            stream.state = StreamState::Refused(denied());
            stream
        };
        let refused = LogBatch {
            entries: streams
                .iter()
                .map(|stream| note(1, stream.id, LogNote::Refused(denied())))
                .collect(),
            streams: streams.into_iter().map(refuse).collect(),
            ..LogBatch::default()
        };
        answer(&mut flow, request, refused);
        snapshot("logs-denied", face, &flow);
        flow.keys("p");
        let (request, question) = asked(&flow);
        assert!(question.previous);
        let none = LogBatch {
            opened: true,
            ..LogBatch::default()
        };
        answer(&mut flow, request, none);
        snapshot("logs-no-previous", face, &flow);
        let trouble = Trouble::new(TroubleKind::Unreachable, "connection refused");
        flow.keys("p");
        let (request, _) = asked(&flow);
        flow.observe(vec![Observation::Answered {
            request,
            answer: Box::new(Err(trouble)),
        }]);
        snapshot("logs-unreachable", face, &flow);
    });
}

#[test]
fn all_streams_broken_is_said_and_what_was_read_stays() {
    each_face(|face| {
        let (mut flow, request, question) = opened(face);
        let mut batch = trouble(&question);
        let broken = Trouble::new(TroubleKind::Unreachable, "connection reset by peer");
        for stream in &mut batch.streams {
            stream.state = StreamState::Broken(broken.clone());
        }
        batch.entries.push(note(1, 0, LogNote::Broken(broken)));
        answer(&mut flow, request, batch);
        snapshot("logs-broken", face, &flow);
    });
}

#[test]
fn an_alert_opens_the_logs_of_its_pods_and_esc_ends_them() {
    let mut flow = Flow::on(Scene::Trouble, SMALL);
    flow.keys("4 enter l");
    let (request, question) = asked(&flow);
    assert_eq!(question.pods.len(), 1);
    flow.keys("esc");
    assert_eq!(flow.effects.last(), Some(&Effect::Drop(request)));
    assert!(matches!(
        flow.model.view.overlays.last(),
        Some(Overlay::Pod(_))
    ));
    // An answer that comes late opens nothing.
    answer(&mut flow, request, LogBatch::default());
    assert!(matches!(
        flow.model.view.overlays.last(),
        Some(Overlay::Pod(_))
    ));
    flow.keys("esc 3 l");
    assert!(flow.model.view.overlays.is_empty(), "a queue has no logs");
}

#[test]
fn esc_takes_away_what_was_typed_before_the_screen() {
    let (mut flow, request, question) = opened(SMALL);
    answer(&mut flow, request, trouble(&question));
    flow.keys("/ 'export' enter h 'render' enter esc");
    let Some(Overlay::Logs(screen)) = flow.model.view.overlays.last() else {
        panic!("the logs");
    };
    assert!(screen.filter.is_none() && screen.search.is_none());
    assert_eq!(screen.written_shown(), screen.buffer.written());
    flow.keys("e esc");
    assert!(matches!(
        flow.model.view.overlays.last(),
        Some(Overlay::Logs(screen)) if !screen.troubles_only
    ));
    flow.keys("esc");
    assert_eq!(flow.effects.last(), Some(&Effect::Drop(request)));
}

#[test]
fn a_time_the_log_does_not_reach_is_told() {
    let (mut flow, request, question) = opened(SMALL);
    answer(&mut flow, request, trouble(&question));
    flow.keys("t '-0s' enter");
    let beyond = Notice::WhyNot(Command::LogsTime, WhyNot::LogEndsBefore);
    assert_eq!(
        flow.model.view.notice.as_ref().map(|it| &it.0),
        Some(&beyond)
    );
}

#[test]
fn a_reader_stays_where_they_are_while_lines_come() {
    let (mut flow, request, question) = opened(SMALL);
    answer(&mut flow, request, trouble(&question));
    let many = |from: i64| LogBatch {
        entries: (0..40)
            .map(|n| line(from - n, 0, None, &format!("line {n} of {from}")))
            .collect(),
        ..LogBatch::default()
    };
    answer(&mut flow, request, many(0));
    flow.keys("k k k");
    let (before, _) = flow.draw();
    flow.draw_and_tell();
    answer(&mut flow, request, many(-100));
    // Late ones too, which go to their time above.
    answer(&mut flow, request, many(3_000));
    let (after, _) = flow.draw();
    let body = |buffer| {
        plain(buffer)
            .lines()
            .skip(4)
            .take(19)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(body(&before), body(&after));
    assert!(plain(&after).contains("43 below"), "{}", plain(&after));
    flow.keys("G");
    let (end, _) = flow.draw();
    assert!(plain(&end).contains("line 39 of -100"), "{}", plain(&end));
}

#[test]
fn a_time_beyond_what_was_asked_is_asked_for() {
    let (mut flow, request, question) = opened(SMALL);
    answer(&mut flow, request, trouble(&question));
    flow.keys("t '-40s' enter");
    let Some(Overlay::Logs(screen)) = flow.model.view.overlays.last() else {
        panic!("the logs");
    };
    let at = screen.selected.unwrap().at;
    assert_eq!(at, ago(now(), 40));
    flow.keys("t 'soon' enter");
    assert!(flow.model.view.typing.is_some(), "what is no time stays");
    flow.keys("ctrl-u '-2h' enter");
    assert!(flow.effects.contains(&Effect::Drop(request)));
    let (again, question) = asked(&flow);
    assert_ne!(again, request);
    assert_eq!(question.since, Some(Duration::from_secs(6 * 3_600)));
    let mut batch = trouble(&question);
    batch.entries.insert(0, line(7_000, 0, None, "long ago"));
    answer(&mut flow, again, batch);
    let Some(Overlay::Logs(screen)) = flow.model.view.overlays.last() else {
        panic!("the logs");
    };
    assert_eq!(screen.selected.unwrap().at, ago(now(), 7_000));
}

#[test]
fn lines_are_written_to_a_file_that_is_asked_for() {
    let (mut flow, request, question) = opened(SMALL);
    answer(&mut flow, request, trouble(&question));
    flow.keys("/ 'export' enter o ctrl-u '/tmp/x.log' enter");
    let Some(Effect::Export(export)) = flow.effects.last() else {
        panic!("{:?}", flow.effects.last());
    };
    assert_eq!((export.path.as_str(), export.lines), ("/tmp/x.log", 3));
    assert_eq!(
        export
            .text
            .lines()
            .filter(|it| !it.starts_with('#'))
            .count(),
        3
    );
    // What could not be written is typed on.
    flow.event(Event::Noticed(Notice::ExportFailed {
        path: "/tmp/x.log".to_owned(),
        why: "denied".to_owned(),
    }));
    let typing = flow.model.view.typing.as_ref().expect("the line");
    assert_eq!(typing.input.value(), "/tmp/x.log");
    assert_eq!(typing.error.as_deref(), Some("denied"));
    flow.keys("enter");
    assert!(matches!(flow.effects.last(), Some(Effect::Export(_))));
}

#[test]
fn pods_that_join_are_read_too() {
    let (mut flow, request, question) = opened(SMALL);
    answer(&mut flow, request, trouble(&question));
    let new = pod("export-worker", "7d9f6c5b88-fresh", now());
    flow.observe(vec![Observation::Pods(Rows::Changed {
        upserts: vec![new.clone()],
        gone: vec![],
    })]);
    let (second, joined) = asked(&flow);
    assert_ne!(second, request);
    assert_eq!(joined.pods.len(), 1);
    assert_eq!(joined.pods[0].uid, new.uid);
    assert_eq!(joined.streams, 46, "what is open counts");
    let (screen, _) = flow.draw();
    assert!(plain(&screen).contains("joined"), "{}", plain(&screen));
    // The same pod again asks nothing.
    flow.effects.clear();
    flow.observe(vec![Observation::Pods(Rows::Changed {
        upserts: vec![new],
        gone: vec![],
    })]);
    assert!(
        !flow
            .effects
            .iter()
            .any(|it| matches!(it, Effect::Ask { .. }))
    );
    flow.keys("esc");
    let dropped = |wanted| flow.effects.contains(&Effect::Drop(wanted));
    assert!(dropped(request) && dropped(second));
}

/// Nodes over the logs, whose pods are gone to: all screens go at once.
#[test]
fn whatever_takes_the_screen_away_ends_its_questions() {
    let (mut flow, request, _) = opened(SMALL);
    let new = pod("export-worker", "7d9f6c5b88-fresh", now());
    flow.observe(vec![
        Observation::Nodes(Rows::All(vec![node("node-a1")])),
        Observation::Pods(Rows::Changed {
            upserts: vec![new],
            gone: vec![],
        }),
    ]);
    let (second, _) = asked(&flow);
    assert_ne!(second, request);
    // From the palette: in the logs its key is that of the hit before.
    flow.event(Event::Command(Command::Nodes));
    let dropped = |flow: &Flow, wanted| {
        let all = flow.effects.iter();
        all.filter(|it| **it == Effect::Drop(wanted)).count()
    };
    assert_eq!(dropped(&flow, request), 0, "it still lies below");
    flow.keys("/ 'a1' enter p");
    assert!(flow.model.view.overlays.is_empty());
    assert_eq!((dropped(&flow, request), dropped(&flow, second)), (1, 1));
}

#[test]
fn each_of_two_screens_takes_its_own_lines() {
    let (mut flow, first, question) = opened(SMALL);
    // Another screen about a pod lies over them, and its logs over that.
    let key = question.pods[0].clone();
    flow.model
        .view
        .overlays
        .push(Overlay::Pod(Box::new(PodScreen {
            key,
            detail: None,
            gone: false,
            last: None,
            scroll: 0,
        })));
    flow.keys("l");
    let (second, of_one) = asked(&flow);
    assert_ne!(second, first);
    let said = |id: &PodKey, text: &str| LogBatch {
        streams: vec![stream(0, id, "worker", ContainerKind::Main)],
        entries: vec![line(3, 0, None, text)],
        opened: true,
        ..LogBatch::default()
    };
    answer(&mut flow, first, said(&question.pods[1], "the lower one"));
    answer(&mut flow, second, said(&of_one.pods[0], "the upper one"));
    let new = pod("export-worker", "7d9f6c5b88-fresh", now());
    flow.observe(vec![Observation::Pods(Rows::Changed {
        upserts: vec![new.clone()],
        gone: vec![],
    })]);
    let (third, joined) = asked(&flow);
    assert_eq!(joined.pods[0].uid, new.uid, "the lower one reads it");
    answer(&mut flow, third, said(&joined.pods[0], "the new one"));
    let upper = plain(&flow.draw().0);
    assert!(upper.contains("the upper one"), "{upper}");
    assert!(
        !upper.contains("the lower one") && !upper.contains("the new one"),
        "{upper}"
    );
    flow.keys("esc esc");
    let lower = plain(&flow.draw().0);
    assert!(
        lower.contains("the lower one") && lower.contains("the new one"),
        "{lower}"
    );
    assert!(flow.effects.contains(&Effect::Drop(second)));
    assert!(!flow.effects.contains(&Effect::Drop(first)));
}

fn node(name: &str) -> NodeRow {
    NodeRow {
        uid: format!("uid-{name}").into(),
        name: name.into(),
        ready: Some(true),
        ready_since: Some(ago(now(), 900)),
        cordoned: false,
        pressures: Vec::new(),
        created: Some(ago(now(), 86_400)),
        version: "v1.35.4".into(),
        roles: Vec::new(),
        taints: Vec::new(),
        room: Room::default(),
        most_pods: Some(110),
    }
}

#[test]
fn lines_say_when_they_are_of_another_day() {
    let (mut flow, request, question) = opened(SMALL);
    let mut batch = trouble(&question);
    batch.entries.insert(0, line(86_400, 0, None, "yesterday"));
    answer(&mut flow, request, batch);
    flow.keys("g g");
    let (screen, _) = flow.draw();
    assert!(
        plain(&screen).contains("11-20 14:32:10"),
        "{}",
        plain(&screen)
    );
    let at: Timestamp = now();
    assert_eq!(at.to_string(), "2026-11-21T06:32:10Z");
}
