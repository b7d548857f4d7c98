//! A recorded shift: the time line with its marks, and below it the panes as they were.

mod time_line;

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span as Words},
};

use self::time_line::sign;
use super::changes;
use crate::app::{
    layout::Area,
    walk::{LINES, SPEEDS, Stage, Walk, WalkScreen},
};
use crate::domain::{
    desk::Desk,
    frame::{Did, Mark, Marked, NoRecord, Recording},
};
use crate::i18n::{action_words, time};
use crate::theme::Role;
use crate::ui::{
    root,
    scene::Scene,
    widgets::{
        canvas::{below, put, put_sides, rect, row},
        fit::{Part, fit, spans_cells},
        wrap::wrap,
    },
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, screen: &WalkScreen) {
    match &screen.stage {
        Stage::Opening => {
            let text = format!(" {} {}", scene.glyph.broken, scene.t("walk-opening"));
            nothing(buffer, scene, area, &[scene.line(Role::Info, text)]);
        }
        Stage::Nothing(why) => {
            let width = usize::from(area.width).saturating_sub(4);
            let mut lines = Vec::new();
            for (index, text) in wrap(&why_text(scene, why), width).into_iter().enumerate() {
                let lead = if index == 0 { scene.glyph.dash } else { " " };
                lines.push(scene.line(Role::Dim, format!(" {lead} {text}")));
            }
            if *why == NoRecord::NoneYet {
                for text in wrap(&recording_text(scene), width) {
                    lines.push(scene.line(Role::Text, format!("   {text}")));
                }
            }
            nothing(buffer, scene, area, &lines);
        }
        Stage::Open(walk) => {
            put(
                buffer,
                row(area, 0),
                title(scene, walk, area.width),
                scene.glyphs(),
            );
            time_line::draw(buffer, scene, area, walk);
            said(buffer, scene, row(area, 3), walk);
            past(buffer, scene, below(area, LINES), walk);
        }
    }
}

