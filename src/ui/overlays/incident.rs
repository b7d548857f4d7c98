//! One incident: how it stands, what is due, who has which role, how far back it is, and its time line.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    incidents::{
        self, DueWhat, IncidentDue, IncidentPicker, IncidentScreen, PaperScreen,
        paper::{field_title, story_words},
        severity_title,
        story::{gaps, known_from, story},
    },
    layout::Area,
    running::actor,
};
use crate::domain::{
    clean::clean,
    logbook::incident::{Incident, Recovery},
    time::since,
};
use crate::i18n::{
    incident_words, time,
    width::{cells, pad_right},
};
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{document, wrap::wrap},
};

use super::pickers::list;

/// Cells of the picker.
const WIDE: u16 = 72;
/// What is further back stands with its day.
const DAY: Duration = Duration::from_secs(86_400);
/// Cells of what stands before a value.
const KEY: usize = 16;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &IncidentScreen) {
    let width = usize::from(body.width).saturating_sub(2);
    let Some(incident) = screen.incident(scene.model) else {
        let title = document::title(scene, scene.t("incident-title"));
        let text = format!(" {} {}", scene.glyph.broken, scene.t("incident-waits"));
        let lines = vec![Line::default(), scene.line(Role::Info, text)];
        document::draw(buffer, scene, body, title, lines, screen.scroll);
        return;
    };
    let title = format!("{} {} {}", incident.number, scene.glyph.dot, incident.title);
    let title = document::title(scene, clean(&title).into_owned());
    let lines = lines(scene, incident, width);
    document::draw(buffer, scene, body, title, lines, screen.scroll);
}

/// Lines of one page, put together one below the other.
struct Page<'a, 's> {
    scene: &'s Scene<'a>,
    width: usize,
    lines: Vec<Line<'a>>,
}

impl Page<'_, '_> {
    fn say(&mut self, role: Role, text: &str) {
        for part in wrap(text, self.width.saturating_sub(3)) {
            self.lines.push(self.scene.line(role, format!("   {part}")));
        }
    }

    fn heading(&mut self, key: &str) {
        self.lines.push(Line::default());
        let text = format!(" {}", self.scene.paint.texts.t(key));
        self.lines.push(self.scene.line(Role::Title, text));
    }

    fn pair(&mut self, key: &str, role: Role, value: &str) {
        // Longer names stand before their value as they are.
        let key = if cells(key) > KEY {
            key.to_owned()
        } else {
            pad_right(key, KEY, self.scene.glyphs())
        };
        let room = self.width.saturating_sub(cells(&key) + 4);
        for (index, part) in wrap(value, room).into_iter().enumerate() {
            let lead = if index == 0 {
                key.clone()
            } else {
                " ".repeat(cells(&key))
            };
            self.lines.push(Line::from(vec![
                self.scene.span(Role::Dim, format!("   {lead} ")),
                self.scene.span(role, part),
            ]));
        }
    }
}

fn lines<'a>(scene: &Scene<'a>, incident: &'a Incident, width: usize) -> Vec<Line<'a>> {
    let mut page = Page {
        scene,
        width,
        lines: head(scene, incident),
    };
    about(&mut page, incident);
    due(&mut page, incident);
    roles(&mut page, incident);
    impact(&mut page, incident);
    ladder(&mut page, incident);
    follow_ups(&mut page, incident);
    time_line(&mut page, incident);
    page.lines
}

fn head<'a>(scene: &Scene<'a>, incident: &'a Incident) -> Vec<Line<'a>> {
    let model = scene.model;
    let texts = scene.paint.texts;
    let open = incident.is_open();
    let (sign, role) = mark(scene, incident);
    let state = if open {
        incident_words::phase(texts, incident.phase)
    } else {
        scene.t("incident-closed")
    };
    let lasted = time::short(incidents::lasted(model, incident));
    let first = Line::from(vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(role, severity_title(model, &incident.severity).to_owned()),
        scene.dot(),
        scene.span(Role::Text, state),
        scene.dot(),
        scene.span(
            Role::Text,
            scene.with("incident-lasts", &[("time", lasted.into())]),
        ),
    ]);
    let args = [
        (
            "clock",
            time::day_and_clock(incident.declared_at, scene.zone()).into(),
        ),
        ("who", actor(&incident.declared_by).into()),
    ];
    let mut second = vec![scene.span(
        Role::Dim,
        format!("   {}", scene.with("incident-declared", &args)),
    )];
    if let Some(alert) = &incident.alert {
        second.push(scene.dot());
        second.push(scene.span(Role::Dim, alert.name.clone()));
    }
    vec![first, Line::from(second)]
}

