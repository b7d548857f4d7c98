//! A second person's agreement to a plan, as it is signed, sent and counted.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use crate::domain::{action::plan::Plan, id::PlanDigest, time::since};

/// What the signatures are made for: one for another purpose is none here.
pub const NAMESPACE: &str = "quarterdeck";
/// How long an agreement holds.
pub const HOLDS: Duration = Duration::from_secs(3_600);

/// The first word of an approval in text.
const MARK: &str = "quarterdeck-approval";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// A plan's digest, when it was agreed to, and the signature over both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub plan: PlanDigest,
    pub at: Timestamp,
    /// As `ssh-keygen -Y sign` writes it.
    pub signature: String,
}

/// Who signed, as the list of signers has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub principal: String,
    /// The fingerprint of the key.
    pub key: String,
}

impl Approval {
    /// The text that is signed.
    pub fn message(plan: &PlanDigest, at: Timestamp) -> String {
        format!("quarterdeck approves the plan {plan} at {at}\n")
    }

    /// Out of a text that was sent or pasted.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut words = lines.next()?.split_whitespace();
        let (mark, plan, at) = (words.next()?, words.next()?, words.next()?);
        let digest = plan.len() == 64 && plan.chars().all(|c| c.is_ascii_hexdigit());
        if mark != MARK || !digest || words.next().is_some() {
            return None;
        }
        let armour: Vec<&str> = lines.collect();
        let plain = |line: &&str| line.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        let whole = armour.first() == Some(&BEGIN) && armour.last() == Some(&END);
        (whole && armour.iter().all(plain)).then_some(())?;
        Some(Self {
            plan: plan.into(),
            at: at.parse().ok()?,
            signature: armour.join("\n") + "\n",
        })
    }

    /// Whether it counts for a plan now: fresh, and not from before the plan was last run.
    pub fn counts(&self, plan: &PlanDigest, last_run: Option<Timestamp>, now: Timestamp) -> bool {
        self.plan == *plan
            && self.at <= now + Duration::from_secs(60)
            && since(self.at, now) <= HOLDS
            && last_run.is_none_or(|run| self.at > run)
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK} {} {}\n{}", self.plan, self.at, self.signature)
    }
}

/// How many persons beside the one who asks agree; the same one twice is one, and the one who asks is none.
pub fn persons(plan: &Plan, signers: &[Signer], own_key: Option<&str>) -> usize {
    let mut names: Vec<&str> = signers
        .iter()
        .filter(|signer| signer.principal != plan.principal && Some(&*signer.key) != own_key)
        .map(|signer| signer.principal.as_str())
        .collect();
    let mut keys: Vec<&str> = signers
        .iter()
        .filter(|signer| names.contains(&signer.principal.as_str()))
        .map(|signer| signer.key.as_str())
        .collect();
    // One key under two names is one person too.
    for list in [&mut names, &mut keys] {
        list.sort_unstable();
        list.dedup();
    }
    names.len().min(keys.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testkit::plan;

    fn approval() -> Approval {
        Approval {
            plan: "ab".repeat(32).into(),
            at: "2026-11-21T06:32:05Z".parse().unwrap(),
            signature: format!("{BEGIN}\nU1NIU0lHAAAAAQ==\n{END}\n"),
        }
    }

    #[test]
    fn what_is_sent_is_read_again() {
        let sent = approval();
        assert_eq!(Approval::parse(&sent.to_string()), Some(sent.clone()));
        let pasted = format!("\n  {}  \n\n", sent.to_string().replace('\n', "\r\n  "));
        assert_eq!(Approval::parse(&pasted), Some(sent.clone()));
        for wrong in [
            sent.to_string().replace(MARK, "other"),
            sent.to_string().replace("ab", "a"),
            sent.to_string().replace(END, ""),
            sent.signature.clone(),
            String::new(),
        ] {
            assert_eq!(Approval::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_agreement_is_for_one_plan_for_a_while_and_once() {
        let sent = approval();
        let later = |seconds| sent.at + Duration::from_secs(seconds);
        assert!(sent.counts(&sent.plan, None, later(3_500)));
        assert!(!sent.counts(&sent.plan, None, later(3_700)));
        assert!(!sent.counts(&"cd".repeat(32).into(), None, later(1)));
        assert!(!sent.counts(&sent.plan, Some(later(5)), later(9)));
        assert!(!sent.counts(&sent.plan, None, sent.at - Duration::from_secs(600)));
    }

    #[test]
    fn the_same_person_is_no_second_one() {
        let plan = plan("a", 1);
        let signer = |principal: &str, key: &str| Signer {
            principal: principal.to_owned(),
            key: key.to_owned(),
        };
        let count = |signers: &[Signer]| persons(&plan, signers, Some("own"));
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[signer("li", "k1")]), 0);
        assert_eq!(count(&[signer("wang", "own")]), 0);
        assert_eq!(count(&[signer("wang", "k1"), signer("wang", "k2")]), 1);
        assert_eq!(count(&[signer("wang", "k1"), signer("zhao", "k1")]), 1);
        assert_eq!(count(&[signer("wang", "k1"), signer("zhao", "k2")]), 2);
    }
}
