//! Programs are run for real: small scripts in a folder of the test.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use super::*;
use crate::{
    domain::action::{
        place::{SecretDelivery, SecretSource, SecretSpec},
        value::Value,
        verdict::Stream,
    },
    runtime::executors::{
        Places, ProgramRules, Secrets,
        testing::{Bench, Scripts, argv, draft_of, plan_of},
    },
};

const CANARY: &str = "canary-5f1e-do-not-show";

fn command(words: &[&str]) -> Planned {
    Planned {
        kind: StepKind::Command {
            place: None,
            argv: argv(words),
            stdin: None,
            stdout: None,
            secrets: Vec::new(),
        },
        limit: None,
        save: None,
    }
}

fn with(
    step: Planned,
    change: impl FnOnce(&mut StepKind<crate::domain::action::target::Target, i64>),
) -> Planned {
    let mut step = step;
    change(&mut step.kind);
    step
}

fn host(places: Vec<PlaceSpec>, secrets: Secrets) -> Host {
    Host::new(Places::new(places), ProgramRules::default(), secrets)
}

fn commands() -> Commands {
    Commands::new(Arc::new(host(Vec::new(), Secrets::default())))
}

/// Plans a step as it is found now, and does it.
async fn planned(commands: &Commands, step: Planned) -> Bench {
    let mut plan = plan_of(step);
    let preflight = Executor::look(commands, &plan.steps[0], &draft_of(&plan))
        .await
        .unwrap();
    plan.facts = preflight.facts;
    Bench::new(plan)
}

async fn done(commands: &Commands, step: Planned) -> (StepEnd, Bench) {
    let bench = planned(commands, step).await;
    let end = Executor::run(commands, bench.doing(0)).await;
    (end, bench)
}

async fn refused(commands: &Commands, step: Planned) -> Refusal {
    let plan = plan_of(step);
    Executor::look(commands, &plan.steps[0], &draft_of(&plan))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn it_runs_once_and_tells_what_it_said() {
    let scripts = Scripts::new();
    let program = scripts.program(
        "promote",
        "echo run >> \"$HOME_OF_TEST/runs\"; echo \"promoting $2\"; echo warned >&2",
    );
    let place = PlaceSpec {
        name: "here".to_owned(),
        cwd: Some(scripts.0.path().to_string_lossy().into_owned()),
        env: [(
            "HOME_OF_TEST".to_owned(),
            scripts.0.path().to_string_lossy().into_owned(),
        )]
        .into(),
        ..PlaceSpec::default()
    };
    let commands = Commands::new(Arc::new(host(vec![place], Secrets::default())));
    let step = with(command(&[&program, "--batch", "REL-B4"]), |kind| {
        if let StepKind::Command { place, .. } = kind {
            *place = Some("here".to_owned());
        }
    });
    let (end, bench) = done(&commands, step).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::Int(0)),
        "{end:?}"
    );
    assert_eq!(bench.heard(Stream::Out), "promoting REL-B4\n");
    assert_eq!(bench.heard(Stream::Err), "warned\n");
    assert_eq!(scripts.text("runs"), "run\n");
}

#[tokio::test]
async fn its_environment_is_clean() {
    let scripts = Scripts::new();
    let program = scripts.program("show", "/usr/bin/env; pwd");
    let place = PlaceSpec {
        name: "here".to_owned(),
        cwd: Some("/".to_owned()),
        env: [("BATCH".to_owned(), "REL-B4".to_owned())].into(),
        ..PlaceSpec::default()
    };
    let mut host = host(vec![place], Secrets::default());
    host.identity.home = Some("/home/li".into());
    let step = with(command(&[&program]), |kind| {
        if let StepKind::Command { place, .. } = kind {
            *place = Some("here".to_owned());
        }
    });
    let (_, bench) = done(&Commands::new(Arc::new(host)), step).await;
    let out = bench.heard(Stream::Out);
    let mut lines: Vec<&str> = out
        .lines()
        .filter(|line| {
            !["_=", "PWD=", "OLDPWD=", "SHLVL="]
                .iter()
                .any(|own| line.starts_with(own))
        })
        .collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "/",
            "BATCH=REL-B4",
            "HOME=/home/li",
            "LANG=C",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]
    );
}

