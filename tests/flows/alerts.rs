//! Who takes care of an alert: seen, given away, noted, called about; many at once.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        triaging::{self, Care},
    },
    domain::{
        action::record::{ActorMark, Entry},
        alert::{AlertState, fingerprint},
        freshness::SourceId,
        logbook::{AlertNoted, LogEntry, LogLine, Noted},
        observation::Observation,
        silence::{Silence, SilenceMatcher},
        text::Lang,
    },
    pack::Pack,
};

use super::{
    Face, Flow,
    actions::{acting, who},
    each_face,
    harness::Scene,
    snapshot,
};

const WIDE: Face = Face {
    lang: Lang::En,
    size: (160, 48),
};

/// What was asked to be written down of alerts.
fn written(effects: &[Effect]) -> Vec<LogEntry> {
    let all = effects.iter();
    all.filter_map(|effect| match effect {
        Effect::Act(Act::Record { entry, .. }) => match &**entry {
            Entry::Log(entry) => Some(entry.clone()),
            _ => None,
        },
        _ => None,
    })
    .collect()
}

/// The ledger tells what these wrote, the last of them just now.
fn tells(flow: &mut Flow, entries: &[(&str, Timestamp, LogEntry)]) {
    let lines: Vec<Arc<LogLine>> = entries
        .iter()
        .enumerate()
        .map(|(place, (who, at, entry))| {
            Arc::new(LogLine {
                id: format!("bastion-1/{place}").into(),
                at: *at,
                actor: ActorMark {
                    principal: Some((*who).to_owned()),
                    host: "bastion-1".to_owned(),
                    ..ActorMark::default()
                },
                entry: entry.clone(),
            })
        })
        .collect();
    flow.event(Event::Acted(Acted::Log(lines)));
}

fn ago(flow: &Flow, seconds: i64) -> Timestamp {
    let span = SignedDuration::from_secs(seconds);
    flow.model.clocked.checked_sub(span).expect("a time")
}

/// Presses keys and gives what they asked to be written down.
fn writes(flow: &mut Flow, keys: &str) -> Vec<LogEntry> {
    flow.effects.clear();
    flow.keys(keys);
    written(&flow.effects)
}

// row: A5
#[test]
fn an_alert_that_calls_counts_down_until_somebody_has_seen_it() {
    each_face(|face| {
        let mut flow = acting(face);
        snapshot("alerts-waiting", face, &flow);
        let entries = writes(&mut flow, "1 a");
        let [entry] = &entries[..] else {
            panic!("one entry: {entries:?}");
        };
        assert!(matches!(
            &entry.noted,
            Noted::Alert(AlertNoted::Acknowledged { note: None, .. })
        ));
        let at = ago(&flow, 120);
        tells(&mut flow, &[("li", at, entry.clone())]);
        snapshot("alerts-taken", face, &flow);
        assert!(
            writes(&mut flow, "a").is_empty(),
            "it is acknowledged already"
        );
    });
}

#[test]
fn an_acknowledgement_ends_with_its_alert() {
    let mut flow = acting(WIDE);
    let entries = writes(&mut flow, "1 a");
    let at = ago(&flow, 60);
    tells(&mut flow, &[("li", at, entries[0].clone())]);
    let Noted::Alert(noted) = &entries[0].noted else {
        panic!("it is about an alert: {entries:?}");
    };
    let of = noted.alert().fingerprint.clone();
    let taken = |flow: &Flow| {
        let line = &flow.model.alerts.alerts[&of];
        matches!(triaging::care(&flow.model, line), Some(Care::Taken(_)))
    };
    assert!(taken(&flow));
    let mut alerts = flow.model.alerts.by_alertmanager.clone();
    for alert in &mut alerts {
        alert.starts_at = flow.model.now.wall;
    }
    let at = flow.model.now.wall;
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at,
        alerts,
    }]);
    assert!(!taken(&flow), "it came again and nobody has seen it");
}

