//! Screens over the panes.

use std::time::Duration;

use crate::app::{
    command::{Command, Context, WhyNot},
    overlay::{
        Chart, ChartAnswer, ColumnPicker, Overlay, Palette, PaletteItem, PaletteRow, PodScreen,
        ThemePicker,
    },
    view::{Column, Item, List, Pane, Sort},
};
use crate::domain::{
    event::EventRow,
    freshness::{SourceId, Trouble, TroubleKind},
    gauge::Unit,
    limit::Limit,
    pod_detail::{
        ConditionDetail, ContainerDetail, ContainerKind, ContainerState, PodDetail, PodKey,
    },
    series::Series,
    settings::Glyphs,
    text::Lang,
};
use crate::ui::fixture::{ago, failed, trouble};

use super::{drawn, holds, screen, text};

fn shown(lang: Lang, overlay: Overlay, columns: u16, rows: u16) -> String {
    let mut model = trouble(lang);
    model.view.overlays.push(overlay);
    screen(&mut model, columns, rows)
}

const BOTH: [(Lang, &str); 2] = [(Lang::En, "en"), (Lang::Zh, "zh")];

#[test]
fn help_lists_the_keys_of_the_context_first() {
    for (lang, code) in BOTH {
        let help = Overlay::Help {
            contexts: vec![Context::Pods, Context::List, Context::Global],
            scroll: 0,
        };
        holds!(format!("help-{code}"), shown(lang, help, 80, 40));
    }
}

fn palette(typed: &str) -> Palette {
    let row = |command, why_not, matched: &[u32]| PaletteRow {
        item: PaletteItem::Command(command),
        why_not,
        matched: matched.to_vec(),
    };
    Palette {
        input: tui_input::Input::new(typed.to_owned()),
        rows: vec![
            row(Command::Copy, None, &[0, 1]),
            row(
                Command::CopyCommand,
                Some(WhyNot::NoClipboardCommand),
                &[0, 1],
            ),
            row(Command::Columns, None, &[7, 8]),
        ],
        selected: 0,
        offered: Vec::new(),
        over: crate::app::overlay::PaletteOver::All,
    }
}

#[test]
fn the_palette_keeps_what_cannot_be_done() {
    for (lang, code) in BOTH {
        let overlay = Overlay::Palette(palette("co"));
        holds!(format!("palette-{code}"), shown(lang, overlay, 80, 24));
    }
}

#[test]
fn pickers_leave_the_panes_in_sight() {
    let themes = Overlay::Themes(ThemePicker {
        names: ["default", "light", "mono"].map(str::to_owned).to_vec(),
        selected: 1,
        before: "default".to_owned(),
    });
    holds!("themes-en", shown(Lang::En, themes, 80, 24));
    let columns = Overlay::Columns(ColumnPicker {
        before: std::collections::BTreeSet::new(),
        pane: Pane::Pods,
        columns: Column::of(Pane::Pods)
            .iter()
            .map(|column| (*column, *column != Column::Node))
            .collect(),
        selected: 5,
    });
    holds!("columns-zh", shown(Lang::Zh, columns, 80, 24));
}

fn container() -> ContainerDetail {
    ContainerDetail {
        name: "main".to_owned(),
        kind: ContainerKind::Main,
        image: "reg.example/glancy/export:2.4.0".to_owned(),
        ready: false,
        restarts: 6,
        state: ContainerState::Waiting {
            reason: "CrashLoopBackOff".to_owned(),
            message: "back-off 5m0s restarting failed container=main pod=export-worker-7d9f6c5b88-x2kqp_prod(1f2e3d4c-0000-4000-8000-000000000001)".to_owned(),
        },
        last_state: Some(ContainerState::Terminated {
            reason: "OOMKilled".to_owned(),
            message: String::new(),
            code: 137,
            at: Some(ago(145)),
        }),
        cpu: (Some("500m".to_owned()), Some("1".to_owned())),
        memory: (Some("256Mi".to_owned()), Some("512Mi".to_owned())),
        ports: vec!["8080/TCP http".to_owned()],
        probes: vec!["readiness http-get :8080/ready every 10s".to_owned()],
        command: Vec::new(),
        env: Vec::new(),
        mounts: Vec::new(),
    }
}

