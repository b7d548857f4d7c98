//! What a program writes, on its way to a person: by lines, stripped of controls, rid of secrets, bounded.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use super::{Doing, Tell, redactor::Redactor, secrets::Secret};
use crate::{
    actions::parse::parse,
    domain::{
        action::{
            step::{Parse, Planned, Save, Sign},
            value::Values,
            verdict::{Output, Stream},
        },
        clean::clean_lines,
    },
};

/// How much of a stream is kept, half of it from its beginning and half from its end.
pub const KEPT: usize = 256 << 10;
/// How much of a stream is read for its values.
const PARSED: usize = 1 << 20;
/// A line longer than this is shown in pieces.
const LONGEST_LINE: usize = 16 << 10;

/// Who hears what a step writes.
#[derive(Clone, Default)]
pub struct Ears<'a> {
    /// Nobody, where a step only reads.
    pub tell: Option<&'a Tell>,
    pub step: usize,
    /// The pod, where there are several, or the log it was added to.
    pub of: Option<String>,
}

impl<'a> Doing<'a> {
    /// Who hears what the whole step writes.
    pub(super) fn ears(&self) -> Ears<'a> {
        Ears {
            tell: Some(self.output),
            step: self.place,
            of: None,
        }
    }
}

impl Ears<'_> {
    pub fn note(&self, text: impl Into<String>) {
        self.say(Stream::Note, text.into());
    }

    fn say(&self, stream: Stream, text: String) {
        if let Some(tell) = self.tell {
            tell(Output {
                step: self.step,
                of: self.of.clone(),
                stream,
                text,
            });
        }
    }
}

/// One stream of a program.
pub struct Written<'a> {
    ears: Ears<'a>,
    stream: Stream,
    redactor: Redactor,
    /// Bytes of a line that is not whole yet.
    line: Vec<u8>,
    shown: usize,
    tail: VecDeque<String>,
    tail_size: usize,
    /// Bytes that nobody will see.
    cut: usize,
    /// What values are read from.
    text: String,
    overflow: bool,
}

/// What a stream came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// All of it, stripped and redacted; its beginning where it was too much.
    pub text: String,
    /// Whether it was too much to read values from.
    pub overflow: bool,
}

impl Heard {
    /// Its last line that says something, for an error.
    pub fn last_line(&self) -> Option<&str> {
        self.text
            .lines()
            .map(str::trim)
            .rfind(|line| !line.is_empty())
    }
}

/// How many lines of an error are told: the cause often stands before the last.
const TOLD: usize = 3;

impl Heard {
    /// Its last lines that say something, as one.
    pub fn last_lines(&self) -> Option<String> {
        let lines = self.text.lines().map(str::trim);
        let mut lines: Vec<&str> = lines.rev().filter(|it| !it.is_empty()).take(TOLD).collect();
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("; "))
    }
}

/// What later steps are given of what was written.
pub fn saved(save: Option<&Save>, out: &Heard) -> Result<Values, String> {
    let Some(save) = save else {
        return Ok(Values::new());
    };
    if out.overflow {
        return Err("it is too long".to_owned());
    }
    parse(&save.parse, &out.text).map_err(|error| error.to_string())
}

/// What a step that only reads gives: what its pack parses, by itself its lines.
pub fn read_out(step: &Planned, out: &Heard) -> Result<Values, String> {
    let lines = Save {
        name: String::new(),
        parse: Parse::Lines,
    };
    saved(Some(step.save.as_ref().unwrap_or(&lines)), out)
}

/// Whether a program is asked for what is, or does something that those after it build on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    Read,
    Act,
}

/// What a program that ended with this code gives to who asked how it ends, or why it gives nothing.
pub fn ended(
    save: Option<&Save>,
    aim: Aim,
    rc: i32,
    (out, err): (&Heard, &Heard),
) -> Result<Values, String> {
    let failed = || match err.last_lines().or_else(|| out.last_lines()) {
        Some(lines) => format!("exit {rc}: {lines}"),
        None => format!("exit {rc}"),
    };
    match save.and_then(Save::ending) {
        // What it says when it ends well must be there.
        _ if rc == 0 => saved(save, out),
        Some(ending) if ending.takes(rc) || (aim == Aim::Read && ending.proves()) => {
            let output = ending.output.as_ref();
            let mut values = output
                .and_then(|output| parse(output, &out.text).ok())
                .unwrap_or_default();
            values.extend(ending.told(Sign::Rc(rc), &failed()));
            Ok(values)
        }
        _ => Err(failed()),
    }
}