#[test]
fn what_another_desk_wrote_down_is_not_ours() {
    let mut flow = acting(WIDE);
    let mut entries = writes(&mut flow, "1 a");
    entries[0].desk.context = "staging".to_owned();
    let at = ago(&flow, 60);
    let waiting = triaging::waiting(&flow.model);
    tells(&mut flow, &[("li", at, entries[0].clone())]);
    assert_eq!(triaging::waiting(&flow.model), waiting);
}

#[test]
fn notes_and_whose_it_is_stand_in_its_detail() {
    each_face(|face| {
        let mut flow = acting(face);
        let mut all = writes(&mut flow, "1 a");
        all.extend(writes(&mut flow, "m 'workers are slow' enter"));
        all.extend(writes(&mut flow, "t 'wang' enter"));
        assert_eq!(all.len(), 3);
        let at: Vec<Timestamp> = [180, 90, 30].map(|back| ago(&flow, back)).into();
        let told: Vec<_> = all
            .iter()
            .zip(at)
            .map(|(entry, at)| ("li", at, entry.clone()))
            .collect();
        tells(&mut flow, &told);
        flow.keys("enter");
        snapshot("alert-cared-for", face, &flow);
    });
}

#[test]
fn a_note_of_nothing_is_not_taken() {
    let mut flow = acting(WIDE);
    assert!(writes(&mut flow, "1 m enter").is_empty());
    assert!(flow.model.view.typing.is_some(), "the line stays");
    flow.keys("esc");
    assert!(flow.model.view.typing.is_none());
}

#[test]
fn marked_ones_are_meant_together() {
    let mut flow = acting(WIDE);
    let entries = writes(&mut flow, "1 g g space space a");
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(flow.model.view.marked_alerts.is_empty(), "marks are let go");
}

// row: A5, C2, D1
#[test]
fn who_is_called_next_is_one_key_away() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("1 g g !");
        snapshot("escalate", face, &flow);
        let entries = writes(&mut flow, "enter");
        assert!(matches!(
            &entries[..],
            [LogEntry { noted: Noted::Alert(AlertNoted::Escalated { to, .. }), .. }] if to == "primary"
        ));
        let copied = flow.effects.iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
        let copied = copied.expect("the words are copied");
        assert!(copied.contains("ExportBacklog"), "{copied}");
        let at = ago(&flow, 60);
        tells(&mut flow, &[("li", at, entries[0].clone())]);
        snapshot("escalate-next", face, &flow);
    });
}

fn lawsker() -> Pack {
    Pack::embedded("lawsker")
        .expect("it comes along")
        .expect("it loads")
}

/// Lawsker's desk, on which the site is down since so many minutes.
fn site_down(minutes: i64) -> Flow {
    let mut flow = Flow::with_pack(Arc::new(lawsker()), Scene::Quiet, WIDE);
    flow.model.desk.demo = None;
    flow.observe(vec![who("li")]);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    let trouble = Flow::on(Scene::Trouble, WIDE);
    let mut one = trouble.model.alerts.by_alertmanager[0].clone();
    one.name = "SiteDown".to_owned();
    one.state = AlertState::Firing;
    one.annotations.clear();
    one.labels = [("alertname", "SiteDown"), ("severity", "page")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    one.fingerprint = fingerprint(&one.labels);
    let at = flow.model.now.wall;
    let since = SignedDuration::from_mins(minutes);
    one.starts_at = at.checked_sub(since).expect("a time");
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at,
        alerts: vec![one],
    }]);
    flow
}

