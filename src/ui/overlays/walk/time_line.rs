//! The time line of a shift: what was recorded, when, and what happened on it.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;

use crate::app::{layout::Area, walk::Walk};
use crate::domain::{
    action::verdict::Verdict,
    change::What,
    frame::{Mark, Marked, Span},
    time::since,
};
use crate::i18n::{time, width::cells};
use crate::theme::Role;
use crate::ui::{
    overlays::changes,
    scene::Scene,
    widgets::canvas::{put, row},
};

/// Steps between the times below a time line, in minutes.
const STEPS: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 120, 180];

/// Cells from one written time to the next, at least.
const APART: i64 = 9;

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
pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, walk: &Walk) {
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
        Marked::Changed(
            What::LightChanged { .. } | What::HookChanged { .. } | What::GateChanged { .. },
        ) => 3,
        Marked::Changed(What::AlertCame { .. } | What::AlertLeft { .. }) => 2,
        Marked::Changed(_) => 1,
    }
}

/// The sign and the role of a mark.
pub fn sign(scene: &Scene<'_>, mark: &Mark) -> (&'static str, Role) {
    let glyph = scene.glyph;
    match &mark.what {
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
