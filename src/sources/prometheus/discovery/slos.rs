//! SLOs by the series their generators record: sloth, pyrra, Grafana.

use std::{collections::BTreeMap, time::Duration};

use super::{EVERY, MOST, family_arm, probe, rows, selector, slug};
use crate::{
    domain::{
        clean::clean,
        slo::{Period, SLO_WINDOWS, SloSpec},
        text::Text,
        watchlist::Probe,
    },
    sources::prometheus::{
        batch::{Arm, Outcome},
        wire::VectorRow,
    },
};

/// Generators record shares, not counts. A share is read as so many errors of this many requests, so that no sample
/// looks small.
const PARTS: &str = "1e9";
const DAY: f64 = 86_400.0;

/// What one generator records.
struct Generator {
    name: &'static str,
    /// The series with the objective as its value.
    objective: &'static str,
    /// Labels that tell one SLO from another; they join its series.
    labels: &'static [&'static str],
    /// The label to show.
    title: &'static str,
    /// The series with the period as its value, and how many seconds its unit has.
    period: (&'static str, f64),
    /// The share of errors over a window, given the SLO's labels.
    share: fn(&BTreeMap<&str, &str>, &str) -> String,
    /// The series whose age is the SLO's.
    source: &'static str,
}

const GENERATORS: [Generator; 3] = [
    Generator {
        name: "sloth",
        objective: "slo:objective:ratio",
        labels: &["sloth_id", "sloth_service", "sloth_slo"],
        title: "sloth_id",
        period: ("slo:time_period:days", DAY),
        share: |labels, window| {
            format!(
                "max({})",
                selector(&format!("slo:sli_error:ratio_rate{window}"), labels)
            )
        },
        source: "slo:sli_error:ratio_rate5m",
    },
    Generator {
        name: "pyrra",
        objective: "pyrra_objective",
        labels: &["slo"],
        title: "slo",
        period: ("pyrra_window", 1.0),
        share: |labels, window| {
            if window == "30d" {
                return format!("(1 - max({}))", selector("pyrra_availability", labels));
            }
            let matchers = selector("", labels);
            let rest = matchers.trim_start_matches('{');
            format!("max({{__name__=~\".+:burnrate{window}\",{rest})")
        },
        source: "pyrra_objective",
    },
    Generator {
        name: "grafana",
        objective: "grafana_slo_objective",
        labels: &["grafana_slo_uuid"],
        title: "grafana_slo_uuid",
        period: ("grafana_slo_objective_window_seconds", 1.0),
        share: |labels, window| {
            let sum = |metric: &str| {
                format!("sum(sum_over_time({}[{window}]))", selector(metric, labels))
            };
            format!(
                "(1 - {} / {})",
                sum("grafana_slo_success_rate_5m"),
                sum("grafana_slo_total_rate_5m")
            )
        },
        source: "grafana_slo_total_rate_5m",
    },
];

/// Two questions for each generator: objectives and periods.
pub(super) fn arms() -> Vec<Arm> {
    GENERATORS
        .iter()
        .flat_map(|generator| {
            let by = generator.labels.join(", ");
            let ask = |metric: &str| format!("topk({MOST}, max by ({by}) ({metric}))");
            [
                family_arm(generator.name, &ask(generator.objective)),
                family_arm(&period_name(generator), &ask(generator.period.0)),
            ]
        })
        .collect()
}

fn period_name(generator: &Generator) -> String {
    format!("{}-period", generator.name)
}

/// The SLOs that were found, with what to read of each.
pub(super) fn read(outcome: &Outcome) -> (Vec<SloSpec>, Vec<Probe>) {
    let mut specs = Vec::new();
    let mut probes = Vec::new();
    for generator in &GENERATORS {
        let periods = rows(outcome, &period_name(generator));
        for row in rows(outcome, generator.name) {
            specs.extend(slo(generator, row, periods, &mut probes));
        }
    }
    specs.sort_by(|a, b| a.id.cmp(&b.id));
    (specs, probes)
}

fn slo(
    generator: &Generator,
    row: &VectorRow,
    periods: &[VectorRow],
    probes: &mut Vec<Probe>,
) -> Option<SloSpec> {
    let objective = row
        .value
        .map(|point| point.1)
        .filter(|share| *share > 0.0 && *share < 1.0)?;
    let labels = labels_of(generator, row);
    if labels.is_empty() {
        return None;
    }
    let values: Vec<&str> = labels.values().copied().collect();
    let id = format!("{}/{}", generator.name, slug(&values));
    let period = periods
        .iter()
        .find(|other| labels_of(generator, other) == labels)
        .and_then(|other| other.value)
        .map_or(30.0 * DAY, |point| point.1 * generator.period.1);
    let spec = SloSpec {
        title: Text::Same(clean(labels.get(generator.title).unwrap_or(&values[0])).into_owned()),
        objective,
        period: Period::Rolling(Duration::try_from_secs_f64(period).ok()?),
        queries: format!("generic/slo/{id}").into(),
        link: None,
        id: id.into(),
    };
    let source = selector(generator.source, &labels);
    for (window, seconds) in SLO_WINDOWS {
        let every = every(seconds);
        let share = (generator.share)(&labels, window);
        probes.push(probe(
            spec.errors(window),
            format!("({share}) * {PARTS}"),
            source.clone(),
            every,
        ));
        // A share that is NaN is not equal to itself: the total is then a present 0, which is no traffic.
        probes.push(probe(
            spec.total(window),
            format!("(({share}) == bool ({share})) * {PARTS}"),
            source.clone(),
            every,
        ));
    }
    Some(spec)
}

/// Long windows move slowly.
fn every(seconds: u64) -> Duration {
    match seconds {
        0..=3_600 => EVERY,
        3_601..=21_600 => EVERY * 4,
        _ => EVERY * 20,
    }
}

fn labels_of<'a>(generator: &Generator, row: &'a VectorRow) -> BTreeMap<&'a str, &'a str> {
    generator
        .labels
        .iter()
        .filter_map(|name| row.metric.get_key_value(*name))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
