//! Desks of a configuration: which of all that is said holds on the desk that is opened. A desk says all of its sources
//! itself: an address, a token or a header of one is never sent to another's servers.

use std::collections::BTreeMap;

use super::{
    diagnostic::{Diagnostic, Place, Say, SourceKind},
    kind::Value,
    layer::{Entry, Layer},
    merged::Merged,
    path::KeyPath,
    schema,
};
use crate::domain::{
    desk::{DeskChoice, DeskPlace, Namespaces},
    nearest::nearest,
};

/// The layers of one desk, by its name, merged so that each later one wins.
fn of_names(layers: &[Layer]) -> BTreeMap<String, Layer> {
    let mut desks: BTreeMap<String, Layer> = BTreeMap::new();
    for layer in layers {
        for (path, entry) in &layer.entries {
            if let (Some(own), [_, name, ..]) = (schema::of_desk(path), path.parts()) {
                let desk = desks.entry(name.clone()).or_default();
                desk.entries.insert(own, entry.clone());
            }
        }
        for path in layer.tables.keys() {
            if let [desks_table, name] = path.parts()
                && desks_table == schema::DESKS
            {
                desks.entry(name.clone()).or_default();
            }
        }
    }
    desks
}

/// What is wrong within the desks, each as if it were the only one.
pub(super) fn check(layers: &[Layer]) -> Vec<Diagnostic> {
    let desks = of_names(layers);
    let wrong = desks.into_values().flat_map(|desk| {
        let (_, errors) = Merged::of(vec![super::layer::defaults(), desk]);
        errors
    });
    wrong.collect()
}

/// Keeps of the layers what holds on the chosen desk.
pub(super) fn choose(layers: &mut Vec<Layer>, choice: &DeskChoice) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    match &choice.place {
        DeskPlace::Configured => {}
        DeskPlace::Named(name) => {
            let mut desks = of_names(layers);
            let known: Vec<String> = desks.keys().cloned().collect();
            match desks.remove(name) {
                Some(desk) => {
                    forget(layers);
                    layers.push(desk);
                }
                None => errors.push(unknown(name, &known)),
            }
        }
        DeskPlace::Context { context, pack } => {
            forget(layers);
            let mut layer = Layer::default();
            put(&mut layer, "context", Value::Text(context.clone()));
            if let Some(pack) = pack {
                put(&mut layer, "pack", Value::Text(pack.to_string()));
            }
            layers.push(layer);
        }
    }
    if let Some(namespaces) = &choice.namespaces {
        let mut layer = Layer::default();
        match namespaces {
            Namespaces::All => put(&mut layer, "all_namespaces", Value::Flag(true)),
            Namespaces::Some(names) => put(&mut layer, "namespaces", Value::List(names.clone())),
        }
        layers.push(layer);
    }
    errors
}

/// A file of contexts stays: it says where all of them are, not which one is meant.
fn forget(layers: &mut [Layer]) {
    let of_desk = |path: &KeyPath| {
        path.parts()
            .first()
            .is_some_and(|first| first != "kubeconfig" && schema::DESK.contains(&first.as_str()))
    };
    for layer in layers {
        layer
            .entries
            .retain(|path, entry| entry.place.is_none() || !of_desk(path));
        layer.tables.retain(|path, _| !of_desk(path));
    }
}

fn put(layer: &mut Layer, key: &'static str, value: Value) {
    // A choice of the moment has no place in a file; policy still has to know that somebody wants it.
    let place = Place::whole(SourceKind::Flag("desk".to_owned()), &value.toml());
    let entry = Entry {
        value,
        place: Some(place),
        key: None,
    };
    layer.entries.insert(KeyPath::dotted(key), entry);
}

fn unknown(name: &str, known: &[String]) -> Diagnostic {
    let what = Say::new("config-unknown-desk").arg("name", name);
    Diagnostic::new(what).nearest(nearest(name, known.iter().map(String::as_str)))
}

/// The names of the desks that the configuration has, with the context and pack of each.
pub(super) fn named(layers: &[Layer]) -> Vec<NamedDesk> {
    let desks = of_names(layers).into_iter();
    desks
        .map(|(name, layer)| {
            let text = |key: &str| match layer.entries.get(&KeyPath::dotted(key)) {
                Some(Entry {
                    value: Value::Text(text),
                    ..
                }) => Some(text.clone()),
                _ => None,
            };
            let all = layer.entries.get(&KeyPath::dotted("all_namespaces"));
            let names = layer.entries.get(&KeyPath::dotted("namespaces"));
            let namespaces = match (all.map(|it| &it.value), names.map(|it| &it.value)) {
                (Some(Value::Flag(true)), _) => Some(Namespaces::All),
                (_, Some(Value::List(names))) if !names.is_empty() => {
                    Some(Namespaces::Some(names.clone()))
                }
                _ => None,
            };
            NamedDesk {
                context: text("context"),
                pack: text("pack"),
                namespaces,
                name,
            }
        })
        .collect()
}

/// A desk that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDesk {
    pub name: String,
    pub context: Option<String>,
    pub pack: Option<String>,
    pub namespaces: Option<Namespaces>,
}
