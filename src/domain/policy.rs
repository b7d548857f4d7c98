//! What the owner of this host allows, whatever anybody chooses.

use std::fmt;
use std::path::{Path, PathBuf};

use super::ledger_url::LedgerUrl;

/// The limits no layer of settings weakens; the default is the laptop's, where the user is the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Nothing may be changed from this host.
    pub read_only: bool,
    /// The packs that may be used; `None` means any.
    pub allowed_packs: Option<Vec<AllowedPack>>,
    /// The ledger that is shared here, whatever anybody chooses.
    pub ledger_url: Option<LedgerUrl>,
    /// Whose signature counts as that of a second person: a file as `ssh-keygen -Y verify` reads it.
    pub allowed_signers: Option<PathBuf>,
    /// The file it was read from; `None` where there is none.
    pub file: Option<PathBuf>,
}

/// One way of naming a pack that may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedPack {
    /// An embedded pack by its id.
    Id(String),
    /// Any pack whose content has this SHA-256, in lower-case hexadecimal.
    Digest(String),
    /// The pack in this folder.
    Folder(PathBuf),
}

/// What is known about a pack when policy is asked about it.
#[derive(Debug, Clone, Copy)]
pub struct PackIdentity<'a> {
    pub id: &'a str,
    /// `None` for a pack that is embedded in the binary.
    pub folder: Option<&'a Path>,
    /// SHA-256 of its content in lower-case hexadecimal.
    pub digest: &'a str,
}

impl Policy {
    /// Whether this pack may be used here.
    ///
    /// An id alone allows only the embedded pack: anybody can write an id into a folder of their own.
    pub fn allows(&self, pack: PackIdentity<'_>) -> bool {
        self.allowed_packs.as_ref().is_none_or(|allowed| {
            allowed.iter().any(|one| match one {
                AllowedPack::Id(id) => pack.folder.is_none() && id == pack.id,
                AllowedPack::Digest(digest) => digest == pack.digest,
                AllowedPack::Folder(folder) => pack.folder == Some(folder.as_path()),
            })
        })
    }

    /// Whether a pack of this id may turn out to be allowed once its folder and digest are known.
    pub fn may_allow_id(&self, id: &str) -> bool {
        self.allowed_packs.as_ref().is_none_or(|allowed| {
            allowed.iter().any(|one| match one {
                AllowedPack::Id(known) => known == id,
                AllowedPack::Digest(_) => true,
                AllowedPack::Folder(folder) => folder.file_name().is_some_and(|name| name == id),
            })
        })
    }
}

impl fmt::Display for AllowedPack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Digest(digest) => write!(f, "sha256:{digest}"),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(allowed: AllowedPack) -> Policy {
        Policy {
            allowed_packs: Some(vec![allowed]),
            ..Policy::default()
        }
    }

    #[test]
    fn no_policy_allows_any_pack() {
        let policy = Policy::default();
        assert!(policy.allows(PackIdentity {
            id: "mine",
            folder: None,
            digest: "ab"
        }));
        assert!(policy.may_allow_id("mine"));
    }

    #[test]
    fn an_id_does_not_allow_a_folder_that_claims_it() {
        let policy = only(AllowedPack::Id("glancy".into()));
        let folder = Path::new("/home/li/packs/glancy");
        assert!(policy.allows(PackIdentity {
            id: "glancy",
            folder: None,
            digest: "ab"
        }));
        assert!(!policy.allows(PackIdentity {
            id: "glancy",
            folder: Some(folder),
            digest: "ab"
        }));
        assert!(!policy.may_allow_id("lawsker"));
    }

    #[test]
    fn a_digest_allows_the_content_wherever_it_lies() {
        let policy = only(AllowedPack::Digest("ab".into()));
        let folder = Path::new("/tmp/x");
        assert!(policy.allows(PackIdentity {
            id: "x",
            folder: Some(folder),
            digest: "ab"
        }));
        assert!(!policy.allows(PackIdentity {
            id: "x",
            folder: Some(folder),
            digest: "cd"
        }));
        assert!(policy.may_allow_id("anything"));
    }

    #[test]
    fn a_folder_allows_only_itself() {
        let policy = only(AllowedPack::Folder("/opt/packs/glancy".into()));
        let other = Path::new("/home/li/glancy");
        assert!(policy.allows(PackIdentity {
            id: "glancy",
            folder: Some(Path::new("/opt/packs/glancy")),
            digest: "ab"
        }));
        assert!(!policy.allows(PackIdentity {
            id: "glancy",
            folder: Some(other),
            digest: "ab"
        }));
    }
}
