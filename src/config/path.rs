//! The place of a value among the keys: `prometheus.url`, `keys.pods."g g"`.

use std::fmt;

/// The keys that lead to a value, outermost first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// From a dotted name whose parts are bare keys.
    pub fn dotted(name: &str) -> Self {
        Self(name.split('.').map(str::to_owned).collect())
    }

    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        let mut parts = self.0.clone();
        parts.push(key.to_owned());
        Self(parts)
    }

    pub fn of(parts: &[String]) -> Self {
        Self(parts.to_vec())
    }

    pub fn parts(&self) -> &[String] {
        &self.0
    }

    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<String> for KeyPath {
    fn from_iter<I: IntoIterator<Item = String>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !part.is_empty() && part.chars().all(bare) {
                f.write_str(part)?;
            } else {
                write!(f, "\"{}\"", part.replace('\\', "\\\\").replace('"', "\\\""))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_bare_is_quoted() {
        let path = KeyPath::dotted("keys.pods").child("g \"");
        assert_eq!(path.to_string(), r#"keys.pods."g \"""#);
        assert_eq!(path.parent(), KeyPath::dotted("keys.pods"));
    }
}
