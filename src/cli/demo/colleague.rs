//! The second person of a demo: who agrees to what nobody does alone.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{
    domain::{action::record::Entry, id::PlanDigest},
    ledger::{Ledger as _, LedgerError, SqliteLedger},
    runtime::{
        acts::actor,
        approval::{SignerList, fresh_key, sign},
    },
};

use super::clock;

/// Whose signature counts in a demo beside that of the person at the keys.
const NAME: &str = "wang";
/// How often it is looked whether somebody asks: a quiet demo stays a quiet process.
const LOOK: Duration = Duration::from_secs(1);
/// A plan is read before it is signed: so many looks.
const READS: u32 = 3;

/// Signs each plan that is asked about in the demo's own ledger, with a key that lives as long as the demo. The key is made
/// when it is first needed: until then the demo starts no program at all.
pub(super) struct Colleague {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Where the demo keeps whose signatures count.
pub fn signers(folder: &Path) -> SignerList {
    // A folder that can't be looked at belongs to nobody, and then no signature counts.
    let owner = fs::metadata(folder).map_or(u32::MAX, |it| it.uid());
    SignerList::owned_by(list(folder), owner)
}

fn list(folder: &Path) -> PathBuf {
    folder.join("allowed_signers")
}

impl Colleague {
    /// Begins to look into the ledger of a demo.
    pub fn of(folder: &Path) -> io::Result<Self> {
        write_list(folder, "")?;
        let over = Arc::<AtomicBool>::default();
        let (folder, until) = (folder.to_owned(), Arc::clone(&over));
        let thread = thread::Builder::new()
            .name("colleague".to_owned())
            .spawn(move || agree(&folder, &until))?;
        Ok(Self {
            over,
            thread: Some(thread),
        })
    }
}

impl Drop for Colleague {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // What it was at ends with the demo, however it ended.
            let _ = thread.join();
        }
    }
}

/// A list that nobody else may write, whatever the umask is.
fn write_list(folder: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(list(folder))?.write_all(text.as_bytes())
}

fn agree(folder: &Path, over: &AtomicBool) {
    let mut reading: Option<(PlanDigest, u32)> = None;
    let mut signed = Vec::new();
    while !over.load(Ordering::Relaxed) {
        thread::park_timeout(LOOK);
        let asked = asked(&folder.join("ledger.db"), &signed);
        let Ok(Some(plan)) = asked else {
            reading = None;
            continue;
        };
        let looks = match &reading {
            Some((known, looks)) if *known == plan => looks + 1,
            _ => 0,
        };
        reading = Some((plan.clone(), looks));
        if looks < READS {
            continue;
        }
        // Without a key nobody agrees, and the prompt goes on saying who is missing.
        let Ok(key) = key(folder) else {
            return;
        };
        if put(folder, &key, &plan).is_ok() {
            signed.push(plan);
        }
    }
}

/// The key, made where there is none yet.
fn key(folder: &Path) -> Result<PathBuf, String> {
    let key = folder.join("colleague");
    if !key.exists() {
        let public = fresh_key(&key)?;
        write_list(folder, &format!("{NAME} {public}\n")).map_err(|error| error.to_string())?;
    }
    Ok(key)
}

/// The newest plan that somebody is asked about, if it is not signed yet.
fn asked(ledger: &Path, signed: &[PlanDigest]) -> Result<Option<PlanDigest>, LedgerError> {
    let Some(ledger) = SqliteLedger::open_for_reading(ledger, clock())? else {
        return Ok(None);
    };
    let newest = ledger.lines(None, None)?.into_iter().rev();
    let mut asked = newest.filter_map(|line| match line.entry {
        Entry::Asked { digest, .. } => Some(digest),
        _ => None,
    });
    Ok(asked.next().filter(|digest| !signed.contains(digest)))
}

fn put(folder: &Path, key: &Path, plan: &PlanDigest) -> Result<(), String> {
    let (said, clock) = (|error: LedgerError| error.to_string(), clock());
    let approval = sign(plan, clock.now().wall, key)?;
    let ledger = SqliteLedger::open_for_writing(&folder.join("ledger.db"), clock).map_err(said)?;
    let entry = Entry::Approval {
        plan: plan.clone(),
        principal: NAME.to_owned(),
        key: String::new(),
        signature: approval.to_string(),
    };
    let written = ledger.append(&actor(Some(NAME.to_owned())), None, &entry);
    written.map(drop).map_err(said)
}