#[tokio::test]
async fn what_fills_a_hole_stays_one_argument() {
    let scripts = Scripts::new();
    let program = scripts.program("show", "for one in \"$@\"; do printf '<%s>' \"$one\"; done");
    let hostile = "; rm -rf / $(touch x) `id` 'a' \"b\" \\ * ~ && true\nnext";
    let (end, bench) = done(
        &commands(),
        command(&[&program, "--id", hostile, "", "-rf"]),
    )
    .await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(
        bench.heard(Stream::Out),
        format!("<--id><{hostile}><><-rf>")
    );
    let nul = command(&[&program, "a\0b"]);
    let end = Executor::run(&commands(), Bench::new(plan_of(nul)).doing(0)).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("did not start")),
        "{end:?}"
    );
}

#[tokio::test]
async fn stdin_is_given_and_else_there_is_none() {
    let scripts = Scripts::new();
    let program = scripts.program("sum", "cat; echo end");
    let given = with(command(&[&program]), |kind| {
        if let StepKind::Command { stdin, .. } = kind {
            *stdin = Some(Template::plain("one\ntwo\n"));
        }
    });
    let (_, bench) = done(&commands(), given).await;
    assert_eq!(bench.heard(Stream::Out), "one\ntwo\nend\n");
    let (_, bench) = done(&commands(), command(&[&program])).await;
    assert_eq!(bench.heard(Stream::Out), "end\n");
}

#[tokio::test]
async fn an_exit_code_is_told_with_its_last_words() {
    let scripts = Scripts::new();
    let program = scripts.program(
        "fail",
        "echo begun; echo 'gate B3 is red' >&2; echo >&2; exit 3",
    );
    let (end, _) = done(&commands(), command(&[&program])).await;
    assert_eq!(
        end,
        StepEnd::Failed {
            why: "exit 3: gate B3 is red".to_owned()
        }
    );
    let killed = scripts.program("killed", "kill -9 $$");
    let (end, _) = done(&commands(), command(&[&killed])).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("signal 9")),
        "{end:?}"
    );
}

#[tokio::test]
async fn what_it_saves_is_parsed_and_what_cannot_be_is_not_called_a_failure() {
    let scripts = Scripts::new();
    let program = scripts.program("snapshot", "echo '{\"id\": \"snap-7\"}'");
    let save = |pointer: &str| Save {
        name: "snapshot".to_owned(),
        parse: Parse::Json([("id".to_owned(), pointer.to_owned())].into()),
    };
    let step = Planned {
        save: Some(save("/id")),
        ..command(&[&program])
    };
    let (end, _) = done(&commands(), step.clone()).await;
    assert!(
        matches!(&end, StepEnd::Done { saved, .. } if saved["id"] == Value::text("snap-7")),
        "{end:?}"
    );
    let values = Executor::read(&commands(), &step).await.unwrap();
    assert_eq!(values["id"], Value::text("snap-7"));
    let step = Planned {
        save: Some(save("/snapshot")),
        ..command(&[&program])
    };
    let (end, _) = done(&commands(), step).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("/snapshot")),
        "{end:?}"
    );
}

#[tokio::test]
async fn too_slow_is_stopped_with_all_it_started() {
    let scripts = Scripts::new();
    let program = scripts.program("slow", "sleep 600 & echo $!; wait");
    let step = Planned {
        limit: Some(1),
        ..command(&[&program])
    };
    let (end, bench) = done(&commands(), step).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("took too long")),
        "{end:?}"
    );
    gone(&bench.heard(Stream::Out)).await;
}

/// Waits until a process is gone.
async fn gone(pid: &str) {
    let path = format!("/proc/{}/stat", pid.trim());
    let ended = async {
        // A dead child of a dead parent waits for init, which may be slow.
        while fs::read_to_string(&path).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(10), ended)
            .await
            .is_ok(),
        "{pid} lives"
    );
}

#[tokio::test]
async fn a_person_stops_it_and_one_that_does_not_listen_is_killed() {
    let scripts = Scripts::new();
    let program = scripts.program(
        "deaf",
        "trap 'echo heard >&2' TERM; echo begun; while :; do sleep 0.05; done",
    );
    let commands = commands();
    let bench = planned(&commands, command(&[&program])).await;
    let stop = async {
        bench.until(Stream::Out, "begun").await;
        bench.cancel.cancel();
    };
    let (end, ()) = futures::join!(Executor::run(&commands, bench.doing(0)), stop);
    assert!(
        matches!(&end, StepEnd::Cancelled { done: Some(done) } if done.contains("stays") && !done.contains("still runs")),
        "{end:?}"
    );
    assert!(
        bench.heard(Stream::Err).contains("heard"),
        "it was asked first"
    );
}

