//! The desk: what one looks at. One is active at a time.

use jiff::Timestamp;

use super::{id::PackId, text::Text};

/// Which namespaces a desk looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    All,
    Some(Vec<String>),
}

impl Namespaces {
    /// The one that is looked at, where it is one.
    pub fn only(&self) -> Option<&str> {
        match self {
            Self::Some(names) => match names.as_slice() {
                [one] => Some(one),
                _ => None,
            },
            Self::All => None,
        }
    }
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

/// Which desk to open: where it is said, and the namespaces where another choice than its own was made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeskChoice {
    pub place: DeskPlace,
    /// `None`: what the desk itself says.
    pub namespaces: Option<Namespaces>,
}

/// Where a desk is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeskPlace {
    /// The one that the configuration, the environment and the flags make.
    #[default]
    Configured,
    /// `[desks.NAME]` of the configuration.
    Named(String),
    /// A context of the kubeconfig, with a pack or as a generic desk.
    Context {
        context: String,
        pack: Option<PackId>,
    },
}

/// A desk that can be opened, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskOffer {
    pub place: DeskPlace,
    /// The context it reads; `None` where nothing says one.
    pub context: Option<String>,
    pub namespaces: Option<Namespaces>,
    pub pack: Option<PackId>,
}

/// The desks and packs there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeskOffers {
    pub desks: Vec<DeskOffer>,
    /// Packs that policy lets be used, embedded ones and those in the person's folder.
    pub packs: Vec<PackId>,
    /// Why there may be more contexts than are listed.
    pub trouble: Option<String>,
}

/// The mark of a demo, which never leaves the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoMark {
    pub scenario: String,
    /// How many times faster than the clock it runs, where it does.
    pub speed: Option<String>,
}

/// The shift that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftNow {
    pub title: Text,
    pub from: Timestamp,
    pub to: Timestamp,
}
