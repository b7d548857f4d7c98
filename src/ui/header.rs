//! The first line: whose desk this is, what time it is, and whether the sources answer.

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{incidents, layout::Area, links::Links, model::ShiftNow};
use crate::domain::{clean::clean, desk::Namespaces};
use crate::i18n::time;
use crate::theme::Role;

use super::actor;
use super::scene::Scene;
use super::widgets::{
    canvas::{put, rect},
    fit::{Part, fit, spans_cells},
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
    buffer.set_style(rect(at), scene.style(Role::Header));
    let width = usize::from(at.width).saturating_sub(2);
    // The right end is worth more than the detail of the left one: it is fitted into half of the line first.
    let right = right(scene, width / 2);
    let room = width.saturating_sub(spans_cells(&right.spans) + 2);
    let left = left(scene, room);
    put(
        buffer,
        Area::new(at.x + 1, at.y, at.width.saturating_sub(1), 1),
        left,
        scene.glyphs(),
    );
    let wide = spans_cells(&right.spans) as u16;
    let x = at.x + at.width.saturating_sub(wide + 1);
    put(buffer, Area::new(x, at.y, wide, 1), right, scene.glyphs());
}

fn left<'a>(scene: &Scene<'a>, width: usize) -> Line<'a> {
    let desk = &scene.model.desk;
    let stands_in = scene.model.pack.is_generic();
    let unread = scene.model.unread_pack.as_ref().filter(|_| stands_in);
    let unread = unread.map(|id| scene.with("desk-pack-unread", &[("pack", id.as_str().into())]));
    let pack = desk
        .pack
        .as_ref()
        .map_or_else(|| scene.t("desk-generic"), |pack| pack.as_str());
    let pack = unread.as_deref().unwrap_or(pack);
    let context = desk.context.as_str();
    let mut parts = Vec::new();
    if let Some(demo) = &desk.demo {
        let drill = scene.model.drill.is_some();
        let mark = scene.t(if drill { "drill-mark" } else { "demo-mark" });
        let style = Role::DemoMark;
        let mark = demo.speed.as_ref().map_or_else(
            || mark.to_owned(),
            |speed| format!("{mark} {}{speed}", scene.glyph.times),
        );
        parts.push(Part::forms(
            3,
            vec![
                vec![
                    scene.span(style, format!(" {mark} {} ", demo.scenario)),
                    Span::raw(" "),
                ],
                vec![scene.span(style, format!(" {mark} ")), Span::raw(" ")],
            ],
        ));
    }
    parts.extend(incident(scene));
    parts.extend(actor::mark(scene));
    if scene.model.is_read_only() {
        parts.push(Part::fixed(vec![
            scene.span(Role::Warn, scene.t("read-only")),
            Span::raw("  "),
        ]));
    }
    let head = |text: String| scene.span(Role::HeaderDesk, text);
    let dot = || scene.span(Role::Header, format!(" {} ", scene.glyph.dot));
    let full = namespaces(scene, &desk.namespaces, 3);
    let short = namespaces(scene, &desk.namespaces, 2);
    parts.push(Part::forms(
        2,
        vec![
            vec![
                head(pack.to_owned()),
                dot(),
                head(format!("{context}/{full}")),
            ],
            vec![
                head(pack.to_owned()),
                dot(),
                head(format!("{context}/{short}")),
            ],
            vec![head(pack.to_owned()), dot(), head(context.to_owned())],
            vec![head(pack.to_owned())],
        ],
    ));
    if let Some(shift) = &scene.model.shift {
        let title = scene.pick(&shift.title);
        parts.push(Part::forms(
            4,
            vec![
                vec![
                    dot(),
                    scene.span(Role::Header, format!("{title} {}", hours(scene, shift))),
                ],
                vec![dot(), scene.span(Role::Header, title)],
                Vec::new(),
            ],
        ));
    }
    parts.extend(actor::user(scene));
    fit(parts, width, &Span::raw(""))
}

