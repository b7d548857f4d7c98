//! How text is written for whoever reads it: words, signs, numbers, ages.

use std::io::IsTerminal;

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    app::{
        model::Model,
        snapshot::{AlertEntry, Belief, Entry, Freshness, QueueEntry, SloEntry},
    },
    domain::{
        freshness::{Link, SourceId},
        gauge::Unit,
        light::Light,
        limit::Limit,
        queue::QueueCourse,
        settings::{ColourDepth, Settings},
        time::since,
    },
    i18n::{Arg, Texts, time, words},
    ui::{
        figure,
        glyph::{self, GlyphSet},
    },
};

use super::table::{Cell, Column, Room, Tint};

/// What text is written with.
pub(in crate::cli) struct Face {
    pub texts: Texts,
    pub glyph: &'static GlyphSet,
    pub room: Room,
    pub now: Timestamp,
    pub zone: TimeZone,
}

/// Whether standard output is a terminal.
pub(in crate::cli) fn on_terminal() -> bool {
    std::io::stdout().is_terminal()
}

impl Face {
    pub fn new(settings: &Settings) -> Self {
        let terminal = on_terminal();
        let width = crossterm::terminal::size().ok().map(|(columns, _)| columns);
        Self {
            texts: Texts::new(settings.lang),
            glyph: glyph::set(settings.glyphs),
            room: Room {
                width: width.filter(|_| terminal).map(usize::from),
                colour: terminal && settings.colours != ColourDepth::None,
                glyphs: settings.glyphs,
            },
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
        }
    }

    /// The time and the zone are the model's.
    pub fn at(&mut self, model: &Model) {
        self.now = model.now.wall;
        self.zone = model.look.zone.clone();
    }

    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.t(key)
    }

    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.texts.with(key, args)
    }

    pub fn age(&self, at: Timestamp) -> String {
        time::short(since(at, self.now))
    }

    pub fn paint(&self, tint: Tint, text: &str) -> String {
        tint.paint(text, self.room.colour)
    }

    pub fn left(&self, head: &'static str, rank: u8) -> Column {
        Column {
            head: self.t(head).to_owned(),
            right: false,
            rank,
        }
    }

    pub fn right(&self, head: &'static str, rank: u8) -> Column {
        Column {
            right: true,
            ..self.left(head, rank)
        }
    }

    /// The column of signs, which has no heading.
    pub const fn signs() -> Column {
        Column {
            head: String::new(),
            right: false,
            rank: 0,
        }
    }

    /// The sign of a thing; nothing where all is well.
    pub fn sign(&self, entry: &Entry) -> Cell {
        match entry.light {
            Some(light) => Cell::new(self.glyph.quiet_light(light), Tint::Of(light)),
            None => Cell::plain(""),
        }
    }

    /// The sign of a light with its word: `▲ warn`; a well one needs no sign.
    pub fn light_word(&self, light: Light) -> &str {
        self.t(words::state(light))
    }

    /// Why something is not live, in words.
    pub fn belief(&self, belief: &Belief) -> Option<String> {
        let detail = belief.detail.as_deref().unwrap_or_default();
        let with_detail = |key| self.with(key, &[("detail", detail.into())]);
        match belief.freshness {
            Freshness::Live => None,
            Freshness::Denied => Some(with_detail("value-denied")),
            Freshness::Down if detail.is_empty() => Some(self.t("value-waiting").to_owned()),
            Freshness::Down => Some(with_detail("value-failed")),
            Freshness::NoData => Some(self.t("value-no-data").to_owned()),
            Freshness::Stale => {
                let age = belief.as_of.map_or_else(String::new, |at| self.age(at));
                Some(if detail.is_empty() {
                    self.with("value-stale", &[("age", age.into())])
                } else {
                    let args = [("age", age.into()), ("detail", detail.into())];
                    self.with("value-stale-why", &args)
                })
            }
        }
    }

    /// A value with its unit.
    pub fn value(&self, value: f64, unit: Unit, limit: Option<Limit>) -> String {
        figure::with_unit(value, unit, limit, self.glyph)
    }

    pub fn limit(&self, limit: Limit, unit: Unit) -> String {
        figure::limit(limit, unit, self.glyph)
    }

    /// What there is to say of an alert's state.
    pub fn alert_state(&self, alert: &AlertEntry) -> String {
        let key = match alert.state {
            "pending" => "alert-pending",
            "firing-unseen" => "alert-unseen",
            "unprocessed" => "alert-unprocessed",
            "inhibited" => "alert-inhibited",
            "silenced" => {
                let left = alert.silenced_until.filter(|until| *until > self.now);
                let Some(until) = left else {
                    return self.t("alert-silenced").to_owned();
                };
                let left = time::short(since(self.now, until));
                return self.with("alert-silenced-left", &[("left", left.into())]);
            }
            _ => "alert-firing",
        };
        self.t(key).to_owned()
    }

    /// Where a queue is heading.
    pub fn course(&self, queue: &QueueEntry) -> String {
        let left = |key, span| self.with(key, &[("left", time::short(span).into())]);
        match queue.heading {
            QueueCourse::Empty => self.t("course-empty").to_owned(),
            QueueCourse::Draining(span) => left("course-draining", span),
            QueueCourse::Filling(Some(span)) => left("course-filling", span),
            QueueCourse::Filling(None) => self.t("course-filling-on").to_owned(),
            QueueCourse::Steady => self.t("course-steady").to_owned(),
            QueueCourse::Stalled => self.t("course-stalled").to_owned(),
            QueueCourse::Unknown => self.t("course-unknown").to_owned(),
        }
    }

    /// How an SLO burns, or which of its windows are not read.
    pub fn burn(&self, slo: &SloEntry) -> String {
        if let Some(burning) = &slo.burning {
            let rate = burning.rate.unwrap_or(burning.factor);
            let rate = figure::number(rate, Unit::PerSecond, None);
            let times = self.glyph.times;
            let (long, short) = (burning.long, burning.short);
            return format!("{} {rate}{times} {long}+{short}", self.t("burns"));
        }
        if !slo.unread.is_empty() {
            return self.with("slo-unread", &[("windows", slo.unread.join(" ").into())]);
        }
        if slo.no_traffic {
            return self.t("value-no-traffic").to_owned();
        }
        String::new()
    }

    /// A source by its name.
    pub fn source(&self, source: SourceId) -> &str {
        self.t(words::source(source))
    }

    /// What is wrong with a source's link, if anything is.
    pub fn trouble(&self, model: &Model, source: SourceId) -> Option<String> {
        let name = self.source(source);
        let named = |key| self.with(key, &[("source", name.into())]);
        match model.link(source) {
            Link::Live { .. } => None,
            Link::Absent => Some(named("pane-not-here")),
            Link::Connecting => Some(named("headless-no-answer")),
            Link::Partial { detail, .. } => {
                let text = self.with("pane-partial", &[("detail", detail.as_str().into())]);
                Some(format!("{name}: {text}"))
            }
            Link::Failed { trouble, .. } => {
                let says = named(words::trouble(trouble.kind));
                Some(if trouble.detail.is_empty() {
                    says
                } else {
                    format!("{says}: {}", trouble.detail)
                })
            }
        }
    }
}