/// How an incident is marked.
pub fn mark(scene: &Scene<'_>, incident: &Incident) -> (&'static str, Role) {
    if !incident.is_open() {
        return (scene.glyph.silenced, Role::Dim);
    }
    let severities = scene.model.pack.severities();
    let rank = severities.iter().find(|it| it.id == incident.severity);
    let role = rank.map_or(Role::Error, |it| panes::severity_role(it.rank));
    (scene.glyph.mark, role)
}

/// What one must know of it at once.
fn about(page: &mut Page<'_, '_>, incident: &Incident) {
    let scene = page.scene;
    let texts = scene.paint.texts;
    if let Some(other) = &incident.declared_as {
        let args = [("other", other.as_str().into())];
        page.say(Role::Warn, &scene.with("incident-renumbered", &args));
    }
    for twin in &incident.twins {
        let args = [
            ("who", actor(&twin.by).into()),
            ("other", twin.number.as_str().into()),
        ];
        page.say(Role::Info, &scene.with("incident-declared-too", &args));
    }
    if let Some(closed) = &incident.closed {
        let args = [
            ("clock", time::day_and_clock(closed.at, scene.zone()).into()),
            ("who", actor(&closed.by).into()),
            (
                "how",
                incident_words::recovery(texts, closed.recovery).into(),
            ),
        ];
        page.say(
            recovery_role(closed.recovery),
            &scene.with("incident-closed-at", &args),
        );
        if let Some(text) = &closed.text {
            page.say(Role::Text, &clean(text));
        }
        return;
    }
    let (recovery, judged) = incidents::recovery(scene.model, incident);
    page.say(
        recovery_role(recovery),
        incident_words::recovery(texts, recovery),
    );
    if let Some(judged) = judged {
        page.say(Role::Dim, &incident_words::reading(texts, &judged.says));
    }
    if let Some((severity, judged)) = incidents::graver(scene.model, incident) {
        let args = [
            ("severity", severity_title(scene.model, &severity).into()),
            ("why", incident_words::reading(texts, &judged.says).into()),
        ];
        page.say(Role::Warn, &scene.with("incident-graver", &args));
    }
}

pub const fn recovery_role(recovery: Recovery) -> Role {
    match recovery {
        Recovery::Held => Role::Ok,
        Recovery::NotHeld => Role::Error,
        Recovery::Unknown => Role::Unknown,
        Recovery::NotStated => Role::Dim,
    }
}

fn due(page: &mut Page<'_, '_>, incident: &Incident) {
    // Whoever is missing stands under the roles.
    let mut due = incidents::due(page.scene.model, incident);
    due.retain(|due| !matches!(due.what, DueWhat::Role { .. }));
    if due.is_empty() {
        return;
    }
    page.heading("incident-due");
    for due in due {
        let (role, text) = due_words(page.scene, &due);
        page.say(role, &text);
    }
}

/// What is due, and how much time is left.
pub fn due_words(scene: &Scene<'_>, due: &IncidentDue) -> (Role, String) {
    let model = scene.model;
    let what = match &due.what {
        DueWhat::Restore => scene.t("incident-due-restore").to_owned(),
        DueWhat::Impact => scene.t("incident-due-impact").to_owned(),
        DueWhat::Update => scene.t("incident-due-update").to_owned(),
        DueWhat::Review => scene.t("incident-due-review").to_owned(),
        DueWhat::Role { role, missing } => {
            let spec = model.pack.roles().iter().find(|it| it.id == *role);
            let title = spec.map_or(role.as_str(), |it| scene.pick(&it.title));
            let args = [("role", title.into()), ("count", (*missing).into())];
            scene.with("incident-due-role", &args)
        }
        DueWhat::Watch(id) => {
            let watches = &model.pack.incident().watches;
            let spec = watches.iter().find(|it| it.id == *id);
            let title = spec.map_or(id.as_str(), |it| scene.pick(&it.title));
            scene.with("incident-due-watch", &[("title", title.into())])
        }
    };
    let Some(at) = due.at else {
        return (Role::Warn, what);
    };
    let (role, clock) = clock(scene, at);
    (role, format!("{what} {} {clock}", scene.glyph.dot))
}

