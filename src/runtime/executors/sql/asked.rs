//! What a step asks of a database.

use std::{collections::BTreeMap, time::Duration};

use super::job::{Job, Mode};
use crate::{
    domain::{
        action::{
            fault::ValueFault,
            refusal::Refusal,
            step::{Planned, StepKind},
        },
        sql::{Statement, statements},
    },
    runtime::executors::step::not_mine,
};

/// The statements of a step; their values where all of them are known.
pub(super) struct Asked {
    pub statements: Vec<Statement>,
    pub values: Option<BTreeMap<String, String>>,
    pub transaction: bool,
}

impl Asked {
    pub fn of(step: &Planned) -> Result<Self, Refusal> {
        let StepKind::Sql {
            text,
            values,
            transaction,
            ..
        } = &step.kind
        else {
            return Err(not_mine(step));
        };
        let names = values.keys().map(String::as_str);
        let statements = statements(text, names)
            .map_err(|fault| Refusal::unreadable("sql", fault.to_string()))?;
        let filled = values
            .iter()
            .map(|(name, value)| Some((name.clone(), value.whole()?)));
        let filled: Option<BTreeMap<String, String>> = filled.collect();
        if let Some(filled) = &filled
            && let Some((name, value)) = filled.iter().find(|(_, value)| value.contains('\0'))
        {
            return Err(Refusal::BadValue {
                param: name.clone(),
                value: value.replace('\0', " "),
                why: ValueFault::NotPlain,
            });
        }
        Ok(Self {
            statements,
            values: filled,
            transaction: *transaction,
        })
    }

    pub fn job(&self, values: BTreeMap<String, String>, mode: Mode, limit: Duration) -> Job {
        Job {
            statements: self.statements.clone(),
            values,
            transaction: self.transaction,
            mode,
            limit,
            most_rows: None,
        }
    }
}
