//! What psql wrote, taken apart, and what came of the job by it.

use super::{
    super::job::{Answer, Came, Job, Table},
    Marks,
};
use crate::{domain::clean::clean, runtime::executors::inside::InsideRan};

/// What was answered, and how far it came.
#[derive(Default)]
struct Told {
    answers: Vec<Answer>,
    committing: bool,
    done: bool,
    many: Option<String>,
    error: Option<String>,
}

fn told(out: &str, marks: &Marks) -> Told {
    let mut told = Told::default();
    let mut rows = String::new();
    for line in out.split_inclusive('\n') {
        let Some(words) = line.strip_prefix(marks.mark.as_str()) else {
            rows.push_str(line);
            continue;
        };
        match words.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["commit"] => told.committing = true,
            ["done"] => told.done = true,
            ["many", sum] => told.many = Some((*sum).to_owned()),
            ["error", ..] => {
                let message = words.trim().strip_prefix("error").unwrap_or_default();
                told.error = Some(message.trim().to_owned());
            }
            [_, count] => told.answers.push(Answer {
                rows: count.parse().ok(),
                table: table(&std::mem::take(&mut rows), &marks.null),
            }),
            _ => {}
        }
        rows.clear();
    }
    told
}

/// What came of a job.
pub(super) fn came(ran: &InsideRan, job: &Job, marks: &Marks) -> Came {
    let told = told(&String::from_utf8_lossy(&ran.out), marks);
    let err = String::from_utf8_lossy(&ran.err);
    let said = err
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty() && *line != "Password:");
    // psql says where in its input it was, which says nothing to a person.
    let said = said.map(|line| line.trim_start_matches("Password: "));
    let said = said.map(|line| line.split_once("ERROR:  ").map_or(line, |(_, error)| error));
    let said = told.error.as_deref().or(said);
    let why = clean(said.unwrap_or("it said nothing")).into_owned();
    if let (Some(sum), Some(most)) = (told.many, job.most_rows) {
        return Came::Undone(format!(
            "it would have changed {sum} rows where {most} were agreed to, and was rolled back"
        ));
    }
    let place = told.answers.len();
    let all = job.statements.len();
    if told.done && ran.rc == 0 && told.error.is_none() && place == all {
        return Came::Done(told.answers);
    }
    if !job.transaction && place > 0 {
        let place = (place + 1).min(all);
        return Came::Partly(format!(
            "statement {place} of {all}: {why}; those before it stay"
        ));
    }
    if told.error.is_some() {
        // What the server refuses, be it to keep it, is rolled back.
        return Came::Undone(match all {
            1 => why,
            _ if told.committing => why,
            _ => format!("statement {} of {all}: {why}", place + 1),
        });
    }
    match ran.rc {
        0 => Came::Unknown("psql ended in the middle".to_owned()),
        // What was not being kept is rolled back by the server, whatever became of psql.
        _ if !told.committing && (job.transaction || place == 0) => Came::Undone(why),
        rc => Came::Unknown(format!("psql ended with {rc}: {why}")),
    }
}

/// Rows as psql writes them: comma-separated, a line of names first.
fn table(text: &str, null: &str) -> Option<Table> {
    let mut rows = records(text).into_iter();
    let columns = rows.next()?;
    let cell = |cell: String| (cell != null).then_some(cell);
    Some(Table {
        columns,
        rows: rows
            .map(|row| row.into_iter().map(cell).collect())
            .collect(),
    })
}

fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            other => cell.push(other),
        }
    }
    records
}