/// A clock that counts down, and after that how long it has been over.
pub fn clock(scene: &Scene<'_>, at: Timestamp) -> (Role, String) {
    let now = scene.clocked();
    if at <= now {
        let text = time::short(since(at, now));
        return (
            Role::Debt,
            scene.with("clock-over", &[("time", text.into())]),
        );
    }
    let left = since(now, at);
    let text = if left > Duration::from_secs(86_400) {
        time::short(left)
    } else {
        time::countdown(left)
    };
    let role = if left < Duration::from_secs(120) {
        Role::Warn
    } else {
        Role::Info
    };
    (role, scene.with("clock-left", &[("time", text.into())]))
}

fn roles(page: &mut Page<'_, '_>, incident: &Incident) {
    let scene = page.scene;
    let model = scene.model;
    let wanted = &model.pack.incident().roles;
    if wanted.is_empty() && incident.roles.is_empty() {
        return;
    }
    page.heading("incident-roles");
    let title = |id: &str| {
        let spec = model.pack.roles().iter().find(|it| it.id == id);
        spec.map_or(id, |it| scene.pick(&it.title)).to_owned()
    };
    for role in wanted {
        let all = incident.roles.get(&role.role);
        let all = all.map(Vec::as_slice).unwrap_or_default();
        let held = &all[all.len().saturating_sub(role.persons)..];
        let mut text = held.join(", ");
        let short = held.len() < role.persons;
        if short {
            let missing = role.persons - held.len();
            let missing = scene.with("incident-missing", &[("count", missing.into())]);
            text = [text, missing]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
        }
        let kind = if short { Role::Warn } else { Role::Text };
        page.pair(&title(&role.role), kind, &clean(&text));
    }
    for (id, persons) in &incident.roles {
        if !wanted.iter().any(|role| role.role == *id) {
            let last = persons.last().map(String::as_str).unwrap_or_default();
            page.pair(&title(id), Role::Text, &clean(last));
        }
    }
}

fn impact(page: &mut Page<'_, '_>, incident: &Incident) {
    let model = page.scene.model;
    let fields = &model.pack.incident().impact;
    if fields.is_empty() {
        return;
    }
    page.heading("incident-impact");
    let lang = model.look.lang;
    for field in fields {
        let title = field_title(model, &field.name, lang).to_owned();
        match incident.impact.get(&field.name) {
            Some(value) => page.pair(&title, Role::Text, &clean(value)),
            None => page.pair(&title, Role::Dim, page.scene.glyph.dash),
        }
    }
}

fn ladder(page: &mut Page<'_, '_>, incident: &Incident) {
    let scene = page.scene;
    let spec = scene.model.pack.incident();
    if !spec.ladder.is_empty() {
        page.heading("incident-ladder");
    }
    let next = incidents::next_rung(scene.model, incident).map(|rung| rung.id.clone());
    for rung in &spec.ladder {
        let title = scene.pick(&rung.title).to_owned();
        if let Some(told) = incident.rungs.get(&rung.id) {
            let text = format!("{title} {} {}", scene.glyph.dot, told.text);
            page.say(Role::Ok, &format!("{} {}", scene.glyph.ok, clean(&text)));
        } else if next.as_ref() == Some(&rung.id) {
            page.say(Role::Accent, &format!("{} {title}", scene.glyph.pointer));
            if let Some(judged) = incidents::gate(scene.model, rung) {
                let text = incident_words::reading(scene.paint.texts, &judged.says);
                page.say(super::flow::truth_role(judged.truth), &format!("  {text}"));
            }
        } else {
            page.say(Role::Dim, &format!("{} {title}", scene.glyph.dot));
        }
    }
    let begun = incident.watch_began.is_some();
    if spec.watches.is_empty() || !begun {
        return;
    }
    page.heading("incident-watch");
    for watch in &spec.watches {
        let title = scene.pick(&watch.title).to_owned();
        if let Some(told) = incident.watched.get(&watch.id) {
            let text = format!("{title} {} {}", scene.glyph.dot, told.text);
            page.say(Role::Ok, &format!("{} {}", scene.glyph.ok, clean(&text)));
        } else if let Some((_, end)) =
            incidents::watches(scene.model, incident).find(|(it, _)| it.id == watch.id)
        {
            let (role, text) = clock(scene, end);
            page.say(role, &format!("{title} {} {text}", scene.glyph.dot));
        }
    }
}

