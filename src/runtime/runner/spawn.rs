//! Starts a runner that outlives whoever started it.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::{Command, Stdio},
};

use crate::{domain::id::RunId, sources::kubernetes};

/// What runners say when they can't say it in the ledger grows to this size, then begins anew.
const SAID: u64 = 1024 * 1024;

/// Starts the runner of a run as a process in a session of its own: no terminal reaches it, and it holds none.
pub fn spawn(ledger: &Path, run: &RunId) -> io::Result<()> {
    let words = kubernetes::session_words("/proc/self/exe").ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::Unsupported,
            "this program can't find itself to start it again",
        )
    })?;
    let [program, first @ ..] = words;
    let child = Command::new(program)
        .args(first)
        .arg("runner")
        .arg(run.as_str())
        .arg("--ledger")
        .arg(ledger)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said(ledger).map_or_else(|_| Stdio::null(), Stdio::from))
        .spawn()?;
    bury(child)
}

/// A runner that ends before its parent is no longer to be found as if it still were there.
fn bury(mut child: std::process::Child) -> io::Result<()> {
    std::thread::Builder::new()
        .name("runner".to_owned())
        .spawn(move || child.wait())?;
    Ok(())
}

fn said(ledger: &Path) -> io::Result<fs::File> {
    let path = ledger.with_file_name("runner.log");
    if fs::metadata(&path).is_ok_and(|found| found.len() > SAID) {
        fs::remove_file(&path)?;
    }
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}
