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
        action::{
            approval::{Approval, HOLDS, NAMESPACE, Signer, is_own, others},
            plan::Plan,
            record::Entry,
            refusal::{Refusal, Unsigned},
        },
        id::{PlanDigest, RunId},
    },
    ledger::{Ledger, LedgerError, Reach, RunQuery},
};

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

    /// Who made this signature, and whether that is also who asks for the plan; an error where it is no one of the list, or not of this plan and time.
    pub fn check(&self, approval: &Approval, asks: &str) -> Result<Signer, String> {
        let signature = in_memory(&approval.signature)?;
        // Opened anew through our own table, since what is handed on is standard input alone.
        let held = format!("/proc/{}/fd/{}", std::process::id(), signature.as_raw_fd());
        let list = self.file.display().to_string();
        let nobody = || "the signature is of nobody on the list, or not of this plan".to_owned();
        let found = keygen(
            &["-Y", "find-principals", "-f", &list, "-s", &held],
            Known::Nothing,
            "",
        );
        let found = found.map_err(|why| {
            if why.contains("No principal matched") {
                nobody()
            } else {
                why
            }
        })?;
        let message = Approval::message(&approval.plan, approval.at);
        let mut signer: Option<Signer> = None;
        // Only the first line of the list that has the key is told by it: who asks may stand on another one.
        let told = String::from_utf8_lossy(&found.stdout).into_owned();
        let others = told.lines().filter(|name| *name != asks);
        for principal in others.chain([asks]) {
            let args = [
                "-Y", "verify", "-f", &list, "-I", principal, "-n", NAMESPACE, "-s", &held,
            ];
            let Ok(good) = keygen(&args, Known::Nothing, &message) else {
                continue;
            };
            let said = String::from_utf8_lossy(&good.stdout).into_owned();
            match &mut signer {
                Some(signer) => signer.also.push(principal.to_owned()),
                None => {
                    signer = Some(Signer {
                        principal: principal.to_owned(),
                        also: Vec::new(),
                        key: said
                            .split_whitespace()
                            .last()
                            .unwrap_or_default()
                            .to_owned(),
                    });
                }
            }
        }
        signer.ok_or_else(nobody)
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

/// Makes a key without a passphrase, in files that were not there; its public half.
pub fn fresh_key(file: &Path) -> Result<String, String> {
    let path = file.display().to_string();
    keygen(
        &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", &path],
        Known::Nothing,
        "",
    )?;
    let public = fs::read_to_string(file.with_extension("pub"));
    let public = public.map_err(|error| error.to_string())?;
    Ok(public.trim().to_owned())
}

/// The keys of this user that are tried where none is named.
pub fn usual_key() -> Option<PathBuf> {
    let home = directories::BaseDirs::new()?.home_dir().join(".ssh");
    ["id_ed25519", "id_ecdsa", "id_rsa"]
        .into_iter()
        .map(|name| home.join(name))
        .find(|path| path.exists())
}

/// Where policy keeps the list of signers. It is read anew each time: whom policy struck off counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignerList {
    file: Option<PathBuf>,
    owner: u32,
}

impl SignerList {
    /// That of policy, which only root may change.
    pub const fn of_policy(file: Option<PathBuf>) -> Self {
        Self { file, owner: 0 }
    }

    /// One that another user than root keeps: that of a demo, or of a test.
    pub const fn owned_by(file: PathBuf, owner: u32) -> Self {
        let file = Some(file);
        Self { file, owner }
    }

    /// The list; an error where there is none or where others may change it.
    pub fn read(&self) -> Result<Signers, Refusal> {
        let persons = |why| Refusal::Persons { why };
        let file = self.file.as_ref();
        let file = file.ok_or_else(|| persons("policy names no allowed_signers".to_owned()))?;
        Signers::in_file(file, self.owner).map_err(persons)
    }
}