fn follow_ups(page: &mut Page<'_, '_>, incident: &Incident) {
    if incident.follow_ups.is_empty() {
        return;
    }
    page.heading("incident-follow-ups");
    for it in &incident.follow_ups {
        let text = match &it.term {
            Some(term) => format!("{} ({term})", it.text),
            None => it.text.clone(),
        };
        page.pair(&it.owner, Role::Text, &clean(&text));
    }
}

/// The newest first: what just happened stands in sight.
fn time_line(page: &mut Page<'_, '_>, incident: &Incident) {
    page.heading("incident-time-line");
    let scene = page.scene;
    let model = scene.model;
    for happened in story(model, incident).iter().rev() {
        let words = story_words(model, happened, model.look.lang);
        let texts = scene.paint.texts;
        let mut text = incident_words::happened(texts, words.kind, &words.text, &words.state);
        if let Some(by) = happened.by {
            text = format!("{text} {} {}", scene.glyph.dot, actor(by));
        }
        // Of another day the day says more than the second.
        let clock = if since(happened.at, scene.clocked()) < DAY {
            time::clock_seconds(happened.at, scene.zone())
        } else {
            time::day_and_clock(happened.at, scene.zone())
        };
        page.pair_at(&clock, &clean(&text));
    }
    if let Some(from) = known_from(model, incident) {
        let clock = time::day_and_clock(from, scene.zone());
        let text = scene.with("incident-known-from", &[("clock", clock.into())]);
        page.say(Role::Dim, &text);
    }
    let told = |at| time::day_and_clock(at, scene.zone());
    let gaps = gaps(model, incident).into_iter();
    let gaps: Vec<String> = gaps
        .map(|gap| format!("{} – {}", told(gap.from), told(gap.to)))
        .collect();
    if !gaps.is_empty() {
        let args = [("gaps", gaps.join(", ").into())];
        page.say(Role::Dim, &scene.with("incident-gaps", &args));
    }
}

impl Page<'_, '_> {
    fn pair_at(&mut self, clock: &str, text: &str) {
        let room = self.width.saturating_sub(cells(clock) + 5);
        for (index, part) in wrap(text, room).into_iter().enumerate() {
            let blank = " ".repeat(cells(clock));
            let lead = if index == 0 { clock } else { &blank };
            self.lines.push(Line::from(vec![
                self.scene.span(Role::Dim, format!("   {lead}  ")),
                self.scene.span(Role::Text, part),
            ]));
        }
    }
}

/// The incidents there are, and a row that declares another.
pub fn draw_picker(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, picker: &IncidentPicker) {
    let mut rows: Vec<(Line<'_>, Line<'_>)> = incidents::listed(scene.model)
        .into_iter()
        .map(|incident| {
            let (sign, role) = mark(scene, incident);
            let severity = severity_title(scene.model, &incident.severity).to_owned();
            let left = Line::from(vec![
                scene.span(role, format!("{sign} ")),
                scene.span(Role::HeaderDesk, incident.number.clone()),
                Span::raw(" "),
                scene.span(role, severity),
                Span::raw(" "),
                scene.span(Role::Text, clean(&incident.title).into_owned()),
            ]);
            let right = if incident.is_open() {
                incident_words::phase(scene.paint.texts, incident.phase)
            } else {
                scene.t("incident-closed")
            };
            (left, scene.line(Role::Dim, right))
        })
        .collect();
    let text = format!("{} {}", scene.glyph.pointer, scene.t("incident-declare"));
    rows.push((scene.line(Role::Accent, text), Line::default()));
    let title = scene.t("incidents-title");
    list(buffer, scene, body, (title, WIDE), rows, picker.selected);
}

/// A text that was filled in.
pub fn draw_paper(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &PaperScreen) {
    let width = usize::from(body.width).saturating_sub(3);
    let title = document::title(scene, scene.t("paper-title"));
    let mut lines = Vec::new();
    for line in screen.text.lines() {
        if line.is_empty() {
            lines.push(Line::default());
        }
        let role = if line.starts_with('#') {
            Role::Title
        } else {
            Role::Text
        };
        for part in wrap(&clean(line), width) {
            lines.push(scene.line(role, format!(" {part}")));
        }
    }
    document::draw(buffer, scene, body, title, lines, screen.scroll);
}
