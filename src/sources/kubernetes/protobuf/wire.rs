//! The wire format, read with distrust: every length is checked against what is there before anything is done with it.

use thiserror::Error;

/// What the API server puts before every object.
pub(super) const MAGIC: &[u8] = b"k8s\0";
/// The longest object that is read; etcd takes one and a half megabytes.
pub(super) const OBJECT: u64 = 8 << 20;

/// Bytes that are not what they should be.
#[derive(Debug, Error, PartialEq, Eq)]
pub(in crate::sources::kubernetes) enum Malformed {
    #[error("not protobuf of the API server")]
    NoMagic,
    #[error("a number without end")]
    Number,
    #[error("{0} bytes in one piece")]
    TooLong(u64),
    #[error("a field that is longer than what it is in")]
    Overrun,
    #[error("a field of the wire type {0}")]
    WireType(u64),
    #[error("the field {0} is of another type")]
    Shape(&'static str),
    #[error("the field {0} came twice")]
    Twice(&'static str),
    #[error("{0:?} instead of {1}")]
    Kind(String, &'static str),
    #[error("a watch event of the type {0:?}")]
    Event(String),
}

/// What a field begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub number: u64,
    /// `None`: a number of its own length.
    pub content: Option<u64>,
    /// How long the head is.
    pub length: usize,
}

/// The content of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// A fixed-width number, which none of our fields is.
    Fixed,
}

/// A number and its length; `None` when the bytes end before it does.
fn varint(bytes: &[u8]) -> Result<Option<(u64, usize)>, Malformed> {
    let mut value = 0;
    for (place, byte) in bytes.iter().enumerate() {
        // Ten groups of seven bits hold 64; of the last group only one bit counts.
        if place == 9 && *byte > 1 {
            return Err(Malformed::Number);
        }
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok(Some((value, place + 1)));
        }
    }
    Ok(None)
}

/// The head of the field that `bytes` begin with; `None` when they end before it does.
pub(super) fn head(bytes: &[u8]) -> Result<Option<Head>, Malformed> {
    let Some((tag, length)) = varint(bytes)? else {
        return Ok(None);
    };
    let number = tag >> 3;
    let content = match tag & 7 {
        0 => None,
        1 => Some(8),
        5 => Some(4),
        2 => {
            let Some((content, more)) = varint(&bytes[length..])? else {
                return Ok(None);
            };
            let length = length + more;
            let content = Some(content);
            return Ok(Some(Head {
                number,
                content,
                length,
            }));
        }
        other => return Err(Malformed::WireType(other)),
    };
    Ok(Some(Head {
        number,
        content,
        length,
    }))
}

/// The fields of one message, one after the other.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed::Overrun)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Malformed> {
        let (value, length) = varint(self.0)?.ok_or(Malformed::Overrun)?;
        self.take(length)?;
        Ok(value)
    }

    /// The next field; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(u64, Content<'a>)>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.number()?;
        let content = match tag & 7 {
            0 => Content::Number(self.number()?),
            2 => {
                let length = self.number()?;
                let length = usize::try_from(length).map_err(|_| Malformed::Overrun)?;
                Content::Bytes(self.take(length)?)
            }
            fixed @ (1 | 5) => {
                self.take(if fixed == 1 { 8 } else { 4 })?;
                Content::Fixed
            }
            other => return Err(Malformed::WireType(other)),
        };
        Ok(Some((tag >> 3, content)))
    }

    /// The last bytes field of this number.
    pub fn bytes(mut self, number: u64) -> Result<Option<&'a [u8]>, Malformed> {
        let mut found = None;
        while let Some((at, content)) = self.next()? {
            if let (true, Content::Bytes(bytes)) = (at == number, content) {
                found = Some(bytes);
            }
        }
        Ok(found)
    }
}

/// An object with the type it says it is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unknown<'a> {
    pub api_version: &'a [u8],
    pub kind: &'a [u8],
    pub raw: &'a [u8],
}

impl<'a> Unknown<'a> {
    /// Reads what begins with [`MAGIC`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let body = bytes.strip_prefix(MAGIC).ok_or(Malformed::NoMagic)?;
        let mut unknown = Self::default();
        let mut fields = Fields(body);
        while let Some(field) = fields.next()? {
            match field {
                (1, Content::Bytes(types)) => {
                    (unknown.api_version, unknown.kind) = type_meta(types)?;
                }
                (2, Content::Bytes(raw)) => unknown.raw = raw,
                _ => {}
            }
        }
        Ok(unknown)
    }
}

/// API version and kind.
pub(super) fn type_meta(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let api_version = Fields(bytes).bytes(1)?.unwrap_or_default();
    let kind = Fields(bytes).bytes(2)?.unwrap_or_default();
    Ok((api_version, kind))
}

/// Text of a server for an error.
pub(super) fn said(bytes: &[u8]) -> String {
    let short = &bytes[..bytes.len().min(64)];
    String::from_utf8_lossy(short).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_after_ten_bytes_at_most() {
        assert_eq!(varint(&[0x96, 0x01]), Ok(Some((150, 2))));
        assert_eq!(varint(&[0x96]), Ok(None));
        let mut most = [0xff; 10];
        most[9] = 1;
        assert_eq!(varint(&most), Ok(Some((u64::MAX, 10))));
        assert_eq!(varint(&[0xff; 10]), Err(Malformed::Number));
        assert_eq!(varint(&[0xff; 9]), Ok(None));
    }

    #[test]
    fn a_field_is_never_longer_than_what_is_there() {
        for bytes in [
            &b"\x0a\x05ab"[..],
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01ab",
            b"\x0a",
            b"\x09\x00",
        ] {
            assert_eq!(Fields(bytes).next(), Err(Malformed::Overrun), "{bytes:?}");
        }
        assert_eq!(Fields(b"\x0b").next(), Err(Malformed::WireType(3)));
        assert_eq!(Fields(b"").next(), Ok(None));
    }

    #[test]
    fn a_head_may_come_in_pieces() {
        let bytes = b"\x12\x80\x80\x01";
        for cut in 0..bytes.len() {
            assert_eq!(head(&bytes[..cut]), Ok(None));
        }
        let whole = Head {
            number: 2,
            content: Some(16_384),
            length: 4,
        };
        assert_eq!(head(bytes), Ok(Some(whole)));
    }
}
