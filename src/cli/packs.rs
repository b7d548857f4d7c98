//! Choosing the pack: embedded ones and the user's own, as far as policy lets.

use std::{fs, path::PathBuf};

use crate::{
    config::{Loaded, load::user_folder},
    domain::{id::PackId, nearest::nearest, policy::PackIdentity},
    i18n::Texts,
    pack::Pack,
};

/// The pack the settings name; the text says why there is none.
pub(super) fn chosen(loaded: &Loaded, texts: &Texts) -> Result<Pack, String> {
    if let Some(refusal) = loaded
        .refusals
        .iter()
        .find(|refusal| refusal.key.last() == "pack")
    {
        return Err(refusal.say().text(texts));
    }
    let poll = loaded.settings.poll;
    let Some(id) = &loaded.settings.pack else {
        return Ok(Pack::generic().paced(poll));
    };
    let folder = folder_of(id);
    let pack = match &folder {
        Some(folder) => Some(of_folder(folder, texts)?),
        None => Pack::embedded(id)
            .transpose()
            .map_err(|errors| errors.to_string())?,
    };
    let Some(pack) = pack else {
        let known = known(loaded);
        let known: Vec<&str> = known.iter().map(PackId::as_str).collect();
        let mut why = texts.with("error-unknown-pack", &[("id", id.as_str().into())]);
        if let Some(near) = nearest(id, known.iter().copied()) {
            why.push_str(&texts.with("error-nearest", &[("near", near.into())]));
        }
        why.push('\n');
        why.push_str(&texts.with("error-known-packs", &[("names", known.join(", ").into())]));
        return Err(why);
    };
    let identity = PackIdentity {
        id: pack.id.as_str(),
        folder: folder.as_deref(),
        digest: &pack.digest,
    };
    if loaded.policy.allows(identity) {
        Ok(pack.paced(poll))
    } else {
        Err(texts.with("error-pack-not-allowed", &[("id", id.as_str().into())]))
    }
}

/// A pack that was wanted and can't be read, and what stands in for it.
pub(super) struct StandIn {
    pub pack: Pack,
    pub wanted: PackId,
    /// Everything that is wrong with it.
    pub why: String,
}

/// The generic pack on the desk that a broken one still names; `None` where what is wrong is something else: an unknown
/// name, or a policy that says no.
pub(super) fn stand_in(loaded: &Loaded, texts: &Texts) -> Option<StandIn> {
    let wanted = loaded.settings.pack.as_deref()?;
    let wanted_id = PackId::from(wanted);
    if !loaded.policy.may_allow_id(wanted) || is_refused(loaded) {
        return None;
    }
    let folder = folder_of(wanted)?;
    let why = of_folder(&folder, texts).err()?;
    // Whatever else is wrong: where it looks is in a file of its own, and no other cluster is to be looked at instead.
    let files = files_of(&folder).unwrap_or_default();
    let who = files
        .iter()
        .filter(|(name, _)| ["pack.toml", "holidays.toml"].contains(&name.as_str()));
    let who: Vec<(&str, &str)> = who.map(|(name, text)| (&**name, &**text)).collect();
    let mut pack = Pack::generic().paced(loaded.settings.poll);
    pack.desk = Pack::parse(&who).map(|of| of.desk).unwrap_or_default();
    Some(StandIn {
        pack,
        wanted: wanted_id,
        why,
    })
}

/// Whether a policy keeps the pack from being named where it is.
fn is_refused(loaded: &Loaded) -> bool {
    let mut refusals = loaded.refusals.iter();
    refusals.any(|refusal| refusal.key.last() == "pack")
}

/// Every pack there is, embedded or the user's own, and whether it can be read.
pub(super) fn all(texts: &Texts) -> Vec<(String, Result<(), String>)> {
    let mut all: Vec<(String, Result<(), String>)> = Pack::embedded_ids()
        .filter_map(|id| {
            let read = Pack::embedded(id)?;
            let read = read.map(drop).map_err(|errors| errors.to_string());
            Some((id.to_owned(), read))
        })
        .collect();
    let folder = user_folder().map(|folder| folder.join("packs"));
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
    let mut own: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.is_dir()
                || path
                    .file_name()
                    .is_some_and(|it| is_id(&it.to_string_lossy()))
        })
        .collect();
    own.sort();
    all.extend(own.iter().map(|path| {
        let name = path.display().to_string();
        (name, of_folder(path, texts).map(drop))
    }));
    all
}

/// The packs that may turn out to be usable here: embedded ones and the folders of the person's own.
pub(super) fn known(loaded: &Loaded) -> Vec<PackId> {
    let mut ids = ids();
    ids.retain(|id| loaded.policy.may_allow_id(id));
    ids.into_iter().map(PackId::from).collect()
}

/// The folder of the user's own pack of this name, where there is one: also what can't be read, which is not passed over.
pub(super) fn folder_of(id: &str) -> Option<PathBuf> {
    user_folder()
        .filter(|_| is_id(id))
        .map(|folder| folder.join("packs").join(id))
        .filter(|folder| fs::symlink_metadata(folder).is_ok())
}

/// Whether a name can be that of a pack.
fn is_id(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(plain)
}

/// The ids of all packs: embedded ones and the folders of the person's own.
pub(super) fn ids() -> Vec<String> {
    let mut ids: Vec<String> = Pack::embedded_ids().map(str::to_owned).collect();
    let folders = user_folder().and_then(|folder| fs::read_dir(folder.join("packs")).ok());
    for entry in folders.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_id(&name) {
            ids.push(name);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The names and texts of a pack's files: what lies in its folder and in its templates.
pub(super) fn files_of(folder: &std::path::Path) -> Result<Vec<(String, String)>, String> {
    let mut files = texts_in(folder, "toml")?;
    let templates = folder.join("templates");
    if templates.is_dir() {
        let texts = texts_in(&templates, "md")?.into_iter();
        files.extend(texts.map(|(name, text)| (format!("templates/{name}"), text)));
    }
    files.sort();
    Ok(files)
}

/// A pack in a folder of the user's, which is called as the pack is: two can't be one.
pub(super) fn of_folder(folder: &std::path::Path, texts: &Texts) -> Result<Pack, String> {
    let files = files_of(folder)?;
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let pack = Pack::parse(&files).map_err(|errors| errors.to_string())?;
    if folder
        .file_name()
        .is_some_and(|name| name == pack.id.as_str())
    {
        return Ok(pack);
    }
    let folder = folder.display().to_string();
    let args = [("folder", folder.into()), ("id", pack.id.as_str().into())];
    Err(texts.with("error-pack-elsewhere", &args))
}

/// The names and texts of the files of a folder that end so.
fn texts_in(folder: &std::path::Path, end: &str) -> Result<Vec<(String, String)>, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|extension| extension == end) {
            let text = fs::read_to_string(&path).map_err(wrong)?;
            let name = path.file_name().unwrap_or_default();
            files.push((name.to_string_lossy().into_owned(), text));
        }
    }
    Ok(files)
}
