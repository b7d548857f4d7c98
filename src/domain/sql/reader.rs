//! How a text of SQL is taken apart: quotes, comments, variables, and the words between them.

use super::{SqlFault, SqlPiece, Statement};

/// The statements of a text, whatever they are.
pub(super) fn read(text: &str) -> Result<Vec<Statement>, SqlFault> {
    let mut reader = Reader {
        rest: text,
        statement: Statement::default(),
        text: String::new(),
        word: String::new(),
        done: Vec::new(),
    };
    while reader.step()? {}
    reader.end_statement();
    Ok(reader.done)
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
