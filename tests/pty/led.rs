//! What comes after an incident was mended, and who follows a flow: without a screen, with what is refused and why.

use std::fs;

use serde_json::Value;

use super::{headless::run, home::Home, schema::Schema, served::Served, session::poll};

const PACK: &str = r#"
[pack]
id = "led"
title = "Led"
time_zone = "UTC"

[severity.p1]
title = "P1"
respond = "15m"
"#;

/// A ladder whose second rung has a gate, and two periods after it: one is over at once, one is not.
const ROUTINE: &str = r#"
[incident]
terms = { short = "1 week" }

[incident.rung.half]
title = "half of it"

[incident.rung.whole]
title = "all of it"
is = "desired('deployment/subscription-poller') >= 3.0"

[incident.watch.core]
title = "core"
lasts = "1s"

[incident.watch.night]
title = "night"
lasts = "8h"
"#;

/// A desk and the pack that is asked.
struct Desk {
    home: Home,
    served: Served,
    pack: &'static str,
}

impl Desk {
    fn of(pack: &'static str) -> Self {
        let home = Home::new();
        let folder = home.path().join("config/quarterdeck/packs/led");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("pack.toml"), PACK).expect("a file");
        fs::write(folder.join("routine.toml"), ROUTINE).expect("a file");
        let served = Served::start(&home, "quiet");
        Self { home, served, pack }
    }

    fn call(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let words = [&["--pack", self.pack], words].concat();
        let output = run(&self.home, &self.served, &words);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    /// What is not taken says so with a sentence and its code, and writes nothing down.
    #[track_caller]
    fn refuses(&self, words: &[&str], code: i32, why: &str) {
        let (found, out, said) = self.call(words);
        assert_eq!(found, Some(code), "{words:?}: {said}");
        assert!(
            said.contains(why) && out.is_empty(),
            "{words:?}: {said}{out}"
        );
    }

    #[track_caller]
    fn says(&self, words: &[&str]) -> String {
        let (code, out, said) = self.call(words);
        assert_eq!(code, Some(0), "{words:?}: {said}");
        out
    }

    /// The document that is told, which is as its schema says.
    #[track_caller]
    fn told(&self, words: &[&str]) -> Value {
        let out = self.says(&[words, &["--json"]].concat());
        let told: Value = serde_json::from_str(&out).expect("it is JSON");
        let faults = Schema::read(words[0]).faults(&told);
        assert!(faults.is_empty(), "{words:?}: {faults:#?}\n{told:#}");
        told
    }
}

/// What is due of an incident, by id.
fn due(incident: &Value) -> Vec<&str> {
    let due = incident["due"].as_array().expect("a list").iter();
    due.filter_map(|it| it["what"].as_str()).collect()
}

fn kinds(incident: &Value) -> Vec<&str> {
    let timeline = incident["timeline"].as_array().expect("a list").iter();
    timeline.filter_map(|it| it["kind"].as_str()).collect()
}

const NOTHING_SAID: &str = "nothing is said in it";

/// Up the ladder, rung by rung, none of which is skipped.
fn climbs(desk: &Desk, of: &str) {
    let rung = |evidence: &'static str| ["incident", "rung", of, "--evidence", evidence];
    desk.refuses(&["incident", "watch", of], 4, "the rungs back come first");
    desk.refuses(&rung(" "), 2, NOTHING_SAID);
    let first = rung("half of the users are back");
    desk.told(&first);
    desk.refuses(
        &rung("all of them"),
        4,
        "what the next rung asks for does not hold",
    );
    let more = serde_json::json!({"spec": {"replicas": 3}});
    desk.served.patch(
        "/apis/apps/v1/namespaces/prod/deployments/subscription-poller",
        &more,
    );
    desk.told(&rung("all of them are back"));
    desk.refuses(&rung("more"), 4, "all rungs are reached");
}

