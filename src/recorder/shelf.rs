//! Where records lie: a folder for each desk, a file for each shift.

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jiff::{Timestamp, tz::TimeZone};

use crate::domain::{desk::Desk, frame::Frame};

/// How a record ends.
const EXTENSION: &str = "qdr";

/// The folder of one desk's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
}

/// A record on a shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    pub path: PathBuf,
    pub bytes: u64,
    /// When it was last written.
    pub written: Option<SystemTime>,
}

impl Volume {
    /// What it is called: the beginning of its shift.
    pub fn name(&self) -> String {
        let name = self.path.file_stem().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// That this process records the desk, and no other.
#[derive(Debug)]
pub struct Lead {
    _held: File,
}

impl Shelf {
    /// The shelf of a desk, among those in this folder.
    pub fn of(records: &Path, desk: &Desk) -> Self {
        let pack = desk.pack.as_ref().map_or("generic", |pack| pack.as_str());
        let mut name = format!("{pack}@{}", desk.context);
        if let Some(demo) = &desk.demo {
            name = format!("demo-{}", demo.scenario);
        }
        Self {
            folder: records.join(tame(&name)),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder, for this user alone.
    pub fn make(&self) -> io::Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
    }

    /// Takes the lead, where nobody has it. It ends with the process that has it.
    pub fn lead(&self) -> io::Result<Option<Lead>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.folder.join("leader"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lead { _held: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// The record a frame belongs to: that of its shift, or of its day.
    pub fn place(&self, frame: &Frame) -> PathBuf {
        let zone = TimeZone::get(&frame.zone).unwrap_or(TimeZone::UTC);
        let name = match &frame.shift {
            Some(shift) => written(shift.from, &zone, "%Y-%m-%dT%H%M"),
            None => written(frame.at, &zone, "%Y-%m-%d"),
        };
        self.folder.join(format!("{name}.{EXTENSION}"))
    }

    /// The same, where that one can't be written on.
    pub fn beside(&self, frame: &Frame, number: u32) -> PathBuf {
        let place = self.place(frame);
        let name = place.file_stem().unwrap_or_default().to_string_lossy();
        self.folder.join(format!("{name}+{number}.{EXTENSION}"))
    }

    /// All records, the newest shift first.
    pub fn volumes(&self) -> io::Result<Vec<Volume>> {
        let mut found = Vec::new();
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            let is_record = path.extension().is_some_and(|end| end == EXTENSION);
            if let (true, Ok(meta)) = (is_record, fs::metadata(&path)) {
                found.push(Volume {
                    path,
                    bytes: meta.len(),
                    written: meta.modified().ok(),
                });
            }
        }
        found.sort_by_key(|volume| std::cmp::Reverse(volume.name()));
        Ok(found)
    }

    /// Where a record of this name lies.
    pub fn named(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }

    /// Removes what nobody wrote on for so long before `own` was last written; gives how many went. It is measured on the
    /// clock of the disk alone: that of the world may be far from it.
    pub fn tidy(&self, own: &Path, keep: Duration) -> io::Result<usize> {
        let oldest = fs::metadata(own)?.modified()?.checked_sub(keep);
        let mut gone = 0;
        for volume in self.volumes()? {
            if let (Some(oldest), Some(written)) = (oldest, volume.written)
                && written < oldest
                && volume.path != own
            {
                fs::remove_file(&volume.path)?;
                gone += 1;
            }
        }
        Ok(gone)
    }
}

fn written(at: Timestamp, zone: &TimeZone, form: &str) -> String {
    at.to_zoned(zone.clone()).strftime(form).to_string()
}

/// A name that can be a file's: what a context is called is not ours to say.
fn tame(name: &str) -> String {
    let mut tame = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || "-_@.".contains(c) {
            tame.push(c);
        } else {
            // Two contexts that differ have two folders; writing to a string can't fail.
            let _ = write!(tame, "%{:X}", u32::from(c));
        }
    }
    let tame = tame.trim_start_matches('.');
    tame.chars().take(200).collect()
}
