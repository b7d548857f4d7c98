//! `psql` inside a pod. Statements, values and the password go to its input, where no other process sees them.
//!
//! Values are bound by psql's own quoting (`\set`, `:'name'`), which all of its versions have that are in use (13 to 17); its
//! `\bind` is there since 16 only.

use std::{
    collections::hash_map::RandomState,
    fmt::Write,
    hash::{BuildHasher, Hasher},
};

use tokio::time::timeout;

use super::job::{Answer, Came, Job, Mode, Table};
use crate::{
    actions::sql::SqlPiece,
    domain::clean::clean,
    runtime::executors::{
        inside::{Inside, InsideCall, InsideError, InsideRan},
        secrets::Secret,
    },
};

/// How much longer than the server's own limit is waited.
const LATER: std::time::Duration = std::time::Duration::from_secs(5);

/// A database inside a pod.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    pub name: &'a str,
    pub container: Option<&'a str>,
    pub user: Option<&'a str>,
    pub database: &'a str,
}

/// What parts the answers, and stands for what is not there: nothing that is read looks like it.
struct Marks {
    mark: String,
    null: String,
}

impl Marks {
    fn new() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self {
            mark: format!("quarterdeck-{random:016x}"),
            null: format!("null-{random:016x}"),
        }
    }
}

/// Puts a job to a database.
pub async fn put(inside: &dyn Inside, pod: Pod<'_>, secret: Option<&Secret>, job: &Job) -> Came {
    let marks = Marks::new();
    let mut stdin = String::new();
    if let Some(secret) = secret {
        stdin.push_str(secret.expose());
        stdin.push('\n');
    }
    stdin.push_str(&script(job, &marks));
    let call = InsideCall {
        pod: pod.name.strip_prefix("pod/").unwrap_or(pod.name).to_owned(),
        container: pod.container.map(str::to_owned),
        argv: argv(pod, secret.is_some()),
        stdin: stdin.into_bytes(),
    };
    match timeout(job.limit + LATER, inside.run(call)).await {
        Ok(Ok(ran)) => came(&ran, job, &marks),
        Ok(Err(InsideError::NotStarted(why))) => Came::Undone(why),
        Ok(Err(InsideError::Lost(why))) => Came::Unknown(why),
        Err(_) => Came::Unknown(format!(
            "no answer within {} s",
            (job.limit + LATER).as_secs()
        )),
    }
}

fn argv(pod: Pod<'_>, password: bool) -> Vec<String> {
    let mut argv = vec!["psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", pod.database];
    if let Some(user) = pod.user {
        argv.extend(["-U", user]);
    }
    // Without a terminal it reads the password from its input; without a password it never asks.
    argv.push(if password { "-W" } else { "-w" });
    argv.extend(["-f", "-"]);
    argv.into_iter().map(str::to_owned).collect()
}

/// The input of psql.
fn script(job: &Job, marks: &Marks) -> String {
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

/// What psql wrote, taken apart.
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

fn came(ran: &InsideRan, job: &Job, marks: &Marks) -> Came {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::actions::sql::statements;

    fn job(sql: &str, mode: Mode) -> Job {
        let values = [("id".to_owned(), "a'b\\c\n; drop table x; --".to_owned())];
        Job {
            statements: statements(sql, ["id"]).unwrap(),
            values: values.into(),
            transaction: true,
            mode,
            limit: Duration::from_secs(5),
            most_rows: Some(3),
        }
    }

    fn marks() -> Marks {
        Marks {
            mark: "MARK".to_owned(),
            null: "NULL".to_owned(),
        }
    }

    fn ran(rc: i32, out: &str, err: &str) -> InsideRan {
        InsideRan {
            rc,
            out: out.as_bytes().to_vec(),
            err: err.as_bytes().to_vec(),
            cut: false,
        }
    }

    #[test]
    fn a_value_never_stands_in_a_statement() {
        let script = script(
            &job(
                "update x set a = 1 where id = :id::text; select 1",
                Mode::Do,
            ),
            &marks(),
        );
        assert!(
            script.contains("\\set qd_id 'a''b\\\\c\\n; drop table x; --'\n"),
            "{script}"
        );
        assert!(script.contains("where id = :'qd_id'::text\n;"), "{script}");
        assert!(
            script.contains("(:qd_rows_0) > 3"),
            "only changed rows count: {script}"
        );
        assert!(
            script.contains("COMMIT;\n\\echo MARK done\n\\q\n"),
            "{script}"
        );
    }

    #[test]
    fn what_only_looks_is_rolled_back() {
        let tried = script(&job("update x set a = 1", Mode::Try), &marks());
        assert!(
            tried.contains("ROLLBACK;\n\\echo MARK done")
                && tried.contains("lock_timeout")
                && !tried.contains("COMMIT;")
        );
        let read = script(&job("select 1", Mode::Read), &marks());
        assert!(read.contains("BEGIN READ ONLY;") && !read.contains("COMMIT;"));
    }

    #[test]
    fn what_it_wrote_is_taken_apart() {
        let out =
            "MARK 0 2\nid,note\n\"a,b\",NULL\n\"x\"\"y\nz\",\nMARK 1 2\nMARK commit\nMARK done\n";
        let job = job("update x set a = 1; select 1", Mode::Do);
        let Came::Done(answers) = came(&ran(0, out, ""), &job, &marks()) else {
            panic!("it was done")
        };
        assert_eq!(
            answers[0],
            Answer {
                rows: Some(2),
                table: None
            }
        );
        let table = answers[1].table.as_ref().unwrap();
        assert_eq!(table.columns, ["id", "note"]);
        assert_eq!(table.rows[0], [Some("a,b".to_owned()), None]);
        assert_eq!(
            table.rows[1],
            [Some("x\"y\nz".to_owned()), Some(String::new())]
        );
        assert_eq!(job.changed(&answers), 2);
    }

    #[test]
    fn how_it_ended_decides_what_is_left() {
        let two = job("update x set a = 1; select 1/0", Mode::Do);
        let error = "MARK 0 1\nMARK error division by zero\n";
        assert_eq!(
            came(&ran(0, error, "ERROR:  division by zero\n"), &two, &marks()),
            Came::Undone("statement 2 of 2: division by zero".to_owned())
        );
        let late = "MARK 0 1\nMARK 1 1\nMARK commit\nMARK error deferred\n";
        assert_eq!(
            came(&ran(0, late, ""), &two, &marks()),
            Came::Undone("deferred".to_owned())
        );
        let lost = "psql:<stdin>:19: server closed the connection unexpectedly\n";
        assert!(matches!(
            came(
                &ran(2, "MARK 0 1\nMARK 1 1\nMARK commit\n", lost),
                &two,
                &marks()
            ),
            Came::Unknown(_)
        ));
        assert!(matches!(
            came(&ran(2, "MARK 0 1\n", lost), &two, &marks()),
            Came::Undone(_)
        ));
        assert!(matches!(
            came(&ran(127, "", "no psql"), &two, &marks()),
            Came::Undone(_)
        ));
        assert!(matches!(
            came(&ran(0, "MARK 0 1\n", ""), &two, &marks()),
            Came::Unknown(_)
        ));
        let many = came(
            &ran(0, "MARK 0 9\nMARK 1 1\nMARK many 9\n", ""),
            &two,
            &marks(),
        );
        assert!(matches!(many, Came::Undone(why) if why.contains("9 rows where 3")));
        let loose = Job {
            transaction: false,
            ..two
        };
        assert!(matches!(
            came(&ran(0, error, ""), &loose, &marks()),
            Came::Partly(_)
        ));
    }
}
