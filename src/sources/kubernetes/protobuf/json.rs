//! From the wire straight into JSON, by the table of a message.

use std::io::Write as _;

use jiff::Timestamp;

use super::{
    tables::{Shape, Table},
    wire::{Content, Fields, Malformed},
};

/// Writes the fields of `table` that a message has, as an object.
pub(super) fn object(bytes: &[u8], table: Table, out: &mut Vec<u8>) -> Result<(), Malformed> {
    out.push(b'{');
    members(bytes, table, out)?;
    out.push(b'}');
    Ok(())
}

/// Writes the members of an object without its braces; the first one needs no comma if an opening brace is before it.
pub(super) fn members(bytes: &[u8], table: Table, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let mut fields = Fields(bytes);
    let mut seen = 0_u32;
    // The list or map that is being written: the API server writes all of one field in a row.
    let mut open: Option<(usize, u8)> = None;
    while let Some((number, content)) = fields.next()? {
        let Some(place) = table.iter().position(|field| field.0 == number) else {
            continue;
        };
        let (_, name, shape) = table[place];
        let continues = open.is_some_and(|(opened, _)| opened == place);
        if !continues {
            if let Some((_, close)) = open.take() {
                out.push(close);
            }
            if !is_written(name, shape, content)? {
                continue;
            }
            if seen & (1 << place) != 0 {
                return Err(Malformed::Twice(name));
            }
            seen |= 1 << place;
            key(name, out);
            open = match shape {
                Shape::Messages(_) => Some((place, b']')),
                Shape::Map | Shape::Chosen(_) | Shape::Amounts(_) => Some((place, b'}')),
                _ => None,
            };
            match open {
                Some((_, b']')) => out.push(b'['),
                Some(_) => out.push(b'{'),
                None => {}
            }
        }
        value(name, shape, content, out)?;
    }
    if let Some((_, close)) = open {
        out.push(close);
    }
    Ok(())
}

/// An empty text is how Go leaves one out, and a time of no bytes is no time.
fn is_written(name: &'static str, shape: Shape, content: Content<'_>) -> Result<bool, Malformed> {
    Ok(match (shape, content) {
        (Shape::Text, Content::Bytes(bytes)) => !bytes.is_empty(),
        (Shape::Time, Content::Bytes(bytes)) => time(bytes, 0)?.is_some(),
        (Shape::MicroTime, Content::Bytes(bytes)) => time(bytes, 1_000)?.is_some(),
        (Shape::Number | Shape::Flag, Content::Number(_))
        | (
            Shape::Message(_)
            | Shape::Messages(_)
            | Shape::Map
            | Shape::Chosen(_)
            | Shape::Amounts(_),
            Content::Bytes(_),
        ) => true,
        _ => return Err(Malformed::Shape(name)),
    })
}

fn value(
    name: &'static str,
    shape: Shape,
    content: Content<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    match (shape, content) {
        (Shape::Text, Content::Bytes(bytes)) => text(bytes, out),
        (Shape::Number, Content::Number(number)) => {
            write(out, format_args!("{}", number.cast_signed()));
        }
        (Shape::Flag, Content::Number(number)) => {
            out.extend_from_slice(if number == 0 { b"false" } else { b"true" });
        }
        (Shape::Time, Content::Bytes(bytes)) => stamp(time(bytes, 0)?, out),
        (Shape::MicroTime, Content::Bytes(bytes)) => stamp(time(bytes, 1_000)?, out),
        (Shape::Message(table), Content::Bytes(bytes)) => object(bytes, table, out)?,
        (Shape::Messages(table), Content::Bytes(bytes)) => {
            comma(out);
            object(bytes, table, out)?;
        }
        (Shape::Map, Content::Bytes(bytes)) => entry(bytes, None, out)?,
        (Shape::Chosen(keys), Content::Bytes(bytes)) => entry(bytes, Some(keys), out)?,
        (Shape::Amounts(keys), Content::Bytes(bytes)) => amount(bytes, keys, out)?,
        _ => return Err(Malformed::Shape(name)),
    }
    Ok(())
}

/// One entry of a map, if its key is among those that are wanted.
fn entry(bytes: &[u8], wanted: Option<&[&str]>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let name = Fields(bytes).bytes(1)?.unwrap_or_default();
    if wanted.is_some_and(|wanted| wanted.iter().all(|it| it.as_bytes() != name)) {
        return Ok(());
    }
    let value = Fields(bytes).bytes(2)?.unwrap_or_default();
    comma(out);
    text(name, out);
    out.push(b':');
    text(value, out);
    Ok(())
}

/// One entry of a map of quantities, if its key is among those that are wanted.
fn amount(bytes: &[u8], wanted: &[&str], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let name = Fields(bytes).bytes(1)?.unwrap_or_default();
    if wanted.iter().all(|it| it.as_bytes() != name) {
        return Ok(());
    }
    // A quantity is a message of its own, whose text is what was written.
    let value = Fields(bytes).bytes(2)?.unwrap_or_default();
    let value = Fields(value).bytes(1)?.unwrap_or_default();
    comma(out);
    text(name, out);
    out.push(b':');
    text(value, out);
    Ok(())
}

/// A time with the last `grain` nanoseconds cut off (`0`: whole seconds); none where it can't be told.
fn time(bytes: &[u8], grain: i32) -> Result<Option<Timestamp>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (mut seconds, mut nanos) = (0, 0);
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Content::Number(number)) => seconds = number.cast_signed(),
            (2, Content::Number(number)) => nanos = i32::try_from(number).unwrap_or(0),
            _ => {}
        }
    }
    let nanos = match grain {
        0 => 0,
        grain => nanos - nanos % grain,
    };
    Ok(Timestamp::new(seconds, nanos).ok())
}

fn stamp(time: Option<Timestamp>, out: &mut Vec<u8>) {
    if let Some(time) = time {
        write(out, format_args!("\"{time}\""));
    }
}

fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("memory takes what is written to it");
}

fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

fn key(name: &str, out: &mut Vec<u8>) {
    comma(out);
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Text as JSON; what is no text becomes replacement characters, as in the server's own JSON.
pub(super) fn text(bytes: &[u8], out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    serde_json::to_writer(out, &*text)
        .expect("text is always JSON, and memory takes what is written to it");
}
