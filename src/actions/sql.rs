//! SQL of a pack, read just far enough to run it safely: its statements, where their variables stand, and what has no
//! business in it.
//!
//! A variable is written `:'name'` as in psql, or `:name`, and only outside of quotes and comments; `::` is a cast. Its value
//! is never part of the text.

use std::collections::BTreeSet;

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlPiece {
    Text(String),
    Variable(String),
}

/// One statement, without its semicolon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement {
    pub pieces: Vec<SqlPiece>,
    /// The words outside of quotes and comments, in capitals; a word before a `(` has it at its end.
    words: Vec<String>,
}

/// What has no business in the SQL of an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlFault {
    #[error("there is no statement")]
    Empty,
    #[error("a quote or a comment does not end")]
    Unended,
    #[error("`\\` is a command to psql, no SQL")]
    MetaCommand,
    #[error("a variable is written `:'name'`")]
    PsqlVariable,
    #[error("`{0}`: the transaction is ours to begin and to end")]
    Transaction(String),
    #[error("COPY from or to a program or a client")]
    Copy,
    #[error("nothing gives `:{0}` a value")]
    NoValue(String),
}

/// The statements of a text, each of whose variables has a value in `values`.
pub fn statements<'a>(
    text: &str,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Statement>, SqlFault> {
    let values: BTreeSet<&str> = values.into_iter().collect();
    let mut reader = Reader {
        rest: text,
        statement: Statement::default(),
        text: String::new(),
        word: String::new(),
        done: Vec::new(),
    };
    while reader.step()? {}
    reader.end_statement();
    if reader.done.is_empty() {
        return Err(SqlFault::Empty);
    }
    for statement in &reader.done {
        statement.check()?;
        for variable in statement.variables() {
            if !values.contains(variable) {
                return Err(SqlFault::NoValue(variable.to_owned()));
            }
        }
    }
    Ok(reader.done)
}

impl Statement {
    /// `UPDATE`, `SELECT`, …
    pub fn verb(&self) -> &str {
        self.words
            .first()
            .map_or("", |word| word.trim_end_matches('('))
    }

    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            SqlPiece::Variable(name) => Some(name.as_str()),
            SqlPiece::Text(_) => None,
        })
    }

    fn has(&self, word: &str) -> bool {
        self.words
            .iter()
            .any(|one| one.trim_end_matches('(') == word)
    }

    /// Whether the rows it tells of are rows it changes.
    pub fn changes_rows(&self) -> bool {
        const VERBS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "MERGE"];
        VERBS.contains(&self.verb())
            || (self.verb() == "WITH" && VERBS.iter().any(|verb| self.has(verb)))
    }

    /// Whether rolling it back leaves nothing of it, so that it can be tried: plain changes of rows that call nothing which
    /// acts beyond the transaction.
    pub fn can_be_tried(&self) -> bool {
        const TRIED: [&str; 8] = [
            "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "TABLE",
        ];
        // What this server or an extension brings may act; what only tells of itself is few and not needed to change rows.
        let unsafe_call = |name: &str| {
            ["PG_", "DBLINK", "LO_"]
                .iter()
                .any(|begin| name.starts_with(begin))
                || ["SETVAL", "NEXTVAL", "SET_CONFIG", "QUERY_TO_XML"].contains(&name)
        };
        TRIED.contains(&self.verb()) && !self.calls().any(unsafe_call)
    }

    /// Whether it calls a function that acts though it only reads: `pg_terminate_backend`, `dblink`, `setval`.
    pub fn acts(&self) -> bool {
        const ACTING: [&str; 21] = [
            "PG_TERMINATE",
            "PG_CANCEL",
            "PG_RELOAD",
            "PG_ROTATE",
            "PG_SWITCH",
            "PG_PROMOTE",
            "PG_CREATE",
            "PG_DROP",
            "PG_START",
            "PG_STOP",
            "PG_BACKUP",
            "PG_ADVISORY",
            "PG_TRY_ADVISORY",
            "PG_NOTIFY",
            "PG_LOGICAL",
            "PG_REPLICATION",
            "PG_COPY",
            "PG_WAL_REPLAY",
            "PG_STAT_RESET",
            "DBLINK",
            "LO_",
        ];
        self.calls().any(|name| {
            ACTING.iter().any(|begin| name.starts_with(begin))
                || ["SETVAL", "NEXTVAL"].contains(&name)
        })
    }

    fn calls(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| word.strip_suffix('('))
    }

    fn check(&self) -> Result<(), SqlFault> {
        let verb = self.verb();
        let ours = ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"];
        if ours.contains(&verb) || (verb == "PREPARE" && self.has("TRANSACTION")) {
            return Err(SqlFault::Transaction(verb.to_owned()));
        }
        if verb == "COPY"
            && ["STDIN", "STDOUT", "PROGRAM"]
                .iter()
                .any(|word| self.has(word))
        {
            return Err(SqlFault::Copy);
        }
        Ok(())
    }
}

