//! SQL of a pack, read just far enough to run it safely: its statements, where their variables stand, and what has no
//! business in it.
//!
//! A variable is written `:'name'` as in psql, or `:name`, and only outside of quotes and comments; `::` is a cast. Its value
//! is never part of the text.

mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::reader::read;

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
    let done = read(text)?;
    if done.is_empty() {
        return Err(SqlFault::Empty);
    }
    for statement in &done {
        statement.check()?;
        for variable in statement.variables() {
            if !values.contains(variable) {
                return Err(SqlFault::NoValue(variable.to_owned()));
            }
        }
    }
    Ok(done)
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

    /// Whether it may act though nothing of it is kept: it is no question (a `DO` hides what it calls), or it calls a
    /// function that acts: `pg_terminate_backend`, `dblink`, `setval`.
    pub fn acts(&self) -> bool {
        const QUESTIONS: [&str; 6] = ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN"];
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
        let acting = |name: &str| {
            ACTING.iter().any(|begin| name.starts_with(begin))
                || ["SETVAL", "NEXTVAL"].contains(&name)
        };
        !QUESTIONS.contains(&self.verb()) || self.calls().any(acting)
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
