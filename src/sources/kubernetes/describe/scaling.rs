//! What sets sizes and limits: autoscalers and quotas.

use serde_json::Value;

use super::{cell, count, fields::Fields, table};
use crate::{
    domain::description::{Block, Label, Mark, Said},
    sources::kubernetes::{
        facts::{array, number, pairs, scalar, text},
        usage,
    },
};

pub(super) fn autoscaler(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    let target =
        text(object, "/spec/scaleTargetRef/kind").zip(text(object, "/spec/scaleTargetRef/name"));
    fields.said(
        Label::Target,
        target.map(|(kind, name)| format!("{kind}/{name}")),
    );
    fields.since(Label::LastScaled, object, "/status/lastScaleTime");
    let (now, wanted) = (
        number(object, "/status/currentReplicas"),
        number(object, "/status/desiredReplicas"),
    );
    let most = number(object, "/spec/maxReplicas");
    let least = object.pointer("/spec/minReplicas").and_then(Value::as_u64);
    // At its limit an autoscaler has stopped helping.
    let at_limit = if wanted >= most {
        Mark::Warn
    } else {
        Mark::Plain
    };
    let cells = vec![
        count(least.unwrap_or(1), Mark::Plain),
        count(most, Mark::Plain),
        count(now, Mark::Plain),
        count(wanted, at_limit),
    ];
    let heads = [Label::Min, Label::Max, Label::Now, Label::Desired];
    let rows = metrics(object);
    vec![
        fields.block(None),
        table(Label::Replicas, &heads, vec![cells]),
        table(
            Label::Metrics,
            &[Label::Metric, Label::Now, Label::Target],
            rows,
        ),
    ]
}

/// Each metric with its value and its target, of the v2 API and of v1's single one.
fn metrics(object: &Value) -> Vec<Vec<Said>> {
    let current: Vec<&Value> = array(object, "/status/currentMetrics").collect();
    let mut rows: Vec<Vec<Said>> = array(object, "/spec/metrics")
        .map(|metric| {
            let kind = text(metric, "/type").unwrap_or_default();
            let place = place(&kind);
            let name = named(metric, place);
            let same = |it: &&&Value| {
                text(it, "/type").as_deref() == Some(&kind) && named(it, place) == name
            };
            let now = current.iter().find(same);
            let now = now.and_then(|it| it.pointer(&format!("/{place}/current")));
            let target = metric.pointer(&format!("/{place}/target"));
            let told = match now.and_then(value) {
                Some(now) => Said::text(now),
                None => Said::marked("?", Mark::Warn),
            };
            vec![Said::text(name), told, cell(target.and_then(value))]
        })
        .collect();
    if let Some(target) = text(object, "/spec/targetCPUUtilizationPercentage") {
        let now = text(object, "/status/currentCPUUtilizationPercentage");
        rows.push(vec![
            Said::text("cpu"),
            cell(now.map(|it| format!("{it}%"))),
            Said::text(format!("{target}%")),
        ]);
    }
    rows
}

/// `ContainerResource` → `containerResource`
fn place(kind: &str) -> &'static str {
    match kind {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        _ => "external",
    }
}

fn named(metric: &Value, place: &str) -> String {
    let own = text(metric, &format!("/{place}/name"));
    let own = own.or_else(|| text(metric, &format!("/{place}/metric/name")));
    let container = text(metric, &format!("/{place}/container"));
    match (own, container) {
        (Some(name), Some(container)) => format!("{name} of {container}"),
        (name, _) => name.unwrap_or_default(),
    }
}

fn value(value: &Value) -> Option<String> {
    let percent = text(value, "/averageUtilization").map(|it| format!("{it}%"));
    let average = text(value, "/averageValue");
    let whole = text(value, "/value");
    percent.or(average).or(whole)
}

pub(super) fn quota(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    let scopes: Vec<String> = array(object, "/spec/scopes").filter_map(scalar).collect();
    fields.said(Label::Scopes, scopes.join(", "));
    let used = pairs(object, "/status/used");
    let rows = pairs(object, "/status/hard")
        .into_iter()
        .map(|(name, hard)| {
            let is = used.iter().find(|(own, _)| *own == name);
            let is = is.map(|(_, value)| value.clone());
            let full = is
                .as_deref()
                .and_then(usage::number)
                .zip(usage::number(&hard));
            let share = full
                .filter(|(_, hard)| *hard > 0.0)
                .map(|(is, hard)| is / hard);
            let mark = match share {
                Some(share) if share >= 1.0 => Mark::Bad,
                Some(share) if share >= 0.9 => Mark::Warn,
                _ => Mark::Plain,
            };
            let percent = share.map(|share| format!("{:.0}%", share * 100.0));
            vec![
                Said::text(name),
                is.map_or_else(|| cell(None), |is| Said::marked(is, mark)),
                Said::text(hard),
                percent.map_or_else(|| cell(None), |it| Said::marked(it, mark)),
            ]
        })
        .collect();
    let heads = [Label::Resource, Label::Used, Label::Hard, Label::Allocated];
    vec![fields.block(None), table(Label::Quota, &heads, rows)]
}
