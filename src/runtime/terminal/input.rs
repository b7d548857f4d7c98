//! What the person does at the terminal.

use std::time::Duration;

use crossterm::event::{
    Event, EventStream, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind,
};
use futures::StreamExt;

use crate::app::event::Mouse;

/// Two clicks on one cell within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// One thing a person did at the terminal.
#[derive(Debug, Clone)]
pub enum Happened {
    Key(KeyEvent),
    Paste(String),
    Mouse(Mouse),
    Resized { columns: u16, rows: u16 },
    Focused(bool),
}

/// Keys, pastes and the mouse, as they come.
#[derive(Debug)]
pub struct Keyboard {
    stream: EventStream,
    clicked: Option<(u16, u16, Duration)>,
}

impl Default for Keyboard {
    fn default() -> Self {
        Self::new()
    }
}

impl Keyboard {
    pub fn new() -> Self {
        Self {
            stream: EventStream::new(),
            clicked: None,
        }
    }

    /// The next thing; `None` when the terminal is gone. `now` is the monotonic time, for double clicks.
    pub async fn next(&mut self, now: impl Fn() -> Duration) -> Option<Happened> {
        loop {
            let event = self.stream.next().await?.ok()?;
            if let Some(happened) = self.understood(event, &now) {
                return Some(happened);
            }
        }
    }

    fn understood(&mut self, event: Event, now: &impl Fn() -> Duration) -> Option<Happened> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(Happened::Key(key)),
            Event::Paste(text) => Some(Happened::Paste(text)),
            Event::Resize(columns, rows) => Some(Happened::Resized { columns, rows }),
            Event::FocusGained => Some(Happened::Focused(true)),
            Event::FocusLost => Some(Happened::Focused(false)),
            Event::Mouse(mouse) => self.mouse(mouse, now()).map(Happened::Mouse),
            Event::Key(_) => None,
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, now: Duration) -> Option<Mouse> {
        let (column, row) = (mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollUp => Some(Mouse::ScrollUp { column, row }),
            MouseEventKind::ScrollDown => Some(Mouse::ScrollDown { column, row }),
            MouseEventKind::Down(MouseButton::Left) => {
                let before = self.clicked.replace((column, row, now));
                let double = before.is_some_and(|(c, r, at)| {
                    (c, r) == (column, row) && now.saturating_sub(at) < DOUBLE
                });
                if double {
                    self.clicked = None;
                    Some(Mouse::DoubleClick { column, row })
                } else {
                    Some(Mouse::Click { column, row })
                }
            }
            _ => None,
        }
    }
}
