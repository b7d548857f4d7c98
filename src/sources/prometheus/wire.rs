//! The answers of Prometheus' HTTP API as they travel.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// What every answer is wrapped in. An error has an HTTP status of its own and never gets here.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<T> {
    pub status: Status,
    pub data: T,
    #[serde(default)]
    pub warnings: Vec<String>,
    /// As VictoriaMetrics says that some of its stores did not answer.
    #[serde(default, rename = "isPartial")]
    pub is_partial: bool,
}

/// The only status of a body that is read as data.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Success,
}

/// Labels as they travel.
pub(super) type LabelSet = BTreeMap<String, String>;

/// The data of a query.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum QueryData {
    Vector(Vec<VectorRow>),
    Matrix(Vec<MatrixRow>),
    Scalar(Point),
    String((f64, String)),
}

/// One sample of an instant vector; a native histogram has no `value` and is no number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct VectorRow {
    pub metric: LabelSet,
    pub value: Option<Point>,
}

/// One series of a range vector.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct MatrixRow {
    pub metric: LabelSet,
    #[serde(default)]
    pub values: Vec<Point>,
}

/// A time in seconds and a value, which travels as a text.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Point(pub f64, #[serde(deserialize_with = "sample")] pub f64);

fn sample<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    match &*text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        other => other
            .parse()
            .map_err(|_| serde::de::Error::custom(format!("`{other}` is not a sample"))),
    }
}

/// The data of `/api/v1/rules`.
#[derive(Debug, Deserialize)]
pub(super) struct RulesData {
    #[serde(default)]
    pub groups: Vec<RuleGroup>,
}

/// One group of rules.
#[derive(Debug, Deserialize)]
pub(super) struct RuleGroup {
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule of either kind; recording rules lack the alerting ones' fields.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    #[serde(default)]
    pub query: String,
    #[serde(default)]
    pub labels: LabelSet,
    #[serde(default)]
    pub annotations: LabelSet,
    /// `ok`, `err`, or `unknown` before its first evaluation.
    #[serde(default)]
    pub health: String,
    #[serde(default)]
    pub alerts: Vec<RuleAlert>,
}

/// One alert of a rule, pending or firing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleAlert {
    #[serde(default)]
    pub labels: LabelSet,
    #[serde(default)]
    pub annotations: LabelSet,
    pub state: String,
    pub active_at: Option<jiff::Timestamp>,
}
