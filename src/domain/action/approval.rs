//! A second person's agreement to a plan, as it is signed, sent and counted.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use super::plan::Plan;
use crate::domain::{id::PlanDigest, time::since};

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
    /// The other names the list has for the same key.
    pub also: Vec<String>,
    /// The fingerprint of the key.
    pub key: String,
}

impl Signer {
    /// All names the list has for the key.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.principal]
            .into_iter()
            .chain(&self.also)
            .map(String::as_str)
    }

    fn is(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }
}

impl Approval {
    /// Whether a text is meant to be one, be it right or wrong.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with(MARK) || text.starts_with(BEGIN)
    }

    /// The text that is signed.
    pub fn message(plan: &PlanDigest, at: Timestamp) -> String {
        format!("quarterdeck approves the plan {plan} at {at}\n")
    }

    /// Out of a text that was sent or pasted.
    pub fn parse(text: &str) -> Option<Self> {
        // A terminal ends the lines of a paste with a carriage return.
        let mut lines = text
            .split(['\n', '\r'])
            .map(str::trim)
            .filter(|line| !line.is_empty());
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

/// Who agrees beside the one who asks: each person once, and the one who asks never.
pub fn others(plan: &Plan, signers: &[Signer], own_key: Option<&str>) -> Vec<Signer> {
    let mut others: Vec<Signer> = Vec::new();
    for signer in signers {
        // One name with two keys is one person, and so is one key under two names.
        let known =
            |other: &Signer| other.key == signer.key || other.names().any(|name| signer.is(name));
        if !is_own(plan, signer, own_key) && !others.iter().any(known) {
            others.push(signer.clone());
        }
    }
    others
}

/// Whether the one who asks signed it, by their name or by the key they came in with.
pub fn is_own(plan: &Plan, signer: &Signer, own_key: Option<&str>) -> bool {
    signer.is(&plan.principal) || Some(&*signer.key) == own_key
}

/// How one signs without this program: lines for a shell, which print what can be pasted.
pub fn by_hand(plan: &PlanDigest) -> [String; 5] {
    [
        format!("p={plan}"),
        "quarterdeck approve $p   # or:".to_owned(),
        format!("t=$(date -u +%FT%TZ); echo \"{MARK} $p $t\""),
        "printf 'quarterdeck approves the plan %s at %s\\n' $p $t |".to_owned(),
        format!("  ssh-keygen -Y sign -n {NAMESPACE} -f ~/.ssh/id_ed25519"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_signed_by_hand_is_what_is_read() {
        let [plan, _, head, message, _] = by_hand(&"ab".repeat(32).into());
        assert_eq!(plan, format!("p={}", "ab".repeat(32)));
        assert!(head.contains(&format!("echo \"{MARK} $p $t\"")));
        let sent = approval();
        let printed = Approval::message(&sent.plan, sent.at);
        let printed = printed
            .replace(sent.plan.as_str(), "%s")
            .replace("2026-11-21T06:32:05Z", "%s")
            .replace('\n', "\\n");
        assert!(
            message.contains(&format!("printf '{printed}' $p $t")),
            "{message}"
        );
    }

    #[test]
    fn what_is_meant_to_be_a_signature_is_told_from_other_pastes() {
        assert!(Approval::is_meant(&format!("\r\n {}", approval())));
        assert!(Approval::is_meant(&approval().signature));
        assert!(!Approval::is_meant("export-worker"));
        assert!(!Approval::is_meant(""));
    }
}