#[tokio::test]
async fn what_is_stopped_before_it_began_did_nothing() {
    let scripts = Scripts::new();
    let program = scripts.program("mark", &format!("touch {}", scripts.path("ran").display()));
    let commands = commands();
    let bench = planned(&commands, command(&[&program])).await;
    bench.cancel.cancel();
    let end = Executor::run(&commands, bench.doing(0)).await;
    assert_eq!(end, StepEnd::Cancelled { done: None });
    assert!(!scripts.path("ran").exists());
}

#[tokio::test]
async fn a_daemon_that_it_leaves_behind_does_not_hold_it_up() {
    let scripts = Scripts::new();
    let program = scripts.program("leave", "sleep 30 & echo $!");
    let (end, bench) = done(&commands(), command(&[&program])).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let pid = bench.heard(Stream::Out);
    let pid: i32 = pid.trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it was left alone");
}

#[tokio::test]
async fn a_program_that_became_another_is_not_run() {
    let scripts = Scripts::new();
    let program = scripts.program(
        "releasectl",
        &format!("touch {}", scripts.path("ran").display()),
    );
    let commands = commands();
    let bench = planned(&commands, command(&[&program])).await;
    scripts.program("releasectl", "echo another");
    let now = Executor::facts(&commands, &bench.plan.steps[0], &bench.plan)
        .await
        .unwrap();
    let drift = crate::domain::action::fact::drift(&bench.plan.facts, &now).unwrap();
    assert_eq!(drift.was, bench.plan.facts[0]);
    let end = Executor::run(&commands, bench.doing(0)).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("not sha256:")),
        "{end:?}"
    );
    assert!(!scripts.path("ran").exists() && bench.told().is_empty());
}

#[tokio::test]
async fn programs_that_could_be_anything_are_refused() {
    let scripts = Scripts::new();
    let commands = commands();
    let why = |refusal: Refusal| format!("{refusal:?}");
    let loose = scripts.program("loose", "true");
    fs::set_permissions(&loose, fs::Permissions::from_mode(0o757)).unwrap();
    let said = why(refused(&commands, command(&[&loose])).await);
    assert!(said.contains("chmod o-w"), "{said}");
    let plain = scripts.program("plain", "true");
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).unwrap();
    let said = why(refused(&commands, command(&[&plain])).await);
    assert!(said.contains("not executable"), "{said}");
    for interpreter in [
        "/bin/sh",
        "/usr/bin/env",
        "/usr/bin/python3.11",
        "/usr/bin/ssh",
    ] {
        let refusal = refused(&commands, command(&[interpreter, "-c", "true"])).await;
        assert!(
            matches!(refusal, Refusal::Policy { .. }),
            "{interpreter}: {refusal:?}"
        );
    }
    let link = scripts.path("harmless");
    std::os::unix::fs::symlink("/bin/sh", &link).unwrap();
    let refusal = refused(&commands, command(&[&link.to_string_lossy(), "-c", "true"])).await;
    assert!(matches!(refusal, Refusal::Policy { .. }), "{refusal:?}");
    for nowhere in ["true", "./true", "/no/such/program"] {
        let refusal = refused(&commands, command(&[nowhere])).await;
        assert!(
            matches!(
                refusal,
                Refusal::Unreadable { .. } | Refusal::NotFound { .. }
            ),
            "{nowhere}: {refusal:?}"
        );
    }
}

#[tokio::test]
async fn policy_names_the_programs_that_may_run() {
    let scripts = Scripts::new();
    let (named, other) = (
        scripts.program("named", "true"),
        scripts.program("other", "true"),
    );
    let mut host = host(Vec::new(), Secrets::default());
    host.rules.allowed = Some(vec![named.clone().into()]);
    let commands = Commands::new(Arc::new(host));
    let refusal = refused(&commands, command(&[&other])).await;
    assert!(
        matches!(&refusal, Refusal::Policy { rule } if rule.contains(&other)),
        "{refusal:?}"
    );
    let plan = plan_of(command(&[&named]));
    let looked = Executor::look(&commands, &plan.steps[0], &draft_of(&plan)).await;
    if rustix::process::geteuid().is_root() {
        assert!(looked.is_ok(), "{looked:?}");
        rustix::fs::chown(named.as_str(), Some(rustix::fs::Uid::from_raw(1)), None).unwrap();
        let said = format!("{:?}", refused(&commands, command(&[&named])).await);
        assert!(said.contains("chown root"), "{said}");
    } else {
        let said = format!("{looked:?}");
        assert!(said.contains("chown root"), "{said}");
    }
}

