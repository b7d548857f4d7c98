//! Files around a program: what it writes, kept only when it went well, and secrets it reads, gone after it.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU64, Ordering},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::runtime::executors::{output::Ears, secrets::Secret};

/// Makes names of files of this process differ.
static COUNT: AtomicU64 = AtomicU64::new(0);

fn name_of_ours(before: &str) -> OsString {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{before}.quarterdeck-{}-{count}", std::process::id()).into()
}

/// A file that nobody but us may read, which was not there before.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Where a program's output goes: under another name until it is whole.
pub(super) struct OutFile {
    part: PathBuf,
    whole: PathBuf,
    file: File,
    done: bool,
}

impl OutFile {
    /// A file of that name is never replaced: it may be the only copy of something.
    pub fn create(whole: &Path) -> Result<Self, String> {
        check(whole)?;
        let name = whole.file_name().unwrap_or_default().to_string_lossy();
        let part = whole.with_file_name(name_of_ours(&format!(".{name}")));
        let file = create(&part).map_err(|error| format!("{}: {error}", part.display()))?;
        Ok(Self {
            part,
            whole: whole.to_owned(),
            file,
            done: false,
        })
    }

    pub fn stdio(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// Gives it its name, or removes it.
    pub fn settle(mut self, keep: bool, ears: &Ears<'_>) -> Result<(), String> {
        let size = self.file.metadata().map_or(0, |meta| meta.len());
        let at = self.whole.display().to_string();
        if !keep {
            ears.note(format!("removed {size} {at}"));
            return Ok(());
        }
        let kept = self.file.sync_all().and_then(|()| {
            renameat_with(CWD, &self.part, CWD, &self.whole, RenameFlags::NOREPLACE)
                .map_err(io::Error::from)
        });
        kept.map_err(|error| format!("{at}: {error}"))?;
        self.done = true;
        if let Some(Ok(folder)) = self.whole.parent().map(File::open) {
            // The name is there; whether it outlives a crash this second can't be had on every file system.
            let _ = folder.sync_all();
        }
        ears.note(format!("written {size} {at}"));
        Ok(())
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if !self.done {
            // Half an output is worse than none.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Whether output can go there.
pub(super) fn check(whole: &Path) -> Result<(), String> {
    let at = whole.display();
    if !whole.is_absolute() || whole.file_name().is_none() {
        return Err(format!(
            "{at}: a file for output is named by its absolute path"
        ));
    }
    if whole.symlink_metadata().is_ok() {
        return Err(format!("{at} is there already, and is not replaced"));
    }
    if !whole.parent().is_some_and(Path::is_dir) {
        return Err(format!("{at}: there is no such folder"));
    }
    Ok(())
}

/// A secret in a file that only its reader may read; gone with this.
pub(super) struct SecretFile(PathBuf);

impl SecretFile {
    pub fn create(secret: &Secret) -> io::Result<Self> {
        let folder = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute() && path.is_dir())
            .unwrap_or_else(|| {
                // In memory where that can be.
                let memory = PathBuf::from("/dev/shm");
                if memory.is_dir() {
                    memory
                } else {
                    std::env::temp_dir()
                }
            });
        let path = folder.join(name_of_ours("secret"));
        let mut file = create(&path)?;
        let made = Self(path);
        file.write_all(secret.expose().as_bytes())?;
        Ok(made)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
