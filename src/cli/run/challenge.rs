//! A plan that may be run once without a person at the terminal: written by `--plan`, given back to `--confirm -`.

use std::{
    fs,
    io::{self, Read},
    time::Duration,
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        action::{plan::Plan, record::Entry, refusal::Refusal},
        hex::hex,
        id::PlanDigest,
    },
    ledger::Ledger,
};

/// How long a plan can be confirmed: what it was made on is soon another.
pub(super) const LIVES: Duration = Duration::from_secs(300);
/// The longest thing that is read as a challenge.
const LONGEST: u64 = 1024;

/// What is given to whoever asked for the plan, and what the ledger keeps of it.
pub(super) struct Challenge {
    /// `<digest of the plan>.<secret>`
    pub token: String,
    pub until: Timestamp,
    pub entry: Entry,
}

impl Challenge {
    pub fn of(plan: &Plan, now: Timestamp) -> io::Result<Self> {
        let secret = secret()?;
        let digest = plan.digest();
        let until = now.checked_add(LIVES).map_err(io::Error::other)?;
        Ok(Self {
            token: format!("{digest}.{secret}"),
            until,
            entry: Entry::Challenge {
                plan: Box::new(plan.clone()),
                digest,
                secret_hash: hash(&secret),
                until,
            },
        })
    }
}

/// What was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub digest: PlanDigest,
    secret: String,
}

impl Given {
    pub fn parse(text: &str) -> Option<Self> {
        let (digest, secret) = text.trim().split_once('.')?;
        let hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        (hex(digest, 64) && hex(secret, 32)).then(|| Self {
            digest: digest.into(),
            secret: secret.to_owned(),
        })
    }

    /// As much of standard input as a challenge is long.
    pub fn read() -> io::Result<Option<Self>> {
        let mut text = String::new();
        io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
        Ok(Self::parse(&text))
    }

    /// The plan it was written for, where it still counts.
    pub fn find(&self, ledger: &dyn Ledger, now: Timestamp) -> Result<Plan, Refusal> {
        let no = |why: &str| Refusal::Unattended {
            why: why.to_owned(),
        };
        // Nothing older can still count.
        let since = now.checked_sub(LIVES * 2).ok();
        let lines = ledger
            .lines(None, since)
            .map_err(|error| Refusal::NoLedger {
                why: error.to_string(),
            })?;
        let mut found = None;
        for line in lines {
            match line.entry {
                Entry::Challenge {
                    plan,
                    digest,
                    secret_hash,
                    until,
                } if digest == self.digest && secret_hash == hash(&self.secret) => {
                    found = Some((plan, until));
                }
                Entry::ChallengeUsed { digest } if digest == self.digest => found = None,
                _ => {}
            }
        }
        let (plan, until) = found.ok_or_else(|| no("no such challenge, or it was used"))?;
        if now >= until {
            return Err(no("the challenge has expired"));
        }
        Ok(*plan)
    }
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn secret() -> io::Result<String> {
    let mut random = [0_u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(hex(&random))
}

/// Whether two plans are the same but for what the guard happened to read, and what moves by itself, such as ages: what a plan rests on of
/// what was before are its facts and what stands in its steps.
pub(super) fn is_same(one: &Plan, other: &Plan) -> bool {
    let bare = |plan: &Plan| {
        let mut plan = plan.clone();
        if let Some(guard) = &mut plan.guard {
            guard.read.clear();
        }
        plan.before.clear();
        plan.digest()
    };
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            action::{
                fact::{Fact, FactName},
                plan::GuardVerdict,
                saying::{Clause, Name, Saying, Term, What},
                value::Value,
            },
            gauge::Unit,
        },
        ledger::{SqliteLedger, testkit},
    };

    fn bed() -> (tempfile::TempDir, SqliteLedger, Challenge, Plan) {
        let folder = tempfile::tempdir().unwrap();
        let hand = testkit::Hand::at("2026-11-21T14:00:00Z");
        let ledger =
            SqliteLedger::open_for_writing(&folder.path().join("ledger.db"), hand).unwrap();
        let plan = testkit::plan("web", 1);
        let challenge = Challenge::of(&plan, now()).unwrap();
        let actor = testkit::actor("li");
        ledger.append(&actor, None, &challenge.entry).unwrap();
        (folder, ledger, challenge, plan)
    }

    fn now() -> Timestamp {
        "2026-11-21T14:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_challenge_counts_once_and_not_for_long() {
        let (_folder, ledger, challenge, plan) = bed();
        let given = Given::parse(&format!("{}\n", challenge.token)).unwrap();
        assert_eq!(given.find(&ledger, now()), Ok(plan));
        let late = challenge.until;
        assert!(matches!(
            given.find(&ledger, late),
            Err(Refusal::Unattended { .. })
        ));
        let used = Entry::ChallengeUsed {
            digest: given.digest.clone(),
        };
        let actor = testkit::actor("li");
        ledger.append(&actor, None, &used).unwrap();
        assert!(given.find(&ledger, now()).is_err());
        assert!(ledger.append(&actor, None, &used).is_err(), "once for all");
    }

    #[test]
    fn another_secret_is_none() {
        let (_folder, ledger, challenge, _) = bed();
        let (digest, _) = challenge.token.split_once('.').unwrap();
        let given = Given::parse(&format!("{digest}.{}", "0".repeat(32))).unwrap();
        assert!(given.find(&ledger, now()).is_err());
        for bad in ["", "yes", digest, "a.b"] {
            assert_eq!(Given::parse(bad), None);
        }
    }

    #[test]
    fn what_a_guard_read_and_what_ages_make_no_other_plan() {
        let guard = |read: i64| {
            let mut plan = testkit::plan("web", 1);
            plan.guard = Some(GuardVerdict {
                condition: "queue('exports').depth > 2000.0".into(),
                because: None,
                read: vec![Saying::One(Box::new(Clause {
                    what: What::State {
                        of: Term {
                            name: Name::Saved("depth".to_owned()),
                            now: Some(Value::Int(read)),
                            unit: Unit::None,
                        },
                        is: true,
                    },
                    held: Some(true),
                }))],
            });
            plan
        };
        assert!(is_same(&guard(2413), &guard(2414)));
        let aged = |seconds: i64| {
            let mut plan = guard(2413);
            plan.before
                .insert("s3.newest".to_owned(), Value::Int(seconds));
            plan
        };
        assert!(is_same(&aged(3_600), &aged(3_603)));
        let mut other = aged(3_600);
        let count = FactName::Field("s3.count".to_owned());
        other
            .facts
            .push(Fact::new(other.target.clone(), count, Value::Int(2)));
        assert!(!is_same(&aged(3_600), &other));
        let mut other = guard(2413);
        other.principal = "root".to_owned();
        assert!(!is_same(&guard(2413), &other));
    }
}
