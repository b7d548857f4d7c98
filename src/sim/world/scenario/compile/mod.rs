//! From a scenario file to a [`Model`]: names get slots, texts become formulas, signals get an order.

mod cluster;
mod programs;
mod table;

use std::collections::{BTreeMap, HashMap};

use super::ScenarioError;
use super::file::{IdFile, ScenarioFile, SloFile};
use super::model::{Alert, Answer, Model, Queue, Reading, Signal, Slo};
use super::time::seconds;
use crate::sim::world::formula::Names;
use cluster::{faults, logs, moments, workloads};
use programs::programs;
use table::Table;

/// The windows that every objective is answered for.
const WINDOWS: [&str; 8] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"];

/// Makes a scenario ready to be played.
pub fn compile(file: ScenarioFile) -> Result<Model, ScenarioError> {
    let mut table = names_of(&file)?;
    let params = file
        .param
        .iter()
        .map(|(name, value)| Ok((table.known("param", name)?, *value)))
        .collect::<Result<_, ScenarioError>>()?;
    let signals = signals(&file, &mut table)?;
    let queues = queues(&file, &mut table)?;
    let sources: Vec<_> = file
        .source
        .keys()
        .map(|name| Ok((name.clone(), table.known("source", &source_slot(name))?)))
        .collect::<Result<_, ScenarioError>>()?;
    let slos = slos(&file, &mut table)?;
    let ids = ids(&file, &table)?;
    let alerts = alerts(&file, &mut table)?;
    let faults = faults(&file, &mut table)?;
    let logs = logs(&file, &mut table)?;
    let programs = programs(&file, &mut table)?;
    let moments = moments(&file, &table)?;
    let workloads = workloads(&file, &mut table)?;
    let objects = file
        .object
        .values()
        .map(|object| serde_json::to_value(object).map_err(|e| ScenarioError::part("object", e)))
        .collect::<Result<_, _>>()?;
    let zone = jiff::tz::TimeZone::get(&file.zone);
    Ok(Model {
        pack: file.pack,
        context: file.context,
        zone: zone.map_err(|error| ScenarioError::part("zone", error))?,
        namespace: file.namespace,
        namespaces: file.namespaces,
        flag_map: file.flags,
        flag_keys: table.flags,
        still: file.still,
        hour: file.hour,
        nodes: file.node,
        objects,
        workloads,
        slots: table.slots,
        params,
        signals,
        queues,
        sources,
        slos,
        ids,
        alerts,
        inhibitions: file.inhibit.into_values().collect(),
        route: file.route,
        silences: file.silence.into_values().collect(),
        faults,
        logs,
        programs,
        kept: file.kept,
        moments,
    })
}

fn source_slot(name: &str) -> String {
    format!("source.{name}")
}

fn names_of(file: &ScenarioFile) -> Result<Table, ScenarioError> {
    let mut table = Table::default();
    for name in ["t", "dt"] {
        table.add(name)?;
    }
    for name in file.param.keys().chain(file.signal.keys()) {
        table.add(name)?;
    }
    for name in file.queue.keys() {
        for field in ["depth", "oldest", "in", "out"] {
            table.add(&format!("{name}.{field}"))?;
        }
    }
    for name in file.source.keys() {
        table.add(&source_slot(name))?;
    }
    for (index, name) in file.slo.keys().enumerate() {
        table.slos.insert(name.clone(), index);
        for field in ["errors", "total"] {
            table.add(&format!("slo.{name}.{field}"))?;
        }
    }
    for (index, name) in file.workload.keys().enumerate() {
        table.workloads.insert(name.clone(), index);
    }
    Ok(table)
}

/// Signals and exporters, each after what it reads.
fn signals(file: &ScenarioFile, table: &mut Table) -> Result<Vec<Signal>, ScenarioError> {
    let mut waiting = Vec::new();
    for (name, text) in &file.signal {
        let slot = table.known("signal", name)?;
        let formula = table.formula(&format!("signal.{name}"), text)?;
        waiting.push((name.clone(), Signal { slot, formula }));
    }
    for (name, source) in &file.source {
        let slot = table.known("source", &source_slot(name))?;
        let formula = table.formula(&format!("source.{name}"), &source.up)?;
        waiting.push((source_slot(name), Signal { slot, formula }));
    }
    let mut ordered: Vec<Signal> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let missing: Vec<usize> = waiting.iter().map(|(_, signal)| signal.slot).collect();
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, signal)| {
            let mut free = true;
            signal
                .formula
                .each_slot(&mut |slot| free &= !missing.contains(&slot));
            free
        });
        if ready.is_empty() {
            let names: Vec<_> = rest.into_iter().map(|(name, _)| name).collect();
            return Err(ScenarioError::part(
                format!("signals {}", names.join(", ")),
                "they need each other; use prev(name) somewhere",
            ));
        }
        ordered.extend(ready.into_iter().map(|(_, signal)| signal));
        waiting = rest;
    }
    Ok(ordered)
}

