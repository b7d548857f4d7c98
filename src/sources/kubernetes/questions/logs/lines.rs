//! From the bytes of one container's log to lines: split, cut, dated, cleaned, and none of them twice.

use futures::{AsyncBufRead, AsyncBufReadExt};
use jiff::Timestamp;

use crate::domain::{clean::clean, log::LevelGuess, log::Said};

/// Longer lines are cut: a cell of the screen is worth no more.
pub(super) const LONGEST: usize = 8 << 10;

/// What kubelet puts before each line, at most: a time with its zone and a space.
const STAMP: usize = 64;

/// Reads lines of any length in bounded memory.
pub(super) struct Lines<R> {
    from: R,
    line: Vec<u8>,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub fn new(from: R) -> Self {
        Self {
            from,
            line: Vec::with_capacity(512),
        }
    }

    /// The next line without its end, and how many of its bytes were let go; `None` at the end. What was read of a
    /// line when the wait for the rest is given up is kept.
    pub async fn next(&mut self) -> std::io::Result<Option<(Vec<u8>, usize)>> {
        let mut cut = 0;
        loop {
            let piece = self.from.fill_buf().await?;
            if piece.is_empty() {
                let whole = std::mem::take(&mut self.line);
                return Ok((!whole.is_empty()).then_some((whole, cut)));
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(piece.len());
            let room = (LONGEST + STAMP).saturating_sub(self.line.len()).min(taken);
            self.line.extend_from_slice(&piece[..room]);
            cut += taken - room;
            let used = end.map_or(taken, |end| end + 1);
            self.from.consume_unpin(used);
            if end.is_some() {
                return Ok(Some((std::mem::take(&mut self.line), cut)));
            }
        }
    }
}

/// The time kubelet put before a line, and the line; lines of kubelet itself have none.
pub(super) fn dated(line: &[u8]) -> (Option<Timestamp>, &[u8]) {
    let head = &line[..line.len().min(STAMP)];
    let end = head.iter().position(|byte| *byte == b' ');
    let stamp = std::str::from_utf8(&head[..end.unwrap_or(head.len())]);
    match stamp.ok().and_then(|stamp| stamp.parse().ok()) {
        Some(at) => (Some(at), &line[end.map_or(line.len(), |end| end + 1)..]),
        None => (None, line),
    }
}

/// A line as it is kept.
pub(super) fn said(raw: &[u8], cut: usize, guess: &mut LevelGuess) -> Said {
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let text = String::from_utf8_lossy(raw);
    let mut text = clean(&text).into_owned();
    if text.len() > LONGEST + STAMP {
        // Tabs grow when they are cleaned.
        let end = (0..=LONGEST)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text.truncate(end);
        text.push('…');
    } else if cut > 0 {
        text.push('…');
    }
    Said::Line {
        level: guess.next(&text),
        text: text.into_boxed_str(),
    }
}

/// What was read last of a stream that may be opened again: lines of the same second come again then.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    last: Option<Timestamp>,
    /// How many lines had that time.
    at_last: usize,
    /// How many of them came again since it was opened.
    again: usize,
}

impl Seen {
    /// The time to ask from; the API takes whole seconds.
    pub fn since(&self) -> Option<Timestamp> {
        let second = self.last?.as_second();
        Timestamp::from_second(second).ok()
    }

    pub fn opened_again(&mut self) {
        self.again = 0;
    }

    /// Whether a line of this time is new.
    pub fn is_new(&mut self, at: Timestamp) -> bool {
        match self.last {
            Some(last) if at == last && self.again < self.at_last => {
                self.again += 1;
                false
            }
            Some(last) if at == last => {
                self.at_last += 1;
                self.again += 1;
                true
            }
            // Clocks of nodes are set back now and then: only what comes before the overlap is over is old.
            Some(last) if at < last && self.again < self.at_last => false,
            _ => {
                *self = Self {
                    last: Some(at),
                    at_last: 1,
                    again: 1,
                };
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::io::{BufReader, Cursor};
    use proptest::prelude::*;

    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(work)
    }

    fn all(bytes: &[u8], buffer: usize) -> Vec<(Vec<u8>, usize)> {
        run(async {
            let mut lines = Lines::new(BufReader::with_capacity(buffer, Cursor::new(bytes)));
            let mut found = Vec::new();
            while let Some(line) = lines.next().await.unwrap() {
                found.push(line);
            }
            found
        })
    }

    #[test]
    fn lines_are_split_wherever_the_pieces_end() {
        for buffer in [1, 2, 3, 100] {
            let found: Vec<_> = all(b"one\n\ntwo\r\nthree", buffer);
            let texts: Vec<_> = found.iter().map(|(line, _)| line.as_slice()).collect();
            assert_eq!(texts, [&b"one"[..], b"", b"two\r", b"three"]);
        }
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut bytes = vec![b'x'; 1 << 20];
        bytes.extend(b"\nnext\n");
        let found = all(&bytes, 4096);
        assert_eq!(found[0].0.len(), LONGEST + STAMP);
        assert_eq!(found[0].0.len() + found[0].1, 1 << 20);
        assert_eq!(found[1], (b"next".to_vec(), 0));
        let Said::Line { text, .. } = said(&found[0].0, found[0].1, &mut LevelGuess::default())
        else {
            panic!("a line");
        };
        assert!(text.ends_with('…'));
    }

    #[test]
    fn a_time_is_taken_off_and_a_line_of_kubelet_has_none() {
        let (at, rest) = dated(b"2026-11-21T14:32:10.5+08:00 hello there");
        assert_eq!(at.unwrap().to_string(), "2026-11-21T06:32:10.5Z");
        assert_eq!(rest, b"hello there");
        let (at, rest) = dated(b"2026-11-21T06:32:10.123456789Z ");
        assert!(at.is_some() && rest.is_empty());
        let told = b"unable to retrieve container logs for containerd://1";
        assert_eq!(dated(told), (None, &told[..]));
        assert_eq!(dated(b""), (None, &b""[..]));
    }

    #[test]
    fn colours_are_stripped_before_the_level_is_guessed() {
        let said = said(
            b"\x1b[31mERROR\x1b[0m \xff no\x1b]0;x\x07",
            0,
            &mut LevelGuess::default(),
        );
        assert_eq!(
            said,
            Said::Line {
                level: Some(crate::domain::log::Level::Error),
                text: "ERROR \u{fffd} no".into()
            }
        );
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    proptest! {
        /// However often the stream breaks, and wherever: each line comes once and in order.
        #[test]
        fn a_broken_stream_gives_each_line_once(steps in prop::collection::vec((0_i64..3, 1_usize..4), 1..20), breaks in prop::collection::vec(0_usize..40, 0..6)) {
            let mut now = 0;
            let mut log: Vec<(Timestamp, usize)> = Vec::new();
            for (wait, lines) in steps {
                now += wait;
                for _ in 0..lines {
                    log.push((second(now), log.len()));
                }
            }
            let mut seen = Seen::default();
            let mut read = Vec::new();
            let mut breaks = breaks;
            breaks.sort_unstable();
            breaks.push(log.len());
            for until in breaks {
                seen.opened_again();
                let since = seen.since();
                for (at, number) in log.iter().take(until).filter(|(at, _)| since.is_none_or(|since| *at >= since)) {
                    if seen.is_new(*at) {
                        read.push(*number);
                    }
                }
            }
            let all: Vec<usize> = (0..log.len()).collect();
            prop_assert_eq!(read, all);
        }
    }
}
