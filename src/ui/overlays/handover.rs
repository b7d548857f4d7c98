//! The handover: who gave it and who took it, and below that its text as it was given, or its draft of now.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    handover::{self, HandoverScreen, blocking, is_own, plain, standing},
    layout::Area,
    running::actor,
};
use crate::domain::logbook::handover::{Given, Handover, Taken, is_same_person};
use crate::i18n::{action_words, time};
use crate::theme::Role;
use crate::ui::{
    scene::Scene,
    widgets::{document, wrap::wrap},
};

/// How much of a digest is shown.
const DIGEST: usize = 12;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, screen: &HandoverScreen) {
    let own = standing(scene.model);
    let width = usize::from(area.width);
    let mut lines = head(scene, screen, &own, width);
    lines.push(Line::default());
    match handover::shown(scene.model, screen) {
        Ok(text) => lines.extend(page(scene, &text, width)),
        Err(why) => {
            let why = scene.with("template-broken", &[("why", why.to_string().into())]);
            for part in wrap(&why, width.saturating_sub(2)) {
                lines.push(scene.line(Role::Error, format!(" {part}")));
            }
        }
    }
    let title = document::title(scene, title(scene, &own));
    document::draw(buffer, scene, area, title, lines, screen.scroll);
}

/// `Handover · Day 2026-11-21 07:00–19:00`.
fn title(scene: &Scene<'_>, own: &Handover) -> String {
    let (zone, shift) = (&scene.model.pack.time_zone, &own.shift);
    let mut title = format!("{} {} ", scene.t("handover-title"), scene.glyph.dot);
    if let Some(name) = &shift.title {
        title.push_str(scene.pick(name));
        title.push(' ');
    }
    let day = shift.from.to_zoned(zone.clone()).strftime("%Y-%m-%d");
    let (from, to) = (time::clock(shift.from, zone), time::clock(shift.to, zone));
    format!("{title}{day} {from}{}{to}", scene.glyph.dash)
}

fn head<'a>(
    scene: &Scene<'a>,
    screen: &HandoverScreen,
    own: &Handover,
    width: usize,
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut add = |role: Role, text: &str| {
        for part in wrap(text, width.saturating_sub(2)) {
            lines.push(scene.line(role, format!(" {part}")));
        }
    };
    match &own.given {
        None => add(Role::Dim, scene.t("handover-draft")),
        Some(given) => {
            add(Role::Text, &given_words(scene, given));
            if own.waits() {
                add(Role::Debt, scene.t("handover-waits"));
            }
            if screen.live {
                add(Role::Warn, scene.t("handover-live"));
            }
            for taken in &own.taken {
                add(Role::Ok, &taken_words(scene, taken));
                if is_same_person(&taken.by, &given.by) {
                    add(Role::Warn, scene.t("handover-same"));
                }
            }
        }
    }
    if own.waits() || own.given.is_none() {
        for incident in blocking(scene.model) {
            let args = [
                ("number", incident.number.as_str().into()),
                ("title", incident.title.as_str().into()),
            ];
            add(Role::Warn, &scene.with("handover-blocks", &args));
        }
    }
    let own_hand = own.given.as_ref().filter(|_| own.waits());
    if own_hand.is_some_and(|given| is_own(scene.model, given) == Some(true)) {
        let two = scene.model.pack.handover().is_some_and(|it| it.two_persons);
        let key = if two {
            "handover-another"
        } else {
            "handover-own-warning"
        };
        add(Role::Warn, scene.t(key));
    }
    let drafted = own.given.is_none() || screen.live;
    if screen.reading.is_some() && drafted {
        add(Role::Dim, scene.t("handover-reading"));
    }
    if let Some(Err(refusal)) = &screen.read {
        let why = action_words::refusal(scene.paint.texts, refusal);
        add(
            Role::Warn,
            &scene.with("handover-unread", &[("why", why.into())]),
        );
    }
    lines
}

fn given_words(scene: &Scene<'_>, given: &Given) -> String {
    let digest: String = given.digest.chars().take(DIGEST).collect();
    let args = [
        ("who", actor(&given.by).into()),
        ("at", at(scene, given.at).into()),
        ("digest", digest.into()),
        ("to", given.to.as_deref().unwrap_or_default().into()),
    ];
    if given.to.is_some() {
        scene.with("handover-given-to", &args)
    } else {
        scene.with("handover-given", &args)
    }
}

fn taken_words(scene: &Scene<'_>, taken: &Taken) -> String {
    let args = [
        ("who", actor(&taken.by).into()),
        ("at", at(scene, taken.at).into()),
        (
            "reservation",
            taken.reservation.as_deref().unwrap_or_default().into(),
        ),
    ];
    if taken.reservation.is_some() {
        scene.with("handover-taken-reserved", &args)
    } else {
        scene.with("handover-taken", &args)
    }
}

/// A time of the ledger on the pack's clock.
fn at(scene: &Scene<'_>, at: jiff::Timestamp) -> String {
    time::day_and_clock(at, &scene.model.pack.time_zone)
}

/// The text without the signs of Markdown.
fn page<'a>(scene: &Scene<'a>, text: &str, width: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for line in plain::lines(text) {
        if line.text.is_empty() {
            lines.push(Line::default());
        }
        let role = if line.heading {
            Role::Title
        } else {
            Role::Text
        };
        for part in wrap(&line.text, width.saturating_sub(2)) {
            lines.push(scene.line(role, format!(" {part}")));
        }
    }
    lines
}

/// What one should know before the form is signed or given.
pub fn told(scene: &Scene<'_>) -> Vec<(Role, String)> {
    let own = standing(scene.model);
    let mut told = Vec::new();
    for incident in blocking(scene.model) {
        let args = [
            ("number", incident.number.as_str().into()),
            ("title", incident.title.as_str().into()),
        ];
        told.push((Role::Warn, scene.with("handover-blocks", &args)));
    }
    if let Some(given) = &own.given {
        told.push((Role::Text, given_words(scene, given)));
        if is_own(scene.model, given) != Some(false) {
            told.push((Role::Warn, scene.t("handover-own-warning").to_owned()));
        }
    }
    told
}
