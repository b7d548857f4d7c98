//! The input of psql.

use std::fmt::Write;

use super::{
    super::job::{Job, Mode},
    Marks,
};
use crate::actions::sql::SqlPiece;

/// All of it: what psql is set to, the values, the statements, and how it ends.
pub(super) fn script(job: &Job, marks: &Marks) -> String {
    let Marks { mark, null } = marks;
    let mut text = String::from(
        "\\set QUIET on\n\\pset pager off\n\\pset format csv\n\\set VERBOSITY terse\n",
    );
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{line}");
    };
    line(format_args!("\\pset null '{null}'"));
    for (name, value) in &job.values {
        line(format_args!("\\set qd_{name} {}", quoted(value)));
    }
    let local = if job.transaction {
        line(format_args!(
            "BEGIN{};",
            if job.mode == Mode::Read {
                " READ ONLY"
            } else {
                ""
            }
        ));
        "LOCAL "
    } else {
        ""
    };
    line(format_args!(
        "SET {local}statement_timeout = {};",
        job.limit.as_millis()
    ));
    if job.mode == Mode::Try {
        // What only tries must not make others wait.
        line(format_args!("SET {local}lock_timeout = 2000;"));
    }
    line(format_args!("\\set ON_ERROR_STOP off"));
    for (place, statement) in job.statements.iter().enumerate() {
        let sql: String = statement
            .pieces
            .iter()
            .map(|piece| match piece {
                SqlPiece::Text(text) => text.clone(),
                SqlPiece::Variable(name) => format!(":'qd_{name}'"),
            })
            .collect();
        line(format_args!("{}\n;", sql.trim()));
        // An error ends it here, and in words that come through whatever becomes of exit codes on the way.
        line(format_args!(
            "\\if :ERROR\n\\echo {mark} error :LAST_ERROR_MESSAGE\n{}\\q\n\\endif",
            if job.transaction { "ROLLBACK;\n" } else { "" }
        ));
        line(format_args!("\\set qd_rows_{place} :ROW_COUNT"));
        line(format_args!("\\echo {mark} {place} :ROW_COUNT"));
    }
    if let (Some(most), true) = (job.most_rows, job.transaction) {
        let changed: Vec<String> = job
            .statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.changes_rows())
            .map(|(place, _)| format!(":qd_rows_{place}"))
            .collect();
        if !changed.is_empty() {
            let sum = changed.join(" + ");
            line(format_args!(
                "SELECT {sum} AS qd_sum, ({sum}) > {most} AS qd_many \\gset"
            ));
            line(format_args!(
                "\\if :qd_many\nROLLBACK;\n\\echo {mark} many :qd_sum\n\\q\n\\endif"
            ));
        }
    }
    if job.transaction {
        line(format_args!("\\echo {mark} commit"));
        line(format_args!(
            "{};",
            if job.mode == Mode::Do {
                "COMMIT"
            } else {
                "ROLLBACK"
            }
        ));
    }
    line(format_args!("\\echo {mark} done\n\\q"));
    text
}

/// A value as an argument of psql's own commands: no character of it has a meaning.
fn quoted(value: &str) -> String {
    let mut text = String::from("'");
    for c in value.chars() {
        match c {
            '\'' => text.push_str("''"),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
    text.push('\'');
    text
}