/// Both periods begin; one is told of when it is over, and the other not before.
fn is_watched(desk: &Desk, of: &str) {
    let period = |id: &'static str, evidence: &'static str| {
        [
            "incident",
            "watch",
            of,
            "--period",
            id,
            "--evidence",
            evidence,
        ]
    };
    desk.refuses(&period("core", "calm"), 4, "nothing is watched yet");
    let watched = desk.told(&["incident", "watch", of]);
    assert_eq!(due(&watched), ["watch:core", "watch:night"]);
    desk.refuses(&["incident", "watch", of], 2, "--period: core, night");
    desk.refuses(&period("nihgt", "calm"), 2, "--period: core, night");
    desk.refuses(&period("night", "calm"), 4, "the periods are not over yet");
    poll("the end of the period", || {
        let (code, ..) = desk.call(&period("core", "calm"));
        (code != Some(4)).then_some(())
    });
    desk.refuses(&period("core", "calm"), 2, "--period: night");
    desk.refuses(
        &["incident", "watch", of, "--period", "night"],
        2,
        "--evidence",
    );
}

#[test]
fn an_incident_is_led_back_watched_closed_and_comes_again() {
    let desk = Desk::of("led");
    let declared = desk.told(&[
        "incident",
        "declare",
        "pollers are gone",
        "--severity",
        "p1",
    ]);
    let of = declared["number"].as_str().expect("it has one");
    climbs(&desk, of);
    is_watched(&desk, of);
    let close = ["incident", "close", of];
    desk.refuses(&close, 4, "--reservation");
    let closed = [
        &close[..],
        &["--reservation", "the night is watched by the next shift"],
    ]
    .concat();
    assert_eq!(desk.told(&closed)["open"], false);
    desk.refuses(
        &["incident", "rung", of, "--evidence", "x"],
        4,
        "it is closed",
    );
    desk.refuses(&["incident", "watch", of], 4, "it is closed");

    // What is to be done is said of a closed one too.
    let follow = [
        "incident",
        "follow-up",
        of,
        "an alert for pollers",
        "--owner",
    ];
    desk.refuses(
        &[&follow[..], &["wang", "--term", "long"]].concat(),
        2,
        "short",
    );
    desk.refuses(&[&follow[..], &[" "]].concat(), 2, NOTHING_SAID);
    desk.refuses(
        &["incident", "follow-up", of, "\u{1b}[31m", "--owner", "wang"],
        2,
        NOTHING_SAID,
    );
    desk.told(&[&follow[..], &["wang", "--term", "short"]].concat());
    let shown = desk.told(&["incident", "show", of]);
    assert_eq!(shown["follow_ups"][0]["owner"], "wang");
    assert_eq!(shown["follow_ups"][0]["term"], "short");
    for kind in ["rung", "watch-began", "watched", "follow-up", "closed"] {
        assert!(kinds(&shown).contains(&kind), "{kind}: {shown:#}");
    }
    assert_eq!(kinds(&shown).iter().filter(|it| **it == "rung").count(), 2);

    // It comes again: the way back begins anew.
    let reopen = |why: &'static str| ["incident", "reopen", of, "--why", why];
    desk.refuses(&reopen(" "), 2, NOTHING_SAID);
    assert_eq!(desk.told(&reopen("pollers are gone again"))["open"], true);
    desk.refuses(&reopen("again"), 4, "it is open");
    desk.refuses(&["incident", "watch", of], 4, "the rungs back come first");
    let listed = desk.told(&["incident", "list"]);
    assert_eq!(listed["items"][0]["number"], of);
    desk.refuses(
        &["incident", "reopen", "INC-0", "--why", "x"],
        2,
        "there is no incident INC-0",
    );
}

