//! Who asks, and of which cluster: what the API server itself says of both.

use super::id::Uid;

/// A user as the API server knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub name: String,
    pub uid: Option<String>,
    pub groups: Vec<String>,
}

/// Both, as far as the server tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub who: Option<Who>,
    /// The uid of the namespace `kube-system`.
    pub cluster: Option<Uid>,
}

/// What is another than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    Cluster,
    /// The user, by name; `None` where the server does not tell any more.
    User {
        was: String,
        now: Option<String>,
    },
}

impl Identity {
    /// What of this is another than in `first`. What `first` did not know can't differ.
    pub fn mismatch(&self, first: &Self) -> Option<Mismatch> {
        if let (Some(was), Some(now)) = (&first.cluster, &self.cluster)
            && was != now
        {
            return Some(Mismatch::Cluster);
        }
        let was = first.who.as_ref()?;
        let same = self
            .who
            .as_ref()
            .is_some_and(|now| now.name == was.name && now.uid == was.uid);
        (!same).then(|| Mismatch::User {
            was: was.name.clone(),
            now: self.who.as_ref().map(|now| now.name.clone()),
        })
    }

    /// The same, with what it does not know filled in from what was known before.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        Self {
            who: self.who.or_else(|| before.who.clone()),
            cluster: self.cluster.or_else(|| before.cluster.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: &str, cluster: Option<&str>) -> Identity {
        Identity {
            who: Some(Who {
                name: name.to_owned(),
                uid: None,
                groups: Vec::new(),
            }),
            cluster: cluster.map(Uid::from),
        }
    }

    #[test]
    fn another_cluster_or_user_is_a_mismatch() {
        let first = identity("li", Some("a"));
        assert_eq!(identity("li", Some("a")).mismatch(&first), None);
        assert_eq!(identity("li", None).mismatch(&first), None);
        assert_eq!(
            identity("li", Some("b")).mismatch(&first),
            Some(Mismatch::Cluster)
        );
        let now = Some("root".to_owned());
        let was = "li".to_owned();
        assert_eq!(
            identity("root", Some("a")).mismatch(&first),
            Some(Mismatch::User { was, now })
        );
        let nobody = Identity::default();
        assert_eq!(
            nobody.mismatch(&first),
            Some(Mismatch::User {
                was: "li".to_owned(),
                now: None
            })
        );
        assert_eq!(first.mismatch(&nobody), None);
    }
}
