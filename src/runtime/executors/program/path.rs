//! Whether a file may be run, and which file it is.

use std::{
    fmt::Write,
    fs::{File, Metadata},
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::rules::{ProgramRules, is_interpreter};
use crate::domain::action::refusal::Refusal;

/// Larger programs are known by size and time.
const LARGEST_HASHED: u64 = 64 << 20;

/// A program that may be run, and what tells it from another of that path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub path: PathBuf,
    /// `sha256:…`, or size, inode and time of a very large one.
    pub mark: String,
}

/// The path of a program, where it may be run whatever is there.
pub(super) fn named<'a>(path: &'a str, rules: &ProgramRules) -> Result<&'a Path, Refusal> {
    let at = Path::new(path);
    if !at.is_absolute() || at.components().any(|part| part.as_os_str() == "..") {
        let why = "a program is named by its absolute path";
        return Err(Refusal::unreadable(path, why));
    }
    rules.allow(at)?;
    Ok(at)
}

/// Finds out about a program; reads the file, so it belongs where one may block.
pub fn known(path: &str, rules: &ProgramRules) -> Result<Known, Refusal> {
    let refused = |why: String| Refusal::Unreadable {
        what: path.to_owned(),
        why,
    };
    let at = named(path, rules)?;
    let real = at.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::NotFound {
            target: path.to_owned(),
        },
        _ => refused(error.to_string()),
    })?;
    if is_interpreter(&real) {
        return Err(Refusal::Policy {
            rule: format!("interpreter {}", real.display()),
        });
    }
    let meta = real
        .metadata()
        .map_err(|error| refused(error.to_string()))?;
    if !meta.is_file() {
        return Err(refused("it is no file".to_owned()));
    }
    if meta.mode() & 0o111 == 0 {
        return Err(refused("it is not executable".to_owned()));
    }
    are_safe(at, &real, rules).map_err(refused)?;
    let mark = mark(&real, &meta).map_err(|error| refused(error.to_string()))?;
    Ok(Known {
        path: at.to_owned(),
        mark,
    })
}

/// Where policy names programs it trusts root alone: in the file, the folders above it, and those of the link.
fn are_safe(at: &Path, real: &Path, rules: &ProgramRules) -> Result<(), String> {
    let roots = rules.allowed.is_some();
    for part in real.ancestors().chain(at.ancestors().skip(1)) {
        let meta = part.metadata().map_err(|error| error.to_string())?;
        safe(&Part::of(part, &meta), roots)?;
    }
    Ok(())
}

/// Whether a file that says which programs are run is written by nobody who may not say so.
pub(super) fn trusted(path: &Path, rules: &ProgramRules) -> Result<(), Refusal> {
    let real = path.canonicalize().map_err(|error| error.to_string());
    let safe = real.and_then(|real| are_safe(path, &real, rules));
    safe.map_err(|why| Refusal::unreadable(path.display().to_string(), why))
}

/// A file or a folder on the way to a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub path: PathBuf,
    /// With its kind.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

impl Part {
    fn of(path: &Path, meta: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            mode: meta.mode(),
            uid: meta.uid(),
            gid: meta.gid(),
        }
    }
}

/// Others can't put something else there.
pub(super) fn safe(part: &Part, roots: bool) -> Result<(), String> {
    let mode = part.mode;
    let shown = part.path.display();
    let sticky = mode & 0o170_000 == 0o040_000 && mode & 0o1000 != 0;
    if mode & 0o002 != 0 && !sticky {
        return Err(format!("anybody may write {shown}: chmod o-w {shown}"));
    }
    if roots && part.uid != 0 {
        return Err(format!(
            "policy wants {shown} to belong to root: chown root {shown}"
        ));
    }
    if roots && mode & 0o020 != 0 && part.gid != 0 {
        return Err(format!(
            "policy wants {shown} written by root alone: chmod g-w {shown}"
        ));
    }
    Ok(())
}

fn mark(path: &Path, meta: &Metadata) -> std::io::Result<String> {
    if meta.len() > LARGEST_HASHED {
        return Ok(format!(
            "{} bytes, inode {}, {}",
            meta.len(),
            meta.ino(),
            meta.mtime()
        ));
    }
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hash.update(&piece[..count]);
    }
    let digest = hash.finalize();
    let mut text = "sha256:".to_owned();
    for byte in digest {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
