//! What the keys do here, on the last line.

use ratatui::text::{Line, Span};

use crate::actions::prompt::{Challenge, Phase};
use crate::app::{
    availability::available, command::Command, document::DocumentKind, logs::LogScreen,
    overlay::Overlay, prompting::PromptScreen, view::Pane, walk::WalkScreen,
};
use crate::theme::Role;

use super::scene::Scene;
use super::widgets::fit::{Part, fit};

/// A command with the word it has in the footer; those of a higher rank leave first.
type Hint = (Command, &'static str, u8);

const LOGS: Hint = (Command::Logs, "hint-logs", 4);
const CLOSE: Hint = (Command::Back, "hint-back", 1);
const SCROLL: Hint = (Command::DetailDown, "hint-scroll", 3);
const HELP: Hint = (Command::Help, "hint-help", 1);
const PALETTE: Hint = (Command::Palette, "hint-palette", 2);
const CHART: [Hint; 8] = [
    (Command::ChartWider, "hint-wider", 3),
    (Command::ChartNarrower, "hint-narrower", 3),
    (Command::ChartEarlier, "hint-earlier", 4),
    (Command::ChartLater, "hint-later", 4),
    (Command::ChartNow, "hint-now", 5),
    (Command::ChartQuery, "hint-query", 2),
    CLOSE,
    HELP,
];

/// Of screens about who takes care of what.
fn shift_hints(scene: &Scene<'_>, overlay: &Overlay) -> Vec<Hint> {
    let copy = (Command::Copy, "hint-copy", 7);
    match overlay {
        Overlay::Alert { .. } => vec![
            (Command::AlertAcknowledge, "hint-ack", 2),
            (Command::AlertNote, "hint-alert-note", 3),
            (Command::AlertAssign, "hint-assign", 4),
            (Command::Escalate, "hint-escalate", 3),
            (Command::Declare, "hint-declare", 3),
            (Command::Flows, "hint-flows", 3),
            SCROLL,
            LOGS,
            copy,
            (Command::CopyCommand, "hint-copy-command", 8),
            CLOSE,
            HELP,
        ],
        Overlay::Escalation(_) => vec![
            (Command::PickerDown, "hint-next", 3),
            (Command::PickerAccept, "hint-called", 2),
            copy,
            CLOSE,
        ],
        Overlay::Directory { .. } => {
            vec![(Command::PickerDown, "hint-next", 3), copy, CLOSE, HELP]
        }
        Overlay::Routine(_) => routine_hints(scene),
        Overlay::Guards(_) => guard_hints(scene),
        Overlay::Guard(_) => vec![SCROLL, CLOSE, HELP],
        Overlay::Handover(_) => handover_hints(scene),
        Overlay::Incident(_) => incident_hints(scene),
        Overlay::Paper(_) => vec![SCROLL, copy, CLOSE, HELP],
        Overlay::Flow(_) => flow_hints(scene),
        Overlay::Sheet(_) => vec![
            (Command::TextNext, "hint-complete", 2),
            (Command::TextAccept, "hint-write-down", 1),
            (Command::TextCancel, "hint-cancel", 1),
        ],
        _ => vec![
            (Command::PickerDown, "hint-next", 3),
            (Command::PickerAccept, "hint-open", 2),
            CLOSE,
        ],
    }
}

fn hint_list(scene: &Scene<'_>) -> Vec<Hint> {
    let view = &scene.model.view;
    let copy = (Command::Copy, "hint-copy", 7);
    let command = (Command::CopyCommand, "hint-copy-command", 8);
    let Some(overlay) = view.overlays.last() else {
        return pane_hints(scene);
    };
    match overlay {
        Overlay::Chart(_) => CHART.to_vec(),
        Overlay::Logs(screen) => log_hints(screen),
        Overlay::Changes(_) => vec![
            (Command::Down, "hint-next", 3),
            (Command::Open, "hint-open", 2),
            copy,
            CLOSE,
            HELP,
        ],
        Overlay::Help { .. } | Overlay::Silences { .. } => vec![SCROLL, CLOSE],
        Overlay::Drill { .. } => vec![SCROLL, CLOSE, (Command::Quit, "hint-end-drill", 1)],
        Overlay::Alert { .. }
        | Overlay::Switches(_)
        | Overlay::Escalation(_)
        | Overlay::Directory { .. }
        | Overlay::Routine(_)
        | Overlay::Guards(_)
        | Overlay::Guard(_)
        | Overlay::Handover(_)
        | Overlay::Incident(_)
        | Overlay::Paper(_)
        | Overlay::Flow(_)
        | Overlay::Sheet(_) => shift_hints(scene, overlay),
        Overlay::Pod(_) => vec![
            SCROLL,
            LOGS,
            (Command::Manifest, "hint-manifest", 4),
            (Command::Events, "hint-events", 4),
            (Command::Rollouts, "hint-rollouts", 5),
            copy,
            command,
            CLOSE,
            HELP,
        ],
        Overlay::Document(screen) => document_hints(screen.kind()),
        Overlay::Sources { .. } => source_hints(scene),
        Overlay::Explain(_) => vec![
            SCROLL,
            LOGS,
            (Command::Rollouts, "hint-rollouts", 5),
            (Command::Events, "hint-events", 4),
            copy,
            CLOSE,
            HELP,
        ],
        Overlay::Palette(_)
        | Overlay::Themes(_)
        | Overlay::Desks(_)
        | Overlay::Namespaces(_)
        | Overlay::Columns(_)
        | Overlay::Kinds(_)
        | Overlay::Incidents(_)
        | Overlay::Flows(_) => picker_hints(overlay),
        Overlay::Form(_) => vec![
            (Command::TextNext, "hint-complete", 2),
            (Command::TextAccept, "hint-on", 1),
            (Command::TextCancel, "hint-cancel", 1),
        ],
        Overlay::Prompt(screen) => prompt_hints(screen),
        Overlay::Run(screen) if screen.stopping.is_some() => vec![
            (Command::TextRight, "hint-choose", 2),
            (Command::TextAccept, "hint-take", 1),
            (Command::TextCancel, "hint-cancel", 1),
        ],
        Overlay::Run(_) => run_hints(scene, SCROLL),
        Overlay::Journal(_) => run_hints(scene, (Command::Open, "hint-open", 2)),
        Overlay::Walk(screen) => walk_hints(screen),
        Overlay::Browser(_) | Overlay::Nodes(_) | Overlay::Usage(_) => table_hints(overlay),
    }
}

fn source_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let mut hints = vec![SCROLL, CLOSE, HELP];
    if scene.model.actor.sign_in.is_some() {
        hints.insert(0, (Command::SignIn, "hint-sign-in", 1));
    }
    hints
}

