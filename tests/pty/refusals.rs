//! What it refuses to start with: exit 2, a message that helps, and nothing drawn.

use std::process::Stdio;

use super::{home::Home, session::Start};

#[test]
fn without_a_terminal_it_says_so_in_the_persons_language() {
    for (lang, message) in [
        ("en_GB.UTF-8", "the cockpit needs a terminal"),
        ("zh_CN.UTF-8", "驾驶舱需要终端"),
    ] {
        let home = Home::new().with("LANG", lang);
        for arguments in [&["demo"][..], &[]] {
            let output = home
                .command(arguments)
                .stdin(Stdio::null())
                .output()
                .expect("it runs");
            let says = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{says}");
            assert!(says.contains(message), "{says}");
            assert!(output.stdout.is_empty());
        }
    }
}

/// The wrong call, and the words that its refusal must hold.
const REFUSALS: [(&[&str], &[&str]); 11] = [
    (
        &["demo", "--scenario", "exprot-backlog"],
        &["exprot-backlog", "did you mean `export-backlog`"],
    ),
    (
        &["demo", "--theme", "defualt"],
        &["theme", "did you mean `default`"],
    ),
    (
        &["demo", "--locale", "zhCN"],
        &["locale", "did you mean `zh-CN`"],
    ),
    (&["--pack", "glanzy"], &["glanzy", "did you mean `glancy`"]),
    (
        &["demo", "--pack", "glanzy"],
        &["glanzy", "did you mean `glancy`"],
    ),
    (
        &["demo", "--glyphs", "asci"],
        &["glyphs", "did you mean `ascii`"],
    ),
    (&["demo", "--speed", "0"], &["--speed", "above 0"]),
    (&["demo", "--speed", "fast"], &["--speed", "fast"]),
    (&["dmeo"], &["dmeo", "demo"]),
    (
        &["--config", "broken.toml"],
        &[
            "broken.toml:2:1",
            "prometheus.urll",
            "did you mean `prometheus.url`",
        ],
    ),
    (&["--config", "absent.toml"], &["absent.toml"]),
];

#[test]
fn a_wrong_call_names_the_nearest_right_word() {
    let home = Home::new();
    std::fs::write(
        home.path().join("broken.toml"),
        "[prometheus]\nurll = \"https://prometheus.example\"\n",
    )
    .expect("a file");
    for (arguments, words) in REFUSALS {
        let output = home.command(arguments).output().expect("it runs");
        let says = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {says}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        for word in words {
            assert!(says.contains(word), "{arguments:?} lacks {word}: {says}");
        }
        assert!(!says.contains('\x1b'), "{arguments:?}: {says:?}");
    }
}

#[test]
fn a_refusal_at_a_terminal_draws_nothing() {
    let home = Home::new();
    home.write_config("theme = \"lihgt\"\n");
    let session = Start::of(&home, &["demo"]).session();
    assert_eq!(session.left(), "2");
    let terminal = session.terminal();
    assert!(terminal.has("did you mean `light`"), "{}", terminal.text());
    assert!(terminal.has("config.toml:1:9"), "{}", terminal.text());
    assert!(terminal.modes().is_empty(), "{:?}", terminal.modes());
}

#[test]
fn refusals_speak_chinese_too() {
    let home = Home::new().with("LC_ALL", "zh_CN.UTF-8");
    for (arguments, words) in [
        (&["demo", "--scenario", "quite"][..], "是否想写 `quiet`"),
        (&["demo", "--theme", "lihgt"], "`light`"),
        (&["--pack", "glanzy"], "是否想写 `glancy`"),
    ] {
        let output = home.command(arguments).output().expect("it runs");
        let says = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{says}");
        assert!(says.contains(words), "{says}");
        assert!(!says.contains("did you mean"), "{says}");
    }
}
