//! How severities are called.

use crate::{
    app::model::Model,
    domain::text::{Lang, Text},
};

/// The severities a person can choose from: the pack's, else the usual ones.
pub fn severities(model: &Model) -> Vec<String> {
    let of_pack = model.pack.severities().iter();
    let of_pack: Vec<String> = of_pack.map(|spec| spec.id.clone()).collect();
    if of_pack.is_empty() {
        ["s1", "s2", "s3", "s4"].map(str::to_owned).to_vec()
    } else {
        of_pack
    }
}

/// The severity a person names: by its id or by what the team calls it, in either language and in letters of any case.
pub fn severity_named(model: &Model, text: &str) -> Option<String> {
    let typed = text.trim().to_lowercase();
    let is_typed = |name: &str| name.to_lowercase() == typed;
    let known = severities(model);
    let by_id = known.into_iter().find(|id| is_typed(id));
    by_id.or_else(|| {
        let called = |title: &Text| Lang::ALL.iter().any(|lang| is_typed(title.get(*lang)));
        let mut found = model.pack.severities().iter();
        let first = found.find(|spec| called(&spec.title))?;
        // One name of two severities names neither.
        found
            .all(|spec| !called(&spec.title))
            .then(|| first.id.clone())
    })
}

/// What the team calls a severity.
pub fn severity_title<'m>(model: &'m Model, id: &'m str) -> &'m str {
    let specs = model.pack.severities();
    let spec = specs.iter().find(|spec| spec.id == id);
    spec.map_or(id, |spec| spec.title.get(model.look.lang))
}
