//! Printing for scripts and pipes: a reader that went away is no error.

use std::io::{self, Write};

/// Prints to standard output; a closed pipe ends the program's interest, not the program with a panic.
pub fn out(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line to standard error.
pub fn err(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{}", text.trim_end());
}
