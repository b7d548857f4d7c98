//! Who sits here, as the API server says it, and whether that is still who it was.

use crate::domain::identity::{Identity, Mismatch, Who};

/// Who asks of which cluster. Somebody else than at the start, or elsewhere, may look and not act.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    pub now: Identity,
    /// As it was when it was first told.
    first: Identity,
    pub mismatch: Option<Mismatch>,
    /// The credential plugin that waits for a person to sign in.
    pub sign_in: Option<String>,
}

impl Actor {
    pub const fn who(&self) -> Option<&Who> {
        self.now.who.as_ref()
    }

    /// Takes what the server says now; what is another than it was just before, if anything is.
    pub(in crate::app) fn take(&mut self, told: Identity) -> Option<Mismatch> {
        let changed = told.mismatch(&self.now);
        self.mismatch = told.mismatch(&self.first);
        if self.mismatch.is_none() {
            self.first = self.first.clone().or(&told);
        }
        self.now = if changed.is_some() {
            told
        } else {
            told.or(&self.now)
        };
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn li(cluster: &str) -> Identity {
        Identity {
            who: Some(Who {
                name: "li".to_owned(),
                uid: None,
                groups: Vec::new(),
            }),
            cluster: Some(cluster.into()),
        }
    }

    #[test]
    fn a_mismatch_lasts_until_all_is_as_it_was() {
        let mut actor = Actor::default();
        assert_eq!(actor.take(li("a")), None);
        assert_eq!(actor.take(li("a")), None);
        assert_eq!(actor.mismatch, None);
        assert_eq!(actor.take(li("b")), Some(Mismatch::Cluster));
        assert_eq!(actor.take(li("b")), None);
        assert_eq!(actor.mismatch, Some(Mismatch::Cluster));
        assert_eq!(actor.take(li("a")), Some(Mismatch::Cluster));
        assert_eq!(actor.mismatch, None);
    }

    #[test]
    fn what_is_not_told_any_more_is_kept_of_the_cluster_only() {
        let mut actor = Actor::default();
        actor.take(li("a"));
        let cluster = None;
        assert_eq!(actor.take(Identity { cluster, ..li("a") }), None);
        assert_eq!(actor.now, li("a"));
        let nobody = Identity::default();
        assert!(matches!(actor.take(nobody), Some(Mismatch::User { .. })));
        assert_eq!(actor.who(), None);
    }
}
