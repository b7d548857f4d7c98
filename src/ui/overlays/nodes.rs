//! The nodes: how each is, what runs on it, what it uses of what it has.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    nodes::{NodeLine, NodeOrder, NodeState, NodeTable},
};
use crate::domain::{
    desk::Namespaces,
    freshness::{Link, SourceId},
    node::NodeRow,
    pod::PodUsage,
};
use crate::theme::Role;
use crate::ui::{
    figure, panes,
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        columns::{Col, Table, Width, name},
        document,
    },
};

/// From these on a node is near its end of a resource, and at it.
const NEAR: f64 = 0.8;
const FULL: f64 = 0.95;

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, table: &NodeTable) {
    let (title, tail) = title(scene, table);
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        tail,
        Role::BorderFocused,
    );
    let rest = below(body, 1);
    let nodes = &scene.model.cluster.nodes;
    let link = scene.model.link(SourceId::Nodes);
    let width = usize::from(body.width);
    let mut notes = Vec::new();
    if let Link::Failed {
        trouble, retry_at, ..
    } = link
    {
        notes.extend(panes::trouble_lines(
            scene,
            SourceId::Nodes,
            trouble,
            *retry_at,
            width,
        ));
    }
    if table.lines.is_empty() {
        let dim = |sign: &str, text: String| scene.line(Role::Dim, format!(" {sign} {text}"));
        if !nodes.is_empty() {
            let args = [("hidden", nodes.len().into())];
            notes.push(dim(
                scene.glyph.dash,
                scene.with("pane-filtered-out", &args),
            ));
        } else if nodes.is_filled() {
            notes.push(dim(scene.glyph.dash, scene.t("nodes-empty").to_owned()));
        } else if notes.is_empty() {
            let source = panes::source_name(scene, SourceId::Nodes);
            let text = scene.with("pane-connecting", &[("source", source.into())]);
            notes.push(dim(scene.glyph.broken, text));
        }
        return put_lines(buffer, scene, rest, notes);
    }
    let used = notes.len().min(3) as u16;
    put_lines(
        buffer,
        scene,
        Area::new(rest.x, rest.y, rest.width, used),
        notes,
    );
    rows(buffer, scene, below(rest, used), table, !link.is_live());
}

fn put_lines(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, lines: Vec<Line<'_>>) {
    for (index, line) in lines.into_iter().take(usize::from(area.height)).enumerate() {
        put(buffer, row(area, index as u16), line, scene.glyphs());
    }
}

fn title<'t>(scene: &Scene<'_>, table: &NodeTable) -> (Line<'t>, Line<'t>) {
    let mut title = document::title(scene, scene.t("nodes-title").to_owned());
    let total = scene.model.cluster.nodes.len();
    let count = if !scene.model.cluster.nodes.is_filled() {
        "?".to_owned()
    } else if table.lines.len() == total {
        total.to_string()
    } else {
        let args = [("shown", table.lines.len().into()), ("total", total.into())];
        scene.with("title-shown", &args)
    };
    title
        .spans
        .push(scene.span(Role::TitleFocused, format!("{count} ")));
    let bad = table
        .lines
        .iter()
        .filter(|line| line.state < NodeState::Cordoned);
    let bad = bad.count();
    if bad > 0 {
        let text = scene.with("nodes-bad", &[("count", bad.into())]);
        title
            .spans
            .push(scene.span(Role::Error, format!("{} {text} ", scene.glyph.dot)));
    }
    if !table.filter.is_empty() {
        let text = format!("/{} ", table.filter.text());
        title.spans.push(scene.span(Role::Match, text));
    }
    let order = scene.t(match table.order {
        NodeOrder::Worst => "sort-worst",
        NodeOrder::Name => "sort-name",
        NodeOrder::Pods => "sort-pods",
        NodeOrder::Cpu => "sort-cpu",
        NodeOrder::Memory => "sort-memory",
        NodeOrder::Age => "sort-age",
    });
    let sign = if table.reverse {
        scene.glyph.falling
    } else {
        ""
    };
    let usage = match (&table.usage.trouble, table.usage.told) {
        (Some(trouble), None) => {
            let key = match trouble.kind {
                crate::domain::freshness::TroubleKind::Absent => "nodes-no-metrics",
                _ => "nodes-metrics-failed",
            };
            format!(" {} {} {}", scene.glyph.dash, scene.t(key), scene.glyph.dot)
        }
        _ => String::new(),
    };
    (
        title,
        scene.line(Role::Dim, format!("{usage} {order}{sign} ")),
    )
}

fn columns(scene: &Scene<'_>, table: &NodeTable, width: u16) -> Table {
    let names = scene.model.cluster.nodes.iter();
    let longest = names.map(|node| node.name.len()).max().unwrap_or(0) as u16;
    let measured = table.usage.told.is_some();
    let used = if measured { 4 } else { 7 };
    let all = [
        Col::left(
            "col-node-name",
            Width::Flex(14, longest.clamp(14, 60)),
            0,
            None,
        ),
        Col::left("col-status", Width::Flex(12, 34), 0, None),
        Col::right("col-node-pods", Width::Fixed(9), 2, None),
        Col::right("col-node-sick", Width::Fixed(4), 1, None),
        Col::right(
            "col-node-cpu",
            Width::Fixed(if measured { 18 } else { 6 }),
            used,
            None,
        ),
        Col::right(
            "col-node-memory",
            Width::Fixed(if measured { 20 } else { 8 }),
            used,
            None,
        ),
        Col::left("col-node-roles", Width::Flex(8, 20), 6, None),
        Col::left("col-node-version", Width::Flex(9, 16), 5, None),
        Col::right("col-node-age", Width::Fixed(5), 3, None),
        Col::left("col-node-taints", Width::Flex(10, 60), 8, None),
    ];
    Table::fit(&all, width, &std::collections::BTreeSet::new())
}

