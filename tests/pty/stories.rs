//! The stories of the packs, from the alert on: a script presses the keys of the demo of each, and every action of it comes to
//! its verdict on the embedded cluster.

use super::home::Home;

/// The world goes ten times as fast as the clock: five good minutes last half of one.
const SPEED: &str = "10";

#[track_caller]
fn told(pack: &str) {
    let home = Home::new();
    let folder = env!("CARGO_MANIFEST_DIR");
    let script = format!("{folder}/tests/stories/{pack}.toml");
    let words = [
        "demo", "--pack", pack, "--speed", SPEED, "--script", &script,
    ];
    let output = home.command(&words).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

// row: C2, C3, C7, C12, C15, C17
#[test]
fn glancy_scales_its_workers_and_hands_the_shift_over() {
    told("glancy");
}

// row: A20, A21
#[test]
fn after_sales_fails_over() {
    told("after-sales");
}

// row: E8
#[test]
fn tuheg_restarts_the_gateway() {
    told("tuheg");
}

// row: D4, D7
#[test]
fn lawsker_restarts_nginx_and_makes_room() {
    told("lawsker");
}

// row: B9, B10
#[test]
fn module_deploys_the_version_before() {
    told("module");
}

#[test]
fn a_pack_without_a_story_is_told_whose_is_played() {
    let home = Home::new();
    let script = home.path().join("leave.toml");
    std::fs::write(&script, "[[step]]\nsee = \"DEMO\"\nkeys = \"q\"\n").expect("a file");
    let script = script.to_str().expect("a path of a test is text");
    let words = [
        "demo",
        "--pack",
        "tuheg",
        "--scenario",
        "quiet",
        "--script",
        script,
    ];
    let output = home.command(&words).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("`quiet` tells the story of `glancy`, not of `tuheg`"),
        "{said}"
    );
}
