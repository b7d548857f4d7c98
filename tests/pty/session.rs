//! A program on a pseudo-terminal, under a shell as a person's is, so that what it leaves behind can be looked at.

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::{home::Home, home::QUARTERDECK, terminal::Terminal};

/// A test that waits longer than this has failed: a source waits up to 30 s, and some more for jitter, between two tries.
const PATIENCE: Duration = Duration::from_secs(90);

/// The shell says which process the program is and how it left, then holds the terminal until a line is typed.
const SHELL: &str = r#"
/bin/sh -c 'echo $$ >"$PID_FILE"; exec "$@"' sh "$@"
printf '\r\nleft %s.' $?
read -r _
"#;

/// As above with jobs: a stopped program gives the terminal to the shell, and a typed line brings it back.
const SHELL_WITH_JOBS: &str = r#"
set -m
/bin/sh -c 'echo $$ >"$PID_FILE"; exec "$@"' sh "$@"
printf '\r\nstopped %s.' $?
read -r _
fg >/dev/null
printf '\r\nleft %s.' $?
read -r _
"#;

struct Shared {
    terminal: Mutex<Terminal>,
    written: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Terminal> {
        self.terminal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a program is put on a terminal.
pub struct Start<'a> {
    pub home: &'a Home,
    pub program: &'a str,
    pub arguments: &'a [&'a str],
    pub size: (u16, u16),
    pub jobs: bool,
}

impl<'a> Start<'a> {
    /// The program under test on 120 columns and 40 rows.
    pub fn of(home: &'a Home, arguments: &'a [&'a str]) -> Self {
        Self {
            home,
            program: QUARTERDECK,
            arguments,
            size: (120, 40),
            jobs: false,
        }
    }

    pub fn sized(self, columns: u16, rows: u16) -> Self {
        Self {
            size: (columns, rows),
            ..self
        }
    }

    pub fn session(self) -> Session {
        Session::start(&self)
    }
}

/// A running program, its terminal and the person before it.
pub struct Session {
    shared: Arc<Shared>,
    keyboard: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    // Held so that the terminal lives on when the program is gone.
    _slave: Box<dyn SlavePty + Send>,
    shell: Box<dyn Child + Send + Sync>,
    pid_file: PathBuf,
    untouched: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test gives up by the clock of the machine"
)]
fn now() -> Instant {
    Instant::now()
}

/// A demo begins at a time of its own: what is due, and who is on shift, is the same whenever a test runs.
fn time_of_demo(arguments: &[&str]) -> &'static [&'static str] {
    let says = |flag: &&str| ["--serve", "--at", "--list"].contains(flag);
    if arguments.first() == Some(&"demo") && !arguments.iter().any(says) {
        &["--at", "2026-11-20T14:20"]
    } else {
        &[]
    }
}

