//! The merged log in bounded memory, in the order of its keys.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::domain::log::{LogKey, Said};

/// The most lines that are kept, and the memory they are counted as.
pub const MOST_LINES: usize = 40_000;
pub const MOST_BYTES: usize = 8 << 20;

/// One entry of the merged log.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub key: LogKey,
    /// Which of the screen's streams it came from.
    pub stream: usize,
    pub said: Said,
}

/// What a line is made from: its number is given when it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    pub at: Timestamp,
    pub stream: usize,
    pub said: Said,
}

/// The lines, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Buffer {
    lines: VecDeque<Line>,
    /// Those of them that nobody wrote: what is to know of the streams.
    notes: BTreeSet<LogKey>,
    bytes: usize,
    next: u64,
    /// Old lines that went so that new ones could be kept.
    pub dropped: u64,
    /// New lines that were not kept because somebody reads the old ones.
    pub refused: u64,
}

/// What taking lines changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Lines from this one on may stand elsewhere or be new; `None` where nothing came.
    pub from: Option<LogKey>,
    /// So many lines went at the top.
    pub dropped: usize,
}

impl Buffer {
    /// Takes lines, each to its time; those of one time stand in the order they came. Too much lets the oldest go, but
    /// nothing from `keep` on, where somebody reads: then the newest are not kept.
    pub fn take(&mut self, incoming: Vec<Incoming>, keep: Option<LogKey>) -> Taken {
        let mut incoming: Vec<Line> = incoming
            .into_iter()
            .map(|line| {
                self.next += 1;
                Line {
                    key: LogKey {
                        at: line.at,
                        number: self.next,
                    },
                    stream: line.stream,
                    said: line.said,
                }
            })
            .collect();
        incoming.sort_by_key(|line| line.key);
        let Some(first) = incoming.first().map(|line| line.key) else {
            return Taken {
                from: None,
                dropped: 0,
            };
        };
        self.bytes += incoming.iter().map(|line| line.said.cost()).sum::<usize>();
        let notes = incoming
            .iter()
            .filter(|line| matches!(line.said, Said::Note(_)));
        self.notes.extend(notes.map(|line| line.key));
        self.merge(first, incoming);
        let dropped = self.shrink(keep);
        Taken {
            from: Some(first),
            dropped,
        }
    }

    fn merge(&mut self, first: LogKey, incoming: Vec<Line>) {
        let at = self.lower(first);
        if at == self.lines.len() {
            self.lines.extend(incoming);
            return;
        }
        let mut later = self.lines.split_off(at).into_iter().peekable();
        for line in incoming {
            while let Some(before) = later.next_if(|known| known.key < line.key) {
                self.lines.push_back(before);
            }
            self.lines.push_back(line);
        }
        self.lines.extend(later);
    }

    fn over(&self) -> bool {
        self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES
    }

    fn shrink(&mut self, keep: Option<LogKey>) -> usize {
        let mut dropped = 0;
        while self.over()
            && let Some(oldest) = self.lines.front()
            && keep.is_none_or(|keep| oldest.key < keep)
        {
            self.bytes -= oldest.said.cost();
            self.notes.remove(&oldest.key);
            self.lines.pop_front();
            dropped += 1;
        }
        self.dropped += dropped as u64;
        while self.over()
            && let Some(line) = self.lines.pop_back()
        {
            self.bytes -= line.said.cost();
            self.notes.remove(&line.key);
            self.refused += 1;
        }
        dropped
    }

    /// Where the first line stands that is not before `key`.
    pub fn lower(&self, key: LogKey) -> usize {
        // What comes is newer than what is there, but for a few.
        if self.lines.back().is_none_or(|last| last.key < key) {
            return self.lines.len();
        }
        self.lines.partition_point(|line| line.key < key)
    }

    pub fn get(&self, key: LogKey) -> Option<&Line> {
        self.lines
            .get(self.lower(key))
            .filter(|line| line.key == key)
    }

