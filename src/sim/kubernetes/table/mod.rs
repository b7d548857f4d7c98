//! Objects as table rows, the way kubectl asks for them.

mod plain;
mod pods;
mod workloads;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::json::{list, number, text};
use super::kinds::Res;
use super::output::{Include, partial};
use super::store::Entry;

/// A column: its name, its type, and whether it stands in the narrow view.
type Column = (&'static str, &'static str, bool);

const NAME: Column = ("Name", "string", true);
const AGE: Column = ("Age", "string", true);

/// How to show one kind.
struct View {
    columns: &'static [Column],
    cells: fn(&Value, Timestamp) -> Vec<Value>,
}

fn view(res: Res) -> View {
    match res {
        Res::Pods => pods::VIEW,
        Res::Deployments => workloads::DEPLOYMENTS,
        Res::ReplicaSets => workloads::REPLICA_SETS,
        Res::StatefulSets => workloads::STATEFUL_SETS,
        Res::DaemonSets => workloads::DAEMON_SETS,
        Res::Jobs => workloads::JOBS,
        Res::CronJobs => workloads::CRON_JOBS,
        Res::Nodes => plain::NODES,
        Res::Namespaces => plain::NAMESPACES,
        Res::Events => plain::EVENTS,
        Res::Services => plain::SERVICES,
        Res::ConfigMaps => plain::CONFIG_MAPS,
        Res::HorizontalPodAutoscalers => plain::AUTOSCALERS,
        Res::PodDisruptionBudgets => plain::BUDGETS,
        _ => plain::ANYTHING,
    }
}

/// A whole table of rows that exist already.
pub fn table(res: Res, rows: &[Value], with_columns: bool, metadata: &Value) -> Bytes {
    let columns = view(res).columns.iter().map(|(name, kind, narrow)| {
        json!({
            "name": name, "type": kind, "format": if *name == "Name" { "name" } else { "" },
            "description": "", "priority": i32::from(!narrow),
        })
    });
    let columns: Value = if with_columns {
        columns.collect()
    } else {
        Value::Null
    };
    let table = json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": columns, "rows": rows,
    });
    table.to_string().into()
}

/// One object as a row.
pub fn row(entry: &Entry, include: Include, now: Timestamp) -> Value {
    let value = entry.value();
    let mut row = json!({ "cells": (view(entry.res).cells)(&value, now) });
    match include {
        Include::None => {}
        Include::Metadata => row["object"] = partial(entry),
        Include::Object => row["object"] = Value::clone(&value),
    }
    row
}

fn or_none(text: &str) -> Value {
    if text.is_empty() { "<none>" } else { text }.into()
}

fn name(value: &Value) -> Value {
    text(value, "/metadata/name").into()
}

fn age(value: &Value, now: Timestamp) -> Value {
    since(text(value, "/metadata/creationTimestamp"), now).into()
}

/// The time since `from`, as kubectl writes it.
fn since(from: &str, now: Timestamp) -> String {
    let Ok(from) = from.parse::<Timestamp>() else {
        return "<unknown>".to_owned();
    };
    span(now.duration_since(from).as_secs())
}

/// A span of seconds with at most two units, as kubectl writes it.
fn span(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let two = |big: i64, big_unit: &str, small: i64, small_unit: &str| {
        if small == 0 {
            format!("{big}{big_unit}")
        } else {
            format!("{big}{big_unit}{small}{small_unit}")
        }
    };
    match seconds {
        ..=-2 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        120..600 => two(seconds / MINUTE, "m", seconds % MINUTE, "s"),
        600..10_800 => format!("{}m", seconds / MINUTE),
        10_800..28_800 => two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "m"),
        28_800..172_800 => format!("{}h", seconds / HOUR),
        172_800..691_200 => two(seconds / DAY, "d", seconds % DAY / HOUR, "h"),
        691_200..63_072_000 => format!("{}d", seconds / DAY),
        63_072_000..252_288_000 => two(seconds / YEAR, "y", seconds % YEAR / DAY, "d"),
        _ => format!("{}y", seconds / YEAR),
    }
}

/// The containers' names, images and a selector: the wide columns of workloads.
fn wide(spec: &Value, template: &str, now_selector: bool) -> Vec<Value> {
    let containers = list(spec, &format!("{template}/spec/containers"));
    let all = |part: &str| {
        let all: Vec<&str> = containers.iter().map(|c| text(c, part)).collect();
        all.join(",")
    };
    let mut cells: Vec<Value> = vec![all("/name").into(), all("/image").into()];
    if now_selector {
        cells.push(or_none(&labels(&spec["selector"]["matchLabels"])));
    }
    cells
}

fn labels(map: &Value) -> String {
    let pairs = map.as_object().into_iter().flatten();
    let pairs: Vec<String> = pairs
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    pairs.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_kubectl_does() {
        let cases = [
            (5, "5s"),
            (119, "119s"),
            (121, "2m1s"),
            (720, "12m"),
            (11_100, "3h5m"),
            (100_000, "27h"),
            (180_000, "2d2h"),
            (1_000_000, "11d"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(span(seconds), expected);
        }
    }
}
