//! What a handover says of the world as it is seen now: lights, numbers, alerts, silences.

use super::{
    draft::Writer,
    sections::{AlertWords, HookWords, LightWords, NearWords, Section, SilenceWords, ValueWords},
};
use crate::{
    app::{
        condition::is_denied,
        model::{AlertLine, Model},
        running::actor,
        snapshot::{Entry, What},
        triaging,
    },
    domain::{
        freshness::{Link, SourceId},
        gauge::Unit,
        light::Light,
        limit::Limit,
        text::Text,
    },
};

pub(super) const fn light_id(light: Light) -> &'static str {
    match light {
        Light::Green => "green",
        Light::Yellow => "yellow",
        Light::Unknown => "unknown",
        Light::Red => "red",
    }
}

/// `0.83×`, `99.93 %`, `2413`.
fn figure(value: f64, unit: Unit) -> String {
    let plain = |value: f64| {
        let text = format!("{value:.3}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        text.to_owned()
    };
    match unit {
        Unit::None | Unit::Count | Unit::Bytes => plain(value),
        Unit::Seconds => format!("{} s", plain(value)),
        Unit::Share => format!("{} %", plain(value * 100.0)),
        Unit::Times => format!("{}×", plain(value)),
        Unit::PerSecond => format!("{}/s", plain(value)),
    }
}

fn value(value: Option<f64>, unit: Unit) -> String {
    let finite = value.filter(|value| value.is_finite());
    finite.map_or_else(|| "?".to_owned(), |value| figure(value, unit))
}

pub(super) fn hooks(writer: &Writer<'_>) -> Vec<HookWords> {
    let model = writer.model;
    let of = |entry: &Entry| {
        let What::Hook(hook) = &entry.what else {
            return None;
        };
        let state = model.board.hooks.iter().find(|it| it.id == hook.id)?;
        let spec = model.pack.hooks().find(|spec| spec.id == hook.id)?;
        Some(HookWords {
            id: hook.id.to_string(),
            title: writer.pen.title(&state.title, hook.id.as_str()),
            light: light_id(entry.light.unwrap_or(Light::Unknown)),
            values: (hook.observed.iter())
                .map(|it| ValueWords {
                    name: it.name.clone(),
                    value: value(it.value, spec.unit(&it.name)),
                })
                .collect(),
        })
    };
    writer.board.iter().filter_map(of).collect()
}

pub(super) fn lights(writer: &Writer<'_>) -> Vec<LightWords> {
    let model = writer.model;
    let of = |entry: &Entry| {
        let What::Light(light) = &entry.what else {
            return None;
        };
        let state = model.board.lights.iter().find(|it| it.id == light.id)?;
        Some(LightWords {
            id: light.id.to_string(),
            title: writer.pen.title(&state.title, light.id.as_str()),
            light: light_id(entry.light.unwrap_or(Light::Unknown)),
        })
    };
    writer.board.iter().filter_map(of).collect()
}

/// A limit in the unit of what it limits.
fn told(limit: Limit, unit: Unit) -> String {
    let at = |edge: f64| figure(edge, unit);
    match limit {
        Limit::Above(edge) => format!("> {}", at(edge)),
        Limit::AtLeast(edge) => format!(">= {}", at(edge)),
        Limit::Below(edge) => format!("< {}", at(edge)),
        Limit::AtMost(edge) => format!("<= {}", at(edge)),
        Limit::Between(low, high) => format!("{} .. {}", at(low), at(high)),
    }
}

/// What is not green of the numbers, each with its limit: what is near to it goes into the handover.
pub(super) fn near(writer: &Writer<'_>) -> Vec<NearWords> {
    let model = writer.model;
    let board = &model.board;
    let of = |entry: &Entry| {
        let light = entry.light.filter(|light| *light != Light::Green)?;
        let near = |kind, id: &str, title: &Text, value: String, limit: String| NearWords {
            kind,
            id: id.to_owned(),
            title: writer.pen.title(title, id),
            light: light_id(light),
            value,
            limit,
        };
        Some(match &entry.what {
            What::Slo(slo) => {
                let line = board.slos.iter().find(|it| it.spec.id == slo.id)?;
                let limit = format!(">= {}", figure(slo.objective, Unit::Share));
                let good = value(slo.good, Unit::Share);
                near("slo", slo.id.as_str(), &line.spec.title, good, limit)
            }
            What::Gauge(gauge) => {
                let line = board.gauges.iter().find(|it| it.spec.id == gauge.id)?;
                let limit = gauge.limit.map(|limit| told(limit, gauge.unit));
                let now = value(gauge.value, gauge.unit);
                let limit = limit.unwrap_or_default();
                near("gauge", gauge.id.as_str(), &line.spec.title, now, limit)
            }
            What::Queue(queue) => {
                let line = board.queues.iter().find(|it| it.spec.id == queue.id)?;
                let limit = queue.depth_limit.map(|limit| told(limit, Unit::Count));
                let depth = value(queue.depth, Unit::Count);
                let limit = limit.unwrap_or_default();
                near("queue", queue.id.as_str(), &line.spec.title, depth, limit)
            }
            _ => return None,
        })
    };
    writer.board.iter().filter_map(of).collect()
}

/// Whether what Alertmanager tells is all there is now; else why not.
pub(super) fn alerts_told(model: &Model) -> Result<(), &'static str> {
    match model.link(SourceId::Alertmanager) {
        Link::Live { .. } if model.alerts.filled => Ok(()),
        Link::Partial { .. } if model.alerts.filled => Err("partial"),
        Link::Absent => Err("absent"),
        Link::Failed { trouble, .. } if is_denied(trouble) => Err("denied"),
        Link::Failed { .. } => Err("away"),
        Link::Connecting | Link::Live { .. } | Link::Partial { .. } => Err("waiting"),
    }
}