/// Goes through a text once.
struct Reader<'a> {
    rest: &'a str,
    statement: Statement,
    text: String,
    word: String,
    done: Vec<Statement>,
}

impl Reader<'_> {
    /// Reads the next piece; no at the end.
    fn step(&mut self) -> Result<bool, SqlFault> {
        let Some(c) = self.rest.chars().next() else {
            self.end_word(false);
            return Ok(false);
        };
        if c.is_alphanumeric() || c == '_' || (c == '$' && !self.word.is_empty()) {
            self.word.extend(c.to_uppercase());
            self.take(c.len_utf8());
            return Ok(true);
        }
        let escapes = self.word == "E";
        let before_bracket = self.rest.trim_start().starts_with('(');
        self.end_word(before_bracket);
        match c {
            '\'' => self.quoted('\'', escapes)?,
            '"' => self.quoted('"', false)?,
            '-' if self.rest.starts_with("--") => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.drop(end);
            }
            '/' if self.rest.starts_with("/*") => self.comment()?,
            '$' => self.dollars()?,
            '\\' => return Err(SqlFault::MetaCommand),
            ';' => {
                self.rest = &self.rest[1..];
                self.end_statement();
            }
            ':' if self.rest.starts_with("::") => self.take(2),
            ':' => self.variable()?,
            _ => self.take(c.len_utf8()),
        }
        Ok(true)
    }

    fn take(&mut self, count: usize) {
        let (taken, rest) = self.rest.split_at(count);
        self.text.push_str(taken);
        self.rest = rest;
    }

    /// A comment says nothing to a server; a space keeps words apart.
    fn drop(&mut self, count: usize) {
        self.rest = &self.rest[count..];
        self.text.push(' ');
    }

    fn end_word(&mut self, before_bracket: bool) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        if before_bracket {
            word.push('(');
        }
        self.statement.words.push(word);
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.statement.pieces.push(SqlPiece::Text(text));
        }
    }

    fn end_statement(&mut self) {
        self.end_word(false);
        self.end_text();
        let statement = std::mem::take(&mut self.statement);
        let says_something = statement.pieces.iter().any(|piece| match piece {
            SqlPiece::Text(text) => !text.trim().is_empty(),
            SqlPiece::Variable(_) => true,
        });
        if says_something {
            self.done.push(statement);
        }
    }

    fn quoted(&mut self, quote: char, escapes: bool) -> Result<(), SqlFault> {
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if escapes && c == '\\' {
                chars.next();
            } else if c == quote {
                if chars.peek().is_some_and(|(_, next)| *next == quote) {
                    chars.next();
                } else {
                    self.take(at + 1);
                    return Ok(());
                }
            }
        }
        Err(SqlFault::Unended)
    }

    fn comment(&mut self) -> Result<(), SqlFault> {
        let mut depth = 0;
        let mut at = 0;
        let bytes = self.rest.as_bytes();
        while at + 1 < bytes.len() {
            match &bytes[at..at + 2] {
                b"/*" => {
                    depth += 1;
                    at += 2;
                }
                b"*/" => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        self.drop(at);
                        return Ok(());
                    }
                }
                _ => at += 1,
            }
        }
        Err(SqlFault::Unended)
    }

    /// `$$ … $$` and `$tag$ … $tag$`; a `$1` is none.
    fn dollars(&mut self) -> Result<(), SqlFault> {
        let tag = self.rest[1..].find('$').map(|at| &self.rest[..at + 2]);
        let tag = tag.filter(|tag| {
            let name = &tag[1..tag.len() - 1];
            !name.starts_with(|c: char| c.is_ascii_digit())
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        });
        let Some(tag) = tag else {
            self.take(1);
            return Ok(());
        };
        let end = self.rest[tag.len()..].find(tag).ok_or(SqlFault::Unended)?;
        self.take(end + 2 * tag.len());
        Ok(())
    }

    fn variable(&mut self) -> Result<(), SqlFault> {
        let rest = &self.rest[1..];
        if rest.starts_with(['"', '{']) {
            return Err(SqlFault::PsqlVariable);
        }
        let quoted = rest.strip_prefix('\'');
        let rest = quoted.unwrap_or(rest);
        let begins = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins && quoted.is_some() {
            return Err(SqlFault::PsqlVariable);
        }
        if !begins {
            // A slice of an array: `a[1:2]`.
            self.take(1);
            return Ok(());
        }
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        let after = &rest[end..];
        self.rest = match quoted {
            Some(_) => after.strip_prefix('\'').ok_or(SqlFault::PsqlVariable)?,
            None => after,
        };
        self.end_text();
        self.statement.pieces.push(SqlPiece::Variable(name));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<Statement>, SqlFault> {
        statements(text, ["id", "ids", "limit"])
    }

    fn text(statement: &Statement) -> String {
        statement
            .pieces
            .iter()
            .map(|piece| match piece {
                SqlPiece::Text(text) => text.clone(),
                SqlPiece::Variable(name) => format!("<{name}>"),
            })
            .collect()
    }

    #[test]
    fn statements_and_their_variables_are_found() {
        let read = read("update exports set status = 'pending;' where id = :'id'; -- :id; x\n select 1::int /* ; /* :no */ */ , :limit\n;\n").unwrap();
        let texts: Vec<String> = read.iter().map(text).collect();
        assert_eq!(texts.len(), 2);
        assert_eq!(
            texts[0],
            "update exports set status = 'pending;' where id = <id>"
        );
        assert!(
            texts[1].contains("1::int") && texts[1].contains("<limit>") && !texts[1].contains("no")
        );
        assert_eq!(read[0].verb(), "UPDATE");
        assert!(read[0].changes_rows() && !read[1].changes_rows());
    }

    #[test]
    fn what_is_quoted_is_left_alone() {
        for quoted in [
            "select ':id', 'it''s :id;'",
            "select \":id;\"",
            "select E'\\':id;'",
            "select $$:id;$$, $x$ $$ :id $x$",
            "select a[1:2], '12:30'::time",
            "select $1",
        ] {
            let read = read(quoted).unwrap();
            assert_eq!(read.len(), 1, "{quoted}");
            assert_eq!(text(&read[0]), quoted);
            assert_eq!(read[0].variables().count(), 0, "{quoted}");
        }
    }

    #[test]
    fn what_has_no_business_there_is_refused() {
        for (bad, fault) in [
            ("", SqlFault::Empty),
            (" ; -- x", SqlFault::Empty),
            ("select 'x", SqlFault::Unended),
            ("select /* x", SqlFault::Unended),
            ("select $a$ x", SqlFault::Unended),
            ("\\! rm -rf /", SqlFault::MetaCommand),
            ("select 1 \\gexec", SqlFault::MetaCommand),
            ("select :\"id\"", SqlFault::PsqlVariable),
            ("select :'id", SqlFault::PsqlVariable),
            ("select :'a b'", SqlFault::PsqlVariable),
            ("select :other", SqlFault::NoValue("other".to_owned())),
            (
                "update x set a = 1; commit; drop table x",
                SqlFault::Transaction("COMMIT".to_owned()),
            ),
            ("begin", SqlFault::Transaction("BEGIN".to_owned())),
            ("copy x from program 'id'", SqlFault::Copy),
            ("copy x from stdin", SqlFault::Copy),
        ] {
            assert_eq!(read(bad), Err(fault), "{bad}");
        }
    }

    #[test]
    fn what_a_rollback_does_not_take_back_is_not_tried() {
        for (sql, tried) in [
            ("update x set a = 1", true),
            (
                "with d as (delete from x returning *) select count(*) from d",
                true,
            ),
            (
                "select pg_terminate_backend(pid) from pg_stat_activity",
                false,
            ),
            ("select pg_terminate_backend (7)", false),
            ("select count(*) from pg_stat_activity", true),
            ("select 'pg_terminate_backend('", true),
            ("insert into x values (nextval('s'))", false),
            ("select dblink_exec('x')", false),
            ("vacuum full x", false),
            ("reindex index i", false),
            ("truncate x", false),
        ] {
            assert_eq!(read(sql).unwrap()[0].can_be_tried(), tried, "{sql}");
        }
        assert!(read("select pg_terminate_backend(7)").unwrap()[0].acts());
        assert!(!read("select pg_is_in_recovery(), count(*) from x").unwrap()[0].acts());
        assert!(
            read("with d as (delete from x returning *) select 1 from d").unwrap()[0]
                .changes_rows()
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fall_over(sql in any::<String>(), noise in "[:;'\"$\\-/*a-z \\\\\n]{0,40}") {
            let _ = read(&sql);
            let _ = read(&noise);
        }

        #[test]
        fn nothing_is_lost_of_what_is_read(sql in "[a-z0-9 ,.()=:']{1,60}") {
            if !sql.contains(":'") && let Ok(read) = read(&sql) {
                let again: String = read.iter().map(text).collect();
                let plain = |text: &str| text.replace([':', '<', '>'], "");
                prop_assert_eq!(plain(&again), plain(&sql));
            }
        }
    }
}