fn prompt_hints(screen: &PromptScreen) -> Vec<Hint> {
    if screen.prompt.is_over() {
        return vec![(Command::TextCancel, "hint-close", 1)];
    }
    let mut hints = vec![(Command::TextPageDown, "hint-scroll", 3)];
    if let Phase::Confirming(asked) = &screen.prompt.phase {
        match asked.answer.challenge {
            Challenge::Choice => hints.push((Command::TextRight, "hint-choose", 2)),
            Challenge::NameAndNumber(..) => hints.push((Command::TextNext, "hint-next", 2)),
            Challenge::None | Challenge::Name(_) => {}
        }
        hints.push((Command::TextAccept, "hint-confirm", 2));
    }
    hints.push((Command::TextCancel, "hint-no", 1));
    hints
}

/// What can be done with the run that is meant.
fn run_hints(scene: &Scene<'_>, first: Hint) -> Vec<Hint> {
    let can = |command: &Hint| available(scene.model, command.0).is_ok();
    let mut hints = vec![first];
    let acts = [
        (Command::RunEvidence, "hint-evidence", 1),
        (Command::RunAcknowledge, "hint-acknowledge", 1),
        (Command::RunCancel, "hint-cancel-run", 2),
        (Command::RunUndo, "hint-undo", 2),
    ];
    hints.extend(acts.into_iter().filter(can));
    if first.0 == Command::Open {
        hints.push((Command::Filter, "hint-filter", 3));
    } else if available(scene.model, Command::OutputFilter).is_ok() {
        hints.push((Command::OutputFilter, "hint-filter", 3));
    }
    hints.extend([CLOSE, HELP]);
    hints
}

