//! What is read of a target, and how it drifted.

use super::{shown, value};
use crate::{
    domain::action::{
        fact::{Drift, Fact, FactName},
        value::Value,
    },
    i18n::Texts,
};

/// What a fact is about: `uid`, `spec.replicas`.
pub fn fact_name(texts: &Texts, name: &FactName) -> String {
    match name {
        FactName::Uid => texts.t("fact-uid").to_owned(),
        FactName::Generation => texts.t("fact-generation").to_owned(),
        FactName::Field(path) => texts.with("fact-field", &[("path", field(path).into())]),
        FactName::Guard => texts.t("fact-guard").to_owned(),
        FactName::Pack => texts.t("fact-pack").to_owned(),
        FactName::Cluster => texts.t("fact-cluster").to_owned(),
        FactName::Principal => texts.t("fact-principal").to_owned(),
    }
}

/// `/spec/replicas` as a person writes it: `spec.replicas`.
fn field(path: &str) -> String {
    match path.strip_prefix('/') {
        Some(rest) => shown(
            &rest
                .split('/')
                .map(|part| part.replace("~1", "/").replace("~0", "~"))
                .collect::<Vec<_>>()
                .join("."),
        ),
        None => shown(path),
    }
}

/// A fact as it is: `deployment/backend: spec.replicas is 3 (hpa-controller)`.
pub fn fact(texts: &Texts, fact: &Fact) -> String {
    let by = fact.by.as_ref().map_or(String::new(), |by| {
        texts.with("fact-by", &[("by", shown(by).into())])
    });
    texts.with(
        "fact-is",
        &[
            ("of", shown(&fact.of.to_string()).into()),
            ("name", fact_name(texts, &fact.name).into()),
            ("value", fact_value(texts, &fact.name, &fact.value).into()),
            ("by", by.into()),
        ],
    )
}

/// A fact about what is in sight already: `spec.replicas is 3 (hpa-controller)`.
pub fn fact_alone(texts: &Texts, fact: &Fact) -> String {
    let by = fact.by.as_ref().map_or(String::new(), |by| {
        texts.with("fact-by", &[("by", shown(by).into())])
    });
    texts.with(
        "fact-alone",
        &[
            ("name", fact_name(texts, &fact.name).into()),
            ("value", fact_value(texts, &fact.name, &fact.value).into()),
            ("by", by.into()),
        ],
    )
}

/// Nobody compares a digest beyond its beginning.
const DIGEST: usize = 12;

fn fact_value(texts: &Texts, name: &FactName, of: &Value) -> String {
    match (name, of) {
        (FactName::Pack, Value::Text(digest)) if digest.len() > DIGEST && digest.is_ascii() => {
            format!("{}…", shown(&digest[..DIGEST]))
        }
        _ => value(texts, of),
    }
}

/// A fact that is not what it was.
pub fn drift(texts: &Texts, drift: &Drift) -> String {
    let of = shown(&drift.was.of.to_string());
    let name = fact_name(texts, &drift.was.name);
    let was = fact_value(texts, &drift.was.name, &drift.was.value);
    match &drift.now {
        None => texts.with(
            "fact-gone",
            &[
                ("of", of.into()),
                ("name", name.into()),
                ("was", was.into()),
            ],
        ),
        Some(now) => {
            let by = now.by.as_ref().map_or(String::new(), |by| {
                texts.with("fact-by", &[("by", shown(by).into())])
            });
            texts.with(
                "fact-drifted",
                &[
                    ("of", of.into()),
                    ("name", name.into()),
                    ("was", was.into()),
                    ("now", fact_value(texts, &now.name, &now.value).into()),
                    ("by", by.into()),
                ],
            )
        }
    }
}
