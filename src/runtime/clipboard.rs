//! The clipboard of the terminal the person sits at, over OSC 52, through tmux too.

use std::io::{self, Write};

use base64::{Engine, engine::general_purpose::STANDARD};

/// The longest text that terminals take; some stop at 74,994 bytes of base64.
const LONGEST: usize = 56_000;

/// Puts a text on the clipboard; the terminal gives no word of whether it did.
pub fn copy(out: &mut impl Write, text: &str, in_tmux: bool) -> io::Result<()> {
    if text.len() > LONGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("more than {LONGEST} bytes"),
        ));
    }
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    out.write_all(sequence.as_bytes())?;
    if in_tmux {
        // With `set-clipboard external` tmux drops the plain sequence; where passthrough is allowed this one arrives.
        write!(
            out,
            "\x1bPtmux;{}\x1b\\",
            sequence.replace('\x1b', "\x1b\x1b")
        )?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_osc_52_and_doubled_for_tmux() {
        let mut plain = Vec::new();
        copy(&mut plain, "pod-1", false).unwrap();
        assert_eq!(plain, b"\x1b]52;c;cG9kLTE=\x07");
        let mut tmux = Vec::new();
        copy(&mut tmux, "pod-1", true).unwrap();
        assert!(tmux.ends_with(b"\x1bPtmux;\x1b\x1b]52;c;cG9kLTE=\x07\x1b\\"));
    }

    #[test]
    fn a_text_too_long_for_terminals_is_refused() {
        assert!(copy(&mut Vec::new(), &"x".repeat(LONGEST + 1), false).is_err());
    }
}
