//! Events of the cluster as rows.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    interner::Interner,
    lite::{Meta, lite, nullable, time},
    rows::{Projected, Scene, Seen, Told},
};
use crate::domain::{
    clean::clean,
    event::EventRow,
    freshness::SourceId,
    id::Uid,
    observation::{Observation, Rows},
};

impl Told for EventRow {
    const SOURCE: SourceId = SourceId::Events;
    const KEPT: Option<usize> = Some(2_000);

    fn uid(&self) -> &Uid {
        &self.uid
    }

    fn age(&self) -> Option<Timestamp> {
        self.last
    }

    fn observation(rows: Rows<Self>) -> Observation {
        Observation::Events(rows)
    }
}

/// An event with what its row needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct EventLite {
    pub metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    pub involved_object: Involved,
    #[serde(rename = "type", deserialize_with = "nullable")]
    kind: String,
    #[serde(deserialize_with = "nullable")]
    pub reason: String,
    #[serde(deserialize_with = "nullable")]
    pub message: String,
    #[serde(deserialize_with = "nullable")]
    count: u32,
    #[serde(deserialize_with = "time")]
    first_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "time")]
    last_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "time")]
    event_time: Option<Timestamp>,
    #[serde(deserialize_with = "nullable")]
    source: Source,
    #[serde(deserialize_with = "nullable")]
    reporting_component: String,
    #[serde(deserialize_with = "nullable")]
    series: Series,
}

lite!(EventLite, k8s_openapi::api::core::v1::Event);

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Involved {
    #[serde(deserialize_with = "nullable")]
    pub kind: String,
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    uid: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Source {
    #[serde(deserialize_with = "nullable")]
    component: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series {
    #[serde(deserialize_with = "nullable")]
    count: u32,
    #[serde(deserialize_with = "time")]
    last_observed_time: Option<Timestamp>,
}

impl EventLite {
    /// Old events have the timestamps, new ones the event time and a series.
    pub fn first(&self) -> Option<Timestamp> {
        let written = self.first_timestamp.or(self.event_time);
        written.or(self.metadata.created)
    }

    pub fn last(&self) -> Option<Timestamp> {
        let times = [self.series.last_observed_time, self.last_timestamp];
        times
            .into_iter()
            .flatten()
            .max()
            .or(self.event_time)
            .or(self.first())
    }

    pub fn row(&self, names: &mut Interner) -> EventRow {
        let from = if self.source.component.is_empty() {
            &self.reporting_component
        } else {
            &self.source.component
        };
        let object = &self.involved_object;
        EventRow {
            uid: self.metadata.uid(),
            namespace: names.name(&self.metadata.namespace),
            kind: names.name(&object.kind),
            name: names.name(&object.name),
            object_uid: (!object.uid.is_empty()).then(|| Uid::new(&*clean(&object.uid))),
            warning: self.kind == "Warning",
            reason: names.name(&self.reason),
            message: clean(&self.message).into_owned(),
            count: self.count.max(self.series.count).max(1),
            first: self.first(),
            last: self.last(),
            from: names.name(from),
        }
    }
}

impl Seen for EventLite {
    type Row = EventRow;

    fn uid(&self) -> Uid {
        self.metadata.uid()
    }

    fn project(self, scene: &mut Scene<'_>) -> Projected<EventRow> {
        self.row(scene.names).into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(event: serde_json::Value) -> EventRow {
        let event: EventLite = serde_json::from_value(event).unwrap();
        event.row(&mut Interner::default())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_event_of_the_kubelet() {
        let event = row(json!({
            "metadata": {"uid": "e", "namespace": "prod", "name": "lookup-1.17a"},
            "involvedObject": {"kind": "Pod", "namespace": "prod", "name": "lookup-1", "uid": "p"},
            "type": "Warning", "reason": "BackOff", "message": "Back-off \u{1b}[31mrestarting", "count": 12,
            "firstTimestamp": "2026-11-20T10:00:00Z", "lastTimestamp": "2026-11-20T10:30:00Z", "eventTime": null,
            "source": {"component": "kubelet", "host": "worker-1"}, "reportingComponent": "kubelet",
        }));
        assert!(event.warning);
        assert_eq!(event.message, "Back-off restarting");
        assert_eq!((event.count, &*event.from), (12, "kubelet"));
        assert_eq!(event.last, Some(at("2026-11-20T10:30:00Z")));
        assert_eq!(event.object_uid, Some("p".into()));
    }

    #[test]
    fn an_event_of_the_newer_kind() {
        let event = row(json!({
            "metadata": {"uid": "e", "namespace": "prod", "creationTimestamp": "2026-11-20T10:00:00Z"},
            "involvedObject": {"kind": "Pod", "name": "lookup-1"},
            "type": "Normal", "reason": "Scheduled", "firstTimestamp": null, "lastTimestamp": null,
            "eventTime": "2026-11-20T10:00:01.000001Z", "reportingComponent": "default-scheduler",
            "series": {"count": 3, "lastObservedTime": "2026-11-20T10:05:00.000000Z"},
        }));
        assert_eq!((event.count, event.warning), (3, false));
        assert_eq!(event.first, Some(at("2026-11-20T10:00:01.000001Z")));
        assert_eq!(event.last, Some(at("2026-11-20T10:05:00Z")));
        assert_eq!(&*event.from, "default-scheduler");
    }
}
