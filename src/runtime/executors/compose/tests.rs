//! Small programs that keep the state of two services, as the plugin and as the old program say it.

mod proving;

use super::*;
use crate::{
    domain::action::{
        fact::drift,
        place::{SecretDelivery, SecretSource, SecretSpec},
        step::{ComposeTask, Template},
        verdict::Stream,
    },
    runtime::executors::{
        Places, ProgramRules, Secrets,
        testing::{Bench, Scripts, look, planned},
    },
};

/// The plugin: `docker compose …`, run in the project's folder.
const DOCKER: &str = r#"
[ "$1" = compose ] || exit 64; shift
[ -f "$(dirname "$0")/no-plugin" ] && { echo "docker: 'compose' is not a docker command." >&2; exit 1; }
[ "$1" = version ] && [ -f "$(dirname "$0")/dies" ] && kill -9 $$
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

/// The same of the second tier, which keeps more.
const WHOLE: &str = include_str!("../../../../tests/programs/docker");

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
            scale: None,
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
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
async fn that_nobody_could_tell_whether_there_is_a_plugin_is_no_answer_and_is_asked_again() {
    let machine = Machine::new();
    machine.set("dies", "");
    let refusal = machine.look(step(ComposeVerb::Stop, "backend")).await;
    let refusal = refusal.unwrap_err();
    assert!(
        format!("{refusal:?}").contains("compose version"),
        "{refusal:?}"
    );
    std::fs::remove_file(machine.scripts.path("dies")).unwrap();
    let bench = machine.planned(step(ComposeVerb::Stop, "backend")).await;
    let end = machine.run(&bench).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(machine.scripts.text("calls"), "stop backend\n");
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

/// A project of three services; both ways to tell it something.
struct Project {
    scripts: Scripts,
    composes: Composes,
}

impl Project {
    fn new(plugin: bool) -> Self {
        Self::with(plugin, Secrets::default())
    }

    fn with(plugin: bool, secrets: Secrets) -> Self {
        let scripts = Scripts::new();
        let docker = scripts.program("docker", WHOLE.trim_start_matches("#!/bin/sh\n"));
        std::os::unix::fs::symlink(&docker, scripts.path("docker-compose")).unwrap();
        for folder in ["state", "logs", "used", "bin"] {
            std::fs::create_dir(scripts.path(folder)).unwrap();
        }
        scripts.program("bin/nginx", "[ ! -e broken ] || { echo 'nginx: [emerg] unknown directive \"sever\" in /etc/nginx/nginx.conf:4' >&2; echo 'nginx: configuration file /etc/nginx/nginx.conf test failed' >&2; exit 1; }; echo \"$SERVICE: $*\"");
        let programs = ComposePrograms {
            docker: docker.into(),
            docker_compose: scripts.path("docker-compose"),
        };
        let place = PlaceSpec {
            name: "docker-host".to_owned(),
            cwd: Some(scripts.0.path().to_string_lossy().into_owned()),
            ..PlaceSpec::default()
        };
        let host = Host::new(Places::new([place]), ProgramRules::default(), secrets);
        let project = Self {
            composes: Composes::new(Arc::new(host), programs),
            scripts,
        };
        if !plugin {
            project.write("no-plugin", "");
        }
        project.write("services", "nginx\nbackend\npostgres\n");
        project.write(
            "compose.yml",
            "services:\n  backend:\n    image: b\n  nginx:\n    ports:\n    - published: \"80\"\n      target: 80\n  postgres: {}\n",
        );
        project.write("state/nginx", "n1 running\n");
        project.write("state/backend", "b1 running\nb2 running\n");
        project.write("state/postgres", "p1 running\n");
        project.write("used/n1", "0.10% 20MiB\n");
        project.write("used/b1", "5.00% 700MiB\n");
        project.write("used/b2", "5.00% 400MiB\n");
        project.write("used/p1", "9.00% 1GiB\n");
        project.write("logs/backend", "one\ntwo\nthree\n");
        project
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.scripts.path(name), text).unwrap();
    }

    async fn read(&self, task: ComposeTask) -> Result<Values, Refusal> {
        Family::read(&self.composes, &inside(task)).await
    }

    async fn done(&self, task: ComposeTask) -> (StepEnd, Bench) {
        crate::runtime::executors::testing::done(&self.composes, inside(task)).await
    }
}

