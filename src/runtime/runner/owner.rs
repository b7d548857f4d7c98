//! Which process owns a run, and whether it still lives. A pid alone proves nothing: it is given again.

use std::fs;

use crate::domain::action::record::Owner;

/// What can be said of the process that owns a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alive {
    Yes,
    /// It is provably gone.
    No,
    /// It is on another host.
    Elsewhere,
}

/// This process. `None` where the kernel does not tell, and then nothing may be run.
pub fn ourselves() -> Option<Owner> {
    let pid = std::process::id();
    Some(Owner {
        host: host()?,
        boot: boot()?,
        pid,
        started: started(pid)?,
    })
}

/// Whether the owner lives.
pub fn alive(owner: &Owner) -> Alive {
    match (host(), boot()) {
        (Some(host), Some(boot)) if host == owner.host => {
            if boot == owner.boot && started(owner.pid) == Some(owner.started) {
                Alive::Yes
            } else {
                Alive::No
            }
        }
        _ => Alive::Elsewhere,
    }
}

fn host() -> Option<String> {
    Some(crate::runtime::actor::host()).filter(|name| !name.is_empty())
}

fn boot() -> Option<String> {
    read("/proc/sys/kernel/random/boot_id")
}

fn read(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// When a process started, in the kernel's ticks; `None` where there is none, or it is dead and only not buried.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program is in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    // The state is the third field, the start the 22nd.
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_that_ended_does_not() {
        let us = ourselves().unwrap();
        assert_eq!(alive(&us), Alive::Yes);
        let again = Owner {
            started: us.started + 1,
            ..us.clone()
        };
        assert_eq!(alive(&again), Alive::No, "the pid was given again");
        let before = Owner {
            boot: "another".to_owned(),
            ..us.clone()
        };
        assert_eq!(alive(&before), Alive::No, "before the last start");
        let there = Owner {
            host: format!("{}-other", us.host),
            ..us
        };
        assert_eq!(alive(&there), Alive::Elsewhere);
    }

    #[test]
    fn a_process_that_is_dead_and_not_buried_does_not_live() {
        let mut child = std::process::Command::new("/bin/true").spawn().unwrap();
        let pid = child.id();
        while started(pid).is_some() {
            std::thread::yield_now();
        }
        let us = ourselves().unwrap();
        assert_eq!(
            alive(&Owner {
                pid,
                started: 1,
                ..us
            }),
            Alive::No
        );
        child.wait().unwrap();
    }
}
