//! Prometheus, and what it scrapes.

use quarterdeck::{
    app::model::Model,
    domain::{
        departure::Cause,
        freshness::{Reading, SourceId},
        light::Light,
    },
    pack::Pack,
};

use super::desk::{Desk, cause, fires, is_live};
use crate::harness::{Bed, Exporter};

/// One value, good from 1 on, and a light by it.
fn pack() -> Pack {
    Pack::parse(&[
        (
            "pack.toml",
            "[pack]\nid = \"bed\"\ntitle = \"Bed\"\ntime_zone = \"UTC\"\n",
        ),
        (
            "probes.toml",
            "[probe.value]\npromql = 'max(bed_value)'\nsource = 'up{job=\"value\"}'\n",
        ),
        (
            "watch.toml",
            "[gauge.value]\ntitle = \"value\"\nprobe = \"value\"\ngood = \">= 1\"\n\n\
             [light.release]\ntitle = \"release\"\nred = [\"gauge('value').value < 1.0\"]\n",
        ),
    ])
    .unwrap_or_else(|errors| panic!("{errors}"))
}

fn light(model: &Model) -> Light {
    let first = model.board.lights.first();
    first.map_or(Light::Unknown, |state| state.light)
}

fn gauge(model: &Model) -> Option<Light> {
    model.board.gauges.first()?.judged()
}

#[tokio::test]
async fn gone_and_back_and_back_without_its_data() {
    let bed = Bed::alone("prometheus", &["prometheus-old"]);
    let mut exporter = Exporter::new(&bed, "value", "bed_value 5\n").await;
    let mut desk = Desk::new(pack(), Some(bed.place("PROMETHEUS_OLD_URL")), &[]);
    desk.until("a green light", |model| light(model) == Light::Green)
        .await;
    assert_eq!(gauge(&desk.model), Some(Light::Green));

    bed.part("kill", &["prometheus-old"]);
    desk.until("that it is gone, and nothing green", |model| {
        model.link(SourceId::Prometheus).trouble().is_some()
            && model.link(SourceId::Rules).trouble().is_some()
            && light(model) == Light::Unknown
    })
    .await;
    let line = &desk.model.board.gauges[0];
    assert!(line.stale, "{line:?}");
    assert_eq!(line.judged(), Some(Light::Unknown));
    assert_eq!(line.state.value, Some(5.0), "what was known is kept");

    exporter.say("bed_value 6\n");
    bed.part("start", &["prometheus-old"]);
    desk.until("the new value, live", |model| {
        is_live(model, SourceId::Prometheus)
            && model.board.gauges[0].state.value == Some(6.0)
            && light(model) == Light::Green
    })
    .await;

    // It comes back and has forgotten all, and nothing is there to be scraped.
    bed.part("kill", &["prometheus-old"]);
    exporter.dies();
    bed.part("forget", &["prometheus-old"]);
    desk.until("nothing green", |model| light(model) == Light::Unknown)
        .await;
    bed.part("start", &["prometheus-old"]);
    desk.until("that there is no data", |model| {
        is_live(model, SourceId::Prometheus)
            && matches!(model.board.gauges[0].reading, Reading::NoData)
            && light(model) == Light::Unknown
    })
    .await;
    assert_eq!(gauge(&desk.model), Some(Light::Unknown));
    assert_eq!(desk.model.board.gauges[0].state.value, None);

    drop(exporter);
    let _again = Exporter::new(&bed, "value", "bed_value 7\n").await;
    desk.until("a green light", |model| light(model) == Light::Green)
        .await;
}

#[tokio::test]
async fn why_an_alert_left() {
    let bed = Bed::alone("left", &["alertmanager-a", "alertmanager-b", "prometheus"]);
    let peers = [
        bed.place("ALERTMANAGER_A_URL"),
        bed.place("ALERTMANAGER_B_URL"),
    ];
    let mut desk = Desk::new(pack(), Some(bed.place("PROMETHEUS_URL")), &peers);
    let sick = |model: &Model| fires(model, "BedSick") && is_live(model, SourceId::Alertmanager);
    let mut exporter = Exporter::new(&bed, "sick", "bed_sick 1\n").await;
    desk.until("the alert", sick).await;

    exporter.say("bed_sick 0\n");
    desk.until("that it recovered", |model| {
        cause(model, "BedSick") == Some(Cause::Recovered)
    })
    .await;
    assert!(!fires(&desk.model, "BedSick"));

    exporter.say("bed_sick 1\n");
    desk.until("the alert again", sick).await;
    exporter.dies();
    desk.until("that it left", |model| !fires(model, "BedSick"))
        .await;
    assert_eq!(cause(&desk.model, "BedSick"), Some(Cause::Unknown));
    desk.until("that its data is lost", |model| {
        cause(model, "BedSick") == Some(Cause::DataLost)
    })
    .await;

    // The target itself goes: `up` ends with its series.
    drop(exporter);
    let other = Exporter::new(&bed, "other", "bed_sick 1\n").await;
    desk.until("the alert of another", sick).await;
    drop(other);
    desk.until("that it left", |model| !fires(model, "BedSick"))
        .await;
    desk.until("that its data is lost", |model| {
        cause(model, "BedSick") == Some(Cause::DataLost)
    })
    .await;
}