pub fn pod_screen(text: &str) -> PodScreen {
    let key = PodKey {
        namespace: "prod".to_owned(),
        name: "export-worker-7d9f6c5b88-x2kqp".to_owned(),
        uid: "uid-export-worker-7d9f6c5b88-x2kqp".into(),
    };
    let event = |reason: &str, warning, message: &str, seconds, count| EventRow {
        uid: reason.into(),
        namespace: "prod".into(),
        kind: "Pod".into(),
        name: key.name.as_str().into(),
        object_uid: None,
        warning,
        reason: reason.into(),
        message: message.to_owned(),
        count,
        first: Some(ago(seconds + 900)),
        last: Some(ago(seconds)),
        from: "kubelet".into(),
    };
    let events = vec![
        event(
            "BackOff",
            true,
            "Back-off restarting failed container main in pod export-worker-7d9f6c5b88-x2kqp_prod(1f2e)",
            20,
            14,
        ),
        event("Pulled", false, text, 900, 1),
    ];
    let condition = |kind: &str, status: &str, reason: &str, message: &str| ConditionDetail {
        kind: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        since: Some(ago(140)),
    };
    let detail = PodDetail {
        key: key.clone(),
        read_at: ago(2),
        phase: "Running".to_owned(),
        node: Some("node-b-03.prod.example".to_owned()),
        ip: Some("10.42.3.17".to_owned()),
        service_account: Some("export-worker".to_owned()),
        qos: Some("Burstable".to_owned()),
        created: Some(ago(7_300)),
        labels: vec![("app".to_owned(), "export-worker".to_owned())],
        annotations: vec![("note".to_owned(), text.to_owned())],
        owners: vec![
            "ReplicaSet/export-worker-7d9f6c5b88".to_owned(),
            "Deployment/export-worker".to_owned(),
        ],
        containers: vec![container()],
        conditions: vec![
            condition(
                "Ready",
                "False",
                "ContainersNotReady",
                "containers with unready status: [main]",
            ),
            condition("PodScheduled", "True", "", ""),
        ],
        events: Some(events),
    };
    PodScreen {
        key,
        detail: Some(Ok(detail)),
        gone: false,
        last: None,
        scroll: 0,
    }
}

#[test]
fn a_pod_says_why_it_is_sick() {
    for (lang, code) in BOTH {
        let overlay = Overlay::Pod(Box::new(pod_screen("镜像已存在 image already present")));
        holds!(format!("pod-{code}"), shown(lang, overlay, 80, 44));
    }
}

#[test]
fn a_pod_that_is_read_denied_or_gone_says_so() {
    let mut loading = pod_screen("");
    loading.detail = None;
    holds!(
        "pod-loading-en",
        shown(Lang::En, Overlay::Pod(Box::new(loading)), 80, 16)
    );
    let mut denied = pod_screen("");
    denied.gone = true;
    denied.detail = Some(Err(Trouble::new(
        TroubleKind::Forbidden,
        "pods \"x\" is forbidden",
    )));
    holds!(
        "pod-denied-zh",
        shown(Lang::Zh, Overlay::Pod(Box::new(denied)), 80, 16)
    );
}

#[test]
fn an_alert_shows_its_words_its_links_and_its_pods() {
    for (lang, code) in BOTH {
        let overlay = Overlay::Alert {
            fingerprint: "fp-ExportBacklog".into(),
            scroll: 0,
        };
        holds!(format!("alert-{code}"), shown(lang, overlay, 80, 32));
    }
}

#[test]
fn only_web_addresses_become_links() {
    let mut model = trouble(Lang::En);
    model.view.overlays.push(Overlay::Alert {
        fingerprint: "fp-ExportBacklog".into(),
        scroll: 0,
    });
    let (buffer, _) = drawn(&mut model, 80, 32);
    let links: Vec<&str> = buffer
        .content()
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .filter(|symbol| symbol.starts_with("\u{1b}]8;;"))
        .collect();
    // Its runbook and its source, and three boards of the pack.
    assert_eq!(links.len(), 5, "{links:?}");
    assert!(links.iter().all(|link| link.starts_with("\u{1b}]8;;http")));
    assert!(text(&buffer).contains("javascript:alert(1)"));
}

