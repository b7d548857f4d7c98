//! The embedded cluster answers everything that the embedded pack asks, and the pack knows every alert it raises.

use quarterdeck::{
    domain::watchlist::age_id,
    pack::Pack,
    sim::world::{
        resolve,
        scenario::{Model, compile, list, load},
    },
};

fn models() -> impl Iterator<Item = (&'static str, Model)> {
    list().iter().map(|scenario| {
        let model = load(scenario.name).and_then(compile);
        (
            scenario.name,
            model.expect("a scenario that comes with the program can be played"),
        )
    })
}

fn glancy() -> Pack {
    Pack::embedded("glancy")
        .expect("glancy comes with the program")
        .expect("it is valid")
}

#[test]
fn every_query_of_the_pack_has_an_answer() {
    let pack = glancy();
    let list = pack.watchlist();
    for (scenario, model) in models() {
        for probe in &list.probes {
            assert!(
                resolve(&model, probe.id.as_str()).is_ok(),
                "{scenario}: {}",
                probe.id
            );
            let age = age_id(&probe.id);
            assert!(resolve(&model, age.as_str()).is_ok(), "{scenario}: {age}");
        }
        for series in &list.series {
            assert!(
                resolve(&model, series.id.as_str()).is_ok(),
                "{scenario}: {}",
                series.id
            );
        }
    }
}

#[test]
fn every_alert_of_the_cluster_has_a_severity_and_a_clock() {
    let pack = glancy();
    for (scenario, model) in models() {
        assert!(!model.alerts.is_empty());
        for alert in &model.alerts {
            let spec = pack.alert_spec(&alert.name);
            let spec = spec.unwrap_or_else(|| panic!("{scenario}: nobody knows {}", alert.name));
            assert!(spec.respond.is_some(), "{scenario}: {}", alert.name);
        }
    }
}
