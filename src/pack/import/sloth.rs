//! Specs of sloth: its own files, and the objects its operator takes.

use serde_json::Value;

use super::{
    Document, Imported, Slo, Taken, Why, in_cluster, object, pyrra::none_is_zero, text_of,
    title_of, windowed,
};

/// The only version of its own files.
const VERSION: &str = "prometheus/v1";

/// The SLOs of one service.
pub(super) fn slos(imported: &mut Imported, document: &Document, spec: &Value) {
    let service = text_of(spec, "service").unwrap_or_else(|| "service".to_owned());
    let what = format!("service {service}");
    let mut taken = Taken::of(&["service", "slos"]);
    if spec["version"] == VERSION {
        taken.add("version");
    }
    imported.leave_rest(document, &what, spec, &taken, |path, value| match path {
        "version" => Why::Version(VERSION),
        _ => in_cluster(path, value),
    });
    let Some(slos) = spec["slos"].as_array() else {
        imported.leave(document, &what, Why::NoList);
        return;
    };
    for content in slos {
        slo(imported, document, &service, content);
    }
}

/// A query by the names the file and the object give it; which of them it has.
fn query(events: &Value, names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names
        .into_iter()
        .find_map(|name| Some((name, windowed(&text_of(events, name)?)?)))
}

fn slo(imported: &mut Imported, document: &Document, service: &str, content: &Value) {
    let name = text_of(content, "name").unwrap_or_else(|| "unnamed".to_owned());
    let what = format!("SLO {service}/{name}");
    let objective = content["objective"].as_f64();
    let Some(objective) = objective.filter(|it| *it > 0.0 && *it < 100.0) else {
        return imported.leave(document, &what, Why::NoShare);
    };
    let events = &content["sli"]["events"];
    let (Some((bad, errors)), Some((all, total))) = (
        query(events, ["error_query", "errorQuery"]),
        query(events, ["total_query", "totalQuery"]),
    ) else {
        let has = |names: [&str; 2]| names.iter().any(|name| events.get(name).is_some());
        let why = if !events.is_object() {
            Why::RawRatio
        } else if has(["error_query", "errorQuery"]) && has(["total_query", "totalQuery"]) {
            Why::NoWindow
        } else {
            Why::NoQuery
        };
        return imported.leave(document, &what, why);
    };
    let mut taken = Taken::of(&["name", "objective"]);
    for query in [bad, all] {
        taken.add(format!("sli.events.{query}"));
    }
    let description = text_of(content, "description");
    let title = description.as_deref().and_then(title_of);
    if title.is_some() {
        taken.add("description");
    }
    imported.leave_rest(document, &what, content, &taken, |path, _| {
        match path.split('.').next() {
            Some("description") => Why::NoTitle,
            Some("alerting") => Why::AlertsOfTool,
            _ => Why::NoPlace,
        }
    });
    let id = imported.id("slo", &format!("{service}-{name}"));
    let of = [document.file.clone(), object(document), what];
    let of: Vec<String> = of.into_iter().filter(|it| !it.is_empty()).collect();
    imported.slos.push(Slo {
        id,
        title: title.unwrap_or_else(|| format!("{service} {name}")),
        objective,
        // The budget of sloth is of 30 days unless its own settings say otherwise.
        period: "30d",
        errors: none_is_zero(&errors, &total),
        total,
        origin: of.join(", "),
    });
}
