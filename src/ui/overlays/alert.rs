//! One alert: what it says, where it comes from, and which pods it is about.

mod care;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use super::escalation;
use crate::app::{departed::Departed, layout::Area, model::AlertLine};
use crate::domain::{
    alert::AlertState, departure::Cause, freshness::SourceId, id::Fingerprint, pod::PodRow,
};
use crate::i18n::{time, width::pad_right};
use crate::pack::AlertSpec;
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{canvas, columns, document, link, wrap::wrap},
};

/// Labels that say which pods an alert is about, with the one of the pod's row each names.
const POD_LABELS: [&str; 3] = ["pod", "deployment", "namespace"];

/// How many matching pods are listed.
const MOST_PODS: usize = 12;

/// A line of the detail: words, or an address that can be opened.
enum Row<'t> {
    Words(Line<'t>),
    Link { lead: Line<'t>, url: String },
}

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    fingerprint: &Fingerprint,
    scroll: usize,
) {
    let alerts = &scene.model.alerts;
    let left = alerts.left.get(fingerprint);
    let listed = alerts.alerts.get(fingerprint);
    let Some(line) = listed.or_else(|| left.map(|departed| &departed.line)) else {
        let title = document::title(scene, scene.t("alert-title"));
        let text = format!(" {} {}", scene.glyph.silenced, scene.t("alert-gone"));
        let lines = vec![Line::default(), scene.line(Role::Dim, text)];
        document::draw(buffer, scene, body, title, lines, scroll);
        return;
    };
    let title = document::title(scene, line.alert.name.as_str());
    let left = left.filter(|_| listed.is_none());
    let rows = rows(scene, line, left, usize::from(body.width).saturating_sub(2));
    let mut links = Vec::new();
    let lines: Vec<Line<'_>> = rows
        .into_iter()
        .enumerate()
        .map(|(index, row)| match row {
            Row::Words(words) => words,
            Row::Link { lead, url } => {
                links.push((index, lead.width() as u16, url));
                lead
            }
        })
        .collect();
    let first = document::draw(buffer, scene, body, title, lines, scroll);
    let text = canvas::below(body, 1);
    for (index, lead, url) in links {
        let Some(y) = index.checked_sub(first) else {
            continue;
        };
        if y >= usize::from(text.height) {
            continue;
        }
        let at = Area::new(
            text.x + lead,
            text.y + y as u16,
            text.width.saturating_sub(lead + 1),
            1,
        );
        link::put(buffer, at, &url, scene.style(Role::Info), scene.glyphs());
    }
}

fn rows<'t>(
    scene: &Scene<'t>,
    line: &'t AlertLine,
    left: Option<&'t Departed>,
    width: usize,
) -> Vec<Row<'t>> {
    let alert = &line.alert;
    let mut rows = match left {
        Some(departed) => left_lines(scene, departed),
        None => vec![Row::Words(state_line(scene, line))],
    };
    if let (None, AlertState::FiringUnseen) = (left, &alert.state) {
        let reached = scene.model.link(SourceId::Alertmanager).is_live();
        let key = if reached {
            "alert-unseen-why"
        } else {
            "alert-unseen-unread"
        };
        let text = format!("   {}", scene.t(key));
        rows.push(Row::Words(scene.line(Role::Warn, text)));
    }
    if let (None, AlertState::Inhibited { by }) = (left, &alert.state) {
        for other in by {
            let name = scene
                .model
                .alerts
                .alerts
                .get(other)
                .map_or(other.as_str(), |line| line.alert.name.as_str());
            let text = scene.with("alert-inhibited-by", &[("name", name.into())]);
            rows.push(Row::Words(scene.line(Role::Dim, format!("   {text}"))));
        }
    }
    if left.is_none() {
        rows.extend(care::lines(scene, line, width).into_iter().map(Row::Words));
    }
    rows.push(Row::Words(Line::default()));
    if let Some(spec) = scene.model.pack.alert_of(&alert.labels) {
        of_pack(scene, &mut rows, spec, width);
    }
    for (key, value) in &alert.annotations {
        if is_link(key, value) {
            continue;
        }
        wrapped(scene, &mut rows, annotation(scene, key), value, width);
    }
    if let Some(expression) = &alert.expression {
        wrapped(
            scene,
            &mut rows,
            scene.t("alert-expression"),
            expression,
            width,
        );
    }
    links(scene, &mut rows, line);
    rows.push(Row::Words(Line::default()));
    rows.push(heading(scene, scene.t("alert-labels")));
    for (key, value) in &alert.labels {
        wrapped(scene, &mut rows, key, value, width);
    }
    pods(scene, &mut rows, line, width);
    rows
}

