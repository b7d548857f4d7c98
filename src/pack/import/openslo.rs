//! `OpenSLO`, version 1: SLOs with their indicator, or with the name of one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Document, Imported, Slo, Taken, Why, in_cluster, is_indicator, object, period,
    pyrra::none_is_zero, text_of, title_of, windowed,
};

/// The indicators that stand in documents of their own, by name.
pub(super) fn indicators(documents: &[Document]) -> BTreeMap<String, Value> {
    let own = documents.iter().filter(|it| is_indicator(it));
    own.filter_map(|it| {
        Some((
            text_of(&it.content["metadata"], "name")?,
            it.content["spec"].clone(),
        ))
    })
    .collect()
}

/// What of an indicator that stands by itself no objective took.
pub(super) fn indicator(imported: &mut Imported, document: &Document, used: &BTreeSet<String>) {
    let (what, content) = (object(document), &document.content);
    let name = text_of(&content["metadata"], "name").unwrap_or_default();
    let queries = queries(&content["spec"]["ratioMetric"]);
    let Some(queries) = queries.ok().filter(|_| used.contains(&name)) else {
        return imported.leave(document, &what, Why::UnusedIndicator);
    };
    let mut taken = Taken::of(&["apiVersion", "kind", "metadata.name"]);
    queries.taken("spec.ratioMetric", &mut taken);
    imported.leave_rest(document, &what, content, &taken, why);
}

/// Why a key of an objective or an indicator is left.
fn why(path: &str, value: &Value) -> Why {
    match path.rsplit('.').next() {
        Some("alertPolicies") => Why::AlertsOfTool,
        Some("budgetingMethod") => Why::Budgeting,
        Some("metricSourceRef") => Why::OwnSource,
        Some("isRolling" | "startTime" | "timeZone") => Why::Calendar,
        _ => in_cluster(path, value),
    }
}

/// One SLO; each of its objectives is one of the pack.
pub(super) fn slo(
    imported: &mut Imported,
    document: &Document,
    indicators: &BTreeMap<String, Value>,
    used: &mut BTreeSet<String>,
) {
    let content = &document.content;
    let spec = &content["spec"];
    let what = object(document);
    let referred = text_of(spec, "indicatorRef");
    let indicator = match &referred {
        Some(name) => indicators.get(name),
        None => spec.pointer("/indicator/spec"),
    };
    let Some(indicator) = indicator else {
        let why = referred.map_or(Why::NoQuery, Why::IndicatorElsewhere);
        return imported.leave(document, &what, why);
    };
    let queries = match queries(&indicator["ratioMetric"]) {
        Ok(queries) => queries,
        Err(why) => return imported.leave(document, &what, why),
    };
    let mut taken = Taken::of(&["apiVersion", "kind", "metadata.name"]);
    if spec["budgetingMethod"] == "Occurrences" {
        taken.add("spec.budgetingMethod");
    }
    let period = window(imported, document, &what, &mut taken);
    let before = imported.slos.len();
    let objectives = spec["objectives"].as_array().into_iter().flatten();
    for (at, content) in objectives.enumerate() {
        let path = format!("spec.objectives[{at}]");
        let of = (&queries, period);
        objective(imported, document, &path, content, of, &mut taken);
    }
    if imported.slos.len() == before {
        return imported.leave(document, &what, Why::NothingOfIt);
    }
    if let Some(name) = referred {
        used.insert(name);
        taken.add("spec.indicatorRef");
    } else {
        queries.taken("spec.indicator.spec.ratioMetric", &mut taken);
    }
    imported.leave_rest(document, &what, content, &taken, why);
}

