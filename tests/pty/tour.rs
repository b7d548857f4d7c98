//! The tour of the README, walked as it stands there: each of its keys in its order does what the README says.

use std::time::Duration;

use quarterdeck::{domain::text::Lang, i18n::Texts};

use super::{
    home::Home,
    person,
    session::{Session, Start},
};

const README: &str = include_str!("../../README.md");
/// The README says that the verdict is there within a minute; a busy machine takes longer.
const PATIENCE: Duration = Duration::from_secs(240);

/// What somebody who walks the tour does.
enum Does {
    /// Types this and sees that, in either language.
    Sees(&'static str, [&'static str; 2]),
    /// Opens something with this, sees that and goes back.
    Visits(&'static str, [&'static str; 2]),
    /// The same with a question, which takes no key before it could be read.
    Asks(&'static str, [&'static str; 2]),
    /// Goes back, so that this is gone.
    Returns([&'static str; 2]),
    /// Moves the cursor of the pods so many rows.
    Moves(&'static str, isize),
    Zooms,
    Filters,
    TypesTheName,
    Leaves,
}

use Does::{Asks, Filters, Leaves, Moves, Returns, Sees, TypesTheName, Visits, Zooms};

/// The code spans of the tour and what is done at each.
const STOPS: [(&str, Does); 35] = [
    ("tab", Sees("\t", ["▌SLOs", "▌SLO"])),
    ("1", Sees("1", ["▌Alerts", "▌告警"])),
    ("4", Sees("4", ["▌Pods", "▌Pod"])),
    ("j", Moves("j", 1)),
    ("k", Moves("k", -1)),
    (
        "⏎",
        Sees("\r", ["▌prod/export-worker", "▌prod/export-worker"]),
    ),
    (
        "esc",
        Returns(["▌prod/export-worker", "▌prod/export-worker"]),
    ),
    ("z", Zooms),
    ("/", Sees("/", ["!not", "!"])),
    ("export !x2k app=export-worker /^export/", Filters),
    (
        "c",
        Visits("c", ["Changes in the last hour", "近一小时变更"]),
    ),
    (":", Visits(":", ["┌ Commands", "┌ 命令"])),
    ("?", Visits("?", ["▌Keys", "▌按键"])),
    (
        "E",
        Visits("E", ["▌prod/export-worker", "▌prod/export-worker"]),
    ),
    ("l", Visits("l", ["▌Logs", "▌日志"])),
    ("e", Visits("e", ["· events", "· 事件"])),
    (
        "d",
        Visits("d", ["▌prod/export-worker", "▌prod/export-worker"]),
    ),
    ("v", Visits("v", ["· YAML", "· YAML"])),
    ("R", Visits("R", ["· rollouts", "· 版本历史"])),
    ("u", Visits("u", ["Usage of", "的用量"])),
    ("N", Visits("N", ["▌Nodes", "▌节点"])),
    ("B", Visits("B", ["┌ Kinds", "┌ 类型"])),
    ("S", Visits("S", ["▌Sources", "▌数据源"])),
    (
        "A",
        Sees("A", ["▌▸ Scale export workers", "▌▸ 扩容导出 worker"]),
    ),
    ("⏎", Sees("\r", ["24", "24"])),
    ("36", Sees("36", ["36", "36"])),
    ("⏎", Sees("\r", ["24 → 36", "24 → 36"])),
    ("export-worker", TypesTheName),
    ("⏎", Sees("\r", ["▌Run ", "▌运行 "])),
    ("verified", Sees("", ["verdict: verified", "结论：已验证"])),
    ("esc", Returns(["verdict: verified", "结论：已验证"])),
    ("J", Sees("J", ["▌Journal", "▌操作记录"])),
    ("⏎", Sees("\r", ["24 → 36", "24 → 36"])),
    ("u", Asks("u", ["36 → 24", "36 → 24"])),
    ("q", Leaves),
];

/// The text of the tour, from what is to be tried to the calls after it.
fn tour() -> &'static str {
    let (_, after) = README.split_once("\nTry: ").expect("the tour");
    after.split_once("\n```sh").expect("its end").0
}

/// The words of the call that the tour begins with.
fn call() -> Vec<&'static str> {
    let (_, after) = README
        .split_once("cargo run --release -- ")
        .expect("a call");
    after.lines().next().expect("a line").split(' ').collect()
}

