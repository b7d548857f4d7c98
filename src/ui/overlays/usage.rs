//! What containers use now, against what they asked for and what they may have.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    subject::Subject,
    usage::{UsageLine, UsageScreen},
};
use crate::domain::{
    freshness::{SourceId, Trouble, TroubleKind},
    series::Series,
};
use crate::i18n::width::{pad_right, truncate, truncate_middle};
use crate::theme::Role;
use crate::ui::{
    figure, panes,
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        columns::{Col, Table, Width},
        document,
        spark::sparkline,
        wrap::wrap,
    },
};

/// Cells of a bar.
const BAR: usize = 8;
/// From these on a container is near its limit, and at it.
const NEAR: f64 = 0.8;
const FULL: f64 = 0.95;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &UsageScreen) {
    let title = title(scene, screen);
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        tail(scene, screen),
        Role::BorderFocused,
    );
    let rest = below(body, 1);
    let width = usize::from(body.width);
    let mut notes = Vec::new();
    if let Some(trouble) = &screen.failed {
        notes.extend(panes::trouble_lines(
            scene,
            SourceId::Pods,
            trouble,
            None,
            width,
        ));
    }
    if let Some(trouble) = &screen.unmeasured {
        notes.extend(unmeasured(scene, trouble, width));
    }
    if let Some(left_out) = &screen.left_out {
        let args = [
            ("pods", left_out.pods.into()),
            ("why", left_out.why.detail.as_str().into()),
        ];
        let sign = scene.glyph.unknown;
        let text = format!(" {sign} {}", scene.with("usage-left-out", &args));
        let text = truncate(&text, width, scene.glyphs()).into_owned();
        notes.push(scene.line(Role::Warn, text));
    }
    if screen.lines.is_empty() && notes.is_empty() {
        let (role, sign, key) = match screen.told {
            Some(_) => (Role::Dim, scene.glyph.dash, "usage-none"),
            None => (Role::Info, scene.glyph.broken, "usage-reading"),
        };
        notes.push(scene.line(role, format!(" {sign} {}", scene.t(key))));
    }
    let used = notes.len() as u16;
    for (index, line) in notes.into_iter().take(usize::from(rest.height)).enumerate() {
        put(buffer, row(rest, index as u16), line, scene.glyphs());
    }
    if !screen.lines.is_empty() {
        rows(buffer, scene, below(rest, used), screen);
    }
}

fn title<'t>(scene: &Scene<'_>, screen: &UsageScreen) -> Line<'t> {
    let of = match &screen.subject {
        Subject::Pod(key) => format!("{}/{}", key.namespace, key.name),
        Subject::Workload(key) => format!("{}/{}", key.namespace, key.name),
        Subject::Alert(fingerprint) => {
            let line = scene.model.alerts.alerts.get(fingerprint);
            line.map_or_else(String::new, |line| line.alert.name.clone())
        }
        Subject::Object(key) => key.name.to_string(),
    };
    let text = scene.with("usage-title", &[("of", of.into())]);
    let mut title = document::title(scene, text);
    if screen.more > 0 {
        let args = [
            ("shown", screen.pods.len().into()),
            ("total", (screen.pods.len() + screen.more).into()),
        ];
        let text = scene.with("usage-shown", &args);
        title.spans.push(scene.span(Role::Warn, format!("{text} ")));
    }
    title
}

/// How long ago it was measured.
fn tail<'t>(scene: &Scene<'_>, screen: &UsageScreen) -> Line<'t> {
    match screen.told {
        Some(told) => {
            let age = scene.model.now.mono.saturating_sub(told);
            let age = crate::i18n::time::short(age);
            let text = scene.with("usage-read", &[("age", age.into())]);
            scene.line(Role::Dim, format!(" {text} "))
        }
        None => Line::default(),
    }
}

/// Why nothing was measured, and how to know all the same.
fn unmeasured<'t>(scene: &Scene<'_>, trouble: &Trouble, width: usize) -> Vec<Line<'t>> {
    if trouble.kind != TroubleKind::Absent {
        return panes::trouble_lines(scene, SourceId::PodMetrics, trouble, None, width);
    }
    let text = scene.t("usage-no-metrics");
    let lines = wrap(text, width.saturating_sub(4)).into_iter().enumerate();
    lines
        .map(|(index, text)| {
            let sign = if index == 0 { scene.glyph.unknown } else { " " };
            scene.line(Role::Warn, format!(" {sign} {text}"))
        })
        .collect()
}

fn columns(width: u16) -> Table {
    // At 80 columns all but the trends fit.
    let all = [
        Col::left("col-container", Width::Flex(20, 48), 0, None),
        Col::right("col-used-cpu", Width::Fixed(6), 0, None),
        Col::left("col-bar-cpu", Width::Fixed(15), 1, None),
        Col::left("col-trend-cpu", Width::Flex(8, 24), 3, None),
        Col::right("col-used-memory", Width::Fixed(7), 0, None),
        Col::left("col-bar-memory", Width::Fixed(15), 1, None),
        Col::left("col-trend-memory", Width::Flex(8, 24), 3, None),
        Col::left("col-asked", Width::Flex(26, 40), 2, None),
    ];
    Table::fit(&all, width, &std::collections::BTreeSet::new())
}

