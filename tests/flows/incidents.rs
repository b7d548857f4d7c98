//! Incidents: declared from an alert or by hand, led with what the pack asks for, closed with a proof or a reservation.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        incidents::{
            severity_named,
            story::{HappenedWhat, story},
        },
        logbook::log_desk,
    },
    domain::{
        action::record::{ActorMark, Entry, RunState},
        change::{Change, What},
        departure::Cause,
        id::Fingerprint,
        logbook::{IncidentNoted, LogEntry, LogLine, Noted, incident::Recovery},
        text::Lang,
    },
    pack::Pack,
};

use super::{
    Face, Flow, Scene,
    actions::{acting, tell},
    each_face, snapshot,
    walk::with_run,
};

/// What the ledger would tell of what was written down so far: every line by whom it was written.
pub struct Ledger {
    lines: Vec<Arc<LogLine>>,
    by: &'static str,
}

impl Ledger {
    pub const fn of(by: &'static str) -> Self {
        Self {
            lines: Vec::new(),
            by,
        }
    }

    pub const fn hand_to(&mut self, by: &'static str) {
        self.by = by;
    }

    /// Takes what the flow asked to be written down, and tells it.
    pub fn tell(&mut self, flow: &mut Flow) {
        let effects = std::mem::take(&mut flow.effects);
        for effect in effects {
            let Effect::Act(Act::Record { entry, .. }) = &effect else {
                flow.effects.push(effect);
                continue;
            };
            let Entry::Log(entry) = &**entry else {
                flow.effects.push(effect);
                continue;
            };
            let number = self.lines.len() + 1;
            self.lines.push(Arc::new(LogLine {
                id: format!("{}/{number}", self.by).into(),
                at: flow.model.clocked,
                actor: ActorMark {
                    principal: Some(self.by.to_owned()),
                    host: "bastion-1".to_owned(),
                    ..ActorMark::default()
                },
                entry: entry.clone(),
            }));
        }
        flow.event(Event::Acted(Acted::Log(self.lines.clone())));
    }

    /// Another one writes something down about an incident meanwhile, and it is told.
    pub fn hears(&mut self, flow: &mut Flow, by: &str, noted: IncidentNoted) {
        self.hears_of(flow, by, Noted::Incident(noted));
    }

    /// The same about anything.
    pub fn hears_of(&mut self, flow: &mut Flow, by: &str, noted: Noted) {
        let number = self.lines.len() + 1;
        self.lines.push(Arc::new(LogLine {
            id: format!("{by}/{number}").into(),
            at: flow.model.clocked,
            actor: ActorMark {
                principal: Some(by.to_owned()),
                host: "bastion-2".to_owned(),
                ..ActorMark::default()
            },
            entry: LogEntry {
                desk: log_desk(&flow.model.pack, &flow.model.desk),
                noted,
                after: flow.model.logbook.newest,
            },
        }));
        flow.event(Event::Acted(Acted::Log(self.lines.clone())));
    }

    pub const fn count(&self) -> usize {
        self.lines.len()
    }

    /// What was written down last about an incident.
    pub fn last(&self) -> &IncidentNoted {
        let noted = self
            .lines
            .iter()
            .rev()
            .find_map(|line| match &line.entry.noted {
                Noted::Incident(noted) => Some(noted),
                _ => None,
            });
        noted.expect("something was written down")
    }
}

/// The first alert is selected, and an incident is declared for it.
fn declared(face: Face) -> (Flow, Ledger) {
    let mut flow = acting(face);
    let mut ledger = Ledger::of("li");
    flow.keys("g g enter O enter enter");
    ledger.tell(&mut flow);
    (flow, ledger)
}

// row: C3, E1
#[test]
fn criteria_stand_beside_the_severity_when_it_is_declared() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("g g enter O enter");
        snapshot("incident-declare", face, &flow);
    });
}