impl Session {
    fn start(start: &Start<'_>) -> Self {
        let (columns, rows) = start.size;
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a pseudo-terminal");
        let pid_file = start.home.path().join("pid");
        let _ = fs::remove_file(&pid_file);
        let mut command = CommandBuilder::new("/bin/sh");
        command.env_clear();
        for (name, value) in &start.home.variables {
            command.env(name, value);
        }
        command.env("PID_FILE", &pid_file);
        command.cwd(start.home.path());
        let script = if start.jobs { SHELL_WITH_JOBS } else { SHELL };
        command.args(["-c", script, "sh", start.program]);
        command.args(start.arguments);
        command.args(time_of_demo(start.arguments));
        let untouched = modes_of(&*pair.master);
        let shell = pair.slave.spawn_command(command).expect("a shell");
        let shared = Arc::new(Shared {
            terminal: Mutex::new(Terminal::new(columns, rows)),
            written: Condvar::new(),
        });
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let told = Arc::clone(&shared);
        thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                told.lock().take(&piece[..count]);
                told.written.notify_all();
            }
        });
        Self {
            shared,
            keyboard: pair.master.take_writer().expect("a writer"),
            master: pair.master,
            _slave: pair.slave,
            shell,
            pid_file,
            untouched,
        }
    }

    pub fn terminal(&self) -> MutexGuard<'_, Terminal> {
        self.shared.lock()
    }

    /// Waits until the terminal is as asked; what it shows instead is said.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&Terminal) -> bool) {
        assert!(
            self.within(PATIENCE, holds),
            "waited for: {what}\nthe screen is:\n{}",
            self.terminal().text()
        );
    }

    /// Whether the terminal becomes as asked in time.
    pub fn within(&self, patience: Duration, holds: impl Fn(&Terminal) -> bool) -> bool {
        let end = now() + patience;
        let mut terminal = self.shared.lock();
        while !holds(&terminal) {
            let left = end.saturating_duration_since(now());
            if left.is_zero() {
                return false;
            }
            terminal = self
                .shared
                .written
                .wait_timeout(terminal, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    #[track_caller]
    pub fn shows(&self, text: &str) {
        self.until(&format!("`{text}`"), |terminal| terminal.has(text));
    }

    /// The action is the selected row of the palette and can be done: a reason why not may stand there for a moment.
    #[track_caller]
    pub fn offers(&self, action: &str) {
        self.until(&format!("`{action}`, which can be done"), |terminal| {
            let row = terminal.row_with(&format!("▌▸ {action}"));
            row.is_some_and(|row| {
                let tiers = ["T0", "T1", "T2", "T3"];
                tiers.iter().any(|tier| row.contains(&format!(" {tier} │")))
            })
        });
    }

    #[track_caller]
    pub fn hides(&self, text: &str) {
        self.until(&format!("no `{text}`"), |terminal| !terminal.has(text));
    }

    /// Waits until the cockpit is whole: every source was heard and the pods are there.
    #[track_caller]
    pub fn is_live(&self) {
        self.until("four live panes", |terminal| {
            terminal.has("LIVE") && terminal.has("export-worker")
        });
    }

    pub fn types(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .and_then(|()| self.keyboard.flush())
            .expect("the terminal takes keys");
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        // Locked, so that what is drawn for the new size meets a terminal of that size.
        let mut terminal = self.shared.lock();
        terminal.resize(columns, rows);
        self.master
            .resize(size(columns, rows))
            .expect("the terminal changes its size");
    }

    /// The process of the program.
    pub fn pid(&self) -> Pid {
        let number = poll("the program's process", || {
            let text = fs::read_to_string(&self.pid_file).ok()?;
            text.strip_suffix('\n')?.parse().ok()
        });
        Pid::from_raw(number).expect("a process has a number")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there");
    }

    /// The terminal is closed, as when the connection drops: what ran on it is hung up.
    pub fn closes(mut self) {
        self.shell.kill().expect("the shell is there");
        self.shell.wait().expect("it ends");
    }

    /// Waits until the kernel says that the process is in this state: `T` is stopped.
    pub fn is_in_state(&self, state: char) {
        let path = format!("/proc/{}/stat", self.pid().as_raw_nonzero());
        poll(&format!("state {state}"), || {
            let text = fs::read_to_string(&path).ok()?;
            let (_, after) = text.rsplit_once(')')?;
            after.trim_start().starts_with(state).then_some(())
        });
    }

    /// How the program left, and that nothing of it is left on the terminal.
    #[track_caller]
    pub fn left(&self) -> String {
        self.until("the shell says how the program left", |terminal| {
            left(terminal).is_some()
        });
        self.is_given_back();
        left(&self.terminal()).expect("it was waited for")
    }

    /// How long the program needs to leave from here on.
    #[track_caller]
    pub fn time_to_leave(&mut self, keys: &str) -> Duration {
        let from = now();
        self.types(keys);
        self.until("the program left", |terminal| left(terminal).is_some());
        now() - from
    }

    /// The terminal is as it was before the program came.
    #[track_caller]
    pub fn is_given_back(&self) {
        {
            let terminal = self.terminal();
            assert!(
                terminal.is_given_back(),
                "modes left on: {:?}",
                terminal.modes()
            );
            assert!(!terminal.screen().alternate_screen());
            assert!(!terminal.screen().hide_cursor());
        }
        assert_eq!(modes_of(&*self.master), self.untouched);
    }

    /// Whether the line discipline of the terminal is as before.
    pub fn is_cooked(&self) -> bool {
        modes_of(&*self.master) == self.untouched
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The program first: it may be stopped, and a stopped one hears no hang-up.
        if let Some(pid) = fs::read_to_string(&self.pid_file)
            .ok()
            .and_then(|text| Pid::from_raw(text.trim().parse().ok()?))
            && left(&self.shared.lock()).is_none()
        {
            let _ = kill_process(pid, Signal::KILL);
        }
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// The line discipline's settings, in words that can be compared.
fn modes_of(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has modes"))
}

fn left(terminal: &Terminal) -> Option<String> {
    let text = terminal.text();
    let (_, after) = text.rsplit_once("left ")?;
    let (code, _) = after.split_once('.')?;
    (!terminal.screen().alternate_screen()).then(|| code.to_owned())
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Asks until there is an answer.
#[track_caller]
pub fn poll<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    poll_within(PATIENCE, what, ask)
}

/// The same, with a patience of its own.
#[track_caller]
pub fn poll_within<T>(patience: Duration, what: &str, ask: impl Fn() -> Option<T>) -> T {
    let end = now() + patience;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(now() < end, "waited for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
