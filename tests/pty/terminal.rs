//! What a terminal knows after the bytes it was sent: the screen, and which of its modes are on.

use std::{collections::BTreeMap, num::NonZeroU16};

use regex::bytes::Regex;

/// The screen of a terminal, and every byte that was sent to it.
pub struct Terminal {
    parser: vt100::Parser,
    pub bytes: Vec<u8>,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has cells")
}

impl Terminal {
    pub fn new(columns: u16, rows: u16) -> Self {
        Self {
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            bytes: Vec::new(),
        }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.parser.process(bytes);
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.set_size(cells(rows), cells(columns));
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn text(&self) -> String {
        self.screen().contents()
    }

    pub fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The whole row that holds a text first.
    pub fn row_with(&self, text: &str) -> Option<String> {
        self.text()
            .lines()
            .find(|row| row.contains(text))
            .map(str::to_owned)
    }

    /// The private modes that were switched, as they stand now.
    pub fn modes(&self) -> BTreeMap<u16, bool> {
        let switch = Regex::new(r"\x1b\[\?([0-9;]+)([hl])").expect("it is a pattern");
        let mut modes = BTreeMap::new();
        for found in switch.captures_iter(&self.bytes) {
            let on = &found[2] == b"h";
            for number in String::from_utf8_lossy(&found[1]).split(';') {
                modes.insert(number.parse().expect("a number"), on);
            }
        }
        modes
    }

    /// The modes a terminal has that nobody took: only the cursor is shown.
    pub fn is_given_back(&self) -> bool {
        self.modes()
            .into_iter()
            .all(|(mode, on)| on == (mode == CURSOR))
    }

    /// The parameters of every change of colour or attribute that was sent.
    pub fn attributes(&self) -> Vec<Vec<u16>> {
        let change = Regex::new(r"\x1b\[([0-9;:]*)m").expect("it is a pattern");
        let numbers = |text: &[u8]| {
            String::from_utf8_lossy(text)
                .split([';', ':'])
                .map(|number| number.parse().unwrap_or(0))
                .collect()
        };
        change
            .captures_iter(&self.bytes)
            .map(|found| numbers(&found[1]))
            .collect()
    }
}

/// The mode of a shown cursor.
const CURSOR: u16 = 25;
