//! Characters to words and signs, as a shell takes them.

use std::ops::Range;

use super::{Broken, Word};
use crate::pack::lint::{notation::Notation, place::Read};

/// A word, or a sign between words.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Word(Word),
    /// `|`, `||`, `&&`, `;`, `&`, a new line.
    Sign(&'static str),
    /// `<`, `>`, `>>`, with the file descriptor before it.
    Redirect(&'static str, Option<u32>, Range<usize>),
    /// A comment, without its `#`.
    Comment(String),
}

/// The tokens of a script, and what can't be one.
pub struct Lexed {
    pub tokens: Vec<Token>,
    pub broken: Vec<Broken>,
}

const SIGNS: [&str; 5] = ["&&", "||", "|", ";", "&"];

/// A script as tokens.
pub fn lex(script: &Read, notation: &Notation) -> Lexed {
    let mut lexer = Lexer {
        script,
        notation,
        at: 0,
        out: Lexed {
            tokens: Vec::new(),
            broken: Vec::new(),
        },
    };
    while lexer.at < script.text.len() {
        lexer.next();
    }
    lexer.out
}

struct Lexer<'a> {
    script: &'a Read,
    notation: &'a Notation,
    at: usize,
    out: Lexed,
}

/// A word that is being read.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the word by itself"
)]
struct Growing {
    text: String,
    quoted: bool,
    /// It began inside quotes or a substitution: its text isn't as written.
    broken_up: bool,
    first: Option<usize>,
    glob: bool,
    variables: Vec<String>,
    substituted: bool,
}

impl Growing {
    fn take(&mut self, piece: &str, at: usize) {
        match self.first {
            None => self.first = Some(at),
            Some(first) if first + self.text.len() != at => self.broken_up = true,
            Some(_) => {}
        }
        self.text.push_str(piece);
    }
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.script.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn is_word_begun(&self) -> bool {
        let before = self.script.text[..self.at].chars().next_back();
        before.is_some_and(|c| !c.is_whitespace() && !matches!(c, ';' | '|' | '&'))
    }

