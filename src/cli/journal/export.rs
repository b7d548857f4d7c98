//! The ledger as lines of JSON that anybody can check: the body of each line is the very text that was hashed.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use crate::ledger::{anchor::Head, chain::Link};

use super::{Desk, Exit, say};

impl Desk {
    pub(super) fn export(&self, file: Option<&Path>) -> Exit {
        let ledger = match self.reading() {
            Ok(Some(ledger)) => ledger,
            Ok(None) => return Exit::Fine,
            Err(exit) => return exit,
        };
        let (start, links) = match ledger.file().links() {
            Ok(found) => found,
            Err(error) => return self.failed(&error),
        };
        let text = lines(&start, &links);
        let Some(file) = file else {
            say::out(&text);
            return Exit::Fine;
        };
        match write(file, &text) {
            Ok(()) => Exit::Fine,
            Err(error) => {
                let args = [
                    ("path", file.display().to_string().into()),
                    ("why", error.to_string().into()),
                ];
                say::err(&self.texts.with("journal-not-written", &args));
                Exit::Failed
            }
        }
    }
}

/// A file of its own that nobody else reads; none is written over.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut out = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()
}

/// Where the chain begins, then each entry with its hash.
fn lines(start: &Head, links: &[Link]) -> String {
    let origin = serde_json::Value::from(start.origin.as_str());
    let mut text = format!(
        "{{\"start\":{{\"origin\":{origin},\"sequence\":{},\"hash\":\"{}\"}}}}\n",
        start.sequence, start.hash
    );
    for link in links {
        let _ = writeln!(
            text,
            "{{\"hash\":\"{}\",\"body\":{}}}",
            link.hash,
            link.body()
        );
    }
    text
}
