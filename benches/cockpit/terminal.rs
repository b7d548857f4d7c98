//! A program in a terminal of ours: what it writes and when, and what the screen shows then.

use std::{
    fs, io,
    io::{Read, Write},
    num::NonZeroU16,
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

pub const ROWS: u16 = 48;
pub const COLUMNS: u16 = 160;

#[expect(
    clippy::disallowed_methods,
    reason = "measuring is about the clock itself"
)]
pub fn now() -> Instant {
    Instant::now()
}

fn nonzero(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

/// A program with the terminal it draws on. Dropping ends it.
pub struct Session {
    pub started: Instant,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    chunks: Receiver<(Instant, Vec<u8>)>,
    screen: Parser,
    /// All that was written so far.
    pub bytes: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Session {
    /// Starts a program at home in a folder of its own, so that nobody's settings change what is measured.
    pub fn start(argv: &[String], home: &Path, env: &[(&str, &str)]) -> io::Result<Self> {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .map_err(io::Error::other)?;
        let mut command = CommandBuilder::new(&argv[0]);
        command.args(&argv[1..]);
        command.cwd(home);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "en_US.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().map_err(io::Error::other)?;
        let keys = pair.master.take_writer().map_err(io::Error::other)?;
        let started = now();
        let child = pair
            .slave
            .spawn_command(command)
            .map_err(io::Error::other)?;
        let (send, chunks) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send((now(), buffer[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            started,
            child,
            keys,
            chunks,
            screen: Parser::new(nonzero(ROWS), nonzero(COLUMNS), 0),
            bytes: 0,
            _master: pair.master,
        })
    }

    pub fn press(&mut self, keys: &str) -> io::Result<()> {
        self.keys.write_all(keys.as_bytes())?;
        self.keys.flush()
    }

    /// When the next bytes came, if they came in time.
    pub fn next(&mut self, within: Duration) -> Option<Instant> {
        match self.chunks.recv_timeout(within) {
            Ok((at, bytes)) => {
                self.bytes += bytes.len();
                self.screen.process(&bytes);
                Some(at)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                // A program that ended writes nothing more; the caller's time still has to pass.
                thread::sleep(within);
                None
            }
        }
    }

    /// Reads for as long as is said.
    pub fn read_for(&mut self, time: Duration) {
        let end = now() + time;
        while let Some(left) = end.checked_duration_since(now()).filter(|it| !it.is_zero()) {
            self.next(left);
        }
    }

    /// When the screen first showed what is looked for, if it did in time.
    pub fn wait(&mut self, within: Duration, shows: impl Fn(&str) -> bool) -> Option<Instant> {
        let end = now() + within;
        loop {
            let left = end.checked_duration_since(now())?;
            let at = self.next(left)?;
            if shows(&self.screen.screen().contents()) {
                return Some(at);
            }
        }
    }

    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    pub fn process(&self) -> Process {
        Process(self.child.process_id().unwrap_or_default())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The figures are taken; how it ends is not measured.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running process, as the kernel counts it.
#[derive(Debug, Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// Processor time used so far; the kernel counts hundredths of a second.
    pub fn cpu(self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u64 = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum();
        Duration::from_millis(ticks * 10)
    }

    /// Memory in MB: `VmRSS` (now) or `VmHWM` (the most there was).
    pub fn memory(self, which: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(which));
        let kilobytes: f64 = line
            .and_then(|line| line.split_whitespace().nth(1))
            .and_then(|number| number.parse().ok())
            .unwrap_or(f64::NAN);
        kilobytes / 1024.0
    }
}
