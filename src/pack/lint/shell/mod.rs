//! A shell's command line as words, pipes and redirections, with the place of each.

mod lex;
mod parse;
pub mod program;
mod rules;
mod words;

pub use self::{
    parse::parse,
    program::{Args, Call, Through},
    rules::{look, look_across},
};

use super::place::Place;

/// One word, as the program is given it.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub text: String,
    pub place: Place,
    /// Where its text stands, where it is written as it is given.
    pub first: Option<usize>,
    /// Any part of it is quoted.
    pub quoted: bool,
    /// A `*`, `?` or `[` in it is the shell's.
    pub glob: bool,
    /// Variables that the shell puts in.
    pub variables: Vec<String>,
    /// Commands whose output the shell puts in.
    pub substituted: bool,
}

impl Word {
    pub fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub fn read(&self) -> super::place::Read {
        super::place::Read::at(&self.text, self.place, self.first)
    }
}

/// Where a command's input or output goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Redirect {
    /// `<`, `>`, `>>`.
    pub op: String,
    pub fd: Option<u32>,
    pub file: Word,
}

/// One command with its words; `A=b` before it stand apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Command {
    pub sets: Vec<(String, Word)>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    /// A step of the pack's own that runs without a shell.
    pub bare: bool,
    /// A connection of the pack's own says host, database and secret.
    pub connected: bool,
    /// A step of a kind that the cockpit knows: it names the cluster and the namespace, and reaches every pod it is to.
    pub typed: bool,
}

impl Command {
    pub fn reads(&self) -> Option<&Redirect> {
        self.redirects.iter().find(|it| it.op == "<")
    }

    pub fn writes(&self) -> Option<&Redirect> {
        let out = |it: &&Redirect| it.op.starts_with('>') && it.fd.unwrap_or(1) == 1;
        self.redirects.iter().find(out)
    }
}

/// Commands that feed each other, and what is said above them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pipeline {
    pub commands: Vec<Command>,
    /// The comment above it, or behind it.
    pub comment: String,
    /// Part of it is left out: `…`.
    pub elided: bool,
}

/// A part of a script that no shell takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub place: Place,
    pub why: &'static str,
}

/// What a script says, line by line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    pub pipelines: Vec<Pipeline>,
    pub broken: Vec<Broken>,
}
