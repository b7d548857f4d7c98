//! Walking through a recorded shift: its time line, its marks, and the panes as they were.

use std::path::PathBuf;

use jiff::SignedDuration;
use quarterdeck::{
    app::{
        effect::Effect,
        event::Event,
        frame::{frame_of, marks_of, show},
        overlay::Overlay,
        walk::{Walk, WalkAnswer, WalkAsk, WalkTold, WalkWhat},
    },
    domain::{
        action::{record::Run, verdict::Verdict},
        alert::AlertState,
        frame::{Frame, Mark, MarkKey, MarkKind, Marked, NoRecord, Recording},
        freshness::SourceId,
        observation::Observation,
        text::{EachText, Text},
    },
    recorder::{Record, Session, Tape, Writer},
};

use super::{
    Face, Flow, Scene, actions, each_face,
    harness::now,
    snapshot,
    watch::{self, alert},
};

/// A shift of six minutes with a gap: quiet, then trouble, an action, and what came of it.
struct Shift {
    _folder: tempfile::TempDir,
    record: Record,
}

impl Shift {
    fn recorded(face: Face) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-11-21T0700.qdr");
        let (mut tape, _) = Tape::open(&path).unwrap();
        let mut writer = Writer::new();
        let session = Session {
            step: std::time::Duration::from_secs(5),
            program: "a test".to_owned(),
        };
        let mut flow = Flow::on(Scene::Quiet, face);
        let put = |tape: &mut Tape, bytes: &[u8]| tape.put(bytes).unwrap();
        put(&mut tape, &writer.begin(&session, now()));
        for step in 0..72 {
            flow.wait(std::time::Duration::from_secs(5));
            let at = flow.model.now.wall;
            match step {
                20 => flow.observe(watch::trouble(at)),
                44 => flow.observe(vec![Observation::Alerts {
                    from: SourceId::Alertmanager,
                    at,
                    alerts: vec![alert("CostBurn", "info", 4, AlertState::Firing, at)],
                }]),
                _ => {}
            }
            // Nobody recorded for a while.
            if (50..60).contains(&step) {
                continue;
            }
            let mut marks = marks_of(&flow.model);
            if step >= 40 {
                marks.push(scaled());
            }
            put(&mut tape, &writer.marks(&marks, at));
            put(&mut tape, &writer.frame(&frame_of(&flow.model)).unwrap());
        }
        put(&mut tape, &Writer::end(flow.model.now.wall));
        let record = Record::open(&path).unwrap();
        Self {
            _folder: folder,
            record,
        }
    }

    /// Answers what the flow asked for, as what reads records does.
    fn answer(&mut self, flow: &mut Flow) {
        while let Some(place) = flow
            .effects
            .iter()
            .position(|effect| matches!(effect, Effect::Walk(_)))
        {
            let Effect::Walk(WalkAsk { number, what }) = flow.effects.remove(place) else {
                unreachable!("it was just found");
            };
            let recorded = match what {
                WalkWhat::Past { .. } | WalkWhat::Leave => continue,
                WalkWhat::Seek { at, onto: true } => self.record.from(at),
                WalkWhat::Seek { at, onto: false } => self.record.at(at),
                WalkWhat::Newest | WalkWhat::File(_) | WalkWhat::Named(_) => {
                    let outline = self.record.outline();
                    let begin = outline.ends().unwrap().from;
                    let what = WalkAnswer::Opened {
                        names: vec![outline.name.clone()],
                        outline,
                        recorded: Box::new(self.record.at(begin).unwrap()),
                    };
                    told(flow, number, what);
                    continue;
                }
            };
            let what = WalkAnswer::Frame {
                recorded: Box::new(recorded.unwrap()),
                grown: None,
            };
            told(flow, number, what);
        }
    }

    fn keys(&mut self, flow: &mut Flow, keys: &str) {
        for key in keys.split(' ') {
            flow.keys(key);
            self.answer(flow);
        }
    }
}

fn scaled() -> Mark {
    Mark {
        key: MarkKey::Run("r-1".into()),
        at: now() + SignedDuration::from_secs(203),
        what: Marked::Ran {
            title: Text::Each(EachText {
                en: Some("Scale export workers".to_owned()),
                zh: Some("扩容导出 worker".to_owned()),
            }),
            target: "deployment/export-worker".to_owned(),
            who: "li".to_owned(),
            verdict: Some(quarterdeck::domain::action::verdict::Verdict::Verified),
        },
    }
}

fn told(flow: &mut Flow, number: u64, what: WalkAnswer) {
    flow.event(Event::Walked(Box::new(WalkTold { number, what })));
}