fn spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The row that the cursor of a pane on the right stands on.
fn cursor(session: &Session) -> Option<usize> {
    let text = session.terminal().text();
    text.lines().position(|row| row.contains("│▌"))
}

fn walks(session: &mut Session, lang: Lang, does: &Does, patience: Duration) {
    let of = |texts: &[&'static str; 2]| match lang {
        Lang::En => texts[0],
        Lang::Zh => texts[1],
    };
    let sees = |session: &Session, text: &str| {
        assert!(
            session.within(patience, |terminal| terminal.has(text)),
            "waited for `{text}`\n{}",
            session.terminal().text()
        );
    };
    match does {
        Sees(keys, texts) => {
            session.types(keys);
            sees(session, of(texts));
        }
        Visits(keys, texts) => {
            session.types(keys);
            sees(session, of(texts));
            session.types("\x1b");
            session.hides(of(texts));
        }
        Asks(keys, texts) => {
            session.types(keys);
            sees(session, of(texts));
            person::looks();
            session.types("\x1b");
            session.hides(of(texts));
        }
        Returns(texts) => {
            session.types("\x1b");
            session.hides(of(texts));
        }
        Moves(keys, rows) => {
            let before = cursor(session).expect("a cursor");
            session.types(keys);
            let after = before.checked_add_signed(*rows);
            session.until("the cursor elsewhere", |terminal| {
                let text = terminal.text();
                text.lines().position(|row| row.contains("│▌")) == after
            });
        }
        Zooms => {
            // The title of the pane: a check that is due may name a queue, too.
            let queues = of(&["─ Queues", "─ 队列"]);
            session.types("z");
            session.hides(queues);
            session.types("z");
            session.shows(queues);
        }
        Filters => {
            session.types("export !x2k app=export-worker /^export/\r");
            session.until("what the filter lets through", |terminal| {
                terminal.has("export-wor") && !terminal.has("lookup-api")
            });
            session.types("\x1b");
            session.shows("lookup-api");
        }
        TypesTheName => {
            person::looks();
            let before = of(&["to go on: ", "以继续： "]);
            session.types_behind(before, "export-worker");
            person::looks();
        }
        Leaves => {
            // Out of the run that is open, and of the journal.
            session.types("\x1b");
            session.hides(of(&["verdict: verified", "结论：已验证"]));
            session.types("\x1b");
            session.hides(of(&["▌Journal", "▌操作记录"]));
            session.types("q");
            assert_eq!(session.left(), "0");
        }
    }
}

fn walk(lang: Lang, size: (u16, u16)) {
    let named: Vec<&str> = STOPS.iter().map(|(span, _)| *span).collect();
    assert_eq!(
        spans(tour()),
        named,
        "the README's keys are those of this walk"
    );
    let home = Home::new();
    let mut words = call();
    words.extend(["--locale", lang.code()]);
    let mut session = Start::of(&home, &words).sized(size.0, size.1).session();
    session.until("the panes", |terminal| {
        terminal.has(Texts::new(lang).t("links-live")) && terminal.has("export-work")
    });
    for (place, (span, does)) in STOPS.iter().enumerate() {
        println!("{place}: {span}");
        walks(&mut session, lang, does, PATIENCE);
    }
}

#[test]
fn every_key_of_the_tour_does_what_the_readme_says() {
    walk(Lang::En, (80, 24));
}

#[test]
fn the_same_in_chinese() {
    walk(Lang::Zh, (160, 48));
}
