//! Printing for scripts and pipes: a reader that went away is no error.

use std::{
    io::{self, Write},
    sync::OnceLock,
};

use crate::domain::clean::clean_lines;

/// Why something was not printed, where that is an error.
static UNPRINTED: OnceLock<String> = OnceLock::new();

/// Prints to standard output; a closed pipe ends the program's interest, not the program with a panic.
pub fn out(text: &str) {
    match try_out(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = UNPRINTED.set(error.to_string());
        }
        _ => {}
    }
}

/// Why not all that was said was printed: a disk that is full. A reader that went away has what it wanted.
pub fn unprinted() -> Option<&'static str> {
    UNPRINTED.get().map(String::as_str)
}

/// Prints what people wrote to standard output: nothing in it moves or commands the terminal of who reads it.
pub fn told(text: &str) {
    out(&clean_lines(text));
}

/// Prints to standard output, and says where nobody reads it.
pub fn try_out(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Whether somebody still reads standard output: a pipe whose reader is gone says so before anything is written.
pub fn is_heard() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = io::stdout();
    let mut watched = [PollFd::new(&out, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // Where it can't be told, the next writing tells.
    let _ = poll(&mut watched, Some(&at_once));
    !watched[0].revents().contains(PollFlags::ERR)
}

/// Prints a line to standard error.
pub fn err(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{}", text.trim_end());
}