/// One of its objectives, by these queries and over this period.
fn objective(
    imported: &mut Imported,
    document: &Document,
    path: &str,
    content: &Value,
    (queries, period): (&Queries, &'static str),
    taken: &mut Taken,
) {
    let (what, metadata) = (object(document), &document.content["metadata"]);
    let Some((key, share)) = target(content) else {
        imported.leave(document, &format!("{what}: {path}"), Why::NoShare);
        taken.add(path);
        return;
    };
    taken.add(format!("{path}.{key}"));
    let titles = [
        (content, format!("{path}.displayName")),
        (metadata, "metadata.displayName".to_owned()),
    ];
    let mut titles = titles
        .into_iter()
        .filter_map(|(of, path)| Some((title_of(&text_of(of, "displayName")?)?, path)));
    let title = titles.next().map(|(title, path)| {
        taken.add(path);
        title
    });
    let name = text_of(metadata, "name").unwrap_or_else(|| "unnamed".to_owned());
    let id = imported.id("slo", &name);
    imported.slos.push(Slo {
        id,
        title: title.unwrap_or(name),
        // A share times a hundred has digits of its own.
        objective: (share * 1e6).round() / 1e6,
        period,
        errors: queries.errors.clone(),
        total: queries.total.clone(),
        origin: format!("{}, {what}", document.file),
    });
}

/// An objective's target in per cent, and the key it stands at.
fn target(objective: &Value) -> Option<(&'static str, f64)> {
    let percent = objective["targetPercent"].as_f64();
    let (key, share) = match (percent, objective["target"].as_f64()) {
        (Some(percent), _) => ("targetPercent", percent),
        (None, share) => ("target", share? * 100.0),
    };
    (share > 0.0 && share < 100.0).then_some((key, share))
}

/// The period of the budget; what a pack has none of is said.
fn window(
    imported: &mut Imported,
    document: &Document,
    what: &str,
    taken: &mut Taken,
) -> &'static str {
    let window = &document.content["spec"]["timeWindow"][0];
    let length = text_of(window, "duration").unwrap_or_default();
    let path = "spec.timeWindow[0]";
    taken.add(format!("{path}.duration"));
    let Some(period) = period(&length) else {
        let why = Why::Period(length);
        imported.leave(document, &format!("{what}: {path}.duration"), why);
        return "30d";
    };
    // Days roll, and months are those of the calendar.
    if window["isRolling"].as_bool() == Some(period == "30d") {
        taken.add(format!("{path}.isRolling"));
    }
    period
}

/// The errors and all, over a window, and the keys below `ratioMetric` that they are made of.
struct Queries {
    errors: String,
    total: String,
    keys: Vec<String>,
}

impl Queries {
    fn taken(&self, path: &str, taken: &mut Taken) {
        for key in &self.keys {
            taken.add(format!("{path}.{key}"));
        }
    }
}

fn queries(ratio: &Value) -> Result<Queries, Why> {
    if !ratio.is_object() {
        return Err(Why::Threshold);
    }
    let counter = ratio["counter"].as_bool().unwrap_or(false);
    let mut keys = Vec::new();
    let mut query = |part: &str| {
        let source = &ratio[part]["metricSource"];
        let kind = text_of(source, "type");
        if let Some(kind) = kind.filter(|it| !it.eq_ignore_ascii_case("prometheus")) {
            return Err(Why::OtherSource(kind));
        }
        let found = ["query", "promql"]
            .into_iter()
            .find_map(|name| Some((name, text_of(&source["spec"], name)?)));
        let Some((name, query)) = found else {
            return Ok(None);
        };
        let mut ready = windowed(&query);
        if ready.is_none() && counter {
            ready = counted(&query);
            keys.push("counter".to_owned());
        }
        keys.push(format!("{part}.metricSource.type"));
        keys.push(format!("{part}.metricSource.spec.{name}"));
        ready.map(Some).ok_or(Why::NoWindow)
    };
    let no_query = if ratio.get("raw").is_some() {
        Why::RawRatio
    } else {
        Why::NoQuery
    };
    let Some(total) = query("total")? else {
        return Err(no_query);
    };
    let errors = if let Some(bad) = query("bad")? {
        none_is_zero(&bad, &total)
    } else {
        let good = query("good")?.ok_or(no_query)?;
        format!("({total}) - {}", none_is_zero(&good, &total))
    };
    Ok(Queries {
        errors,
        total,
        keys,
    })
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
