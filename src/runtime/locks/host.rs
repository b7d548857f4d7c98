//! Locks on this host: a file that one process holds. The kernel lets go of it when that process ends, however it ends.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Held, Holder, Locks};
use crate::domain::{
    action::{refusal::Refusal, target::LockKey},
    clean::clean,
};

/// Where all users of a host find them.
const SHARED: &str = "/var/lock/quarterdeck";
/// What is read of a file at most: it may have been written by anybody.
const LARGEST: u64 = 4 << 10;

/// Takes locks on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLocks {
    folder: PathBuf,
    /// Whether other users of the host see them.
    shared: bool,
}

/// What a lock file says of its holder.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    who: String,
    host: String,
    run: String,
    pid: u32,
}

impl HostLocks {
    /// In the folder that all users share, where it can be had; else in one of our own.
    pub fn of_this_host() -> io::Result<Self> {
        let own = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute() && path.is_dir())
            .unwrap_or_else(|| {
                let uid = rustix::process::geteuid().as_raw();
                std::env::temp_dir().join(format!("quarterdeck-{uid}"))
            });
        Self::among(Path::new(SHARED), &own.join("quarterdeck-locks"))
    }

    fn among(shared: &Path, own: &Path) -> io::Result<Self> {
        if make_shared(shared).is_ok() {
            return Ok(Self {
                folder: shared.to_owned(),
                shared: true,
            });
        }
        make_own(own)?;
        Ok(Self {
            folder: own.to_owned(),
            shared: false,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        };
        let shown: String = name.chars().map(plain).take(80).collect();
        let digest = Sha256::digest(name);
        let mark = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
        self.folder.join(format!("{shown}.{mark:016x}.lock"))
    }

    fn take(&self, key: &LockKey, holder: &Holder) -> Result<HostLock, Refusal> {
        let (LockKey::Host { name } | LockKey::Shared { name }) = key else {
            return Err(Refusal::NoLock {
                why: "a Lease is no lock of this host".to_owned(),
            });
        };
        let path = self.path(name);
        let no_lock = |error: io::Error| Refusal::NoLock {
            why: format!("{}: {error}", path.display()),
        };
        // A file that is replaced between two looks is looked at again.
        for _ in 0..5 {
            let mut file = open(&path).map_err(no_lock)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => return Err(busy(&mut file)),
                Err(error) => return Err(no_lock(error.into())),
            }
            if !is_at(&file, &path) {
                continue;
            }
            write(&mut file, holder).map_err(no_lock)?;
            return Ok(HostLock {
                file,
                path,
                shared: self.shared,
            });
        }
        Err(Refusal::NoLock {
            why: format!("{} is replaced again and again", path.display()),
        })
    }
}

/// A folder in which everybody may make files and nobody remove those of others.
fn make_shared(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o1777).create(folder) {
        // What the mask took away is given back.
        Ok(()) => fs::set_permissions(folder, fs::Permissions::from_mode(0o1777))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    let meta = fs::symlink_metadata(folder)?;
    if meta.is_dir() && meta.mode() & 0o1777 == 0o1777 {
        return Ok(());
    }
    Err(io::Error::other("it is no folder that all users share"))
}

fn make_own(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(folder)?;
    let meta = fs::symlink_metadata(folder)?;
    let own = rustix::process::geteuid().as_raw();
    if meta.is_dir() && meta.uid() == own && meta.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} is not ours alone",
        folder.display()
    )))
}

/// A file of others is opened as it is: the kernel lets nobody create what is there in a folder of all.
fn open(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let there = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags)
        .open(path);
    match there {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .mode(0o666)
                .open(path);
            match made {
                Ok(file) => {
                    file.set_permissions(fs::Permissions::from_mode(0o666))?;
                    Ok(file)
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => OpenOptions::new()
                    .read(true)
                    .write(true)
                    .custom_flags(flags)
                    .open(path),
                Err(error) => Err(error),
            }
        }
        other => other,
    }
}

/// Whether the file is the one others will find.
fn is_at(file: &File, path: &Path) -> bool {
    let here = file.metadata().map(|meta| (meta.dev(), meta.ino()));
    let there = fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()));
    matches!((here, there), (Ok(here), Ok(there)) if here == there)
}

fn write(file: &mut File, holder: &Holder) -> io::Result<()> {
    let written = Written {
        who: holder.who.clone(),
        host: holder.host.clone(),
        run: holder.run.clone(),
        pid: std::process::id(),
    };
    file.set_len(0)?;
    file.rewind()?;
    serde_json::to_writer(&mut *file, &written)?;
    file.flush()
}

/// Who has it, as far as the file says.
fn busy(file: &mut File) -> Refusal {
    let mut text = String::new();
    // It is written when it is taken.
    let since = file.metadata().and_then(|meta| meta.modified());
    let since = since.ok().and_then(|at| Timestamp::try_from(at).ok());
    let read = file.take(LARGEST).read_to_string(&mut text);
    let written = read
        .ok()
        .and_then(|_| serde_json::from_str::<Written>(&text).ok());
    let short = |text: &str| clean(text).chars().take(120).collect::<String>();
    match written {
        Some(written) => Refusal::Busy {
            who: format!(
                "{} ({}, pid {})",
                short(&written.who),
                short(&written.host),
                written.pid
            ),
            run: Some(short(&written.run)).filter(|run| !run.is_empty()),
            since,
        },
        // It is being written this very moment.
        None => Refusal::Busy {
            who: "another process of this host".to_owned(),
            run: None,
            since: None,
        },
    }
}