fn inside(task: ComposeTask) -> Planned {
    Planned {
        kind: StepKind::InCompose {
            place: "docker-host".to_owned(),
            task,
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

fn exec(service: &str, words: &[&str]) -> ComposeTask {
    ComposeTask::Exec {
        service: Template::plain(service),
        argv: crate::runtime::executors::testing::argv(words),
        stdin: None,
        from: None,
    }
}

// row: D2, B6, G3
#[tokio::test]
async fn what_is_looked_at_is_the_same_by_both_composes_and_ends_by_itself() {
    for plugin in [true, false] {
        let project = Project::new(plugin);
        project.write("state/nginx", "n1 exited\n");
        let states = project
            .read(ComposeTask::Ps { service: None })
            .await
            .unwrap();
        assert_eq!(states["nginx"], Value::text("exited"), "{plugin}");
        assert_eq!(states["backend"], Value::text("running"));
        assert_eq!(states["down"], Value::Int(1));
        let (_, bench) = project
            .done(ComposeTask::Ps {
                service: Some(Template::plain("backend")),
            })
            .await;
        assert_eq!(bench.heard(Stream::Out), "backend    running    2    \n");
        let (end, bench) = project
            .done(ComposeTask::Logs {
                service: Some(Template::plain("backend")),
                tail: 2,
            })
            .await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert_eq!(
            bench.heard(Stream::Out),
            "backend-1  | two\nbackend-1  | three\n"
        );
    }
}

// row: D6, B13
#[tokio::test]
async fn what_containers_use_is_added_up_by_service_and_the_heaviest_is_named() {
    for plugin in [true, false] {
        let project = Project::new(plugin);
        let used = project.read(ComposeTask::Stats).await.unwrap();
        assert_eq!(used["heaviest"], Value::text("backend"), "{used:?}");
        assert_eq!(used["memory_backend"], Value::Float(1_153_433_600.0));
        project.write("used/p1", "9.00% 2GiB\n");
        let used = project.read(ComposeTask::Stats).await.unwrap();
        assert_eq!(used["heaviest"], Value::text("postgres"));
    }
}

// row: D4, G3
#[tokio::test]
async fn a_program_runs_in_the_service_and_what_refuses_it_is_told_in_its_own_words() {
    for plugin in [true, false] {
        let project = Project::new(plugin);
        let (end, bench) = project
            .done(exec("nginx", &["nginx", "-s", "$(id); reload"]))
            .await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert_eq!(bench.heard(Stream::Out), "nginx: -s $(id); reload\n");
        project.write("broken", "");
        let refusal = project
            .read(exec("nginx", &["nginx", "-t"]))
            .await
            .unwrap_err();
        assert!(
            format!("{refusal:?}").contains("unknown directive"),
            "{refusal:?}"
        );
        std::fs::remove_file(project.scripts.path("broken")).unwrap();
        // Down: nothing can be gone into, and a container of its own can be had.
        project.write("state/nginx", "n1 exited\n");
        let refusal = project
            .read(exec("nginx", &["nginx", "-t"]))
            .await
            .unwrap_err();
        assert!(format!("{refusal:?}").contains("exited"), "{refusal:?}");
        let (end, _) = project.done(exec("nginx", &["nginx", "-t"])).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("exited")),
            "{end:?}"
        );
        let once = ComposeTask::Run {
            service: Template::plain("nginx"),
            argv: crate::runtime::executors::testing::argv(&["nginx", "-t"]),
        };
        project.read(once).await.unwrap();
        assert_eq!(
            project.scripts.text("calls"),
            "exec nginx nginx -s $(id); reload\nexec nginx nginx -t\nrun nginx nginx -t\n"
        );
    }
}

// row: D10c
#[tokio::test]
async fn a_file_of_the_place_is_what_a_program_in_the_service_reads() {
    let project = Project::new(true);
    project.scripts.program("bin/psql", "echo \"$*\"; cat");
    project.write("database.sql", "select 1;\n");
    let task = ComposeTask::Exec {
        service: Template::plain("postgres"),
        argv: crate::runtime::executors::testing::argv(&["psql", "-f", "-"]),
        stdin: None,
        from: Some(Template::plain("database.sql")),
    };
    let (end, bench) = project.done(task.clone()).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(bench.heard(Stream::Out), "-f -\nselect 1;\n");
    std::fs::remove_file(project.scripts.path("database.sql")).unwrap();
    let (end, _) = project.done(task).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("database.sql")),
        "{end:?}"
    );
}

// row: B1, B13
#[tokio::test]
async fn a_service_is_killed_and_multiplied_but_not_over_a_fixed_port() {
    let scaled = |service: &str, count: i64| Planned {
        kind: StepKind::Compose {
            place: "docker-host".to_owned(),
            verb: ComposeVerb::Up,
            service: Template::plain(service),
            scale: Some(count),
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    for plugin in [true, false] {
        let project = Project::new(plugin);
        let bench = planned(&project.composes, scaled("backend", 3)).await;
        let end = bench.run(&project.composes).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert_eq!(
            project.scripts.text("state/backend"),
            "b1 running\nb2 running\nbackend3 running\n"
        );
        let refusal = look(&project.composes, &scaled("nginx", 2))
            .await
            .unwrap_err();
        assert!(
            format!("{refusal:?}").contains("fixed host port 80"),
            "{refusal:?}"
        );
        let looked = look(&project.composes, &step(ComposeVerb::Kill, "nginx"))
            .await
            .unwrap();
        assert_eq!(looked.undo, [step(ComposeVerb::Up, "nginx")]);
        let bench = planned(&project.composes, step(ComposeVerb::Kill, "nginx")).await;
        bench.run(&project.composes).await;
        assert_eq!(project.scripts.text("state/nginx"), "n1 exited\n");
        assert_eq!(project.scripts.text("calls"), "up backend 3\nkill nginx\n");
    }
}

// row: G5
#[tokio::test]
async fn what_a_program_in_a_service_says_is_cleared_of_every_secret() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hunter2hunter2\n").unwrap();
    let spec = SecretSpec {
        name: "db".to_owned(),
        from: SecretSource::File(file.path().to_string_lossy().into_owned()),
        deliver: SecretDelivery::Env("PGPASSWORD".to_owned()),
    };
    let project = Project::with(true, Secrets::new([spec], None));
    project
        .scripts
        .program("bin/printenv", "echo hunter2hunter2");
    let (end, bench) = project.done(exec("backend", &["printenv", "DSN"])).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(bench.heard(Stream::Out), "•••\n");
}

#[tokio::test]
async fn that_compose_was_stopped_does_not_say_that_what_it_began_is_gone() {
    let project = Project::new(true);
    project.scripts.program("bin/psql", "echo begun; sleep 600");
    let late = Planned {
        limit: Some(1),
        ..inside(exec("postgres", &["psql"]))
    };
    let (end, _) = crate::runtime::executors::testing::done(&project.composes, late).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("may still run")),
        "{end:?}"
    );
}
