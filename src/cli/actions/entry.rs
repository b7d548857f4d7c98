//! One action as it is told. The field names are those of `docs/schemas/actions.json`.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    actions::{by_hand, catalogue::Item, offer::Offer},
    app::{
        model::Model,
        snapshot::{Scope, Snapshot},
        view::Pane,
    },
    domain::action::{refusal::Refusal, tier::Tier},
    i18n::action_words,
    pack::ParamSpec,
};

use super::super::headless::face::Face;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    as_of: Timestamp,
    desk: crate::app::snapshot::DeskTag,
    items: Vec<ActionEntry>,
}

impl Page {
    pub fn of(model: &Model, items: Vec<ActionEntry>) -> Self {
        let snapshot = Snapshot::of(model, Scope::Pane(Pane::Pods));
        Self {
            as_of: snapshot.as_of,
            desk: snapshot.desk,
            items,
        }
    }
}

/// One action.
#[derive(Debug, Serialize)]
pub(super) struct ActionEntry {
    kind: &'static str,
    pub id: String,
    pub tier: Tier,
    pub title: String,
    /// `None` where its parameters name it, or where nothing fitting is selected.
    pub target: Option<String>,
    pub available: bool,
    /// Its guard is judged when it is proposed.
    pub later: bool,
    /// Why not, in the language of the person.
    pub reason: Option<String>,
    /// The same by id and arguments.
    refusal: Option<Refusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
}

/// What `show` says beside.
#[derive(Debug, Serialize)]
pub(super) struct Detail {
    pub about: Option<String>,
    pub persons: u8,
    pub when: Option<String>,
    pub because: Option<String>,
    pub params: Vec<ParamEntry>,
    /// What is done, as commands a person could type.
    pub by_hand: Vec<String>,
    pub verify: Option<String>,
    pub helped: Option<String>,
    /// `before`, `stated` or `none`.
    pub undo: &'static str,
    pub remind: Option<String>,
}

/// One parameter.
#[derive(Debug, Serialize)]
pub(super) struct ParamEntry {
    pub name: String,
    pub title: String,
    #[serde(rename = "type")]
    pub of: &'static str,
    pub optional: bool,
    pub default: Option<String>,
    pub choices: Vec<String>,
}

impl ActionEntry {
    pub fn of(face: &Face, item: Item<'_>, offer: &Offer<'_>, detailed: bool) -> Self {
        let refusal = offer.available.clone().err();
        let lang = face.texts.lang();
        Self {
            kind: "action",
            id: offer.id.to_string(),
            tier: offer.tier,
            title: item.spec.title.get(lang).to_owned(),
            target: offer.target.as_ref().map(ToString::to_string),
            available: refusal.is_none(),
            later: offer.later,
            reason: refusal
                .as_ref()
                .map(|refusal| action_words::refusal(&face.texts, refusal)),
            refusal,
            detail: detailed.then(|| detail(face, item, offer)),
        }
    }
}

fn detail(face: &Face, item: Item<'_>, offer: &Offer<'_>) -> Detail {
    let spec = item.spec;
    let lang = face.texts.lang();
    let text = |text: &crate::domain::text::Text| text.get(lang).to_owned();
    Detail {
        about: spec.about.as_ref().map(text),
        persons: item.persons,
        when: spec.guard(),
        because: spec.because.as_ref().map(text),
        params: spec
            .params
            .iter()
            .map(|param| param_entry(face, param))
            .collect(),
        by_hand: by_hand::lines(spec, offer.target.as_ref(), lang),
        verify: spec.verified_when().map(|is| {
            let seconds = |span: Option<std::time::Duration>| span.map_or(0, |span| span.as_secs());
            let (within, hold) = (seconds(spec.verify_within()), seconds(spec.verify_hold()));
            format!("{is} [{within}s, {hold}s]")
        }),
        helped: spec.helped_when(),
        undo: if spec.undo_steps().is_some() {
            "stated"
        } else if spec.undoes_itself() {
            "before"
        } else {
            "none"
        },
        remind: spec.remind.as_ref().map(|remind| text(&remind.say)),
    }
}

fn param_entry(face: &Face, param: &ParamSpec) -> ParamEntry {
    let lang = face.texts.lang();
    ParamEntry {
        name: param.name.clone(),
        title: param
            .title
            .as_ref()
            .map_or_else(|| param.name.clone(), |title| title.get(lang).to_owned()),
        of: param.kind.name(),
        optional: param.optional,
        default: param.default.as_ref().map(ToString::to_string),
        choices: param
            .kind
            .choices(None)
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}