pub fn chart(name: &str) -> Chart {
    let values: Vec<Option<f64>> = (0..120)
        .map(|n| (!(40..52).contains(&n)).then(|| 800.0 + 1_600.0 * (f64::from(n) / 119.0).powi(2)))
        .collect();
    let flat = vec![Some(300.0); 120];
    let of = |values| Series {
        start: ago(3_600),
        step: Duration::from_secs(30),
        values,
    };
    Chart {
        title: "exports".into(),
        expr: "max(exports_depth)".to_owned(),
        parts: vec![(
            Some("glancy/exports".into()),
            "max(exports_depth)".to_owned(),
        )],
        good_share: false,
        slo: None,
        unit: Unit::Count,
        limits: vec![Limit::Above(2000.0)],
        span: Duration::from_secs(3_600),
        end: None,
        request: 1,
        answer: ChartAnswer::Series(vec![
            (name.to_owned(), of(values)),
            ("regen".to_owned(), of(flat)),
        ]),
    }
}

#[test]
fn a_chart_has_axes_limits_gaps_and_marks() {
    for (lang, code) in BOTH {
        let overlay = Overlay::Chart(Box::new(chart("exports")));
        holds!(format!("chart-{code}"), shown(lang, overlay, 80, 24));
    }
    let mut model = trouble(Lang::En);
    model.look.glyphs = Glyphs::Ascii;
    model
        .view
        .overlays
        .push(Overlay::Chart(Box::new(chart("exports"))));
    let shown = screen(&mut model, 80, 24);
    assert!(shown.is_ascii(), "{shown}");
    holds!("chart-ascii", shown);
    let mut share = chart("lookup");
    share.unit = Unit::Share;
    share.limits = vec![Limit::AtLeast(0.999)];
    if let ChartAnswer::Series(series) = &mut share.answer {
        series.truncate(1);
        for value in series[0].1.values.iter_mut().flatten() {
            *value = 1.0 - *value / 2_000_000.0;
        }
    }
    share.span = Duration::from_secs(6 * 3_600);
    let overlay = Overlay::Chart(Box::new(share));
    holds!("chart-share-160", shown_at(overlay));
}

#[test]
fn overlays_in_ascii_are_ascii() {
    let help = Overlay::Help {
        contexts: vec![Context::List],
        scroll: 0,
    };
    let all = [
        help,
        Overlay::Palette(palette("co")),
        Overlay::Sources { scroll: 0 },
        Overlay::Pod(Box::new(pod_screen("pulled"))),
        Overlay::Chart(Box::new(chart("exports"))),
    ];
    for overlay in all {
        let mut model = trouble(Lang::En);
        model.look.glyphs = Glyphs::Ascii;
        model.view.overlays.push(overlay);
        let shown = screen(&mut model, 80, 40);
        assert!(shown.is_ascii(), "{shown}");
    }
}

fn shown_at(overlay: Overlay) -> String {
    shown(Lang::En, overlay, 160, 30)
}

#[test]
fn a_refused_chart_says_why() {
    let mut refused = chart("");
    refused.answer = ChartAnswer::Refused(Trouble::new(
        TroubleKind::BadQuestion,
        "1:14: parse error: unexpected end of input in aggregation",
    ));
    holds!(
        "chart-refused-zh",
        shown(Lang::Zh, Overlay::Chart(Box::new(refused)), 80, 16)
    );
    let mut waiting = chart("");
    waiting.answer = ChartAnswer::Waiting;
    holds!(
        "chart-waiting-en",
        shown(Lang::En, Overlay::Chart(Box::new(waiting)), 80, 16)
    );
}

#[test]
fn changes_stand_on_one_time_line() {
    for (lang, code) in BOTH {
        let mut model = trouble(lang);
        let mut list = List::new(Sort::Age);
        list.items = model
            .time_line
            .changes
            .iter()
            .map(|(number, _)| Item::Change(*number))
            .collect();
        list.selected = list.items.get(1).cloned();
        model.view.overlays.push(Overlay::Changes(list));
        holds!(format!("changes-{code}"), screen(&mut model, 80, 16));
    }
}

#[test]
fn sources_say_how_each_link_is() {
    for (lang, code) in BOTH {
        let mut model = trouble(lang);
        model.links.insert(
            SourceId::Prometheus,
            failed(TroubleKind::ServerError, "503 Service Unavailable", 185, 12),
        );
        model
            .skew
            .insert(SourceId::Alertmanager, jiff::SignedDuration::from_secs(-42));
        model.view.overlays.push(Overlay::Sources { scroll: 0 });
        holds!(format!("sources-{code}"), screen(&mut model, 80, 20));
    }
}
