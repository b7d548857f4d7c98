//! Files that are read again when they change: settings, keys, themes, packs.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// An editor writes a file in several steps; this long after the last of them it is read.
const SETTLES: Duration = Duration::from_millis(150);

/// Watches files and folders that may or may not exist.
#[derive(Debug)]
pub struct Files {
    // Kept for its life: dropping ends the watch.
    _watcher: Option<RecommendedWatcher>,
    changes: mpsc::Receiver<()>,
    /// Something changed; it is told at this time unless more comes.
    settles: Option<tokio::time::Instant>,
    /// Nothing will ever be heard.
    deaf: bool,
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
                // The folder itself, and the nearest one above that is there: what is made or replaced shows there.
                .flat_map(|path| {
                    [
                        Some(path.as_path()),
                        path.ancestors().skip(1).find(|folder| folder.is_dir()),
                    ]
                })
                .flatten()
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
            settles: None,
            deaf: false,
        }
    }

    /// Waits until something changed and has settled; for ever where nothing can be watched. What was heard is kept
    /// when the wait is given up, since a loop that waits for several things gives up most of its waits.
    pub async fn changed(&mut self) {
        loop {
            let settles = self.settles;
            let settled = async {
                match settles {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                heard = self.changes.recv(), if !self.deaf => match heard {
                    Some(()) => self.settles = Some(tokio::time::Instant::now() + SETTLES),
                    None => self.deaf = true,
                },
                () = settled => {
                    self.settles = None;
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn a_change_is_told_although_every_wait_but_the_last_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let mut files = Files::watch(std::slice::from_ref(&file));
        fs::write(&file, "theme = 'light'").unwrap();
        let told = async {
            // As the loop does while pods change all the time.
            while tokio::time::timeout(Duration::from_millis(5), files.changed())
                .await
                .is_err()
            {}
        };
        tokio::time::timeout(Duration::from_secs(20), told)
            .await
            .expect("the change is told");
    }

    #[tokio::test]
    async fn a_file_replaced_by_an_editor_is_told_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, "a = 1").unwrap();
        let mut files = Files::watch(std::slice::from_ref(&file));
        let beside = folder.path().join("config.toml~");
        fs::write(&beside, "a = 2").unwrap();
        fs::rename(&beside, &file).unwrap();
        tokio::time::timeout(Duration::from_secs(20), files.changed())
            .await
            .expect("the change is told");
    }
}
