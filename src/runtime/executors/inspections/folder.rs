//! The files of a folder and those below it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::{Inspections, Stored};
use crate::{
    domain::action::{place::PlaceSpec, refusal::Refusal},
    runtime::executors::program::hear,
};

/// The most files that are counted: where there are more, the count would be wrong.
const MOST: usize = 100_000;

impl Inspections {
    pub(super) async fn folder(
        &self,
        place: &PlaceSpec,
        path: &str,
        within: Duration,
    ) -> Result<Vec<Stored>, Refusal> {
        let whole = Self::path(place, path)?;
        let found = if self.by_another(place) {
            self.found(place, &whole, within).await?
        } else {
            let walking = tokio::task::spawn_blocking(move || walk(&whole));
            walking.await.unwrap_or_else(|error| Err(error.to_string()))
        };
        found.map_err(|why| Refusal::unreadable(path, why))
    }

    /// The same by the user of the place.
    async fn found(
        &self,
        place: &PlaceSpec,
        path: &Path,
        within: Duration,
    ) -> Result<Result<Vec<Stored>, String>, Refusal> {
        let find = self.programs.find.to_string_lossy();
        let program = self.host.known_at(place, &find).await?;
        let path = path.to_string_lossy().into_owned();
        let args = [&path, "-type", "f", "-printf", "%T@ %s %P\\n"].map(str::to_owned);
        let heard = hear(&self.host.call(place, &program, args.to_vec(), within)).await;
        Ok(heard.and_then(|heard| {
            if heard.overflow {
                return Err("more files than can be counted".to_owned());
            }
            let files = heard.text.lines().map(line);
            let files: Option<Vec<Stored>> = files.collect();
            files.ok_or_else(|| "what find says can't be read".to_owned())
        }))
    }
}

/// `1795262400.0000000000 4096 daily/dump.sql.gz`
fn line(line: &str) -> Option<Stored> {
    let mut parts = line.splitn(3, ' ');
    let (time, size, name) = (parts.next()?, parts.next()?, parts.next()?);
    let seconds: i64 = time.split('.').next()?.parse().ok()?;
    Some(Stored {
        name: name.to_owned(),
        size: size.parse().ok()?,
        changed: Timestamp::from_second(seconds).ok()?,
    })
}

/// The files, by their names below the folder; links lead nowhere.
fn walk(root: &Path) -> Result<Vec<Stored>, String> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| wrong(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| wrong(&folder, &error))?;
            let path = entry.path();
            let meta = match entry.metadata() {
                Ok(meta) => meta,
                // It went while we looked.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(wrong(&path, &error)),
            };
            if meta.is_dir() {
                folders.push(path);
                continue;
            }
            if !meta.is_file() {
                continue;
            }
            if files.len() == MOST {
                return Err(format!("more than {MOST} files: name a smaller folder"));
            }
            let changed = meta.modified().map_err(|error| wrong(&path, &error))?;
            let name = path.strip_prefix(root).unwrap_or(&path);
            files.push(Stored {
                name: name.to_string_lossy().into_owned(),
                size: meta.len(),
                changed: Timestamp::try_from(changed).map_err(|error| wrong(&path, &error))?,
            });
        }
    }
    Ok(files)
}