#[test]
fn a_severity_is_named_by_its_id_or_its_title_in_letters_of_any_case() {
    let mut flow = acting(face());
    let mut ledger = Ledger::of("li");
    flow.keys("g g enter O enter ctrl-u 'SEV-1' enter");
    ledger.tell(&mut flow);
    assert_eq!(flow.model.logbook.incidents.all()[0].severity, "sev-1");
    let named = |text: &str| severity_named(&flow.model, text);
    assert_eq!(named(" Sev-2 ").as_deref(), Some("sev-2"));
    assert_eq!(named("sev"), None);
    let pack = Arc::new(Pack::embedded("after-sales").unwrap().unwrap());
    let flow = Flow::with_pack(pack, Scene::Quiet, face());
    for spec in flow.model.pack.severities() {
        for lang in Lang::ALL {
            let title = spec.title.get(lang).to_uppercase();
            let named = severity_named(&flow.model, &title);
            assert_eq!(named.as_deref(), Some(spec.id.as_str()), "{title}");
        }
    }
}

// row: E3
#[test]
fn an_incident_shows_what_is_due_and_who_is_missing() {
    each_face(|face| {
        let (flow, _) = declared(face);
        snapshot("incident-new", face, &flow);
        let incident = flow
            .model
            .logbook
            .incidents
            .open()
            .next()
            .expect("it is open");
        assert_eq!(incident.number, "INC-2026-1121-01");
        assert!(incident.alert.is_some());
    });
}

// row: G1
#[test]
fn the_same_alert_has_one_incident_and_the_next_has_the_next_number() {
    let face = face();
    let (mut flow, mut ledger) = declared(face);
    flow.keys("esc O");
    ledger.tell(&mut flow);
    assert_eq!(
        flow.model.logbook.incidents.all().len(),
        1,
        "it is shown again"
    );
    flow.keys("esc esc i j enter 'the exporter is gone' enter 'sev-3' enter");
    ledger.tell(&mut flow);
    let all = flow.model.logbook.incidents.all();
    assert_eq!(all[1].number, "INC-2026-1121-02");
    assert_eq!(all[1].severity, "sev-3");
    assert_eq!(all[1].alert, None);
}

fn face() -> Face {
    Face {
        lang: quarterdeck::domain::text::Lang::En,
        size: (160, 48),
    }
}

// row: E4, E10, E11
#[test]
fn it_is_led_and_everything_is_in_its_time_line() {
    each_face(|face| {
        let (mut flow, mut ledger) = declared(face);
        let mut does = |flow: &mut Flow, keys: &str| {
            flow.wait(std::time::Duration::from_secs(60));
            flow.keys(keys);
            ledger.tell(flow);
        };
        does(&mut flow, "o enter ctrl-u 'wang' enter");
        does(&mut flow, "m '20' enter 'exports' enter enter");
        does(&mut flow, "s enter 'fifteen per cent' enter");
        does(&mut flow, "p enter");
        does(&mut flow, "n 'the queue grows' enter");
        does(
            &mut flow,
            "f 'alert on depth' enter 'zhao' enter 'short' enter",
        );
        snapshot("incident-led", face, &flow);
        flow.keys("u 'more workers' enter '15:30' enter");
        ledger.tell(&mut flow);
        snapshot("incident-update", face, &flow);
        let text = match ledger.last() {
            IncidentNoted::Update { text, .. } => text.clone(),
            other => panic!("{other:?}"),
        };
        assert!(
            text.contains("INC-2026-1121-01") && text.contains("20"),
            "{text}"
        );
        let copied = flow
            .effects
            .iter()
            .any(|it| *it == Effect::Copy(text.clone()));
        assert!(copied, "it can be pasted where it is posted");
        flow.keys("esc v");
        snapshot("incident-review", face, &flow);
    });
}

#[test]
fn what_was_under_way_when_it_began_is_part_of_it() {
    let (_, run) = with_run(face());
    let (mut flow, _) = declared(face());
    let began = flow.model.logbook.incidents.all()[0].began;
    let at = |minutes: i64| began + SignedDuration::from_mins(minutes);
    for (state, ended, told) in [
        (run.state.clone(), Some(1), 1),
        (run.state.clone(), Some(-1), 0),
        (RunState::Verifying, None, 1),
        (RunState::Running { step: 0 }, None, 1),
    ] {
        let mut run = run.clone();
        run.asked_at = at(-10);
        run.ended_at = ended.map(at);
        run.state = state;
        tell(&mut flow, &run);
        let incident = &flow.model.logbook.incidents.all()[0];
        let story = story(&flow.model, incident).into_iter();
        let runs = story.filter(|it| matches!(it.what, HappenedWhat::Run(_)));
        assert_eq!(runs.count(), told, "{:?} at {ended:?}", run.state);
    }
}

