//! Statements to be put to a database, and what came of them.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    actions::parse::{parse, scalar},
    domain::action::{
        step::Save,
        value::{Value, Values},
    },
    domain::sql::Statement,
};

/// What is done with what the statements did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is rolled back: what it would do is wanted.
    Try,
    /// It is kept.
    Do,
    /// It may change nothing.
    Read,
}

/// Statements with the values of their variables.
#[derive(Debug, Clone)]
pub struct Job {
    pub statements: Vec<Statement>,
    pub values: BTreeMap<String, String>,
    pub transaction: bool,
    pub mode: Mode,
    pub limit: Duration,
    /// More changed rows than these are taken back.
    pub most_rows: Option<u64>,
}

/// What a statement gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// As the server counts them; `None` where it was not heard.
    pub rows: Option<u64>,
    pub table: Option<Table>,
}

/// Rows, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    Done(Vec<Answer>),
    /// Nothing of it is left.
    Undone(String),
    /// Not all of it was done, and what was is left: there was no transaction.
    Partly(String),
    /// Whether it was kept is not known.
    Unknown(String),
}

impl Answer {
    /// The same, with each of its cells changed.
    pub fn map(mut self, change: &impl Fn(&str) -> String) -> Self {
        let rows = self.table.iter_mut().flat_map(|table| &mut table.rows);
        for cell in rows.flatten().flatten() {
            *cell = change(cell);
        }
        self
    }
}

impl Job {
    /// How many rows the statements changed.
    pub fn changed(&self, answers: &[Answer]) -> u64 {
        self.statements
            .iter()
            .zip(answers)
            .filter(|(statement, _)| statement.changes_rows())
            .filter_map(|(_, answer)| answer.rows)
            .sum()
    }
}

impl Table {
    /// A line for each row, its values between bars.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<&str> = row
                .iter()
                .map(|cell| cell.as_deref().unwrap_or_default())
                .collect();
            text.push_str(&cells.join("|"));
            text.push('\n');
        }
        text
    }

    /// By column: the value where there is one row, a list where there are several.
    fn values(&self) -> Values {
        let cell = |cell: Option<&Option<String>>| match cell {
            Some(Some(text)) => scalar(text),
            _ => Value::Absent,
        };
        let columns = self.columns.iter().enumerate().map(|(at, name)| {
            let value = match self.rows.as_slice() {
                [] => Value::Absent,
                [row] => cell(row.get(at)),
                rows => Value::List(rows.iter().map(|row| cell(row.get(at))).collect()),
            };
            (name.clone(), value)
        });
        columns.collect()
    }
}

/// What a pack reads out of the last rows that were given.
pub fn values(answers: &[Answer], save: Option<&Save>) -> Result<Values, String> {
    let table = answers
        .iter()
        .rev()
        .find_map(|answer| answer.table.as_ref());
    match (save, table) {
        (Some(save), table) => {
            let text = table.map(Table::lines).unwrap_or_default();
            parse(&save.parse, &text).map_err(|error| error.to_string())
        }
        (None, Some(table)) => Ok(table.values()),
        (None, None) => Ok(Values::new()),
    }
}
