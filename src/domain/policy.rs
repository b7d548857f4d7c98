//! What the owner of this host allows, whatever anybody chooses.

use std::fmt;
use std::path::{Path, PathBuf};

use super::ledger_url::LedgerUrl;
use super::{action::tier::Tier, id::ActionId, reminder::ReminderKind};

/// The limits no layer of settings weakens; the default is the laptop's, where the user is the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Nothing may be changed from this host.
    pub read_only: bool,
    /// The packs that may be used; `None` means any.
    pub allowed_packs: Option<Vec<AllowedPack>>,
    /// Actions that harm more here than their packs say; the highest that fits counts.
    pub tier_floor: Vec<(ActionPattern, Tier)>,
    /// Actions that may not be done from here.
    pub forbid_actions: Vec<ActionPattern>,
    /// Kinds of steps that may not be done from here: `delete-pod`, `command`.
    pub forbid_steps: Vec<String>,
    /// The programs actions may run on this host, by their absolute paths; `None` means any a pack names.
    pub allowed_programs: Option<Vec<PathBuf>>,
    /// What a second person must agree to.
    pub two_persons: Vec<TwoPersons>,
    /// Up to which tier a plan may be run without a person at the terminal; never T3.
    pub unattended: Option<Tier>,
    /// The ledger that is shared here, whatever anybody chooses.
    pub ledger_url: Option<LedgerUrl>,
    /// Whose signature counts as that of a second person: a file as `ssh-keygen -Y verify` reads it.
    pub allowed_signers: Option<PathBuf>,
    /// How the watch reminds people: nothing else may, whatever anybody chooses.
    pub remind: Vec<ReminderWay>,
    /// The file it was read from; `None` where there is none.
    pub file: Option<PathBuf>,
}

/// Actions by their ids: `glancy/promote`, all of a pack as `generic/*`, all there are as `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPattern(String);

/// One way in which the watch reminds people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderWay {
    pub by: RemindBy,
    /// Of what; empty: of everything.
    pub kinds: Vec<ReminderKind>,
}

/// Who is told of a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemindBy {
    /// A program of this host by its absolute path, with its arguments; it reads the reminder.
    Program(Vec<String>),
    /// A server that is sent the reminder.
    Webhook {
        url: String,
        /// A file with what it is told as `Authorization: Bearer`.
        token_file: Option<PathBuf>,
    },
}

impl ReminderWay {
    pub fn takes(&self, kind: ReminderKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// What a second person must agree to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwoPersons {
    /// Everything of this tier and above.
    From(Tier),
    Actions(ActionPattern),
}

impl ActionPattern {
    /// `None` where the text names no action.
    pub fn of(text: &str) -> Option<Self> {
        let plain = |part: &str| {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
            !part.is_empty() && part.chars().all(word)
        };
        let good = match text.split_once('/') {
            None => text == "*",
            Some((pack, action)) => plain(pack) && (action == "*" || plain(action)),
        };
        good.then(|| Self(text.to_owned()))
    }

    pub fn fits(&self, action: &ActionId) -> bool {
        let (pack, name) = action.parts();
        match self.0.split_once('/') {
            None => true,
            Some((of, "*")) => of == pack,
            Some((of, one)) => of == pack && one == name,
        }
    }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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

    /// How much an action can harm here: what its pack says, or more.
    pub fn tier_of(&self, action: &ActionId, stated: Tier) -> Tier {
        let floors = self.tier_floor.iter();
        let floors = floors.filter(|(pattern, _)| pattern.fits(action));
        floors.map(|(_, tier)| *tier).fold(stated, Tier::max)
    }

    /// How many persons must agree to an action of this tier.
    pub fn persons(&self, action: &ActionId, tier: Tier, stated: u8) -> u8 {
        let two = self.two_persons.iter().any(|rule| match rule {
            TwoPersons::From(least) => tier >= *least,
            TwoPersons::Actions(pattern) => pattern.fits(action),
        });
        stated.max(if two { 2 } else { 1 })
    }

    /// The rule that forbids an action with steps of these kinds, as the file has it.
    pub fn forbids<'a>(
        &self,
        action: &ActionId,
        steps: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        if let Some(pattern) = self.forbid_actions.iter().find(|one| one.fits(action)) {
            return Some(format!("forbid_actions = [\"{pattern}\"]"));
        }
        let mut steps = steps.into_iter();
        let kind = steps.find(|kind| self.forbid_steps.iter().any(|one| one == kind))?;
        Some(format!("forbid_steps = [\"{kind}\"]"))
    }

    /// Whether actions may run this program on this host.
    pub fn allows_program(&self, program: &Path) -> bool {
        (self.allowed_programs.as_ref())
            .is_none_or(|allowed| allowed.iter().any(|one| one == program))
    }

    /// Whether a plan of this tier may be run without a person at the terminal.
    pub fn may_run_unattended(&self, tier: Tier) -> bool {
        tier < Tier::T3 && tier <= self.unattended.unwrap_or(Tier::T1)
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

    #[test]
    fn floors_only_raise_and_the_highest_counts() {
        let pattern = |text| ActionPattern::of(text).expect("it names actions");
        let policy = Policy {
            tier_floor: vec![
                (pattern("generic/*"), Tier::T2),
                (pattern("generic/scale"), Tier::T3),
            ],
            ..Policy::default()
        };
        let tier = |id: &str, stated| policy.tier_of(&id.into(), stated);
        assert_eq!(tier("generic/restart", Tier::T1), Tier::T2);
        assert_eq!(tier("generic/scale", Tier::T1), Tier::T3);
        assert_eq!(tier("generic/restart", Tier::T3), Tier::T3);
        assert_eq!(tier("glancy/scale", Tier::T1), Tier::T1);
    }

    #[test]
    fn patterns_name_actions_and_nothing_like_them() {
        for text in ["", "scale", "a/b/c", "*/x", "a/", "/x", "a/x*", "a b/x"] {
            assert_eq!(ActionPattern::of(text), None, "{text}");
        }
        let one = ActionPattern::of("glancy/promote").expect("it names one");
        assert!(one.fits(&"glancy/promote".into()));
        assert!(!one.fits(&"glancy/promote-staging".into()));
    }

    #[test]
    fn a_second_person_and_nobody_at_the_terminal() {
        let policy = Policy {
            two_persons: vec![TwoPersons::From(Tier::T3)],
            unattended: Some(Tier::T3),
            ..Policy::default()
        };
        assert_eq!(policy.persons(&"a/b".into(), Tier::T3, 1), 2);
        assert_eq!(policy.persons(&"a/b".into(), Tier::T2, 1), 1);
        assert_eq!(policy.persons(&"a/b".into(), Tier::T1, 2), 2);
        assert!(policy.may_run_unattended(Tier::T2));
        assert!(!policy.may_run_unattended(Tier::T3), "whatever is said");
        let laptop = Policy::default();
        assert!(laptop.may_run_unattended(Tier::T1) && !laptop.may_run_unattended(Tier::T2));
    }
}