#[test]
fn a_pack_without_a_ladder_says_so_and_a_review_is_drafted() {
    let desk = Desk::of("glancy");
    let declared = desk.told(&[
        "incident",
        "declare",
        "lookups crawl",
        "--severity",
        "sev-3",
    ]);
    let of = declared["number"].as_str().expect("it has one");
    desk.refuses(
        &["incident", "rung", of, "--evidence", "x"],
        4,
        "the pack has no ladder back",
    );
    let watched = desk.told(&["incident", "watch", of]);
    assert!(due(&watched).contains(&"watch:stable"), "{watched:#}");
    let period = [
        "incident",
        "watch",
        of,
        "--period",
        "stable",
        "--evidence",
        "calm",
    ];
    desk.refuses(&period, 4, "the periods are not over yet");
    let follow = [
        "incident",
        "follow-up",
        of,
        "a test for the parser",
        "--owner",
        "zhao",
    ];
    desk.told(&follow);
    let review = desk.says(&["incident", "review", of]);
    for said in [
        of,
        "lookups crawl",
        "a test for the parser",
        "zhao",
        "## Time line",
    ] {
        assert!(review.contains(said), "{said}: {review}");
    }
    desk.refuses(
        &["incident", "review", "INC-0"],
        2,
        "there is no incident INC-0",
    );
    desk.refuses(
        &["incident", "update", of, "--reviewed", "wiki/1"],
        4,
        "it is open",
    );
}

#[test]
fn a_flow_is_left_taken_up_lifted_and_ended() {
    let desk = Desk::of("glancy");
    let begun = desk.told(&["flow", "start", "rollback"]);
    let id = begun["id"].as_str().expect("it has one");
    assert_eq!(begun["followed_by"], "demo");
    desk.refuses(&["flow", "leave", id, "--note", " "], 2, NOTHING_SAID);
    let left = desk.told(&["flow", "leave", id, "--note", "judged, not frozen"]);
    assert_eq!(left["followed_by"], Value::Null);
    let listed = desk.told(&["flow", "list"]);
    assert_eq!(listed["items"][0]["id"], id);
    assert_eq!(
        desk.told(&["flow", "resume", "rollback"])["followed_by"],
        "demo"
    );

    // What it freezes is frozen from its second stage on, and can be lifted then.
    let lift = |why: &'static str| ["flow", "lift", id, "--why", why];
    desk.refuses(
        &lift("customers wait"),
        4,
        "freezes nothing that could be lifted now",
    );
    desk.told(&[
        "flow",
        "done",
        id,
        "judge/status",
        "--skip",
        "releasectl is away",
    ]);
    let frozen = desk.told(&["flow", "done", id, "judge/who", "--evidence", "li, REL-B3"]);
    assert_eq!(frozen["stages"][1]["state"], "on");
    let act = ["run", "promote", "--plan"];
    let frozen_for = "no ramp and no configuration until the old version was calm";
    desk.refuses(&act, 4, frozen_for);
    desk.refuses(&lift(" "), 2, NOTHING_SAID);
    desk.told(&lift("customers wait"));
    let (_, _, said) = desk.call(&act);
    assert!(!said.contains(frozen_for), "{said}");

    let end = ["flow", "end", id];
    desk.refuses(&end, 4, "steps are open: end it with --why");
    desk.refuses(&[&end[..], &["--why", " "]].concat(), 2, NOTHING_SAID);
    let ended = desk.told(&[&end[..], &["--why", "the release team goes on"]].concat());
    assert_eq!(ended["open"], false);
    for verb in ["leave", "resume", "end"] {
        desk.refuses(&["flow", verb, id], 4, "the flow has ended");
        desk.refuses(&["flow", verb, "no-such"], 2, "there is no flow no-such");
    }
    desk.refuses(
        &lift("customers wait"),
        4,
        "freezes nothing that could be lifted now",
    );
    desk.refuses(
        &["flow", "lift", "no-such", "--why", "x"],
        2,
        "there is no flow no-such",
    );
    desk.refuses(&["flow", "show"], 2, "name the flow");
}