/// A lock of this host that is held.
#[derive(Debug)]
struct HostLock {
    file: File,
    path: PathBuf,
    shared: bool,
}

impl Locks for HostLocks {
    fn take<'a>(
        &'a self,
        key: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>> {
        async move {
            let held: Box<dyn Held> = Box::new(self.take(key, holder)?);
            Ok(held)
        }
        .boxed()
    }
}

impl Held for HostLock {
    fn check(&self) -> BoxFuture<'_, Result<(), String>> {
        async move {
            if is_at(&self.file, &self.path) {
                return Ok(());
            }
            Err(format!("{} was taken away", self.path.display()))
        }
        .boxed()
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        async move {
            // Nobody holds what nobody has locked; the words are for those who look into the file.
            let _ = self.file.set_len(0).and_then(|()| self.file.rewind());
            let _ = flock(&self.file, FlockOperation::Unlock);
        }
        .boxed()
    }

    fn name(&self) -> String {
        let reach = if self.shared {
            ""
        } else {
            ", of this user alone"
        };
        format!("host lock {}{reach}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(who: &str) -> Holder {
        Holder {
            who: who.to_owned(),
            host: "bastion-1".to_owned(),
            run: "run-7".to_owned(),
        }
    }

    fn key(name: &str) -> LockKey {
        LockKey::Host {
            name: name.to_owned(),
        }
    }

    fn locks(folder: &Path) -> HostLocks {
        HostLocks::among(&folder.join("shared"), &folder.join("own")).unwrap()
    }

    #[tokio::test]
    async fn one_holds_it_and_the_other_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let locks = locks(folder.path());
        let other = locks.clone();
        let unit = key("unit/docker-host/nginx.service");
        let held = Locks::take(&locks, &unit, &holder("li")).await.unwrap();
        assert_eq!(held.check().await, Ok(()));
        let refusal = Locks::take(&other, &unit, &holder("wang"))
            .await
            .err()
            .unwrap();
        let written = fs::metadata(locks.path("unit/docker-host/nginx.service")).unwrap();
        assert_eq!(
            refusal,
            Refusal::Busy {
                who: format!("li (bastion-1, pid {})", std::process::id()),
                run: Some("run-7".to_owned()),
                since: Some(written.modified().unwrap().try_into().unwrap()),
            }
        );
        let apart = Locks::take(
            &other,
            &key("unit/docker-host/nginx-service"),
            &holder("wang"),
        )
        .await;
        assert!(apart.is_ok(), "a name that looks alike is another");
        held.release().await;
        assert!(Locks::take(&other, &unit, &holder("wang")).await.is_ok());
    }

    #[tokio::test]
    async fn who_drops_it_lets_go_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let locks = locks(folder.path());
        drop(Locks::take(&locks, &key("a"), &holder("li")).await.unwrap());
        let again = Locks::take(
            &locks,
            &LockKey::Shared {
                name: "a".to_owned(),
            },
            &holder("li"),
        )
        .await;
        assert!(again.is_ok());
    }

    #[tokio::test]
    async fn a_file_that_is_taken_away_is_no_lock_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let locks = locks(folder.path());
        let held = Locks::take(&locks, &key("a"), &holder("li")).await.unwrap();
        fs::remove_file(locks.path("a")).unwrap();
        assert!(held.check().await.is_err());
    }

    #[tokio::test]
    async fn what_is_not_shared_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let held = Locks::take(&locks(folder.path()), &key("a"), &holder("li"))
            .await
            .unwrap();
        assert!(!held.name().contains("alone"), "{}", held.name());
        let mode = fs::metadata(folder.path().join("shared")).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o1777);
        // A folder in the way that is not for all.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        let own = HostLocks::among(&taken, &folder.path().join("own")).unwrap();
        let held = Locks::take(&own, &key("a"), &holder("li")).await.unwrap();
        assert!(
            held.name().contains("of this user alone"),
            "{}",
            held.name()
        );
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("shared"), &link).unwrap();
        assert!(
            !HostLocks::among(&link, &folder.path().join("own"))
                .unwrap()
                .shared
        );
    }

    #[tokio::test]
    async fn what_others_wrote_into_it_is_shown_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let locks = locks(folder.path());
        let _held = Locks::take(&locks, &key("a"), &holder("li\u{1b}[2J"))
            .await
            .unwrap();
        let refusal = Locks::take(&locks, &key("a"), &holder("wang"))
            .await
            .err()
            .unwrap();
        assert!(!format!("{refusal:?}").contains("1b"), "{refusal:?}");
        fs::write(locks.path("a"), "nonsense").unwrap();
        let refusal = Locks::take(&locks, &key("a"), &holder("wang"))
            .await
            .err()
            .unwrap();
        assert!(
            matches!(refusal, Refusal::Busy { run: None, .. }),
            "{refusal:?}"
        );
    }

    #[tokio::test]
    async fn a_lease_is_asked_for_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let lease = LockKey::Lease {
            namespace: None,
            name: "x".to_owned(),
        };
        let refusal = Locks::take(&locks(folder.path()), &lease, &holder("li"))
            .await
            .err()
            .unwrap();
        assert!(matches!(refusal, Refusal::NoLock { .. }));
    }
}
