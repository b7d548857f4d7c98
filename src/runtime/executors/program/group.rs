//! A program with everything it started: all of it is told to end, and made to.

use std::{path::PathBuf, process::Stdio};

use rustix::{
    io::Errno,
    process::{Pid, Signal, kill_process_group},
};
use tokio::process::{Child, Command};

/// How a program is run as somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsUser {
    pub sudo: PathBuf,
    pub user: String,
}

/// The process group of a child; what is left of it ends with this.
pub(super) struct Group {
    group: Option<Pid>,
    by: Option<AsUser>,
}

impl Group {
    pub fn of(child: &Child, by: Option<AsUser>) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            group: id.and_then(Pid::from_raw),
            by,
        }
    }

    /// What it leaves behind on purpose is its own affair.
    pub fn let_go(&mut self) {
        self.group = None;
    }

    /// Sends a signal to all of it. What runs as another user is reached through the same sudo, where that is allowed.
    pub async fn signal(&self, signal: Signal) {
        let Some(group) = self.group else { return };
        if kill_process_group(group, signal) != Err(Errno::PERM) {
            return;
        }
        let Some(by) = &self.by else { return };
        let name = if signal == Signal::KILL {
            "KILL"
        } else {
            "TERM"
        };
        let asked = Command::new(&by.sudo)
            .args(["-n", "-u", &by.user, "--", "/bin/kill", "-s", name, "--"])
            .arg(format!("-{}", group.as_raw_nonzero()))
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .status();
        // Whether it worked is seen by whether the program ends.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), asked).await;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // It may have ended by itself just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
