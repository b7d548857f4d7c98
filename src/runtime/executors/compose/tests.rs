//! Small programs that keep the state of two services, as the plugin and as the old program say it.

use super::*;
use crate::{
    domain::action::{fact::drift, step::Template, verdict::Stream},
    runtime::executors::{
        Places, ProgramRules, Secrets,
        testing::{Bench, Scripts, look, planned},
    },
};

/// The plugin: `docker compose …`, run in the project's folder.
const DOCKER: &str = r#"
[ "$1" = compose ] || exit 64; shift
[ -f "$(dirname "$0")/no-plugin" ] && { echo "docker: 'compose' is not a docker command." >&2; exit 1; }
[ "$1" = version ] && { echo "Docker Compose version v2.39.1"; exit 0; }
[ "$1" = config ] && { printf 'frontend\nbackend\n'; exit 0; }
for service in "$@"; do :; done
if [ "$1" = ps ]; then
  [ -f "$service" ] || exit 0
  read id state < "$service"
  if [ -f list ]; then printf '[{"ID":"%s","State":"%s"}]\n' "$id" "$state"; else printf '{"ID":"%s","State":"%s"}\n' "$id" "$state"; fi
  exit 0
fi
echo "$*" >> calls
[ -f slow ] && { echo waiting; exec sleep 600; }
[ -f broken ] && { echo "no such image" >&2; exit 18; }
read id state < "$service"
case $1 in up|restart) echo "$id running" > "$service";; stop) echo "$id exited" > "$service";; esac
"#;

/// The old program.
const OLD: &str = r#"
[ "$1" = config ] && { printf 'frontend\nbackend\n'; exit 0; }
if [ "$1 $2" = "ps -q" ]; then read id state < "$3"; echo "$id"; exit 0; fi
if [ "$1" = ps ]; then for s in frontend backend; do grep -q running $s 2>/dev/null && echo $s; done; exit 0; fi
echo "old $*" >> calls
for service in "$@"; do :; done
read id state < "$service"
case $1 in up|restart) echo "$id running" > "$service";; stop) echo "$id exited" > "$service";; esac
"#;

struct Machine {
    scripts: Scripts,
    composes: Composes,
}

impl Machine {
    fn new() -> Self {
        let scripts = Scripts::new();
        let programs = ComposePrograms {
            docker: scripts.program("docker", DOCKER).into(),
            docker_compose: scripts.program("docker-compose", OLD).into(),
        };
        let place = PlaceSpec {
            name: "docker-host".to_owned(),
            cwd: Some(scripts.0.path().to_string_lossy().into_owned()),
            ..PlaceSpec::default()
        };
        let nowhere = PlaceSpec {
            name: "nowhere".to_owned(),
            ..PlaceSpec::default()
        };
        let places = Places::new([place, nowhere]);
        let host = Host::new(places, ProgramRules::default(), Secrets::default());
        let machine = Self {
            composes: Composes::new(Arc::new(host), programs),
            scripts,
        };
        machine.set("backend", "c0ffee running");
        machine.set("frontend", "f00d exited");
        machine
    }

    fn set(&self, name: &str, text: &str) {
        std::fs::write(self.scripts.path(name), format!("{text}\n")).unwrap();
    }

    async fn look(&self, step: Planned) -> Preflighted {
        look(&self.composes, &step).await
    }

    async fn planned(&self, step: Planned) -> Bench {
        planned(&self.composes, step).await
    }

    async fn run(&self, bench: &Bench) -> StepEnd {
        bench.run(&self.composes).await
    }
}

fn step(verb: ComposeVerb, service: &str) -> Planned {
    at("docker-host", verb, service)
}

fn at(place: &str, verb: ComposeVerb, service: &str) -> Planned {
    Planned {
        kind: StepKind::Compose {
            place: place.to_owned(),
            verb,
            service: Template::plain(service),
        },
        limit: None,
        save: None,
    }
}

