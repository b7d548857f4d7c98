//! A program with everything it started: all of it is told to end, and made to.

use std::{path::PathBuf, process::Stdio, sync::Arc};

use rustix::{
    io::Errno,
    process::{Pid, Signal, kill_process_group},
};
use tokio::{
    process::{Child, Command},
    sync::SetOnce,
};

use super::ssh::{Ssh, ending};

/// How a program is run as somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsUser {
    pub sudo: PathBuf,
    pub user: String,
}

/// The process group at the other host once it is said that it will run; `None` where that never was.
pub(super) type Begun = SetOnce<Option<String>>;

/// The process group of a child; what is left of it ends with this.
pub(super) struct Group {
    leader: Option<Pid>,
    by: Option<AsUser>,
    /// Where all of it runs, if that is not here, and its group there once it does.
    far: Option<(Ssh, Arc<Begun>)>,
}

impl Group {
    pub fn of(child: &Child, by: Option<AsUser>, over: Option<Ssh>) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: id.and_then(Pid::from_raw),
            by,
            far: over.map(|over| (over, Arc::default())),
        }
    }

    /// Where it is to be said that it runs at the other host.
    pub fn begun(&self) -> Option<Arc<Begun>> {
        self.far.as_ref().map(|(_, begun)| Arc::clone(begun))
    }

    /// What it leaves behind on purpose is its own affair.
    pub fn let_go(&mut self) {
        self.leader = None;
    }

    /// Sends a signal to all of it, and says whether it got there. What runs as another user is reached through the same sudo, where
    /// that is allowed.
    pub async fn signal(&self, signal: Signal) -> bool {
        let Some(group) = self.leader else {
            return true;
        };
        if let Some((ssh, begun)) = &self.far
            && let Some(Some(at)) = begun.get()
        {
            // The way there ends by itself when what it led to has.
            return self.signal_far(ssh, at, signal).await;
        }
        if kill_process_group(group, signal) != Err(Errno::PERM) {
            return true;
        }
        let Some(by) = &self.by else { return true };
        let name = name_of(signal);
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
        true
    }

    async fn signal_far(&self, ssh: &Ssh, group: &str, signal: Signal) -> bool {
        let script = ending(group, name_of(signal), self.by.as_ref());
        let mut command = Command::new(&ssh.program);
        command.args(ssh.args(&script)).env_clear();
        if let Some(agent) = &ssh.agent {
            command.env("SSH_AUTH_SOCK", agent);
        }
        let asked = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .status();
        // That the way there ends says nothing of the program, where the line is gone.
        let asked = tokio::time::timeout(std::time::Duration::from_secs(10), asked).await;
        matches!(asked, Ok(Ok(status)) if status.code() != Some(255))
    }
}

const fn name_of(signal: Signal) -> &'static str {
    match signal {
        Signal::KILL => "KILL",
        Signal::INT => "INT",
        _ => "TERM",
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.leader {
            // It may have ended by itself just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
