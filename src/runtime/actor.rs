//! Who acts, as the system says: never what an environment variable claims.

use std::fs;

use crate::domain::action::record::ActorMark;

/// What the kernel writes where nobody signed in.
const NOBODY: u32 = u32::MAX;

/// The user of the system; the name the API server knows is added by who asks it.
pub fn of_system() -> ActorMark {
    let login = fs::read_to_string("/proc/self/loginuid");
    ActorMark {
        principal: None,
        uid: rustix::process::getuid().as_raw(),
        login_uid: login
            .ok()
            .and_then(|uid| uid.trim().parse().ok())
            .filter(|uid| *uid != NOBODY),
        ssh_key: None,
        host: host(),
    }
}

/// The name of this host, as its kernel has it.
pub fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_actor_is_who_the_kernel_says() {
        let actor = of_system();
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let uid = status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .and_then(|line| line.split_whitespace().next())
            .unwrap();
        assert_eq!(actor.uid.to_string(), uid);
        assert_eq!(actor.principal, None);
        assert!(!actor.host.is_empty());
    }
}
