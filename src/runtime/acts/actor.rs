//! Who sits here, as the kernel and the SSH server say it; never what a variable claims.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        action::record::ActorMark,
        identity::{Identity, Who},
    },
    runtime::actor::of_system,
};

/// Who sits here, with the name the API server knows.
pub fn actor(principal: Option<String>) -> ActorMark {
    ActorMark {
        principal,
        ssh_key: ssh_key(),
        ..of_system()
    }
}

/// Who acts on a desk without a cluster: the user of this process, as the host's own table has them.
pub fn user_of_host() -> Identity {
    let own = crate::runtime::executors::Identity::own();
    Identity {
        who: Some(Who {
            name: own.name.unwrap_or_else(|| format!("uid {}", own.uid)),
            uid: Some(own.uid.to_string()),
            groups: Vec::new(),
        }),
        cluster: None,
    }
}

/// The fingerprint of the key that signed in, where sshd tells (`ExposeAuthInfo yes`). The file it names is sshd's only if
/// root or we own it and nobody else may write it; a variable alone proves nothing.
fn ssh_key() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let path = std::env::var_os("SSH_USER_AUTH")?;
    let found = fs::symlink_metadata(&path).ok()?;
    let ours = rustix::process::getuid().as_raw();
    if !found.is_file() || (found.uid() != 0 && found.uid() != ours) || found.mode() & 0o022 != 0 {
        return None;
    }
    fingerprint(&fs::read_to_string(path).ok()?)
}

/// `SHA256:…` of the first key in what sshd wrote: `publickey ssh-ed25519 AAAA…`.
fn fingerprint(told: &str) -> Option<String> {
    let key = told.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("publickey")).then(|| words.nth(1))?
    })?;
    let key = base64::engine::general_purpose::STANDARD.decode(key).ok()?;
    let hash = STANDARD_NO_PAD.encode(Sha256::digest(key));
    Some(format!("SHA256:{hash}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_ssh_keygen_names_it() {
        let told = "password\npublickey ssh-ed25519 \
                    AAAAC3NzaC1lZDI1NTE5AAAAIGPKPiOaRh0JZJOIXYBPqHgm2HiTfJQFZQhWnvsVGLeN\n";
        let print = fingerprint(told).unwrap();
        assert_eq!(print.len(), "SHA256:".len() + 43);
        assert_eq!(fingerprint("keyboard-interactive"), None);
        assert_eq!(fingerprint("publickey ssh-ed25519 !"), None);
    }

    #[test]
    fn an_actor_is_the_user_of_the_process() {
        let actor = actor(Some("li".to_owned()));
        assert_eq!(actor.uid, rustix::process::getuid().as_raw());
        assert_eq!(actor.principal.as_deref(), Some("li"));
        assert!(!actor.host.is_empty());
    }
}