fn queues(file: &ScenarioFile, table: &mut Table) -> Result<Vec<Queue>, ScenarioError> {
    let mut queues = Vec::new();
    for (name, queue) in &file.queue {
        let at = format!("queue.{name}");
        let slot = |field: &str| table.known(&at, &format!("{name}.{field}"));
        let (depth, oldest, rate_in, rate_out) =
            (slot("depth")?, slot("oldest")?, slot("in")?, slot("out")?);
        queues.push(Queue {
            name: name.clone(),
            offered: table.formula(&at, &queue.offered)?,
            capacity: table.formula(&at, &queue.capacity)?,
            start_depth: queue.depth,
            in_flight: queue.in_flight,
            floor: queue.floor,
            depth,
            oldest,
            rate_in,
            rate_out,
        });
    }
    Ok(queues)
}

fn source(
    file: &ScenarioFile,
    at: &str,
    name: Option<&str>,
    table: &Table,
) -> Result<Option<usize>, ScenarioError> {
    let Some(name) = name else { return Ok(None) };
    if !file.source.contains_key(name) {
        return Err(ScenarioError::part(
            at,
            format!("there is no source `{name}`"),
        ));
    }
    table.known(at, &source_slot(name)).map(Some)
}

fn slos(file: &ScenarioFile, table: &mut Table) -> Result<Vec<Slo>, ScenarioError> {
    file.slo
        .iter()
        .map(|(name, slo)| objective(file, name, slo, table))
        .collect()
}

fn objective(
    file: &ScenarioFile,
    name: &str,
    slo: &SloFile,
    table: &mut Table,
) -> Result<Slo, ScenarioError> {
    let at = format!("slo.{name}");
    let mut before_days = Vec::new();
    for (day, share) in &slo.before.days {
        let day: f64 = day
            .parse()
            .map_err(|_| ScenarioError::part(&at, "a day is a number"))?;
        before_days.push((day, *share));
    }
    Ok(Slo {
        name: name.to_owned(),
        errors: table.formula(&at, &slo.errors)?,
        total: table.formula(&at, &slo.total)?,
        errors_sum: table.known(&at, &format!("slo.{name}.errors"))?,
        total_sum: table.known(&at, &format!("slo.{name}.total"))?,
        source: source(file, &at, slo.source.as_deref(), table)?,
        before_total: slo.before.total,
        before_errors: slo.before.errors,
        before_days,
    })
}

fn ids(file: &ScenarioFile, table: &Table) -> Result<HashMap<String, Answer>, ScenarioError> {
    let mut ids = HashMap::new();
    let mut add = |id: &str, reading, source, labels: &BTreeMap<String, String>| {
        let answer = Answer {
            reading,
            source,
            labels: labels.clone(),
        };
        ids.insert(format!("{}/{id}", file.pack), answer);
    };
    let none = BTreeMap::new();
    for name in file.queue.keys() {
        for field in ["depth", "oldest", "in", "out"] {
            let slot = table.known("queue", &format!("{name}.{field}"))?;
            add(&format!("{name}-{field}"), Reading::Now(slot), None, &none);
        }
    }
    for (slo, (name, described)) in file.slo.iter().enumerate() {
        let from = source(
            file,
            &format!("slo.{name}"),
            described.source.as_deref(),
            table,
        )?;
        for window in WINDOWS {
            let over = seconds(window)?;
            add(
                &format!("slo/{name}/errors:{window}"),
                Reading::ErrorCount { slo, over },
                from,
                &none,
            );
            add(
                &format!("slo/{name}/total:{window}"),
                Reading::TotalCount { slo, over },
                from,
                &none,
            );
        }
    }
    for (id, described) in &file.id {
        let at = format!("id.{id}");
        let from = source(file, &at, described.source.as_deref(), table)?;
        add(id, reading(described, &at, table)?, from, &described.labels);
    }
    Ok(ids)
}

fn reading(id: &IdFile, at: &str, table: &Table) -> Result<Reading, ScenarioError> {
    let over = id.over.as_deref().map(seconds).transpose()?;
    let objective = |name: &str| {
        let slo = table.slo(name);
        let slo =
            slo.ok_or_else(|| ScenarioError::part(at, format!("there is no slo `{name}`")))?;
        Ok::<_, ScenarioError>((slo, over.unwrap_or(300.0)))
    };
    match (&id.of, &id.ok, &id.bad) {
        (Some(name), None, None) => {
            let slot = table.known(at, name)?;
            Ok(over.map_or(Reading::Now(slot), |over| Reading::Mean { slot, over }))
        }
        (None, Some(name), None) => objective(name).map(|(slo, over)| Reading::Ok { slo, over }),
        (None, None, Some(name)) => objective(name).map(|(slo, over)| Reading::Bad { slo, over }),
        _ => Err(ScenarioError::part(
            at,
            "exactly one of `of`, `ok` and `bad`",
        )),
    }
}

fn alerts(file: &ScenarioFile, table: &mut Table) -> Result<Vec<Alert>, ScenarioError> {
    let mut alerts = Vec::new();
    for (name, alert) in &file.alert {
        let at = format!("alert.{name}");
        alerts.push(Alert {
            name: name.clone(),
            group: alert.group.clone(),
            expr: alert.expr.clone(),
            when: table.formula(&at, &alert.when)?,
            value: table.formula(&at, &alert.value)?,
            wait: seconds(&alert.r#for)?,
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
        });
    }
    Ok(alerts)
}
