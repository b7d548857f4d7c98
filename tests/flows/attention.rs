//! What calls a person back to the terminal, and what does not.

use std::{collections::BTreeSet, time::Duration};

use quarterdeck::{
    app::{
        attention::{Call, Reason, Titled},
        effect::Effect,
        event::Event,
    },
    domain::{
        alert::{Alert, AlertState, Severity, fingerprint},
        freshness::{Link, SourceId, Trouble, TroubleKind},
        observation::Observation,
        settings::{AttentionSettings, Summons},
        text::Lang,
    },
};

use super::{Face, Flow, Scene, harness::now};

const FACE: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

fn alert(name: &str, severity: &str) -> Alert {
    let labels = [("alertname", name), ("severity", severity)]
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .into();
    Alert {
        fingerprint: fingerprint(&labels),
        name: name.to_owned(),
        labels,
        annotations: [].into(),
        state: AlertState::Firing,
        starts_at: now(),
        silenced_until: None,
        generator_url: None,
        expression: None,
    }
}

/// A quiet watch that calls for everything.
fn flow() -> Flow {
    let mut flow = Flow::on(Scene::Quiet, FACE);
    let all: BTreeSet<Summons> = Summons::NAMES
        .iter()
        .filter_map(|name| Summons::of_name(name))
        .collect();
    flow.model.attention.settings = AttentionSettings {
        bell: all.clone(),
        notify: all,
        ..AttentionSettings::default()
    };
    flow.wait(Duration::from_secs(1));
    flow
}

fn fire(flow: &mut Flow, alerts: &[(&str, &str)]) {
    let alerts = alerts.iter().map(|(name, severity)| alert(name, severity));
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at: now(),
        alerts: alerts.collect(),
    }]);
}

fn calls(flow: &Flow) -> Vec<Call> {
    let effects = flow.effects.iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Call(call) => Some(call.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn nothing_calls_while_the_terminal_has_the_focus_or_was_just_used() {
    let mut flow = flow();
    flow.event(Event::Focused(true));
    fire(&mut flow, &[("Backlog", "critical")]);
    flow.wait(Duration::from_secs(600));
    assert_eq!(calls(&flow), []);
    // What came while somebody looked does not call when they go.
    flow.event(Event::Focused(false));
    flow.wait(Duration::from_secs(60));
    assert_eq!(calls(&flow), []);

    let mut silent = self::flow();
    silent.keys("j");
    fire(&mut silent, &[("Backlog", "critical")]);
    assert_eq!(
        calls(&silent),
        [],
        "a terminal that never tells of focus was just used"
    );
    silent.wait(Duration::from_secs(180));
    fire(
        &mut silent,
        &[("Backlog", "critical"), ("Other", "critical")],
    );
    assert_eq!(calls(&silent).len(), 1);
}

#[test]
fn an_alert_calls_once_and_a_burst_calls_together() {
    let mut flow = flow();
    flow.event(Event::Focused(false));
    fire(&mut flow, &[("Backlog", "critical")]);
    fire(
        &mut flow,
        &[
            ("Backlog", "critical"),
            ("B", "critical"),
            ("C", "critical"),
        ],
    );
    let first = calls(&flow);
    let [call] = &first[..] else {
        panic!("{first:?}");
    };
    assert!(call.bell);
    let Some((Reason::Alert { name, .. }, 0)) = &call.notify else {
        panic!("{call:?}");
    };
    assert_eq!(name, "Backlog");
    flow.wait(Duration::from_secs(5));
    assert_eq!(calls(&flow).len(), 1, "not before its time");
    flow.wait(Duration::from_secs(6));
    let all = calls(&flow);
    assert!(matches!(all[1].notify, Some((_, 1))), "{all:?}");
    flow.wait(Duration::from_secs(60));
    assert_eq!(calls(&flow).len(), 2, "nothing new");
    // It left and came back: that is new.
    fire(&mut flow, &[]);
    fire(&mut flow, &[("Backlog", "critical")]);
    assert_eq!(calls(&flow).len(), 3);
}

#[test]
fn only_what_was_asked_for_calls() {
    let mut flow = flow();
    let only = |summons| [summons].into_iter().collect();
    flow.model.attention.settings = AttentionSettings {
        bell: only(Summons::Source),
        notify: only(Summons::Severity(Severity::S1)),
        ..AttentionSettings::default()
    };
    flow.event(Event::Focused(false));
    fire(&mut flow, &[("Nothing", "no such severity")]);
    assert_eq!(calls(&flow), []);
    let trouble = Trouble::new(TroubleKind::Unreachable, "connection refused");
    let link = Link::Failed {
        since: now(),
        trouble,
        retry_at: None,
    };
    flow.observe(vec![Observation::Link {
        source: SourceId::Prometheus,
        link,
    }]);
    let silent_bell = Call {
        bell: true,
        notify: None,
    };
    assert_eq!(calls(&flow), [silent_bell]);
}

#[test]
fn nothing_is_set_up_by_default() {
    let mut flow = Flow::on(Scene::Quiet, FACE);
    flow.event(Event::Focused(false));
    fire(&mut flow, &[("Backlog", "critical")]);
    flow.wait(Duration::from_secs(60));
    let outside = |effect: &Effect| matches!(effect, Effect::Call(_) | Effect::Title(_));
    assert!(!flow.effects.iter().any(outside));
}

#[test]
fn the_title_counts_what_nobody_has_seen() {
    let mut flow = flow();
    flow.model.attention.settings.title = true;
    flow.event(Event::Focused(false));
    fire(&mut flow, &[("A", "critical"), ("B", "critical")]);
    flow.event(Event::Focused(true));
    let titles: Vec<usize> = flow
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Title(Titled { unseen, .. }) => Some(*unseen),
            _ => None,
        })
        .collect();
    assert_eq!(titles, [0, 2, 0]);
}
