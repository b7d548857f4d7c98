//! Specs of sloth: its own files, and the objects its operator takes.

use serde_json::Value;

use super::{Document, Imported, Slo, plain, pyrra::none_is_zero, text_of, windowed};

/// A field as the file writes it, or as the object does.
fn either(value: &Value, snake: &str, camel: &str) -> Option<String> {
    text_of(value, snake).or_else(|| text_of(value, camel))
}

/// The SLOs of one service.
pub(super) fn slos(imported: &mut Imported, document: &Document, spec: &Value) {
    let service = text_of(spec, "service").unwrap_or_else(|| "service".to_owned());
    let Some(slos) = spec["slos"].as_array() else {
        imported.leave(document, &service, "there is no list `slos`");
        return;
    };
    for slo in slos {
        let name = text_of(slo, "name").unwrap_or_else(|| "unnamed".to_owned());
        let what = format!("SLO {service}/{name}");
        let Some(objective) = slo["objective"]
            .as_f64()
            .filter(|it| (0.0..100.0).contains(it))
        else {
            imported.leave(document, &what, "its objective is no share in per cent");
            continue;
        };
        if slo["alerting"].as_object().is_some_and(|it| !it.is_empty()) {
            let why = "the alerts sloth makes stay in Prometheus; import the rules it generated to have them in the pack";
            imported.leave(document, &format!("{what}: alerting"), why);
        }
        let events = &slo["sli"]["events"];
        let query = |snake, camel| either(events, snake, camel).and_then(|it| windowed(&it));
        let queries = (
            query("error_query", "errorQuery"),
            query("total_query", "totalQuery"),
        );
        let (Some(errors), Some(total)) = queries else {
            let why = if events.is_object() {
                "its queries have no `{{.window}}` to read them over others"
            } else {
                "a raw ratio or a plugin says no count of all events, of which a budget is made"
            };
            imported.leave(document, &what, why);
            continue;
        };
        let id = imported.id("slo", &format!("{service}-{name}"));
        let title = text_of(slo, "description")
            .and_then(|it| plain(&it))
            .filter(|it| !it.contains('\n'));
        imported.slos.push(Slo {
            id,
            title: title.unwrap_or_else(|| format!("{service} {name}")),
            objective,
            // The budget of sloth is of 30 days unless its own settings say otherwise.
            period: "30d",
            errors: none_is_zero(&errors, &total),
            total,
        });
    }
}
