//! Side effects asked for; `runtime` does them.

use jiff::Timestamp;

use super::attention::{Call, Titled};
use crate::domain::{
    desk::DeskChoice,
    id::QueryId,
    pod_detail::PodKey,
    question::{Question, RequestId},
};

/// How soon the screen must show what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Redraw {
    /// Nothing that is on the screen changed.
    #[default]
    No,
    /// With the next of at most 20 frames a second.
    Soon,
    /// At once: a key was pressed.
    Now,
}

/// One side effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Quit,
    Suspend,
    /// Give the terminal to the credential plugin that waits for a person, and take it again when it has ended.
    SignIn,
    /// Clear the terminal and draw all of it again.
    Repaint,
    Copy(String),
    ReadPod(PodKey),
    /// Usage of the pods that can be seen.
    ReadUsage(Vec<PodKey>),
    ReadChart(ChartQuestion),
    Ask {
        request: RequestId,
        question: Question,
    },
    /// Nobody waits for this answer any more: whatever still runs for it ends.
    Drop(RequestId),
    /// Something around actions.
    Act(super::acting::Act),
    /// Call the person back to the terminal.
    Call(Call),
    Title(Titled),
    /// Read which desks there are.
    ListDesks,
    /// Leave this desk for another: nothing of it survives.
    OpenDesk(DeskChoice),
    /// Writes lines to a new file that only the person may read.
    Export(Export),
    /// Something of the records of shifts.
    Walk(super::walk::WalkAsk),
    /// Draw with this theme from now on (also for a preview).
    UseTheme(String),
    SetMouse(bool),
    /// Keep what the person chose for the next start.
    Remember(Remembered),
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// As typed; `~` is the person's home.
    pub path: String,
    pub text: std::sync::Arc<str>,
    /// How many lines of a log these are.
    pub lines: usize,
}

/// What a chart asks for: each part is one expression, with the watchlist's id where it is one of its queries.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartQuestion {
    pub request: u64,
    pub parts: Vec<(Option<QueryId>, String)>,
    pub start: Timestamp,
    pub end: Timestamp,
    pub step_seconds: u64,
}

/// What is kept between starts.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Remembered {
    pub theme: Option<String>,
    /// Hidden columns by pane.
    pub hidden_columns: std::collections::BTreeMap<String, Vec<String>>,
    /// Commands chosen in the palette, newest first.
    pub recent_commands: Vec<String>,
    /// Kinds that were browsed, newest first: `deployments.apps`.
    pub recent_kinds: Vec<String>,
    /// The pack that was chosen for a context of the kubeconfig.
    pub desks: std::collections::BTreeMap<String, String>,
}

/// What an update asks for.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
pub struct Effects {
    pub redraw: Redraw,
    pub list: Vec<Effect>,
}

impl Effects {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn draw(redraw: Redraw) -> Self {
        Self {
            redraw,
            list: Vec::new(),
        }
    }

    pub fn one(effect: Effect) -> Self {
        Self {
            redraw: Redraw::No,
            list: vec![effect],
        }
    }

    pub fn with(mut self, effect: Effect) -> Self {
        self.list.push(effect);
        self
    }

    pub fn and(mut self, other: Self) -> Self {
        self.redraw = self.redraw.max(other.redraw);
        self.list.extend(other.list);
        self
    }
}
