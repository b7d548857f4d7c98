//! Lines a person wants to keep, written to a file that only they may read.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::app::{effect::Export, event::Notice};

/// The person's home, where `~` begins.
pub fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned())
}

/// Writes a new file: one that is there already is never written over.
pub fn write(export: &Export, home: Option<&Path>) -> Notice {
    let path = placed(&export.path, home);
    match written(&path, &export.text) {
        Ok(()) => Notice::Exported {
            path: path.display().to_string(),
            lines: export.lines,
        },
        Err(error) => Notice::ExportFailed {
            path: path.display().to_string(),
            why: error.to_string(),
        },
    }
}

fn placed(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn written(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn export(path: &str) -> Export {
        Export {
            path: path.to_owned(),
            text: "a\nb\n".into(),
            lines: 2,
        }
    }

    #[test]
    fn a_file_is_new_and_for_one_person() {
        let home = tempfile::tempdir().unwrap();
        let notice = write(&export("~/deep/x.log"), Some(home.path()));
        let path = home.path().join("deep/x.log");
        assert_eq!(
            notice,
            Notice::Exported {
                path: path.display().to_string(),
                lines: 2
            }
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\n");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_there_is_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("x.log"), "precious").unwrap();
        let notice = write(&export("~/x.log"), Some(home.path()));
        assert!(matches!(notice, Notice::ExportFailed { .. }), "{notice:?}");
        let kept = fs::read_to_string(home.path().join("x.log")).unwrap();
        assert_eq!(kept, "precious");
    }
}
