//! A pair of Alertmanagers that loses one, then both.

use quarterdeck::{
    app::model::Model,
    domain::{
        departure::Cause,
        freshness::{Link, SourceId},
    },
    pack::Pack,
};

use super::desk::{Desk, cause, fires, is_live};
use crate::harness::{Bed, alertmanager::tell};

fn summaries(model: &Model, name: &str) -> Vec<String> {
    let alerts = model.alerts.alerts.values();
    alerts
        .filter(|line| line.alert.name == name)
        .map(|line| line.alert.annotations["summary"].clone())
        .collect()
}

fn lacks_one(model: &Model) -> bool {
    matches!(model.link(SourceId::Alertmanager), Link::Partial { .. })
}

#[tokio::test]
async fn one_of_two_then_both() {
    let bed = Bed::alone("pair", &["alertmanager-a", "alertmanager-b"]);
    let (a, b) = (
        bed.place("ALERTMANAGER_A_URL"),
        bed.place("ALERTMANAGER_B_URL"),
    );
    // One peer has an older view: it lacks an alert, and has another as it was.
    tell(b, "Shared", "as it was").await;
    tell(a, "Shared", "as it is").await;
    tell(a, "OnlyThere", "nobody else was told").await;
    let mut desk = Desk::new(Pack::generic(), None, &[a, b]);
    desk.until("the union", |model| {
        is_live(model, SourceId::Alertmanager)
            && summaries(model, "Shared") == ["as it is"]
            && fires(model, "OnlyThere")
    })
    .await;

    bed.part("kill", &["alertmanager-b"]);
    desk.until("that one is gone", lacks_one).await;
    assert!(fires(&desk.model, "Shared") && fires(&desk.model, "OnlyThere"));
    bed.part("start", &["alertmanager-b"]);
    desk.until("both", |model| is_live(model, SourceId::Alertmanager))
        .await;
    assert!(fires(&desk.model, "Shared") && fires(&desk.model, "OnlyThere"));
    tell(b, "Shared", "as it was told again").await;
    desk.until("what was told last", |model| {
        summaries(model, "Shared") == ["as it was told again"]
    })
    .await;

    // One that hangs holds up nobody.
    bed.part("freeze", &["alertmanager-b"]);
    desk.until("that one is silent", lacks_one).await;
    tell(a, "Meanwhile", "while the other is silent").await;
    desk.until("a new alert", |model| fires(model, "Meanwhile"))
        .await;
    bed.part("thaw", &["alertmanager-b"]);
    desk.until("both", |model| is_live(model, SourceId::Alertmanager))
        .await;

    bed.part("kill", &["alertmanager-a", "alertmanager-b"]);
    desk.until("that both are gone", |model| {
        model.link(SourceId::Alertmanager).trouble().is_some()
    })
    .await;
    assert!(fires(&desk.model, "Shared") && fires(&desk.model, "Meanwhile"));
    assert_eq!(cause(&desk.model, "Shared"), None, "it did not leave");
    // They come back without their alerts, which nobody took for well.
    bed.part("start", &["alertmanager-a", "alertmanager-b"]);
    desk.until("both, with nothing", |model| {
        is_live(model, SourceId::Alertmanager) && !fires(model, "Shared")
    })
    .await;
    assert_eq!(cause(&desk.model, "Shared"), Some(Cause::Unknown));
    tell(b, "Shared", "once more").await;
    desk.until("the alert", |model| fires(model, "Shared"))
        .await;
}
