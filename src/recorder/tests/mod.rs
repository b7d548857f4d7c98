//! Any shift reads back as it was written, however it was cut.

mod cutting;
mod frames;
mod leading;

use std::{io::Write as _, path::Path, time::Duration};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    change::What,
    departure::Cause,
    frame::{Frame, Mark, MarkKey, Marked, Recording},
};

use self::frames::Dice;

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn session() -> Session {
    Session {
        step: Duration::from_secs(5),
        program: "quarterdeck 0".to_owned(),
    }
}

/// Frames five seconds apart, each with much of the one before.
fn shift(seeds: &[u64]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for (index, seed) in seeds.iter().enumerate() {
        let at = noon() + Duration::from_secs(index as u64 * 5);
        let frame = Dice::new(*seed).frame(at, frames.last());
        frames.push(frame);
    }
    frames
}

/// What a recorder writes of these frames, piece by piece.
fn written(frames: &[Frame]) -> Vec<Vec<u8>> {
    let mut writer = Writer::new();
    let mut pieces = vec![super::file::head().to_vec()];
    pieces.push(writer.begin(&session(), frames[0].at));
    for frame in frames {
        pieces.push(writer.frame(frame).unwrap());
    }
    pieces
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

/// What a frame says that can be compared where numbers are no numbers.
fn said(frame: &Frame) -> String {
    format!("{frame:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_shift_reads_back(seeds in proptest::collection::vec(any::<u64>(), 1..150)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.qdr");
        let frames = shift(&seeds);
        put(&path, &written(&frames).concat());
        let mut record = Record::open(&path).unwrap();
        prop_assert_eq!(record.torn(), 0);
        // Backwards and forwards: what was unpacked last must not matter.
        for frame in frames.iter().rev().step_by(7).chain(&frames) {
            let read = record.at(frame.at).unwrap();
            prop_assert!(!read.gap);
            prop_assert_eq!(said(&read.frame), said(frame));
        }
        let between = frames[0].at + Duration::from_secs(3);
        prop_assert_eq!(said(&record.at(between).unwrap().frame), said(&frames[0]));
    }

    #[test]
    fn other_bytes_are_refused_and_nothing_worse(bytes in proptest::collection::vec(any::<u8>(), 0..400), seed: u64) {
        let mut book = super::delta::Book::default();
        let _ = book.read_whole(&bytes);
        let frame = Dice::new(seed).frame(noon(), None);
        book.write_whole(super::parts::take_apart(&frame));
        let _ = book.read_change(&bytes);
        let _ = super::parts::put_together(noon(), book.parts());
        let _ = super::pack::Unpacker::new().unpack(&bytes);
    }
}

fn alert_left(number: u64, at: Timestamp, cause: Cause) -> Mark {
    Mark {
        key: MarkKey::Change(number),
        at,
        what: Marked::Changed(What::AlertLeft {
            fingerprint: "a1".into(),
            name: "Backlog".to_owned(),
            cause,
        }),
    }
}

#[test]
fn of_a_mark_the_last_that_was_told_counts_and_it_stays_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let frames = shift(&[1, 2, 3]);
    let mut writer = Writer::new();
    let mut bytes = super::file::head().to_vec();
    let at = frames[0].at;
    let later = at + Duration::from_secs(9);
    bytes.extend(writer.begin(&session(), at));
    bytes.extend(writer.marks(&[alert_left(0, at, Cause::Unknown)], at));
    bytes.extend(writer.frame(&frames[0]).unwrap());
    let told = writer.marks(&[alert_left(0, later, Cause::Recovered)], later);
    assert!(!told.is_empty());
    bytes.extend(told);
    assert!(
        writer
            .marks(&[alert_left(0, later, Cause::Recovered)], later)
            .is_empty()
    );
    // Another cockpit takes over and tells of the same change under its own number, and of a new one.
    let mut other = Writer::new();
    bytes.extend(other.begin(&session(), later));
    let marks = [
        alert_left(0, later, Cause::Recovered),
        alert_left(1, later + Duration::from_secs(600), Cause::Recovered),
    ];
    bytes.extend(other.marks(&marks, later));
    put(&path, &bytes);
    let record = Record::open(&path).unwrap();
    let marks = record.marks();
    assert_eq!(marks.len(), 2, "{marks:?}");
    assert!(matches!(
        marks[0].what,
        Marked::Changed(What::AlertLeft {
            cause: Cause::Recovered,
            ..
        })
    ));
}

#[test]
fn what_one_cockpit_tells_twice_happened_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let frames = shift(&[1]);
    let mut bytes = super::file::head().to_vec();
    let at = frames[0].at;
    let again = at + Duration::from_secs(12);
    // An alert that flaps leaves twice within twenty seconds.
    let both = [
        alert_left(0, at, Cause::Recovered),
        alert_left(1, again, Cause::Recovered),
    ];
    for _ in 0..2 {
        let mut writer = Writer::new();
        bytes.extend(writer.begin(&session(), at));
        bytes.extend(writer.marks(&both, at));
        bytes.extend(writer.frame(&frames[0]).unwrap());
    }
    put(&path, &bytes);
    let marks = Record::open(&path).unwrap().marks();
    let times: Vec<Timestamp> = marks.iter().map(|mark| mark.at).collect();
    assert_eq!(times, [at, again], "each of them once, of two cockpits");
}

/// A few bytes that unpack to much.
fn packed(bytes: &[u8]) -> Vec<u8> {
    super::pack::Packer::new().pack(bytes).unwrap()
}