/// What can be written down about the incident now.
fn incident_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let can = |command: &Hint| available(scene.model, command.0).is_ok();
    let mut hints = vec![SCROLL];
    let acts = [
        (Command::IncidentUpdate, "hint-update", 2),
        (Command::IncidentRole, "hint-role", 2),
        (Command::IncidentImpact, "hint-impact", 3),
        (Command::IncidentSeverity, "hint-severity", 4),
        (Command::IncidentPhase, "hint-phase", 4),
        (Command::IncidentRung, "hint-rung", 3),
        (Command::IncidentWatch, "hint-watch", 4),
        (Command::IncidentNote, "hint-note", 5),
        (Command::IncidentFollowUp, "hint-follow-up", 6),
        (Command::IncidentReview, "hint-review", 5),
        (Command::Flows, "hint-flows", 4),
        (Command::IncidentClose, "hint-close-incident", 2),
        (Command::IncidentReopen, "hint-reopen", 2),
        (Command::IncidentReviewed, "hint-reviewed", 2),
    ];
    hints.extend(acts.into_iter().filter(can));
    hints.extend([CLOSE, HELP]);
    hints
}

fn flow_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let can = |command: &Hint| available(scene.model, command.0).is_ok();
    let left = match scene.model.view.overlays.last() {
        Some(Overlay::Flow(screen)) => screen
            .log(scene.model)
            .is_some_and(|log| log.followed_by.is_none()),
        _ => false,
    };
    let pause = if left { "hint-resume" } else { "hint-pause" };
    let mut hints = vec![(Command::Down, "hint-next", 3)];
    let acts = [
        (Command::FlowDo, "hint-do", 1),
        (Command::FlowSkip, "hint-skip", 2),
        (Command::FlowPause, pause, 3),
        (Command::FlowEnd, "hint-end-flow", 3),
        (Command::FlowLift, "hint-lift", 2),
    ];
    hints.extend(acts.into_iter().filter(can));
    hints.extend([CLOSE, HELP]);
    hints
}

/// What can be done with the selected hook, light or part of a gate.
fn guard_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let can = |command: &Hint| available(scene.model, command.0).is_ok();
    let is_tick = available(scene.model, Command::GuardFail).is_ok();
    let open = if is_tick { "hint-tick" } else { "hint-open" };
    let acts = [
        (Command::GuardOpen, open, 1),
        (Command::GuardPropose, "hint-propose", 1),
        (Command::GuardFail, "hint-tick-fails", 2),
    ];
    let mut hints: Vec<Hint> = acts.into_iter().filter(can).collect();
    hints.extend([(Command::Down, "hint-next", 4), CLOSE, HELP]);
    hints
}

/// What can be done about the handover now.
fn handover_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let can = |command: &Hint| available(scene.model, command.0).is_ok();
    let acts = [
        (Command::HandoverFill, "hint-fill-in", 2),
        (Command::HandoverGive, "hint-give", 2),
        (Command::HandoverTake, "hint-sign", 1),
        (Command::HandoverDraft, "hint-draft", 3),
    ];
    let mut hints = vec![SCROLL];
    hints.extend(acts.into_iter().filter(can));
    hints.extend([(Command::Copy, "hint-copy", 7), CLOSE, HELP]);
    hints
}

/// What can be done with the selected check.
fn routine_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let can = |command: &Hint| available(scene.model, command.0).is_ok();
    let acts = [
        (Command::CheckRun, "hint-check", 1),
        (Command::CheckPropose, "hint-propose", 1),
        (Command::CheckFail, "hint-check-fail", 2),
        (Command::CheckSkip, "hint-check-skip", 3),
    ];
    let mut hints: Vec<Hint> = acts.into_iter().filter(can).collect();
    hints.extend([(Command::Down, "hint-next", 4), CLOSE, HELP]);
    hints
}

fn picker_hints(overlay: &Overlay) -> Vec<Hint> {
    match overlay {
        Overlay::Palette(_) => vec![
            (Command::TextDown, "hint-next", 2),
            (Command::TextAccept, "hint-run", 1),
            (Command::TextCancel, "hint-cancel", 1),
        ],
        Overlay::Incidents(_) | Overlay::Flows(_) => vec![
            (Command::PickerDown, "hint-next", 2),
            (Command::PickerAccept, "hint-open", 1),
            (Command::Back, "hint-cancel", 1),
        ],
        Overlay::Themes(_) => vec![
            (Command::PickerDown, "hint-next", 2),
            (Command::PickerAccept, "hint-take", 1),
            (Command::Back, "hint-cancel", 1),
        ],
        Overlay::Desks(_) => vec![
            (Command::PickerDown, "hint-next", 3),
            (Command::PickerToggle, "hint-pack", 2),
            (Command::PickerAccept, "hint-open", 1),
            (Command::Back, "hint-cancel", 1),
        ],
        Overlay::Namespaces(_) => vec![
            (Command::PickerDown, "hint-next", 3),
            (Command::PickerToggle, "hint-mark", 2),
            (Command::PickerAccept, "hint-take", 1),
            (Command::Back, "hint-cancel", 1),
        ],
        Overlay::Columns(_) => vec![
            (Command::PickerDown, "hint-next", 3),
            (Command::PickerToggle, "hint-toggle", 1),
            (Command::PickerAccept, "hint-done", 1),
            (Command::Back, "hint-cancel", 2),
        ],
        Overlay::Kinds(_) => vec![
            (Command::TextDown, "hint-next", 2),
            (Command::TextAccept, "hint-open", 1),
            (Command::TextCancel, "hint-cancel", 1),
        ],
        _ => Vec::new(),
    }
}

