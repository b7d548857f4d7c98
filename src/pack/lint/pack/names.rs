//! What a pack names by a key: hosts, users, databases, targets, addresses.

use toml::{Spanned, de::DeValue};

use super::Walk;
use crate::pack::lint::material::Named;

impl Walk<'_> {
    /// Takes the value of such a key, or each of several.
    pub(super) fn named(&mut self, key: &str, value: &Spanned<DeValue<'_>>, path: &str) {
        let within = |room: &str| path.starts_with(room) && path.split('.').count() == 3;
        let known = match key {
            "host" | "user" | "database" | "exec" => within("connection.") || within("place."),
            "ssh" => within("place."),
            "target" => within("action."),
            "url" | "tls" | "tcp" | "stdout" => true,
            _ => false,
        };
        let several = value.get_ref().as_array().filter(|_| known);
        let one = known.then_some(value);
        let values = several.map_or_else(Vec::new, |all| all.iter().collect());
        for value in values.into_iter().chain(one) {
            if let Some(read) = self.read(value) {
                self.material.names.push(Named {
                    key: key.to_owned(),
                    read,
                    at: path.to_owned(),
                });
            }
        }
    }
}
