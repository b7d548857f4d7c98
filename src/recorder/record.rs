//! A record that is read: what stands where, and the frame of any moment.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use crate::domain::{
    frame::{Frame, Mark, MarkKey, Outline, Recorded, Span},
    time::since,
};

use super::{
    bytes::{Bad, Wire},
    delta::Book,
    file::{Entries, Entry, Found, Kind, Unreadable, check_head},
    pack::Unpacker,
    parts::put_together,
    writer::Session,
};

/// So many frames may be missing before that is a gap.
const MISSING: u32 = 3;

/// How far apart two cockpits may say that the same thing happened.
const TOGETHER: Duration = Duration::from_secs(20);

/// Among how many that happened at about the same time it is looked for.
const MANY: usize = 1_000;

/// Where a frame stands in the file.
#[derive(Debug, Clone, Copy)]
struct Spot {
    at: Timestamp,
    whole: bool,
    /// Where its entry begins.
    place: u64,
    /// How long it holds when none follows.
    step: Duration,
}

/// What was unpacked last, from which the frames behind it are a short way.
struct Open {
    spot: usize,
    book: Book,
    unpacker: Unpacker,
}

/// The record of a shift.
pub struct Record {
    path: PathBuf,
    file: File,
    spots: Vec<Spot>,
    spans: Vec<Span>,
    marks: Vec<Mark>,
    /// Where each mark of a key stands among the marks: of what more is told, the newest counts.
    places: HashMap<MarkKey, usize>,
    /// The changes that sessions before this one told of, by their time: where each stands among the marks.
    others: BTreeSet<(Timestamp, usize)>,
    /// Those that this session told of.
    own: Vec<usize>,
    session: Option<Session>,
    /// Nothing joins the span before.
    apart: bool,
    /// Where the entries that were read end.
    end: u64,
    /// Bytes behind them that are no whole entries.
    torn: u64,
    open: Option<Open>,
}

impl Record {
    /// Reads where everything stands. What is torn at the end is left out, and said by [`Self::torn`].
    pub fn open(path: &Path) -> Result<Self, Unreadable> {
        let mut file = File::open(path)?;
        check_head(&mut file)?;
        let mut record = Self {
            path: path.to_owned(),
            file,
            spots: Vec::new(),
            spans: Vec::new(),
            marks: Vec::new(),
            places: HashMap::new(),
            others: BTreeSet::new(),
            own: Vec::new(),
            session: None,
            apart: true,
            end: super::file::HEAD,
            torn: 0,
            open: None,
        };
        record.follow()?;
        if record.spots.is_empty() {
            return Err(Unreadable::Empty);
        }
        Ok(record)
    }

