//! A recorded shift: the time line with its marks, and below it the panes as they were.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span as Words},
};

use super::changes;
use crate::app::{
    layout::Area,
    walk::{LINES, SPEEDS, Stage, Walk, WalkScreen},
};
use crate::domain::{
    action::verdict::Verdict,
    change::What,
    desk::Desk,
    frame::{Did, Mark, Marked, NoRecord, Recording, Span},
    time::since,
};
use crate::i18n::{action_words, time, width::cells};
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

/// Steps between the times below a time line, in minutes.
const STEPS: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 120, 180];

/// Cells from one written time to the next, at least.
const APART: i64 = 9;

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
            time_line(buffer, scene, area, walk);
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

/// From moments to cells.
struct Ruler {
    range: Span,
    width: u16,
}

impl Ruler {
    fn seconds(&self) -> f64 {
        since(self.range.from, self.range.to).as_secs_f64().max(1.0)
    }

    /// The cell of a moment.
    fn cell(&self, at: Timestamp) -> u16 {
        let ahead = since(self.range.from, at).as_secs_f64() / self.seconds();
        let last = f64::from(self.width.saturating_sub(1));
        (ahead.clamp(0.0, 1.0) * last).round() as u16
    }

    /// The time a cell stands for.
    fn of(&self, cell: u16) -> Span {
        let step = self.seconds() / f64::from(self.width.saturating_sub(1).max(1));
        let at = |cell: f64| {
            let ahead = Duration::from_secs_f64((cell * step).max(0.0));
            self.range
                .from
                .saturating_add(ahead)
                .unwrap_or(self.range.to)
        };
        Span {
            from: at(f64::from(cell) - 0.5),
            to: at(f64::from(cell) + 0.5),
        }
    }
}

/// Two lines: what was recorded with its times, and what happened on it.
fn time_line(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, walk: &Walk) {
    let inner = Area::new(
        area.x + 1,
        area.y,
        area.width.saturating_sub(2),
        area.height,
    );
    let ruler = Ruler {
        range: walk.range(),
        width: inner.width,
    };
    for cell in 0..inner.width {
        let own = ruler.of(cell);
        let spans = &walk.outline.spans;
        let recorded = spans
            .iter()
            .any(|span| span.from <= own.to && own.from <= span.to);
        let (sign, role) = if recorded {
            (scene.glyph.horizontal, Role::Text)
        } else {
            (scene.glyph.gap, Role::Dim)
        };
        buffer[(inner.x + cell, inner.y + 1)]
            .set_symbol(sign)
            .set_style(scene.style(role));
    }
    times(buffer, scene, row(inner, 1), walk, &ruler);
    let latest = walk.latest().map(|(place, _)| place);
    let mut taken: Vec<(u16, u8)> = Vec::new();
    for (place, mark) in walk.outline.marks.iter().enumerate() {
        let cell = ruler.cell(mark.at);
        let rank = if Some(place) == latest {
            9
        } else {
            weight(mark)
        };
        // Of several in one cell the gravest is drawn.
        if taken
            .iter()
            .any(|(other, more)| *other == cell && *more >= rank)
        {
            continue;
        }
        taken.push((cell, rank));
        let (sign, role) = sign(scene, mark);
        let at = &mut buffer[(inner.x + cell, inner.y + 2)];
        at.set_symbol(sign).set_style(scene.style(role));
        if Some(place) == latest {
            at.set_style(scene.style(Role::Selection));
        }
    }
    let here = inner.x + ruler.cell(walk.at);
    buffer[(here, inner.y + 1)]
        .set_symbol(scene.glyph.cross)
        .set_style(scene.style(Role::Accent));
}

/// The times along the line, as many as there is room for.
fn times(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, walk: &Walk, ruler: &Ruler) {
    let minutes = ruler.seconds() / 60.0;
    let step = STEPS.into_iter().find(|step| {
        let count = minutes / *step as f64;
        count * APART as f64 <= f64::from(at.width)
    });
    let step = step.unwrap_or(360) * 60;
    // On whole hours and quarters of the zone of the desk.
    let offset = i64::from(walk.zone().to_offset(ruler.range.from).seconds());
    let first = (ruler.range.from.as_second() + offset).div_euclid(step) * step - offset;
    for second in (0..200).map(|index| first + index * step) {
        let Ok(moment) = Timestamp::from_second(second) else {
            continue;
        };
        if moment < ruler.range.from || moment > ruler.range.to {
            continue;
        }
        let text = time::clock(moment, walk.zone());
        let cell = ruler.cell(moment);
        let room = at.width.saturating_sub(cell);
        if usize::from(room) < cells(&text) {
            continue;
        }
        let place = Area::new(at.x + cell, at.y, cells(&text) as u16, 1);
        put(buffer, place, scene.line(Role::Dim, text), scene.glyphs());
    }
}

/// Which of two marks in one cell is seen.
const fn weight(mark: &Mark) -> u8 {
    match &mark.what {
        Marked::Ran { .. } => 5,
        Marked::Noted { .. } => 4,
        Marked::Changed(What::LightChanged { .. } | What::HookChanged { .. }) => 3,
        Marked::Changed(What::AlertCame { .. } | What::AlertLeft { .. }) => 2,
        Marked::Changed(_) => 1,
    }
}

fn sign(scene: &Scene<'_>, mark: &Mark) -> (&'static str, Role) {
    let glyph = scene.glyph;
    match &mark.what {
        Marked::Changed(What::LightChanged { to, .. } | What::HookChanged { to, .. }) => {
            (glyph.light(*to), Scene::light_role(*to))
        }
        Marked::Changed(what) => changes::sign(scene, what),
        Marked::Ran { verdict, .. } => (glyph.run, verdict.map_or(Role::Info, verdict_role)),
        Marked::Noted { .. } => (glyph.live, Role::Accent),
    }
}

const fn verdict_role(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Verified => Role::Ok,
        Verdict::Done => Role::Info,
        Verdict::NotHelped | Verdict::Unverified | Verdict::Aborted => Role::Warn,
        Verdict::Failed => Role::Error,
        Verdict::Unknown => Role::Unknown,
    }
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
                ("about", about.as_deref().unwrap_or_default().into()),
                ("text", text.as_deref().unwrap_or_default().into()),
            ];
            let key = match did {
                Did::Remarked if about.is_none() => "walk-noted",
                Did::Remarked => "walk-remarked",
                Did::Acknowledged => "walk-acknowledged",
                Did::Released => "walk-released",
                Did::Assigned => "walk-assigned",
                Did::Escalated => "walk-escalated",
            };
            scene.with(key, &args).trim_end().to_owned()
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
