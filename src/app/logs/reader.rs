//! Moving through the lines: by line, never by row, so that nothing that comes moves what is read.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};

use super::{buffer::Incoming, screen::LogScreen};
use crate::{
    app::command::WhyNot,
    domain::log::{LogKey, LogNote, Said},
};

/// A log that begins so much later than the time one went to does not reach back to it.
const LATER: SignedDuration = SignedDuration::from_secs(60);

impl LogScreen {
    /// Where a line stands among those shown, or where it would.
    pub fn place(&self, key: LogKey) -> usize {
        self.visible.partition_point(|known| *known < key)
    }

    /// Where the line that is read stands; the last one where the newest is followed.
    pub fn selected_place(&self) -> usize {
        let last = self.visible.len().saturating_sub(1);
        self.selected.map_or(last, |key| self.place(key).min(last))
    }

    /// How many lines have come below the one that is read.
    pub fn below(&self) -> usize {
        match self.selected {
            Some(key) => {
                let after = (Bound::Excluded(key), Bound::Unbounded);
                let notes = self.buffer.notes().range(after);
                let notes = notes.filter(|note| self.is_visible(**note)).count();
                let all = self.visible.len().saturating_sub(self.selected_place() + 1);
                all.saturating_sub(notes)
            }
            None => 0,
        }
    }

    /// How many lines are shown, notes left out.
    pub fn written_shown(&self) -> usize {
        let notes = self.buffer.notes().iter();
        self.visible.len() - notes.filter(|note| self.is_visible(**note)).count()
    }

    fn is_visible(&self, key: LogKey) -> bool {
        self.visible.binary_search(&key).is_ok()
    }

    /// The line that is read may be gone or hidden: the next one is read then.
    pub(super) fn keep_selected(&mut self) {
        let nearest = |screen: &Self, key: LogKey| {
            let at = screen.place(key);
            screen
                .visible
                .get(at)
                .or_else(|| screen.visible.back())
                .copied()
        };
        if let Some(selected) = self.selected {
            self.selected = nearest(self, selected);
        }
        if let Some(top) = self.top {
            self.top = nearest(self, top);
        }
        if let Some(expanded) = self.expanded
            && self.buffer.get(expanded).is_none()
        {
            self.expanded = None;
        }
    }

    pub fn step(&mut self, by: isize) {
        if self.visible.is_empty() || (self.follows() && by > 0) {
            return;
        }
        let last = self.visible.len() - 1;
        let to = self.selected_place().saturating_add_signed(by).min(last);
        self.selected = self.visible.get(to).copied();
    }

    pub fn to_top(&mut self) {
        self.selected = self.visible.front().copied();
    }

    /// Follows the newest from now on; what was not kept meanwhile is said.
    pub fn follow(&mut self) {
        self.selected = None;
        let refused = std::mem::take(&mut self.buffer.refused);
        self.not_kept += refused;
        if refused > 0
            && let Some(last) = self.visible.back().and_then(|key| self.buffer.get(*key))
        {
            let note = Incoming {
                at: last.key.at,
                stream: last.stream,
                said: Said::Note(Box::new(LogNote::NotKept(refused))),
            };
            self.add(vec![note]);
        }
    }

    /// Stays where it is from now on.
    pub fn stop(&mut self) {
        if self.selected.is_none() {
            self.selected = self.visible.back().copied();
        }
    }

    /// Goes to the first line at or after a time, else to the last; says where the log does not reach that time.
    pub fn to_time(&mut self, time: Timestamp) -> Option<WhyNot> {
        let at = self.visible.partition_point(|key| key.at < time);
        let found = self.visible.get(at);
        let key = found.or_else(|| self.visible.back()).copied();
        self.selected = key;
        // It stands at the top, as far as there are lines below it.
        self.top = self.selected;
        match (found, key) {
            (_, None) => Some(WhyNot::NoLines),
            (None, Some(_)) => Some(WhyNot::LogEndsBefore),
            (Some(first), _) if at == 0 && first.at.duration_since(time) >= LATER => {
                Some(WhyNot::LogBeginsLater)
            }
            _ => None,
        }
    }

    /// Goes to the next line that is searched for, down or up; `false` where there is none.
    pub fn to_hit(&mut self, down: bool) -> bool {
        let Some(search) = &self.search else {
            return false;
        };
        let hit = |key: &&LogKey| {
            let line = self.buffer.get(**key);
            matches!(line.map(|line| &line.said), Some(Said::Line { text, .. }) if search.matches(text))
        };
        let at = self.selected_place();
        let found = if down {
            self.visible
                .range((at + 1).min(self.visible.len())..)
                .find(hit)
        } else {
            // The newest is not read yet while it is followed.
            let until = if self.follows() {
                self.visible.len()
            } else {
                at
            };
            self.visible.range(..until).rev().find(hit)
        };
        match found.copied() {
            Some(key) => {
                self.selected = Some(key);
                true
            }
            None => false,
        }
    }
}
