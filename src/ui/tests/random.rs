//! Whatever is in the model and however large the terminal is, drawing neither fails nor lets a control through.

use proptest::prelude::*;
use ratatui::buffer::{Buffer, CellDiffOption};

use crate::app::{
    command::{Command, WhyNot},
    model::Model,
    overlay::{Overlay, Palette, PaletteRow},
    view::{Item, Pane, PodsShown},
};
use crate::domain::{
    alert::{AlertState, Severity},
    gauge::Unit,
    light::Light,
    limit::Limit,
    observation::Rows,
    pod::Health,
    queue::QueueCourse,
    settings::Glyphs,
    text::Lang,
};
use crate::i18n::width::cells;
use crate::ui::fixture::{alert, fill_boards, gauge, pod, queue, slo, trouble};

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
                command: Command::Copy,
                why_not: Some(WhyNot::NothingSelected),
                matched: vec![0, 2, 99],
            }],
            selected: 0,
        }),
        2 => Overlay::Alert {
            fingerprint: format!("fp-{text}").as_str().into(),
            scroll: 1,
        },
        3 => Overlay::Pod(Box::new(pod_screen(text))),
        4 => Overlay::Chart(Box::new(chart(text))),
        5 => Overlay::Sources { scroll: 0 },
        _ => return None,
    })
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
        (shown, focus) in (0_usize..9, 0_usize..4),
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