#[tokio::test]
async fn it_stops_a_service_and_its_undo_brings_it_up() {
    for list in [false, true] {
        let machine = Machine::new();
        if list {
            machine.set("list", "");
        }
        let looked = machine
            .look(step(ComposeVerb::Stop, "backend"))
            .await
            .unwrap();
        assert_eq!(looked.undo, [step(ComposeVerb::Up, "backend")]);
        assert_eq!(looked.before["state"], Value::text("running"));
        assert_eq!(machine.scripts.text("calls"), "");
        let end = machine
            .run(&machine.planned(step(ComposeVerb::Stop, "backend")).await)
            .await;
        assert!(
            matches!(&end, StepEnd::Done { said, .. } if said[1].value == Value::text("exited")),
            "{end:?}"
        );
        machine
            .run(&machine.planned(looked.undo[0].clone()).await)
            .await;
        machine
            .run(&machine.planned(step(ComposeVerb::Restart, "backend")).await)
            .await;
        assert_eq!(
            machine.scripts.text("calls"),
            "stop backend\nup -d --no-deps backend\nrestart backend\n"
        );
    }
}

#[tokio::test]
async fn where_there_is_no_plugin_the_old_one_does_it() {
    let machine = Machine::new();
    machine.set("no-plugin", "");
    let looked = machine
        .look(step(ComposeVerb::Up, "frontend"))
        .await
        .unwrap();
    assert_eq!(looked.before["state"], Value::text("exited"));
    assert_eq!(looked.undo, [step(ComposeVerb::Stop, "frontend")]);
    let end = machine
        .run(&machine.planned(step(ComposeVerb::Up, "frontend")).await)
        .await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[1].value == Value::text("running")),
        "{end:?}"
    );
    assert_eq!(
        machine.scripts.text("calls"),
        "old up -d --no-deps frontend\n"
    );
}

#[tokio::test]
async fn a_container_that_became_another_is_drift() {
    let machine = Machine::new();
    let bench = machine.planned(step(ComposeVerb::Restart, "backend")).await;
    machine.set("backend", "beef running");
    let now = Family::facts(&machine.composes, &bench.plan.steps[0])
        .await
        .unwrap();
    assert!(drift(&bench.plan.facts, &now).is_some());
    let end = machine.run(&bench).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("beef")),
        "{end:?}"
    );
    assert_eq!(machine.scripts.text("calls"), "");
}

#[tokio::test]
async fn what_is_not_there_or_no_name_is_refused() {
    let machine = Machine::new();
    let refusal = machine
        .look(step(ComposeVerb::Stop, "back"))
        .await
        .unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound { .. }), "{refusal:?}");
    for odd in ["-v", "a b", "", "$x", "*"] {
        let refusal = machine
            .look(step(ComposeVerb::Stop, odd))
            .await
            .unwrap_err();
        assert!(
            matches!(refusal, Refusal::BadValue { .. }),
            "{odd}: {refusal:?}"
        );
    }
    let refusal = machine
        .look(at("nowhere", ComposeVerb::Stop, "backend"))
        .await
        .unwrap_err();
    assert!(format!("{refusal:?}").contains("cwd"), "{refusal:?}");
}

#[tokio::test]
async fn failed_late_and_stopped_are_told() {
    let machine = Machine::new();
    let bench = machine.planned(step(ComposeVerb::Restart, "backend")).await;
    machine.set("broken", "");
    let end = machine.run(&bench).await;
    assert_eq!(
        end,
        StepEnd::Failed {
            why: "exit 18: no such image".to_owned()
        }
    );
    machine.set("slow", "");
    let late = Planned {
        limit: Some(1),
        ..step(ComposeVerb::Restart, "backend")
    };
    let end = machine.run(&machine.planned(late).await).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("backend is running now")),
        "{end:?}"
    );
    let bench = machine.planned(step(ComposeVerb::Stop, "backend")).await;
    let stop = async {
        bench.until(Stream::Out, "waiting").await;
        bench.cancel.cancel();
    };
    let (end, ()) = futures::join!(machine.run(&bench), stop);
    assert!(
        matches!(&end, StepEnd::Cancelled { done: Some(done) } if done.contains("backend is running now")),
        "{end:?}"
    );
}
