//! The body of a refusal.

use super::{
    tables::STATUS,
    watch::typed,
    wire::{self, Malformed, Unknown},
};

/// No refusal is longer than this.
const LIMIT: usize = 1 << 20;

/// Turns the `Status` of a refusal into JSON when all of it is there. Of one that can't be read nothing is handed on: the
/// code of the answer says enough.
#[derive(Debug, Default)]
pub(super) struct StatusReader {
    lost: bool,
}

impl StatusReader {
    /// Waits for the end, as long as it may come.
    pub fn step(&mut self, bytes: &[u8]) -> Option<usize> {
        self.lost |= bytes.len() > LIMIT;
        (self.lost && !bytes.is_empty()).then_some(bytes.len())
    }

    pub fn end(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let read = if self.lost { Ok(()) } else { read(bytes, out) };
        if let Err(malformed) = read {
            tracing::debug!(%malformed, "the words of a refusal can't be read");
            out.clear();
        }
    }
}

fn read(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let status = Unknown::read(bytes)?;
    if status.kind != b"Status" {
        return Err(Malformed::Kind(wire::said(status.kind), "Status"));
    }
    typed(&status, STATUS, out)
}
