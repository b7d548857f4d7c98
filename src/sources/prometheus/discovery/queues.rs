//! Queues by the names their exporters give them.

use std::collections::BTreeMap;

use super::{EVERY, MOST, family_arm, probe, rows, selector, slug};
use crate::{
    domain::{
        clean::clean,
        id::QueryId,
        queue::{QueueLimits, QueueSpec},
        text::Text,
        watchlist::Probe,
    },
    sources::prometheus::batch::{Arm, Outcome},
};

/// The series one exporter writes for each queue.
struct Family {
    name: &'static str,
    depth: &'static str,
    /// Labels that tell one queue from another; those an exporter does not write stay empty.
    labels: &'static [&'static str],
    /// Age of the oldest message in seconds, with the same labels.
    oldest: Option<&'static str>,
    /// Counters of messages that came and went, with the same labels.
    flow: Option<(&'static str, &'static str)>,
}

const FAMILIES: [Family; 8] = [
    Family {
        name: "redis-stream",
        depth: "redis_stream_group_lag",
        labels: &["stream", "group"],
        oldest: None,
        flow: None,
    },
    Family {
        name: "redis-key",
        depth: "redis_key_size",
        labels: &["db", "key"],
        oldest: None,
        flow: None,
    },
    Family {
        name: "rabbitmq",
        depth: "rabbitmq_queue_messages_ready",
        labels: &["vhost", "queue"],
        oldest: None,
        flow: Some((
            "rabbitmq_queue_messages_published_total",
            "rabbitmq_queue_messages_acked_total",
        )),
    },
    Family {
        name: "kafka",
        depth: "kafka_consumergroup_lag",
        labels: &["consumergroup", "topic"],
        oldest: None,
        flow: None,
    },
    Family {
        name: "rocketmq",
        depth: "rocketmq_message_accumulation",
        labels: &["group", "topic"],
        oldest: None,
        flow: None,
    },
    Family {
        name: "sqs",
        depth: "aws_sqs_approximate_number_of_messages_visible_average",
        labels: &["dimension_QueueName", "queue_name"],
        oldest: Some("aws_sqs_approximate_age_of_oldest_message_maximum"),
        flow: None,
    },
    Family {
        name: "sidekiq",
        depth: "sidekiq_queue_size",
        labels: &["name", "queue"],
        oldest: Some("sidekiq_queue_latency_seconds"),
        flow: None,
    },
    Family {
        name: "celery",
        depth: "celery_queue_length",
        labels: &["queue_name", "queue"],
        oldest: None,
        flow: None,
    },
];

/// One cheap question for each family: its deepest queues.
pub(super) fn arms() -> Vec<Arm> {
    FAMILIES
        .iter()
        .map(|family| {
            let labels = family.labels.join(", ");
            family_arm(
                family.name,
                &format!("topk({MOST}, sum by ({labels}) ({}))", family.depth),
            )
        })
        .collect()
}

/// The queues that were found, with what to read of each. No limits: nobody stated any.
pub(super) fn read(outcome: &Outcome) -> (Vec<QueueSpec>, Vec<Probe>) {
    let mut specs = Vec::new();
    let mut probes = Vec::new();
    for family in &FAMILIES {
        for row in rows(outcome, family.name) {
            let labels: BTreeMap<&str, &str> = family
                .labels
                .iter()
                .filter_map(|name| Some((*name, row.metric.get(*name)?.as_str())))
                .filter(|(_, value)| !value.is_empty())
                .collect();
            if !labels.is_empty() {
                specs.push(queue(family, &labels, &mut probes));
            }
        }
    }
    specs.sort_by(|a, b| a.id.cmp(&b.id));
    (specs, probes)
}

fn queue(family: &Family, labels: &BTreeMap<&str, &str>, probes: &mut Vec<Probe>) -> QueueSpec {
    let values: Vec<&str> = family
        .labels
        .iter()
        .filter_map(|name| labels.get(name).copied())
        .collect();
    let id = format!("{}/{}", family.name, slug(&values));
    let depth_series = selector(family.depth, labels);
    let mut add = |what: &str, expr: String| -> QueryId {
        let query: QueryId = format!("generic/queue/{id}/{what}").into();
        probes.push(probe(query.clone(), expr, depth_series.clone(), EVERY));
        query
    };
    let depth = add("depth", format!("sum({depth_series})"));
    let oldest = family
        .oldest
        .map(|metric| add("oldest", format!("max({})", selector(metric, labels))));
    let rate = |metric: &str| format!("sum(rate({}[5m]))", selector(metric, labels));
    let rates = family
        .flow
        .map(|(came, went)| (add("in", rate(came)), add("out", rate(went))));
    let (rate_in, rate_out) = rates.unzip();
    QueueSpec {
        title: Text::Same(clean(&values.join(" ")).into_owned()),
        depth,
        oldest,
        rate_in,
        rate_out,
        warn: QueueLimits::default(),
        red: QueueLimits::default(),
        id: id.into(),
    }
}
