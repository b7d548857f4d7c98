//! A person before a prompt: nobody types as fast as a machine pastes, and nobody confirms what was not on the screen yet.

use std::{thread, time::Duration};

use super::{session::Session, terminal::Terminal};

/// Between two keys: five of them take longer than a paste does.
const PACE: Duration = Duration::from_millis(30);
/// What is typed sooner after a question was drawn does not count.
const QUARANTINE: Duration = Duration::from_millis(600);

/// Looks at what is asked for as long as one has to.
pub fn looks() {
    thread::sleep(QUARANTINE);
}

impl Session {
    /// Types a key, not sooner than a person does.
    pub fn presses(&mut self, key: &str) {
        thread::sleep(PACE);
        self.types(key);
    }

    /// Types behind a text that stands on the screen; each character is seen before the next is typed.
    #[track_caller]
    pub fn types_behind(&mut self, before: &str, text: &str) {
        let mut shown = before.to_owned();
        for c in text.chars() {
            self.presses(&c.to_string());
            shown.push(c);
            self.shows(&shown);
        }
    }

    /// Says yes to a T1: the focus stands on No.
    #[track_caller]
    pub fn chooses_run(&mut self) {
        self.shows("▸ No");
        looks();
        self.presses("\x1b[C");
        self.shows("▸ Run");
        self.presses("\r");
    }

    /// Says yes to a T2 by the name of its target.
    #[track_caller]
    pub fn types_the_name(&mut self, name: &str) {
        let ask = format!("Type {name} to go on:");
        self.shows(&ask);
        looks();
        self.types_behind(&format!("{ask} "), name);
        self.presses("\r");
    }
}

/// Holds that something does not come to be for as long as a person would look.
#[track_caller]
pub fn never(session: &Session, what: &str, holds: impl Fn(&Terminal) -> bool) {
    assert!(
        !session.within(Duration::from_secs(2), holds),
        "{what}\n{}",
        session.terminal().text()
    );
}
