//! The stories of the packs, from the alert to the handover: the embedded cluster at one moment of each, and keys.

mod after_sales;
mod lawsker;
mod module;
mod stage;
mod tuheg;

use std::time::Duration;

use quarterdeck::domain::text::Lang;

use super::{Face, Flow, actions::presses, each_face, incidents::Ledger};
use stage::{Stage, agrees, verified};

/// A screen as a snapshot; digests are those of the packs as they are today, and not of the story.
fn snapshot(name: &str, face: Face, flow: &Flow) {
    let digests = vec![
        (r"[0-9a-f]{64}", "[digest]"),
        (r"[0-9a-f]{12}…", "[digest]"),
    ];
    insta::with_settings!({ filters => digests }, {
        super::snapshot(name, face, flow);
    });
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// What the palette finds by these words in either language is opened.
fn opens(flow: &mut Flow, face: Face, en: &str, zh: &str) {
    let words = if face.lang == Lang::En { en } else { zh };
    presses(flow, &format!(": '{words}' enter"));
}

/// The paper that is open holds all of these, wherever one has to scroll to.
#[track_caller]
fn holds(flow: &mut Flow, face: Face, en: &[&str], zh: &[&str]) {
    let fields = if face.lang == Lang::En { en } else { zh };
    let mut seen = flow.screen();
    loop {
        flow.keys("j");
        let next = flow.screen();
        if seen.ends_with(&next) {
            break;
        }
        seen.push_str(&next);
    }
    for field in fields {
        assert!(seen.contains(field), "{field}\n{seen}");
    }
}

#[track_caller]
fn shows(flow: &Flow, face: Face, en: &str, zh: &str) {
    let words = if face.lang == Lang::En { en } else { zh };
    let screen = flow.screen();
    assert!(screen.contains(words), "{words}\n{screen}");
}
