//! Signing that one agrees to a plan, and looking who did: `ssh-keygen` does both, as it does for commits.

use std::{
    fs,
    io::Write as _,
    os::{fd::AsRawFd as _, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    domain::{
        action::{plan::Plan, record::Entry, refusal::Refusal},
        id::PlanDigest,
    },
    ledger::{
        Ledger, LedgerError, Reach, RunQuery,
        approval::{Approval, HOLDS, NAMESPACE, Signer, persons},
    },
};

use super::acts::actor;

const SSH_KEYGEN: &str = "/usr/bin/ssh-keygen";
/// How long the shared ledger may take to tell who agreed.
const FETCH: Duration = Duration::from_secs(5);

/// The list of those whose signatures count; only root may change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signers {
    file: PathBuf,
}

impl Signers {
    /// A list that belongs to `owner` and that nobody else may write.
    pub fn in_file(file: &Path, owner: u32) -> Result<Self, String> {
        let folder = file.parent().unwrap_or(Path::new("/"));
        for path in [file, folder] {
            let shown = path.display();
            let found = fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?;
            if found.uid() != owner {
                return Err(format!(
                    "{shown} belongs to uid {}; `sudo chown root:root {shown}` mends it",
                    found.uid()
                ));
            }
            if found.mode() & 0o022 != 0 {
                return Err(format!(
                    "others may write {shown}; `sudo chmod go-w {shown}` mends it"
                ));
            }
        }
        Ok(Self {
            file: file.to_owned(),
        })
    }

    /// Who made this signature; an error where it is no one of the list, or not of this plan and time.
    pub fn check(&self, approval: &Approval) -> Result<Signer, String> {
        let signature = in_memory(&approval.signature)?;
        // Opened anew through our own table, since what is handed on is standard input alone.
        let held = format!("/proc/{}/fd/{}", std::process::id(), signature.as_raw_fd());
        let list = self.file.display().to_string();
        let found = keygen(
            &["-Y", "find-principals", "-f", &list, "-s", &held],
            Known::Nothing,
            "",
        )?;
        let message = Approval::message(&approval.plan, approval.at);
        for principal in String::from_utf8_lossy(&found.stdout).lines() {
            let args = [
                "-Y", "verify", "-f", &list, "-I", principal, "-n", NAMESPACE, "-s", &held,
            ];
            if let Ok(good) = keygen(&args, Known::Nothing, &message) {
                let said = String::from_utf8_lossy(&good.stdout).into_owned();
                let key = said.split_whitespace().last().unwrap_or_default();
                return Ok(Signer {
                    principal: principal.to_owned(),
                    key: key.to_owned(),
                });
            }
        }
        Err("the signature is of nobody on the list, or not of this plan".to_owned())
    }
}

/// Signs with a key in a file, or with one the agent holds whose public half is in the file.
pub fn sign(plan: &PlanDigest, at: Timestamp, key: &Path) -> Result<Approval, String> {
    let key = key.display().to_string();
    let signed = keygen(
        &["-q", "-Y", "sign", "-n", NAMESPACE, "-f", &key],
        Known::Agent,
        &Approval::message(plan, at),
    )?;
    let text = String::from_utf8(signed.stdout).map_err(|error| error.to_string())?;
    Ok(Approval {
        plan: plan.clone(),
        at,
        signature: text,
    })
}

/// The keys of this user that are tried where none is named.
pub fn usual_key() -> Option<PathBuf> {
    let home = directories::BaseDirs::new()?.home_dir().join(".ssh");
    ["id_ed25519", "id_ecdsa", "id_rsa"]
        .into_iter()
        .map(|name| home.join(name))
        .find(|path| path.exists())
}

/// Whether as many persons agree to a plan as must; waits for the shared ledger, which has what others signed.
pub fn enough(
    ledger: &dyn Ledger,
    plan: &Plan,
    signers: Option<&Signers>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if plan.persons <= 1 {
        return Ok(());
    }
    let no_ledger = |error: LedgerError| Refusal::NoLedger {
        why: error.to_string(),
    };
    let digest = plan.digest();
    let Some(signers) = signers else {
        let why = "policy names no allowed_signers".to_owned();
        return Err(Refusal::Persons { why });
    };
    if let Reach::Away(why) = ledger.settle(FETCH) {
        return Err(Refusal::NoLedger { why });
    }
    let runs = RunQuery {
        action: Some(plan.action.clone()),
        limit: Some(100),
        ..RunQuery::default()
    };
    let last_run = ledger
        .runs(&runs)
        .map_err(no_ledger)?
        .into_iter()
        .find(|run| run.intent.digest == digest)
        .map(|run| run.asked_at);
    let recent = RunQuery {
        since: now.checked_sub(HOLDS).ok(),
        ..RunQuery::default()
    };
    let agreed: Vec<Signer> = ledger
        .asides(&recent)
        .map_err(no_ledger)?
        .into_iter()
        .filter_map(|aside| match aside.entry {
            Entry::Approval { signature, .. } => Approval::parse(&signature),
            _ => None,
        })
        .filter(|approval| approval.counts(&digest, last_run, now))
        .filter_map(|approval| signers.check(&approval).ok())
        .collect();
    let own = actor(None).ssh_key;
    let count = persons(plan, &agreed, own.as_deref()) + 1;
    if count >= usize::from(plan.persons) {
        return Ok(());
    }
    Err(Refusal::Persons {
        why: format!("{count}/{}; quarterdeck approve {digest}", plan.persons),
    })
}

/// A file that nobody else sees and that goes when it is closed.
fn in_memory(text: &str) -> Result<fs::File, String> {
    let held = rustix::fs::memfd_create("signature", rustix::fs::MemfdFlags::CLOEXEC)
        .map_err(|error| error.to_string())?;
    let mut file = fs::File::from(held);
    file.write_all(text.as_bytes())
        .map_err(|error| error.to_string())?;
    Ok(file)
}

/// What a program knows of our environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// Where the agent is that holds keys.
    Agent,
}

/// Runs it in an environment of its own.
fn keygen(args: &[&str], known: Known, input: &str) -> Result<Output, String> {
    let mut command = Command::new(SSH_KEYGEN);
    command
        .args(args)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if known == Known::Agent {
        for name in ["SSH_AUTH_SOCK", "HOME", "TERM"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
    }
    let failed = |error: std::io::Error| format!("{SSH_KEYGEN}: {error}");
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends early says why itself.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        Ok(output)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{SSH_KEYGEN}: {}", said.trim()))
    }
}

#[cfg(test)]
mod tests;
