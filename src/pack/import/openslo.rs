//! `OpenSLO`, version 1: SLOs with their indicator, or with the name of one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Document, Imported, Slo, period, plain, pyrra::none_is_zero, text_of, windowed};

/// The indicators that stand in documents of their own, by name.
pub(super) fn indicators(documents: &[Document]) -> BTreeMap<String, Value> {
    let own = documents.iter().filter(|it| it.content["kind"] == "SLI");
    own.filter_map(|it| {
        Some((
            text_of(&it.content["metadata"], "name")?,
            it.content["spec"].clone(),
        ))
    })
    .collect()
}

/// One SLO; each of its objectives is one of the pack.
pub(super) fn slo(
    imported: &mut Imported,
    document: &Document,
    indicators: &BTreeMap<String, Value>,
) {
    let (metadata, spec) = (&document.content["metadata"], &document.content["spec"]);
    let name = text_of(metadata, "name").unwrap_or_else(|| "unnamed".to_owned());
    let what = format!("SLO {name}");
    let referred = text_of(spec, "indicatorRef");
    let indicator = match &referred {
        Some(name) => indicators.get(name),
        None => spec.pointer("/indicator/spec"),
    };
    let Some(indicator) = indicator else {
        let why = format!(
            "its indicator {} is in none of these files",
            referred.unwrap_or_default()
        );
        return imported.leave(document, &what, &why);
    };
    let (errors, total) = match queries(&indicator["ratioMetric"]) {
        Ok(queries) => queries,
        Err(why) => return imported.leave(document, &what, why),
    };
    let window = &spec["timeWindow"][0];
    let length = text_of(window, "duration").unwrap_or_default();
    let period = period(&length).unwrap_or_else(|| {
        let why = format!("a pack reads budgets over a month or 30 days, not over {length:?}: it is read over 30 days");
        imported.leave(document, &format!("{what}: timeWindow"), &why);
        "30d"
    });
    for (field, why) in [
        (
            "alertPolicies",
            "alerts of an SLO stay where they are evaluated",
        ),
        ("budgetingMethod", "a pack counts occurrences"),
    ] {
        let given = &spec[field];
        let said = !given.is_null()
            && given != "Occurrences"
            && given.as_array().is_none_or(|it| !it.is_empty());
        if said {
            imported.leave(document, &format!("{what}: {field}"), why);
        }
    }
    for objective in spec["objectives"].as_array().into_iter().flatten() {
        let percent = objective["targetPercent"].as_f64();
        let target = percent.or_else(|| objective["target"].as_f64().map(|it| it * 100.0));
        let Some(share) = target.filter(|it| *it > 0.0 && *it < 100.0) else {
            imported.leave(document, &what, "an objective's target is no share");
            continue;
        };
        let title = text_of(objective, "displayName").or_else(|| text_of(metadata, "displayName"));
        let id = imported.id("slo", &name);
        imported.slos.push(Slo {
            id,
            title: title
                .and_then(|it| plain(&it))
                .unwrap_or_else(|| name.clone()),
            // A share times a hundred has digits of its own.
            objective: (share * 1e6).round() / 1e6,
            period,
            errors: errors.clone(),
            total: total.clone(),
        });
    }
}

/// The errors and all, over a window.
fn queries(ratio: &Value) -> Result<(String, String), &'static str> {
    if !ratio.is_object() {
        return Err("a threshold says no share of events, of which a budget is made");
    }
    let counter = ratio["counter"].as_bool().unwrap_or(false);
    let query = |part: &str| {
        let spec = &ratio[part]["metricSource"]["spec"];
        let query = text_of(spec, "query").or_else(|| text_of(spec, "promql"))?;
        windowed(&query).or_else(|| counter.then(|| counted(&query))?)
    };
    let why = "its queries have no window, and are no counters that one could be put to";
    let total = query("total").ok_or(why)?;
    if let Some(bad) = query("bad") {
        return Ok((none_is_zero(&bad, &total), total));
    }
    let good = query("good").ok_or(why)?;
    Ok((format!("{total} - {}", none_is_zero(&good, &total)), total))
}

/// The increase of a counter, where a query is nothing but a selector or its sum.
fn counted(query: &str) -> Option<String> {
    let query = query.trim();
    let inner = query
        .strip_prefix("sum(")
        .and_then(|it| it.strip_suffix(')'))
        .unwrap_or(query)
        .trim();
    let (name, labels) = inner.split_once('{').unwrap_or((inner, "}"));
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
    let is_selector =
        is_name && labels.ends_with('}') && !labels[..labels.len() - 1].contains(['(', '[', '}']);
    is_selector.then(|| format!("sum(increase({inner}[$window]))"))
}
