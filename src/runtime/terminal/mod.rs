//! The terminal: taken on entry, given back on every way out.

pub mod attention;
mod input;
mod screen;

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
};

use crossterm::{
    cursor::Show,
    event::{
        DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
        EnableFocusChange, EnableMouseCapture,
    },
    execute,
    style::ResetColor,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use ratatui::Terminal;

pub use input::{Happened, Keyboard};
pub use screen::Screen;

/// The terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The thread that draws: a panic elsewhere must not touch the screen.
static UI_THREAD: OnceLock<ThreadId> = OnceLock::new();

/// Whether there is a terminal to draw on and keys to read.
pub fn present() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The terminal while it is ours; dropping gives it back.
#[derive(Debug)]
pub struct Taken {
    pub terminal: Terminal<Screen>,
    mouse: bool,
}

impl Taken {
    /// Enters the alternate screen in raw mode.
    pub fn take(mouse: bool) -> io::Result<Self> {
        UI_THREAD.get_or_init(|| thread::current().id());
        enter(mouse)?;
        let terminal = Terminal::new(Screen::new()).inspect_err(|_| give_back())?;
        Ok(Self { terminal, mouse })
    }

    pub fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Gives the terminal back, stops as ctrl-z does, and takes the terminal again when it goes on.
    pub fn suspend(&mut self) -> io::Result<()> {
        Self::lend();
        // The whole group, as the terminal would: a script that started us has to stop too, or nobody has the terminal.
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        self.retake()
    }

    /// Gives the terminal to another program for a while.
    pub fn lend() {
        give_back();
    }

    /// Takes the terminal again after it was lent.
    pub fn retake(&mut self) -> io::Result<()> {
        enter(self.mouse)?;
        self.terminal.backend_mut().forget();
        self.terminal.clear()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    let entered = execute!(
        out,
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange
    )
    .and_then(|()| {
        if mouse {
            execute!(out, EnableMouseCapture)
        } else {
            Ok(())
        }
    });
    entered.inspect_err(|_| give_back())
}

/// Gives the terminal back, once. Every way out comes here: return, error, panic, signal.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = attention::untitle(&mut out);
        // Whatever fails here, the rest must still be tried, and there is nobody left to tell.
        let _ = execute!(
            out,
            DisableMouseCapture,
            DisableFocusChange,
            DisableBracketedPaste,
            ResetColor,
            LeaveAlternateScreen,
            Show
        );
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Whether the running thread is the one that draws.
pub fn on_ui_thread() -> bool {
    UI_THREAD
        .get()
        .is_none_or(|ui| *ui == thread::current().id())
}
