//! Going through a recorded shift. Nothing here touches what is watched now.

use std::{collections::HashMap, path::PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        command::{Command, WhyNot},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        frame,
        model::Model,
        overlay::Overlay,
        past,
        update::{command, lists, say},
        walk::{
            Move, SPEEDS, Stage, Walk, WalkAnswer, WalkAsk, WalkScreen, WalkTold, WalkWhat, room,
        },
    },
    domain::frame::{MarkKey, MarkKind, Marked, Outline, Recorded},
};

/// How far an arrow goes: to the next frame.
const STEP: SignedDuration = SignedDuration::from_secs(5);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Opens the newest record of this desk.
pub(super) fn open(model: &mut Model) -> Effects {
    if on_top(model).is_some() {
        return Effects::none();
    }
    show(model, false, WalkWhat::Newest)
}

/// Opens a record, and nothing else.
pub fn walk_through(model: &mut Model, file: PathBuf) -> Effects {
    show(model, true, WalkWhat::File(file))
}

fn show(model: &mut Model, alone: bool, what: WalkWhat) -> Effects {
    let number = model.next_request();
    model.view.overlays.push(Overlay::Walk(Box::new(WalkScreen {
        number,
        alone,
        stage: Stage::Opening,
    })));
    Effects::draw(Redraw::Now).with(Effect::Walk(WalkAsk { number, what }))
}

fn on_top(model: &Model) -> Option<&WalkScreen> {
    match model.view.overlays.last() {
        Some(Overlay::Walk(screen)) => Some(screen),
        _ => None,
    }
}

fn screen_mut(model: &mut Model) -> Option<&mut WalkScreen> {
    let mut overlays = model.view.overlays.iter_mut();
    overlays.find_map(|overlay| match overlay {
        Overlay::Walk(screen) => Some(&mut **screen),
        _ => None,
    })
}

fn walk_mut(model: &mut Model) -> Option<(u64, &mut Walk)> {
    let screen = screen_mut(model)?;
    match &mut screen.stage {
        Stage::Open(walk) => Some((screen.number, walk)),
        _ => None,
    }
}

/// Whether a command of the walkthrough can be done.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let screen = crate::app::walk::screen(model).ok_or(WhyNot::NotHere)?;
    let walk = screen.open().ok_or(WhyNot::NoRecord)?;
    let found = match command {
        Command::WalkOlder => beside(walk, true).is_some(),
        Command::WalkNewer => beside(walk, false).is_some(),
        _ => {
            return jump_of(command).map_or(Ok(()), |(forward, kind)| {
                let next = walk.next_mark(forward, kind);
                next.map(drop).ok_or(WhyNot::NoMark)
            });
        }
    };
    found.then_some(()).ok_or(WhyNot::NoOtherRecord)
}

/// The record before this one, or after it.
fn beside(walk: &Walk, older: bool) -> Option<&String> {
    let place = walk
        .names
        .iter()
        .position(|name| *name == walk.outline.name)?;
    if older {
        walk.names.get(place + 1)
    } else {
        walk.names.get(place.checked_sub(1)?)
    }
}

