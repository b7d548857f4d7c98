//! The palette: actions, commands and objects by name; what can't be done stays, with its reason.

use std::cmp::Reverse;

use nucleo_matcher::pattern::Pattern;
use tui_input::Input;

use crate::{
    app::{
        acting::Act,
        availability::available,
        browser::kinds::{exact, ranked},
        command::{Command, Context},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        filter::{fuzzy_indices, pattern},
        flows::of_alert,
        incidents::alert_meant,
        model::Model,
        offering::{Offered, REVIEWED, offered, unreviewed},
        overlay::{Overlay, Palette, PaletteItem, PaletteObject, PaletteOver, PaletteRow},
        subject::key_of,
        update::{
            self, command, document, flows, kinds,
            lists::{Step, stepped},
            propose, tables,
        },
    },
    domain::{id::ActionId, light::Light, logbook::AlertMark},
};

/// How many commands are remembered.
const RECENT: usize = 12;
/// How many kinds and how many objects the palette offers.
const KINDS: usize = 6;
const OBJECTS: usize = 6;
/// What being red and being selected are worth beside how well a title matches.
const RED: u32 = 24;
const SELECTED: u32 = 12;

/// Opens the palette, over all there is or over the actions on what is selected.
pub(super) fn open(model: &mut Model, only_selected: bool) -> Effects {
    if matches!(model.view.overlays.last(), Some(Overlay::Palette(_))) {
        return Effects::none();
    }
    let palette = Palette {
        input: Input::default(),
        rows: Vec::new(),
        selected: 0,
        offered: offered(model),
        over: if only_selected {
            PaletteOver::Selected
        } else {
            PaletteOver::All
        },
    };
    model.view.overlays.push(Overlay::Palette(palette));
    rank(model);
    let mut effects = Effects::draw(Redraw::Now);
    let asked = unreviewed(model);
    if !asked.is_empty() {
        let lately = model.acts.reviewed.take();
        let again = lately.filter(|at| model.now.mono.saturating_sub(*at) < REVIEWED);
        model.acts.reviewed = Some(again.unwrap_or(model.now.mono));
        effects = effects.with(Effect::Act(Act::Review(asked)));
    }
    if model.kinds.kinds.is_some() || only_selected {
        return effects;
    }
    effects.and(kinds::ask(model))
}

/// Opens the palette over some actions alone.
pub(super) fn propose_these(model: &mut Model, these: Vec<ActionId>) -> Effects {
    propose_with_flow(model, these, None)
}

/// The same with a flow beside them.
pub(super) fn propose_with_flow(
    model: &mut Model,
    these: Vec<ActionId>,
    flow: Option<String>,
) -> Effects {
    let effects = open(model, true);
    if let Some(Overlay::Palette(palette)) = model.view.overlays.last_mut() {
        palette.over = PaletteOver::Proposed(these, flow);
    }
    rank(model);
    effects
}

/// Looks again at what can be done, while the palette is open.
pub(super) fn follow(model: &mut Model) {
    if !matches!(model.view.overlays.last(), Some(Overlay::Palette(_))) {
        return;
    }
    let now = offered(model);
    let Some(Overlay::Palette(palette)) = model.view.overlays.last_mut() else {
        return;
    };
    if palette.offered == now {
        return;
    }
    palette.offered = now;
    let before = palette
        .rows
        .get(palette.selected)
        .map(|row| row.item.clone());
    let at = palette.selected;
    rank(model);
    if let Some(Overlay::Palette(palette)) = model.view.overlays.last_mut() {
        let is_it = |row: &PaletteRow| before.as_ref().is_some_and(|it| same(it, &row.item));
        let found = palette.rows.iter().position(is_it).unwrap_or(at);
        palette.selected = found.min(palette.rows.len().saturating_sub(1));
    }
}

/// Whether two rows stand for the same, however it may be done now.
fn same(one: &PaletteItem, other: &PaletteItem) -> bool {
    match (one, other) {
        (PaletteItem::Action(one), PaletteItem::Action(other)) => {
            one.id == other.id && one.target == other.target
        }
        (one, other) => one == other,
    }
}

