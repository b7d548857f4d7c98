//! Entries on their way to the screen, bounded: a flood costs lines, never memory.

use super::{LogEntry, LogStream, Said};

/// The most entries that wait to be taken, and the memory of their texts.
const MOST_ENTRIES: usize = 10_000;
const MOST_BYTES: usize = 2 << 20;

/// What came of a question since it was last taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogBatch {
    /// Streams that are new or changed; the last word on each counts.
    pub streams: Vec<LogStream>,
    /// Each stream's own entries stand in its order.
    pub entries: Vec<LogEntry>,
    /// Lines that came and were let go on the way.
    pub not_kept: u64,
    /// Containers beyond the most that are read at once, by how many pods have them.
    pub pods_not_read: usize,
    /// Every container has been opened or has said why it can't be.
    pub opened: bool,
}

impl LogBatch {
    pub const fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.entries.is_empty() && self.not_kept == 0 && !self.opened
    }

    /// Takes a later one behind it. Where there is too much the oldest lines go, and are counted.
    pub fn append(&mut self, later: Self) {
        for stream in later.streams {
            match self.streams.iter_mut().find(|known| known.id == stream.id) {
                Some(known) => *known = stream,
                None => self.streams.push(stream),
            }
        }
        self.entries.extend(later.entries);
        self.not_kept += later.not_kept;
        self.pods_not_read = later.pods_not_read;
        self.opened |= later.opened;
        self.shrink(MOST_ENTRIES, MOST_BYTES);
    }

    /// The memory its entries are counted as.
    pub fn cost(&self) -> usize {
        self.entries.iter().map(|entry| entry.said.cost()).sum()
    }

    fn shrink(&mut self, most: usize, bytes: usize) {
        let mut cost = self.cost();
        if self.entries.len() <= most && cost <= bytes {
            return;
        }
        // Half of it goes at once, so that a flood does not move all of it for each line.
        let (most, bytes) = (most / 2, bytes / 2);
        let mut left = self.entries.len();
        let mut not_kept = 0;
        self.entries.retain(|entry| {
            let over = left > most || cost > bytes;
            left -= 1;
            cost -= entry.said.cost();
            // What stands between the lines is rare and stays.
            let keep = !over || matches!(entry.said, Said::Note(_));
            not_kept += u64::from(!keep);
            keep
        });
        self.not_kept += not_kept;
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        log::{LogNote, StreamState},
        pod_detail::{ContainerKind, PodKey},
    };

    fn line(second: i64, text: &str) -> LogEntry {
        LogEntry {
            stream: 0,
            at: Timestamp::from_second(second).unwrap(),
            said: Said::Line {
                level: None,
                text: text.into(),
            },
        }
    }

    fn stream(id: u32, state: StreamState) -> LogStream {
        LogStream {
            id,
            pod: PodKey {
                namespace: "a".into(),
                name: "p".into(),
                uid: "u".into(),
            },
            container: "main".into(),
            kind: ContainerKind::Main,
            state,
        }
    }

    #[test]
    fn the_last_word_on_a_stream_counts() {
        let mut batch = LogBatch {
            streams: vec![
                stream(0, StreamState::Opening),
                stream(1, StreamState::Opening),
            ],
            ..LogBatch::default()
        };
        batch.append(LogBatch {
            streams: vec![stream(1, StreamState::Live), stream(2, StreamState::Gone)],
            opened: true,
            ..LogBatch::default()
        });
        let states: Vec<_> = batch.streams.iter().map(|it| it.state.clone()).collect();
        assert_eq!(
            states,
            [StreamState::Opening, StreamState::Live, StreamState::Gone]
        );
        assert!(batch.opened);
    }

    #[test]
    fn a_flood_costs_lines_that_are_counted_and_never_notes() {
        let mut batch = LogBatch::default();
        batch.append(LogBatch {
            entries: vec![LogEntry {
                said: Said::Note(Box::new(LogNote::Joined)),
                ..line(0, "")
            }],
            ..LogBatch::default()
        });
        let mut sent = 0;
        for round in 0..50_i64 {
            let entries: Vec<_> = (0..999).map(|n| line(round * 1000 + n, "x")).collect();
            sent += entries.len() as u64;
            batch.append(LogBatch {
                entries,
                ..LogBatch::default()
            });
            assert!(batch.entries.len() <= MOST_ENTRIES);
        }
        let kept = batch.entries.len() as u64 - 1;
        assert_eq!(kept + batch.not_kept, sent);
        assert!(matches!(batch.entries[0].said, Said::Note(_)));
        assert_eq!(batch.entries.last(), Some(&line(49_998, "x")));
    }

    proptest! {
        #[test]
        fn what_waits_is_bounded_and_what_goes_is_counted(sizes in prop::collection::vec((0_usize..3000, 0_usize..9000), 0..12)) {
            let mut batch = LogBatch::default();
            let mut sent = 0_u64;
            for (count, wide) in sizes {
                let count = if wide > 2000 { count / 10 } else { count };
                sent += count as u64;
                let text = "y".repeat(wide);
                batch.append(LogBatch { entries: (0..count).map(|_| line(1, &text)).collect(), ..LogBatch::default() });
                prop_assert!(batch.entries.len() <= MOST_ENTRIES && batch.cost() <= MOST_BYTES);
                prop_assert_eq!(batch.entries.len() as u64 + batch.not_kept, sent);
            }
        }
    }
}
