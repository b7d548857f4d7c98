//! What a scenario does to the cluster: workloads, faults, logs and the deeds of the time line.

use super::super::ScenarioError;
use super::super::file::{MomentFile, ScenarioFile};
use super::super::model::{Deed, Fault, Log, Moment, Workload};
use super::super::time::seconds;
use super::table::Table;
use crate::sim::port::WorkloadRef;

pub(super) fn faults(file: &ScenarioFile, table: &mut Table) -> Result<Vec<Fault>, ScenarioError> {
    let mut faults = Vec::new();
    for (name, fault) in &file.fault {
        let at = format!("fault.{name}");
        faults.push(Fault {
            workload: table.known_workload(&at, &fault.workload)?,
            when: table.formula(&at, &fault.when)?,
            kind: fault.kind,
            only_image: fault.only_image.clone(),
            only_pod: fault.only_pod.clone(),
            share: fault.share,
            every: fault.every,
            code: fault.code,
            message: fault.message.clone(),
        });
    }
    Ok(faults)
}

pub(super) fn logs(file: &ScenarioFile, table: &mut Table) -> Result<Vec<Log>, ScenarioError> {
    let mut logs = Vec::new();
    for (name, log) in &file.log {
        let at = format!("log.{name}");
        let workload = table.known_workload(&at, &log.workload)?;
        let containers = &file.workload[&log.workload].containers;
        let container = log
            .container
            .clone()
            .or_else(|| containers.first().cloned());
        logs.push(Log {
            workload,
            container: container.unwrap_or_else(|| "main".to_owned()),
            every: seconds(&log.every)?.max(1.0),
            when: table.formula(&at, &log.when)?,
            lines: log.lines.clone(),
            every_pod: log.every_pod,
        });
    }
    Ok(logs)
}

pub(super) fn workloads(
    file: &ScenarioFile,
    table: &mut Table,
) -> Result<Vec<Workload>, ScenarioError> {
    let mut workloads = Vec::new();
    for (name, workload) in &file.workload {
        let at = format!("workload.{name}");
        let mut usage = |text: &Option<String>| {
            text.as_ref()
                .map(|text| table.formula(&at, text))
                .transpose()
        };
        workloads.push(Workload {
            at: WorkloadRef {
                namespace: file.namespace.clone(),
                kind: workload.kind.clone(),
                name: name.clone(),
            },
            cpu: usage(&workload.cpu)?,
            memory: usage(&workload.memory)?,
            file: workload.clone(),
        });
    }
    Ok(workloads)
}

pub(super) fn moments(file: &ScenarioFile, table: &Table) -> Result<Vec<Moment>, ScenarioError> {
    let mut moments = Vec::new();
    for moment in &file.at {
        let at = seconds(&moment.t)?;
        let place = format!("at {}", moment.t);
        moments.extend(
            deeds(moment, &place, table)?
                .into_iter()
                .map(|deed| Moment { at, deed }),
        );
    }
    moments.sort_by(|a, b| a.at.total_cmp(&b.at));
    Ok(moments)
}

fn deeds(moment: &MomentFile, at: &str, table: &Table) -> Result<Vec<Deed>, ScenarioError> {
    let mut deeds = Vec::new();
    let over = seconds(&moment.over)?;
    for (name, to) in &moment.set {
        deeds.push(Deed::Set {
            slot: table.known(at, name)?,
            to: *to,
            over,
        });
    }
    if let Some(it) = &moment.roll_out {
        deeds.push(Deed::RollOut {
            workload: table.known_workload(at, &it.workload)?,
            image: it.image.clone(),
            by: it.by.clone(),
        });
    }
    if let Some(it) = &moment.scale {
        deeds.push(Deed::Scale {
            workload: table.known_workload(at, &it.workload)?,
            replicas: it.replicas,
            by: it.by.clone(),
        });
    }
    if let Some(it) = moment.node.clone() {
        deeds.push(Deed::NodeReady {
            name: it.name,
            ready: it.ready,
            message: it.message,
        });
    }
    if let Some(it) = &moment.event {
        deeds.push(Deed::Event {
            workload: table.known_workload(at, &it.workload)?,
            warning: it.warning,
            reason: it.reason.clone(),
            message: it.message.clone(),
        });
    }
    if let Some(it) = moment.config.clone() {
        deeds.push(Deed::Config {
            key: it.key,
            value: it.value,
            by: it.by,
        });
    }
    Ok(deeds)
}