// row: D1
#[test]
fn to_answer_and_to_restore_are_two_clocks_and_the_second_goes_on() {
    let pack = lawsker();
    let minutes = |minutes: u64| Some(Duration::from_secs(minutes * 60));
    let clocks: Vec<_> = pack
        .severities()
        .iter()
        .map(|it| (it.id.as_str(), it.respond, it.restore))
        .collect();
    assert_eq!(
        clocks,
        [
            ("p0", minutes(5), minutes(30)),
            ("p1", minutes(15), minutes(2 * 60)),
            ("p2", minutes(30), minutes(4 * 60)),
            ("p3", minutes(60), minutes(24 * 60)),
        ]
    );
    for (since, restore) in [
        (1, "to be restored by"),
        (31, "should have been restored by"),
    ] {
        let mut flow = site_down(since);
        let down = |flow: &Flow| {
            let mut lines = flow.model.alerts.alerts.values();
            let line = lines.find(|line| line.alert.name == "SiteDown");
            let line = line.expect("it fires");
            let left = |by: Option<Timestamp>| {
                let by = by.expect("the pack says it");
                by.duration_since(line.alert.starts_at).as_mins()
            };
            let taken = matches!(triaging::care(&flow.model, line), Some(Care::Taken(_)));
            (
                left(triaging::respond_by(&flow.model, line)),
                left(triaging::restore_by(&flow.model, line)),
                taken,
            )
        };
        assert_eq!(down(&flow), (5, 30, false));
        let entries = writes(&mut flow, "1 g g a");
        let at = ago(&flow, 10);
        tells(&mut flow, &[("li", at, entries[0].clone())]);
        // Somebody has seen it: that it is to be well again by its time stands there still.
        assert_eq!(down(&flow), (5, 30, true));
        flow.keys("enter");
        let screen = flow.screen();
        assert!(screen.contains("acknowledged by li"), "{screen}");
        assert!(screen.contains(restore), "{screen}");
    }
}

#[test]
fn without_a_ledger_nothing_is_promised() {
    let mut flow = acting(WIDE);
    flow.event(Event::Acted(Acted::Ledger(Err("gone".to_owned()))));
    assert!(writes(&mut flow, "1 a").is_empty());
    assert!(flow.screen().contains("the ledger"), "{}", flow.screen());
}

#[test]
fn a_storm_is_folded_by_name_and_opened_by_choice() {
    let mut flow = acting(WIDE);
    let mut alerts = flow.model.alerts.by_alertmanager.clone();
    let one = alerts[0].clone();
    for number in 0..500 {
        let mut alert = one.clone();
        alert.name = format!("Storm{}", number % 5);
        alert
            .labels
            .insert("alertname".to_owned(), alert.name.clone());
        alert
            .labels
            .insert("instance".to_owned(), number.to_string());
        alert.fingerprint = quarterdeck::domain::alert::fingerprint(&alert.labels);
        alerts.push(alert);
    }
    let at = flow.model.now.wall;
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at,
        alerts,
    }]);
    flow.wait(Duration::from_secs(1));
    assert!(triaging::is_folded(&flow.model));
    snapshot("alerts-storm", WIDE, &flow);
    flow.keys("1 w");
    assert!(!triaging::is_folded(&flow.model), "the person chose");
}

fn silence(flow: &Flow, id: &str, alert: &str, minutes: i64) -> Silence {
    let end = SignedDuration::from_mins(minutes);
    Silence {
        id: id.to_owned(),
        matchers: vec![SilenceMatcher {
            name: "alertname".to_owned(),
            value: alert.to_owned(),
            is_regex: false,
            is_equal: true,
        }],
        starts_at: ago(flow, 3_600),
        ends_at: flow.model.now.wall.checked_add(end).expect("a time"),
        created_by: "li".to_owned(),
        comment: "known, ticket 812".to_owned(),
    }
}

#[test]
fn silences_that_want_a_look_stand_first() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("M");
        assert!(
            flow.screen().contains(match face.lang {
                Lang::En => "has not told",
                Lang::Zh => "尚未给出",
            }),
            "none told is not none: {}",
            flow.screen()
        );
        let all = vec![
            silence(&flow, "s1", "BackupLate", 12),
            silence(&flow, "s2", "Gone", 300),
            silence(&flow, "s3", "CostBurn", 90),
            silence(&flow, "s4", "CostBurn", -1),
        ];
        flow.observe(vec![Observation::Silences(all)]);
        snapshot("silences", face, &flow);
        flow.keys("esc");
        snapshot("silence-ends-soon", face, &flow);
    });
}
