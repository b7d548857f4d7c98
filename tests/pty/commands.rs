//! Subcommands that need no terminal and no config.

use super::home::{Home, QUARTERDECK};

fn output(home: &Home, arguments: &[&str]) -> String {
    let output = home.command(arguments).output().expect("it runs");
    let says = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {says}");
    assert!(says.is_empty(), "{arguments:?}: {says}");
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn completions_name_every_subcommand() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = output(&home, &["completions", shell]);
        for word in [
            "demo",
            "config",
            "completions",
            "man",
            "scenario",
            "locale",
            "status",
            "pods",
            "slos",
            "queues",
            "alerts",
            "doctor",
            "pack",
            "short",
            "watch",
            "json",
        ] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn the_manual_page_names_every_subcommand() {
    let home = Home::new();
    let page = output(&home, &["man"]);
    assert!(page.starts_with(".ie") || page.contains(".TH quarterdeck"));
    for word in [
        "quarterdeck\\-demo",
        "quarterdeck\\-config",
        "quarterdeck\\-status",
        "quarterdeck\\-alerts",
        "quarterdeck\\-doctor",
        "\\-\\-scenario",
    ] {
        assert!(page.contains(word), "{word} is missing:\n{page}");
    }
}

#[test]
fn config_answers_without_any_file() {
    let home = Home::new();
    assert!(output(&home, &["config", "check"]).contains("valid"));
    let paths = output(&home, &["config", "path"]);
    assert!(paths.contains(home.config().to_str().expect("it is text")));
    let shown = output(&home, &["config", "show"]);
    let parsed: toml::Table = shown.parse().expect("what is shown is TOML");
    assert_eq!(parsed["theme"].as_str(), Some("default"));
    assert!(output(&home, &["config", "show", "--sources"]).contains("theme"));
}

#[test]
fn the_scenarios_are_listed_in_both_languages() {
    let home = Home::new();
    let english = output(&home, &["demo", "--list"]);
    let chinese = output(&home, &["demo", "--list", "--locale", "zh-CN"]);
    for name in ["quiet", "export-backlog", "bad-release"] {
        assert!(english.contains(name) && chinese.contains(name));
    }
    assert_ne!(english, chinese);
}

#[test]
fn a_program_in_a_session_of_its_own_has_no_terminal() {
    let script = r#"echo $$; cut -d ' ' -f 6 "/proc/$$/stat"; echo x > /dev/tty || echo none"#;
    let ran = std::process::Command::new(QUARTERDECK)
        .args(["__session", "sh", "-c", script])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    let [process, session, terminal] = lines[..] else {
        panic!("{ran:?}");
    };
    assert_eq!((process, terminal), (session, "none"));
    let missing = std::process::Command::new(QUARTERDECK)
        .args(["__session", "quarterdeck-no-such-program"])
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(127));
}
