//! Tells a paste from typing by how fast it comes.

use std::{collections::VecDeque, time::Duration};

/// So many characters a person may type within [`WITHIN`].
const MOST: usize = 4;
const WITHIN: Duration = Duration::from_millis(20);

/// When the last keys came, on the monotonic clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Burst {
    characters: VecDeque<Duration>,
    last: Option<Duration>,
}

impl Burst {
    /// Takes a character; whether it came as no person types.
    pub(super) fn is_paste(&mut self, now: Duration) -> bool {
        self.last = Some(now);
        self.characters.push_back(now);
        if self.characters.len() > MOST + 1 {
            self.characters.pop_front();
        }
        // The times are kept, so that the rest of a paste is one too.
        self.characters.len() > MOST && now.saturating_sub(self.characters[0]) <= WITHIN
    }

    /// Takes a key that confirms or moves; whether it came with the key before as no person presses it.
    pub(super) fn is_glued(&mut self, now: Duration) -> bool {
        let before = self.last.replace(now);
        before.is_some_and(|before| now.saturating_sub(before) <= WITHIN)
    }
}
