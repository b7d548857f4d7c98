//! How values stand in a record: bytes without names, so that what did not change compares equal byte by byte.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;

/// Bytes that are no value: a record of something else, or a broken one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no value of this record")]
pub struct Bad;

/// What is read from.
#[derive(Debug, Clone, Copy)]
pub struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn byte(&mut self) -> Result<u8, Bad> {
        let (first, rest) = self.0.split_first().ok_or(Bad)?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], Bad> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Bad)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A length of what follows; each thing takes a byte at least, so a wrong one can't ask for much memory.
    pub fn count(&mut self) -> Result<usize, Bad> {
        let count = usize::try_from(u64::take(self)?).map_err(|_| Bad)?;
        if count > self.0.len() {
            return Err(Bad);
        }
        Ok(count)
    }

    /// That nothing is left.
    pub const fn end(self) -> Result<(), Bad> {
        if self.0.is_empty() { Ok(()) } else { Err(Bad) }
    }
}

/// A value that can stand in a record.
pub trait Wire: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut In<'_>) -> Result<Self, Bad>;

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }

    /// The value that takes all of these bytes.
    fn of_bytes(bytes: &[u8]) -> Result<Self, Bad> {
        let mut from = In::new(bytes);
        let value = Self::take(&mut from)?;
        from.end()?;
        Ok(value)
    }
}

/// A struct, field by field.
macro_rules! fields {
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($field.put(out);)*
            }

            fn take(from: &mut In<'_>) -> Result<Self, Bad> {
                Ok(Self { $($field: Wire::take(from)?),* })
            }
        }
    };
}

/// An enum: the number of the variant, then what it holds.
macro_rules! choices {
    ($type:ty { $($tag:literal => $variant:ident $({ $($field:ident),* })? $(( $place:ident ))?;)* }) => {
        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(( $place ))? => {
                        out.push($tag);
                        $($($field.put(out);)*)?
                        $($place.put(out);)?
                    })*
                }
            }

            fn take(from: &mut In<'_>) -> Result<Self, Bad> {
                match from.byte()? {
                    $($tag => {
                        $(let $place = Wire::take(from)?;)?
                        Ok(Self::$variant $({ $($field: Wire::take(from)?),* })? $(( $place ))?)
                    })*
                    _ => Err(Bad),
                }
            }
        }
    };
}

pub(super) use {choices, fields};

impl Wire for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut left = *self;
        while left >= 0x80 {
            out.push((left as u8) | 0x80);
            left >>= 7;
        }
        out.push(left as u8);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = from.byte()?;
            let bits = Self::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Bad);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Bad)
    }
}

impl Wire for i64 {
    /// Small ones of either sign take few bytes.
    fn put(&self, out: &mut Vec<u8>) {
        ((self << 1) ^ (self >> 63)).cast_unsigned().put(out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let folded = u64::take(from)?;
        Ok((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }
}

macro_rules! small {
    ($($type:ty)*) => {
        $(impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                u64::from(*self).put(out);
            }

            fn take(from: &mut In<'_>) -> Result<Self, Bad> {
                u64::take(from)?.try_into().map_err(|_| Bad)
            }
        })*
    };
}
small!(u16 u32);

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Bad),
        }
    }
}

impl Wire for f64 {
    /// All its bits: what is drawn of it is the same to the last digit.
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.to_bits().to_be_bytes());
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let bytes = from.bytes(8)?.try_into().map_err(|_| Bad)?;
        Ok(Self::from_bits(u64::from_be_bytes(bytes)))
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        take_text(from).map(str::to_owned)
    }
}

impl Wire for Arc<str> {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        take_text(from).map(Self::from)
    }
}

pub(super) fn put_text(text: &str, out: &mut Vec<u8>) {
    (text.len() as u64).put(out);
    out.extend(text.as_bytes());
}

pub(super) fn take_text<'a>(from: &mut In<'a>) -> Result<&'a str, Bad> {
    let len = from.count()?;
    std::str::from_utf8(from.bytes(len)?).map_err(|_| Bad)
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        bool::take(from)?.then(|| T::take(from)).transpose()
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        for value in self {
            value.put(out);
        }
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let count = from.count()?;
        (0..count).map(|_| T::take(from)).collect()
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let count = from.count()?;
        (0..count)
            .map(|_| Ok((K::take(from)?, V::take(from)?)))
            .collect()
    }
}

impl<T: Wire, const N: usize> Wire for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        for value in self {
            value.put(out);
        }
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let values: Vec<T> = (0..N).map(|_| T::take(from)).collect::<Result<_, _>>()?;
        values.try_into().map_err(|_| Bad)
    }
}

impl Wire for Timestamp {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_second().put(out);
        i64::from(self.subsec_nanosecond()).put(out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let second = i64::take(from)?;
        let nano = i32::try_from(i64::take(from)?).map_err(|_| Bad)?;
        Self::new(second, nano).map_err(|_| Bad)
    }
}

impl Wire for Duration {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_secs().put(out);
        self.subsec_nanos().put(out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let second = u64::take(from)?;
        let nano = u32::take(from)?;
        if nano >= 1_000_000_000 {
            return Err(Bad);
        }
        Ok(Self::new(second, nano))
    }
}
