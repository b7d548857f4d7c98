//! Whatever is in the model and however large the terminal is, drawing neither fails nor lets a control through.

use proptest::prelude::*;
use ratatui::buffer::{Buffer, CellDiffOption};

use std::{sync::Arc, time::Duration};

use crate::app::{
    browser::Browser,
    command::{Command, WhyNot},
    model::{Cluster, Model},
    nodes::NodeTable,
    overlay::{Overlay, Palette, PaletteItem, PaletteRow},
    subject::Subject,
    usage::UsageScreen,
    view::{Item, Pane, PodsShown},
};
use crate::domain::{
    alert::{AlertState, Severity},
    freshness::{Trouble, TroubleKind},
    gauge::Unit,
    light::Light,
    limit::Limit,
    node::NodeRow,
    object::KindRef,
    observation::Rows,
    pod::{Health, PodUsage},
    pod_detail::PodKey,
    question::Answer,
    queue::QueueCourse,
    settings::Glyphs,
    table::{Beyond, Cell, Column, KindInfo, Listing, Part, PartState, Row, Sheet},
    text::Lang,
    usage::{ContainerUse, LeftOut, PodUse, Room, UsageSight},
};
use crate::i18n::width::cells;
use crate::ui::fixture::{alert, fill_boards, gauge, now, pod, queue, slo, trouble};

use super::overlays::{chart, pod_screen};
use super::{drawn, linked};

/// No control character but those of our own links, whose words are clean and as wide as they say.
fn check(buffer: &Buffer) {
    for cell in buffer.content() {
        let symbol = cell.symbol();
        let plain = match cell.diff_option {
            CellDiffOption::ForcedWidth(width) => {
                let words = linked(symbol);
                assert_eq!(cells(words), usize::from(width.get()), "{symbol:?}");
                words
            }
            _ => symbol,
        };
        assert!(!plain.chars().any(char::is_control), "{symbol:?}");
    }
    let area = buffer.area;
    for y in 0..area.height {
        let last = &buffer[(area.width - 1, y)];
        assert!(
            cells(last.symbol()) <= 1 || last.diff_option != CellDiffOption::None,
            "half a character at the edge"
        );
    }
}

fn overlay(index: usize, text: &str) -> Option<Overlay> {
    Some(match index {
        0 => Overlay::Help {
            contexts: vec![Pane::Alerts.context()],
            scroll: 3,
        },
        1 => Overlay::Palette(Palette {
            input: tui_input::Input::new(text.to_owned()),
            rows: vec![PaletteRow {
                item: PaletteItem::Command(Command::Copy),
                why_not: Some(WhyNot::NothingSelected),
                matched: vec![0, 2, 99],
            }],
            selected: 0,
            offered: Vec::new(),
            over: crate::app::overlay::PaletteOver::All,
        }),
        2 => Overlay::Alert {
            fingerprint: format!("fp-{text}").as_str().into(),
            scroll: 1,
        },
        3 => Overlay::Pod(Box::new(pod_screen(text))),
        4 => Overlay::Chart(Box::new(chart(text))),
        5 => Overlay::Sources { scroll: 0 },
        6 => Overlay::Browser(Box::new(browser(text))),
        7 => Overlay::Nodes(Box::new(nodes(text))),
        8 => Overlay::Usage(Box::new(usage(text))),
        _ => return None,
    })
}

fn browser(text: &str) -> Browser {
    let kind = KindRef::new("example.com", "v1", "Widget", "widgets", true);
    let info = KindInfo {
        kind,
        singular: "widget".into(),
        short: Vec::new(),
        listing: Listing::Offered,
        watched: true,
    };
    let column = |wide| Column {
        name: text.into(),
        number: wide,
        wide,
    };
    let row = |uid: &str| {
        Arc::new(Row {
            uid: uid.into(),
            namespace: Some(text.into()),
            name: text.into(),
            created: None,
            cells: vec![Cell::Text(text.into()); 3],
        })
    };
    let mut browser = Browser::new(info, 1);
    browser.sheet = Some(Arc::new(Sheet {
        columns: [false, true, false].map(column).into(),
        rows: vec![row("a"), row("b")],
        parts: vec![Part {
            namespace: Some(text.into()),
            listed: true,
            state: PartState::Failed {
                since: now(),
                trouble: Trouble::new(TroubleKind::Forbidden, text),
                retry_at: Some(now()),
            },
        }],
        beyond: Some(Beyond::Exactly(7)),
        plain: false,
        listed_every: None,
    }));
    browser.refresh(3);
    browser
}