    pub fn from(&self, key: LogKey) -> impl Iterator<Item = &Line> {
        self.lines.range(self.lower(key)..)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    pub fn first(&self) -> Option<&Line> {
        self.lines.front()
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The entries that nobody wrote.
    pub const fn notes(&self) -> &BTreeSet<LogKey> {
        &self.notes
    }

    /// How many lines were written, notes left out.
    pub fn written(&self) -> usize {
        self.lines.len() - self.notes.len()
    }

    /// The memory its lines are counted as.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn incoming(second: i64, stream: usize, text: &str) -> Incoming {
        Incoming {
            at: Timestamp::from_second(second).unwrap(),
            stream,
            said: Said::Line {
                level: None,
                text: text.into(),
            },
        }
    }

    fn texts(buffer: &Buffer) -> Vec<String> {
        let text = |line: &Line| match &line.said {
            Said::Line { text, .. } => text.to_string(),
            Said::Note(note) => format!("{note:?}"),
        };
        buffer.iter().map(text).collect()
    }

    // row: A11
    #[test]
    fn a_late_line_goes_to_its_time() {
        let mut buffer = Buffer::default();
        buffer.take(vec![incoming(1, 0, "a"), incoming(5, 0, "e")], None);
        let taken = buffer.take(vec![incoming(3, 1, "c"), incoming(5, 1, "f")], None);
        assert_eq!(texts(&buffer), ["a", "c", "e", "f"]);
        assert_eq!(taken.from.unwrap().at.as_second(), 3);
    }

    #[test]
    fn a_full_buffer_lets_the_oldest_go_and_says_so() {
        let mut buffer = Buffer::default();
        let lines = |from: i64| {
            (from..from + 1000)
                .map(|n| incoming(n, 0, "x"))
                .collect::<Vec<_>>()
        };
        for round in 0..50 {
            buffer.take(lines(round * 1000), None);
        }
        assert_eq!(buffer.len(), MOST_LINES);
        assert_eq!(buffer.dropped, 10_000);
        assert_eq!(buffer.first().unwrap().key.at.as_second(), 10_000);
    }

    #[test]
    fn what_somebody_reads_stays_and_the_newest_are_not_kept() {
        let mut buffer = Buffer::default();
        buffer.take((0..1000).map(|n| incoming(n, 0, "x")).collect(), None);
        let read = buffer.iter().nth(500).unwrap().key;
        for round in 1..50 {
            let lines = (0..1000)
                .map(|n| incoming(round * 1000 + n, 0, "x"))
                .collect();
            buffer.take(lines, Some(read));
        }
        assert_eq!(buffer.first().unwrap().key, read);
        assert_eq!(buffer.len(), MOST_LINES);
        assert_eq!(buffer.dropped, 500);
        assert_eq!(buffer.refused, 50_000 - 500 - MOST_LINES as u64);
    }

    #[test]
    fn long_lines_count_by_their_bytes() {
        let mut buffer = Buffer::default();
        let long = "y".repeat(8 << 10);
        for second in 0..3000 {
            buffer.take(vec![incoming(second, 0, &long)], None);
            assert!(buffer.bytes() <= MOST_BYTES);
        }
        assert!(buffer.dropped > 0 && buffer.len() > 900);
    }

    proptest! {
        /// Whatever comes when: the order is that of the times, and of the coming within one time.
        #[test]
        fn the_merged_order_is_that_of_all_lines_sorted(batches in prop::collection::vec(prop::collection::vec((0_i64..20, 0_usize..4), 0..10), 0..20)) {
            let mut buffer = Buffer::default();
            let mut all: Vec<(i64, usize)> = Vec::new();
            let mut number = 0;
            for batch in batches {
                let mut lines = Vec::new();
                for (second, stream) in batch {
                    all.push((second, number));
                    lines.push(incoming(second, stream, &number.to_string()));
                    number += 1;
                }
                buffer.take(lines, None);
            }
            all.sort_by_key(|(second, _)| *second);
            let expected: Vec<String> = all.iter().map(|(_, number)| number.to_string()).collect();
            prop_assert_eq!(texts(&buffer), expected);
            let cost: usize = buffer.iter().map(|line| line.said.cost()).sum();
            prop_assert_eq!(buffer.bytes(), cost);
        }
    }
}