fn section<T>(told: Result<(), &'static str>, items: Vec<T>) -> Section<T> {
    Section {
        known: told.is_ok(),
        why: told.err().unwrap_or_default(),
        items,
    }
}

/// Alerts that call, those first that nobody has seen.
pub(super) fn alerts(writer: &Writer<'_>) -> Section<AlertWords> {
    let model = writer.model;
    let mut calling: Vec<&AlertLine> = model.alerts.alerts.values().collect();
    calling.retain(|line| line.alert.state.calls());
    let seen = |line: &AlertLine| triaging::log(model, line).map(|log| log.acknowledged.is_some());
    calling.sort_by_key(|line| {
        let is_seen = seen(line).unwrap_or_default();
        (is_seen, line.severity, line.alert.starts_at)
    });
    let items = calling.into_iter().map(|line| {
        let log = triaging::log(model, line);
        let seen = log.and_then(|log| log.acknowledged.as_ref());
        // What was said last counts most.
        let remark = log.and_then(|log| log.remarks.last());
        let note = remark.map(|remark| remark.text.as_str());
        let note = note.or_else(|| seen?.note.as_deref());
        let assigned = log.and_then(|log| log.assigned.as_deref());
        AlertWords {
            name: writer.pen.text(&line.alert.name),
            severity: writer.pen.text(&line.severity_word),
            since: writer.pen.time(line.alert.starts_at),
            seen_by: writer
                .pen
                .text(&seen.map(|it| actor(&it.by)).unwrap_or_default()),
            note: writer.pen.text(note.unwrap_or_default()),
            assigned: writer.pen.text(assigned.unwrap_or_default()),
        }
    });
    section(alerts_told(model), items.collect())
}

pub(super) fn silences(writer: &Writer<'_>) -> Section<SilenceWords> {
    let model = writer.model;
    let told = alerts_told(model);
    let listed = model.silences.as_deref();
    let told = if listed.is_none() && told.is_ok() {
        Err("waiting")
    } else {
        told
    };
    let items = listed.into_iter().flatten().map(|line| {
        let silence = &line.silence;
        SilenceWords {
            matchers: writer.pen.text(&silence.shown()),
            until: writer.pen.time(silence.ends_at),
            by: writer.pen.text(&silence.created_by),
            comment: writer.pen.text(&silence.comment),
            hides: line.hides,
        }
    });
    section(told, items.collect())
}
