//! A demo reads the embedded cluster and nothing else, whatever a person has set up for real ones.

use super::{
    diagnostic::{Diagnostic, Say},
    kind::Value,
    layer::Layer,
    path::KeyPath,
};

/// Keys that name a server or what is read of one.
const WORLD: [&str; 8] = [
    "desks",
    "kubeconfig",
    "context",
    "namespaces",
    "all_namespaces",
    "discover",
    "prometheus",
    "alertmanager",
];

/// In a demo only the layer that holds the mark may say where to read, and only this machine. Everything else that a
/// person has set up for real clusters is left out, wherever it was said.
pub(super) fn keep_to_the_demo(layers: &mut [Layer], demo: bool) -> Vec<Diagnostic> {
    let mark = KeyPath::dotted("demo.serve");
    let marked = layers
        .iter()
        .rposition(|layer| layer.entries.contains_key(&mark));
    if marked.is_none() && !demo {
        return Vec::new();
    }
    let of_world = |path: &KeyPath| {
        path.parts()
            .first()
            .is_some_and(|first| WORLD.contains(&first.as_str()))
    };
    for (index, layer) in layers.iter_mut().enumerate() {
        if Some(index) != marked {
            layer
                .entries
                .retain(|path, entry| entry.place.is_none() || !of_world(path));
            layer.tables.retain(|path, _| !of_world(path));
        }
    }
    let Some(layer) = marked.and_then(|index| layers.get(index)) else {
        return Vec::new();
    };
    let away = layer.entries.iter().filter(|(path, entry)| {
        (of_world(path) || **path == mark) && urls(&entry.value).any(|url| !on_this_machine(url))
    });
    away.map(|(path, entry)| {
        let found = Diagnostic::new(Say::new("config-demo-elsewhere").arg("key", path.to_string()));
        entry
            .place
            .clone()
            .map_or(found.clone(), |place| found.at(place))
    })
    .collect()
}

fn urls(value: &Value) -> impl Iterator<Item = &str> {
    let texts: Vec<&str> = match value {
        Value::Text(text) => vec![text],
        Value::List(texts) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().filter(|text| text.contains("://"))
}

fn on_this_machine(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
        host.strip_prefix(here)
            .is_some_and(|port| port.is_empty() || port.starts_with(':'))
    })
}
