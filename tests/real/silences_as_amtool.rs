//! Silences on a real pair of Alertmanagers: what is made and ended here is so for `amtool` on both, and what `amtool` makes
//! is looked through here.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{
    Bed, Person, Session, Space, Told,
    alertmanager::{amtool, standing, tell},
    until, wait_until,
};

/// A pair, an alert that both have, and somebody who works with them.
struct Stage<'a> {
    bed: &'a Bed,
    peers: [&'a str; 2],
    alert: String,
    person: Person,
}

impl<'a> Stage<'a> {
    async fn new(space: &'a Space<'a>) -> Self {
        let bed = space.bed;
        let peers = ["ALERTMANAGER_A_URL", "ALERTMANAGER_B_URL"].map(|name| bed.place(name));
        // Other tests tell of other alerts.
        let alert = format!("Quiet{}", space.name.replace('-', ""));
        for peer in peers {
            tell(peer, &alert, "it calls").await;
        }
        let person = Person::in_space(space, "li", None, "view");
        person.config(&format!(
            "namespaces = [\"{}\"]\ndiscover = \"off\"\n\n[alertmanager]\nurls = {}\n\n[poll]\nalerts = \"1s\"\n",
            space.name,
            json!(peers),
        ));
        Self {
            bed,
            peers,
            alert,
            person,
        }
    }

    /// The one silence of the alert, the same on both peers.
    #[track_caller]
    fn one(&self) -> Value {
        let [one, other] = self.peers.map(|peer| {
            let found = standing(self.bed, peer, &self.alert);
            assert_eq!(found.len(), 1, "{peer}: {found:?}");
            found[0].clone()
        });
        assert_eq!(one["id"], other["id"]);
        one
    }

    #[track_caller]
    fn is_gone(&self) {
        for peer in self.peers {
            assert_eq!(
                standing(self.bed, peer, &self.alert),
                Vec::<Value>::new(),
                "{peer}"
            );
        }
    }

    /// Says what it would hide, and does it.
    async fn silences(&self, matchers: &[&str]) -> Told {
        let mut words = vec!["alerts", "silence", "--for", "30m", "--comment", "moving"];
        for matcher in matchers {
            words.extend(["--matcher", matcher]);
        }
        let planned = [&words[..], &["--dry-run", "--json"]].concat();
        let planned = self.person.call(&planned, "").await;
        assert_eq!(planned.code, Some(0), "{planned:?}");
        self.is_gone();
        let challenge = planned.json()["challenge"].as_str().unwrap().to_owned();
        let confirmed = [&words[..], &["--confirm", "-"]].concat();
        self.person.call(&confirmed, &challenge).await
    }
}

fn matcher(name: &str, value: &str, is_equal: bool, is_regex: bool) -> Value {
    json!({"name": name, "value": value, "isEqual": is_equal, "isRegex": is_regex})
}

