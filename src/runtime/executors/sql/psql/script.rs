//! The input of psql.

use std::fmt::{Arguments, Write};

use super::{
    super::job::{Job, Mode},
    Marks,
};
use crate::domain::sql::{SqlPiece, Statement};

/// All of it: what psql is set to, the values, the statements, and how it ends.
pub(super) fn script(job: &Job, marks: &Marks) -> String {
    let mut script = Script {
        text: String::new(),
        job,
        marks,
    };
    script.settings();
    script.begin();
    for (place, statement) in job.statements.iter().enumerate() {
        script.statement(place, statement);
    }
    script.agreed();
    script.end();
    script.text
}

/// A script that is being written.
struct Script<'a> {
    text: String,
    job: &'a Job,
    marks: &'a Marks,
}

impl Script<'_> {
    fn line(&mut self, line: Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = writeln!(self.text, "{line}");
    }

    /// An error ends it, in words that come through whatever becomes of exit codes on the way.
    fn unless_error(&mut self, before: &str) {
        let mark = &self.marks.mark;
        self.line(format_args!(
            "\\if :ERROR\n\\echo {mark} error :LAST_ERROR_MESSAGE\n{before}\\q\n\\endif"
        ));
    }

    fn settings(&mut self) {
        self.text.push_str(
            "\\set QUIET on\n\\pset pager off\n\\pset format csv\n\\set VERBOSITY terse\n",
        );
        let Marks { null, .. } = self.marks;
        self.line(format_args!("\\pset null '{null}'"));
        for (name, value) in &self.job.values {
            self.line(format_args!("\\set qd_{name} {}", quoted(value)));
        }
    }

    fn begin(&mut self) {
        let job = self.job;
        match (job.transaction, job.mode) {
            (true, Mode::Read) => self.line(format_args!("BEGIN READ ONLY;")),
            (true, Mode::Try | Mode::Do) => self.line(format_args!("BEGIN;")),
            (false, _) => {}
        }
        let local = if job.transaction { "LOCAL " } else { "" };
        let milliseconds = job.limit.as_millis();
        self.line(format_args!(
            "SET {local}statement_timeout = {milliseconds};"
        ));
        if job.mode == Mode::Try {
            // What only tries must not make others wait.
            self.line(format_args!("SET {local}lock_timeout = 2000;"));
        }
        self.line(format_args!("\\set ON_ERROR_STOP off"));
    }

    fn statement(&mut self, place: usize, statement: &Statement) {
        let pieces = statement.pieces.iter().map(|piece| match piece {
            SqlPiece::Text(text) => text.clone(),
            SqlPiece::Variable(name) => format!(":'qd_{name}'"),
        });
        let sql: String = pieces.collect();
        self.line(format_args!("{}\n;", sql.trim()));
        let before = if self.job.transaction {
            "ROLLBACK;\n"
        } else {
            ""
        };
        self.unless_error(before);
        let mark = &self.marks.mark;
        self.line(format_args!("\\set qd_rows_{place} :ROW_COUNT"));
        self.line(format_args!("\\echo {mark} {place} :ROW_COUNT"));
    }

    /// More rows than were agreed to are taken back.
    fn agreed(&mut self) {
        let (Some(most), true) = (self.job.most_rows, self.job.transaction) else {
            return;
        };
        let statements = self.job.statements.iter().enumerate();
        let changed: Vec<String> = statements
            .filter(|(_, statement)| statement.changes_rows())
            .map(|(place, _)| format!(":qd_rows_{place}"))
            .collect();
        if changed.is_empty() {
            return;
        }
        let sum = changed.join(" + ");
        let mark = &self.marks.mark;
        self.line(format_args!(
            "SELECT {sum} AS qd_sum, ({sum}) > {most} AS qd_many \\gset"
        ));
        self.line(format_args!(
            "\\if :qd_many\nROLLBACK;\n\\echo {mark} many :qd_sum\n\\q\n\\endif"
        ));
    }

    fn end(&mut self) {
        let mark = &self.marks.mark;
        if self.job.transaction {
            let closing = match self.job.mode {
                Mode::Do => "COMMIT",
                Mode::Try | Mode::Read => "ROLLBACK",
            };
            self.line(format_args!("\\echo {mark} commit"));
            self.line(format_args!("{closing};"));
            // What is only checked when it is to be kept is refused here.
            self.unless_error("");
        }
        self.line(format_args!("\\echo {mark} done\n\\q"));
    }
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
