//! What calls a person back to the terminal: an alert that starts to wait, a light that turns red, a source that is lost.
//! Nothing does while the terminal has the focus, and a burst calls once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::domain::{
    alert::Severity,
    freshness::{Link, SourceId},
    id::{Fingerprint, LightId, SloId},
    light::Light,
    settings::{AttentionSettings, Summons},
};

use super::{
    effect::{Effect, Effects},
    model::Model,
};

/// At most one call in this time; what comes meanwhile is told with the next.
const APART: Duration = Duration::from_secs(10);
/// What is read in this time after a desk was opened was there before.
const SETTLES: Duration = Duration::from_secs(30);
/// A terminal that never says whether it has the focus is taken to be looked at for so long after a key.
const LOOKED_AT: Duration = Duration::from_secs(120);

/// Why somebody is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Alert { severity: Severity, name: String },
    SloRed(SloId),
    LightRed(LightId),
    SourceLost(SourceId),
}

impl Reason {
    const fn summons(&self) -> Summons {
        match self {
            Self::Alert { severity, .. } => Summons::Severity(*severity),
            Self::SloRed(_) | Self::LightRed(_) => Summons::Light,
            Self::SourceLost(_) => Summons::Source,
        }
    }
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub bell: bool,
    /// The gravest reason and how many more there are; `None`: nothing is written.
    pub notify: Option<(Reason, usize)>,
}

/// What the title of the terminal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titled {
    /// What nobody has seen yet.
    pub unseen: usize,
    pub desk: String,
}

/// What was there when it was last looked, so that only what is new calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attention {
    pub settings: AttentionSettings,
    /// The terminal said whether it has the focus.
    pub focus: Option<bool>,
    /// When a key was pressed last.
    pub touched: Duration,
    calling: BTreeMap<Fingerprint, (Severity, String)>,
    red_slos: BTreeSet<SloId>,
    red_lights: BTreeSet<LightId>,
    live: BTreeSet<SourceId>,
    waiting: Vec<Reason>,
    called: Option<Duration>,
    unseen: usize,
    title: Option<Titled>,
}

/// What stands on the desk now.
struct Standing {
    calling: BTreeMap<Fingerprint, (Severity, String)>,
    red_slos: BTreeSet<SloId>,
    red_lights: BTreeSet<LightId>,
    live: BTreeSet<SourceId>,
    lost: BTreeSet<SourceId>,
}

fn standing(model: &Model) -> Standing {
    let alerts = model.alerts.alerts.iter();
    let lines = model.board.slos.iter();
    let lights = model.board.lights.iter();
    Standing {
        calling: alerts
            .filter(|(_, line)| line.alert.state.calls())
            .map(|(id, line)| (id.clone(), (line.severity, line.alert.name.clone())))
            .collect(),
        red_slos: lines
            .filter(|line| line.state.light == Light::Red)
            .map(|line| line.spec.id.clone())
            .collect(),
        red_lights: lights
            .filter(|state| state.light == Light::Red)
            .map(|state| state.id.clone())
            .collect(),
        live: sources(model, Link::is_live),
        lost: sources(model, |link| matches!(link, Link::Failed { .. })),
    }
}

fn sources(model: &Model, wanted: impl Fn(&Link) -> bool) -> BTreeSet<SourceId> {
    let links = model.links.iter().filter(|(_, link)| wanted(link));
    links.map(|(source, _)| *source).collect()
}

impl Attention {
    /// The title is to be told again, whatever it was.
    pub fn forget_title(&mut self) {
        self.title = None;
    }
}

/// Whether anybody asked to be called at all.
fn is_on(settings: &AttentionSettings) -> bool {
    !settings.bell.is_empty() || !settings.notify.is_empty() || settings.title
}

/// Somebody is before the terminal, as far as it can be told.
fn is_looked_at(attention: &Attention, now: Duration) -> bool {
    attention
        .focus
        .unwrap_or_else(|| now.saturating_sub(attention.touched) < LOOKED_AT)
}

/// Compares what stands with what stood, and calls for what is new.
pub(super) fn watch(model: &mut Model) -> Effects {
    if !is_on(&model.attention.settings) {
        return Effects::none();
    }
    let now = model.now.mono;
    let settling = now.saturating_sub(model.opened) < SETTLES;
    let standing = standing(model);
    let attention = &mut model.attention;
    let looked_at = is_looked_at(attention, now);
    let new = newly(attention, &standing, settling);
    attention.calling = standing.calling;
    attention.red_slos = standing.red_slos;
    attention.red_lights = standing.red_lights;
    attention.live = standing.live;
    if looked_at {
        attention.waiting.clear();
        attention.unseen = 0;
    } else {
        let wanted = |reason: &Reason| {
            let summons = reason.summons();
            attention.settings.bell.contains(&summons)
                || attention.settings.notify.contains(&summons)
        };
        let new: Vec<Reason> = new.into_iter().filter(wanted).collect();
        attention.unseen += new.len();
        attention.waiting.extend(new);
    }
    let mut effects = Effects::none();
    let due = attention
        .called
        .is_none_or(|called| now.saturating_sub(called) >= APART);
    if due && !attention.waiting.is_empty() {
        let mut reasons = std::mem::take(&mut attention.waiting);
        attention.called = Some(now);
        reasons.sort();
        effects
            .list
            .push(Effect::Call(call(&attention.settings, reasons)));
    }
    effects.list.extend(title(model));
    effects
}

/// What is there now and was not before. A source that never answered was not lost, and what is read in the first moments of
/// a desk was there before.
fn newly(attention: &Attention, standing: &Standing, settling: bool) -> Vec<Reason> {
    let lost = standing.lost.intersection(&attention.live).copied();
    if settling {
        return lost.map(Reason::SourceLost).collect();
    }
    let alerts = standing
        .calling
        .iter()
        .filter(|(id, _)| !attention.calling.contains_key(*id))
        .map(|(_, (severity, name))| Reason::Alert {
            severity: *severity,
            name: name.clone(),
        });
    let slos = standing.red_slos.difference(&attention.red_slos).cloned();
    let lights = standing.red_lights.difference(&attention.red_lights);
    alerts
        .chain(slos.map(Reason::SloRed))
        .chain(lights.cloned().map(Reason::LightRed))
        .chain(lost.map(Reason::SourceLost))
        .collect()
}

fn call(settings: &AttentionSettings, reasons: Vec<Reason>) -> Call {
    let bell = reasons
        .iter()
        .any(|reason| settings.bell.contains(&reason.summons()));
    let mut told = reasons
        .into_iter()
        .filter(|reason| settings.notify.contains(&reason.summons()));
    let first = told.next();
    let more = told.count();
    Call {
        bell,
        notify: first.map(|reason| (reason, more)),
    }
}

fn title(model: &mut Model) -> Option<Effect> {
    if !model.attention.settings.title {
        return None;
    }
    let desk = &model.desk;
    let pack = desk.pack.as_ref().map(|pack| format!("{pack} · "));
    let titled = Titled {
        unseen: model.attention.unseen,
        desk: format!("{}{}", pack.unwrap_or_default(), desk.context),
    };
    if model.attention.title.as_ref() == Some(&titled) {
        return None;
    }
    model.attention.title = Some(titled.clone());
    Some(Effect::Title(titled))
}