#[tokio::test]
async fn a_place_over_ssh_or_without_its_folder_is_refused() {
    let scripts = Scripts::new();
    let program = scripts.program("true", "true");
    let place = |name: &str| PlaceSpec {
        name: name.to_owned(),
        ..PlaceSpec::default()
    };
    let places = vec![
        PlaceSpec {
            ssh: Some("ops@docker-1".to_owned()),
            ..place("docker-host")
        },
        PlaceSpec {
            cwd: Some("/no/such/folder".to_owned()),
            ..place("gone")
        },
        PlaceSpec {
            user: Some("-u".to_owned()),
            ..place("odd")
        },
    ];
    let commands = Commands::new(Arc::new(host(places, Secrets::default())));
    for (name, why) in [
        ("docker-host", "ssh"),
        ("gone", "no folder"),
        ("odd", "no user"),
        ("absent", "place absent"),
    ] {
        let step = with(command(&[&program]), |kind| {
            if let StepKind::Command { place, .. } = kind {
                *place = Some(name.to_owned());
            }
        });
        let refusal = refused(&commands, step).await;
        assert!(format!("{refusal:?}").contains(why), "{name}: {refusal:?}");
    }
}

/// Says who it was run as, and runs the rest, as sudo does.
const SUDO: &str = r#"
if [ "$1" != -n ]; then echo "sudo: a password is required" >&2; exit 1; fi
shift
keep=
case "$1" in --preserve-env=*) keep=${1#*=}; shift;; esac
list=
if [ "$1" = -l ]; then list=yes; shift; fi
user=$2; shift 3
if [ "$user" = stranger ]; then echo "sudo: a password is required" >&2; exit 1; fi
if [ -n "$list" ]; then echo "$@"; exit 0; fi
echo "as $user keeping $keep"
exec "$@"
"#;

#[tokio::test]
async fn a_places_user_is_had_by_sudo_and_refused_where_that_would_ask() {
    let scripts = Scripts::new();
    let program = scripts.program("show", "echo ran \"$@\"");
    let place = |name: &str, user: &str| PlaceSpec {
        name: name.to_owned(),
        user: Some(user.to_owned()),
        env: [("BATCH".to_owned(), "REL-B4".to_owned())].into(),
        ..PlaceSpec::default()
    };
    let mut host = host(
        vec![place("backend", "ecs-user"), place("strange", "stranger")],
        Secrets::default(),
    );
    host.sudo = scripts.program("sudo", SUDO).into();
    let commands = Commands::new(Arc::new(host));
    let at = |name: &str| {
        with(command(&[&program, "a b", "c"]), |kind| {
            if let StepKind::Command { place, .. } = kind {
                *place = Some(name.to_owned());
            }
        })
    };
    let (end, bench) = done(&commands, at("backend")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(
        bench.heard(Stream::Out),
        "as ecs-user keeping BATCH\nran a b c\n"
    );
    let refusal = refused(&commands, at("strange")).await;
    assert!(
        format!("{refusal:?}").contains("password is required"),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn output_goes_to_a_file_that_was_not_there_and_stays_only_when_whole() {
    let scripts = Scripts::new();
    let program = scripts.program("dump", "echo rows; exit ${1:-0}");
    let into = |words: &[&str], name: &str| {
        let path = scripts.path(name).to_string_lossy().into_owned();
        with(command(words), |kind| {
            if let StepKind::Command { stdout, .. } = kind {
                *stdout = Some(Template::plain(path));
            }
        })
    };
    let (end, bench) = done(&commands(), into(&[&program], "orders.dump")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(scripts.text("orders.dump"), "rows\n");
    let mode = fs::metadata(scripts.path("orders.dump"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        bench.heard(Stream::Note).starts_with("written 5 "),
        "{:?}",
        bench.told()
    );
    let refusal = refused(&commands(), into(&[&program], "orders.dump")).await;
    assert!(
        format!("{refusal:?}").contains("not replaced"),
        "{refusal:?}"
    );
    let (end, _) = done(&commands(), into(&[&program, "4"], "half.dump")).await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    let mut names: Vec<_> = fs::read_dir(scripts.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["dump", "orders.dump"]);
}

fn secrets(scripts: &Scripts, deliver: SecretDelivery) -> Secrets {
    let path = scripts.path("canary");
    fs::write(&path, format!("{CANARY}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let spec = SecretSpec {
        name: "key".to_owned(),
        from: SecretSource::File(path.to_string_lossy().into_owned()),
        deliver,
    };
    Secrets::new([spec], None)
}

fn secretly(words: &[&str]) -> Planned {
    with(command(words), |kind| {
        if let StepKind::Command { secrets, .. } = kind {
            secrets.push("key".to_owned());
        }
    })
}

#[tokio::test]
async fn a_secret_reaches_the_program_and_is_found_nowhere() {
    for (deliver, get) in [
        (SecretDelivery::Env("KEY".to_owned()), "key=$KEY"),
        (
            SecretDelivery::File("KEY".to_owned()),
            "key=$(cat \"$KEY\")",
        ),
    ] {
        let scripts = Scripts::new();
        let text = format!(
            "{get}; test \"$key\" = {CANARY} || exit 9; tr '\\0' ' ' </proc/$$/cmdline; printf 'is %.10s' \"$key\"; sleep 0.1; \
             echo \"${{key#??????????}} in a line\"; echo \"$key\" >&2; printf '{{\"a\": \"%s\"}}' \"$key\" | base64 >&2; echo failed $key >&2; exit ${{1:-0}}"
        );
        let program = scripts.program("use", &text);
        let commands = Commands::new(Arc::new(host(
            Vec::new(),
            secrets(&scripts, deliver.clone()),
        )));
        for code in ["0", "5"] {
            let (end, bench) = done(&commands, secretly(&[&program, code])).await;
            assert_eq!(matches!(end, StepEnd::Done { .. }), code == "0", "{end:?}");
            let shown = format!("{end:?} {:?} {:?} {commands:?}", bench.told(), bench.plan);
            assert!(
                !shown.contains(CANARY) && !shown.contains("canary-5f1"),
                "{deliver:?}: {shown}"
            );
            assert!(
                bench.heard(Stream::Out).contains("is ••• in a line\n"),
                "{:?}",
                bench.told()
            );
            assert!(bench.heard(Stream::Err).starts_with("•••\n"));
        }
        let json = serde_json::to_string(&plan_of(secretly(&[&program]))).unwrap();
        assert!(!json.contains(CANARY));
    }
    let mut left = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let ours = format!("secret.quarterdeck-{}-", std::process::id());
    assert!(
        !left.any(|entry| entry.file_name().to_string_lossy().starts_with(&ours)),
        "a file with a secret is left"
    );
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_a_reason_not_to_begin() {
    let scripts = Scripts::new();
    let program = scripts.program("mark", &format!("touch {}", scripts.path("ran").display()));
    let refusal = refused(&commands(), secretly(&[&program])).await;
    assert!(
        matches!(&refusal, Refusal::Unreadable { what, .. } if what == "secret key"),
        "{refusal:?}"
    );
    let end = Executor::run(
        &commands(),
        Bench::new(plan_of(secretly(&[&program]))).doing(0),
    )
    .await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    let header = secrets(&scripts, SecretDelivery::Header("Authorization".to_owned()));
    let commands = Commands::new(Arc::new(host(Vec::new(), header)));
    let refusal = refused(&commands, secretly(&[&program])).await;
    assert!(format!("{refusal:?}").contains("header"), "{refusal:?}");
    assert!(!scripts.path("ran").exists());
}

#[tokio::test]
async fn a_read_that_fails_is_no_value() {
    let scripts = Scripts::new();
    let lines = scripts.program("list", "echo a; echo b");
    let values = Executor::read(&commands(), &command(&[&lines]))
        .await
        .unwrap();
    assert_eq!(
        values["lines"],
        Value::List(vec![Value::text("a"), Value::text("b")])
    );
    let fails = scripts.program("fails", "echo a; echo broken >&2; exit 1");
    let refusal = Executor::read(&commands(), &command(&[&fails]))
        .await
        .unwrap_err();
    assert!(
        format!("{refusal:?}").contains("exit 1: broken"),
        "{refusal:?}"
    );
}
