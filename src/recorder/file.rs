//! The file of a record: a head, then sealed entries one behind the other. Cut anywhere, what stands before the cut reads.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use jiff::Timestamp;

use crate::domain::frame::NoRecord;

/// The version of the format.
pub const VERSION: u16 = 3;

/// What a record begins with.
const MAGIC: [u8; 6] = *b"QDREC\n";

/// The length of what a file begins with.
pub const HEAD: u64 = 8;

/// The length of what stands before the bytes of an entry: their number, their kind, their time, their seal.
pub const LEAD: usize = 4 + 1 + 8 + 4;

/// An entry is never longer; a greater length is a broken one.
const LONGEST: u32 = 32 << 20;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody begins to record.
    Begun,
    /// All of a frame; what follows is packed with it.
    Whole,
    /// What changed since the frame before.
    Change,
    /// Something for the time line.
    Mark,
    /// Who recorded stopped on purpose.
    Ended,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Begun => 1,
            Self::Whole => 2,
            Self::Change => 3,
            Self::Mark => 4,
            Self::Ended => 5,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Begun,
            2 => Self::Whole,
            3 => Self::Change,
            4 => Self::Mark,
            5 => Self::Ended,
            _ => return None,
        })
    }
}

/// Why a record can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("this is no record of a shift")]
    NoRecord,
    #[error("this record has format {found}, and this program reads format {VERSION}")]
    Version { found: u16 },
    #[error("nothing in it can be read")]
    Empty,
    #[error("its bytes were changed: {bytes} behind that can't be read")]
    Damaged { bytes: u64 },
}

impl From<Unreadable> for NoRecord {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Io(error) => Self::Unreadable(error.to_string()),
            damaged @ Unreadable::Damaged { .. } => Self::Unreadable(damaged.to_string()),
            Unreadable::NoRecord => Self::NoRecord,
            Unreadable::Version { found } => Self::Version {
                found,
                known: VERSION,
            },
            Unreadable::Empty => Self::Empty,
        }
    }
}

/// The first bytes of a record.
pub fn head() -> [u8; 8] {
    let mut head = [0; 8];
    head[..6].copy_from_slice(&MAGIC);
    head[6..].copy_from_slice(&VERSION.to_le_bytes());
    head
}

/// Reads the first bytes and says whether this program can read the rest.
pub fn check_head(from: &mut impl Read) -> Result<(), Unreadable> {
    let mut found = [0; 8];
    from.read_exact(&mut found)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Unreadable::NoRecord,
            _ => Unreadable::Io(error),
        })?;
    let (magic, version) = found.split_at(6);
    if *magic != MAGIC {
        return Err(Unreadable::NoRecord);
    }
    let found = u16::from_le_bytes([version[0], version[1]]);
    if found != VERSION {
        return Err(Unreadable::Version { found });
    }
    Ok(())
}

/// Nanoseconds, which reach to the year 2262.
fn nanos(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at.as_second() < 0 {
        i64::MIN
    } else {
        i64::MAX
    })
}

fn seal(kind: u8, at: i64, bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(&[kind]);
    crc.update(&at.to_le_bytes());
    crc.update(bytes);
    crc.sum()
}

/// An entry as it stands in the file.
pub fn entry(kind: Kind, at: Timestamp, bytes: &[u8]) -> Vec<u8> {
    let (kind, at) = (kind.byte(), nanos(at));
    let mut out = Vec::with_capacity(LEAD + bytes.len());
    out.extend((bytes.len() as u32).to_le_bytes());
    out.push(kind);
    out.extend(at.to_le_bytes());
    out.extend(seal(kind, at, bytes).to_le_bytes());
    out.extend(bytes);
    out
}

/// One entry that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub at: Timestamp,
    pub bytes: Vec<u8>,
}

/// Where an entry ends in the file, with the entry; an error where it is broken.
pub struct Entries<R> {
    from: R,
    /// Where the next entry begins.
    pub at: u64,
}

impl Entries<BufReader<File>> {
    /// The entries of a file whose head was found right.
    pub fn of_file(path: &Path) -> Result<Self, Unreadable> {
        let mut from = BufReader::with_capacity(1 << 16, File::open(path)?);
        check_head(&mut from)?;
        Ok(Self { from, at: HEAD })
    }
}

/// What stands where an entry is looked for.
#[derive(Debug)]
pub enum Found {
    Entry(Entry),
    /// Nothing more.
    End,
    /// Something that is no whole entry: the file was cut, or its bytes were changed.
    Torn,
}

impl<R: Read> Entries<R> {
    pub const fn new(from: R) -> Self {
        Self { from, at: HEAD }
    }

    pub fn next(&mut self) -> io::Result<Found> {
        let mut lead = Vec::with_capacity(LEAD);
        (&mut self.from).take(LEAD as u64).read_to_end(&mut lead)?;
        if lead.is_empty() {
            return Ok(Found::End);
        }
        let Ok(lead) = <[u8; LEAD]>::try_from(lead) else {
            return Ok(Found::Torn);
        };
        let number = |from: usize| [lead[from], lead[from + 1], lead[from + 2], lead[from + 3]];
        let len = u32::from_le_bytes(number(0));
        if len > LONGEST {
            return Ok(Found::Torn);
        }
        let mut at = [0; 8];
        at.copy_from_slice(&lead[5..13]);
        let at = i64::from_le_bytes(at);
        let mut bytes = Vec::new();
        (&mut self.from)
            .take(u64::from(len))
            .read_to_end(&mut bytes)?;
        let whole = bytes.len() == len as usize
            && seal(lead[4], at, &bytes) == u32::from_le_bytes(number(13));
        let (Some(kind), Ok(at), true) = (
            Kind::of(lead[4]),
            Timestamp::from_nanosecond(i128::from(at)),
            whole,
        ) else {
            return Ok(Found::Torn);
        };
        self.at += (LEAD + bytes.len()) as u64;
        Ok(Found::Entry(Entry { kind, at, bytes }))
    }
}
