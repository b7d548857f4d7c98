//! What credential plugins gave: each runs once, however many clients want what it gives, and again when that runs out.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};

use super::{
    super::{backoff::Backoff, trouble::trouble},
    exec::{self, Given, Plugin, Talk},
};
use crate::domain::{
    freshness::{Trouble, TroubleKind},
    time::{Clock, Moment},
};

/// How long a person may take to sign in.
const PERSON: Duration = Duration::from_secs(300);
/// The longest wait between two runs of a plugin that fails, or whose credential is refused.
const LONGEST: Duration = Duration::from_secs(30);
/// A credential is renewed this long before it runs out, or a fifth of its life before, whichever is less.
const EARLY: SignedDuration = SignedDuration::from_secs(30);

/// The credentials of this process, by the plugin that gave them. Clones are the same wallet.
#[derive(Clone, Default)]
pub struct Wallet(Arc<Shared>);

#[derive(Default)]
struct Shared {
    held: Mutex<HashMap<Plugin, Held>>,
    /// The plugin that waits for a person.
    waiting: StdMutex<Option<Plugin>>,
    wants: watch::Sender<Option<String>>,
}

impl PartialEq for Wallet {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Wallet {}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wallet")
    }
}

/// A credential, numbered so that a refused one can be told from its successor.
#[derive(Debug, Clone)]
pub(super) struct Credential {
    pub number: u64,
    pub given: Arc<Given>,
    pub renew_at: Option<Timestamp>,
    /// Not used from then on. What was past its time when it came has no such end: our clock may be the one that is
    /// wrong, and the server says what it thinks of it.
    pub until: Option<Timestamp>,
}

impl Credential {
    fn is_good(&self, now: Moment) -> bool {
        self.until.is_none_or(|at| now.wall < at)
    }

    fn is_fresh(&self, now: Moment) -> bool {
        self.renew_at.is_none_or(|at| now.wall < at)
    }
}

/// What is known of one plugin.
struct Held {
    credential: Option<Credential>,
    failure: Option<Trouble>,
    /// Not run again before, on the monotonic clock.
    not_before: Duration,
    backoff: Backoff,
    runs: u64,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            credential: None,
            failure: None,
            not_before: Duration::ZERO,
            backoff: Backoff::new(LONGEST),
            runs: 0,
        }
    }
}

impl Held {
    /// What may be used now without running anything: a credential that is good, or one that is still good enough while
    /// its plugin fails.
    fn usable(&self, now: Moment, refused: Option<u64>) -> Option<Result<Credential, Trouble>> {
        let waits = now.mono < self.not_before;
        if let Some(credential) = &self.credential {
            let good = credential.is_fresh(now) || (credential.is_good(now) && waits);
            if refused != Some(credential.number) && good {
                return Some(Ok(credential.clone()));
            }
            if refused == Some(credential.number) && waits {
                return Some(Ok(credential.clone()));
            }
        }
        let failure = self.failure.as_ref().filter(|_| waits)?;
        Some(Err(failure.clone()))
    }

    /// Takes what the plugin gave. The secret that is held already keeps its number; one that can't be held as fresh,
    /// or is no other, is not asked for again at once.
    fn take(&mut self, given: Given, now: Moment) -> Credential {
        self.failure = None;
        let held = self.credential.as_ref();
        let same = held.filter(|held| held.given.is_same_secret(&given));
        let same = same.map(|held| held.number);
        let number = same.unwrap_or_else(|| {
            self.runs += 1;
            self.runs
        });
        let renew_at = given.expires.map(|expires| {
            let early = (expires.duration_since(now.wall) / 5).min(EARLY);
            let early = early.max(SignedDuration::ZERO);
            expires.saturating_sub(early).unwrap_or(expires)
        });
        let credential = Credential {
            number,
            renew_at,
            until: given.expires.filter(|at| now.wall < *at),
            given: Arc::new(given),
        };
        if same.is_some() || !credential.is_fresh(now) {
            self.rest(now);
        }
        self.credential = Some(credential.clone());
        credential
    }

    fn rest(&mut self, now: Moment) {
        self.not_before = now.mono + self.backoff.after_failure(now.mono, None);
    }
}

impl Wallet {
    /// The plugin's credential: the one that is held while it is good, else one of a new run. `refused` is the number of
    /// one that the server does not take.
    pub(super) async fn credential(
        &self,
        plugin: &Plugin,
        refused: Option<u64>,
        limit: Duration,
        clock: &dyn Clock,
    ) -> Result<Credential, Trouble> {
        let mut all = self.0.held.lock().await;
        let held = all.entry(plugin.clone()).or_default();
        if let Some(usable) = held.usable(clock.now(), refused) {
            return usable;
        }
        if plugin.talk == Talk::Always {
            self.wait_for_a_person(plugin);
            let failure = wants_a_person(plugin);
            held.failure = Some(failure.clone());
            return Err(failure);
        }
        let again = held.credential.is_some();
        let ran = exec::run(plugin, false, limit).await;
        let now = clock.now();
        match ran {
            Ok(given) => {
                self.no_person_needed(plugin);
                let credential = held.take(given, now);
                if refused.is_some() && again && now.mono >= held.not_before {
                    // What is refused twice is not helped by running for ever.
                    held.rest(now);
                }
                Ok(credential)
            }
            Err(why) => {
                held.rest(now);
                let failure = why.trouble();
                tracing::warn!(detail = failure.detail, "no credential");
                if plugin.talk == Talk::IfAvailable && why.may_want_a_person() {
                    self.wait_for_a_person(plugin);
                }
                held.failure = Some(failure.clone());
                let good = |it: &Credential| it.is_good(now) && refused != Some(it.number);
                held.credential.clone().filter(good).ok_or(failure)
            }
        }
    }

    /// Runs the plugin that waits for a person; the terminal must be free. `false` where none waits.
    pub async fn sign_in(&self, clock: &dyn Clock) -> Result<bool, Trouble> {
        let waiting = self.waiting().clone();
        let Some(plugin) = waiting else {
            return Ok(false);
        };
        let mut all = self.0.held.lock().await;
        let held = all.entry(plugin.clone()).or_default();
        let ran = exec::run(&plugin, true, PERSON).await;
        let now = clock.now();
        match ran {
            Ok(given) => {
                held.take(given, now);
                held.not_before = now.mono;
                drop(all);
                self.no_person_needed(&plugin);
                Ok(true)
            }
            Err(why) => {
                let failure = why.trouble();
                held.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// The name of the program that waits for a person, as it changes.
    pub fn wants(&self) -> watch::Receiver<Option<String>> {
        self.0.wants.subscribe()
    }

    /// Has a plugin that can't do without a person wait for one.
    pub(super) fn wait_for_a_person(&self, plugin: &Plugin) {
        *self.waiting() = Some(plugin.clone());
        let name = Some(crate::domain::clean::clean(plugin.name()).into_owned());
        self.0.wants.send_if_modified(|wants| {
            let new = *wants != name;
            *wants = name;
            new
        });
    }

    fn no_person_needed(&self, plugin: &Plugin) {
        let mut waiting = self.waiting();
        if waiting.as_ref() == Some(plugin) {
            *waiting = None;
            self.0.wants.send_replace(None);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<Plugin>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn wants_a_person(plugin: &Plugin) -> Trouble {
    let said = format!(
        "credential plugin {} wants to talk to you: sign in",
        plugin.name()
    );
    trouble(TroubleKind::Unauthorized, &said)
}

#[cfg(test)]
#[path = "wallet_tests.rs"]
mod tests;
