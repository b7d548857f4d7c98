//! What is heard of a stream, however it comes.

use std::sync::{Arc, Mutex};

use secrecy::SecretString;

use super::*;
use crate::domain::action::{ending::Ending, place::SecretDelivery, value::Value};

type Told = Arc<Mutex<Vec<Output>>>;

fn listen() -> (Told, Tell) {
    let told = Told::default();
    let into = Arc::clone(&told);
    let tell: Tell = Arc::new(move |output| into.lock().unwrap().push(output));
    (told, tell)
}

fn hear(pieces: &[&[u8]], secrets: &[Secret]) -> (Heard, Vec<Output>) {
    let (told, tell) = listen();
    let ears = Ears {
        tell: Some(&tell),
        step: 3,
        of: None,
    };
    let mut written = Written::new(ears, Stream::Out, secrets);
    for piece in pieces {
        written.feed(piece);
    }
    let heard = written.end();
    let told = told.lock().unwrap().clone();
    (heard, told)
}

fn text(told: &[Output]) -> String {
    told.iter().map(|output| output.text.as_str()).collect()
}

#[test]
fn lines_are_told_when_they_are_whole() {
    let (told, tell) = listen();
    let ears = Ears {
        tell: Some(&tell),
        step: 1,
        of: Some("backend-1".to_owned()),
    };
    let mut written = Written::new(ears, Stream::Err, &[]);
    written.feed(b"promoting REL-B4\r");
    assert!(told.lock().unwrap().is_empty());
    written.feed(b"\n50");
    assert_eq!(text(&told.lock().unwrap()), "promoting REL-B4\n");
    written.feed(b" %\r60 %\r");
    assert_eq!(text(&told.lock().unwrap()), "promoting REL-B4\n50 %\n");
    let heard = written.end();
    assert_eq!(heard.text, "promoting REL-B4\n50 %\n60 %\n");
    assert_eq!(heard.last_line(), Some("60 %"));
    let told = told.lock().unwrap();
    assert!(told.iter().all(|output| output.step == 1
        && output.of.as_deref() == Some("backend-1")
        && output.stream == Stream::Err));
}

// row: G5
#[test]
fn controls_are_stripped_and_a_secret_between_them_is_hidden() {
    let secret = Secret::new(
        "s".to_owned(),
        SecretDelivery::Env("S".to_owned()),
        SecretString::from("canary-7f".to_owned()),
    );
    let (heard, told) = hear(
        &[b"\x1b]0;title\x07ok can\x1b[31mary", b"-7f \x1b[2J\xff\n"],
        &[secret],
    );
    assert_eq!(heard.text, "ok ••• \u{fffd}\n");
    assert_eq!(text(&told), heard.text);
}

// row: G3
#[test]
fn of_much_the_beginning_and_the_end_are_kept_and_the_rest_is_counted() {
    let line = format!("{}\n", "x".repeat(99));
    let count = KEPT / 100 * 5;
    let mut pieces = vec![b"first\n".as_slice()];
    pieces.extend(std::iter::repeat_n(line.as_bytes(), count));
    pieces.push(b"last");
    let (heard, told) = hear(&pieces, &[]);
    let kept: usize = told
        .iter()
        .filter(|output| output.stream == Stream::Out)
        .map(|output| output.text.len())
        .sum();
    let notes: Vec<&str> = told
        .iter()
        .filter(|output| output.stream == Stream::Note)
        .map(|output| output.text.as_str())
        .collect();
    let all = 6 + count * 100 + 4;
    assert_eq!(kept, KEPT);
    assert_eq!(notes, [format!("cut out {}", all - KEPT)]);
    let shown = text(&told);
    assert!(shown.starts_with("first\n") && shown.ends_with("last"));
    assert!(
        heard.overflow,
        "a megabyte of it is read for values at most"
    );
    assert_eq!(heard.text.len(), PARSED);
}

#[test]
fn a_line_without_end_is_shown_in_pieces_of_whole_characters() {
    let long = "导".repeat(LONGEST_LINE);
    let pieces: Vec<&[u8]> = long.as_bytes().chunks(4_000).collect();
    let (heard, told) = hear(&pieces, &[]);
    assert_eq!(heard.text, long);
    assert!(told.len() > 1);
    assert_eq!(text(&told), long);
}

#[test]
fn what_proves_nothing_is_an_end_for_who_asks_and_a_failure_for_who_acts() {
    let heard = |text: &str| Heard {
        text: text.to_owned(),
        ..Heard::default()
    };
    let save = Save {
        name: "there".to_owned(),
        parse: Parse::Ending(Box::new(Ending {
            up: vec![Sign::Rc(0)],
            down: vec![Sign::Rc(1)],
            ..Ending::default()
        })),
    };
    let (out, err) = (heard(""), heard("no such program"));
    let read = |aim, rc| ended(Some(&save), aim, rc, (&out, &err));
    assert_eq!(read(Aim::Read, 1).unwrap()["up"], Value::Bool(false));
    assert_eq!(read(Aim::Act, 1).unwrap()["up"], Value::Bool(false));
    // Neither up nor down.
    assert!(!matches!(
        read(Aim::Read, 127).unwrap().get("up"),
        Some(Value::Bool(_))
    ));
    assert_eq!(
        read(Aim::Act, 127).unwrap_err(),
        "exit 127: no such program"
    );
}
