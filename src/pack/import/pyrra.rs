//! `ServiceLevelObjective`s of pyrra.

use serde_json::Value;

use super::{Document, Imported, Slo, Taken, Why, in_cluster, period, text_of, title_of};

/// One object.
pub(super) fn slo(imported: &mut Imported, document: &Document) {
    let content = &document.content;
    let (metadata, spec) = (&content["metadata"], &content["spec"]);
    let name = text_of(metadata, "name").unwrap_or_else(|| "unnamed".to_owned());
    let what = format!("ServiceLevelObjective {name}");
    let target = text_of(spec, "target");
    let target = target.and_then(|it| it.trim_end_matches('%').parse::<f64>().ok());
    let Some(objective) = target.filter(|it| *it > 0.0 && *it < 100.0) else {
        return imported.leave(document, &what, Why::NoShare);
    };
    let Queries {
        errors,
        total,
        metrics,
    } = match queries(&spec["indicator"]) {
        Ok(queries) => queries,
        Err(why) => return imported.leave(document, &what, why),
    };
    let mut taken = Taken::of(&["apiVersion", "kind", "metadata.name", "spec.target"]);
    for metric in metrics {
        taken.add(format!("spec.indicator.{metric}"));
    }
    let window = text_of(spec, "window").unwrap_or_default();
    let known = period(&window);
    if known.is_some() {
        taken.add("spec.window");
    } else if window.is_empty() {
        let why = Why::Period("-".to_owned());
        imported.leave(document, &format!("{what}: spec.window"), why);
    }
    let title = text_of(spec, "description").as_deref().and_then(title_of);
    if title.is_some() {
        taken.add("spec.description");
    }
    imported.leave_rest(document, &what, content, &taken, |path, value| {
        let key = path.strip_prefix("spec.").unwrap_or(path);
        match key.split('.').next() {
            Some("window") => Why::Period(window.clone()),
            Some("description") => Why::NoTitle,
            Some("alerting") => Why::AlertsOfTool,
            Some("indicator") if key.ends_with(".grouping") => Why::Grouping,
            _ => in_cluster(path, value),
        }
    });
    let id = imported.id("slo", &name);
    imported.slos.push(Slo {
        id,
        title: title.unwrap_or(name),
        objective,
        period: known.unwrap_or("30d"),
        errors,
        total,
        origin: format!("{}, {what}", document.file),
    });
}

/// The errors and all, over a window, and the keys of the metrics they are made of.
struct Queries {
    errors: String,
    total: String,
    metrics: &'static [&'static str],
}

fn queries(indicator: &Value) -> Result<Queries, Why> {
    let metric = |pointer: &str| {
        indicator
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(|it| it.trim().to_owned())
    };
    let sum = |metric: &str| format!("sum(increase({metric}[$window]))");
    if let (Some(errors), Some(total)) = (
        metric("/ratio/errors/metric"),
        metric("/ratio/total/metric"),
    ) {
        return Ok(Queries {
            errors: none_is_zero(&sum(&errors), &sum(&total)),
            total: sum(&total),
            metrics: &["ratio.errors.metric", "ratio.total.metric"],
        });
    }
    if let (Some(success), Some(total)) = (
        metric("/latency/success/metric"),
        metric("/latency/total/metric"),
    ) {
        let good = none_is_zero(&sum(&success), &sum(&total));
        return Ok(Queries {
            errors: format!("{} - {good}", sum(&total)),
            total: sum(&total),
            metrics: &["latency.success.metric", "latency.total.metric"],
        });
    }
    if let Some(metric) = metric("/bool_gauge/metric") {
        let total = format!("sum(count_over_time({metric}[$window]))");
        return Ok(Queries {
            errors: format!("{total} - sum(sum_over_time({metric}[$window]))"),
            total,
            metrics: &["bool_gauge.metric"],
        });
    }
    Err(if indicator.get("latencyNative").is_some() {
        Why::NativeHistogram
    } else {
        Why::NoIndicator
    })
}

/// A counter that never counted has no series: its zero stands where there is anything at all.
pub(super) fn none_is_zero(count: &str, total: &str) -> String {
    format!("(({count}) or 0 * ({total}))")
}
