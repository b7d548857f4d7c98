//! What a cockpit is opened with, and how it ends.

use std::{path::PathBuf, sync::Arc};

use futures::future::BoxFuture;

use super::{Came, Outfit};
use crate::{
    app::{effect::Effects, model::Model, prompting::Proposal},
    domain::{
        freshness::{Link, SourceId},
        observation::Observation,
        policy::Policy,
        settings::{
            Alertmanagers, AttentionSettings, Cadence, ColourDepth, Endpoint, Glyphs,
            KubernetesSettings, NamespaceChoice, RecordSettings, Services,
        },
        text::Lang,
        time::Clock,
    },
    keymap::Keymap,
    pack::{DeskDefaults, Pack},
    runtime::readers::Plan,
};

/// The settings that say what a desk reads and from where: where one of them changes, the desk is opened anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reads {
    pub context: Option<String>,
    pub kubeconfig: Option<PathBuf>,
    pub namespaces: NamespaceChoice,
    pub prometheus: Option<Endpoint>,
    pub alertmanager: Option<Alertmanagers>,
    pub services: Services,
    pub kubernetes: KubernetesSettings,
    pub poll: Cadence,
    /// Where the pack looks when nothing else is said.
    pub of_pack: DeskDefaults,
}

/// What can be chosen of how the cockpit looks and is used while it runs.
#[derive(Debug, Clone)]
pub struct Fittings {
    pub theme: String,
    /// A layer of the configuration names the theme.
    pub theme_said: bool,
    pub pack: Arc<Pack>,
    pub depth: ColourDepth,
    pub glyphs: Glyphs,
    pub lang: Lang,
    pub mouse: bool,
    pub attention: AttentionSettings,
    pub keymap: Keymap,
    /// Nothing may be changed, as settings or policy say.
    pub read_only: bool,
    pub policy: Policy,
    pub records: RecordSettings,
    pub reads: Reads,
    pub watched: Vec<PathBuf>,
}

/// Everything a cockpit is opened with.
pub struct Opening {
    pub model: Model,
    pub fittings: Fittings,
    pub outfit: Arc<dyn Outfit>,
    /// Says what to read: a demo starts its cluster here, while the first frame is on the screen already.
    pub plan: BoxFuture<'static, color_eyre::Result<Plan>>,
    pub clock: Arc<dyn Clock>,
    pub state_folder: Option<PathBuf>,
    /// Where shifts are recorded; nothing is without it.
    pub records: Option<PathBuf>,
    /// What is done first: opening the record it was opened for.
    pub first: Effects,
    /// The one action it is opened for.
    pub proposal: Option<Proposal>,
}

/// How a cockpit ended.
#[derive(Debug, Clone)]
pub enum Ended {
    Quit,
    /// The one action it was opened for came to this.
    Came(Box<Came>),
    Signal(u8),
    /// The terminal is gone.
    NoTerminal,
}

/// The links of a desk before anything was heard: what is configured is being connected.
pub fn first_links(prometheus: bool, alertmanager: bool) -> Vec<Observation> {
    let connecting = |source| Observation::Link {
        source,
        link: Link::Connecting,
    };
    let mut links: Vec<Observation> = [
        SourceId::Pods,
        SourceId::Workloads,
        SourceId::Nodes,
        SourceId::Events,
    ]
    .map(connecting)
    .into();
    if prometheus {
        links.extend([SourceId::Prometheus, SourceId::Rules].map(connecting));
    }
    if alertmanager {
        links.push(connecting(SourceId::Alertmanager));
    }
    links
}