/// What a silence is about, who made it and why, and how long it lasts.
#[track_caller]
fn is_whole(found: &Value, person: &Person, matchers: &[Value], lasts: SignedDuration, why: &str) {
    let mut own = found["matchers"].as_array().unwrap().clone();
    let by_name = |it: &Value| it["name"].as_str().unwrap().to_owned();
    own.sort_by_key(by_name);
    assert_eq!(own, matchers, "{found}");
    let at = |key: &str| -> Timestamp { found[key].as_str().unwrap().parse().unwrap() };
    let lived = at("endsAt").duration_since(at("startsAt"));
    assert!(
        (lived - lasts).abs() < SignedDuration::from_secs(5),
        "{found}"
    );
    assert_eq!(found["createdBy"], person.name.as_str());
    let comment = found["comment"].as_str().unwrap();
    assert!(comment.starts_with(why), "{comment}");
    assert!(comment.contains("[run 20"), "it names its run: {comment}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_made_and_ended_without_a_screen_is_so_for_amtool() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "amtool").await;
    let stage = Stage::new(&space).await;
    let name = format!("alertname={}", stage.alert);
    let acted = stage.silences(&[&name, "job!~a|b", "team!=web"]).await;
    assert!(matches!(acted.code, Some(0 | 1)), "{acted:?}");
    let made = stage.one();
    let matchers = [
        matcher("alertname", &stage.alert, true, false),
        matcher("job", "a|b", false, true),
        matcher("team", "web", false, false),
    ];
    let lasts = SignedDuration::from_mins(30);
    is_whole(&made, &stage.person, &matchers, lasts, "moving");

    // It hides the alert, and says until when.
    let ends: Timestamp = made["endsAt"].as_str().unwrap().parse().unwrap();
    until("the alert is silenced here", async || {
        let told = stage.person.call(&["alerts", "--json"], "").await.json();
        let mut items = told["items"].as_array().unwrap().clone().into_iter();
        let own = items.find(|item| item["name"] == stage.alert.as_str());
        let silenced = own.as_ref().is_some_and(|own| own["state"] == "silenced");
        silenced.then_some(()).ok_or((own, ends))
    })
    .await;

    let runs = stage.person.runs().await;
    let run = runs[0]["id"].as_str().unwrap();
    let undone = stage.person.act(&["--undo", run]).await;
    assert!(matches!(undone.code, Some(0 | 1)), "{undone:?}");
    stage.is_gone();
    // It was ended, not forgotten.
    for peer in stage.peers {
        let id = made["id"].as_str().unwrap();
        let words = ["silence", "query", "--expired", "-o", "simple"];
        assert!(amtool(&bed, peer, &words).contains(id), "{peer}");
    }
}

/// Opens the form of a silence for the alert and fills it in.
#[track_caller]
fn fills_in(session: &mut Session, stage: &Stage<'_>) {
    // Only this alert, whatever other tests tell of.
    session.presses("/");
    session.types(&stage.alert);
    session.until("the alert alone", |terminal| terminal.has(&stage.alert));
    session.presses("\r");
    session.presses(":");
    session.shows("Commands");
    session.types("silence the alert");
    session.shows("▌▸ Silence the alert");
    session.presses("\r");
    session.shows(&format!("alertname=\"{}\"", stage.alert));
    session.shows(&format!("hides 1 now: {}", stage.alert));
    // More alerts are named as soon as the matchers mean them, and none where they mean none.
    session.types(", severity=warning");
    session.shows("hides nothing of what is there now");
    session.types(&"\x7f".repeat("warning".len()));
    session.types("critical");
    session.shows(&format!("hides 1 now: {}", stage.alert));
    session.presses("\t");
    session.types("\x15");
    session.types("45m");
    session.presses("\t");
    // Nobody silences without a reason: the form stays.
    session.presses("\r");
    session.types("the disk is changed");
    session.shows("the disk is changed");
    session.presses("\r");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_made_on_the_screen_is_so_for_amtool_and_one_of_amtools_is_looked_through() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "review").await;
    let stage = Stage::new(&space).await;
    let mut session = stage.person.session(&[]);
    session.shows(&stage.alert);
    fills_in(&mut session, &stage);
    session.chooses_run();
    let made = wait_until("amtool finds it on both", || {
        let found = stage.peers.map(|peer| standing(&bed, peer, &stage.alert));
        if found.iter().all(|found| found.len() == 1) {
            Ok(found[0][0].clone())
        } else {
            Err(found)
        }
    });
    let matchers = [
        matcher("alertname", &stage.alert, true, false),
        matcher("severity", "critical", true, false),
    ];
    let lasts = SignedDuration::from_mins(45);
    is_whole(
        &made,
        &stage.person,
        &matchers,
        lasts,
        "the disk is changed",
    );

    // One that is made elsewhere, and one that is ended there.
    let name = format!("alertname={}", stage.alert);
    let words = [
        "silence",
        "add",
        &name,
        "-d",
        "20m",
        "-a",
        "wang",
        "-c",
        "found by amtool",
    ];
    let id = amtool(&bed, stage.peers[1], &words);
    session.until("no run on the screen", |terminal| terminal.has("verdict"));
    session.presses("\x1b");
    session.hides("verdict");
    session.presses("M");
    session.shows("wang: found by amtool");
    session.shows("the disk is changed");
    session.until("until when, and how much", |terminal| {
        terminal.row_with("hides 1 until").is_some()
    });
    amtool(&bed, stage.peers[0], &["silence", "expire", id.trim()]);
    session.hides("wang: found by amtool");
    assert!(session.within(Duration::from_secs(1), |it| it.has("the disk is changed")));
    session.presses("\x1b");
    session.hides("the disk is changed");
    session.presses("q");
    assert_eq!(session.left(), 0);
}
