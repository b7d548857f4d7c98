//! The bytes that come: in pieces, broken off, and made of nothing.

use std::{fmt::Debug, io};

use bytes::Bytes;
use proptest::{collection::vec, prelude::*};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::BoxError;

use super::{
    super::{
        body::Reader,
        list::ListReader,
        tables::{KINDS, Kind},
        watch::WatchReader,
        wire::{Malformed, OBJECT},
    },
    cut,
    encode::{self, Entropy},
    read,
};
use crate::sources::kubernetes::{
    events::EventLite,
    history::ReplicaSetLite,
    nodes::NodeLite,
    status::PodLite,
    workloads::{DaemonSet, Deployment, StatefulSet},
};

fn kind(kind: &str) -> &'static Kind {
    KINDS.iter().find(|it| it.kind == kind).unwrap()
}

fn lists(name: &str) -> Reader {
    Reader::List(ListReader::new(kind(name)))
}

fn watches(name: &str) -> Reader {
    Reader::Watch(WatchReader::new(kind(name)))
}

fn malformed(error: Option<BoxError>) -> Option<Malformed> {
    error.map(|error| *error.downcast::<Malformed>().unwrap())
}

fn is_cut(error: Option<BoxError>) -> bool {
    let error = error.unwrap();
    let error = error.downcast_ref::<io::Error>().unwrap();
    error.kind() == io::ErrorKind::UnexpectedEof
}

/// What a lite type makes of JSON.
fn seen<T: DeserializeOwned + Debug>(json: &Value) -> String {
    let seen: T = serde_json::from_value(json.clone()).unwrap();
    format!("{seen:?}")
}

fn seen_as(kind: &str, json: &Value) -> String {
    match kind {
        "Pod" => seen::<PodLite>(json),
        "Event" => seen::<EventLite>(json),
        "Node" => seen::<NodeLite>(json),
        "Deployment" => seen::<Deployment>(json),
        "StatefulSet" => seen::<StatefulSet>(json),
        "DaemonSet" => seen::<DaemonSet>(json),
        "ReplicaSet" => seen::<ReplicaSetLite>(json),
        other => panic!("{other}"),
    }
}

fn list_of(kind: &Kind, objects: &[(Value, Vec<u8>)]) -> Vec<u8> {
    let items: Vec<Vec<u8>> = objects.iter().map(|it| it.1.clone()).collect();
    encode::list(kind.api_version, kind.list, &items)
}

fn watch_of(kind: &Kind, objects: &[(Value, Vec<u8>)]) -> Vec<u8> {
    let frame = |it: &(Value, Vec<u8>)| {
        let object = encode::envelope(kind.api_version, kind.kind, &it.1);
        encode::frame("MODIFIED", &object)
    };
    objects.iter().flat_map(frame).collect()
}

fn objects(kind: &Kind, entropy: &[Vec<u8>]) -> Vec<(Value, Vec<u8>)> {
    let object = |it: &Vec<u8>| encode::object(&mut Entropy(it.iter()), kind.fields);
    entropy.iter().map(object).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is in an object, rows are made of the same as from the server's own JSON, however the bytes are cut.
    #[test]
    fn protobuf_says_what_json_says(
        place in 0..KINDS.len(),
        entropy in vec(vec(any::<u8>(), 0..300), 0..5),
        size in prop_oneof![Just(1_usize), Just(3), Just(7), Just(4_096)],
    ) {
        let kind = &KINDS[place];
        let objects = objects(kind, &entropy);
        let expected: Vec<String> = objects.iter().map(|it| seen_as(kind.kind, &it.0)).collect();

        let (out, error) = read(lists(kind.kind), cut(&list_of(kind, &objects), size));
        prop_assert!(error.is_none(), "{error:?}");
        let list: Value = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(&list["kind"], kind.list);
        prop_assert_eq!(&list["apiVersion"], kind.api_version);
        let metadata = json!({"resourceVersion": "77", "continue": "more", "remainingItemCount": 12});
        prop_assert_eq!(&list["metadata"], &metadata);
        let items = list["items"].as_array().unwrap();
        let listed: Vec<String> = items.iter().map(|it| seen_as(kind.kind, it)).collect();
        prop_assert_eq!(&listed, &expected);

        let (out, error) = read(watches(kind.kind), cut(&watch_of(kind, &objects), size));
        prop_assert!(error.is_none(), "{error:?}");
        let mut watched = Vec::new();
        for line in out.lines() {
            prop_assert!(line.starts_with("{\"type\":\"MODIFIED\",\"object\":{"), "{line}");
            let event: Value = serde_json::from_str(line).unwrap();
            prop_assert_eq!(&event["object"]["kind"], kind.kind);
            watched.push(seen_as(kind.kind, &event["object"]));
        }
        prop_assert_eq!(&watched, &expected);
    }

    #[test]
    fn garbage_is_an_error_and_no_more(bytes in vec(any::<u8>(), 1..400), size in 1..9_usize) {
        for begun in [&b""[..], b"k8s\0", b"k8s\0\x12\x70"] {
            let bytes = [begun, &bytes].concat();
            let (out, error) = read(lists("Pod"), cut(&bytes, size));
            // By chance it may be an empty list among fields that nobody knows.
            let is_list = || serde_json::from_str::<Value>(&out).is_ok_and(|it| it["items"].is_array());
            prop_assert!(error.is_some() || is_list(), "{out}");
        }
        let (_, error) = read(watches("Pod"), cut(&bytes, size));
        prop_assert!(error.is_some());
    }

    /// A flipped byte anywhere is read or refused, and nothing else happens.
    #[test]
    fn a_broken_byte_breaks_nothing_else(
        entropy in vec(vec(any::<u8>(), 100..200), 1..3),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let objects = objects(kind("Pod"), &entropy);
        for (mut bytes, reader) in [
            (list_of(kind("Pod"), &objects), lists("Pod")),
            (watch_of(kind("Pod"), &objects), watches("Pod")),
        ] {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
            let (out, error) = read(reader, cut(&bytes, 64));
            if error.is_none() && out.starts_with("{\"kind\"") {
                prop_assert!(serde_json::from_str::<Value>(&out).is_ok(), "{out}");
            }
        }
    }
}

