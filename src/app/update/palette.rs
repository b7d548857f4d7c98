//! The palette: every command by its title, recent ones first; what can't be done stays, with its reason.

use tui_input::Input;

use crate::app::{
    availability::available,
    browser::kinds::{exact, ranked},
    command::{Command, Context},
    effect::{Effect, Effects, Redraw},
    event::Notice,
    filter::{fuzzy_indices, pattern},
    model::Model,
    overlay::{Overlay, Palette, PaletteRow},
    update::{self, kinds, lists::Step, lists::stepped, tables},
};

/// How many commands are remembered.
const RECENT: usize = 12;

pub(super) fn open(model: &mut Model) -> Effects {
    if matches!(model.view.overlays.last(), Some(Overlay::Palette(_))) {
        return Effects::none();
    }
    let palette = Palette {
        input: Input::default(),
        rows: Vec::new(),
        selected: 0,
    };
    model.view.overlays.push(Overlay::Palette(palette));
    rank(model);
    let drawn = Effects::draw(Redraw::Now);
    if model.kinds.kinds.is_some() {
        return drawn;
    }
    drawn.and(kinds::ask(model))
}

/// Commands that make sense in a palette: not the ones that move or edit.
fn offered(command: Command) -> bool {
    !matches!(
        command.context(),
        Context::Text | Context::Picker | Context::Detail | Context::Help
    ) && !matches!(
        command,
        Command::Palette
            | Command::Up
            | Command::Down
            | Command::PageUp
            | Command::PageDown
            | Command::HalfPageUp
            | Command::HalfPageDown
            | Command::DocumentHalfPageUp
            | Command::DocumentHalfPageDown
            | Command::DocumentLeft
            | Command::DocumentRight
            | Command::DocumentNext
            | Command::DocumentPrevious
    )
}

/// Works the rows out anew for what is typed.
pub(super) fn rank(model: &mut Model) {
    let Some(Overlay::Palette(palette)) = model.view.overlays.last() else {
        return;
    };
    let typed = palette.input.value().trim().to_owned();
    let pattern = pattern(&typed);
    let mut rows: Vec<(bool, u32, usize, PaletteRow)> = Command::ALL
        .iter()
        .copied()
        .filter(|command| offered(*command))
        .filter_map(|command| {
            let (score, matched) = matching(model, &pattern, command)?;
            let why_not = available(model, command).err();
            let recent = model
                .remembered
                .recent_commands
                .iter()
                .position(|id| id == command.id());
            let row = PaletteRow {
                command,
                why_not,
                matched,
                kind: None,
            };
            Some((
                why_not.is_some(),
                u32::MAX - score,
                recent.unwrap_or(usize::MAX),
                row,
            ))
        })
        .collect();
    rows.sort_by_key(|(disabled, score, recent, _)| (*disabled, *score, *recent));
    let (exact, kinds) = kind_rows(model, &typed);
    if let Some(Overlay::Palette(palette)) = model.view.overlays.last_mut() {
        let can = rows.iter().filter(|(disabled, ..)| !disabled).count();
        palette.rows = rows.into_iter().map(|(_, _, _, row)| row).collect();
        // A kind that is called what was typed is meant; others come after what can be done.
        let at = if exact { 0 } else { can };
        palette.rows.splice(at..at, kinds);
        palette.selected = 0;
    }
}

/// How many kinds the palette offers.
const KINDS: usize = 6;

/// The kinds that are called as is typed, and whether the first is called exactly that.
fn kind_rows(model: &Model, typed: &str) -> (bool, Vec<PaletteRow>) {
    let Some(known) = model.kinds.kinds.as_ref().filter(|_| typed.len() > 1) else {
        return (false, Vec::new());
    };
    let found = ranked(known, typed, &model.remembered.recent_kinds);
    let is_exact = found.first().is_some_and(|row| exact(&row.info, typed));
    let rows = found.into_iter().take(KINDS).map(|row| PaletteRow {
        command: Command::Browse,
        why_not: kinds::why_not(row.info.listing),
        matched: row.matched,
        kind: Some(row.info),
    });
    (is_exact, rows.collect())
}

/// A command is found by its title in the person's language or by its id.
fn matching(
    model: &Model,
    pattern: &nucleo_matcher::pattern::Pattern,
    command: Command,
) -> Option<(u32, Vec<u32>)> {
    let title = model.look.title(command);
    fuzzy_indices(pattern, title)
        .or_else(|| fuzzy_indices(pattern, command.id()).map(|(score, _)| (score, Vec::new())))
}

pub(super) fn step(model: &mut Model, by: isize) -> Effects {
    if let Some(Overlay::Palette(palette)) = model.view.overlays.last_mut() {
        palette.selected = stepped(palette.selected, palette.rows.len(), 1, Step::By(by));
    }
    Effects::draw(Redraw::Now)
}

pub(super) fn accept(model: &mut Model) -> Effects {
    let Some(Overlay::Palette(palette)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let Some(row) = palette.rows.get(palette.selected).cloned() else {
        return Effects::none();
    };
    if let Some(why) = row.why_not {
        update::say(model, Notice::WhyNot(row.command, why));
        return Effects::draw(Redraw::Now);
    }
    model.view.overlays.pop();
    if let Some(kind) = row.kind {
        return tables::browse(model, kind);
    }
    let recent = &mut model.remembered.recent_commands;
    recent.retain(|id| id != row.command.id());
    recent.insert(0, row.command.id().to_owned());
    recent.truncate(RECENT);
    let remember = Effects::one(Effect::Remember(model.remembered.clone()));
    update::command::run(model, row.command).and(remember)
}
