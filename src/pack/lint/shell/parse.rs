//! Tokens to pipelines.

use super::{
    Broken, Command, Parsed, Pipeline, Redirect, Word,
    lex::{Token, lex},
};
use crate::pack::lint::{notation::Notation, place::Read};

/// A script as its pipelines, with what no shell takes.
pub fn parse(script: &Read, notation: &Notation) -> Parsed {
    let lexed = lex(script, notation);
    let mut parser = Parser {
        script,
        parsed: Parsed {
            broken: lexed.broken,
            ..Parsed::default()
        },
        pipeline: Pipeline::default(),
        command: Command::default(),
        comment: String::new(),
        fresh: false,
    };
    let mut tokens = lexed.tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => parser.word(word),
            Token::Sign("|") => parser.end_command(),
            Token::Sign("\n") => {
                let blank = matches!(tokens.peek(), Some(Token::Sign("\n")));
                parser.end_pipeline(notation);
                if blank {
                    parser.comment.clear();
                }
            }
            Token::Sign(_) => parser.end_pipeline(notation),
            Token::Comment(said) => parser.comment(&said),
            Token::Redirect(op, fd, span) => match tokens.peek() {
                Some(Token::Word(_)) => {
                    if let Some(Token::Word(file)) = tokens.next() {
                        let op = op.to_owned();
                        parser.command.redirects.push(Redirect { op, fd, file });
                    }
                }
                _ => parser.parsed.broken.push(Broken {
                    place: parser.script.part(&span),
                    why: ">",
                }),
            },
        }
    }
    parser.end_pipeline(notation);
    parser.parsed
}

struct Parser<'a> {
    script: &'a Read,
    parsed: Parsed,
    pipeline: Pipeline,
    command: Command,
    comment: String,
    /// Comments after a command begin anew.
    fresh: bool,
}

impl Parser<'_> {
    fn word(&mut self, word: Word) {
        let set = word.text.split_once('=');
        if self.command.words.is_empty()
            && let Some((name, value)) = set
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            let (name, value) = (name.to_owned(), value.to_owned());
            let word = Word {
                text: value,
                first: None,
                ..word
            };
            self.command.sets.push((name, word));
            return;
        }
        self.command.words.push(word);
    }

    fn comment(&mut self, said: &str) {
        if self.command.words.is_empty() && self.pipeline.commands.is_empty() {
            if self.fresh {
                self.comment.clear();
                self.fresh = false;
            }
            if !self.comment.is_empty() {
                self.comment.push(' ');
            }
            self.comment.push_str(said);
        }
    }

    fn end_command(&mut self) {
        let command = std::mem::take(&mut self.command);
        let empty = command.words.is_empty() && command.sets.is_empty();
        if !empty || !command.redirects.is_empty() {
            self.pipeline.commands.push(command);
        }
    }

    fn end_pipeline(&mut self, notation: &Notation) {
        self.end_command();
        let mut pipeline = std::mem::take(&mut self.pipeline);
        if pipeline.commands.is_empty() {
            return;
        }
        pipeline.comment.clone_from(&self.comment);
        let words = pipeline.commands.iter().flat_map(|it| &it.words);
        pipeline.elided = words.into_iter().any(|word| notation.elides(&word.text));
        self.fresh = true;
        self.parsed.pipelines.push(pipeline);
    }
}
