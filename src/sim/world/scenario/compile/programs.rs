//! The programs of a scenario.

use super::super::ScenarioError;
use super::super::file::ScenarioFile;
use super::super::model::{Deed, Program};
use super::super::time::seconds;
use super::table::Table;

pub(super) fn programs(
    file: &ScenarioFile,
    table: &mut Table,
) -> Result<Vec<Program>, ScenarioError> {
    let mut programs = Vec::new();
    for (name, program) in &file.program {
        let at = format!("program.{name}");
        if program.words.is_empty() {
            return Err(ScenarioError::part(&at, "it answers no words"));
        }
        let mut set = Vec::new();
        for (param, to) in &program.set {
            if !file.param.contains_key(param) {
                let message = format!("there is no param `{param}`");
                return Err(ScenarioError::part(&at, message));
            }
            set.push((table.known(&at, param)?, to.clone()));
        }
        let mut deeds = Vec::new();
        if let Some(it) = &program.roll_out {
            deeds.push(Deed::RollOut {
                workload: table.known_workload(&at, &it.workload)?,
                image: it.image.clone(),
                by: it.by.clone(),
            });
        }
        if let Some(it) = &program.scale {
            deeds.push(Deed::Scale {
                workload: table.known_workload(&at, &it.workload)?,
                replicas: it.replicas,
                by: it.by.clone(),
            });
        }
        programs.push(Program {
            when: table.formula(&at, &program.when)?,
            over: seconds(&program.over)?,
            set,
            deeds,
            file: program.clone(),
        });
    }
    Ok(programs)
}
