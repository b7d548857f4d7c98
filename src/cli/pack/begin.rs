//! `quarterdeck pack new ID`: the folder of a pack, small and whole.

use std::{fs, io, path::Path};

use super::{Exit, say};
use crate::i18n::Texts;

/// The files of a new pack; `ID` stands for its id.
const FILES: [(&str, &str); 5] = [
    ("pack.toml", include_str!("template/pack.toml")),
    ("probes.toml", include_str!("template/probes.toml")),
    ("watch.toml", include_str!("template/watch.toml")),
    ("actions.toml", include_str!("template/actions.toml")),
    ("routine.toml", include_str!("template/routine.toml")),
];

/// Writes the folder; nothing that is there already is touched.
pub(super) fn begin(texts: &Texts, id: &str, into: &Path) -> Exit {
    let files = FILES.map(|(name, text)| (name, text.replace("ID", id)));
    match folder(texts, id, into, &files) {
        Ok(said) => {
            say::out(&said);
            Exit::Fine
        }
        Err(exit) => exit,
    }
}

/// Writes the files of a pack into a folder of its name, and says so.
pub(super) fn folder(
    texts: &Texts,
    id: &str,
    into: &Path,
    files: &[(&str, String)],
) -> Result<String, Exit> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(plain) || id == "generic" {
        say::err(&texts.with("pack-new-id", &[("id", id.into())]));
        return Err(Exit::Usage);
    }
    let folder = into.join(id);
    let named = folder.display().to_string();
    match write(&folder, files) {
        Ok(()) => {
            let said = texts.with("pack-new-written", &[("folder", named.into())]);
            Ok(said + "\n")
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            say::err(&texts.with("pack-new-there", &[("folder", named.into())]));
            Err(Exit::Usage)
        }
        Err(error) => {
            say::err(&format!("{named}: {error}"));
            Err(Exit::Failed)
        }
    }
}

fn write(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    fs::create_dir(folder)?;
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Pack;

    #[test]
    fn a_new_pack_loads() {
        let texts: Vec<(&str, String)> = FILES
            .iter()
            .map(|(name, text)| (*name, text.replace("ID", "night-shift")))
            .collect();
        let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, &**text)).collect();
        let pack = Pack::parse(&files).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(pack.id.as_str(), "night-shift");
        assert_eq!(pack.actions().len(), 1);
        assert_eq!(pack.gauges().len(), 1);
    }
}
