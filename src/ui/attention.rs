//! The words of a call, for a terminal that shows them outside of its window.

use crate::app::{
    attention::{Reason, Titled},
    model::Model,
};
use crate::domain::alert::Severity;
use crate::i18n::Texts;

/// Why somebody is called: the gravest reason, and how many more there are.
pub fn text(texts: &Texts, model: &Model, reason: &Reason, more: usize) -> String {
    let what = match reason {
        Reason::Alert { severity, name } => {
            let word = severity_word(model, *severity);
            format!("{word} {name}").trim_start().to_owned()
        }
        Reason::SloRed(id) => texts.with("attention-red", &[("what", id.as_str().into())]),
        Reason::LightRed(id) => texts.with("attention-red", &[("what", id.as_str().into())]),
        Reason::SourceLost(source) => {
            texts.with("attention-lost", &[("source", source.name().into())])
        }
    };
    let place = &model.desk.context;
    let count = u32::try_from(more).unwrap_or(u32::MAX);
    let args = [
        ("what", what.as_str().into()),
        ("place", place.as_str().into()),
        ("more", count.into()),
    ];
    if more == 0 {
        texts.with("attention-one", &args)
    } else {
        texts.with("attention-many", &args)
    }
}

/// What the pack calls it.
fn severity_word(model: &Model, severity: Severity) -> String {
    match model.pack.severity(severity) {
        Some(spec) => spec.title.get(model.look.lang).to_owned(),
        None if severity == Severity::Unranked => String::new(),
        None => format!("{severity:?}"),
    }
}

/// The title of the terminal.
pub fn title(titled: &Titled) -> String {
    let desk = &titled.desk;
    match titled.unseen {
        0 => format!("{desk} – quarterdeck"),
        unseen => format!("({unseen}) {desk} – quarterdeck"),
    }
}
