//! The policy file of this host: who may own it, and what it says.

mod remind;
mod rules;

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Place, Say, Source};
use super::document;
use super::kind::{Kind, Mismatch, Value};
use super::load::read_open;
use super::merged::Merged;
use super::path::KeyPath;
use crate::domain::ledger_url::LedgerUrl;
use crate::domain::nearest::nearest;
use crate::domain::policy::{AllowedPack, Policy};

/// A policy with the places of what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFile {
    pub policy: Policy,
    pub read_only: Option<Place>,
    pub allowed_packs: Option<Place>,
    pub ledger_url: Option<Place>,
}

/// A setting that policy did not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub key: KeyPath,
    /// What was wanted, as TOML.
    pub wanted: String,
    /// Where it was wanted.
    pub place: Place,
    /// What policy says instead, and where.
    pub policy: Place,
}

impl Refusal {
    /// Whether it was a pack that was refused.
    pub fn is_pack(&self) -> bool {
        self.key == KeyPath::dotted("pack")
    }

    pub fn say(&self) -> Say {
        Say::new("config-refused")
            .arg("key", self.key.to_string())
            .arg("value", self.wanted.as_str())
            .arg("place", self.place.to_string())
            .arg("policy", self.policy.to_string())
    }
}

const KEYS: [&str; 11] = [
    "read_only",
    "allowed_packs",
    "ledger_url",
    "allowed_signers",
    "remind",
    rules::KEYS[0],
    rules::KEYS[1],
    rules::KEYS[2],
    rules::KEYS[3],
    rules::KEYS[4],
    rules::KEYS[5],
];

/// Reads the policy file; no file means no policy, a file others may write is refused.
pub fn read_policy(path: &Path, owner: u32) -> Result<PolicyFile, Vec<Diagnostic>> {
    let Some((source, metadata)) = read_open(path, false).map_err(|error| vec![*error])? else {
        return Ok(PolicyFile::default());
    };
    let mut errors = loose(path, &metadata, owner);
    // Who may write the folder may take the file away.
    if let Some(folder) = path.parent()
        && let Ok(metadata) = std::fs::metadata(folder)
    {
        errors.extend(loose(folder, &metadata, owner));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut file = parse(&source)?;
    file.policy.file = Some(path.to_owned());
    Ok(file)
}

/// Why somebody else than the owner could change this, with the commands that mend it.
fn loose(path: &Path, metadata: &Metadata, owner: u32) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let shown = path.display().to_string();
    if metadata.uid() != owner {
        let what = Say::new("config-policy-owner")
            .arg("file", shown.as_str())
            .arg("uid", u64::from(metadata.uid()));
        let fix = format!("sudo chown root:root {shown}");
        errors.push(Diagnostic::new(what).help(Say::new("config-run-this").arg("command", fix)));
    }
    if metadata.mode() & 0o022 != 0 {
        let mode = format!("{:04o}", metadata.mode() & 0o7777);
        let what = Say::new("config-policy-mode")
            .arg("file", shown.as_str())
            .arg("mode", mode);
        let fix = format!("sudo chmod go-w {shown}");
        errors.push(Diagnostic::new(what).help(Say::new("config-run-this").arg("command", fix)));
    }
    errors
}

