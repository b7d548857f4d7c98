//! What changed before now: what the record tells stands before what was seen, and where neither saw anything that is said.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::{
        effect::Effect,
        event::Event,
        past::{Recalled, changes, gaps},
        walk::{WalkAnswer, WalkTold, WalkWhat},
    },
    domain::{
        change::{Change, What},
        frame::{Past, Span},
        light::Light,
        text::Lang,
    },
};

use super::{Face, Flow, actions::acting, incidents::Ledger};

const FACE: Face = Face {
    lang: Lang::En,
    size: (160, 48),
};

fn changed(at: Timestamp) -> Change {
    let what = What::LightChanged {
        id: "release".into(),
        from: Light::Green,
        to: Light::Red,
    };
    Change { at, what }
}

/// A desk that was opened twenty minutes ago.
fn desk() -> (Flow, impl Fn(i64) -> Timestamp) {
    let mut flow = acting(FACE);
    flow.model.time_line.changes.clear();
    flow.model.began = flow.model.clocked;
    flow.wait(Duration::from_secs(1_200));
    flow.model.time_line.changes.clear();
    let now = flow.model.now.wall;
    (flow, move |minutes| {
        now - SignedDuration::from_mins(minutes)
    })
}

#[test]
fn what_the_record_tells_stands_before_what_was_seen_and_nothing_stands_twice() {
    let (mut flow, ago) = desk();
    flow.model.time_line.changes = vec![(0, changed(ago(5))), (1, changed(ago(20)))];
    let second = SignedDuration::from_secs(2);
    flow.model.recalled.read = Some(Past {
        from: ago(120),
        spans: Vec::new(),
        changes: vec![
            changed(ago(100)),
            changed(ago(20) - second),
            changed(ago(5)),
        ],
    });
    let all = changes(&flow.model);
    let all: Vec<Timestamp> = all.iter().map(|change| change.at).collect();
    assert_eq!(all, [ago(100), ago(20), ago(5)]);
}

#[test]
fn gaps_are_what_neither_the_record_nor_this_program_saw() {
    let (mut flow, ago) = desk();
    let gaps_of = |flow: &Flow| -> Vec<(Timestamp, Timestamp)> {
        let gaps = gaps(&flow.model, ago(120), ago(0));
        gaps.iter().map(|gap| (gap.from, gap.to)).collect()
    };
    assert_eq!(gaps_of(&flow), [(ago(120), ago(20))], "nothing was read");
    let span = |from, to| Span {
        from: ago(from),
        to: ago(to),
    };
    flow.model.recalled.read = Some(Past {
        from: ago(120),
        spans: vec![span(300, 100), span(90, 40), span(40, 20)],
        changes: Vec::new(),
    });
    assert_eq!(gaps_of(&flow), [(ago(100), ago(90))]);
}

#[test]
fn an_old_incident_has_the_lights_of_the_record_and_says_where_it_has_none() {
    let mut flow = acting(FACE);
    let mut ledger = Ledger::of("li");
    flow.keys("i j enter 'all is down' enter ctrl-u 'sev-1' enter");
    ledger.tell(&mut flow);
    let began = flow
        .model
        .logbook
        .incidents
        .open()
        .next()
        .expect("it is open")
        .began;
    let began = flow.model.of_world(began);
    // Another cockpit, hours later.
    flow.wait(Duration::from_secs(4 * 3_600));
    flow.model.began = flow.model.clocked;
    flow.model.time_line.changes.clear();
    flow.model.recalled = Recalled::default();
    flow.effects.clear();
    flow.wait(Duration::from_secs(1));
    let asked = |flow: &Flow| {
        let mut asked = flow.effects.iter().filter_map(|effect| match effect {
            Effect::Walk(ask) => match ask.what {
                WalkWhat::Past { from } => Some((ask.number, from)),
                _ => None,
            },
            _ => None,
        });
        asked.next()
    };
    assert!(flow.screen().contains("known since"), "{}", flow.screen());
    let (number, from) = asked(&flow).expect("the record is asked");
    assert_eq!(from, began);
    let minutes = |it: i64| SignedDuration::from_mins(it);
    let now = flow.model.now.wall;
    let past = Past {
        from,
        spans: vec![
            Span {
                from: began - minutes(5),
                to: began + minutes(60),
            },
            Span {
                from: began + minutes(75),
                to: now,
            },
        ],
        changes: vec![changed(began + minutes(30))],
    };
    flow.event(Event::Walked(Box::new(WalkTold {
        number,
        what: WalkAnswer::Past(Some(past)),
    })));
    flow.keys("end");
    let screen = flow.screen();
    assert!(!screen.contains("known since"), "{screen}");
    assert!(
        screen.contains("nobody recorded lights and changes"),
        "{screen}"
    );
    assert!(screen.contains("light release BAD"), "{screen}");
    // It is asked again in a minute, not before.
    flow.effects.clear();
    flow.wait(Duration::from_secs(30));
    assert_eq!(asked(&flow), None);
    flow.wait(Duration::from_secs(31));
    assert!(asked(&flow).is_some());
}
