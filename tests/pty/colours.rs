//! How many colours are sent, for each depth of colours.

use std::collections::BTreeSet;

use super::{home::Home, session::Start};

/// The ways a colour was named, over a session in which most roles were drawn.
fn forms(home: &Home, arguments: &[&str]) -> BTreeSet<&'static str> {
    let mut session = Start::of(home, arguments).session();
    session.is_live();
    for (key, text) in [
        ("?", "Keys"),
        (":", "Commands"),
        ("c", "Changes in"),
        ("T", "Theme"),
    ] {
        session.types(key);
        session.shows(text);
        session.types("\x1b");
        session.hides(text);
    }
    session.types("q");
    assert_eq!(session.left(), "0");
    let terminal = session.terminal();
    terminal
        .attributes()
        .iter()
        .flat_map(|change| named(change))
        .collect()
}

/// What one change of attributes names: `38;5;4` is one colour of 256, `31` one of sixteen.
fn named(change: &[u16]) -> Vec<&'static str> {
    let mut forms = Vec::new();
    let mut rest = change;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (38 | 48 | 58, [2, _, _, _, after @ ..]) => {
                forms.push("true colour");
                rest = after;
            }
            (38 | 48 | 58, [5, index, after @ ..]) => {
                // The first sixteen of 256 are those of sixteen, which themes of a terminal paint.
                forms.push(if *index < 16 { "16" } else { "256" });
                rest = after;
            }
            (38 | 48 | 58, _) => forms.push("broken"),
            (30..=37 | 40..=47 | 90..=97 | 100..=107, _) => forms.push("16"),
            _ => {}
        }
    }
    forms
}

#[test]
fn each_depth_sends_only_its_own_forms() {
    let truly = Home::new();
    let forms_of =
        |home: &Home, arguments: &[&str]| forms(home, arguments).into_iter().collect::<Vec<_>>();
    assert_eq!(forms_of(&truly, &["demo"]), ["true colour"]);
    let indexed = Home::new().without("COLORTERM");
    assert_eq!(forms_of(&indexed, &["demo"]), ["256"]);
    let sixteen = Home::new().without("COLORTERM").with("TERM", "xterm");
    assert_eq!(forms_of(&sixteen, &["demo"]), ["16"]);
    let none = Home::new().with("NO_COLOR", "1");
    assert_eq!(forms_of(&none, &["demo"]), [""; 0]);
    // A flag is over the environment.
    assert_eq!(forms_of(&truly, &["demo", "--colours", "16"]), ["16"]);
}
