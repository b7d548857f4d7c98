//! `quarterdeck pack`: what packs there are, what one says, and what is wrong with it.

pub mod args;
mod begin;
mod diff;
mod import;
mod lint;
mod list;
mod schema;
mod server;
mod show;
mod test;

use std::path::{Path, PathBuf};

use crate::{
    domain::nearest::nearest,
    i18n::Texts,
    pack::{Pack, PackErrors},
};

use self::args::PackVerb;
use super::{Exit, args::DeskArgs, open, packs, say};

/// Answers what is asked of packs.
pub(super) fn pack(desk: &DeskArgs, verb: &PackVerb) -> Exit {
    let texts = Texts::new(open::inputs(desk).lang());
    match verb {
        PackVerb::List { json } => list::list(&texts, *json),
        PackVerb::Show { pack, json } => show::show(&texts, pack, *json),
        PackVerb::Lint(args) => lint::lint(&texts, desk, args),
        PackVerb::Test { pack, json } => test::test(&texts, pack, *json),
        PackVerb::Schema(args) => schema::schema(&texts, args),
        PackVerb::Import(args) => import::import(&texts, args),
        PackVerb::Diff { pack, with } => diff::diff(&texts, pack, with.as_deref()),
        PackVerb::New { id, folder } => begin::begin(&texts, id, folder),
    }
}

/// A pack's files as somebody named them.
struct Named {
    /// Where they lie; `None` for those that come with the program.
    folder: Option<PathBuf>,
    /// Names and texts.
    files: Vec<(String, String)>,
}

impl Named {
    /// One that comes with the program.
    fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter();
        let files = files.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Self {
            folder: None,
            files: files.collect(),
        }
    }

    fn texts(&self) -> Vec<(&str, &str)> {
        let files = self.files.iter();
        files.map(|(name, text)| (&**name, &**text)).collect()
    }

    fn parse(&self) -> Result<Pack, PackErrors> {
        Pack::parse(&self.texts())
    }
}

/// The pack of a folder or an id: a folder is what looks like one or has a `pack.toml`.
fn named(texts: &Texts, what: &str) -> Result<Named, Exit> {
    let path = Path::new(what);
    let own = packs::folder_of(what);
    let is_path = what.contains(['/', '\\', '.']) || path.join("pack.toml").is_file();
    let folder = if is_path { Some(path.to_owned()) } else { own };
    if let Some(folder) = folder {
        return match packs::files_of(&folder) {
            Ok(files) => Ok(Named {
                folder: Some(folder),
                files,
            }),
            Err(why) => {
                say::err(&why);
                Err(Exit::Usage)
            }
        };
    }
    if let Some(files) = Pack::embedded_files(what) {
        return Ok(Named::of(files));
    }
    say::err(&unknown(texts, what));
    Err(Exit::Usage)
}

/// There is no pack of this id.
fn unknown(texts: &Texts, id: &str) -> String {
    let known: Vec<String> = packs::ids();
    let mut why = texts.with("error-unknown-pack", &[("id", id.into())]);
    if let Some(near) = nearest(id, known.iter().map(String::as_str)) {
        why.push_str(&texts.with("error-nearest", &[("near", near.into())]));
    }
    why.push('\n');
    why.push_str(&texts.with("error-known-packs", &[("names", known.join(", ").into())]));
    why
}