/// The same where what proves that something is up or down says so even if nobody could ask.
pub fn unasked(save: Option<&Save>, why: &str) -> Option<Values> {
    let ending = save.and_then(Save::ending)?;
    ending.proves().then(|| ending.untold(why))
}

impl<'a> Written<'a> {
    pub fn new(ears: Ears<'a>, stream: Stream, secrets: &[Secret]) -> Self {
        Self {
            ears,
            stream,
            redactor: Redactor::new(secrets),
            line: Vec::new(),
            shown: 0,
            tail: VecDeque::new(),
            tail_size: 0,
            cut: 0,
            text: String::new(),
            overflow: false,
        }
    }

    /// Takes what came; whole lines are told at once.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.line.extend_from_slice(bytes);
        let end = self
            .line
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'))
            .map(|at| at + 1);
        // A CR at the very end may be the first half of a line end.
        let end = match end {
            Some(end) if end == self.line.len() && self.line.ends_with(b"\r") => self.line
                [..end - 1]
                .iter()
                .rposition(|byte| matches!(byte, b'\n' | b'\r'))
                .map(|at| at + 1),
            end => end,
        };
        let end = end.or_else(|| (self.line.len() > LONGEST_LINE).then(|| whole(&self.line)));
        if let Some(end) = end {
            let rest = self.line.split_off(end);
            let lines = std::mem::replace(&mut self.line, rest);
            self.take(&lines);
        }
    }

    /// The stream is over: the rest is told, and how much was cut.
    pub fn end(mut self) -> Heard {
        let rest = std::mem::take(&mut self.line);
        self.take(&rest);
        let last = self.redactor.finish();
        self.show(&last);
        if self.cut > 0 {
            let name = if self.stream == Stream::Err {
                "err"
            } else {
                "out"
            };
            self.ears.note(format!("cut {name} {}", self.cut));
        }
        for piece in std::mem::take(&mut self.tail) {
            self.ears.say(self.stream, piece);
        }
        Heard {
            text: self.text,
            overflow: self.overflow,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        // A progress bar writes its lines over each other: each is one.
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let text = text.replace('\r', "\n");
        let clean: String = text
            .split_inclusive('\n')
            .map(|line| match line.strip_suffix('\n') {
                Some(line) => format!("{}\n", clean_lines(line)),
                None => clean_lines(line).into_owned(),
            })
            .collect();
        let shown = self.redactor.feed(&clean);
        self.show(&shown);
    }

    fn show(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let room = PARSED.saturating_sub(self.text.len());
        if text.len() > room {
            self.overflow = true;
        }
        self.text.push_str(up_to(text, room));
        let room = (KEPT / 2).saturating_sub(self.shown);
        let now = up_to(text, room);
        let later = &text[now.len()..];
        if later.is_empty() {
            self.shown += now.len();
        } else {
            // What has begun to be cut is never begun again.
            self.shown = KEPT / 2;
            self.tail_size += later.len();
            self.tail.push_back(later.to_owned());
            self.shorten();
        }
        if !now.is_empty() {
            self.ears.say(self.stream, now.to_owned());
        }
    }

    /// Keeps the end of what there is no room for.
    fn shorten(&mut self) {
        while self.tail_size > KEPT / 2 {
            let Some(first) = self.tail.pop_front() else {
                return;
            };
            let surplus = (self.tail_size - KEPT / 2).min(first.len());
            let mut at = surplus;
            while !first.is_char_boundary(at) {
                at += 1;
            }
            self.cut += at;
            self.tail_size -= at;
            if at < first.len() {
                self.tail.push_front(first[at..].to_owned());
            }
        }
    }
}

/// As much of a text as there is room for.
fn up_to(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let mut at = room;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

/// How many bytes end with a whole character.
fn whole(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => error.valid_up_to(),
        _ => bytes.len(),
    }
}
