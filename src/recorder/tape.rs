//! The file that is being written: opened behind what stands in it, and left whole whatever happens.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::file::{Entries, Found, HEAD, LEAD, Unreadable, head};

/// What is torn is never more: no frame with its marks is longer.
const LONGEST_PUT: u64 = 1 << 20;

/// A record that is written on.
#[derive(Debug)]
pub struct Tape {
    file: File,
    path: PathBuf,
    /// Where the next entry goes.
    end: u64,
}

/// A record that was there already.
#[derive(Debug)]
pub struct Before {
    /// The time of the last thing in it.
    pub last: Option<Timestamp>,
    /// Bytes at its end that were no whole entries, and are gone now.
    pub torn: u64,
}

impl Tape {
    /// Opens a record to write on. What is torn at its end is cut off; one that was damaged before its end is left as it is.
    pub fn open(path: &Path) -> Result<(Self, Before), Unreadable> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        let len = file.metadata()?.len();
        let mut before = Before {
            last: None,
            torn: 0,
        };
        let end = if len < HEAD {
            // Its writer did not come further than this.
            file.set_len(0)?;
            file.write_all(&head())?;
            HEAD
        } else {
            let mut entries = Entries::of_file(path)?;
            while let Found::Entry(entry) = entries.next()? {
                before.last = before.last.max(Some(entry.at));
            }
            before.torn = len - entries.at;
            if before.torn > LONGEST_PUT || !runs_out(&mut file, entries.at, before.torn)? {
                return Err(Unreadable::Damaged { bytes: before.torn });
            }
            file.set_len(entries.at)?;
            entries.at
        };
        file.seek(SeekFrom::Start(end))?;
        let tape = Self {
            file,
            path: path.to_owned(),
            end,
        };
        Ok((tape, before))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts entries behind the others. Where that fails, what was written of them is taken away again.
    pub fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes);
        if let Err(error) = written {
            let _ = self.file.set_len(self.end);
            let _ = self.file.seek(SeekFrom::Start(self.end));
            return Err(error);
        }
        self.end += bytes.len() as u64;
        Ok(())
    }
}

/// Whether what stands there is an entry whose end is missing, not one whose bytes were changed.
fn runs_out(file: &mut File, place: u64, left: u64) -> io::Result<bool> {
    if left < LEAD as u64 {
        return Ok(true);
    }
    let mut len = [0; 4];
    file.seek(SeekFrom::Start(place))?;
    file.read_exact(&mut len)?;
    Ok(LEAD as u64 + u64::from(u32::from_le_bytes(len)) > left)
}
