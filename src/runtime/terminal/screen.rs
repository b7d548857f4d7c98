//! The screen as ratatui draws on it: nothing is written when nothing changed, a frame is written whole.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
};

use crossterm::{
    queue,
    terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

/// What a frame writes, kept until it is whole.
#[derive(Debug, Clone, Default)]
struct Sheet(Rc<RefCell<Vec<u8>>>);

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A backend that sends one synchronized update for each frame that changed a cell or the cursor.
#[derive(Debug)]
pub struct Screen {
    inner: CrosstermBackend<Sheet>,
    sheet: Sheet,
    cursor: Option<Position>,
    /// What the terminal shows now.
    shown: Shown,
}

/// The cursor as the terminal has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Unknown,
    Hidden,
    At(Position),
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

impl Screen {
    pub fn new() -> Self {
        let sheet = Sheet::default();
        Self {
            inner: CrosstermBackend::new(sheet.clone()),
            sheet,
            cursor: None,
            shown: Shown::Unknown,
        }
    }

    /// Something else wrote to the terminal: what it shows is not known.
    pub fn forget(&mut self) {
        self.shown = Shown::Unknown;
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        // Drawing moves the cursor about.
        if self.shown != Shown::Hidden {
            self.inner.hide_cursor()?;
            self.shown = Shown::Hidden;
        }
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor = None;
        if self.shown != Shown::Hidden {
            self.inner.hide_cursor()?;
            self.shown = Shown::Hidden;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // It is shown where it is put, in `set_cursor_position`.
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        self.cursor = Some(position);
        if self.shown != Shown::At(position) {
            self.inner.set_cursor_position(position)?;
            self.inner.show_cursor()?;
            self.shown = Shown::At(position);
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.shown = Shown::Unknown;
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut written = self.sheet.0.borrow_mut();
        if written.is_empty() {
            return Ok(());
        }
        let mut frame = Vec::with_capacity(written.len() + 16);
        queue!(frame, BeginSynchronizedUpdate)?;
        frame.append(&mut written);
        queue!(frame, EndSynchronizedUpdate)?;
        let mut out = io::stdout().lock();
        out.write_all(&frame)?;
        out.flush()
    }
}