    fn next(&mut self) {
        let rest = self.rest();
        if rest.starts_with("\\\n") {
            self.at += 2;
            return;
        }
        let Some(c) = self.peek() else { return };
        match c {
            '\n' => {
                self.out.tokens.push(Token::Sign("\n"));
                self.at += 1;
            }
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '#' if !self.is_word_begun() => {
                let line = rest.lines().next().unwrap_or_default();
                let said = line.trim_start_matches('#').trim().to_owned();
                self.at += line.len();
                self.out.tokens.push(Token::Comment(said));
            }
            '<' if self.notation.stand_in(rest).is_some() => self.word(),
            '<' | '>' => self.redirect(None),
            '(' | ')' => self.bracket(),
            _ => {
                if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                    self.out.tokens.push(Token::Sign(sign));
                    self.at += sign.len();
                } else {
                    self.word();
                }
            }
        }
    }

    fn bracket(&mut self) {
        let span = self.at..self.at + 1;
        // After a word a bracket is an error of syntax; before one it groups.
        if matches!(self.out.tokens.last(), Some(Token::Word(_))) {
            self.broken(&span, "(");
        }
        self.at += 1;
    }

    fn broken(&mut self, span: &Range<usize>, why: &'static str) {
        let place = self.script.part(span);
        self.out.broken.push(Broken { place, why });
    }

    fn redirect(&mut self, fd: Option<u32>) {
        let rest = self.rest();
        let op = if rest.starts_with(">>") {
            ">>"
        } else if rest.starts_with('>') {
            ">"
        } else {
            "<"
        };
        let span = self.at..self.at + op.len();
        self.at += op.len();
        let follows = self.rest();
        if let Some(to) = follows.strip_prefix('&') {
            let number = to.chars().take_while(char::is_ascii_digit).count();
            self.at += 1 + number;
            return;
        }
        self.out.tokens.push(Token::Redirect(op, fd, span));
    }

    fn word(&mut self) {
        let start = self.at;
        let mut word = Growing::default();
        while let Some(c) = self.peek() {
            let rest = self.rest();
            if let Some(length) = self.notation.stand_in(rest) {
                let piece = rest[..length].to_owned();
                word.take(&piece, self.at);
                self.at += length;
                continue;
            }
            match c {
                '\\' => self.escaped(&mut word),
                '\'' => self.single(&mut word),
                '"' => self.double(&mut word),
                '`' => self.back(&mut word),
                '$' => self.dollar(&mut word, false),
                '<' | '>' => {
                    let digits = !word.quoted && word.text.chars().all(|c| c.is_ascii_digit());
                    if digits && !word.text.is_empty() {
                        self.redirect(word.text.parse().ok());
                        return;
                    }
                    break;
                }
                '(' => {
                    let span = self.at..self.at + 1;
                    self.broken(&span, "(");
                    word.take("(", self.at);
                    self.at += 1;
                }
                ')' => {
                    word.take(")", self.at);
                    self.at += 1;
                }
                '|' | '&' | ';' => break,
                c if c.is_whitespace() => break,
                c => {
                    word.glob |= matches!(c, '*' | '?' | '[');
                    word.take(c.encode_utf8(&mut [0; 4]), self.at);
                    self.at += c.len_utf8();
                }
            }
        }
        let place = self.script.part(&(start..self.at));
        let first = word.first.filter(|_| !word.broken_up);
        let first = first.filter(|_| self.script.is_verbatim());
        self.out.tokens.push(Token::Word(Word {
            place,
            first: first.map(|at| self.script.part(&(at..at)).start),
            text: word.text,
            quoted: word.quoted,
            glob: word.glob,
            variables: word.variables,
            substituted: word.substituted,
        }));
    }

    fn escaped(&mut self, word: &mut Growing) {
        let Some(c) = self.rest().chars().nth(1) else {
            self.at += 1;
            return;
        };
        if c != '\n' {
            word.take(c.encode_utf8(&mut [0; 4]), self.at + 1);
        }
        self.at += 1 + c.len_utf8();
    }

    fn single(&mut self, word: &mut Growing) {
        word.quoted = true;
        let inner = &self.rest()[1..];
        let end = inner.find('\'').unwrap_or(inner.len());
        let piece = inner[..end].to_owned();
        word.take(&piece, self.at + 1);
        self.at = (self.at + end + 2).min(self.script.text.len());
    }

    fn double(&mut self, word: &mut Growing) {
        word.quoted = true;
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => self.escaped(word),
                '$' => self.dollar(word, true),
                '`' => self.back(word),
                c => {
                    word.take(c.encode_utf8(&mut [0; 4]), self.at);
                    self.at += c.len_utf8();
                }
            }
        }
        let span = self.at.saturating_sub(1)..self.at;
        self.broken(&span, "\"");
    }

    fn back(&mut self, word: &mut Growing) {
        let inner = &self.rest()[1..];
        let end = inner.find('`').map_or(inner.len(), |end| end + 1);
        let piece = self.rest()[..=end].to_owned();
        word.substituted = true;
        word.take(&piece, self.at);
        self.at += piece.len();
    }

    fn dollar(&mut self, word: &mut Growing, _inside: bool) {
        let rest = self.rest();
        if rest.starts_with("$(") {
            let mut depth = 0_usize;
            let mut length = rest.len();
            for (at, c) in rest.char_indices() {
                match c {
                    '(' => depth += 1,
                    ')' if depth == 1 => {
                        length = at + 1;
                        break;
                    }
                    ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            let piece = rest[..length].to_owned();
            word.substituted = true;
            word.take(&piece, self.at);
            self.at += length;
            return;
        }
        let body = rest[1..].strip_prefix('{').unwrap_or(&rest[1..]);
        let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_' || *c == '.';
        let name: String = body.chars().take_while(is_part).collect();
        let braces = rest[1..].starts_with('{');
        let length = 1 + name.len() + if braces { 2 } else { 0 };
        let piece = rest.get(..length).unwrap_or(rest).to_owned();
        if !name.is_empty() {
            word.variables.push(name);
        }
        word.take(&piece, self.at);
        self.at += piece.len();
    }
}
