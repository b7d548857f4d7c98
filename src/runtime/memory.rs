//! What a person chose, kept for the next start in the XDG state folder.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use tokio::task::JoinSet;

use crate::app::effect::Remembered;

/// `$XDG_STATE_HOME/quarterdeck`.
pub fn state_folder() -> Option<PathBuf> {
    directories::BaseDirs::new()?
        .state_dir()
        .map(|folder| folder.join("quarterdeck"))
}

fn file(folder: &Path) -> PathBuf {
    folder.join("remembered.toml")
}

/// What was kept; nothing where there is no file or it can't be read, since it is only a convenience.
pub fn recall(folder: Option<&Path>) -> Remembered {
    folder
        .and_then(|folder| fs::read_to_string(file(folder)).ok())
        .and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default()
}

/// Keeps it: written beside and renamed, so that a crash leaves the old one.
pub fn keep(folder: Option<&Path>, remembered: &Remembered) -> io::Result<()> {
    let folder = folder.ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, "no state folder: HOME is not set")
    })?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let text = toml::to_string(remembered).map_err(io::Error::other)?;
    let beside = folder.join(format!("remembered.toml.{}", std::process::id()));
    let mut out = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    io::Write::write_all(&mut out, text.as_bytes())?;
    fs::rename(&beside, file(folder))
}

/// Keeps what was chosen beside the loop, one writing after the other; of those that wait only the newest is written.
#[derive(Debug, Default)]
pub struct Keeper {
    folder: Option<PathBuf>,
    writing: JoinSet<io::Result<()>>,
    next: Option<Remembered>,
}

impl Keeper {
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            ..Self::default()
        }
    }

    pub fn keep(&mut self, remembered: Remembered) {
        self.next = Some(remembered);
        self.go_on();
    }

    fn go_on(&mut self) {
        if self.writing.is_empty()
            && let Some(next) = self.next.take()
        {
            let folder = self.folder.clone();
            self.writing
                .spawn_blocking(move || keep(folder.as_deref(), &next));
        }
    }

    /// How a writing went, as soon as one ends; `None` where nothing is written. Giving up the wait loses nothing.
    pub async fn kept(&mut self) -> Option<io::Result<()>> {
        let done = self.writing.join_next().await?;
        self.go_on();
        Some(done.unwrap_or_else(|error| Err(io::Error::other(error))))
    }

    /// Waits until everything is written.
    pub async fn finish(&mut self) {
        while self.kept().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_choice_is_what_is_kept_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::new(Some(folder.path().to_owned()));
        let chosen = |name: String| Remembered {
            theme: Some(name),
            ..Remembered::default()
        };
        for number in 0..50 {
            keeper.keep(chosen(number.to_string()));
        }
        keeper.finish().await;
        assert_eq!(recall(Some(folder.path())), chosen("49".to_owned()));
        let mut nowhere = Keeper::new(None);
        nowhere.keep(Remembered::default());
        assert!(nowhere.kept().await.is_some_and(|kept| kept.is_err()));
        assert!(nowhere.kept().await.is_none());
    }

    #[test]
    fn what_is_kept_is_recalled_and_rubbish_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("deep");
        assert_eq!(recall(Some(&at)), Remembered::default());
        let mut chosen = Remembered {
            theme: Some("light".to_owned()),
            ..Remembered::default()
        };
        chosen
            .hidden_columns
            .insert("pods".to_owned(), vec!["node".to_owned()]);
        keep(Some(&at), &chosen).unwrap();
        assert_eq!(recall(Some(&at)), chosen);
        fs::write(file(&at), "not = [toml").unwrap();
        assert_eq!(recall(Some(&at)), Remembered::default());
    }
}
