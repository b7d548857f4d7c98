//! What a person chose, kept for the next start in the XDG state folder.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

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

#[cfg(test)]
mod tests {
    use super::*;

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
