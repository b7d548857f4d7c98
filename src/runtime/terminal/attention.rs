//! Bell, notifications and title, written between two frames.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::domain::{clean::clean, settings::NotifyBy};

/// The longest text of a notification or title, in characters.
const LONGEST: usize = 120;

/// The title was changed: the one before is on the terminal's stack.
static TITLED: AtomicBool = AtomicBool::new(false);

/// Rings, and says why where there is a text.
pub fn call(
    out: &mut impl Write,
    bell: bool,
    text: Option<&str>,
    by: NotifyBy,
    in_tmux: bool,
) -> io::Result<()> {
    if bell {
        out.write_all(b"\x07")?;
    }
    if let Some(text) = text {
        let text = short(text);
        if by != NotifyBy::Osc777 {
            pass(out, &format!("\x1b]9;{text}\x1b\\"), in_tmux)?;
        }
        if by != NotifyBy::Osc9 {
            // The parts of this one are parted by semicolons.
            let body = text.replace(';', ",");
            pass(
                out,
                &format!("\x1b]777;notify;Quarterdeck;{body}\x1b\\"),
                in_tmux,
            )?;
        }
    }
    out.flush()
}

/// Sets the title; the one before is kept for [`untitle`].
pub fn title(out: &mut impl Write, text: &str) -> io::Result<()> {
    if !TITLED.swap(true, Ordering::SeqCst) {
        out.write_all(b"\x1b[22;2t")?;
    }
    write!(out, "\x1b]2;{}\x1b\\", short(text))?;
    out.flush()
}

/// Gives the terminal its own title back, where it was changed.
pub fn untitle(out: &mut impl Write) -> io::Result<()> {
    if TITLED.swap(false, Ordering::SeqCst) {
        out.write_all(b"\x1b[23;2t")?;
    }
    Ok(())
}

/// tmux hands through what is wrapped, where `allow-passthrough` is on; it swallows the plain sequence.
fn pass(out: &mut impl Write, sequence: &str, in_tmux: bool) -> io::Result<()> {
    if in_tmux {
        let doubled = sequence.replace('\x1b', "\x1b\x1b");
        write!(out, "\x1bPtmux;{doubled}\x1b\\")
    } else {
        out.write_all(sequence.as_bytes())
    }
}

fn short(text: &str) -> String {
    let cleaned = clean(text);
    let mut short: String = cleaned.chars().take(LONGEST).collect();
    if short.len() < cleaned.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(bell: bool, text: Option<&str>, by: NotifyBy, in_tmux: bool) -> String {
        let mut out = Vec::new();
        call(&mut out, bell, text, by, in_tmux).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_call_rings_and_tells_in_both_ways() {
        assert_eq!(called(true, None, NotifyBy::Both, false), "\x07");
        assert_eq!(
            called(false, Some("S2 a; b"), NotifyBy::Both, false),
            "\x1b]9;S2 a; b\x1b\\\x1b]777;notify;Quarterdeck;S2 a, b\x1b\\"
        );
        assert_eq!(
            called(true, Some("x"), NotifyBy::Osc9, true),
            "\x07\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\"
        );
    }

    #[test]
    fn what_an_alert_is_named_cannot_leave_the_sequence() {
        let said = called(
            false,
            Some("a\x1b]0;owned\x07b\u{9c}c"),
            NotifyBy::Osc777,
            false,
        );
        assert_eq!(said.matches('\x1b').count(), 2, "{said:?}");
        assert!(
            !said.contains('\x07') && !said.contains('\u{9c}'),
            "{said:?}"
        );
        let long = called(false, Some(&"x".repeat(999)), NotifyBy::Osc9, false);
        assert!(long.chars().count() < 140, "{}", long.len());
    }
}
