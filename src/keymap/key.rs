//! One key, a sequence of keys, and how both are written.

use std::fmt;

use crate::domain::settings::Glyphs;

/// What a key is without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// One key as a terminal can tell it apart from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
}

/// Keys pressed one after the other, never none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(Vec<Key>);

/// The part of a text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key")]
pub struct NotAKey(pub String);

const NAMES: [(&str, Code); 16] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backtab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("space", Code::Char(' ')),
];

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// The key of a character, full-width forms and all.
    pub fn char(c: char) -> Self {
        Self::plain(Code::Char(fold(c)))
    }

    /// Control and a letter.
    pub fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
            alt: false,
        }
        .as_sent()
    }

    /// The key as a terminal sends it: control with a letter has no case, and three such are keys of their own.
    #[must_use]
    pub fn as_sent(mut self) -> Self {
        if let (true, Code::Char(c)) = (self.ctrl, self.code) {
            let own = match c.to_ascii_lowercase() {
                'i' => Some(Code::Tab),
                'm' => Some(Code::Enter),
                '[' => Some(Code::Esc),
                _ => None,
            };
            self.ctrl = own.is_none();
            self.code = own.unwrap_or(Code::Char(c.to_ascii_lowercase()));
        }
        self
    }

    /// From the notation of config files: `x`, `X`, `ctrl-x`, `alt-enter`, `pagedown`, `f5`.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let mut rest = text;
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        loop {
            let lower = rest.to_ascii_lowercase();
            let modifier = [
                ("ctrl", &mut ctrl),
                ("alt", &mut alt),
                ("shift", &mut shift),
            ]
            .into_iter()
            .find(|(name, _)| {
                lower
                    .strip_prefix(name)
                    .is_some_and(|tail| tail.starts_with(['-', '+']) && tail.len() > 1)
            });
            let Some((name, on)) = modifier else { break };
            *on = true;
            rest = &rest[name.len() + 1..];
        }
        let code = code(rest).ok_or_else(|| NotAKey(text.to_owned()))?;
        let code = match (shift, code) {
            (false, code) => code,
            (true, Code::Tab) => Code::BackTab,
            (true, Code::Char(c)) if c.is_ascii_lowercase() && !ctrl => {
                Code::Char(c.to_ascii_uppercase())
            }
            // No terminal without extensions tells these apart from the same key without shift.
            (true, _) => return Err(NotAKey(text.to_owned())),
        };
        Ok(Self { code, ctrl, alt }.as_sent())
    }

    /// What help and hints show.
    pub fn label(self, glyphs: Glyphs) -> String {
        let mut out = String::new();
        if self.ctrl {
            out.push_str("ctrl-");
        }
        if self.alt {
            out.push_str("alt-");
        }
        let sign = match (glyphs, self.code) {
            (Glyphs::Unicode, Code::Enter) => Some("⏎"),
            (Glyphs::Unicode, Code::Up) => Some("↑"),
            (Glyphs::Unicode, Code::Down) => Some("↓"),
            (Glyphs::Unicode, Code::Left) => Some("←"),
            (Glyphs::Unicode, Code::Right) => Some("→"),
            (Glyphs::Ascii | Glyphs::Unicode, _) => None,
        };
        match sign {
            Some(sign) => out.push_str(sign),
            None => out.push_str(&name(self.code)),
        }
        out
    }
}

fn code(text: &str) -> Option<Code> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && !c.is_whitespace()).then(|| Code::Char(fold(c)));
    }
    let lower = text.to_ascii_lowercase();
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == lower) {
        return Some(*code);
    }
    let number: u8 = lower.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(Code::F(number))
}

fn name(code: Code) -> String {
    match code {
        Code::F(number) => format!("f{number}"),
        Code::Char(c) if c != ' ' => c.to_string(),
        _ => NAMES
            .iter()
            .find(|(_, one)| *one == code)
            .map(|(name, _)| (*name).to_owned())
            .unwrap_or_default(),
    }
}

/// The half-width form of what an input method makes of a key: `：` `／` `？` `ｇ` `【` and the wide space.
pub fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '。' => '.',
        '【' => '[',
        '】' => ']',
        '《' => '<',
        '》' => '>',
        _ => c,
    }
}

/// The notation of config files, which [`Key::parse`] reads back.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label(Glyphs::Ascii))
    }
}

impl Sequence {
    /// From keys parted by spaces: `g g`, `ctrl-w w`.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let keys: Vec<Key> = text
            .split_whitespace()
            .map(Key::parse)
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            Err(NotAKey(text.to_owned()))
        } else {
            Ok(Self(keys))
        }
    }

    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Whether this is the beginning of the other and not all of it.
    pub fn begins(&self, other: &Self) -> bool {
        self.0.len() < other.0.len() && other.0.starts_with(&self.0)
    }

    /// What help and hints show.
    pub fn label(&self, glyphs: Glyphs) -> String {
        label(&self.0, glyphs)
    }
}

/// Keys of a sequence as help and the line of pending keys show them.
pub fn label(keys: &[Key], glyphs: Glyphs) -> String {
    let keys: Vec<String> = keys.iter().map(|key| key.label(glyphs)).collect();
    keys.join(" ")
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&label(&self.0, Glyphs::Ascii))
    }
}