/// What agreeing to a plan is judged by.
#[derive(Clone, Copy)]
pub struct Council<'a> {
    pub ledger: &'a dyn Ledger,
    pub signers: &'a SignerList,
    /// The run that is about to begin, which uses up no agreement to itself.
    pub run: Option<&'a RunId>,
    /// The key the one who asks came in with.
    pub own_key: Option<&'a str>,
    pub now: Timestamp,
}

impl Council<'_> {
    /// Whether as many persons agree to a plan as must; waits for the shared ledger, which has what others signed.
    pub fn enough(&self, plan: &Plan) -> Result<(), Refusal> {
        if plan.persons <= 1 {
            return Ok(());
        }
        let count = self.agreed(plan)?.len() + 1;
        if count >= usize::from(plan.persons) {
            return Ok(());
        }
        Err(Refusal::Persons {
            why: format!(
                "{count}/{}; quarterdeck approve {}",
                plan.persons,
                plan.digest()
            ),
        })
    }

    /// Who agrees to a plan beside the one who asks.
    pub fn agreed(&self, plan: &Plan) -> Result<Vec<Signer>, Refusal> {
        let signers = self.signers.read()?;
        if let Reach::Away(why) = self.ledger.settle(FETCH) {
            return Err(Refusal::SharedAway { why });
        }
        let digest = plan.digest();
        let last_run = self.last_run(plan, &digest)?;
        let recent = RunQuery {
            since: self.now.checked_sub(HOLDS).ok(),
            ..RunQuery::default()
        };
        let asides = self.ledger.asides(&recent).map_err(no_ledger)?;
        let signed: Vec<Signer> = asides
            .into_iter()
            .filter_map(|aside| match aside.entry {
                Entry::Approval { signature, .. } => Approval::parse(&signature),
                _ => None,
            })
            .filter(|approval| approval.counts(&digest, last_run, self.now))
            .filter_map(|approval| signers.check(&approval, &plan.principal).ok())
            .collect();
        Ok(others(plan, &signed, self.own_key))
    }

    /// Whose signature a text is, where it counts for a plan.
    pub fn signed(&self, plan: &Plan, text: &str) -> Result<(Approval, Signer), Refusal> {
        let not = |because| Refusal::NotSigned { because };
        let signers = self.signers.read()?;
        let approval = Approval::parse(text).ok_or_else(|| not(Unsigned::Unreadable))?;
        let digest = plan.digest();
        if approval.plan != digest {
            return Err(not(Unsigned::OtherPlan));
        }
        if !approval.counts(&digest, self.last_run(plan, &digest)?, self.now) {
            return Err(not(Unsigned::Expired));
        }
        let signer = signers
            .check(&approval, &plan.principal)
            .map_err(|why| not(Unsigned::Stranger { why }))?;
        if is_own(plan, &signer, self.own_key) {
            let who = plan.principal.clone();
            return Err(not(Unsigned::Same { who }));
        }
        Ok((approval, signer))
    }

    /// When this very plan was last run: what was signed before that is used up.
    fn last_run(&self, plan: &Plan, digest: &PlanDigest) -> Result<Option<Timestamp>, Refusal> {
        let runs = RunQuery {
            action: Some(plan.action.clone()),
            since: self.now.checked_sub(2 * HOLDS).ok(),
            ..RunQuery::default()
        };
        let runs = self.ledger.runs(&runs).map_err(no_ledger)?;
        let own = self.run;
        // Runs that were asked for after this one do not take its agreement away.
        let before = own.and_then(|own| runs.iter().find(|run| run.id == *own));
        let before = before.map(|run| run.asked_at);
        Ok(runs
            .iter()
            .filter(|run| run.intent.digest == *digest && Some(&run.id) != own)
            .map(|run| run.asked_at)
            .filter(|at| before.is_none_or(|before| *at <= before))
            .max())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn no_ledger(error: LedgerError) -> Refusal {
    Refusal::NoLedger {
        why: error.to_string(),
    }
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
pub mod testkit;
#[cfg(test)]
mod tests;
