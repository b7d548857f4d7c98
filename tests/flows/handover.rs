//! The handover: drafted from what is known, filled in, given by one person and signed by another.

use std::sync::Arc;

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        frame::marks_of_ledger,
        handover::{self, plain::plain},
        routine::{DueOf, Stand},
    },
    domain::{
        action::{preflight::Preflight, refusal::Refusal, value::Value},
        frame::{Did, Marked},
        logbook::handover::{Handover, HeadMark},
        text::Lang,
    },
    pack::Pack,
};

use super::{
    Face, Flow, Scene,
    actions::{acting, acting_as},
    each_face,
    incidents::Ledger,
    snapshot,
};

const WIDE: Face = Face {
    lang: Lang::En,
    size: (160, 48),
};

/// The first alert is acknowledged and an incident declared for it, then the handover is opened.
fn drafted(face: Face) -> (Flow, Ledger) {
    let mut flow = acting(face);
    let mut ledger = Ledger::of("li");
    let head = HeadMark {
        origin: "bastion-1/1000/00ff".to_owned(),
        sequence: 41,
        hash: "ab".repeat(32),
    };
    flow.event(Event::Acted(Acted::Heads(vec![head])));
    flow.keys("g g a enter O enter enter");
    ledger.tell(&mut flow);
    flow.keys("esc esc H");
    (flow, ledger)
}

/// Answers what is read for the form.
fn reads(flow: &mut Flow, answer: Result<&str, Refusal>) {
    let asked = flow.effects.iter().rev().find_map(|effect| match effect {
        Effect::Act(Act::Look { request, draft }) => Some((*request, draft.clone())),
        _ => None,
    });
    let (request, draft) = asked.expect("the batch is read");
    assert!(draft.steps.is_empty(), "nothing is done");
    let answer = answer.map(|batch| Preflight {
        before: [
            ("stage.batch".to_owned(), Value::text(batch)),
            ("stage.weight".to_owned(), Value::Int(15)),
        ]
        .into(),
        ..Preflight::default()
    });
    let answer = Box::new(answer);
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
}

fn own(flow: &Flow) -> Handover {
    handover::standing(&flow.model)
}

/// The words of a draft in a language, as plain text.
fn words(flow: &Flow, lang: Lang) -> String {
    let text = handover::text(&flow.model, &std::collections::BTreeMap::new(), lang);
    plain(&text.expect("it is filled in"))
}

// row: C15
#[test]
fn it_is_drafted_filled_in_given_and_signed_by_another() {
    each_face(|face| {
        let (mut flow, mut ledger) = drafted(face);
        reads(&mut flow, Ok("REL-B3"));
        snapshot("handover-draft", face, &flow);
        flow.keys("f 'li' enter 'zhao' enter enter enter enter 'regenerate at 23:00' enter");
        ledger.tell(&mut flow);
        flow.keys("h 'wang'");
        snapshot("handover-give", face, &flow);
        flow.keys("enter");
        ledger.tell(&mut flow);
        snapshot("handover-given", face, &flow);
        let given = own(&flow).given.expect("it was given");
        for said in ["REL-B3", "zhao", "regenerate at 23:00", "ledger-head"] {
            assert!(given.text.contains(said), "{said}: {}", given.text);
        }
        assert_eq!(given.heads[0].sequence, 41);

        // The taker sits at another cockpit.
        ledger.hand_to("wang");
        let mut other = acting_as(face, "wang");
        ledger.tell(&mut other);
        other.keys("H t");
        snapshot("handover-sign", face, &other);
        other.keys("'the backlog goes on' enter");
        ledger.tell(&mut other);
        snapshot("handover-taken", face, &other);
        // And the giver sees it.
        ledger.tell(&mut flow);
        let taken = own(&flow).taken;
        assert_eq!(taken[0].by.principal.as_deref(), Some("wang"));
        assert_eq!(taken[0].digest, given.digest);
        assert_eq!(taken[0].reservation.as_deref(), Some("the backlog goes on"));
    });
}

// row: C15
#[test]
fn an_open_sev_wants_a_reservation() {
    let (mut flow, mut ledger) = drafted(WIDE);
    reads(&mut flow, Ok("REL-B3"));
    flow.keys("h enter");
    ledger.tell(&mut flow);
    ledger.hand_to("wang");
    let mut other = acting_as(WIDE, "wang");
    ledger.tell(&mut other);
    other.keys("H t enter");
    ledger.tell(&mut other);
    assert!(own(&other).waits(), "nothing was signed");
    // Closed, it is signed as it is.
    let mut closing = acting(WIDE);
    ledger.hand_to("li");
    ledger.tell(&mut closing);
    closing.keys("i enter X 'the exporter is gone' enter");
    ledger.tell(&mut closing);
    ledger.hand_to("wang");
    ledger.tell(&mut other);
    other.keys("esc t enter");
    ledger.tell(&mut other);
    let taken = own(&other).taken;
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].reservation, None);
}

#[test]
fn who_gave_it_can_t_sign_it_and_what_is_signed_is_not_given_again() {
    let (mut flow, mut ledger) = drafted(WIDE);
    reads(&mut flow, Ok("REL-B3"));
    flow.keys("t");
    assert!(flow.screen().contains("nobody handed this shift over"));
    flow.keys("h enter");
    ledger.tell(&mut flow);
    flow.keys("t");
    assert!(flow.screen().contains("another person signs"));
    ledger.hand_to("wang");
    let mut other = acting_as(WIDE, "wang");
    ledger.tell(&mut other);
    other.keys("H t 'yes' enter");
    ledger.tell(&mut other);
    ledger.tell(&mut flow);
    flow.keys("h");
    assert!(flow.screen().contains("it is signed"));
    other.keys("t");
    assert!(other.screen().contains("you signed it"));
}

