//! Who records: one of many, and another one when that one ends.

use std::{os::unix::fs::PermissionsExt, time::Instant};

use super::*;
use crate::domain::desk::{DemoMark, ShiftNow};

const KEEP: Duration = Duration::from_secs(86_400);
const PATIENCE: Duration = Duration::from_secs(60);

fn recorder(shelf: &Shelf) -> Recorder {
    Recorder::start(shelf.clone(), session(), KEEP).unwrap()
}

/// Tells a frame and waits until it says what is hoped for.
#[expect(clippy::disallowed_methods, reason = "a test that waits on a thread")]
fn until(recorder: &Recorder, hoped: impl Fn(&Recording) -> bool) -> Recording {
    let began = Instant::now();
    loop {
        let state = recorder.state();
        if hoped(&state) {
            return state;
        }
        assert!(began.elapsed() < PATIENCE, "{state:?}");
        std::thread::yield_now();
    }
}

fn tell(recorder: &Recorder, frame: &Frame) {
    let told = Told {
        frame: frame.clone(),
        marks: Vec::new(),
    };
    assert!(recorder.tell(told));
}

fn path_of(state: &Recording) -> std::path::PathBuf {
    match state {
        Recording::Here { path } => path.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_of_two_records_and_the_other_takes_over_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let frames = shift(&[2, 3, 4, 5, 6, 7]);
    let shelf = Shelf::of(folder.path(), &frames[0].desk);
    let (first, second) = (recorder(&shelf), recorder(&shelf));
    tell(&first, &frames[0]);
    let here = until(&first, |state| matches!(state, Recording::Here { .. }));
    tell(&second, &frames[0]);
    until(&second, |state| *state == Recording::Elsewhere);
    tell(&first, &frames[1]);
    first.finish();
    tell(&second, &frames[2]);
    let there = until(&second, |state| matches!(state, Recording::Here { .. }));
    tell(&second, &frames[3]);
    second.finish();
    let (path, other) = (path_of(&here), path_of(&there));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut times: Vec<Timestamp> = Vec::new();
    let mut paths = vec![path, other];
    paths.dedup();
    for path in &paths {
        let mut record = Record::open(path).unwrap();
        let of_it: Vec<Timestamp> = record.times().collect();
        for at in &of_it {
            let frame = frames.iter().find(|frame| frame.at == *at).unwrap();
            assert_eq!(said(&record.at(*at).unwrap().frame), said(frame));
        }
        times.extend(of_it);
    }
    let all: Vec<Timestamp> = frames[..4].iter().map(|frame| frame.at).collect();
    assert_eq!(times, all, "each moment once");
}

#[test]
fn a_shift_has_a_record_of_its_own_and_so_has_a_clock_that_was_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut frames = shift(&[9, 9, 9, 9]);
    for (index, frame) in frames.iter_mut().enumerate() {
        let from = if index < 2 {
            "2026-11-20T23:00:00Z"
        } else {
            "2026-11-21T11:00:00Z"
        };
        frame.shift = Some(ShiftNow {
            title: "Day".into(),
            from: from.parse().unwrap(),
            to: from.parse::<Timestamp>().unwrap() + Duration::from_secs(12 * 3_600),
        });
        frame.desk = frames_desk();
    }
    frames[3].at = noon() - Duration::from_secs(600);
    let shelf = Shelf::of(folder.path(), &frames[0].desk);
    let one = recorder(&shelf);
    for frame in &frames {
        tell(&one, frame);
        until(&one, |state| matches!(state, Recording::Here { .. }));
    }
    one.finish();
    let names: Vec<String> = shelf.volumes().unwrap().iter().map(Volume::name).collect();
    assert_eq!(
        names,
        ["2026-11-21T1900+2", "2026-11-21T1900", "2026-11-21T0700"]
    );
    // Nobody wrote on two of them for long.
    let own = shelf.named("2026-11-21T1900+2");
    let written = std::fs::metadata(&own).unwrap().modified().unwrap();
    let file = std::fs::File::options().append(true).open(&own).unwrap();
    file.set_modified(written + 2 * KEEP).unwrap();
    assert_eq!(shelf.tidy(&own, KEEP).unwrap(), 2);
    let left: Vec<String> = shelf.volumes().unwrap().iter().map(Volume::name).collect();
    assert_eq!(left, ["2026-11-21T1900+2"]);
}

#[test]
fn a_world_whose_clock_is_far_ahead_removes_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut frames = shift(&[9, 9]);
    for (years, frame) in frames.iter_mut().enumerate() {
        frame.at = noon() + Duration::from_secs(100 * years as u64 * 365 * 86_400);
        frame.shift = None;
        frame.desk = frames_desk();
    }
    let shelf = Shelf::of(folder.path(), &frames[0].desk);
    for frame in &frames {
        let one = recorder(&shelf);
        tell(&one, frame);
        until(&one, |state| matches!(state, Recording::Here { .. }));
        one.finish();
    }
    assert_eq!(shelf.volumes().unwrap().len(), 2, "both were written now");
}

fn frames_desk() -> crate::domain::desk::Desk {
    crate::domain::desk::Desk {
        pack: Some("glancy".into()),
        context: "arn:aws:eks/prod".to_owned(),
        namespaces: crate::domain::desk::Namespaces::All,
        kubeconfig: None,
        alertmanager: None,
        demo: None,
        read_only: true,
    }
}

#[test]
fn each_desk_has_a_folder_that_its_name_can_not_lead_out_of() {
    let root = std::path::Path::new("/records");
    let mut desk = frames_desk();
    let folder = |desk: &crate::domain::desk::Desk| Shelf::of(root, desk).folder().to_owned();
    assert_eq!(folder(&desk), root.join("glancy@arn%3Aaws%3Aeks%2Fprod"));
    desk.context = "../../etc".to_owned();
    assert_eq!(folder(&desk).parent(), Some(root));
    desk.demo = Some(DemoMark {
        scenario: "quiet".to_owned(),
        speed: None,
    });
    assert_eq!(folder(&desk), root.join("demo-quiet"));
}

#[test]
fn a_disk_that_takes_nothing_stops_it_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    put(&file, b"");
    let frames = shift(&[2, 3]);
    let shelf = Shelf::of(&file, &frames[0].desk);
    let one = recorder(&shelf);
    tell(&one, &frames[0]);
    let state = until(&one, |state| matches!(state, Recording::Stopped { .. }));
    // What comes afterwards harms nobody.
    tell(&one, &frames[1]);
    assert_eq!(one.state(), state);
    one.finish();
}