fn node(text: &str) -> NodeRow {
    NodeRow {
        uid: "n".into(),
        name: text.into(),
        ready: None,
        ready_since: None,
        cordoned: true,
        pressures: vec![text.into()],
        created: None,
        version: text.into(),
        roles: vec![text.into()],
        taints: vec![text.into()],
        room: Room::default(),
        most_pods: Some(1),
    }
}

fn nodes(text: &str) -> NodeTable {
    let mut cluster = Cluster::default();
    cluster.nodes.apply(Rows::All(vec![node(text)]), |_, _| {});
    let mut table = NodeTable::default();
    table.refresh(&cluster, 3);
    table
}

fn usage(text: &str) -> UsageScreen {
    let key = PodKey {
        namespace: text.to_owned(),
        name: text.to_owned(),
        uid: "p".into(),
    };
    let mut screen = UsageScreen::new(Subject::Pod(key.clone()));
    screen.pods = vec![key];
    let used = PodUsage {
        cpu_millicores: u32::MAX,
        memory_bytes: u64::MAX,
    };
    let room = Room {
        cpu_millicores: Some(1),
        memory_bytes: Some(0),
    };
    let answer = Ok(Answer::Usage(UsageSight {
        trouble: Some(Trouble::new(TroubleKind::Absent, text)),
        left_out: Some(LeftOut {
            pods: 1,
            why: Trouble::new(TroubleKind::Forbidden, text),
        }),
        pods: vec![PodUse {
            uid: "p".into(),
            at: Some(now()),
            containers: vec![ContainerUse {
                name: text.into(),
                used: Some(used),
                requests: room,
                limits: room,
            }],
        }],
    }));
    screen.take(&answer, Duration::ZERO, 3);
    screen
}

fn model(name: &str, number: f64, zh: bool) -> Model {
    let mut model = trouble(if zh { Lang::Zh } else { Lang::En });
    model.board.gauges.push(gauge(
        name,
        number,
        Limit::AtMost(1.0),
        Unit::Seconds,
        Light::Red,
    ));
    model
        .board
        .slos
        .push(slo(name, name.into(), number, 0.999, number, Light::Red));
    model.board.queues.push(queue(
        name,
        number,
        number,
        Light::Yellow,
        QueueCourse::Stalled,
    ));
    fill_boards(&mut model);
    let line = alert(name, Severity::S1, 5, AlertState::Firing);
    let fingerprint = line.alert.fingerprint.clone();
    model.alerts.alerts.insert(fingerprint.clone(), line);
    model
        .view
        .list_mut(Pane::Alerts)
        .items
        .insert(0, Item::Alert(fingerprint));
    let row = pod(name, name, Health::Sick, 3);
    let list = model.view.list_mut(Pane::Pods);
    list.items.insert(0, Item::Pod(row.uid.clone()));
    let rows = Rows::Changed {
        upserts: vec![row],
        gone: Vec::new(),
    };
    model.cluster.pods.apply(rows, |_, _| {});
    let nodes = Rows::All(vec![node(name)]);
    model.cluster.nodes.apply(nodes, |_, _| {});
    model.desk.context = name.to_owned();
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn drawing_holds(
        (columns, rows) in (1_u16..200, 1_u16..60),
        name in "\\PC{0,40}|[a-z一-龥👩🚒\u{200d}\u{301}é-]{0,60}|\u{1b}\\[31m[a-z]\u{9b}\u{7}\t\n",
        number in any::<f64>(),
        (zh, ascii, zoomed, each) in any::<(bool, bool, bool, bool)>(),
        (shown, focus) in (0_usize..12, 0_usize..4),
    ) {
        let mut model = model(&name, number, zh);
        model.look.glyphs = if ascii { Glyphs::Ascii } else { Glyphs::Unicode };
        model.view.zoomed = zoomed;
        model.view.focus = Pane::ALL[focus];
        if each {
            model.view.pods_shown = PodsShown::Each;
        }
        model.view.overlays.extend(overlay(shown, &name));
        let (buffer, _) = drawn(&mut model, columns, rows);
        check(&buffer);
    }
}
