//! `ServiceLevelObjective`s of pyrra.

use serde_json::Value;

use super::{Document, Imported, Slo, period, plain, text_of};

/// One object.
pub(super) fn slo(imported: &mut Imported, document: &Document) {
    let (metadata, spec) = (&document.content["metadata"], &document.content["spec"]);
    let name = text_of(metadata, "name").unwrap_or_else(|| "unnamed".to_owned());
    let what = format!("SLO {name}");
    let target = match &spec["target"] {
        Value::String(text) => text.trim_end_matches('%').parse::<f64>().ok(),
        other => other.as_f64(),
    };
    let Some(objective) = target.filter(|it| *it > 0.0 && *it < 100.0) else {
        imported.leave(document, &what, "its target is no share in per cent");
        return;
    };
    let (errors, total) = match queries(&spec["indicator"]) {
        Ok(queries) => queries,
        Err(why) => return imported.leave(document, &what, why),
    };
    for kind in ["ratio", "latency", "bool_gauge"] {
        let grouping = &spec["indicator"][kind]["grouping"];
        if grouping.as_array().is_some_and(|it| !it.is_empty()) {
            let why = "a pack has one budget for all groups together";
            imported.leave(document, &format!("{what}: grouping"), why);
        }
    }
    let window = text_of(spec, "window").unwrap_or_default();
    let period = period(&window).unwrap_or_else(|| {
        let why = format!("a pack reads budgets over a month or 30 days, not over {window:?}: it is read over 30 days");
        imported.leave(document, &format!("{what}: window"), &why);
        "30d"
    });
    let title = text_of(spec, "description")
        .and_then(|it| plain(&it))
        .filter(|it| !it.contains('\n'));
    let id = imported.id("slo", &name);
    let title = title.unwrap_or(name);
    imported.slos.push(Slo {
        id,
        title,
        objective,
        period,
        errors,
        total,
    });
}

/// The errors and all, over a window.
fn queries(indicator: &Value) -> Result<(String, String), &'static str> {
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
        return Ok((none_is_zero(&sum(&errors), &sum(&total)), sum(&total)));
    }
    if let (Some(success), Some(total)) = (
        metric("/latency/success/metric"),
        metric("/latency/total/metric"),
    ) {
        return Ok((
            format!(
                "{} - {}",
                sum(&total),
                none_is_zero(&sum(&success), &sum(&total))
            ),
            sum(&total),
        ));
    }
    if let Some(metric) = metric("/bool_gauge/metric") {
        let total = format!("sum(count_over_time({metric}[$window]))");
        return Ok((
            format!("{total} - sum(sum_over_time({metric}[$window]))"),
            total,
        ));
    }
    if indicator.get("latencyNative").is_some() {
        return Err("the share of a native histogram is not carried");
    }
    Err("it names no ratio, latency or bool gauge")
}

/// A counter that never counted has no series: its zero stands where there is anything at all.
pub(super) fn none_is_zero(count: &str, total: &str) -> String {
    format!("({count} or 0 * {total})")
}
