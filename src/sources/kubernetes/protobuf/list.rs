//! A list, item by item as its bytes arrive.

use super::{
    json,
    tables::{Kind, LIST_META},
    wire::{self, Content, Head, MAGIC, Malformed, OBJECT},
};

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Magic,
    /// The fields around the list.
    Envelope,
    /// The list's own fields, of which so many bytes are to come.
    List(u64),
    /// Nothing of the list.
    After,
}

/// Turns a list into JSON in the order of its items, with what the list says of itself last: a list that breaks off is no
/// whole JSON.
#[derive(Debug)]
pub(super) struct ListReader {
    kind: &'static Kind,
    stage: Stage,
    /// Bytes of a field that nobody reads.
    skip: u64,
    metadata: Vec<u8>,
    first: bool,
}

impl ListReader {
    pub fn new(kind: &'static Kind) -> Self {
        Self {
            kind,
            stage: Stage::Magic,
            skip: 0,
            metadata: Vec::new(),
            first: true,
        }
    }

    /// Whether the list may end here.
    pub fn is_through(&self) -> bool {
        matches!(self.stage, Stage::After)
    }

    /// Takes one step; how many bytes that took, `None` when there are too few for it.
    pub fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Option<usize>, Malformed> {
        if self.skip > 0 {
            let skipped = bytes
                .len()
                .min(usize::try_from(self.skip).unwrap_or(usize::MAX));
            self.skip -= skipped as u64;
            return Ok((skipped > 0).then_some(skipped));
        }
        match self.stage {
            Stage::Magic if bytes.len() < MAGIC.len() => Ok(None),
            Stage::Magic if bytes.starts_with(MAGIC) => {
                self.stage = Stage::Envelope;
                Ok(Some(MAGIC.len()))
            }
            Stage::Magic => Err(Malformed::NoMagic),
            Stage::Envelope => self.envelope(bytes, out),
            Stage::List(0) => {
                self.close(out);
                self.stage = Stage::After;
                Ok(Some(0))
            }
            Stage::List(left) => self.field(left, bytes, out),
            Stage::After => Ok((!bytes.is_empty()).then_some(bytes.len())),
        }
    }

    fn envelope(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Option<usize>, Malformed> {
        let Some(head) = wire::head(bytes)? else {
            return Ok(None);
        };
        match (head.number, head.content) {
            (1, Some(length)) => {
                let Some(types) = whole(bytes, head, length)? else {
                    return Ok(None);
                };
                let (_, kind) = wire::type_meta(types)?;
                if kind != self.kind.list.as_bytes() {
                    return Err(Malformed::Kind(wire::said(kind), self.kind.list));
                }
                Ok(Some(head.length + types.len()))
            }
            (2, Some(length)) => {
                self.open(out);
                self.stage = Stage::List(length);
                Ok(Some(head.length))
            }
            (_, length) => self.pass(head, length, bytes),
        }
    }

    /// One field of the list.
    fn field(
        &mut self,
        left: u64,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, Malformed> {
        let inside = usize::try_from(left).map_or(bytes, |left| &bytes[..left.min(bytes.len())]);
        let Some(head) = wire::head(inside)? else {
            return if inside.len() as u64 == left {
                Err(Malformed::Overrun)
            } else {
                Ok(None)
            };
        };
        let rest = left - head.length as u64;
        let Some(length) = head.content else {
            // The number itself is read like the rest of what nobody needs.
            let taken = self.pass(head, None, inside)?;
            if taken.is_none() && inside.len() as u64 == left {
                return Err(Malformed::Overrun);
            }
            self.stage = Stage::List(left - taken.unwrap_or(0) as u64);
            return Ok(taken);
        };
        let rest = rest.checked_sub(length).ok_or(Malformed::Overrun)?;
        let taken = match head.number {
            1 | 2 => {
                let Some(content) = whole(inside, head, length)? else {
                    return Ok(None);
                };
                if head.number == 1 {
                    self.metadata.clear();
                    json::object(content, LIST_META, &mut self.metadata)?;
                } else {
                    self.item(content, out)?;
                }
                head.length + content.len()
            }
            _ => {
                self.skip = length;
                head.length
            }
        };
        self.stage = Stage::List(rest);
        Ok(Some(taken))
    }

    /// Passes over a field.
    fn pass(
        &mut self,
        head: Head,
        length: Option<u64>,
        bytes: &[u8],
    ) -> Result<Option<usize>, Malformed> {
        if let Some(length) = length {
            self.skip = length;
            return Ok(Some(head.length));
        }
        let mut fields = wire::Fields(bytes);
        match fields.next() {
            Ok(Some((_, Content::Number(_)))) => Ok(Some(bytes.len() - fields.0.len())),
            Err(Malformed::Overrun) => Ok(None),
            Err(malformed) => Err(malformed),
            Ok(_) => Ok(Some(head.length)),
        }
    }

    fn open(&self, out: &mut Vec<u8>) {
        let Kind {
            api_version, list, ..
        } = self.kind;
        let open = format!("{{\"kind\":\"{list}\",\"apiVersion\":\"{api_version}\",\"items\":[");
        out.extend_from_slice(open.as_bytes());
    }

    fn item(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
        if !std::mem::take(&mut self.first) {
            out.push(b',');
        }
        json::object(bytes, self.kind.fields, out)
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"],\"metadata\":");
        if self.metadata.is_empty() {
            out.extend_from_slice(b"{}");
        }
        out.append(&mut self.metadata);
        out.push(b'}');
    }
}

/// The content of a field that is read in one piece, if all of it is there.
fn whole(bytes: &[u8], head: Head, length: u64) -> Result<Option<&[u8]>, Malformed> {
    if length > OBJECT {
        return Err(Malformed::TooLong(length));
    }
    let length = usize::try_from(length).map_err(|_| Malformed::TooLong(length))?;
    let content = bytes.get(head.length..).unwrap_or_default();
    Ok(content.get(..length))
}