fn rows(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, table: &NodeTable, stale: bool) {
    let inner = |line: Area| Area::new(line.x + 1, line.y, line.width.saturating_sub(1), 1);
    let columns = columns(scene, table, area.width.saturating_sub(1));
    columns.draw_heads(buffer, scene, inner(row(area, 0)));
    let height = usize::from(area.height).saturating_sub(1);
    let seen = table.lines.iter().skip(table.cursor.offset).take(height);
    for (index, line) in seen.enumerate() {
        let Some(node) = scene.model.cluster.nodes.get(&line.uid) else {
            continue;
        };
        let at = row(below(area, 1), index as u16);
        let used = table.usage.by_name.get(&node.name);
        columns.draw_row(buffer, scene, inner(at), |head| {
            cell(scene, &columns, (node, line, used), head)
        });
        if stale {
            buffer.set_style(rect(at), scene.style(Role::Stale));
        }
        if table.cursor.selected.as_ref() == Some(&line.uid) {
            buffer.set_style(rect(at), scene.style(Role::Selection));
            buffer[(at.x, at.y)].set_symbol(scene.glyph.bar);
        }
    }
}

type Whole<'n> = (&'n NodeRow, &'n NodeLine, Option<&'n PodUsage>);

fn cell<'t>(
    scene: &Scene<'_>,
    table: &Table,
    (node, line, used): Whole<'t>,
    head: &'static str,
) -> Vec<Span<'t>> {
    let width = usize::from(table.width(head));
    let all = scene.model.desk.namespaces == Namespaces::All;
    let dim = |text: String| vec![scene.span(Role::Dim, text)];
    let text = |text: String| vec![scene.span(Role::Text, text)];
    match head {
        "col-node-name" => vec![name(scene, Role::Text, &node.name, width)],
        "col-status" => status(scene, node, line.state),
        "col-node-pods" => match node.most_pods {
            Some(most) if all => text(format!("{}/{most}", line.pods)),
            // Pods of other namespaces take its places too, and are not read here.
            _ => text(line.pods.to_string()),
        },
        "col-node-sick" if line.sick > 0 => {
            vec![scene.span(Role::Error, line.sick.to_string())]
        }
        "col-node-cpu" => {
            let most = node.room.cpu_millicores.map(f64::from);
            let now = used.map(|used| f64::from(used.cpu_millicores));
            part(scene, now, most, |value| figure::cpu(value as u32))
        }
        "col-node-memory" => {
            let most = node.room.memory_bytes.map(|bytes| bytes as f64);
            let now = used.map(|used| used.memory_bytes as f64);
            part(scene, now, most, figure::bytes)
        }
        "col-node-roles" => dim(node.roles.join(",")),
        "col-node-version" => dim(node.version.to_string()),
        "col-node-age" => node
            .created
            .map(|at| text(scene.age(at)))
            .unwrap_or_default(),
        "col-node-taints" => dim(node.taints.join(" ")),
        _ => Vec::new(),
    }
}

/// kubectl's STATUS, with what the node is short of.
fn status<'t>(scene: &Scene<'_>, node: &'t NodeRow, state: NodeState) -> Vec<Span<'t>> {
    let (word, role) = match state {
        NodeState::NotReady => ("NotReady", Role::Error),
        NodeState::Unknown => ("NotReady", Role::Unknown),
        NodeState::Pressed | NodeState::Cordoned => ("Ready", Role::Warn),
        NodeState::Ready => ("Ready", Role::Text),
    };
    let mut word = word.to_owned();
    if node.cordoned {
        word.push_str(",SchedulingDisabled");
    }
    let mut spans = vec![scene.span(role, word)];
    if state == NodeState::Unknown {
        spans.push(scene.span(Role::Unknown, format!(" {}", scene.t("nodes-silent"))));
    }
    if !node.pressures.is_empty() {
        let pressures = node.pressures.join(" ");
        spans.insert(0, scene.span(Role::Error, format!("{pressures} ")));
    }
    spans
}

/// `1.2/3.9  31 %`, or what there is where nothing was measured.
fn part<'t>(
    scene: &Scene<'_>,
    now: Option<f64>,
    most: Option<f64>,
    written: impl Fn(f64) -> String,
) -> Vec<Span<'t>> {
    match (now, most) {
        (Some(now), Some(most)) if most > 0.0 => {
            let share = now / most;
            let role = match share {
                _ if share >= FULL => Role::Error,
                _ if share >= NEAR => Role::Warn,
                _ => Role::Text,
            };
            vec![
                scene.span(Role::Text, written(now)),
                scene.span(Role::Dim, format!("/{}", written(most))),
                scene.span(role, format!(" {:>5}", figure::whole_percent(share))),
            ]
        }
        (Some(now), _) => vec![scene.span(Role::Text, written(now))],
        (None, Some(most)) => vec![scene.span(Role::Dim, written(most))],
        (None, None) => Vec::new(),
    }
}
