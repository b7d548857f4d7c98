//! What is derived from the rows: the items of each pane after filter and sort, roll-ups, what changed.

mod alerts;
pub(super) mod changes;
mod numbers;
mod pods;

use crate::domain::pod::Labels;

use super::{
    filter::Filterable,
    model::Model,
    view::{Item, Pane},
};

pub(super) use pods::{after as pods_after, count_pod, order_may_change, visible_pods};

/// The items of a pane in the order they are drawn.
pub(super) fn items(model: &Model, pane: Pane) -> Vec<Item> {
    match pane {
        Pane::Alerts => alerts::items(model),
        Pane::Slos => numbers::slo_items(model),
        Pane::Queues => numbers::queue_items(model),
        Pane::Pods => pods::items(model),
    }
}

/// What a filter sees of one item.
struct Candidate<'a> {
    text: String,
    labels: Option<&'a Labels>,
    /// Names that are no labels but are asked for like them: `namespace`, `node`, `state`.
    extra: &'a [(&'a str, &'a str)],
}

impl Filterable for Candidate<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    fn label(&self, key: &str) -> Option<&str> {
        let extra = self
            .extra
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| *value);
        extra.or_else(|| self.labels?.get(key).map(String::as_str))
    }
}

/// Turns the order round where the person asked for it.
fn ordered<T>(mut rows: Vec<T>, reverse: bool) -> Vec<T> {
    if reverse {
        rows.reverse();
    }
    rows
}
