use std::collections::BTreeMap;
use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use proptest::prelude::*;

use super::docs::keys_page;
use super::key::Code;
use super::*;
use crate::app::command::{Command, Context, WhyNot};
use crate::domain::settings::{Glyphs, KeyBindings, KeyProblemKind, Lang};
use crate::i18n::Texts;

fn own(context: &str, bindings: &[(&str, &str)]) -> KeyBindings {
    let bindings = bindings
        .iter()
        .map(|(keys, id)| ((*keys).to_owned(), (*id).to_owned()))
        .collect();
    BTreeMap::from([(context.to_owned(), bindings)])
}

fn press(map: &Keymap, stack: &[Context], keys: &str) -> Resolved {
    let keys = Sequence::parse(keys).unwrap();
    let (last, pending) = keys.keys().split_last().unwrap();
    map.resolve(stack, pending, *last)
}

fn event(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

#[test]
fn every_default_is_a_key_and_none_hides_another() {
    let mut seen: BTreeMap<(Context, Sequence), Command> = BTreeMap::new();
    for command in Command::ALL {
        for keys in command.keys() {
            let sequence = Sequence::parse(keys).unwrap();
            let before = seen.insert((command.context(), sequence), *command);
            assert_eq!(before, None, "{keys} of {command}");
        }
    }
    for (context, one) in seen.keys() {
        for (_, other) in seen.keys().filter(|(other, _)| other == context) {
            assert!(
                !one.begins(other),
                "{one} begins {other} in {}",
                context.name()
            );
        }
    }
}

#[test]
fn every_command_reason_and_context_has_its_words() {
    for texts in Lang::ALL.map(Texts::new) {
        let commands = Command::ALL
            .iter()
            .map(|command| format!("command-{}", command.id()));
        let reasons = WhyNot::ALL
            .iter()
            .map(|why| format!("why-not-{}", why.id()));
        let contexts = Context::ALL
            .iter()
            .map(|context| format!("key-context-{}", context.name()));
        let missing: Vec<String> = commands
            .chain(reasons)
            .chain(contexts)
            .filter(|key| !texts.has(key))
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", texts.lang().code());
    }
}

#[test]
fn chords_wait_for_their_end() {
    let map = Keymap::defaults();
    let stack = [Context::Pods, Context::List, Context::Global];
    assert_eq!(press(&map, &stack, "g"), Resolved::Pending);
    assert_eq!(press(&map, &stack, "g g"), Resolved::Command(Command::Top));
    assert_eq!(press(&map, &stack, "g x"), Resolved::None);
    assert_eq!(
        press(&map, &stack, "ctrl-w w"),
        Resolved::Command(Command::NextPane)
    );
    assert_eq!(
        press(&map, &stack, "w"),
        Resolved::Command(Command::ToggleRollUp)
    );
    assert_eq!(
        press(
            &map,
            &[Context::Alerts, Context::List, Context::Global],
            "w"
        ),
        Resolved::Command(Command::ToggleGroup)
    );
    assert_eq!(press(&map, &[Context::Text], "q"), Resolved::None);
    assert_eq!(
        press(&map, &[Context::Text], "esc"),
        Resolved::Command(Command::TextCancel)
    );
}

#[test]
fn ones_own_keys_come_first_and_none_unbinds() {
    let map = Keymap::new(&own(
        "list",
        &[("g g", "none"), ("g", "top"), ("o", "open")],
    ))
    .unwrap();
    let stack = [Context::List, Context::Global];
    assert_eq!(press(&map, &stack, "g"), Resolved::Command(Command::Top));
    assert_eq!(press(&map, &stack, "g g"), Resolved::None);
    assert_eq!(
        map.label(Command::Open, Glyphs::Unicode).as_deref(),
        Some("o")
    );
    let map = Keymap::new(&own("pods", &[("q", "none")])).unwrap();
    assert_eq!(
        press(&map, &[Context::Pods, Context::Global], "q"),
        Resolved::None
    );
    assert_eq!(
        press(&map, &[Context::Alerts, Context::Global], "q"),
        Resolved::Command(Command::Quit)
    );
}

#[test]
fn faults_are_found_with_what_they_clash_with() {
    let only = |bindings: KeyBindings| {
        let found = problems(&bindings);
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().unwrap().kind
    };
    assert_eq!(
        only(own("list", &[("g", "top")])),
        KeyProblemKind::Prefix {
            other: "g g".into(),
            command: "top".into()
        }
    );
    assert_eq!(
        only(own("list", &[("s x", "top")])),
        KeyProblemKind::Prefix {
            other: "s".into(),
            command: "sort".into()
        }
    );
    assert_eq!(
        only(own("list", &[("a", "top"), ("a b", "open")])),
        KeyProblemKind::Prefix {
            other: "a b".into(),
            command: "open".into()
        }
    );
    assert_eq!(
        only(own("list", &[("Ctrl-O", "top"), ("ctrl-o", "open")])),
        KeyProblemKind::Twice {
            other: "Ctrl-O".into(),
            command: "top".into()
        }
    );
    assert_eq!(
        only(own("list", &[("a", "opne")])),
        KeyProblemKind::UnknownCommand {
            nearest: Some("open".into())
        }
    );
    assert_eq!(
        only(own("lst", &[("a", "open")])),
        KeyProblemKind::UnknownContext {
            nearest: Some("list".into())
        }
    );
    assert_eq!(
        only(own("list", &[("g hyper-x", "open")])),
        KeyProblemKind::BadSequence {
            at: "hyper-x".into()
        }
    );
    assert_eq!(
        only(own("list", &[(" ", "open")])),
        KeyProblemKind::BadSequence { at: " ".into() }
    );
}

#[test]
fn full_width_keys_count_as_their_half_width_forms() {
    let map = Keymap::defaults();
    let stack = [Context::List, Context::Global];
    for (typed, command) in [
        ('：', Command::Palette),
        ('／', Command::Filter),
        ('？', Command::Help),
        ('Ｇ', Command::Bottom),
    ] {
        let key = key_of(&event(KeyCode::Char(typed), KeyModifiers::NONE)).unwrap();
        assert_eq!(
            map.resolve(&stack, &[], key),
            Resolved::Command(command),
            "{typed}"
        );
        assert_eq!(
            super::typed(&event(KeyCode::Char(typed), KeyModifiers::NONE)),
            Some(typed)
        );
    }
    assert_eq!(Key::char('\u{3000}'), Key::plain(Code::Char(' ')));
}

#[test]
fn events_of_the_terminal_become_keys() {
    for (code, modifiers, text) in [
        (KeyCode::Char('C'), KeyModifiers::CONTROL, "ctrl-c"),
        (KeyCode::Char('g'), KeyModifiers::SHIFT, "G"),
        (KeyCode::Char('x'), KeyModifiers::ALT, "alt-x"),
        (KeyCode::BackTab, KeyModifiers::SHIFT, "backtab"),
        (KeyCode::Tab, KeyModifiers::SHIFT, "shift-tab"),
        (KeyCode::Char('i'), KeyModifiers::CONTROL, "tab"),
        (KeyCode::F(5), KeyModifiers::NONE, "F5"),
        (KeyCode::Char('-'), KeyModifiers::CONTROL, "ctrl--"),
        (KeyCode::Char(' '), KeyModifiers::NONE, "space"),
        (KeyCode::PageDown, KeyModifiers::NONE, "PageDown"),
    ] {
        assert_eq!(
            key_of(&event(code, modifiers)),
            Some(Key::parse(text).unwrap()),
            "{text}"
        );
    }
    let release = KeyEvent {
        kind: KeyEventKind::Release,
        ..event(KeyCode::Char('a'), KeyModifiers::NONE)
    };
    assert_eq!((key_of(&release), typed(&release)), (None, None));
    assert_eq!(key_of(&event(KeyCode::CapsLock, KeyModifiers::NONE)), None);
    assert_eq!(
        typed(&event(KeyCode::Char('c'), KeyModifiers::CONTROL)),
        None
    );
}

#[test]
fn labels_have_an_ascii_form() {
    let map = Keymap::defaults();
    assert_eq!(
        map.label(Command::Open, Glyphs::Unicode).as_deref(),
        Some("⏎")
    );
    assert_eq!(
        map.label(Command::Open, Glyphs::Ascii).as_deref(),
        Some("enter")
    );
    assert_eq!(
        map.label(Command::Palette, Glyphs::Unicode).as_deref(),
        Some(":")
    );
    assert_eq!(map.label(Command::Mouse, Glyphs::Unicode), None);
    let first = map.bindings(Context::List).into_iter().next().unwrap();
    assert_eq!(first.0, Command::Up);
    assert_eq!(
        first.1.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["k", "up"]
    );
}

#[test]
fn the_page_of_keys_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let page = keys_page();
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/keys.md is out of date: run the tests with QUARTERDECK_BLESS=1"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(c in any::<char>(), ctrl in any::<bool>(), alt in any::<bool>()) {
        prop_assume!(!c.is_control() && (!c.is_whitespace() || c == ' '));
        let key = Key { code: Code::Char(super::key::fold(c)), ctrl, alt }.as_sent();
        prop_assert_eq!(Key::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn any_keys_resolve_to_something(text in "[a-zA-Z?:/ -]{1,12}", context in 0..Context::ALL.len()) {
        let map = Keymap::defaults();
        if let Ok(keys) = Sequence::parse(&text) {
            let (last, pending) = keys.keys().split_last().unwrap();
            let resolved = map.resolve(&[Context::ALL[context], Context::Global], pending, *last);
            let begun = Command::ALL.iter().flat_map(|command| command.keys()).any(|default| {
                Sequence::parse(default).is_ok_and(|default| keys.begins(&default))
            });
            prop_assert!(resolved != Resolved::Pending || begun);
        }
    }
}