#[test]
fn its_time_line_loses_no_alert() {
    let (mut flow, _) = declared(face());
    let number = flow.model.logbook.incidents.all()[0].number.clone();
    let own = flow.model.logbook.incidents.all()[0].alert.clone().unwrap();
    let began = flow.model.logbook.incidents.all()[0].began;
    let after = |minutes: i64| began + SignedDuration::from_mins(minutes);
    let alerts = |flow: &Flow| -> Vec<(i64, String)> {
        let incident = &flow.model.logbook.incidents.all()[0];
        let story = story(&flow.model, incident).into_iter();
        let alerts = story.filter_map(|it| match it.what {
            HappenedWhat::Alert(name) => Some((it.at, name.to_owned())),
            _ => None,
        });
        let minutes = |at: Timestamp| at.duration_since(began).as_mins();
        alerts.map(|(at, name)| (minutes(at), name)).collect()
    };
    let before = alerts(&flow);
    // One that has fired for longer than changes are kept, and one that began hours ago.
    let line = flow.model.alerts.alerts[&own.fingerprint].clone();
    for (name, minutes) in [("DiskFull", -50), ("BackupOld", -300)] {
        let mut line = line.clone();
        line.alert.fingerprint = name.into();
        line.alert.name = name.to_owned();
        line.alert.starts_at = after(minutes);
        flow.model.alerts.alerts.insert(name.into(), line);
    }
    // Its own went and came again; another came and went before it began.
    let (fingerprint, name) = (own.fingerprint.clone(), own.name.clone());
    let came = |fingerprint: &Fingerprint, name: &str| What::AlertCame {
        fingerprint: fingerprint.clone(),
        name: name.to_owned(),
    };
    let left = |fingerprint: &Fingerprint, name: &str| What::AlertLeft {
        fingerprint: fingerprint.clone(),
        name: name.to_owned(),
        cause: Cause::Unknown,
    };
    let blip: Fingerprint = "blip".into();
    let happened = [
        (4, came(&fingerprint, &name)),
        (2, left(&fingerprint, &name)),
        (-5, left(&blip, "Blip")),
        (-9, came(&blip, "Blip")),
    ];
    for (number, (minutes, what)) in happened.into_iter().enumerate() {
        let at = after(minutes);
        let change = (1_000 + number as u64, Change { at, what });
        flow.model.time_line.changes.push(change);
    }
    let mut wanted = before;
    wanted.extend([(-50, "DiskFull".to_owned()), (4, own.name)]);
    wanted.sort();
    let mut told = alerts(&flow);
    told.sort();
    assert_eq!(told, wanted, "{number}");
}

#[test]
fn without_a_proof_it_is_closed_only_with_a_reservation() {
    let face = face();
    let (mut flow, mut ledger) = declared(face);
    flow.keys("X enter");
    ledger.tell(&mut flow);
    assert_eq!(flow.model.logbook.incidents.open().count(), 1);
    flow.keys("'the exporter is gone' enter");
    ledger.tell(&mut flow);
    let IncidentNoted::Closed { recovery, text, .. } = ledger.last() else {
        panic!("{:?}", ledger.last());
    };
    assert_ne!(*recovery, Recovery::Held);
    assert_eq!(text.as_deref(), Some("the exporter is gone"));
    assert_eq!(flow.model.logbook.incidents.open().count(), 0);
    flow.keys("r 'it comes back' enter");
    ledger.tell(&mut flow);
    assert_eq!(flow.model.logbook.incidents.open().count(), 1);
}

// row: E4
#[test]
fn open_incidents_stand_on_the_strip() {
    each_face(|face| {
        let (mut flow, _) = declared(face);
        flow.keys("esc esc");
        flow.wait(std::time::Duration::from_secs(16 * 60));
        snapshot("incident-due", face, &flow);
    });
}
