//! A watch: frames of events, each a line of JSON.

use super::{
    json,
    tables::{BOOKMARK, Kind, STATUS, Table},
    wire::{self, Content, Fields, Malformed, OBJECT, Unknown},
};

/// The length before each frame.
const PREFIX: usize = 4;
/// What is around the object in a frame.
const AROUND: u64 = 1 << 10;

/// Turns frames into lines.
#[derive(Debug)]
pub(super) struct WatchReader {
    kind: &'static Kind,
}

impl WatchReader {
    pub fn new(kind: &'static Kind) -> Self {
        Self { kind }
    }

    /// Takes one frame; how many bytes that took, `None` when there are too few for it.
    pub fn step(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Option<usize>, Malformed> {
        let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*prefix);
        if u64::from(length) > OBJECT + AROUND {
            return Err(Malformed::TooLong(length.into()));
        }
        let length = length as usize;
        let Some(frame) = rest.get(..length) else {
            return Ok(None);
        };
        self.event(frame, out)?;
        Ok(Some(PREFIX + length))
    }

    fn event(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
        let (mut kind, mut object): (&[u8], &[u8]) = (&[], &[]);
        let mut fields = Fields(frame);
        while let Some(field) = fields.next()? {
            match field {
                (1, Content::Bytes(bytes)) => kind = bytes,
                (2, Content::Bytes(bytes)) => object = Fields(bytes).bytes(1)?.unwrap_or_default(),
                _ => {}
            }
        }
        let object = Unknown::read(object)?;
        let (expected, fields) = match kind {
            b"ADDED" | b"MODIFIED" | b"DELETED" => (self.kind.kind, self.kind.fields),
            b"BOOKMARK" => (self.kind.kind, BOOKMARK),
            b"ERROR" => ("Status", STATUS),
            other => return Err(Malformed::Event(wire::said(other))),
        };
        if object.kind != expected.as_bytes() {
            return Err(Malformed::Kind(wire::said(object.kind), expected));
        }
        // The reader of these lines is quicker when the type comes first.
        out.extend_from_slice(b"{\"type\":");
        json::text(kind, out);
        out.extend_from_slice(b",\"object\":");
        typed(&object, fields, out)?;
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// Writes an object with its API version and kind.
pub(super) fn typed(
    object: &Unknown<'_>,
    fields: Table,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    out.extend_from_slice(b"{\"apiVersion\":");
    json::text(object.api_version, out);
    out.extend_from_slice(b",\"kind\":");
    json::text(object.kind, out);
    json::members(object.raw, fields, out)?;
    out.push(b'}');
    Ok(())
}
