//! The program at a terminal of a person.

use std::{
    io::{Read as _, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use tokio::time::Instant;

use super::person::Person;

pub use crate::pty::terminal::Terminal;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two tries of a key that may have come too early to count.
const AGAIN: Duration = Duration::from_millis(300);
/// Between two keys of a person: what comes faster is a paste.
const PACE: Duration = Duration::from_millis(30);
/// What is typed sooner after a question was drawn does not count.
const QUARANTINE: Duration = Duration::from_millis(600);
const COLUMNS: u16 = 120;
const ROWS: u16 = 40;

struct Shared {
    terminal: Mutex<Terminal>,
    written: Condvar,
}

/// A running program and the person before it. It ends with the test.
pub struct Session {
    shared: Arc<Shared>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    // Held so that the terminal lives on when the program is gone.
    _slave: Box<dyn SlavePty + Send>,
}

impl Session {
    pub(super) fn start(person: &Person, arguments: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let words = person.words(arguments);
        let mut command = CommandBuilder::new(&words[0]);
        command.args(&words[1..]);
        command.env_clear();
        for (name, value) in &person.variables {
            command.env(name, value);
        }
        command.cwd(person.path());
        let child = pair.slave.spawn_command(command).unwrap();
        let shared = Arc::new(Shared {
            terminal: Mutex::new(Terminal::new(COLUMNS, ROWS)),
            written: Condvar::new(),
        });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let told = Arc::clone(&shared);
        thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                told.terminal.lock().unwrap().take(&piece[..count]);
                told.written.notify_all();
            }
        });
        Self {
            shared,
            keyboard: pair.master.take_writer().unwrap(),
            child,
            _master: pair.master,
            _slave: pair.slave,
        }
    }

    pub fn terminal(&self) -> MutexGuard<'_, Terminal> {
        self.shared.terminal.lock().unwrap()
    }

    /// Waits until the terminal is as asked; what it shows instead is said.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&Terminal) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut terminal = self.terminal();
        while !holds(&terminal) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited for: {what}\nthe screen is:\n{}",
                terminal.text()
            );
            let waited = self.shared.written.wait_timeout(terminal, left);
            terminal = waited.unwrap().0;
        }
    }

    /// Whether it is so before this time is over.
    pub fn within(&self, patience: Duration, holds: impl Fn(&Terminal) -> bool) -> bool {
        let end = Instant::now() + patience;
        let mut terminal = self.terminal();
        loop {
            if holds(&terminal) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.shared.written.wait_timeout(terminal, left);
            terminal = waited.unwrap().0;
        }
    }

    #[track_caller]
    pub fn shows(&self, text: &str) {
        self.until(&format!("`{text}`"), |terminal| terminal.has(text));
    }

    #[track_caller]
    pub fn hides(&self, text: &str) {
        self.until(&format!("no `{text}`"), |terminal| !terminal.has(text));
    }

    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Whether a question ever stood there that a person answers.
    pub fn was_asked(&self) -> bool {
        let terminal = self.terminal();
        let written = String::from_utf8_lossy(&terminal.bytes);
        ["arrows choose", "to go on:"]
            .iter()
            .any(|text| written.contains(text))
    }

    /// Pastes a text, as a terminal marks it.
    pub fn pastes(&mut self, text: &str) {
        let text = text.replace('\n', "\r");
        self.types(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Presses a key, not sooner than a person does.
    pub fn presses(&mut self, key: &str) {
        thread::sleep(PACE);
        self.types(key);
    }

    /// Goes to Run and confirms it.
    #[track_caller]
    pub fn chooses_run(&mut self) {
        self.until("a choice", |terminal| {
            terminal.has("▸ No") || terminal.has("▸ Run")
        });
        self.tries("\x1b[C", "Run", |terminal| terminal.has("▸ Run"));
        self.presses("\r");
    }

    /// Says no to what is asked, and leaves; how the program left.
    #[track_caller]
    pub fn declines(&mut self) -> u32 {
        self.tries("\x1b", "no question", Terminal::is_given_back);
        self.left()
    }

    /// Presses a key until something is so: one that came before the question could be read did not count.
    #[track_caller]
    fn tries(&mut self, key: &str, what: &str, holds: impl Fn(&Terminal) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !self.within(AGAIN, &holds) {
            let text = self.terminal().text();
            assert!(Instant::now() < end, "tried for: {what}\n{text}");
            self.presses(key);
        }
    }

    /// Types behind a text that stands on the screen, as slowly as a person; each character is seen before the next.
    #[track_caller]
    pub fn types_behind(&mut self, before: &str, text: &str) {
        self.shows(before);
        thread::sleep(QUARANTINE);
        let mut shown = before.to_owned();
        for c in text.chars() {
            self.presses(&c.to_string());
            shown.push(c);
            self.shows(&shown);
        }
    }

    /// How the program left.
    pub fn left(&mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
