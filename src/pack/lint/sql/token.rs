//! SQL to tokens and statements.

use std::ops::Range;

use crate::pack::lint::{
    material::Script,
    place::{Place, Read},
};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a name; in lower case.
    Word,
    String,
    Number,
    Sign,
}

/// A token of SQL.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    pub text: String,
    pub span: Range<usize>,
    /// How many brackets it stands in.
    pub depth: usize,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.kind != TokenKind::String && self.text == text
    }
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    pub script: &'a Script,
    pub read: Read,
    pub tokens: Vec<Token>,
    /// The step it stands in.
    pub order: usize,
}

impl Statement<'_> {
    /// Where these words stand one after the other, and in what depth.
    pub fn sequence(&self, words: &[&str]) -> Option<usize> {
        let fits = |window: &[Token]| window.iter().zip(words).all(|(token, word)| token.is(word));
        self.tokens.windows(words.len()).position(fits)
    }

    pub fn has(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| token.is(word))
    }

    pub fn begins(&self, word: &str) -> bool {
        self.tokens.first().is_some_and(|token| token.is(word))
    }

    pub fn place(&self, token: &Token) -> Place {
        self.read.part(&token.span)
    }

    pub fn whole(&self) -> Place {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => self.read.part(&(first.span.start..last.span.end)),
            _ => self.read.place,
        }
    }

    /// The strings of `column = 'x'` and `column in ('x', 'y')`.
    pub fn equals(&self, column: &str) -> Vec<&Token> {
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if !token.is(column) {
                continue;
            }
            match self.tokens.get(at + 1) {
                Some(op) if op.is("=") => found.extend(self.tokens.get(at + 2)),
                Some(op) if op.is("in") => {
                    let list = self.tokens[at + 2..].iter();
                    found.extend(list.take_while(|it| !it.is(")")));
                }
                _ => {}
            }
        }
        found.retain(|token| token.kind == TokenKind::String);
        found
    }

    /// The tables that are read or written: after FROM, JOIN, UPDATE, INTO.
    pub fn tables(&self) -> Vec<&Token> {
        let heads = ["from", "join", "update", "into"];
        let pairs = self.tokens.windows(2);
        pairs
            .filter(|pair| heads.iter().any(|head| pair[0].is(head)))
            .filter(|pair| pair[1].kind == TokenKind::Word)
            .map(|pair| &pair[1])
            .collect()
    }

    /// The names that `WITH` gives.
    pub fn common(&self) -> Vec<&Token> {
        if !self.begins("with") {
            return Vec::new();
        }
        let triples = self.tokens.windows(3);
        triples
            .filter(|it| it[0].depth == 0 && it[1].is("as") && it[2].is("("))
            .map(|it| &it[0])
            .collect()
    }
}

/// The statements of a text.
pub fn statements<'a>(script: &'a Script, read: &Read, order: usize) -> Vec<Statement<'a>> {
    let mut all = Vec::new();
    let mut tokens = Vec::new();
    let mut end = |tokens: &mut Vec<Token>| {
        if !tokens.is_empty() {
            all.push(Statement {
                script,
                read: read.clone(),
                tokens: std::mem::take(tokens),
                order,
            });
        }
    };
    for token in tokens_of(&read.text) {
        if token.is(";") && token.depth == 0 {
            end(&mut tokens);
        } else {
            tokens.push(token);
        }
    }
    end(&mut tokens);
    all
}

fn tokens_of(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut depth = 0_usize;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            continue;
        }
        let (kind, length, value) = token(rest, c);
        let sign = if kind == TokenKind::Sign {
            value.as_str()
        } else {
            ""
        };
        if sign == ")" {
            depth = depth.saturating_sub(1);
        }
        tokens.push(Token {
            kind,
            text: value.clone(),
            span: at..at + length,
            depth,
        });
        if sign == "(" {
            depth += 1;
        }
        at += length;
    }
    tokens
}

fn token(rest: &str, c: char) -> (TokenKind, usize, String) {
    let run = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
    if matches!(c, '\'' | '"') {
        let end = rest[1..].find(c).map_or(rest.len(), |end| end + 2);
        let inner = rest[1..].split(c).next().unwrap_or_default();
        let kind = if c == '\'' {
            TokenKind::String
        } else {
            TokenKind::Word
        };
        return (kind, end, inner.to_owned());
    }
    if c.is_ascii_digit() {
        let length = run(|c| c.is_ascii_digit() || c == '.');
        return (TokenKind::Number, length, rest[..length].to_owned());
    }
    if c.is_alphanumeric() || c == '_' || c == '$' {
        let length = run(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        return (TokenKind::Word, length, rest[..length].to_lowercase());
    }
    let signs = ["<>", "!=", ">=", "<=", "::", "||"];
    let length = signs
        .iter()
        .find(|sign| rest.starts_with(**sign))
        .map_or(c.len_utf8(), |sign| sign.len());
    (TokenKind::Sign, length, rest[..length].to_owned())
}