    /// Takes what was written since.
    pub fn follow(&mut self) -> Result<(), Unreadable> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.end))?;
        let len = file.metadata()?.len();
        let mut entries = Entries::new(BufReader::with_capacity(1 << 16, file));
        entries.at = self.end;
        loop {
            let place = entries.at;
            match entries.next()? {
                Found::Entry(entry) => self.take(&entry, place),
                Found::End | Found::Torn => break,
            }
        }
        self.end = entries.at;
        self.torn = len.saturating_sub(self.end);
        Ok(())
    }

    fn take(&mut self, entry: &Entry, place: u64) {
        match entry.kind {
            Kind::Begun => {
                self.session = Session::of_bytes(&entry.bytes).ok();
                self.apart = true;
                // The numbers of changes count anew.
                let mine = |key: &MarkKey| matches!(key, MarkKey::Change(_));
                self.places.retain(|key, _| !mine(key));
                let told = std::mem::take(&mut self.own);
                let told = told.into_iter().map(|place| (self.marks[place].at, place));
                self.others.extend(told);
            }
            Kind::Ended => self.apart = true,
            Kind::Mark => {
                if let Ok(mark) = Mark::of_bytes(&entry.bytes) {
                    self.mark(mark);
                }
            }
            Kind::Whole | Kind::Change => {
                let step = self.session.as_ref().map_or(Duration::ZERO, |s| s.step);
                let spot = Spot {
                    at: entry.at,
                    whole: entry.kind == Kind::Whole,
                    place,
                    step,
                };
                // A clock that was set back begins a file of its own; here time only grows.
                if self.spots.last().is_some_and(|last| last.at > spot.at) {
                    return;
                }
                self.span(&spot);
                self.spots.push(spot);
            }
        }
    }

    fn span(&mut self, spot: &Spot) {
        let most = spot.step.saturating_mul(MISSING);
        match self.spans.last_mut() {
            Some(span) if !self.apart && since(span.to, spot.at) <= most => span.to = spot.at,
            _ => self.spans.push(Span {
                from: spot.at,
                to: spot.at,
            }),
        }
        self.apart = false;
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(place) = self.places.get(&mark.key) {
            self.marks[*place] = mark;
            return;
        }
        let is_change = matches!(mark.key, MarkKey::Change(_));
        // Another cockpit saw the same thing, under a number of its own.
        let same = if is_change { self.told(&mark) } else { None };
        let place = same.map_or(self.marks.len(), |(_, place)| place);
        self.places.insert(mark.key.clone(), place);
        if is_change {
            self.own.push(place);
        }
        match same {
            Some(told) => {
                self.others.remove(&told);
                self.marks[place] = mark;
            }
            None => self.marks.push(mark),
        }
    }

    /// What a session before this one told of the same change at about the same time.
    fn told(&self, mark: &Mark) -> Option<(Timestamp, usize)> {
        let from = mark.at.checked_sub(TOGETHER).unwrap_or(Timestamp::MIN);
        let to = mark.at.checked_add(TOGETHER).unwrap_or(Timestamp::MAX);
        let near = self.others.range((from, 0)..=(to, usize::MAX));
        let mut near = near.take(MANY).copied();
        near.find(|(_, place)| same_thing(&self.marks[*place], mark))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes at the end that are no whole entries: the file was cut, or somebody writes it now.
    pub const fn torn(&self) -> u64 {
        self.torn
    }

    /// The stretches that were recorded; between them are gaps.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// What stands on the time line, the earliest first.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks = self.marks.clone();
        marks.sort_by_key(|mark| mark.at);
        marks
    }

    /// The times of all frames.
    pub fn times(&self) -> impl DoubleEndedIterator<Item = Timestamp> + '_ {
        self.spots.iter().map(|spot| spot.at)
    }

    /// What was shown at a moment; before the first frame, that one.
    pub fn at(&mut self, at: Timestamp) -> Result<Recorded, Unreadable> {
        let spot = self.spots.partition_point(|spot| spot.at <= at);
        let spot = spot.saturating_sub(1);
        let found = *self.spots.get(spot).ok_or(Unreadable::Empty)?;
        let last = spot + 1 == self.spots.len();
        let covered = self
            .spans
            .iter()
            .any(|span| span.from <= at && at <= span.to);
        let held = last && at >= found.at && since(found.at, at) <= found.step;
        let frame = self.frame(spot)?;
        Ok(Recorded {
            frame,
            gap: !covered && !held,
        })
    }

    /// The first frame at a moment or soon after it, so that what happened then is seen; else what was shown then.
    pub fn from(&mut self, at: Timestamp) -> Result<Recorded, Unreadable> {
        let spot = self.spots.partition_point(|spot| spot.at < at);
        match self.spots.get(spot) {
            Some(found) if since(at, found.at) <= found.step.saturating_mul(MISSING) => {
                let frame = self.frame(spot)?;
                Ok(Recorded { frame, gap: false })
            }
            _ => self.at(at),
        }
    }

    /// What there is in it.
    pub fn outline(&self) -> Outline {
        let name = self.path.file_stem().unwrap_or_default();
        Outline {
            name: name.to_string_lossy().into_owned(),
            spans: self.spans.clone(),
            marks: self.marks(),
            torn: self.torn,
        }
    }

    fn frame(&mut self, spot: usize) -> Result<Frame, Unreadable> {
        let from = self.spots[..=spot]
            .iter()
            .rposition(|spot| spot.whole)
            .ok_or_else(broken)?;
        let mut open = match self.open.take() {
            Some(open) if open.spot >= from && open.spot <= spot => open,
            _ => Open {
                spot: from,
                book: Book::default(),
                unpacker: Unpacker::new(),
            },
        };
        let fresh = open.book.parts().is_empty();
        let next = if fresh { from } else { open.spot + 1 };
        for spot in next..=spot {
            let Spot { whole, place, .. } = self.spots[spot];
            let bytes = open.unpacker.unpack(&self.entry(place)?.bytes)?;
            if whole {
                open.book.read_whole(&bytes)
            } else {
                open.book.read_change(&bytes)
            }
            .map_err(|Bad| broken())?;
            open.spot = spot;
        }
        let frame = put_together(self.spots[spot].at, open.book.parts()).map_err(|Bad| broken())?;
        self.open = Some(open);
        Ok(frame)
    }

    fn entry(&mut self, place: u64) -> Result<Entry, Unreadable> {
        self.file.seek(SeekFrom::Start(place))?;
        match Entries::new(Read::by_ref(&mut self.file)).next()? {
            Found::Entry(entry) => Ok(entry),
            Found::End | Found::Torn => Err(broken()),
        }
    }
}

/// Whether two marks tell of the same change, as far as both know it.
fn same_thing(a: &Mark, b: &Mark) -> bool {
    use crate::domain::{change::What, frame::Marked};
    match (&a.what, &b.what) {
        (
            Marked::Changed(What::AlertLeft { fingerprint: a, .. }),
            Marked::Changed(What::AlertLeft { fingerprint: b, .. }),
        ) => a == b,
        (a, b) => a == b,
    }
}

fn broken() -> Unreadable {
    Unreadable::Io(std::io::ErrorKind::InvalidData.into())
}