fn table_hints(overlay: &Overlay) -> Vec<Hint> {
    let command = (Command::CopyCommand, "hint-copy-command", 8);
    match overlay {
        Overlay::Browser(_) => vec![
            (Command::Open, "hint-open", 2),
            (Command::Filter, "hint-filter", 3),
            (Command::Sort, "hint-sort", 5),
            (Command::SortReverse, "hint-reverse", 8),
            (Command::Browse, "hint-kinds", 4),
            (Command::Manifest, "hint-manifest", 6),
            (Command::Events, "hint-events", 6),
            command,
            CLOSE,
            HELP,
        ],
        Overlay::Nodes(_) => vec![
            (Command::Open, "hint-open", 2),
            (Command::NodePods, "hint-node-pods", 2),
            (Command::Filter, "hint-filter", 3),
            (Command::Sort, "hint-sort", 5),
            command,
            CLOSE,
            HELP,
        ],
        Overlay::Usage(_) => vec![
            (Command::Down, "hint-next", 3),
            (Command::Open, "hint-chart", 2),
            command,
            CLOSE,
            HELP,
        ],
        _ => Vec::new(),
    }
}

/// What one does on a time line.
fn walk_hints(screen: &WalkScreen) -> Vec<Hint> {
    let leave = if screen.alone {
        (Command::Quit, "hint-quit", 1)
    } else {
        CLOSE
    };
    let Some(walk) = screen.open() else {
        return vec![leave, HELP];
    };
    let play = if walk.playing {
        "hint-walk-stop"
    } else {
        "hint-walk-play"
    };
    vec![
        (Command::WalkPlay, play, 1),
        (Command::WalkNext, "hint-walk-next", 2),
        (Command::WalkPrevious, "hint-walk-previous", 2),
        (Command::WalkFaster, "hint-walk-faster", 3),
        (Command::WalkOn, "hint-walk-on", 4),
        (Command::WalkMinuteOn, "hint-walk-minute", 5),
        (Command::WalkNextAlert, "hint-walk-alert", 3),
        (Command::WalkNextLight, "hint-walk-light", 5),
        (Command::WalkNextAction, "hint-walk-action", 4),
        (Command::WalkNextNote, "hint-walk-note", 4),
        (Command::WalkOlder, "hint-walk-older", 6),
        (Command::NextPane, "hint-pane", 7),
        leave,
        HELP,
    ]
}

fn document_hints(kind: DocumentKind) -> Vec<Hint> {
    let mut hints = match kind {
        DocumentKind::Rollouts => vec![
            (Command::DetailDown, "hint-next", 3),
            (Command::RolloutDiff, "hint-diff", 1),
            (Command::RolloutDiffPrevious, "hint-diff-previous", 2),
        ],
        DocumentKind::Diff => vec![
            SCROLL,
            (Command::RolloutDiff, "hint-diff", 4),
            (Command::RolloutDiffPrevious, "hint-diff-previous", 3),
            (Command::DocumentSearch, "hint-search", 5),
        ],
        DocumentKind::Events => vec![
            SCROLL,
            (Command::DocumentSearch, "hint-filter", 3),
            (Command::DocumentWarnings, "hint-warnings", 3),
        ],
        DocumentKind::Describe => vec![
            SCROLL,
            (Command::DocumentSearch, "hint-search", 3),
            (Command::Manifest, "hint-manifest", 4),
            (Command::Events, "hint-events", 4),
        ],
        DocumentKind::Manifest => vec![
            SCROLL,
            (Command::DocumentSearch, "hint-search", 3),
            (Command::DocumentForm, "hint-form", 4),
            (Command::DocumentManaged, "hint-managed", 6),
            (Command::DocumentWrap, "hint-wrap", 5),
        ],
    };
    if kind != DocumentKind::Diff {
        hints.push((Command::DocumentRead, "hint-read", 5));
    }
    hints.extend([
        (Command::Copy, "hint-copy", 7),
        (Command::CopyCommand, "hint-copy-command", 8),
        CLOSE,
        HELP,
    ]);
    hints
}