fn rows(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, screen: &UsageScreen) {
    let inner = |line: Area| Area::new(line.x + 1, line.y, line.width.saturating_sub(1), 1);
    let columns = columns(area.width.saturating_sub(1));
    columns.draw_heads(buffer, scene, inner(row(area, 0)));
    let height = usize::from(area.height).saturating_sub(1);
    let offset = screen.cursor.offset;
    for (index, line) in screen.lines.iter().skip(offset).take(height).enumerate() {
        let at = row(below(area, 1), index as u16);
        // The first row that is seen says its pod, whichever container it is of.
        let named = line.first || index == 0;
        columns.draw_row(buffer, scene, inner(at), |head| {
            cell(scene, screen, line, named, &columns, head)
        });
        if screen.cursor.selected.as_ref() == Some(&line.uid) {
            buffer.set_style(rect(at), scene.style(Role::Selection));
            buffer[(at.x, at.y)].set_symbol(scene.glyph.bar);
        }
    }
}

fn cell<'t>(
    scene: &Scene<'_>,
    screen: &UsageScreen,
    line: &'t UsageLine,
    named: bool,
    table: &Table,
    head: &'static str,
) -> Vec<Span<'t>> {
    let container = &line.container;
    let width = usize::from(table.width(head));
    let cpu = container.used.map(|used| f64::from(used.cpu_millicores));
    let memory = container.used.map(|used| used.memory_bytes as f64);
    let most = |limit: Option<f64>, request: Option<f64>| match (limit, request) {
        (Some(limit), _) => Some((limit, true)),
        (None, request) => request.map(|request| (request, false)),
    };
    let amount = |now: Option<f64>, written: fn(f64) -> String| match now {
        Some(now) => vec![scene.span(Role::Text, written(now))],
        None => vec![scene.span(Role::Dim, scene.glyph.dash)],
    };
    let trend = |values: Option<Vec<Option<f64>>>| {
        let series = Series {
            start: jiff::Timestamp::UNIX_EPOCH,
            step: std::time::Duration::from_secs(15),
            values: values.unwrap_or_default(),
        };
        vec![scene.span(Role::Spark, sparkline(&series, width, scene.glyph))]
    };
    match head {
        "col-container" => container_name(scene, line, named, width),
        "col-used-cpu" => amount(cpu, |value| figure::cpu(value as u32)),
        "col-bar-cpu" => bar(
            scene,
            cpu,
            most(
                container.limits.cpu_millicores.map(f64::from),
                container.requests.cpu_millicores.map(f64::from),
            ),
        ),
        "col-trend-cpu" => trend(screen.trend(line).map(crate::app::usage::Trend::cpu)),
        "col-used-memory" => amount(memory, figure::bytes),
        "col-bar-memory" => bar(
            scene,
            memory,
            most(
                container.limits.memory_bytes.map(|bytes| bytes as f64),
                container.requests.memory_bytes.map(|bytes| bytes as f64),
            ),
        ),
        "col-trend-memory" => trend(screen.trend(line).map(crate::app::usage::Trend::memory)),
        "col-asked" => asked(scene, line),
        _ => Vec::new(),
    }
}

/// The container, behind its pod where there is room for both.
fn container_name<'t>(
    scene: &Scene<'_>,
    line: &UsageLine,
    named: bool,
    width: usize,
) -> Vec<Span<'t>> {
    let own = &line.container.name;
    let room = width.saturating_sub(own.len() + 1);
    let pod = truncate_middle(&line.pod.name, room, scene.glyphs()).into_owned();
    let pod = if named {
        pod
    } else {
        pad_right("", crate::i18n::width::cells(&pod), scene.glyphs())
    };
    vec![
        scene.span(Role::Dim, format!("{pod} ")),
        scene.span(Role::Text, own.to_string()),
    ]
}

/// How full it is: of its limit, or of its request where it has no limit.
fn bar<'t>(scene: &Scene<'_>, now: Option<f64>, most: Option<(f64, bool)>) -> Vec<Span<'t>> {
    let glyph = scene.glyph;
    let (Some(now), Some((most, limit))) = (now, most.filter(|(most, _)| *most > 0.0)) else {
        let key = if now.is_some() {
            "usage-no-limit"
        } else {
            "usage-not-measured"
        };
        return vec![scene.span(Role::Dim, scene.t(key).to_owned())];
    };
    let share = now / most;
    // To use more than was asked for is no trouble; to come near a limit is.
    let role = match share {
        _ if !limit => Role::Text,
        _ if share >= FULL => Role::Error,
        _ if share >= NEAR => Role::Warn,
        _ => Role::Ok,
    };
    let full = ((share * BAR as f64).round().max(0.0) as usize).min(BAR);
    let of = if limit { "" } else { "r" };
    vec![
        scene.span(role, glyph.levels[7].repeat(full)),
        scene.span(Role::Dim, glyph.gap.repeat(BAR - full)),
        scene.span(role, format!(" {:>5}{of}", figure::whole_percent(share))),
    ]
}

/// `cpu 100m/500m  memory 64Mi/128Mi`: request and limit.
fn asked<'t>(scene: &Scene<'_>, line: &UsageLine) -> Vec<Span<'t>> {
    let dash = scene.glyph.dash;
    let (requests, limits) = (&line.container.requests, &line.container.limits);
    let cpu = |value: Option<u32>| value.map_or_else(|| dash.to_owned(), figure::cpu);
    let memory = |value: Option<u64>| {
        value.map_or_else(|| dash.to_owned(), |bytes| figure::bytes(bytes as f64))
    };
    let text = format!(
        "{}/{}  {}/{}",
        cpu(requests.cpu_millicores),
        cpu(limits.cpu_millicores),
        memory(requests.memory_bytes),
        memory(limits.memory_bytes),
    );
    vec![scene.span(Role::Dim, text)]
}
