//! Which programs an action may run.

use std::path::{Path, PathBuf};

use crate::domain::action::refusal::Refusal;

/// Programs that run whatever their arguments say: an action that could run one could do anything.
const INTERPRETERS: &[&str] = &[
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "mksh",
    "fish",
    "csh",
    "tcsh",
    "ash",
    "env",
    "perl",
    "ruby",
    "node",
    "lua",
    "php",
    "ssh",
    "kubectl",
    "sudo",
    "su",
    "doas",
    "xargs",
    "nohup",
    "setsid",
    "eval",
    "osascript",
    "nsenter",
    "chroot",
    "unshare",
    "tclsh",
    "busybox",
];

/// What policy says of programs; the default is the laptop's, where the user is the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramRules {
    /// The only ones that may run, by absolute path; each then belongs to root. `None`: any.
    pub allowed: Option<Vec<PathBuf>>,
}

impl ProgramRules {
    /// Whether a program of this path may run, whatever it is.
    pub fn allow(&self, path: &Path) -> Result<(), Refusal> {
        if is_interpreter(path) {
            return Err(Refusal::Policy {
                rule: format!("interpreter {}", path.display()),
            });
        }
        match &self.allowed {
            Some(allowed) if !allowed.iter().any(|one| one == path) => Err(Refusal::Policy {
                rule: format!("allowed_programs {}", path.display()),
            }),
            _ => Ok(()),
        }
    }
}

/// `python3.11` is one as `python` is.
pub(super) fn is_interpreter(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return true;
    };
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    INTERPRETERS.contains(&name)
        || INTERPRETERS.contains(&bare)
        || matches!(bare, "python" | "pypy" | "ipython")
}