fn log_hints(screen: &LogScreen) -> Vec<Hint> {
    if screen.popup.is_some() {
        return vec![
            (Command::PickerDown, "hint-next", 3),
            (Command::PickerToggle, "hint-toggle", 1),
            (Command::PickerAccept, "hint-done", 1),
            (Command::Back, "hint-back", 2),
        ];
    }
    let follow = if screen.follows() {
        "hint-logs-stop"
    } else {
        "hint-logs-follow"
    };
    let levels = if screen.troubles_only {
        "hint-logs-all"
    } else {
        "hint-logs-troubles"
    };
    let lives = if screen.previous {
        "hint-logs-current"
    } else {
        "hint-logs-previous"
    };
    let mut hints = vec![
        (Command::LogsFollow, follow, 2),
        (Command::LogsFilter, "hint-filter", 2),
        (Command::LogsTroubles, levels, 3),
        (Command::LogsSearch, "hint-logs-search", 4),
    ];
    if screen.search.is_some() {
        hints.push((Command::LogsNext, "hint-logs-hits", 4));
    }
    hints.extend([
        (Command::LogsRange, "hint-logs-range", 3),
        (Command::LogsPrevious, lives, 3),
        (Command::LogsContainers, "hint-logs-containers", 5),
        (Command::LogsTime, "hint-logs-time", 6),
        (Command::LogsExpand, "hint-logs-expand", 6),
        (Command::LogsWrap, "hint-logs-wrap", 7),
        (Command::LogsJson, "hint-logs-json", 8),
        (Command::LogsExport, "hint-logs-export", 6),
        CLOSE,
        HELP,
    ]);
    hints
}

fn pane_hints(scene: &Scene<'_>) -> Vec<Hint> {
    let view = &scene.model.view;
    let mut hints = vec![
        (Command::NextPane, "hint-pane", 3),
        (Command::Open, "hint-open", 2),
        (Command::Filter, "hint-filter", 3),
    ];
    if scene.model.actor.sign_in.is_some() {
        hints.insert(0, (Command::SignIn, "hint-sign-in", 1));
    }
    if matches!(view.focus, Pane::Alerts | Pane::Pods) {
        hints.push(LOGS);
        hints.push((Command::Explain, "hint-explain", 5));
    }
    if !view.list(view.focus).filter.is_empty() {
        hints.push((Command::ClearFilter, "hint-clear-filter", 3));
    }
    match view.focus {
        Pane::Alerts => {
            if available(scene.model, Command::AlertAcknowledge).is_ok() {
                hints.insert(0, (Command::AlertAcknowledge, "hint-ack", 2));
                hints.push((Command::AlertNote, "hint-alert-note", 6));
                hints.push((Command::Escalate, "hint-escalate", 5));
            }
            hints.push((Command::ToggleGroup, "hint-group", 6));
        }
        Pane::Pods => {
            hints.push((Command::ToggleRollUp, "hint-each", 6));
            hints.push((Command::ToggleSickOnly, "hint-sick", 7));
        }
        Pane::Slos | Pane::Queues => {}
    }
    let zoom = if view.zoomed {
        "hint-unzoom"
    } else {
        "hint-zoom"
    };
    hints.extend([
        (Command::Zoom, zoom, 4),
        (Command::Sort, "hint-sort", 7),
        (Command::Changes, "hint-changes", 5),
        (Command::Act, "hint-actions", 3),
        (Command::Flows, "hint-flows", 6),
        (Command::Incidents, "hint-incidents", 6),
        (Command::Journal, "hint-journal", 7),
        PALETTE,
        HELP,
        (Command::Quit, "hint-quit", 6),
    ]);
    hints
}

/// What the keys do here, as much of it as there is room for.
pub(super) fn hints<'a>(scene: &Scene<'a>, width: usize) -> Line<'a> {
    let parts = hint_list(scene)
        .into_iter()
        .filter_map(|(command, text, rank)| {
            let key = scene.paint.keys.key(command)?;
            Some(Part::optional(
                rank,
                vec![
                    scene.span(Role::KeyHintKey, key),
                    scene.span(Role::KeyHint, format!(" {}", scene.t(text))),
                ],
            ))
        })
        .collect();
    fit(parts, width, &Span::raw("  "))
}
