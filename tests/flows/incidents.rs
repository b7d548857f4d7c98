//! Incidents: declared from an alert or by hand, led with what the pack asks for, closed with a proof or a reservation.

use std::sync::Arc;

use quarterdeck::{
    app::{acting::Act, acting::Acted, effect::Effect, event::Event, logbook::log_desk},
    domain::{
        action::record::{ActorMark, Entry},
        logbook::{IncidentNoted, LogEntry, LogLine, Noted, incident::Recovery},
    },
};

use super::{Face, Flow, actions::acting, each_face, snapshot};

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
