//! A person's home: folders of its own, and an environment that holds nothing but what a test says.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// The program under test.
pub const QUARTERDECK: &str = env!("CARGO_BIN_EXE_quarterdeck");

/// A home with XDG folders in a folder of its own, and the variables of its person.
pub struct Home {
    folder: TempDir,
    pub variables: BTreeMap<String, String>,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut variables = BTreeMap::new();
        let mut set = |name: &str, value: &str| {
            variables.insert(name.to_owned(), value.to_owned());
        };
        for (name, below) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
            ("TMPDIR", "tmp"),
        ] {
            let path = folder.path().join(below);
            fs::create_dir(&path).expect("a folder");
            set(name, path.to_str().expect("a path of a test is text"));
        }
        set("PATH", "/usr/bin:/bin");
        set("TERM", "xterm-256color");
        set("COLORTERM", "truecolor");
        set("LANG", "en_GB.UTF-8");
        set("TZ", "UTC");
        Self { folder, variables }
    }

    /// The same home with one more variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The person's own `config.toml`.
    pub fn config(&self) -> PathBuf {
        self.path().join("config/quarterdeck/config.toml")
    }

    /// Writes the config as an editor does: beside it, then in its place.
    pub fn write_config(&self, text: &str) {
        let path = self.config();
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        let draft = path.with_extension("draft");
        fs::write(&draft, text).expect("a file");
        fs::rename(draft, path).expect("a file");
    }

    /// The program with this home's environment and no terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(QUARTERDECK);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.path());
        command
    }

    /// What it says to these words where all this is typed.
    pub fn call(&self, words: &[&str], given: &str) -> Output {
        let mut command = self.command(words);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        // One that is refused before it reads does not listen any more.
        let _ = child
            .stdin
            .take()
            .expect("it has one")
            .write_all(given.as_bytes());
        child.wait_with_output().expect("it ends")
    }
}