/// Which marks a command jumps between, and whether forwards.
const fn jump_of(command: Command) -> Option<(bool, Option<MarkKind>)> {
    Some(match command {
        Command::WalkNext => (true, None),
        Command::WalkPrevious => (false, None),
        Command::WalkNextAlert => (true, Some(MarkKind::Alert)),
        Command::WalkPreviousAlert => (false, Some(MarkKind::Alert)),
        Command::WalkNextAction => (true, Some(MarkKind::Action)),
        Command::WalkPreviousAction => (false, Some(MarkKind::Action)),
        Command::WalkNextLight => (true, Some(MarkKind::Light)),
        Command::WalkPreviousLight => (false, Some(MarkKind::Light)),
        Command::WalkNextNote => (true, Some(MarkKind::Note)),
        Command::WalkPreviousNote => (false, Some(MarkKind::Note)),
        _ => return None,
    })
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let now = model.now.mono;
    let drawn = Effects::draw(Redraw::Now);
    let Some((number, walk)) = walk_mut(model) else {
        return Effects::none();
    };
    if let Some((forward, kind)) = jump_of(command) {
        let Some(place) = walk.next_mark(forward, kind) else {
            return Effects::none();
        };
        let at = walk.outline.marks[place].at;
        go(walk, at, Move::Onto);
        walk.mark = Some(place);
        return drawn.and(ask(number, walk));
    }
    let ends = walk.outline.ends();
    match command {
        Command::WalkPlay => {
            walk.playing = !walk.playing;
            walk.ticked = now;
            let at_end = ends.is_some_and(|ends| walk.at >= ends.to);
            if let (true, true, Some(ends)) = (walk.playing, at_end, ends) {
                go(walk, ends.from, Move::To);
            }
        }
        Command::WalkFaster => walk.speed = (walk.speed + 1).min(SPEEDS.len() - 1),
        Command::WalkSlower => walk.speed = walk.speed.saturating_sub(1),
        Command::WalkBack => by(walk, -STEP),
        Command::WalkOn => by(walk, STEP),
        Command::WalkMinuteBack => by(walk, -MINUTE),
        Command::WalkMinuteOn => by(walk, MINUTE),
        Command::WalkStart => {
            if let Some(ends) = ends {
                go(walk, ends.from, Move::To);
            }
        }
        Command::WalkEnd => {
            if let Some(ends) = ends {
                walk.playing = false;
                go(walk, ends.to, Move::To);
            }
        }
        Command::WalkOlder | Command::WalkNewer => {
            return other(model, command == Command::WalkOlder);
        }
        _ => {}
    }
    drawn.and(ask(number, walk))
}

/// Goes to another record of the desk.
fn other(model: &mut Model, older: bool) -> Effects {
    let Some(name) = walk_mut(model).and_then(|(_, walk)| beside(walk, older).cloned()) else {
        return Effects::none();
    };
    let number = model.next_request();
    if let Some(screen) = screen_mut(model) {
        screen.number = number;
        screen.stage = Stage::Opening;
    }
    let what = WalkWhat::Named(name);
    Effects::draw(Redraw::Now).with(Effect::Walk(WalkAsk { number, what }))
}

fn by(walk: &mut Walk, span: SignedDuration) {
    let at = walk.at.saturating_add(span).unwrap_or(walk.at);
    let range = walk.range();
    go(
        walk,
        at.clamp(range.from, range.to.max(range.from)),
        Move::To,
    );
}

fn go(walk: &mut Walk, at: Timestamp, how: Move) {
    walk.at = at;
    walk.mark = None;
    walk.moved = Some(how);
}

/// Asks for the frame of the moment, where another one is on the screen and none is on its way.
fn ask(number: u64, walk: &mut Walk) -> Effects {
    if walk.waiting {
        return Effects::none();
    }
    let Some(moved) = walk.moved.take() else {
        return Effects::none();
    };
    walk.waiting = true;
    let what = WalkWhat::Seek {
        at: walk.at,
        onto: moved == Move::Onto,
    };
    Effects::one(Effect::Walk(WalkAsk { number, what }))
}

/// A command about the panes of the past.
pub(super) fn pass(model: &mut Model, command: Command) -> Effects {
    if let Some((_, walk)) = walk_mut(model) {
        walk.past.view.touched = true;
        // What it would have read of the present is nobody's question.
        let _ = command::run(&mut walk.past, command);
    }
    Effects::draw(Redraw::Now)
}

/// Whether commands about panes are about those of the past.
pub(super) fn is_on_top(model: &Model) -> bool {
    on_top(model).is_some()
}

/// Reads what the records tell of before, where somebody looks at it.
pub(super) fn recall(model: &mut Model) -> Effects {
    let Some(from) = past::wanted(model) else {
        return Effects::none();
    };
    model.recalled.asked = Some((from, model.now.mono));
    let number = model.next_request();
    let what = WalkWhat::Past { from };
    Effects::one(Effect::Walk(WalkAsk { number, what }))
}