#[test]
fn a_list_that_breaks_off_is_an_error_wherever_that_is() {
    let objects = objects(kind("Pod"), &[vec![250; 200], vec![7; 200]]);
    let bytes = list_of(kind("Pod"), &objects);
    // The four last bytes are two empty fields that nobody misses.
    for length in 0..bytes.len() - 4 {
        let (out, error) = read(lists("Pod"), cut(&bytes[..length], 7));
        assert!(is_cut(error), "{length}: {out}");
        assert!(serde_json::from_str::<Value>(&out).is_err());
    }
    let (out, error) = read(lists("Pod"), cut(&bytes, 7));
    assert!(error.is_none() && serde_json::from_str::<Value>(&out).is_ok());
}

#[test]
fn a_watch_that_breaks_off_keeps_its_whole_frames() {
    let objects = objects(kind("Pod"), &[vec![250; 200], vec![7; 200]]);
    let (first, both) = (
        watch_of(kind("Pod"), &objects[..1]).len(),
        watch_of(kind("Pod"), &objects),
    );
    for length in first + 1..both.len() {
        let (out, error) = read(watches("Pod"), cut(&both[..length], 7));
        assert!(is_cut(error));
        assert_eq!(out.lines().count(), 1);
    }
    for length in [0, first, both.len()] {
        let (_, error) = read(watches("Pod"), cut(&both[..length], 7));
        assert!(error.is_none(), "between two frames nothing is missing");
    }
    let reset = || Err(io::Error::from(io::ErrorKind::ConnectionReset));
    let pieces = vec![Ok(Bytes::copy_from_slice(&both[..first + 9])), reset()];
    let (out, error) = read(watches("Pod"), pieces);
    let error = error.unwrap().downcast::<io::Error>().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(out.lines().count(), 1);
}

#[test]
fn lengths_beyond_all_measure_are_refused_at_once() {
    let (_, error) = read(watches("Pod"), cut(&[0xff; 4], 4));
    assert_eq!(malformed(error), Some(Malformed::TooLong(u32::MAX.into())));
    // An item that claims more than a list has, and one that claims more than any object has.
    let mut claims = Vec::new();
    encode::varint(2 << 3 | 2, &mut claims);
    encode::varint(OBJECT + 1, &mut claims);
    let mut list = b"k8s\0".to_vec();
    encode::bytes(2, &claims, &mut list);
    let (_, error) = read(lists("Pod"), cut(&list, 3));
    assert_eq!(malformed(error), Some(Malformed::Overrun));
    let mut list = b"k8s\0\x12".to_vec();
    encode::varint(u64::MAX, &mut list);
    list.extend_from_slice(&claims);
    let (_, error) = read(lists("Pod"), cut(&list, 3));
    assert_eq!(malformed(error), Some(Malformed::TooLong(OBJECT + 1)));
}

#[test]
fn other_kinds_are_refused() {
    let status = encode::envelope("v1", "Status", b"");
    let (_, error) = read(lists("Pod"), cut(&status, 64));
    let expected = Malformed::Kind("Status".to_owned(), "PodList");
    assert_eq!(malformed(error), Some(expected));
    for (event, kind, expected) in [
        ("ADDED", "Node", Malformed::Kind("Node".to_owned(), "Pod")),
        ("ERROR", "Pod", Malformed::Kind("Pod".to_owned(), "Status")),
        ("WHATEVER", "Pod", Malformed::Event("WHATEVER".to_owned())),
    ] {
        let frame = encode::frame(event, &encode::envelope("v1", kind, b""));
        let (out, error) = read(watches("Pod"), cut(&frame, 64));
        assert_eq!(malformed(error), Some(expected));
        assert_eq!(out, "");
    }
}

#[test]
fn what_stands_before_a_malformed_frame_is_told() {
    let object = encode::envelope("v1", "Pod", b"");
    let good = encode::frame("DELETED", &object);
    let bad = encode::frame("ADDED", b"{\"kind\":\"Pod\"}");
    let (out, error) = read(watches("Pod"), cut(&[good, bad].concat(), 4_096));
    assert_eq!(
        out,
        "{\"type\":\"DELETED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}}\n"
    );
    assert_eq!(malformed(error), Some(Malformed::NoMagic));
}

#[test]
fn a_negative_number_is_negative() {
    let (mut end, mut state, mut status) = (Vec::new(), Vec::new(), Vec::new());
    encode::number(1, -1, &mut end);
    encode::bytes(3, &end, &mut state);
    encode::bytes(2, &state, &mut status);
    let (mut statuses, mut pod) = (Vec::new(), Vec::new());
    encode::bytes(8, &status, &mut statuses);
    encode::bytes(3, &statuses, &mut pod);
    let (out, _) = read(
        lists("Pod"),
        cut(&encode::list("v1", "PodList", &[pod]), 64),
    );
    assert!(out.contains("\"terminated\":{\"exitCode\":-1}"), "{out}");
}
