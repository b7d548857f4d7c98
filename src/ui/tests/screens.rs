//! The watch: four panes in every state.

use crate::app::view::{Item, Pane, PodsShown, Typing, TypingWhat};
use crate::domain::{
    desk::DemoMark,
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    observation::Rows,
    settings::Glyphs,
    text::Lang,
};
use crate::ui::fixture::{ago, blank, failed, link_all, quiet, trouble};

use super::{drawn, holds, screen, text};

#[test]
fn trouble_reads_as_it_should() {
    for (lang, code) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        for (columns, rows) in [(80, 24), (160, 48)] {
            let mut model = trouble(lang);
            holds!(
                format!("trouble-{code}-{columns}x{rows}"),
                screen(&mut model, columns, rows)
            );
        }
    }
}

#[test]
fn a_good_night_is_quiet() {
    for (lang, code) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let mut model = quiet(lang);
        holds!(format!("quiet-{code}"), screen(&mut model, 80, 24));
    }
}

#[test]
fn before_the_first_answer_panes_say_whom_they_wait_for() {
    let mut model = blank(Lang::En);
    link_all(&mut model, &Link::Connecting);
    holds!("connecting-en", screen(&mut model, 80, 24));
    let mut model = blank(Lang::Zh);
    link_all(&mut model, &Link::Connecting);
    holds!("connecting-zh", screen(&mut model, 80, 24));
}

#[test]
fn failures_say_which_source_in_whose_words_and_when_it_is_tried_again() {
    for (lang, code) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let mut model = blank(lang);
        link_all(&mut model, &Link::Live { since: ago(60) });
        let links = [
            (
                SourceId::Pods,
                failed(
                    TroubleKind::Forbidden,
                    "pods is forbidden: User \"li\" cannot list resource \"pods\" in API group \"\" in the namespace \"prod\"",
                    60,
                    30,
                ),
            ),
            (
                SourceId::Prometheus,
                failed(
                    TroubleKind::NotTheApi,
                    "<html><head><title>Sign in</title>",
                    60,
                    12,
                ),
            ),
            (
                SourceId::Alertmanager,
                failed(
                    TroubleKind::Unreachable,
                    "tcp connect to alertmanager:9093: connection refused (os error 111)",
                    60,
                    5,
                ),
            ),
        ];
        model.links.extend(links);
        holds!(format!("failed-{code}"), screen(&mut model, 80, 24));
    }
}

#[test]
fn what_failed_later_is_shown_as_old() {
    for (lang, code) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let mut model = trouble(lang);
        link_all(
            &mut model,
            &failed(TroubleKind::TimedOut, "no answer within 5 s", 185, 12),
        );
        for line in &mut model.board.gauges {
            line.stale = true;
            if let Reading::Known { value, as_of } = line.reading {
                let trouble = Trouble::new(TroubleKind::TimedOut, "no answer");
                line.reading = Reading::Lost {
                    value,
                    as_of,
                    trouble,
                };
            }
        }
        holds!(format!("stale-{code}"), screen(&mut model, 80, 24));
    }
}

#[test]
fn nothing_there_is_no_failure() {
    let mut model = blank(Lang::En);
    link_all(&mut model, &Link::Live { since: ago(60) });
    model.alerts.filled = true;
    model.cluster.pods.apply(Rows::All(Vec::new()), |_, _| {});
    holds!("empty-en", screen(&mut model, 80, 24));
    model.desk.pack = None;
    model.look.lang = Lang::Zh;
    model.links.insert(SourceId::Alertmanager, Link::Absent);
    model.alerts.filled = false;
    holds!("empty-generic-zh", screen(&mut model, 80, 24));
}

#[test]
fn narrow_terminals_get_tabs_and_tiny_ones_a_sentence() {
    let mut model = trouble(Lang::En);
    model.view.focus = Pane::Pods;
    holds!("tabs-60x20", screen(&mut model, 60, 20));
    model.look.lang = Lang::Zh;
    holds!("tabs-zh-75x16", screen(&mut model, 75, 16));
    holds!("too-small-zh", screen(&mut model, 40, 9));
}

#[test]
fn a_zoomed_pane_has_all_its_columns() {
    for pane in Pane::ALL {
        for (columns, rows) in [(80, 16), (160, 16)] {
            let mut model = trouble(Lang::En);
            model.view.focus = pane;
            model.view.zoomed = true;
            if pane == Pane::Pods {
                model.view.pods_shown = PodsShown::Each;
                for row in model.cluster.pods.iter() {
                    let usage = crate::domain::pod::PodUsage {
                        cpu_millicores: 250,
                        memory_bytes: 482 << 20,
                    };
                    model.cluster.usage.insert(row.uid.clone(), usage);
                }
            }
            let name = format!("zoom-{}-{columns}", pane.name());
            holds!(name, screen(&mut model, columns, rows));
        }
    }
}

#[test]
fn the_demo_mark_never_leaves() {
    for columns in [60, 80, 160] {
        let mut model = trouble(Lang::En);
        model.desk.demo = Some(DemoMark {
            scenario: "export-backlog-with-a-very-long-name".to_owned(),
        });
        model.desk.read_only = true;
        let shown = screen(&mut model, columns, 20);
        let header = shown.lines().next().unwrap_or_default();
        assert!(header.contains("DEMO"), "{header}");
        assert!(header.contains("READ-ONLY"), "{header}");
        assert!(header.contains("LIVE"), "{header}");
        holds!(format!("demo-{columns}"), header);
    }
}

#[test]
fn ascii_holds_no_sign_of_ours_that_is_not_ascii() {
    let mut model = trouble(Lang::En);
    model.look.glyphs = Glyphs::Ascii;
    let (buffer, _) = drawn(&mut model, 80, 24);
    let shown = text(&buffer);
    assert!(shown.is_ascii(), "{shown}");
    holds!("ascii-en", shown);
}

#[test]
fn grouped_alerts_stand_as_one_row() {
    let mut model = trouble(Lang::En);
    model.view.alerts_grouped = true;
    model.view.list_mut(Pane::Alerts).items = vec![Item::AlertGroup("ExportBacklog".to_owned())];
    let shown = screen(&mut model, 80, 24);
    assert!(shown.contains("S2 ExportBacklog ×1"), "{shown}");
}

#[test]
fn the_cursor_stands_behind_what_was_typed() {
    let mut model = trouble(Lang::Zh);
    model.view.typing = Some(Typing {
        input: tui_input::Input::new("导出 x".to_owned()),
        what: TypingWhat::Filter {
            pane: Pane::Alerts,
            before: String::new(),
        },
        error: Some("unclosed group".to_owned()),
    });
    let (buffer, cursor) = drawn(&mut model, 80, 24);
    assert_eq!(cursor.map(|at| (at.x, at.y)), Some((8, 23)));
    let last = text(&buffer);
    let last = last.lines().last().unwrap_or_default();
    assert!(last.starts_with(" /导出 x"), "{last}");
    assert!(last.ends_with("✖ unclosed group"), "{last}");
}