/// Commands that make sense in a palette: not the ones that move or edit.
fn is_offered(command: Command) -> bool {
    !matches!(
        command.context(),
        Context::Text | Context::Picker | Context::Detail | Context::Help
    ) && !matches!(
        command,
        Command::Palette
            | Command::Act
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

/// What keeps a row from the first places.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Sunk {
    /// Its title has each word that is typed: it is meant, whether it can be done or not.
    Named,
    NamedDisabled,
    Not,
    Disabled,
    /// Nobody who looks at it sees why it is found.
    Beside,
}

impl Sunk {
    fn of(typed: &str, title: &str, disabled: bool) -> Self {
        let title = title.to_lowercase();
        let mut words = typed.split_whitespace().peekable();
        let named =
            words.peek().is_some() && words.all(|word| title.contains(&word.to_lowercase()));
        match (named, disabled) {
            (true, false) => Self::Named,
            (true, true) => Self::NamedDisabled,
            (false, false) => Self::Not,
            (false, true) => Self::Disabled,
        }
    }
}

/// What comes first: the smallest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    sunk: Sunk,
    /// Nothing is typed, and it is no action on what is red or selected.
    far: bool,
    score: u32,
    /// Nothing is typed, and it is an action that lies far.
    other: bool,
    order: usize,
}

