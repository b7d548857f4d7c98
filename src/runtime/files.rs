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
        }
    }

    /// Waits until something changed and has settled; for ever where nothing can be watched.
    pub async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        while let Ok(Some(())) = tokio::time::timeout(SETTLES, self.changes.recv()).await {}
    }
}
