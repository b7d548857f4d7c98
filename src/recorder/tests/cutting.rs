//! A record that was cut: what stands before the cut reads, and it can be written on.

use std::fs;

use super::*;

#[test]
fn cut_at_any_byte_the_frames_before_the_cut_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let frames = shift(&[3, 5, 8, 13]);
    let pieces = written(&frames);
    let bytes = pieces.concat();
    let mut ends = Vec::new();
    let mut end = 0;
    for piece in &pieces {
        end += piece.len();
        ends.push(end);
    }
    for cut in 0..=bytes.len() {
        put(&path, &bytes[..cut]);
        // The head and the beginning are no frames.
        let whole = ends
            .iter()
            .filter(|end| **end <= cut)
            .count()
            .saturating_sub(2);
        match Record::open(&path) {
            Ok(mut record) => {
                assert_eq!(record.times().count(), whole, "cut at {cut}");
                let torn = cut - ends[whole + 1];
                assert_eq!(record.torn(), torn as u64, "cut at {cut}");
                let last = &frames[whole - 1];
                assert_eq!(said(&record.at(last.at).unwrap().frame), said(last));
            }
            Err(why) => assert_eq!(whole, 0, "cut at {cut}: {why}"),
        }
    }
}

#[test]
fn what_is_torn_is_cut_off_before_more_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let frames = shift(&[3, 5, 8, 13]);
    let bytes = written(&frames[..2]).concat();
    put(&path, &bytes[..bytes.len() - 3]);
    let (mut tape, before) = Tape::open(&path).unwrap();
    assert!(before.torn > 0);
    assert_eq!(before.last, Some(frames[0].at));
    let mut writer = Writer::new();
    tape.put(&writer.begin(&session(), frames[2].at)).unwrap();
    for frame in &frames[2..] {
        tape.put(&writer.frame(frame).unwrap()).unwrap();
    }
    let mut record = Record::open(&path).unwrap();
    let times: Vec<Timestamp> = record.times().collect();
    assert_eq!(times, [frames[0].at, frames[2].at, frames[3].at]);
    assert_eq!(record.torn(), 0);
    assert_eq!(
        said(&record.at(frames[3].at).unwrap().frame),
        said(&frames[3])
    );
    // Somebody else began: that is no one stretch.
    assert_eq!(record.spans().len(), 2);
}

#[test]
fn a_record_that_was_damaged_in_the_middle_stays_and_another_begins_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let pieces = written(&shift(&[3, 5, 8, 13]));
    let mut bytes = pieces.concat();
    let second = pieces[..3].concat().len();
    bytes[second + super::super::file::LEAD + 2] ^= 0x10;
    put(&path, &bytes);
    let refused = Tape::open(&path);
    assert!(
        matches!(refused, Err(Unreadable::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), bytes, "nothing of it is lost");
    // The number of its bytes was changed: it seems cut, and what is behind it is too much for that.
    bytes = pieces.concat();
    bytes[second + 3] = 0x01;
    bytes.extend(vec![7; 1 << 20]);
    put(&path, &bytes);
    assert!(matches!(Tape::open(&path), Err(Unreadable::Damaged { .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_changed_byte_ends_what_can_be_read_and_never_reads_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let frames = shift(&[3, 5, 8]);
    let bytes = written(&frames).concat();
    for at in 8..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        put(&path, &changed);
        let Ok(mut record) = Record::open(&path) else {
            continue;
        };
        assert!(record.torn() > 0, "byte {at}");
        let times: Vec<Timestamp> = record.times().collect();
        for (time, frame) in times.into_iter().zip(&frames) {
            assert_eq!(time, frame.at);
            assert_eq!(said(&record.at(time).unwrap().frame), said(frame));
        }
    }
}

#[test]
fn a_record_that_grows_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.qdr");
    let frames = shift(&[3, 5, 8, 13]);
    let pieces = written(&frames);
    put(&path, &pieces[..4].concat());
    let mut record = Record::open(&path).unwrap();
    assert_eq!(record.times().count(), 2);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let (half, rest) = pieces[4].split_at(5);
    file.write_all(half).unwrap();
    record.follow().unwrap();
    assert_eq!((record.times().count(), record.torn()), (2, 5));
    file.write_all(rest).unwrap();
    file.write_all(&pieces[5]).unwrap();
    record.follow().unwrap();
    assert_eq!((record.times().count(), record.torn()), (4, 0));
    assert_eq!(
        said(&record.at(frames[3].at).unwrap().frame),
        said(&frames[3])
    );
}
