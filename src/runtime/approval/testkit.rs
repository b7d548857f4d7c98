//! Keys of some persons, and the list of signers that names them.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{Known, SignerList, Signers, keygen, sign};
use crate::domain::action::{plan::Plan, record::Entry};

/// Keys of some persons, and the list of signers.
pub struct Keys {
    folder: tempfile::TempDir,
}

impl Keys {
    pub fn of(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut list = String::new();
        for name in names {
            let file = folder.path().join(name).display().to_string();
            keygen(
                &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &file],
                Known::Nothing,
                "",
            )
            .unwrap();
            let public = fs::read_to_string(format!("{file}.pub")).unwrap();
            let _ = write!(list, "{name} namespaces=\"quarterdeck\" {public}");
        }
        let keys = Self { folder };
        fs::write(keys.file(), list).unwrap();
        keys
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("allowed_signers")
    }

    pub fn signers(&self) -> Signers {
        let me = rustix::process::getuid().as_raw();
        Signers::in_file(&self.file(), me).unwrap()
    }

    pub fn list(&self) -> SignerList {
        SignerList::owned_by(self.file(), rustix::process::getuid().as_raw())
    }

    pub fn key(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a person signs for a plan, as text.
    pub fn signed(&self, plan: &Plan, name: &str, at: Timestamp) -> String {
        sign(&plan.digest(), at, &self.key(name))
            .unwrap()
            .to_string()
    }

    /// The same as it stands in the ledger.
    pub fn entry(&self, plan: &Plan, name: &str, at: Timestamp) -> Entry {
        Entry::Approval {
            plan: plan.digest(),
            principal: name.to_owned(),
            key: String::new(),
            signature: self.signed(plan, name, at),
        }
    }
}