fn walk(flow: &Flow) -> &Walk {
    match flow.model.view.overlays.first() {
        Some(Overlay::Walk(screen)) => screen.open().expect("a record is open"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_shift_is_walked_through_from_mark_to_mark() {
    each_face(|face| {
        let mut shift = Shift::recorded(face);
        let mut flow = Flow::on(Scene::Quiet, face);
        shift.keys(&mut flow, "W");
        snapshot("walk", face, &flow);
        shift.keys(&mut flow, "r");
        snapshot("walk-action", face, &flow);
        let action = walk(&flow).latest().map(|(_, mark)| mark.what.clone());
        assert!(matches!(action, Some(Marked::Ran { .. })), "{action:?}");
        shift.keys(&mut flow, "a");
        snapshot("walk-alert", face, &flow);
        let left = walk(&flow).latest().map(|(_, mark)| mark.what.kind());
        assert_eq!(left, Some(MarkKind::Alert));
        shift.keys(&mut flow, "] ] esc");
        assert!(flow.model.view.overlays.is_empty());
    });
}

#[test]
fn a_gap_is_a_gap() {
    each_face(|face| {
        let mut shift = Shift::recorded(face);
        let mut flow = Flow::on(Scene::Quiet, face);
        shift.keys(&mut flow, "W end [ h");
        assert!(walk(&flow).gap);
        snapshot("walk-gap", face, &flow);
    });
}

#[test]
fn what_is_drawn_is_what_was_recorded_at_every_moment() {
    let face = Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (80, 24),
    };
    let mut shift = Shift::recorded(face);
    let mut flow = Flow::on(Scene::Quiet, face);
    shift.keys(&mut flow, "W");
    let ends = shift.record.outline().ends().unwrap();
    let mut seen: Vec<Frame> = Vec::new();
    loop {
        let mut past = Walk::past_of(&flow.model);
        let recorded = shift.record.at(walk(&flow).at).unwrap();
        show(&mut past, recorded.frame.clone());
        assert_eq!(walk(&flow).past.board, past.board);
        assert_eq!(walk(&flow).gap, recorded.gap);
        if seen.last() != Some(&recorded.frame) {
            seen.push(recorded.frame);
        }
        if walk(&flow).at >= ends.to {
            break;
        }
        shift.keys(&mut flow, "l");
    }
    assert_eq!(seen.len(), shift.record.times().count());
}

#[test]
fn it_plays_faster_and_over_gaps_and_stands_at_the_end() {
    let face = Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (80, 24),
    };
    let mut shift = Shift::recorded(face);
    let mut flow = Flow::on(Scene::Quiet, face);
    shift.keys(&mut flow, "W");
    let begin = walk(&flow).at;
    shift.keys(&mut flow, "+ space");
    let second = std::time::Duration::from_secs(1);
    flow.wait(second);
    shift.answer(&mut flow);
    assert_eq!(walk(&flow).at, begin + second * 10);
    // Across the gap: never a moment that nobody recorded.
    for _ in 0..60 {
        flow.wait(second);
        shift.answer(&mut flow);
        assert!(!walk(&flow).gap, "{}", walk(&flow).at);
    }
    let ends = shift.record.outline().ends().unwrap();
    assert_eq!(walk(&flow).at, ends.to);
    assert!(!walk(&flow).playing);
    // From the end it begins anew.
    shift.keys(&mut flow, "- space");
    assert_eq!(walk(&flow).at, ends.from);
    flow.wait(second);
    shift.answer(&mut flow);
    assert_eq!(walk(&flow).at, ends.from + second);
}

#[test]
fn nothing_of_the_present_can_be_reached_from_the_past() {
    let face = Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (80, 24),
    };
    let mut shift = Shift::recorded(face);
    let mut flow = Flow::on(Scene::Trouble, face);
    shift.keys(&mut flow, "W a");
    flow.effects.clear();
    for key in [
        ":", "A", "E", "d", "v", "e", "u", "N", "B", "D", "c", "J", "S", "enter", "/", "y", "Y",
    ] {
        // `A` and `e` may mean something of the walk itself.
        shift.keys(&mut flow, key);
        assert_eq!(flow.model.view.overlays.len(), 1, "{key}");
        assert!(flow.model.view.typing.is_none(), "{key}");
        let touched: Vec<&Effect> = flow
            .effects
            .iter()
            .filter(|effect| !matches!(effect, Effect::Walk(_)))
            .collect();
        assert!(touched.is_empty(), "{key}: {touched:?}");
    }
    // Looking at the panes of the past moves nothing of the present.
    let before = flow.model.view.focus;
    shift.keys(&mut flow, "4 j z");
    assert_eq!(flow.model.view.focus, before);
    assert!(walk(&flow).past.view.zoomed);
    assert!(!flow.model.view.zoomed);
}