fn state_line<'t>(scene: &Scene<'t>, line: &'t AlertLine) -> Line<'t> {
    let (sign, role) = panes::alert_mark(scene, line);
    let state =
        panes::alert_state(scene, line).unwrap_or_else(|| scene.t("alert-firing").to_owned());
    let since = scene.with(
        "alert-since",
        &[
            (
                "clock",
                time::day_and_clock(line.alert.starts_at, scene.zone()).into(),
            ),
            ("age", scene.age(line.alert.starts_at).into()),
        ],
    );
    Line::from(vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(
            panes::severity_role(line.severity),
            panes::severity_word(line).to_owned(),
        ),
        scene.dot(),
        scene.span(role, state),
        scene.dot(),
        scene.span(Role::Text, since),
    ])
}

/// What the pack says of it: its own name for it, by which ways people are told, and which flow answers it.
fn of_pack<'t>(scene: &Scene<'t>, rows: &mut Vec<Row<'t>>, spec: &'t AlertSpec, width: usize) {
    if let Some(title) = &spec.title {
        wrapped(
            scene,
            rows,
            scene.t("alert-runbook-says"),
            scene.pick(title),
            width,
        );
    }
    let channels = escalation::channels(scene, spec.severity);
    if !channels.is_empty() {
        wrapped(scene, rows, scene.t("alert-channels"), &channels, width);
    }
    let flows = scene.model.pack.flows().iter();
    let mut flows = flows.filter(|flow| spec.flow.as_deref() == Some(flow.id.as_str()));
    if let Some(flow) = flows.next() {
        let mut title = scene.pick(&flow.title).to_owned();
        if spec.flow_is_ours {
            title = format!("{title} {} {}", scene.glyph.dot, scene.t("flow-ours"));
        }
        wrapped(scene, rows, scene.t("alert-flow"), &title, width);
    }
}

/// How a cause is drawn.
pub(super) fn left_sign(scene: &Scene<'_>, cause: Cause) -> (&'static str, Role) {
    match cause {
        Cause::Recovered => (scene.glyph.silenced, Role::Ok),
        Cause::DataLost | Cause::RuleGone => (scene.glyph.warn, Role::Warn),
        Cause::Silenced | Cause::Inhibited | Cause::Unknown => (scene.glyph.silenced, Role::Dim),
    }
}

/// That it left, when, and why as far as that is proven.
fn left_lines<'t>(scene: &Scene<'t>, departed: &'t Departed) -> Vec<Row<'t>> {
    let (cause, why) = match departed.cause {
        Cause::Recovered => ("alert-recovered", "alert-recovered-why"),
        Cause::DataLost => ("alert-data-lost", "alert-data-lost-why"),
        Cause::RuleGone => ("alert-rule-gone", "alert-rule-gone-why"),
        Cause::Silenced => ("alert-silenced", "alert-cause-unknown-why"),
        Cause::Inhibited => ("alert-inhibited", "alert-cause-unknown-why"),
        Cause::Unknown => ("alert-cause-unknown", "alert-cause-unknown-why"),
    };
    let (sign, role) = left_sign(scene, departed.cause);
    let clock = time::day_and_clock(departed.at, scene.zone());
    let args = [
        ("clock", clock.into()),
        ("age", scene.age(departed.at).into()),
    ];
    let line = &departed.line;
    let head = Line::from(vec![
        scene.span(role, format!(" {sign} ")),
        scene.span(
            panes::severity_role(line.severity),
            panes::severity_word(line).to_owned(),
        ),
        scene.dot(),
        scene.span(role, scene.t(cause)),
        scene.dot(),
        scene.span(Role::Text, scene.with("alert-left-at", &args)),
    ]);
    let why = scene.line(Role::Dim, format!("   {}", scene.t(why)));
    vec![Row::Words(head), Row::Words(why)]
}

fn heading<'t>(scene: &Scene<'_>, text: &str) -> Row<'t> {
    Row::Words(scene.line(Role::Title, format!(" {text}")))
}

/// Cells of a label's name.
const KEY: usize = 14;

fn key_span<'t>(scene: &Scene<'_>, key: &str) -> Span<'t> {
    let padded = pad_right(key, KEY, scene.glyphs());
    scene.span(Role::Dim, format!("   {padded} "))
}

