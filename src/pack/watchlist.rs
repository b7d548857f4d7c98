//! What the pack asks sources to read.

use std::{collections::BTreeMap, time::Duration};

use super::{
    actions::ActionSpec,
    condition::{Condition, Over},
    drills::DrillSpec,
    probes::{EVERY, LEAST, ProbeWay},
    promql::WINDOW as HOLE,
    runbook::Meaning,
    views::stored_queries,
    watch::{GRID, HOOK_WINDOWS, Watch},
};
use crate::domain::{
    hook::WINDOW_DELAY,
    id::QueryId,
    settings::Cadence,
    slo::SLO_WINDOWS,
    watchlist::{Probe, ReadField, ReadWatch, SeriesWatch, Watchlist},
};

/// How often stored values are read again; half the grid, so that no step is missed for long.
const SERIES_EVERY: Duration = Duration::from_secs(30);
/// How far back a sparkline reaches.
const SPARKLINE: Duration = Duration::from_secs(3_600);
/// How often windows of a hook are read.
const HOOK_EVERY: Duration = Duration::from_secs(15);

/// How often an SLO's window is read: long ones move slowly and cost the server most.
const fn slo_every(seconds: u64) -> Duration {
    Duration::from_secs(match seconds {
        0..=3_600 => 15,
        3_601..=21_600 => 60,
        _ => 300,
    })
}

pub(super) fn watchlist(meaning: &Meaning) -> Watchlist {
    let Meaning {
        probes,
        watch,
        actions,
        routine,
        drills,
        playbook,
        ..
    } = meaning;
    let mut list = Watchlist::default();
    for probe in probes {
        match &probe.way {
            ProbeWay::Query { promql, source } => list.probes.push(Probe {
                id: probe.id.clone(),
                expr: promql.clone(),
                source: source.clone(),
                every: probe.every,
            }),
            ProbeWay::Read(read) => {
                let field = ReadField {
                    id: probe.id.clone(),
                    name: probe.field().map(str::to_owned),
                };
                match list.reads.iter_mut().find(|it| it.name == read.name) {
                    Some(known) => known.fields.push(field),
                    None => list.reads.push(ReadWatch {
                        name: read.name.clone(),
                        step: read.step.clone(),
                        fields: vec![field],
                        every: probe.every,
                    }),
                }
            }
        }
    }
    for (spec, queries) in watch.ids.slos.iter().zip(&watch.slo_queries) {
        for (window, seconds) in SLO_WINDOWS {
            let mut add = |id, expr: &str| {
                list.probes.push(Probe {
                    id,
                    expr: expr.replace(HOLE, window),
                    source: queries.source.clone(),
                    every: slo_every(seconds),
                });
            };
            add(spec.errors(window), &queries.errors);
            add(spec.total(window), &queries.total);
        }
    }
    let judged = actions
        .iter()
        .flat_map(ActionSpec::conditions)
        .chain(routine.conditions())
        .chain(playbook.conditions())
        .chain(drills.iter().flat_map(DrillSpec::conditions));
    list.series = stored(&list.probes, watch, judged);
    list.series.extend(hook_windows(watch));
    list
}

/// Sparklines, and what conditions over time look back at.
fn stored<'a>(
    probes: &[Probe],
    watch: &'a Watch,
    judged: impl Iterator<Item = &'a Condition>,
) -> Vec<SeriesWatch> {
    let mut wanted: BTreeMap<QueryId, Duration> = BTreeMap::new();
    let mut want = |id: &QueryId, span: Duration| {
        let known = wanted.entry(id.clone()).or_insert(SPARKLINE);
        *known = span.max(*known);
    };
    for gauge in &watch.ids.gauges {
        want(&gauge.probe, SPARKLINE);
    }
    for slo in &watch.ids.slos {
        want(&slo.errors("5m"), SPARKLINE);
        want(&slo.total("5m"), SPARKLINE);
    }
    for queue in &watch.ids.queues {
        want(&queue.depth, SPARKLINE);
    }
    for condition in conditions(watch).chain(judged) {
        // Two steps more than the condition needs: the newest may be on its way, and `change` looks one window back.
        let span = match condition.over {
            Over::Once => SPARKLINE,
            Over::For(time) => time + 3 * GRID,
            Over::Windows { count, length } => length * (count + 2) + WINDOW_DELAY,
        };
        if condition.over != Over::Once {
            stored_queries(condition, &watch.ids, &mut |id| want(id, span));
        }
    }
    // In the order of the probes, which is the order of the files.
    let series = probes.iter().filter_map(|probe| {
        let span = wanted.get(&probe.id)?;
        Some(SeriesWatch {
            id: probe.id.clone(),
            expr: probe.expr.clone(),
            step: GRID,
            span: *span,
            every: SERIES_EVERY,
            delay: None,
        })
    });
    series.collect()
}

fn conditions(watch: &Watch) -> impl Iterator<Item = &Condition> {
    let lights = watch.lights.iter();
    let lights = lights.flat_map(|light| light.red.iter().chain(&light.warn).chain(&light.green));
    let gates = watch.gates.iter().flat_map(|gate| &gate.limits);
    let alerts = watch.alerts.iter();
    lights
        .chain(gates)
        .chain(alerts.flat_map(|alert| alert.recovered.iter().chain(&alert.fires_when)))
}

fn hook_windows(watch: &Watch) -> impl Iterator<Item = SeriesWatch> {
    watch.hooks.iter().flat_map(|hook| {
        let observed = hook.spec.observe.iter().zip(&hook.queries);
        observed.map(|((_, id), query)| SeriesWatch {
            id: id.clone(),
            expr: query.clone(),
            step: hook.spec.window,
            span: hook.spec.window * HOOK_WINDOWS,
            every: HOOK_EVERY,
            delay: Some(WINDOW_DELAY),
        })
    })
}

/// Reads what has the usual pace at the pace of the settings; what a pack sets itself stays.
pub(super) fn pace(list: &mut Watchlist, poll: Cadence) {
    for probe in list.probes.iter_mut().filter(|probe| probe.every == EVERY) {
        probe.every = poll.instant;
    }
    for read in list.reads.iter_mut().filter(|read| read.every == EVERY) {
        read.every = poll.instant.max(LEAST);
    }
    for series in &mut list.series {
        match series.delay {
            Some(_) if series.every == HOOK_EVERY => series.every = poll.windows,
            None if series.every == SERIES_EVERY => series.every = poll.range,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Pack;

    #[test]
    fn settings_pace_what_the_pack_leaves_open() {
        let seconds = Duration::from_secs;
        let poll = Cadence {
            instant: seconds(7),
            range: seconds(70),
            alerts: seconds(9),
            windows: seconds(40),
        };
        let pack = Pack::embedded("glancy").unwrap().unwrap();
        let slow = pack
            .watchlist()
            .probes
            .iter()
            .filter(|probe| probe.every > EVERY)
            .count();
        let list = pack.paced(poll).watchlist().clone();
        assert!(list.probes.iter().any(|probe| probe.every == seconds(7)));
        assert_eq!(
            list.probes
                .iter()
                .filter(|probe| probe.every > EVERY)
                .count(),
            slow
        );
        let paces = |windows: bool| {
            let of = list
                .series
                .iter()
                .filter(move |series| series.delay.is_some() == windows);
            of.map(|series| series.every)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(paces(true), [seconds(40)].into());
        assert_eq!(paces(false), [seconds(70)].into());
    }
}