/// What the text of a policy file says.
pub fn parse(source: &Arc<Source>) -> Result<PolicyFile, Vec<Diagnostic>> {
    let (table, mut errors) = document::parse(source);
    let mut file = PolicyFile::default();
    for (key, value) in table.get_ref() {
        let place = Place::new(source, value.span());
        match key.get_ref().as_ref() {
            "read_only" => match Kind::Flag.from_toml(value, source) {
                Ok(read_only) => {
                    file.policy.read_only = read_only == Value::Flag(true);
                    file.read_only = Some(place);
                }
                Err(mismatch) => {
                    errors.push(wrong("read_only", mismatch.expected, mismatch.found).at(place));
                }
            },
            "allowed_packs" => match packs(value, source) {
                Ok(packs) => {
                    file.policy.allowed_packs = Some(packs);
                    file.allowed_packs = Some(place);
                }
                Err(error) => errors.push(*error),
            },
            "remind" => match remind::read(value, source) {
                Ok(ways) => file.policy.remind = ways,
                Err(error) => errors.push(*error),
            },
            key if rules::KEYS.contains(&key) => {
                rules::read(key, value, source, &mut file.policy, &mut errors);
            }
            "ledger_url" => match Kind::Ledger.from_toml(value, source) {
                Ok(url) => {
                    file.policy.ledger_url = url.text().and_then(|url| LedgerUrl::parse(url).ok());
                    file.ledger_url = Some(place);
                }
                Err(mismatch) => {
                    errors.push(wrong("ledger_url", mismatch.expected, mismatch.found).at(place));
                }
            },
            "allowed_signers" => match absolute(value, source) {
                Ok(path) => file.policy.allowed_signers = Some(path),
                Err(mismatch) => {
                    let error = wrong("allowed_signers", mismatch.expected, mismatch.found);
                    errors.push(error.at(place));
                }
            },
            // A limit this version does not know is a limit it would not keep.
            unknown => {
                let what = Say::new("config-policy-unknown-key").arg("key", unknown);
                errors.push(
                    Diagnostic::new(what)
                        .at(Place::new(source, key.span()))
                        .label(Say::new("config-unknown-key-label").arg("names", KEYS.join(", ")))
                        .nearest(nearest(unknown, KEYS)),
                );
            }
        }
    }
    if errors.is_empty() {
        Ok(file)
    } else {
        Err(errors)
    }
}

/// A path that means the same from everywhere.
fn absolute(value: &Spanned<DeValue<'_>>, source: &Arc<Source>) -> Result<PathBuf, Box<Mismatch>> {
    let path = Kind::Path.from_toml(value, source)?;
    path.text()
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .ok_or_else(|| {
            Box::new(Mismatch {
                expected: Say::new("config-kind-absolute"),
                found: document::found(value, source),
                nearest: None,
                span: None,
            })
        })
}

fn packs(
    value: &Spanned<DeValue<'_>>,
    source: &Arc<Source>,
) -> Result<Vec<AllowedPack>, Box<Diagnostic>> {
    let expected = || Say::new("config-kind-packs");
    let refuse = |value: &Spanned<DeValue<'_>>| {
        let place = Place::new(source, value.span());
        let found = document::found(value, source);
        Box::new(wrong("allowed_packs", expected(), found).at(place))
    };
    let DeValue::Array(items) = value.get_ref() else {
        return Err(refuse(value));
    };
    let one = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
        DeValue::String(text) => allowed_pack(text).ok_or_else(|| refuse(item)),
        _ => Err(refuse(item)),
    };
    items.iter().map(one).collect()
}

fn allowed_pack(text: &str) -> Option<AllowedPack> {
    if let Some(digest) = text.strip_prefix("sha256:") {
        let hex = digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit());
        return hex.then(|| AllowedPack::Digest(digest.to_ascii_lowercase()));
    }
    if text.starts_with('/') {
        return Some(AllowedPack::Folder(text.trim_end_matches('/').into()));
    }
    let id = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    id.then(|| AllowedPack::Id(text.to_owned()))
}

fn wrong(key: &str, expected: Say, found: Say) -> Diagnostic {
    let label = Say::new("config-expected-found")
        .arg("expected", expected)
        .arg("found", found);
    Diagnostic::new(Say::new("config-wrong-value").arg("key", key)).label(label)
}

/// Holds the layers to the policy, and says what it did not let through.
pub fn hold(merged: &mut Merged, file: &PolicyFile) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let (true, Some(policy)) = (file.policy.read_only, &file.read_only) {
        let key = KeyPath::dotted("read_only");
        if let (false, Some(place)) = (merged.flag("read_only"), merged.place(&key)) {
            refusals.push(Refusal {
                key: key.clone(),
                wanted: "false".to_owned(),
                place: place.clone(),
                policy: policy.clone(),
            });
        }
        merged.force(key, Value::Flag(true), Some(policy.clone()));
    }
    hold_ledger(merged, file, &mut refusals);
    let key = KeyPath::dotted("pack");
    let refused = merged
        .text("pack")
        .filter(|id| !file.policy.may_allow_id(id));
    if let (Some(id), Some(place), Some(policy)) =
        (refused, merged.place(&key), &file.allowed_packs)
    {
        let wanted = Value::Text(id.to_owned()).toml();
        refusals.push(Refusal {
            key: key.clone(),
            wanted,
            place: place.clone(),
            policy: policy.clone(),
        });
        merged.refuse(&key);
    }
    refusals
}