fn nothing(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, lines: &[Line<'_>]) {
    let mark = scene.span(Role::TitleFocused, format!(" {} ", scene.t("walk-title")));
    put(buffer, row(area, 0), Line::from(mark), scene.glyphs());
    for (line, index) in lines.iter().zip(2..area.height) {
        put(buffer, row(area, index), line.clone(), scene.glyphs());
    }
}

/// Why there is nothing to go through, in words.
fn why_text(scene: &Scene<'_>, why: &NoRecord) -> String {
    match why {
        NoRecord::NoneYet => scene.t("walk-none-yet").to_owned(),
        NoRecord::NoRecord => scene.t("walk-no-record").to_owned(),
        NoRecord::Version { found, known } => {
            let args = [("found", (*found).into()), ("known", (*known).into())];
            scene.with("walk-version", &args)
        }
        NoRecord::Empty => scene.t("walk-empty").to_owned(),
        NoRecord::Unreadable(why) => scene.with("walk-unreadable", &[("why", why.as_str().into())]),
    }
}

fn recording_text(scene: &Scene<'_>) -> String {
    match &scene.model.recording {
        Recording::Idle => scene.t("recording-idle").to_owned(),
        Recording::Elsewhere => scene.t("recording-elsewhere").to_owned(),
        Recording::Here { .. } => scene.t("recording-here").to_owned(),
        Recording::Stopped { why } => {
            scene.with("recording-stopped", &[("why", why.as_str().into())])
        }
    }
}

/// That this is the past, of which desk and shift, the moment, and how it is played.
fn title<'a>(scene: &Scene<'a>, walk: &'a Walk, width: u16) -> Line<'a> {
    let width = usize::from(width).saturating_sub(1);
    let clock = time::clock_seconds(walk.at, walk.zone());
    let sign = if walk.playing {
        scene.glyph.pointer
    } else {
        scene.glyph.vertical
    };
    let state = scene.t(if walk.playing {
        "walk-plays"
    } else {
        "walk-stands"
    });
    let speed = format!(" {}{}", scene.glyph.times, SPEEDS[walk.speed]);
    let right = vec![
        scene.span(Role::Dim, format!("{state} {sign} ")),
        scene.span(Role::Accent, clock),
        scene.span(Role::Text, speed),
    ];
    let desk = |full: bool| scene.span(Role::HeaderDesk, desk_text(scene, &walk.past.desk, full));
    let mut parts = vec![
        Part::fixed(vec![
            scene.span(Role::DemoMark, format!(" {} ", scene.t("walk-past"))),
        ]),
        Part::optional(
            5,
            vec![scene.span(Role::TitleFocused, scene.t("walk-title"))],
        ),
        Part::forms(3, vec![vec![desk(true)], vec![desk(false)], Vec::new()]),
    ];
    if let Some(demo) = &walk.past.desk.demo {
        let mark = format!(" {} {} ", scene.t("demo-mark"), demo.scenario);
        let short = format!(" {} ", scene.t("demo-mark"));
        parts.insert(
            1,
            Part::forms(
                4,
                vec![
                    vec![scene.span(Role::DemoMark, mark)],
                    vec![scene.span(Role::DemoMark, short)],
                ],
            ),
        );
    }
    parts.push(Part::forms(6, shift_forms(scene, walk)));
    let room = width.saturating_sub(spans_cells(&right) + 1);
    let mut line = fit(parts, room, &Words::raw(" "));
    let pad = width.saturating_sub(spans_cells(&line.spans) + spans_cells(&right));
    line.spans.push(Words::raw(" ".repeat(pad)));
    line.spans.extend(right);
    line
}

fn desk_text(scene: &Scene<'_>, desk: &Desk, full: bool) -> String {
    let pack = desk.pack.as_ref();
    let pack = pack.map_or_else(|| scene.t("desk-generic"), |pack| pack.as_str());
    if full {
        format!("{pack} {} {}", scene.glyph.dot, desk.context)
    } else {
        pack.to_owned()
    }
}

fn shift_forms<'a>(scene: &Scene<'a>, walk: &'a Walk) -> Vec<Vec<Words<'a>>> {
    let date = |at: Timestamp| {
        let zoned = at.to_zoned(walk.zone().clone());
        zoned.strftime("%Y-%m-%d").to_string()
    };
    let Some(shift) = &walk.past.shift else {
        let day = date(walk.at);
        return vec![vec![scene.span(Role::Text, day)], Vec::new()];
    };
    let title = scene.pick(&shift.title);
    let hours = format!(
        "{}{}{}",
        time::clock(shift.from, walk.zone()),
        scene.glyph.dash,
        time::clock(shift.to, walk.zone())
    );
    let span = |text: String| vec![scene.span(Role::Text, text)];
    vec![
        span(format!("{title} {} {hours}", date(shift.from))),
        span(format!("{title} {}", date(shift.from))),
        span(title.to_owned()),
        Vec::new(),
    ]
}

/// What happened last, and of when the panes are.
fn said(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, walk: &Walk) {
    let recorded = time::clock_seconds(walk.recorded_at(), walk.zone());
    let args = [("clock", recorded.as_str().into())];
    let mut right = if walk.gap {
        vec![scene.span(Role::Warn, scene.with("walk-gap", &args))]
    } else {
        vec![scene.span(Role::Dim, scene.with("walk-recorded", &args))]
    };
    if walk.past.cluster.left_out > 0 {
        let count = walk.past.cluster.left_out;
        let text = scene.with("walk-left-out", &[("count", count.into())]);
        right.insert(0, scene.dot());
        right.insert(0, scene.span(Role::Warn, text));
    }
    if walk.outline.torn > 0 {
        right.insert(0, scene.dot());
        right.insert(0, scene.span(Role::Warn, scene.t("walk-torn")));
    }
    right.push(Words::raw(" "));
    let left = walk.latest().map_or_else(
        || scene.line(Role::Dim, format!(" {}", scene.t("walk-no-mark"))),
        |(place, mark)| {
            let (sign, role) = sign(scene, mark);
            let clock = time::clock_seconds(mark.at, walk.zone());
            let count = format!("{}/{}", place + 1, walk.outline.marks.len());
            Line::from(vec![
                scene.span(Role::Dim, format!(" {clock} ")),
                scene.span(role, format!("{sign} ")),
                scene.span(Role::Text, mark_text(scene, mark)),
                scene.span(Role::Dim, format!("  {count}")),
            ])
        },
    );
    put_sides(buffer, at, left, Line::from(right), scene.glyphs());
}

/// What a mark stands for, in words.
fn mark_text(scene: &Scene<'_>, mark: &Mark) -> String {
    match &mark.what {
        Marked::Changed(what) => changes::text(scene, what),
        Marked::Ran {
            title,
            target,
            who,
            verdict,
        } => {
            let verdict = verdict.map_or_else(
                || scene.t("walk-went-on"),
                |verdict| action_words::verdict(scene.paint.texts, verdict),
            );
            let args = [
                ("title", scene.pick(title).into()),
                ("target", target.as_str().into()),
                ("who", who.as_str().into()),
                ("verdict", verdict.into()),
            ];
            scene.with("walk-ran", &args)
        }
        Marked::Noted {
            who,
            did,
            about,
            text,
        } => {
            let args = [
                ("who", who.as_str().into()),
                (
                    "about",
                    about.as_ref().map_or("", |it| scene.pick(it)).into(),
                ),
                ("text", text.as_deref().unwrap_or_default().into()),
            ];
            let key = match did {
                Did::Remarked if about.is_none() => "walk-noted",
                Did::Remarked => "walk-remarked",
                Did::Acknowledged => "walk-acknowledged",
                Did::Released => "walk-released",
                Did::Assigned => "walk-assigned",
                Did::Escalated => "walk-escalated",
                Did::Passed => "walk-passed",
                Did::Warned => "walk-warned",
                Did::Failed => "walk-failed",
                Did::NotTold => "walk-not-told",
                Did::Skipped => "walk-skipped",
                Did::Declared => "walk-declared",
                Did::Updated => "walk-updated",
                Did::Led => "walk-led",
                Did::Closed => "walk-closed",
                Did::Reopened => "walk-reopened",
                Did::Began => "walk-began",
                Did::Settled => "walk-settled",
                Did::LeftOut => "walk-left-out-step",
                Did::Left => "walk-left",
                Did::Resumed => "walk-resumed",
                Did::Ended => "walk-ended",
                Did::HandedOver => "walk-handed-over",
                Did::TookOver => "walk-took-over",
                Did::Lifted => "walk-lifted",
                Did::SawOverdue => "walk-saw-overdue",
                Did::SawChanged => "walk-saw-changed",
            };
            let said = scene.with(key, &args);
            said.trim_end_matches([' ', ':', '：']).to_owned()
        }
    }
}

/// The strip and the panes as they were, drawn by what draws them now.
fn past(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, walk: &Walk) {
    let mut drawn = Buffer::empty(Rect::new(0, 0, area.width, area.height));
    root::draw_bare(&mut drawn, &Scene::new(&walk.past, scene.paint));
    for y in 0..area.height {
        for x in 0..area.width {
            buffer[(area.x + x, area.y + y)] = drawn[(x, y)].clone();
        }
    }
    if walk.gap {
        // What stands there is what was known last.
        buffer.set_style(rect(area), scene.style(Role::Stale));
    }
}