pub(super) fn told(model: &mut Model, told: WalkTold) -> Effects {
    if let WalkAnswer::Past(read) = told.what {
        // What can't be read now leaves what was read before.
        model.recalled.read = read.or(model.recalled.read.take());
        return Effects::draw(Redraw::Soon);
    }
    let is_for = screen_mut(model).is_some_and(|screen| screen.number == told.number);
    if !is_for {
        return Effects::none();
    }
    let drawn = Effects::draw(Redraw::Now);
    match told.what {
        WalkAnswer::Past(_) => Effects::none(),
        WalkAnswer::Nothing(why) => {
            if let Some(screen) = screen_mut(model) {
                screen.stage = Stage::Nothing(why);
            }
            drawn
        }
        WalkAnswer::Opened {
            outline,
            names,
            recorded,
        } => {
            let mut walk = Walk {
                at: recorded.frame.at,
                gap: false,
                outline: with_ledger(model, outline),
                names,
                past: Walk::past_of(model),
                playing: false,
                speed: 0,
                mark: None,
                waiting: false,
                moved: None,
                ticked: model.now.mono,
            };
            take(&mut walk, *recorded);
            if let Some(screen) = screen_mut(model) {
                screen.stage = Stage::Open(Box::new(walk));
            }
            drawn
        }
        WalkAnswer::Frame { recorded, grown } => {
            let grown = grown.map(|outline| with_ledger(model, outline));
            let Some((number, walk)) = walk_mut(model) else {
                return Effects::none();
            };
            if let Some(outline) = grown {
                walk.outline = outline;
            }
            walk.waiting = false;
            if walk.mark.is_some() && walk.moved.is_none() {
                // What was jumped to is seen from here on.
                walk.at = walk.at.max(recorded.frame.at);
            }
            take(walk, *recorded);
            drawn.and(ask(number, walk))
        }
    }
}

fn take(walk: &mut Walk, recorded: Recorded) {
    walk.gap = recorded.gap;
    frame::show(&mut walk.past, recorded.frame);
}

/// The marks of a record of this desk, with what the ledger tells of the same time.
fn with_ledger(model: &Model, mut outline: Outline) -> Outline {
    let alone = crate::app::walk::screen(model).is_some_and(|screen| screen.alone);
    let Some(ends) = outline.ends().filter(|_| !alone) else {
        return outline;
    };
    let marks = outline.marks.iter().enumerate();
    let mut places: HashMap<MarkKey, usize> = marks
        .map(|(place, mark)| (mark.key.clone(), place))
        .collect();
    for mark in frame::marks_of_ledger(model) {
        if let Some(place) = places.get(&mark.key) {
            // It went on when the record ended: what came of it was written down later.
            let known = &mut outline.marks[*place];
            if matches!(known.what, Marked::Ran { verdict: None, .. }) {
                known.what = mark.what;
            }
        } else if ends.from <= mark.at && mark.at <= ends.to {
            places.insert(mark.key.clone(), outline.marks.len());
            outline.marks.push(mark);
        }
    }
    outline.marks.sort_by_key(|mark| mark.at);
    outline
}

/// Time passes: what is played goes on.
pub(super) fn tick(model: &mut Model) -> Effects {
    let now = model.now.mono;
    let Some((number, walk)) = walk_mut(model) else {
        return Effects::none();
    };
    let passed = now.saturating_sub(walk.ticked);
    walk.ticked = now;
    if !walk.playing {
        return Effects::none();
    }
    let ahead = passed.saturating_mul(SPEEDS[walk.speed]);
    let at = walk.at.saturating_add(ahead).unwrap_or(walk.at);
    let at = walk.onwards(at);
    let end = walk.outline.ends().map_or(at, |ends| ends.to);
    // The record may still grow: then the frame that is asked for says so.
    if at >= end && walk.at >= end {
        walk.playing = false;
    }
    go(walk, at, Move::To);
    ask(number, walk)
}

/// The past is drawn as the present is: in its language, with its signs, in the cells that it has.
pub(super) fn settle(model: &mut Model) {
    let (look, size) = (model.look.clone(), room(model.size));
    if let Some((_, walk)) = walk_mut(model) {
        let past = &mut walk.past;
        past.look = crate::app::model::Look {
            zone: past.look.zone.clone(),
            ..look
        };
        if past.size != size {
            past.size = size;
            lists::keep_all_in_view(past);
        }
    }
}

/// Where a walkthrough was closed, its record is let go.
pub(super) fn closed(model: &mut Model, overlay: &Overlay) -> Effects {
    let Overlay::Walk(screen) = overlay else {
        return Effects::none();
    };
    if screen.alone {
        // Nothing is below it: it is left with the program.
        let screen = screen.clone();
        model.view.overlays.push(Overlay::Walk(screen));
        say(model, Notice::WhyNot(Command::Back, WhyNot::OnlyTheRecord));
        return Effects::draw(Redraw::Now);
    }
    let number = screen.number;
    Effects::draw(Redraw::Now).with(Effect::Walk(WalkAsk {
        number,
        what: WalkWhat::Leave,
    }))
}
