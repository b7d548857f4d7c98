//! Names: of a Lease, and of who holds it.

use sha2::{Digest, Sha256};

use super::super::Holder;
use crate::domain::{clean::clean, hex::hex};

/// The longest name that is taken as it is.
const LONGEST: usize = 200;

/// Who holds it, as it stands in the Lease: neither host nor run has a space in it.
pub(super) fn identity(holder: &Holder) -> String {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join("-");
    let who = clean(&holder.who);
    format!("{who} {} {}", plain(&holder.host), plain(&holder.run))
}

/// Who is named by an identity, and the run; a Lease may have been written by anybody.
pub(super) fn named(identity: &str) -> (String, Option<String>) {
    let identity = clean(identity);
    let mut parts = identity.rsplitn(3, ' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(run), Some(host), Some(who)) => (format!("{who} ({host})"), Some(run.to_owned())),
        _ => (identity.into_owned(), None),
    }
}

/// A name the API takes. What is long or odd is told apart by its hash.
pub(super) fn valid(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.len() <= LONGEST
        && name.chars().all(plain)
        && name.starts_with(ends)
        && name.ends_with(ends)
    {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    let hash = hex(&digest[..8]);
    let lower = name.to_ascii_lowercase();
    let stem: String = lower
        .chars()
        .take(LONGEST)
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    format!("{}-{hash}", stem.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_told_apart() {
        let plain = "quarterdeck-deployments-apps-backend";
        assert_eq!(valid(plain), plain);
        let long = |end: &str| format!("quarterdeck-deployments-apps-{}{end}", "x".repeat(220));
        assert_ne!(valid(&long("a")), valid(&long("b")));
        assert!(valid(&long("a")).len() < 253);
        let odd = valid("quarterdeck-clusterroles-system:Node_x-");
        assert!(
            odd.starts_with("quarterdeck-clusterroles-system-node-x-"),
            "{odd}"
        );
        assert!(
            odd.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        assert_ne!(odd, valid("quarterdeck-clusterroles-system-node-x-"));
    }

    #[test]
    fn who_holds_it_is_named() {
        let holder = Holder {
            who: "Ada L. <ada@example.com>".to_owned(),
            host: "bastion-1".to_owned(),
            run: "run-1".to_owned(),
        };
        let identity = identity(&holder);
        let (who, run) = named(&identity);
        assert_eq!(who, "Ada L. <ada@example.com> (bastion-1)");
        assert_eq!(run.as_deref(), Some("run-1"));
        assert_eq!(named("\u{1b}[31msomebody").0, "somebody");
    }
}
