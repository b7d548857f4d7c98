//! Files at a place: read by us where we may, and by the place's user where it has one.

use std::{io::Read as _, path::PathBuf};

use super::Inspections;
use crate::{
    domain::action::{place::PlaceSpec, refusal::Refusal},
    runtime::executors::program::{ASKING, hear},
};

/// The most that is read of a file.
const MOST: u64 = 1 << 20;

impl Inspections {
    /// Whether what is at a place is not for ourselves to read: by another user, or at another host.
    pub(super) fn by_another(&self, place: &PlaceSpec) -> bool {
        let user = place.user.as_deref();
        place.ssh.is_some() || user.is_some_and(|user| !self.host.identity.is(user))
    }

    /// A path at a place, from its folder on where it is not whole.
    pub(super) fn path(place: &PlaceSpec, path: &str) -> Result<PathBuf, Refusal> {
        let path = PathBuf::from(path);
        if path.is_absolute() {
            return Ok(path);
        }
        let Some(cwd) = &place.cwd else {
            let why = "it is no whole path, and the place has no folder (cwd)";
            return Err(Refusal::unreadable(path.to_string_lossy(), why));
        };
        Ok(PathBuf::from(cwd).join(path))
    }

    /// The text of a file.
    pub(super) async fn file(&self, place: Option<&str>, path: &str) -> Result<String, Refusal> {
        let place = self.host.places.anywhere(place)?;
        let whole = Self::path(place, path)?;
        if self.by_another(place) {
            return self
                .cat(place, &[whole.to_string_lossy().into_owned()])
                .await;
        }
        let bytes = read(whole).await;
        let bytes = bytes.map_err(|why| Refusal::unreadable(path, why))?;
        String::from_utf8(bytes).map_err(|_| Refusal::unreadable(path, "it is no text"))
    }

    /// The same by the user of the place.
    pub(super) async fn cat(&self, place: &PlaceSpec, args: &[String]) -> Result<String, Refusal> {
        let cat = self.programs.cat.to_string_lossy();
        let program = self.host.known_at(place, &cat).await?;
        let heard = hear(&self.host.call(place, &program, args.to_vec(), ASKING)).await;
        let what = args.last().cloned().unwrap_or_default();
        match heard {
            Ok(heard) if heard.overflow => Err(Refusal::unreadable(what, "it is too long")),
            Ok(heard) => Ok(heard.text),
            Err(why) => Err(Refusal::unreadable(what, why)),
        }
    }
}

/// What a file of ours says, or why it says nothing.
pub(super) async fn read(path: PathBuf) -> Result<Vec<u8>, String> {
    let reading = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        let read = file.take(MOST + 1).read_to_end(&mut bytes);
        read.map_err(|error| error.to_string())?;
        if bytes.len() as u64 > MOST {
            return Err("it is too long".to_owned());
        }
        Ok(bytes)
    });
    reading.await.unwrap_or_else(|error| Err(error.to_string()))
}
