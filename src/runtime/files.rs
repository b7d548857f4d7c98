//! Files that are read again when they change: settings, keys, themes, packs.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{sync::mpsc, time::Instant};

/// An editor writes a file in several steps; this long after the last of them it is read.
const SETTLES: Duration = Duration::from_millis(150);

/// Watches files and folders that may or may not exist.
#[derive(Debug)]
pub struct Files {
    // Kept for its life: dropping ends the watch.
    _watcher: Option<RecommendedWatcher>,
    changes: mpsc::Receiver<()>,
    /// When the change that was heard of has settled.
    settled_at: Option<Instant>,
}

impl Files {
    /// Watches the folders these stand in, so that a file that comes later or is replaced is noticed too.
    pub fn watch(paths: &[PathBuf]) -> Self {
        let (send, changes) = mpsc::channel(1);
        let watched: BTreeSet<PathBuf> = paths.iter().cloned().collect();
        let names = watched.clone();
        let tell = move |event: notify::Result<notify::Event>| {
            let ours = event.is_ok_and(|event| {
                !event.kind.is_access()
                    && event.paths.iter().any(|path| {
                        names
                            .iter()
                            .any(|name| path == name || path.starts_with(name))
                    })
            });
            if ours {
                // One waiting word is enough.
                let _ = send.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(tell).ok().map(|mut watcher| {
            let folders: BTreeSet<&Path> = watched
                .iter()
                .map(|path| {
                    if path.is_dir() {
                        path.as_path()
                    } else {
                        path.parent().unwrap_or(path)
                    }
                })
                .filter(|folder| folder.is_dir())
                .collect();
            for folder in folders {
                // A folder that can't be watched only means that one restarts to see a change.
                let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
            }
            watcher
        });
        Self {
            _watcher: watcher,
            changes,
            settled_at: None,
        }
    }

    /// Waits until something changed and has settled; for ever where nothing can be watched. The loop drops this future
    /// whenever anything else happens, so what was heard is kept outside of it.
    pub async fn changed(&mut self) {
        loop {
            let heard = match self.settled_at {
                None => self.changes.recv().await,
                Some(at) => {
                    let more = tokio::time::timeout_at(at, self.changes.recv()).await;
                    let Ok(heard) = more else {
                        self.settled_at = None;
                        return;
                    };
                    heard
                }
            };
            if heard.is_none() {
                std::future::pending::<()>().await;
            }
            self.settled_at = Some(Instant::now() + SETTLES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_told_though_the_loop_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let mut files = Files::watch(std::slice::from_ref(&path));
        std::fs::write(folder.path().join("other"), "no word about this").unwrap();
        std::fs::write(&path, "theme = \"light\"").unwrap();
        // Something else happens more often than a change needs to settle.
        let mut tries = 0;
        while tokio::time::timeout(SETTLES / 5, files.changed())
            .await
            .is_err()
        {
            tries += 1;
            assert!(tries < 500, "the change was lost");
        }
        assert!(files.settled_at.is_none());
    }
}