#[test]
fn a_small_file_can_t_ask_for_much_memory() {
    use super::bytes::Wire as _;

    let much = packed(&vec![0; 33 << 20]);
    assert!(much.len() < 64 << 10, "{}", much.len());
    assert!(super::pack::Unpacker::new().unpack(&much).is_err());

    // A part of a mebibyte each time, under another name.
    let mut book = super::delta::Book::default();
    let part = vec![0_u8; 1 << 20];
    let mut came = 0_u64;
    let refused = loop {
        let mut change = Vec::new();
        1_u64.put(&mut change);
        let key = came.to_be_bytes();
        let key = [&[0xff][..], &key].concat();
        (key.len() as u64).put(&mut change);
        change.extend(&key);
        (part.len() as u64).put(&mut change);
        change.extend(&part);
        0_u64.put(&mut change);
        if book.read_change(&change).is_err() {
            break came;
        }
        came += 1;
        assert!(came < 1_000, "it takes all that is told");
    };
    assert!((32..=64).contains(&refused), "{refused}");

    let values = |count: usize| {
        let series = crate::domain::series::Series {
            start: noon(),
            step: Duration::from_secs(15),
            values: vec![None; count],
        };
        crate::domain::series::Series::of_bytes(&series.to_bytes())
    };
    assert!(values(1_000).is_ok());
    assert!(values(10_001).is_err());
}

#[test]
fn where_nobody_recorded_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let mut frames = shift(&[1, 2, 3, 4]);
    frames[2].at = noon() + Duration::from_secs(600);
    frames[3].at = noon() + Duration::from_secs(605);
    put(&path, &written(&frames).concat());
    let mut record = Record::open(&path).unwrap();
    let spans: Vec<(Timestamp, Timestamp)> = record
        .spans()
        .iter()
        .map(|span| (span.from, span.to))
        .collect();
    assert_eq!(
        spans,
        [(frames[0].at, frames[1].at), (frames[2].at, frames[3].at)]
    );
    let missing = record.at(noon() + Duration::from_secs(300)).unwrap();
    assert!(missing.gap);
    assert_eq!(missing.frame.at, frames[1].at);
    assert!(!record.at(frames[2].at).unwrap().gap);
    // The last one holds until the next would have come, and no longer.
    let after = |seconds| frames[3].at + Duration::from_secs(seconds);
    assert!(!record.at(after(5)).unwrap().gap);
    assert!(record.at(after(6)).unwrap().gap);
}

#[test]
fn the_past_is_what_all_records_of_the_desk_tell_from_a_moment_on() {
    let folder = tempfile::tempdir().unwrap();
    let frames = shift(&[1, 2, 3]);
    let shelf = Shelf::of(folder.path(), &frames[0].desk);
    assert_eq!(past(&shelf, noon()).unwrap().spans, [], "no record yet");
    shelf.make().unwrap();
    let mut writer = Writer::new();
    let mut bytes = super::file::head().to_vec();
    bytes.extend(writer.begin(&session(), noon()));
    for frame in &frames {
        bytes.extend(writer.frame(frame).unwrap());
    }
    for (number, seconds) in [(1, 2), (2, 8)] {
        let at = noon() + Duration::from_secs(seconds);
        bytes.extend(writer.marks(&[alert_left(number, at, Cause::Recovered)], at));
    }
    put(&shelf.named("2026-11-21"), &bytes);
    put(&shelf.named("2026-11-20"), b"no record at all");
    let all = past(&shelf, noon()).unwrap();
    assert_eq!(all.changes.len(), 2);
    assert_eq!(all.spans.len(), 1);
    assert_eq!(all.spans[0].from, noon());
    let late = past(&shelf, noon() + Duration::from_secs(5)).unwrap();
    let at: Vec<Timestamp> = late.changes.iter().map(|change| change.at).collect();
    assert_eq!(at, [noon() + Duration::from_secs(8)]);
    let after = past(&shelf, noon() + Duration::from_secs(3_600)).unwrap();
    assert_eq!((after.changes.len(), after.spans.len()), (0, 0));
}

#[test]
fn another_format_and_another_file_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let mut bytes = written(&shift(&[1])).concat();
    bytes[6] = 9;
    put(&path, &bytes);
    let why = Record::open(&path).err().unwrap();
    assert!(matches!(why, Unreadable::Version { found: 9 }), "{why}");
    put(&path, b"[desk]\ncontext = \"prod\"\n");
    assert!(matches!(Record::open(&path), Err(Unreadable::NoRecord)));
    put(&path, b"QD");
    assert!(matches!(Record::open(&path), Err(Unreadable::NoRecord)));
    put(&path, &super::file::head());
    assert!(matches!(Record::open(&path), Err(Unreadable::Empty)));
}

/// The record of this version that is kept, so that a change of what is in one is seen.
fn kept() -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(format!("tests/records/v{VERSION}.qdr"))
}

#[test]
fn a_record_of_this_version_still_reads_as_it_did() {
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        put(&kept(), &written(&shift(&[7, 8])).concat());
    }
    let mut record = Record::open(&kept()).unwrap();
    let times: Vec<Timestamp> = record.times().collect();
    let frames: Vec<Frame> = times
        .iter()
        .map(|at| record.at(*at).unwrap().frame)
        .collect();
    // What is different here is another format: it takes another version, and a record of its own.
    insta::assert_debug_snapshot!("kept", frames);
}
