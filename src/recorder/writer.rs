//! What is recorded, as the bytes that are put behind what stands in the file.

use std::{collections::HashMap, io, time::Duration};

use jiff::Timestamp;

use crate::domain::frame::{Frame, Mark, MarkKey};

use super::{
    bytes::{Bad, In, Wire, fields},
    delta::Book,
    file::{Kind, entry},
    pack::Packer,
    parts::take_apart,
};

/// A frame of so many is whole: what one jumps to.
const WHOLE_EVERY: u32 = 60;

/// Who records, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The time of the world between two frames.
    pub step: Duration,
    /// The program that records.
    pub program: String,
}

fields!(Session { step, program });

/// Makes the entries of one recording after the other.
pub struct Writer {
    book: Book,
    packer: Packer,
    /// Frames since the last whole one; `None` before the first.
    since_whole: Option<u32>,
    /// What stands on the time line already.
    marks: HashMap<MarkKey, Mark>,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    pub fn new() -> Self {
        Self {
            book: Book::default(),
            packer: Packer::new(),
            since_whole: None,
            marks: HashMap::new(),
        }
    }

    /// The entry with which a recording begins.
    pub fn begin(&mut self, session: &Session, at: Timestamp) -> Vec<u8> {
        *self = Self::new();
        entry(Kind::Begun, at, &session.to_bytes())
    }

    /// The entry of a frame.
    pub fn frame(&mut self, frame: &Frame) -> io::Result<Vec<u8>> {
        let parts = take_apart(frame);
        let (kind, bytes) = match self.since_whole {
            Some(count) if count < WHOLE_EVERY => {
                self.since_whole = Some(count + 1);
                (Kind::Change, self.book.write_change(parts))
            }
            _ => {
                self.since_whole = Some(1);
                self.packer = Packer::new();
                (Kind::Whole, self.book.write_whole(parts))
            }
        };
        Ok(entry(kind, frame.at, &self.packer.pack(&bytes)?))
    }

    /// The entries of what came on the time line, or of which more became known.
    pub fn marks(&mut self, marks: &[Mark], at: Timestamp) -> Vec<u8> {
        let mut out = Vec::new();
        for mark in marks {
            let mut mark = mark.clone();
            if let Some(told) = self.marks.get(&mark.key) {
                if told.what == mark.what {
                    continue;
                }
                // More is known of it; it stands where it stood.
                mark.at = told.at;
            }
            out.extend(entry(Kind::Mark, at, &mark.to_bytes()));
            self.marks.insert(mark.key.clone(), mark);
        }
        out
    }

    /// The entry with which a recording ends on purpose.
    pub fn end(at: Timestamp) -> Vec<u8> {
        entry(Kind::Ended, at, &[])
    }
}
