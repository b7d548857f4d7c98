//! What has no screen says the same as the screen: the snapshot is taken of the models that the screens are drawn from.

use crate::{
    app::{
        model::Model,
        snapshot::{Entry, Freshness, Scope, Snapshot, Verdict, What, has_answered},
        view::{Pane, PodsShown},
    },
    domain::{
        freshness::{Link, SourceId, TroubleKind},
        light::Light,
        observation::Rows,
        pod::Health,
        text::Lang,
    },
    ui::fixture::{failed, link_all, pod, quiet, trouble},
};

use super::{drawn, text};

/// A night on which every pod is well, too.
fn all_well() -> Model {
    let mut model = quiet(Lang::En);
    let well = pod("lookup-api-1", "Running", Health::Well, 0);
    model.cluster.pods.apply(Rows::All(vec![well]), |_, _| {});
    model
}

fn count(snapshot: &Snapshot, holds: impl Fn(&Entry) -> bool) -> usize {
    snapshot.items.iter().filter(|entry| holds(entry)).count()
}

/// The title of a pane as it is drawn.
fn title(model: &mut Model, name: &str) -> String {
    let (buffer, _) = drawn(model, 200, 60);
    let text = text(&buffer);
    let line = text.lines().find(|line| line.contains(name));
    let line = line.expect("the pane is there");
    let from = line.find(name).expect("it stands in this line");
    line[from..]
        .split('─')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn the_titles_of_panes_count_what_the_snapshot_holds() {
    let mut model = trouble(Lang::En);
    let snapshot = Snapshot::of(&model, Scope::All);
    let of = |light, slos: bool| {
        count(&snapshot, |entry| {
            let here = match entry.what {
                What::Slo(_) | What::Gauge(_) => slos,
                What::Queue(_) => !slos,
                _ => false,
            };
            here && entry.light == Some(light)
        })
    };
    for (name, slos) in [("SLOs", true), ("Queues", false)] {
        let title = title(&mut model, name);
        for (light, word) in [
            (Light::Red, "bad"),
            (Light::Yellow, "warn"),
            (Light::Unknown, "unknown"),
        ] {
            let told = format!("{} {word}", of(light, slos));
            let has = title.contains(&told);
            assert_eq!(has, of(light, slos) > 0, "{told} in {title}");
        }
    }
    let calling = count(&snapshot, |entry| {
        matches!(entry.what, What::Alert(_)) && entry.light.is_some()
    });
    let alerts = title(&mut model, "Alerts");
    assert!(alerts.contains(&format!("{calling} waiting")), "{alerts}");
    let sick = count(&snapshot, |entry| {
        matches!(entry.what, What::Pod(_)) && entry.light == Some(Light::Red)
    });
    let pods = title(&mut model, "Pods");
    assert!(sick > 0 && pods.contains(&format!("{sick} sick")), "{pods}");
}

#[test]
fn a_pane_gives_what_its_filter_lets_through_in_its_order() {
    let mut model = trouble(Lang::En);
    model.view.pods_shown = PodsShown::Each;
    let all = Snapshot::of(&model, Scope::Pane(Pane::Pods));
    assert_eq!(all.items.len(), model.cluster.pods.len());
    let name = |entry: &Entry| match &entry.what {
        What::Pod(pod) => pod.name.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(all.items[0].light, Some(Light::Red), "the sick ones first");
    let one = name(&all.items[0]);
    let filter = crate::app::filter::Filter::parse(&format!("/^{one} /")).unwrap();
    model.view.list_mut(Pane::Pods).filter = filter;
    let few = Snapshot::of(&model, Scope::Pane(Pane::Pods));
    assert_eq!(few.items.iter().map(name).collect::<Vec<_>>(), [one]);
}

#[test]
fn what_is_not_live_is_never_green_and_decides_nothing() {
    let mut model = all_well();
    assert_eq!(Snapshot::of(&model, Scope::All).verdict(), Verdict::Fine);
    link_all(
        &mut model,
        &failed(TroubleKind::TimedOut, "no answer within 5 s", 185, 12),
    );
    for pane in [Pane::Pods, Pane::Alerts] {
        model.view.pods_shown = PodsShown::Each;
        let snapshot = Snapshot::of(&model, Scope::Pane(pane));
        for entry in &snapshot.items {
            assert_eq!(entry.belief.freshness, Freshness::Stale);
            assert_ne!(entry.light, Some(Light::Green), "{entry:?}");
        }
        assert_eq!(snapshot.verdict(), Verdict::Unreachable, "{pane:?}");
    }
    let all = Snapshot::of(&model, Scope::All);
    let lamps = |entry: &Entry| matches!(entry.what, What::Hook(_) | What::Light(_));
    let judged = count(&all, |entry| {
        lamps(entry) && entry.light != Some(Light::Unknown)
    });
    assert_eq!(judged, 0, "what was is judged by nobody");
}

#[test]
fn one_source_away_leaves_it_open_and_red_is_red() {
    let away = failed(TroubleKind::Unreachable, "refused", 10, 5);
    let mut model = all_well();
    model.links.insert(SourceId::Alertmanager, away.clone());
    assert_eq!(Snapshot::of(&model, Scope::All).verdict(), Verdict::Unsure);
    let alerts = Snapshot::of(&model, Scope::Pane(Pane::Alerts));
    assert_eq!(alerts.verdict(), Verdict::Unsure, "the rules are there");
    let denied = failed(TroubleKind::Forbidden, "no", 10, 5);
    model.links.insert(SourceId::Pods, denied);
    let pods = Snapshot::of(&model, Scope::Pane(Pane::Pods));
    assert_eq!(pods.verdict(), Verdict::Unsure, "the server is there");
    let mut model = trouble(Lang::En);
    model.links.insert(SourceId::Alertmanager, away);
    assert_eq!(Snapshot::of(&model, Scope::All).verdict(), Verdict::Bad);
    model.links.insert(SourceId::Prometheus, Link::Absent);
    model.board = crate::app::board::Board::default();
    let slos = Snapshot::of(&model, Scope::Pane(Pane::Slos));
    assert_eq!(slos.verdict(), Verdict::Unsure, "no such source here");
}

#[test]
fn nothing_is_told_before_the_first_answers() {
    let mut model = quiet(Lang::En);
    model.links.insert(SourceId::Pods, Link::Connecting);
    assert!(!has_answered(&model, Scope::Pane(Pane::Pods)));
    assert!(!has_answered(&model, Scope::All));
    let away = failed(TroubleKind::Unreachable, "refused", 10, 5);
    model.links.insert(SourceId::Pods, away);
    assert!(has_answered(&model, Scope::Pane(Pane::Pods)));
}

#[test]
fn only_what_changed_is_told_again() {
    let mut model = trouble(Lang::En);
    let before = Snapshot::of(&model, Scope::All);
    let later = crate::domain::time::Moment::new(
        model.now.wall + std::time::Duration::from_secs(2),
        model.now.mono + std::time::Duration::from_secs(2),
    );
    model.set_now(later);
    let after = Snapshot::of(&model, Scope::All);
    assert_ne!(before.as_of, after.as_of);
    assert!(before.says_the_same(&after), "it only grew older");
    let queue = model.board.queues.first_mut().expect("there is one");
    queue.state.depth = Some(12_345.0);
    assert!(!before.says_the_same(&Snapshot::of(&model, Scope::All)));
}
