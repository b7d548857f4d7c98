//! Words that say what a value is: a stand-in, a secret, a place in a store.

use super::Word;
use crate::pack::lint::place::Place;

impl Word {
    /// A word that stands nowhere by itself.
    pub fn plain(text: &str, place: Place) -> Self {
        Self {
            text: text.to_owned(),
            place,
            first: None,
            quoted: true,
            glob: false,
            variables: Vec::new(),
            substituted: false,
        }
    }

    /// Filled in by a person or by the pack: `<name>`, `$name`.
    pub fn is_open(&self) -> bool {
        let angle = self.text.starts_with('<') && self.text.ends_with('>');
        angle || !self.variables.is_empty() || self.text.starts_with('$')
    }
}

/// Whether a name is that of a secret.
pub fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 9] = [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE",
        "CREDENTIAL",
        "PASSPHRASE",
    ];
    let name = name.to_ascii_uppercase();
    PARTS.iter().any(|part| name.contains(part))
}

/// Whether a name is that of an address that may carry a password.
pub fn is_address(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["_URL", "_URI", "_DSN"]
        .iter()
        .any(|end| name.ends_with(end))
        || name == "DSN"
}