/// Works the rows out anew for what is typed.
pub(super) fn rank(model: &mut Model) {
    let Some(Overlay::Palette(palette)) = model.view.overlays.last() else {
        return;
    };
    let typed = palette.input.value().trim().to_owned();
    let by = pattern(&typed);
    let mut rows = action_rows(model, palette, &typed, &by);
    rows.extend(flow_rows(model, &palette.over, &typed, &by));
    let all = palette.over == PaletteOver::All;
    if all {
        rows.extend(command_rows(model, &typed, &by));
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (exact, kinds) = if all {
        kind_rows(model, &typed)
    } else {
        (false, Vec::new())
    };
    let objects = if all {
        object_rows(model, &typed, &by)
    } else {
        Vec::new()
    };
    if let Some(Overlay::Palette(palette)) = model.view.overlays.last_mut() {
        let can = rows
            .iter()
            .filter(|(rank, _)| rank.sunk <= Sunk::Not)
            .count();
        palette.rows = rows.into_iter().map(|(_, row)| row).collect();
        palette.rows.splice(can..can, objects);
        // A kind that is called what was typed is meant; others come after what can be done.
        let at = if exact { 0 } else { can };
        palette.rows.splice(at..at, kinds);
        palette.selected = 0;
    }
}

/// Actions are found by their title, by their name, and by that of their target.
fn action_rows(
    model: &Model,
    palette: &Palette,
    typed: &str,
    by: &Pattern,
) -> Vec<(Rank, PaletteRow)> {
    let aimed = palette.offered.iter().any(|offered| offered.selected);
    let rows = palette.offered.iter().enumerate();
    let is_meant = |offered: &Offered| match &palette.over {
        PaletteOver::All => true,
        PaletteOver::Selected => !aimed || offered.selected,
        PaletteOver::Proposed(these, _) => these.contains(&offered.id),
    };
    rows.filter(|(_, offered)| is_meant(offered))
        .filter_map(|(order, offered)| {
            let title = offered.title.get(model.look.lang);
            let beside = offered.target.as_ref().map(ToString::to_string);
            let shown = format!("{title} {}", beside.unwrap_or_default());
            let full = || format!("{shown} {}", offered.id);
            let (score, matched, seen) = match fuzzy_indices(by, title) {
                Some((score, matched)) => (score, matched, true),
                None => match fuzzy_indices(by, &shown) {
                    Some((score, _)) => (score, Vec::new(), true),
                    None => (fuzzy_indices(by, &full())?.0, Vec::new(), false),
                },
            };
            let near = u32::from(offered.red) * RED + u32::from(offered.selected) * SELECTED;
            let blank = typed.is_empty();
            let rank = Rank {
                sunk: if seen {
                    Sunk::of(typed, title, offered.available.is_err())
                } else {
                    Sunk::Beside
                },
                far: blank && near == 0,
                score: u32::MAX - score - near,
                other: blank && near == 0,
                order,
            };
            let item = PaletteItem::Action(Box::new(offered.clone()));
            Some((
                rank,
                PaletteRow {
                    item,
                    why_not: None,
                    matched,
                },
            ))
        })
        .collect()
}

/// Flows are found by their title and by their name; that of the selected alert comes first of all.
fn flow_rows(
    model: &Model,
    over: &PaletteOver,
    typed: &str,
    by: &Pattern,
) -> Vec<(Rank, PaletteRow)> {
    let alert = alert_meant(model).map(|line| AlertMark::of(&line.alert));
    let answers = alert.as_ref().and_then(|mark| of_alert(model, &mark.name));
    let flows = model.pack.flows().iter().enumerate();
    flows
        .filter_map(|(order, spec)| {
            let near = answers.is_some_and(|it| it.id == spec.id);
            let proposed = matches!(over, PaletteOver::Proposed(_, Some(id)) if *id == spec.id);
            if *over != PaletteOver::All && !near && !proposed {
                return None;
            }
            let title = spec.title.get(model.look.lang);
            let (score, matched) = match fuzzy_indices(by, title) {
                Some(found) => found,
                None => (
                    fuzzy_indices(by, &format!("{title} {}", spec.id))?.0,
                    Vec::new(),
                ),
            };
            let blank = by.atoms.is_empty();
            let bonus = if near { 2 * (RED + SELECTED) } else { 0 };
            let rank = Rank {
                sunk: Sunk::of(typed, title, false),
                far: blank && !near,
                score: u32::MAX - score - bonus,
                other: blank && !near,
                order,
            };
            let item = PaletteItem::Flow {
                id: spec.id.clone(),
                alert: alert.clone().filter(|_| near),
            };
            Some((
                rank,
                PaletteRow {
                    item,
                    why_not: None,
                    matched,
                },
            ))
        })
        .collect()
}

fn command_rows(model: &Model, typed: &str, by: &Pattern) -> Vec<(Rank, PaletteRow)> {
    let commands = Command::ALL.iter().copied();
    commands
        .filter(|command| is_offered(*command))
        .filter_map(|command| {
            let (score, matched) = matching(model, by, command)?;
            let why_not = available(model, command).err();
            let recent = &model.remembered.recent_commands;
            let recent = recent.iter().position(|id| id == command.id());
            let rank = Rank {
                sunk: Sunk::of(typed, model.look.title(command), why_not.is_some()),
                far: by.atoms.is_empty(),
                score: u32::MAX - score,
                other: false,
                order: recent.unwrap_or(usize::MAX),
            };
            let item = PaletteItem::Command(command);
            Some((
                rank,
                PaletteRow {
                    item,
                    why_not,
                    matched,
                },
            ))
        })
        .collect()
}

/// The kinds that are called as is typed, and whether the first is called exactly that.
fn kind_rows(model: &Model, typed: &str) -> (bool, Vec<PaletteRow>) {
    let Some(known) = model.kinds.kinds.as_ref().filter(|_| typed.len() > 1) else {
        return (false, Vec::new());
    };
    let found = ranked(known, typed, &model.remembered.recent_kinds);
    let is_exact = found.first().is_some_and(|row| exact(&row.info, typed));
    let rows = found.into_iter().take(KINDS).map(|row| PaletteRow {
        why_not: kinds::why_not(row.info.listing),
        matched: row.matched,
        item: PaletteItem::Kind(row.info),
    });
    (is_exact, rows.collect())
}

/// Pods, workloads, nodes and alerts whose names match, the sick ones first among equals.
fn object_rows(model: &Model, typed: &str, by: &Pattern) -> Vec<PaletteRow> {
    if typed.chars().count() < 2 {
        return Vec::new();
    }
    let mut found: Vec<Found> = Vec::new();
    let mut add = |name: &str, bonus: u32, object: &dyn Fn() -> PaletteObject| {
        if let Some((score, matched)) = fuzzy_indices(by, name) {
            found.push((Reverse(score + bonus), object(), matched));
            if found.len() > 64 * OBJECTS {
                keep_best(&mut found);
            }
        }
    };
    let red = |light: Option<Light>| u32::from(light == Some(Light::Red)) * RED;
    for line in model.alerts.alerts.values() {
        let name = line.alert.name.as_str();
        add(name, red(line.light()) + SELECTED, &|| {
            PaletteObject::Alert {
                name: name.to_owned(),
                of: line.alert.fingerprint.clone(),
            }
        });
    }
    for (key, roll_up) in &model.cluster.roll_ups {
        add(&key.name, red(roll_up.worst.light()) + SELECTED, &|| {
            PaletteObject::Workload(key.clone())
        });
    }
    for node in model.cluster.nodes.iter() {
        let bad = node.ready == Some(false);
        add(&node.name, u32::from(bad) * RED, &|| {
            PaletteObject::Node(node.name.to_string())
        });
    }
    for pod in model.cluster.pods.iter() {
        add(&pod.name, red(pod.health.light()), &|| {
            PaletteObject::Pod(key_of(pod))
        });
    }
    keep_best(&mut found);
    let rows = found.into_iter().map(|(_, object, matched)| PaletteRow {
        item: PaletteItem::Object(object),
        why_not: None,
        matched,
    });
    rows.collect()
}

/// An object, how well it matches and where.
type Found = (Reverse<u32>, PaletteObject, Vec<u32>);

/// Equals stand in the order of their names, so that a row never changes its place by itself.
fn keep_best(found: &mut Vec<Found>) {
    found.sort_unstable();
    found.truncate(OBJECTS);
}

/// A command is found by its title in the person's language or by its id.
fn matching(model: &Model, pattern: &Pattern, command: Command) -> Option<(u32, Vec<u32>)> {
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
    match row.item {
        PaletteItem::Action(offered) => choose(model, *offered),
        PaletteItem::Command(command) => match row.why_not {
            Some(why) => refused(model, command, why),
            None => run(model, command),
        },
        PaletteItem::Kind(kind) => {
            if let Some(why) = row.why_not {
                return refused(model, Command::Browse, why);
            }
            model.view.overlays.pop();
            tables::browse(model, kind)
        }
        PaletteItem::Flow { id, alert } => {
            model.view.overlays.pop();
            flows::begin(model, &id, alert)
        }
        PaletteItem::Object(object) => {
            model.view.overlays.pop();
            show(model, object)
        }
    }
}

fn refused(model: &mut Model, command: Command, why: crate::app::command::WhyNot) -> Effects {
    update::say(model, Notice::WhyNot(command, why));
    Effects::draw(Redraw::Now)
}

/// An action that can't be done leaves the palette open: its reason stands there.
fn choose(model: &mut Model, offered: Offered) -> Effects {
    if offered.available.is_ok() {
        model.view.overlays.pop();
    }
    propose::choose(model, offered)
}

fn run(model: &mut Model, command: Command) -> Effects {
    model.view.overlays.pop();
    let recent = &mut model.remembered.recent_commands;
    recent.retain(|id| id != command.id());
    recent.insert(0, command.id().to_owned());
    recent.truncate(RECENT);
    let remember = Effects::one(Effect::Remember(model.remembered.clone()));
    command::run(model, command).and(remember)
}

/// Goes to something that was found by its name.
fn show(model: &mut Model, object: PaletteObject) -> Effects {
    match object {
        PaletteObject::Pod(key) => document::open_pod(model, key),
        PaletteObject::Workload(key) => {
            model.view.overlays.clear();
            command::pods_of(model, &key)
        }
        PaletteObject::Alert { of, .. } => command::opened(
            model,
            Overlay::Alert {
                fingerprint: of,
                scroll: 0,
            },
        ),
        PaletteObject::Node(name) => {
            let effects = tables::nodes(model);
            // A name is a filter that can be taken.
            let _ = tables::apply_filter(model, &name);
            effects
        }
    }
}
