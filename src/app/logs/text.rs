//! The lines as a file.

use std::fmt::Write as _;

use super::screen::LogScreen;
use crate::domain::log::{LogNote, Said};

impl LogScreen {
    /// What is shown now, each line with its time, pod and container, and how many lines these are.
    pub fn as_text(&self) -> (String, usize) {
        let (mut text, mut count) = (String::new(), 0);
        for line in self.visible.iter().filter_map(|key| self.buffer.get(*key)) {
            let Some(stream) = self.streams.all().get(line.stream) else {
                continue;
            };
            // Writing to a String does not fail.
            let _ = match &line.said {
                Said::Line { text: said, .. } => {
                    count += 1;
                    let (pod, container) = (&stream.of.pod.name, &stream.of.container);
                    writeln!(text, "{} {pod} {container} {said}", line.key.at)
                }
                Said::Note(note) => match **note {
                    LogNote::NotKept(lines) => {
                        writeln!(text, "# {} lines not kept: {lines}", line.key.at)
                    }
                    _ => Ok(()),
                },
            };
        }
        (text, count)
    }

    /// The name of a file for it: `~/export-worker-20261121T063210Z.log`.
    pub fn file_name(&self, now: jiff::Timestamp) -> String {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '-'
            }
        };
        let name: String = self.title.chars().map(plain).collect();
        let stamp = now.strftime("%Y%m%dT%H%M%SZ");
        format!("~/{}-{stamp}.log", name.trim_matches(['.', '-']))
    }
}