fn wrapped(scene: &Scene<'_>, rows: &mut Vec<Row<'_>>, key: &str, value: &str, width: usize) {
    let room = width.saturating_sub(KEY + 4);
    for (index, text) in wrap(value, room).into_iter().enumerate() {
        let lead = if index == 0 { key } else { "" };
        rows.push(Row::Words(Line::from(vec![
            key_span(scene, lead),
            scene.span(Role::Text, text),
        ])));
    }
}

/// What an annotation that everybody uses is called; others have their own names.
fn annotation<'t>(scene: &Scene<'t>, key: &'t str) -> &'t str {
    match key {
        "summary" => scene.t("alert-summary"),
        "description" => scene.t("alert-description"),
        "dashboard" | "dashboard_url" => scene.t("alert-dashboard"),
        "runbook" | "runbook_url" => scene.t("alert-runbook"),
        other => other,
    }
}

fn is_link(key: &str, value: &str) -> bool {
    key.ends_with("_url") || (link::is_safe(value) && !value.contains(' '))
}

fn links(scene: &Scene<'_>, rows: &mut Vec<Row<'_>>, line: &AlertLine) {
    let mut push = |key: &str, url: &str| {
        rows.push(Row::Link {
            lead: Line::from(key_span(scene, key)),
            url: url.to_owned(),
        });
    };
    if let Some(runbook) = &line.runbook {
        push(scene.t("alert-runbook"), runbook);
    }
    let spec = scene.model.pack.alert_of(&line.alert.labels);
    for (title, url) in spec.into_iter().flat_map(|spec| &spec.links) {
        push(scene.pick(title), url);
    }
    for (key, value) in &line.alert.annotations {
        if is_link(key, value) && line.runbook.as_ref() != Some(value) {
            push(annotation(scene, key), value);
        }
    }
    if let Some(generator) = &line.alert.generator_url {
        push(scene.t("alert-generator"), generator);
    }
}

/// Whether the labels of an alert are about this pod; an alert that names none is about none.
fn is_about(line: &AlertLine, pod: &PodRow) -> bool {
    let label = |key: &str| line.alert.labels.get(key).map(String::as_str);
    let mut named = false;
    for key in POD_LABELS {
        let Some(wanted) = label(key) else { continue };
        let own = match key {
            "pod" => Some(&*pod.name),
            "namespace" => Some(&*pod.namespace),
            _ => pod.workload.as_ref().map(|workload| &*workload.name),
        };
        if own != Some(wanted) {
            return false;
        }
        named |= key != "namespace";
    }
    for key in ["app", "app_kubernetes_io_name", "job", "container"] {
        let Some(wanted) = label(key).filter(|_| !named) else {
            continue;
        };
        let matches = ["app", "app.kubernetes.io/name"]
            .iter()
            .any(|own| pod.labels.get(*own).map(String::as_str) == Some(wanted));
        if matches {
            return true;
        }
    }
    named
}

fn pods<'t>(scene: &Scene<'t>, rows: &mut Vec<Row<'t>>, line: &AlertLine, width: usize) {
    let mut found: Vec<&'t PodRow> = scene
        .model
        .cluster
        .pods
        .iter()
        .filter(|pod| is_about(line, pod))
        .collect();
    if found.is_empty() {
        return;
    }
    found.sort_by(|a, b| (a.health, &a.name).cmp(&(b.health, &b.name)));
    rows.push(Row::Words(Line::default()));
    let title = scene.with("alert-pods", &[("count", found.len().into())]);
    rows.push(heading(scene, &title));
    let room = (width / 2).clamp(20, 52);
    for pod in found.iter().take(MOST_PODS) {
        let (sign, role) = panes::health_mark(scene, pod.health);
        let name = columns::name(scene, Role::Text, &pod.name, room);
        let padding = " ".repeat(room.saturating_sub(name.width()));
        let mut spans = vec![
            scene.span(role, format!(" {sign} ")),
            name,
            Span::raw(padding),
            scene.span(Role::Text, format!(" {}/{} ", pod.ready, pod.containers)),
            scene.span(role, &*pod.status),
        ];
        if pod.restarts > 0 {
            spans.push(scene.span(role, format!(" {}{}", scene.glyph.times, pod.restarts)));
        }
        rows.push(Row::Words(Line::from(spans)));
    }
    if found.len() > MOST_PODS {
        let text = scene.with("and-more", &[("count", (found.len() - MOST_PODS).into())]);
        rows.push(Row::Words(scene.line(Role::Dim, format!("   {text}"))));
    }
}