/// The open incident of the gravest severity: it stays, however narrow the screen is.
fn incident<'a>(scene: &Scene<'a>) -> Option<Part<'a>> {
    let incident = incidents::top(scene.model)?;
    let severity = incidents::severity_title(scene.model, &incident.severity);
    let word = severity.to_uppercase();
    let mark = |text: String| {
        vec![
            scene.span(Role::Error, format!("{} {text}", scene.glyph.error)),
            Span::raw("  "),
        ]
    };
    let number = clean(&incident.number).into_owned();
    Some(Part::forms(
        1,
        vec![mark(format!("{word} {number}")), mark(word)],
    ))
}

/// All of them where they are at most so many, else the first by name and how many more there are: `prod, staging +3`.
fn namespaces(scene: &Scene<'_>, namespaces: &Namespaces, most: usize) -> String {
    let Namespaces::Some(names) = namespaces else {
        return scene.t("namespaces-all").to_owned();
    };
    if names.len() <= most {
        return names.join(", ");
    }
    let (first, rest) = names.split_at(most - 1);
    scene.with(
        "namespaces-more",
        &[
            ("names", first.join(", ").into()),
            ("more", rest.len().into()),
        ],
    )
}

/// `07–19`, with minutes where there are some.
fn hours(scene: &Scene<'_>, shift: &ShiftNow) -> String {
    let hour = |at: Timestamp| {
        let text = time::clock(at, scene.zone());
        text.strip_suffix(":00").map(str::to_owned).unwrap_or(text)
    };
    format!("{}{}{}", hour(shift.from), scene.glyph.dash, hour(shift.to))
}

fn right<'a>(scene: &Scene<'a>, width: usize) -> Line<'a> {
    let clock = time::clock_with_offset(scene.now(), scene.zone());
    let bare = time::clock(scene.now(), scene.zone());
    let parts = vec![
        Part::forms(
            2,
            vec![
                vec![scene.span(Role::Header, clock)],
                vec![scene.span(Role::Header, bare)],
            ],
        ),
        Part::forms(1, link_forms(scene)),
    ];
    fit(parts, width, &scene.span(Role::Header, "   "))
}

fn link_forms<'a>(scene: &Scene<'a>) -> Vec<Vec<Span<'a>>> {
    let glyph = scene.glyph;
    let one = |role, text: String| vec![scene.span(role, text)];
    match Links::of(scene.model) {
        Links::None => vec![one(
            Role::Unknown,
            format!("{} {}", glyph.unknown, scene.t("links-none")),
        )],
        Links::Live => vec![one(
            Role::Ok,
            format!("{} {}", glyph.live, scene.t("links-live")),
        )],
        Links::Partial => vec![one(
            Role::Warn,
            format!("{} {}", glyph.warn, scene.t("links-partial")),
        )],
        Links::Connecting { all: 0, .. } => vec![one(
            Role::Info,
            format!("{} {}", glyph.broken, scene.t("link-connecting")),
        )],
        Links::Connecting { left, all } => {
            let text = scene.with(
                "links-connecting",
                &[("count", left.into()), ("all", all.into())],
            );
            vec![
                one(Role::Info, format!("{} {text}", glyph.broken)),
                one(Role::Info, format!("{} {left}/{all}", glyph.broken)),
            ]
        }
        Links::Failing { count, all } => {
            let text = scene.with(
                "links-failing",
                &[("count", count.into()), ("all", all.into())],
            );
            let short = scene.with(
                "links-failing-short",
                &[("count", count.into()), ("all", all.into())],
            );
            vec![
                one(Role::Error, format!("{} {text}", glyph.broken)),
                one(Role::Error, format!("{} {short}", glyph.broken)),
            ]
        }
        Links::Stale { since } => {
            let text = scene.with("links-stale", &[("age", scene.age(since).into())]);
            vec![one(Role::Error, format!("{} {text}", glyph.error))]
        }
    }
}
