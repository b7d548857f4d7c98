//! The desk: what one looks at. One is active at a time.

use super::id::PackId;

/// Which namespaces a desk looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    All,
    Some(Vec<String>),
}

/// A pack, a context, namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// `None`: the generic desk.
    pub pack: Option<PackId>,
    pub context: String,
    pub namespaces: Namespaces,
    /// The kubeconfig file, where it is not the one kubectl would take by itself.
    pub kubeconfig: Option<String>,
    /// Alertmanager's address, for commands that are copied.
    pub alertmanager: Option<String>,
    /// The process touches the embedded cluster only.
    pub demo: Option<DemoMark>,
    pub read_only: bool,
}

/// The mark of a demo, which never leaves the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoMark {
    pub scenario: String,
}
