//! Where something stands in the files that are looked through.

use std::ops::Range;

/// Bytes of one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

impl Place {
    pub const fn new(file: usize, span: &Range<usize>) -> Self {
        Self {
            file,
            start: span.start,
            end: span.end,
        }
    }

    pub const fn to(self, other: Self) -> Self {
        Self {
            file: self.file,
            start: self.start,
            end: if other.end > self.end {
                other.end
            } else {
                self.end
            },
        }
    }
}

/// A text that was read out of a file, and where each of its bytes stands there.
#[derive(Debug, Clone)]
pub struct Read {
    pub text: String,
    /// The whole of it as written, with its quotes.
    pub place: Place,
    /// Where its first byte stands, where it is written as it reads.
    verbatim: Option<usize>,
}

impl Read {
    /// A value of TOML: `raw` is how it is written, quotes and all.
    pub fn new(text: &str, raw: &str, place: Place) -> Self {
        let found = (!text.is_empty()).then(|| raw.find(text)).flatten();
        Self {
            text: text.to_owned(),
            place,
            verbatim: found.map(|at| place.start + at),
        }
    }

    /// A text whose bytes stand from here on.
    pub fn at(text: &str, place: Place, first: Option<usize>) -> Self {
        Self {
            text: text.to_owned(),
            place,
            verbatim: first,
        }
    }

    /// Where a part of it stands; all of it where that can't be told.
    pub fn part(&self, part: &Range<usize>) -> Place {
        match self.verbatim {
            Some(first) => Place {
                file: self.place.file,
                start: first + part.start,
                end: first + part.end,
            },
            None => self.place,
        }
    }

    /// Where its first byte stands.
    pub fn first(&self) -> usize {
        self.verbatim.unwrap_or(self.place.start)
    }

    pub const fn is_verbatim(&self) -> bool {
        self.verbatim.is_some()
    }
}
