//! Screens that lie over the panes.

mod alert;
mod browser;
mod changes;
mod chart;
mod desks;
mod directory;
mod document;
mod drill;
mod escalation;
mod explain;
mod flow;
mod form;
mod guards;
mod handover;
mod help;
mod incident;
mod journal;
mod kinds;
mod logs;
mod nodes;
mod palette;
mod pickers;
mod pod;
mod prompt;
mod routine;
mod run;
mod sheet;
mod silences;
mod sources;
mod usage;
mod walk;

pub use self::{
    flow::due_line as flow_due,
    incident::{due_words as incident_due, mark as incident_mark},
    pickers::list,
    run::mark as run_mark,
};

use ratatui::{buffer::Buffer, layout::Position};

use crate::app::{layout::Area, model::Model, overlay::Overlay};
use crate::theme::Role;

use super::widgets::canvas::clear;
use super::{debts, scene::Scene};

/// Whether one fills the body, so that nothing of it stands over panes.
const fn fills(overlay: &Overlay) -> bool {
    !matches!(
        overlay,
        Overlay::Palette(_)
            | Overlay::Themes(_)
            | Overlay::Columns(_)
            | Overlay::Kinds(_)
            | Overlay::Desks(_)
            | Overlay::Namespaces(_)
            | Overlay::Form(_)
            | Overlay::Prompt(_)
            | Overlay::Incidents(_)
            | Overlay::Flows(_)
            | Overlay::Sheet(_)
            | Overlay::Escalation(_)
            | Overlay::Directory { .. }
            | Overlay::Switches(_)
    )
}

/// Whether the panes can't be seen.
pub fn covers(model: &Model) -> bool {
    model.view.overlays.iter().any(fills)
}

/// Whether the past is seen: nothing of the present stands beside it.
pub fn is_past(model: &Model) -> bool {
    let mut seen = model.view.overlays.iter().rev();
    matches!(seen.find(|overlay| fills(overlay)), Some(Overlay::Walk(_)))
}

/// Draws those that can be seen and gives the cell of the cursor where one of them takes text.
pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area) -> Option<Position> {
    let overlays = &scene.model.view.overlays;
    let first = overlays.iter().rposition(fills).unwrap_or(0);
    let mut cursor = None;
    for overlay in overlays.iter().skip(first) {
        cursor = draw_one(buffer, scene, body, overlay);
    }
    cursor
}

fn draw_one(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    overlay: &Overlay,
) -> Option<Position> {
    if fills(overlay) {
        clear(buffer, scene, body, Role::Text);
    }
    match overlay {
        Overlay::Help { contexts, scroll } => help::draw(buffer, scene, body, contexts, *scroll),
        Overlay::Palette(palette) => return palette::draw(buffer, scene, body, palette),
        Overlay::Themes(picker) => pickers::draw_themes(buffer, scene, body, picker),
        Overlay::Columns(picker) => pickers::draw_columns(buffer, scene, body, picker),
        Overlay::Document(screen) => document::draw(buffer, scene, body, screen),
        Overlay::Desks(picker) => desks::draw_desks(buffer, scene, body, picker),
        Overlay::Namespaces(picker) => desks::draw_namespaces(buffer, scene, body, picker),
        Overlay::Pod(screen) => pod::draw(buffer, scene, body, screen),
        Overlay::Alert {
            fingerprint,
            scroll,
        } => alert::draw(buffer, scene, body, fingerprint, *scroll),
        Overlay::Chart(chart) => chart::draw(buffer, scene, body, chart),
        Overlay::Logs(screen) => logs::draw(buffer, scene, body, screen),
        Overlay::Changes(list) => changes::draw(buffer, scene, body, list),
        Overlay::Explain(screen) => explain::draw(buffer, scene, body, screen),
        Overlay::Sources { scroll } => sources::draw(buffer, scene, body, *scroll),
        Overlay::Kinds(picker) => return kinds::draw(buffer, scene, body, picker),
        Overlay::Browser(browser) => browser::draw(buffer, scene, body, browser),
        Overlay::Form(screen) => return form::draw(buffer, scene, body, screen),
        Overlay::Prompt(screen) => return prompt::draw(buffer, scene, body, screen),
        Overlay::Run(screen) => run::draw(buffer, scene, body, screen),
        Overlay::Journal(screen) => journal::draw(buffer, scene, body, screen),
        Overlay::Incidents(picker) => incident::draw_picker(buffer, scene, body, picker),
        Overlay::Incident(screen) => incident::draw(buffer, scene, body, screen),
        Overlay::Paper(screen) => incident::draw_paper(buffer, scene, body, screen),
        Overlay::Flows(picker) => flow::draw_picker(buffer, scene, body, picker),
        Overlay::Flow(screen) => flow::draw(buffer, scene, body, screen),
        Overlay::Sheet(sheet) => return sheet::draw(buffer, scene, body, sheet),
        Overlay::Guards(screen) => guards::draw(buffer, scene, body, screen),
        Overlay::Guard(detail) => guards::draw_detail(buffer, scene, body, detail),
        Overlay::Handover(screen) => handover::draw(buffer, scene, body, screen),
        Overlay::Routine(screen) => routine::draw(buffer, scene, body, screen),
        Overlay::Escalation(screen) => escalation::draw(buffer, scene, body, screen),
        Overlay::Directory { selected } => directory::draw(buffer, scene, body, *selected),
        Overlay::Drill { scroll } => drill::draw(buffer, scene, body, *scroll),
        Overlay::Silences { scroll } => silences::draw(buffer, scene, body, *scroll),
        Overlay::Switches(selected) => debts::draw(buffer, scene, body, selected.as_ref()),
        Overlay::Nodes(table) => nodes::draw(buffer, scene, body, table),
        Overlay::Usage(screen) => usage::draw(buffer, scene, body, screen),
        Overlay::Walk(screen) => walk::draw(buffer, scene, body, screen),
    }
    None
}