#[test]
fn where_there_is_no_record_it_says_why() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Quiet, face);
        flow.event(Event::Recording(Recording::Elsewhere));
        flow.keys("W");
        let Some(Effect::Walk(ask)) = flow.effects.last().cloned() else {
            panic!("nothing was asked for");
        };
        told(
            &mut flow,
            ask.number,
            WalkAnswer::Nothing(NoRecord::NoneYet),
        );
        snapshot("walk-none", face, &flow);
        let why = NoRecord::Version { found: 9, known: 1 };
        told(&mut flow, ask.number, WalkAnswer::Nothing(why));
        snapshot("walk-version", face, &flow);
        // An answer to a walk that was closed is nobody's.
        flow.keys("esc");
        told(&mut flow, ask.number, WalkAnswer::Nothing(NoRecord::Empty));
        assert!(flow.model.view.overlays.is_empty());
        flow.event(Event::Recording(Recording::Stopped {
            why: "No space left on device (os error 28)".to_owned(),
        }));
        snapshot("recording-stopped", face, &flow);
    });
}

#[test]
fn a_file_alone_has_nothing_below_it() {
    let face = Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (80, 24),
    };
    let mut shift = Shift::recorded(face);
    let mut flow = Flow::on(Scene::Connecting, face);
    let path = PathBuf::from("handed-over.qdr");
    let effects = quarterdeck::app::walk_through(&mut flow.model, path);
    flow.effects.extend(effects.list);
    shift.answer(&mut flow);
    shift.keys(&mut flow, "esc esc");
    assert_eq!(flow.model.view.overlays.len(), 1);
    assert!(flow.screen().contains("THE PAST"));
}

/// A run of this desk that ended well, and a desk whose ledger tells of it.
pub fn with_run(face: Face) -> (Flow, Run) {
    let mut flow = actions::scaling(face);
    actions::looks(&mut flow);
    actions::presses(&mut flow, "'export-worker' enter");
    actions::rechecks(&mut flow, 6, None);
    let run = actions::launched(&mut flow, "run-1");
    let run = actions::ended(&run, Verdict::Verified);
    let mut flow = actions::acting(face);
    actions::tell(&mut flow, &run);
    (flow, run)
}

const NARROW: Face = Face {
    lang: quarterdeck::domain::text::Lang::En,
    size: (80, 24),
};

#[test]
fn a_run_that_ended_after_its_shift_says_what_came_of_it() {
    let (mut flow, run) = with_run(NARROW);
    let mut shift = Shift::recorded(NARROW);
    flow.keys("W");
    let mut outline = shift.record.outline();
    let begin = outline.ends().expect("there are frames").from;
    let key = MarkKey::Run(run.id.clone());
    outline.marks.push(Mark {
        key: key.clone(),
        at: begin,
        what: Marked::Ran {
            title: run.intent.plan.title.clone(),
            target: run.intent.plan.target.to_string(),
            who: "li".to_owned(),
            verdict: None,
        },
    });
    let asked = flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::Walk(asked) => Some(asked.number),
        _ => None,
    });
    let what = WalkAnswer::Opened {
        names: vec![outline.name.clone()],
        outline,
        recorded: Box::new(shift.record.at(begin).unwrap()),
    };
    told(&mut flow, asked.expect("a record is asked for"), what);
    let marks = walk(&flow).outline.marks.iter();
    let of_run: Vec<&Mark> = marks.filter(|mark| mark.key == key).collect();
    assert!(
        matches!(
            &of_run[..],
            [Mark {
                what: Marked::Ran {
                    verdict: Some(Verdict::Verified),
                    ..
                },
                ..
            }]
        ),
        "{of_run:?}"
    );
}

#[test]
fn runs_of_another_cluster_are_not_on_the_time_line() {
    let (mut flow, run) = with_run(NARROW);
    let mut there = run;
    there.id = "run-2".into();
    there.intent.plan.desk.cluster = Some("another".to_owned());
    actions::tell(&mut flow, &there);
    let keys: Vec<MarkKey> = marks_of(&flow.model)
        .into_iter()
        .map(|mark| mark.key)
        .collect();
    assert!(keys.contains(&MarkKey::Run("run-1".into())), "{keys:?}");
    assert!(!keys.contains(&MarkKey::Run("run-2".into())), "{keys:?}");
}