#[test]
fn what_is_not_known_is_not_none() {
    let (mut flow, _) = drafted(WIDE);
    flow.keys("h");
    assert!(flow.screen().contains("is being read"), "it is waited for");
    reads(
        &mut flow,
        Err(Refusal::Unreadable {
            what: "releasectl".to_owned(),
            why: "no such host".to_owned(),
        }),
    );
    let draft = words(&flow, Lang::En);
    assert!(draft.contains("batch of the release: ?"), "{draft}");
    assert!(draft.contains("are known since"), "{draft}");
    // Alertmanager is away: what it told last stands there, and that it may not be all.
    flow.model.links.insert(
        quarterdeck::domain::freshness::SourceId::Alertmanager,
        quarterdeck::domain::freshness::Link::Absent,
    );
    let draft = words(&flow, Lang::Zh);
    assert!(draft.contains("未知：Alertmanager"), "{draft}");
    assert!(!draft.contains("无触发中的告警"), "{draft}");
}

#[test]
fn a_text_from_outside_can_t_change_the_form() {
    let (mut flow, mut ledger) = drafted(WIDE);
    reads(&mut flow, Ok("a | b | **c**\n## none"));
    flow.keys("h enter");
    ledger.tell(&mut flow);
    let given = own(&flow).given.expect("it was given");
    let plain = plain(&given.text);
    assert!(
        plain.contains("batch of the release: a | b | **c** ## none (15 %)"),
        "{plain}"
    );
}

#[test]
fn it_is_due_at_the_end_of_the_shift_and_stays_on_the_table_for_a_while() {
    let (mut flow, mut ledger) = drafted(WIDE);
    reads(&mut flow, Ok("REL-B3"));
    let day = own(&flow).shift;
    let due = |flow: &Flow| {
        let mut rows = flow.model.routine.iter();
        let row = rows.find(|row| row.of == DueOf::Handover && row.at() == Some(day.to));
        row.map(|row| row.stand)
    };
    assert_eq!(due(&flow), Some(Stand::Next));
    let left = day.to.duration_since(flow.model.now.wall);
    let left = std::time::Duration::try_from(left).expect("the day is not over");
    flow.wait(left + std::time::Duration::from_secs(5 * 60));
    assert_eq!(due(&flow), Some(Stand::Open));
    assert_eq!(
        own(&flow).shift,
        day,
        "the day is handed over, not the night"
    );
    flow.keys("h enter");
    ledger.tell(&mut flow);
    ledger.hand_to("wang");
    let mut other = acting_as(WIDE, "wang");
    ledger.tell(&mut other);
    other.wait(left + std::time::Duration::from_secs(5 * 60));
    other.keys("H t 'yes' enter");
    ledger.tell(&mut other);
    assert_eq!(
        due(&other),
        Some(Stand::Done(quarterdeck::domain::logbook::Outcome::Passed))
    );
    // Now the night is on the table.
    assert_eq!(own(&other).shift.from, day.to);
}

/// A pack of the corpus.
fn pack(name: &str) -> Pack {
    let folder = format!("{}/tests/packs/valid/{name}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("the pack is there");
    let files: Vec<(String, String)> = files
        .map(|file| {
            let path = file.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("a text");
            (path.to_string_lossy().into_owned(), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = (files.iter())
        .map(|(name, text)| (&**name, &**text))
        .collect();
    Pack::parse(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

// row: A17
#[test]
fn boxes_are_ticked_by_what_is_seen() {
    let zh = Face {
        lang: Lang::Zh,
        size: (80, 24),
    };
    let pack = Arc::new(pack("handover"));
    let ticks = |flow: &Flow| {
        let text = words(flow, Lang::Zh);
        let lines = text
            .lines()
            .filter(|line| line.starts_with(['☑', '☐', '?']));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut quiet = Flow::with_pack(Arc::clone(&pack), Scene::Quiet, zh);
    quiet.event(Event::Acted(Acted::Ledger(Ok(()))));
    assert_eq!(
        ticks(&quiet)[1..],
        ["☑ 无异常告警", "☑ 24 小时内无重大事件"]
    );
    // There is no such workload here, so nothing says that it is well.
    assert_eq!(ticks(&quiet)[0], "? 服务运行正常");
    let trouble = Flow::with_pack(Arc::clone(&pack), Scene::Trouble, zh);
    // Nobody told of a ledger, so nobody knows of incidents.
    assert_eq!(
        ticks(&trouble)[1..],
        ["☐ 无异常告警", "? 24 小时内无重大事件"]
    );
    let connecting = Flow::with_pack(pack, Scene::Connecting, zh);
    assert_eq!(ticks(&connecting)[1], "? 无异常告警");
}

#[test]
fn all_of_it_stands_on_the_time_line() {
    let (mut flow, mut ledger) = drafted(WIDE);
    reads(&mut flow, Ok("REL-B3"));
    flow.keys("f 'li' enter enter enter enter enter enter");
    ledger.tell(&mut flow);
    flow.keys("h 'wang' enter");
    ledger.tell(&mut flow);
    ledger.hand_to("wang");
    let mut other = acting_as(WIDE, "wang");
    ledger.tell(&mut other);
    other.keys("H t 'the backlog' enter");
    ledger.tell(&mut other);
    let marks = marks_of_ledger(&other.model);
    let did: Vec<(Did, Option<&str>)> = (marks.iter())
        .filter_map(|mark| match &mark.what {
            Marked::Noted { did, text, .. } => Some((*did, text.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(
        did,
        [
            (Did::Acknowledged, None),
            (Did::Declared, Some("exports pile up")),
            (Did::HandedOver, Some("wang")),
            (Did::TookOver, Some("the backlog")),
        ],
        "what is filled in is no mark"
    );
}
