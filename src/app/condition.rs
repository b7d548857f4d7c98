//! What a pane can show now: rows, stale rows, or why there are none. Empty ≠ failed ≠ forbidden ≠ no data.

use jiff::Timestamp;

use crate::domain::freshness::{Link, Reading, SourceId, Trouble, TroubleKind};

use super::{board::Board, model::Model, view::Pane};

/// What a pane can show now.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition<'a> {
    /// No such source on this desk.
    NotHere(SourceId),
    Connecting(SourceId),
    /// It failed before it gave anything.
    Failed {
        source: SourceId,
        trouble: &'a Trouble,
        retry_at: Option<Timestamp>,
    },
    /// It failed; the rows are what it gave before.
    Stale {
        source: SourceId,
        since: Timestamp,
        trouble: &'a Trouble,
        retry_at: Option<Timestamp>,
    },
    /// It answers, and there is nothing.
    Empty,
    /// There is something, but the filter lets nothing through.
    FilteredOut {
        hidden: usize,
    },
    Rows,
    /// Rows, but the source says that they are not all.
    Partial(&'a str),
}

/// Whether a trouble means that we may not look.
pub const fn is_denied(trouble: &Trouble) -> bool {
    matches!(
        trouble.kind,
        TroubleKind::Unauthorized | TroubleKind::Forbidden
    )
}

impl<'a> Condition<'a> {
    pub fn of(model: &'a Model, pane: Pane) -> Self {
        let source = source(pane);
        let total = total(model, pane);
        let known = known(model, pane);
        let rows = !model.view.list(pane).items.is_empty();
        let Some(link) = model.links.get(&source).or(known.then_some(&Link::Absent)) else {
            return Self::Connecting(source);
        };
        match link {
            Link::Failed {
                since,
                trouble,
                retry_at,
            } if known => Self::Stale {
                source,
                since: *since,
                trouble,
                retry_at: *retry_at,
            },
            Link::Failed {
                trouble, retry_at, ..
            } => Self::Failed {
                source,
                trouble,
                retry_at: *retry_at,
            },
            Link::Absent if !known => Self::NotHere(source),
            Link::Connecting if !known => Self::Connecting(source),
            Link::Partial { detail, .. } if rows || (known && total == 0) => Self::Partial(detail),
            _ if rows => Self::Rows,
            _ if total > 0 && !model.view.list(pane).filter.is_empty() => {
                Self::FilteredOut { hidden: total }
            }
            Link::Live { .. } | Link::Partial { .. } if !answered(model, pane) => {
                Self::Connecting(source)
            }
            _ => Self::Empty,
        }
    }

    pub const fn has_rows(&self) -> bool {
        matches!(self, Self::Rows | Self::Partial(_) | Self::Stale { .. })
    }

    pub const fn stale(&self) -> bool {
        matches!(self, Self::Stale { .. })
    }
}

/// The source a pane can't be without.
pub const fn source(pane: Pane) -> SourceId {
    match pane {
        Pane::Alerts => SourceId::Alertmanager,
        Pane::Slos | Pane::Queues => SourceId::Prometheus,
        Pane::Pods => SourceId::Pods,
    }
}

/// How many things the pane would show without its filter.
pub fn total(model: &Model, pane: Pane) -> usize {
    match pane {
        Pane::Alerts => model.alerts.alerts.len(),
        Pane::Slos => model.board.slos.len() + model.board.gauges.len(),
        Pane::Queues => model.board.queues.len(),
        Pane::Pods => model.cluster.pods.len() + model.cluster.unseen,
    }
}

/// Whether any value the pane draws was ever known.
fn known(model: &Model, pane: Pane) -> bool {
    match pane {
        Pane::Alerts => model.alerts.filled || !model.alerts.alerts.is_empty(),
        Pane::Slos => board_known(&model.board, true),
        Pane::Queues => board_known(&model.board, false),
        Pane::Pods => model.cluster.pods.is_filled(),
    }
}

fn board_known(board: &Board, slos: bool) -> bool {
    let value =
        |reading: &Reading<f64>| matches!(reading, Reading::Known { .. } | Reading::Lost { .. });
    if slos {
        board.slos.iter().any(|line| value(&line.reading))
            || board.gauges.iter().any(|line| value(&line.reading))
    } else {
        board.queues.iter().any(|line| value(&line.reading))
    }
}

/// Whether the first list of what the pane draws has come, where that can be told.
fn answered(model: &Model, pane: Pane) -> bool {
    match pane {
        Pane::Alerts => model.alerts.filled,
        Pane::Pods => model.cluster.pods.is_filled(),
        Pane::Slos | Pane::Queues => true,
    }
}