/// Where policy names the shared ledger, no layer names another.
fn hold_ledger(merged: &mut Merged, file: &PolicyFile, refusals: &mut Vec<Refusal>) {
    let (Some(url), Some(policy)) = (&file.policy.ledger_url, &file.ledger_url) else {
        return;
    };
    let key = KeyPath::dotted("ledger.url");
    let fixed = Value::Text(url.to_string());
    if let Some(wanted) = merged
        .value("ledger.url")
        .filter(|wanted| **wanted != fixed)
        && let Some(place) = merged.place(&key)
    {
        refusals.push(Refusal {
            key: key.clone(),
            wanted: wanted.toml(),
            place: place.clone(),
            policy: policy.clone(),
        });
    }
    merged.force(key, fixed, Some(policy.clone()));
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn source(text: &str) -> Arc<Source> {
        Source::file(Path::new("/etc/quarterdeck/policy.toml"), text.to_owned())
    }

    #[test]
    fn packs_are_named_by_id_digest_or_folder() {
        let digest = "AB".repeat(32);
        let text = format!(
            "read_only = true\nallowed_packs = [\"glancy\", \"sha256:{digest}\", \"/opt/packs/x/\"]"
        );
        let file = parse(&source(&text)).unwrap();
        assert!(file.policy.read_only);
        assert_eq!(
            file.policy.allowed_packs,
            Some(vec![
                AllowedPack::Id("glancy".into()),
                AllowedPack::Digest("ab".repeat(32)),
                AllowedPack::Folder("/opt/packs/x".into()),
            ])
        );
    }

    #[test]
    fn the_ledger_and_the_signers_are_named() {
        let text =
            "ledger_url = \"postgres://db/ops\"\nallowed_signers = \"/etc/quarterdeck/signers\"";
        let policy = parse(&source(text)).unwrap().policy;
        assert_eq!(policy.ledger_url.unwrap().to_string(), "postgres://db/ops");
        assert_eq!(
            policy.allowed_signers,
            Some("/etc/quarterdeck/signers".into())
        );
        for text in [
            "ledger_url = \"postgres://li:pw@db/ops\"",
            "allowed_signers = \"signers\"",
        ] {
            assert_eq!(parse(&source(text)).unwrap_err().len(), 1, "{text}");
        }
    }

    #[test]
    fn a_limit_that_is_not_understood_is_an_error() {
        for text in [
            "read_onyl = true",
            "allowed_packs = \"glancy\"",
            "allowed_packs = [\"sha256:12\"]",
            "tier = 1",
        ] {
            assert_eq!(parse(&source(text)).unwrap_err().len(), 1, "{text}");
        }
    }

    #[test]
    fn a_file_others_may_write_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, "read_only = true").unwrap();
        let me = std::fs::metadata(&path).unwrap().uid();
        let set =
            |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o644);
        assert!(read_policy(&path, me).unwrap().policy.read_only);
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(
            read_policy(&path, me).unwrap_err()[0].what.id,
            "config-policy-mode"
        );
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        set(0o664);
        let errors = read_policy(&path, me).unwrap_err();
        assert_eq!(errors[0].what.id, "config-policy-mode");
        let fix = format!("sudo chmod go-w {}", path.display());
        assert_eq!(errors[0].help[0].args[0].1, fix.into());
        set(0o644);
        assert_eq!(
            read_policy(&path, me + 1).unwrap_err()[0].what.id,
            "config-policy-owner"
        );
        assert_eq!(
            read_policy(&folder.path().join("none"), me).unwrap(),
            PolicyFile::default()
        );
    }
}
