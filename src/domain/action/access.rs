//! What the API server must allow for a step.

use serde::{Deserialize, Serialize};

/// One permission, as the API server's access review asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Access {
    pub verb: String,
    pub group: String,
    pub resource: String,
    pub subresource: Option<String>,
    pub namespace: Option<String>,
    pub name: Option<String>,
}

/// What the server says to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    Yes,
    /// With the server's reason, where it gives one.
    No(String),
    /// It could not be asked.
    Unknown(String),
}
