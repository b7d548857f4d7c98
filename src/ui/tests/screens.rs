//! The watch: four panes in every state.

use crate::app::{
    command::Command,
    event::Notice,
    filter::Filter,
    view::{Item, Pane, PodsShown, Sort, Typing, TypingWhat},
};
use crate::domain::{
    desk::{DemoMark, Namespaces},
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    observation::Rows,
    pod::Health,
    settings::Glyphs,
    text::Lang,
};
use crate::ui::fixture::{Keys, ago, blank, failed, link_all, quiet, trouble};

use crate::ui::scene::KeyNames;

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
            speed: Some("10".to_owned()),
        });
        model.desk.read_only = true;
        let shown = screen(&mut model, columns, 20);
        let header = shown.lines().next().unwrap_or_default();
        assert!(header.contains("DEMO ×10"), "{header}");
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
    model.view.alerts_grouped = Some(true);
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

#[test]
fn one_pane_at_seventy_columns_shows_what_sixty_show() {
    for columns in [60, 65, 69, 70, 79] {
        let mut model = trouble(Lang::En);
        model.view.focus = Pane::Slos;
        let shown = screen(&mut model, columns, 30);
        assert!(shown.contains("14.6×"), "{columns}: {shown}");
        assert!(shown.contains("▁▂"), "{columns}: {shown}");
    }
    let mut model = trouble(Lang::En);
    model.view.focus = Pane::Slos;
    holds!("slos-70x30", screen(&mut model, 70, 30));
}

#[test]
fn a_gauge_without_a_limit_has_its_unit_and_no_window() {
    for columns in [80, 160] {
        let mut model = trouble(Lang::En);
        for line in &mut model.board.gauges {
            line.spec.good = None;
        }
        let shown = screen(&mut model, columns, 24);
        let line = shown.lines().find(|line| line.contains("5.80"));
        let line = line.unwrap_or_default();
        assert!(!line.contains("/5m"), "{line}");
        assert!(line.contains(" s "), "{line}");
    }
}

fn many_namespaces(lang: Lang) -> crate::app::model::Model {
    let mut model = trouble(lang);
    let names = ["prod", "staging", "shop", "pay", "search"];
    model.desk.namespaces = Namespaces::Some(names.map(str::to_owned).to_vec());
    model
}

#[test]
fn pods_of_many_namespaces_say_which() {
    for (columns, rows) in [(80, 24), (160, 24)] {
        let mut model = many_namespaces(Lang::En);
        holds!(
            format!("namespaces-{columns}"),
            screen(&mut model, columns, rows)
        );
    }
    let mut model = many_namespaces(Lang::En);
    model.view.focus = Pane::Pods;
    model.view.zoomed = true;
    let shown = screen(&mut model, 80, 16);
    assert!(shown.contains("NAMESPACE"), "{shown}");
    model.desk.namespaces = Namespaces::Some(vec!["prod".to_owned()]);
    let shown = screen(&mut model, 80, 16);
    assert!(!shown.contains("NAMESPACE"), "{shown}");
}

#[test]
fn a_pod_that_runs_again_is_not_said_to_be_dead() {
    let mut model = trouble(Lang::En);
    let mut row = model
        .cluster
        .pods
        .iter()
        .find(|row| row.health == Health::Sick)
        .unwrap()
        .clone();
    row.status = "Running".into();
    row.last_death = Some("OOMKilled".into());
    let rows = Rows::Changed {
        upserts: vec![row],
        gone: Vec::new(),
    };
    model.cluster.pods.apply(rows, |_, _| {});
    let shown = screen(&mut model, 80, 24);
    assert!(shown.contains("was OOMKilled ×"), "{shown}");
    model.view.focus = Pane::Pods;
    let shown = screen(&mut model, 60, 20);
    assert!(shown.contains("Running, OOMKilled ×"), "{shown}");
}

#[test]
fn a_filter_says_how_it_is_written_and_how_to_leave_it() {
    let mut model = trouble(Lang::En);
    model.view.focus = Pane::Pods;
    let list = model.view.list_mut(Pane::Pods);
    list.filter = Filter::parse("/64.*7/").unwrap();
    list.items.clear();
    let shown = screen(&mut model, 80, 24);
    let clear = Keys(Glyphs::Unicode).key(Command::ClearFilter).unwrap();
    assert!(shown.contains("· /64.*7/"), "{shown}");
    assert!(!shown.contains("//64"), "{shown}");
    assert!(shown.contains(&format!("{clear} clear filter")), "{shown}");
    model.view.typing = Some(Typing {
        input: tui_input::Input::new("/64.*7/".to_owned()),
        what: TypingWhat::Filter {
            pane: Pane::Pods,
            before: String::new(),
        },
        error: None,
    });
    let shown = screen(&mut model, 80, 24);
    assert!(!shown.contains(&format!("{clear} clear filter")), "{shown}");
    assert!(shown.contains("esc cancel  ctrl-u clear filter"), "{shown}");
    holds!("filter-typed-en", shown);
}

#[test]
fn an_order_shows_which_way_it_goes() {
    let mut model = trouble(Lang::En);
    model.view.list_mut(Pane::Pods).sort = Sort::Name;
    assert!(screen(&mut model, 80, 24).contains("by name ↑"));
    model.view.list_mut(Pane::Pods).reverse = true;
    assert!(screen(&mut model, 80, 24).contains("by name ↓"));
    model.view.list_mut(Pane::Pods).reverse = false;
    model.view.list_mut(Pane::Pods).sort = Sort::Restarts;
    assert!(screen(&mut model, 80, 24).contains("by restarts ↓"));
}

#[test]
fn a_copy_says_what_was_copied() {
    let mut model = trouble(Lang::En);
    let text =
        "kubectl --context=prod --namespace=prod\nget pods export-worker-7d9f6c5b88-x2kqp -o wide";
    let until = model.now.mono + std::time::Duration::from_secs(5);
    model.view.notice = Some((Notice::Copied(text.to_owned()), until));
    let shown = screen(&mut model, 80, 24);
    let last = shown.lines().last().unwrap_or_default();
    assert!(last.contains("✔ copied: kubectl --context=prod"), "{last}");
    assert!(last.ends_with('…'), "{last}");
}
