//! Text from outside that holds control sequences: what it says is shown, what it commands is not done.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{home::Home, served::Served, session::Start, terminal::Terminal};

/// Everything that a terminal would obey, around a word that may be shown.
const HOSTILE: &str = "ma\u{1b}[31mrk\u{1b}]0;titled\u{7}er\u{1b}[6n\u{1b}c\u{9b}2J\u{90}q\u{9c}\u{9d}52;c;aGk=\u{9c}\
    \u{1b}Pq#0\u{1b}\\\u{202e}\u{2066}\u{200f}\u{200b}\u{8}\u{0}\u{7f}\r\u{b}ed";

/// What is left of it on the screen.
const SHOWN: &str = "mark";

/// Collects what a terminal was told to do.
#[derive(Default)]
struct Told {
    functions: BTreeSet<String>,
    text: String,
}

impl vte::Perform for Told {
    fn print(&mut self, c: char) {
        self.text.push(c);
    }

    fn execute(&mut self, byte: u8) {
        self.functions.insert(format!("control {byte:#04x}"));
    }

    fn hook(&mut self, _: &vte::Params, _: &[u8], _: bool, action: char) {
        self.functions.insert(format!("device control {action}"));
    }

    fn osc_dispatch(&mut self, parameters: &[&[u8]], _: bool) {
        let number = String::from_utf8_lossy(parameters.first().copied().unwrap_or_default());
        self.functions.insert(format!("command {number}"));
    }

    fn csi_dispatch(&mut self, _: &vte::Params, between: &[u8], _: bool, action: char) {
        let between = String::from_utf8_lossy(between);
        self.functions.insert(format!("function {between}{action}"));
    }

    fn esc_dispatch(&mut self, _: &[u8], _: bool, byte: u8) {
        self.functions
            .insert(format!("escape {}", char::from(byte)));
    }
}

/// What a cockpit tells a terminal: to move the cursor, to clear, to colour, to switch modes.
const OURS: [&str; 6] = [
    "function H",
    "function J",
    "function m",
    "function ?h",
    "function ?l",
    // The end of a link or a copied text, of which there is none in this session.
    "escape \\",
];

#[track_caller]
fn obeys_only_us(terminal: &Terminal) {
    let mut told = Told::default();
    let mut parser = vte::Parser::new();
    // Up to where the shell speaks again.
    let end = terminal
        .bytes
        .windows(8)
        .rposition(|window| window == b"\x1b[?1049l")
        .expect("the screen was left");
    parser.advance(&mut told, &terminal.bytes[..end]);
    let strange: Vec<_> = told
        .functions
        .iter()
        .filter(|one| !OURS.contains(&one.as_str()))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    let controls: BTreeSet<char> = told
        .text
        .chars()
        .filter(|c| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        })
        .collect();
    assert!(controls.is_empty(), "{controls:?}");
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "aaa-hostile", "namespace": "prod",
            "labels": { "app": HOSTILE }, "annotations": { "note": HOSTILE }
        },
        "spec": { "containers": [{ "name": "main", "image": HOSTILE }] }
    })
}

fn event() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Event", "type": "Warning",
        "metadata": { "name": "hostile.1", "namespace": "prod" },
        "involvedObject": { "kind": "Pod", "namespace": "prod", "name": "aaa-hostile" },
        "reason": HOSTILE, "message": HOSTILE, "count": 3,
        "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:00:00Z",
        "source": { "component": HOSTILE }
    })
}

#[test]
fn control_sequences_from_a_cluster_never_reach_the_terminal() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    served.create("/api/v1/namespaces/prod/pods", &pod());
    served.create("/api/v1/namespaces/prod/events", &event());
    served.patch(
        "/api/v1/namespaces/prod/pods/aaa-hostile/status",
        &json!({ "status": { "phase": "Failed", "reason": HOSTILE, "message": HOSTILE } }),
    );
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(160, 50)
        .session();
    session.is_live();
    session.types("4w/hostile\r");
    session.shows("aaa-hostile");
    session.types("z");
    session.shows(SHOWN);
    session.types("\r");
    session.until("the hostile pod's detail", |terminal| {
        terminal.has("Annotations") || terminal.has("Events")
    });
    session.types("G");
    session.shows(SHOWN);
    session.types("\x1b");
    session.hides("Annotations");
    session.types("q");
    assert_eq!(session.left(), "0");
    obeys_only_us(&session.terminal());
}

#[test]
fn control_sequences_in_a_kubeconfig_never_reach_the_terminal() {
    let home = Home::new();
    // YAML takes these only by their numbers.
    let name: String = HOSTILE
        .chars()
        .map(|c| match c {
            'a'..='z' => c.to_string(),
            _ => format!("\\u{:04x}", u32::from(c)),
        })
        .collect();
    let name = format!("\"{name}\"");
    let kubeconfig = format!(
        "{{\"apiVersion\": \"v1\", \"kind\": \"Config\", \"current-context\": {name},\
         \"clusters\": [{{\"name\": \"far\", \"cluster\": {{\"server\": \"https://127.0.0.1:1\"}}}}],\
         \"contexts\": [{{\"name\": {name}, \"context\": {{\"cluster\": \"far\", \"user\": \"me\"}}}}],\
         \"users\": [{{\"name\": \"me\", \"user\": {{\"token\": \"none\"}}}}]}}"
    );
    std::fs::write(home.path().join("kubeconfig"), kubeconfig).expect("a file");
    let mut session = Start::of(&home, &["--kubeconfig", "kubeconfig"]).session();
    session.shows(SHOWN);
    session.types("q");
    assert_eq!(session.left(), "0");
    obeys_only_us(&session.terminal());
}
