//! Programs at another host, by a small ssh that gives its last word to a shell as sshd does; sshd itself is of the second tier.

use super::*;

/// What sshd does with the line: the shell of whoever signed in gets it.
pub const SSH: &str = r#"
here=$(dirname "$0")
printf '%s\n' "$@" >>"$here/asked"
for line; do :; done
[ ! -e "$here/unknown" ] || { echo "Host key verification failed." >&2; exit 255; }
echo "Welcome to docker-1" >&2
[ ! -e "$here/deaf" ] || exec /bin/sh -c "$line" </dev/null
exec /bin/sh -c "$line"
"#;

/// A place of the other host.
pub fn place(name: &str, cwd: &str) -> PlaceSpec {
    PlaceSpec {
        name: name.to_owned(),
        ssh: Some("ops@docker-1".to_owned()),
        cwd: Some(cwd.to_owned()),
        env: [("BATCH".to_owned(), "a 'b' $(id)".to_owned())].into(),
        ..PlaceSpec::default()
    }
}

struct Far {
    scripts: Scripts,
    commands: Commands,
}

impl Far {
    fn new(secrets: impl FnOnce(&Scripts) -> Secrets) -> Self {
        let scripts = Scripts::new();
        let folder = scripts.0.path().to_string_lossy().into_owned();
        let places = vec![
            place("far", &folder),
            place("nowhere", "/no/such/folder"),
            PlaceSpec {
                user: Some("ecs-user".to_owned()),
                ..place("asks", &folder)
            },
        ];
        let mut host = host(places, secrets(&scripts));
        host.ssh = scripts.program("ssh", SSH).into();
        host.sudo = scripts
            .program("sudo", "echo 'sudo: a password is required' >&2; exit 1")
            .into();
        Self {
            commands: Commands::new(Arc::new(host)),
            scripts,
        }
    }

    fn step(&self, name: &str, program: &str, args: &[&str]) -> Planned {
        let program = self.scripts.program("program", program);
        at(name, &[&[program.as_str()], args].concat())
    }
}

fn at(name: &str, words: &[&str]) -> Planned {
    with(command(words), |kind| {
        if let StepKind::Command { place, .. } = kind {
            *place = Some(name.to_owned());
        }
    })
}

// row: G3, G10
#[tokio::test]
async fn one_argument_stays_one_and_the_folder_and_the_environment_are_those_of_the_place() {
    let far = Far::new(|_| Secrets::default());
    let odd = [
        "a b",
        "; touch pwned",
        "$(touch pwned)",
        "it's",
        "",
        "*",
        "-x",
    ];
    let step = with(
        far.step(
            "far",
            "pwd; printf '[%s]' \"$BATCH\" \"$@\"; cat; exit 0",
            &odd,
        ),
        |kind| {
            if let StepKind::Command { stdin, .. } = kind {
                *stdin = Some(Template::plain("read by it"));
            }
        },
    );
    let (end, bench) = done(&far.commands, step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(
        bench.heard(Stream::Out),
        format!(
            "{}\n[a 'b' $(id)][a b][; touch pwned][$(touch pwned)][it's][][*][-x]read by it",
            far.scripts.0.path().display()
        )
    );
    assert_eq!(
        bench.heard(Stream::Err),
        "",
        "what the way says is not its output"
    );
    assert!(!far.scripts.path("pwned").exists());
    let asked = far.scripts.text("asked");
    for option in ["BatchMode=yes", "StrictHostKeyChecking=yes", "ops@docker-1"] {
        assert!(asked.lines().any(|line| line == option), "{asked}");
    }
}

// row: G10
#[tokio::test]
async fn a_wrong_host_folder_user_or_program_refuses_before_anything_runs() {
    let far = Far::new(|_| Secrets::default());
    let program = "touch ran";
    for (step, why) in [
        (far.step("nowhere", program, &[]), "no folder of that host"),
        (far.step("asks", program, &[]), "password is required"),
        (at("far", &["/no/such/program"]), "NotFound"),
        (at("far", &["/bin/sh", "-c", "touch ran"]), "interpreter"),
    ] {
        let refusal = format!("{:?}", refused(&far.commands, step).await);
        assert!(refusal.contains(why), "{refusal}");
    }
    let bench = planned(&far.commands, far.step("far", program, &[])).await;
    fs::write(far.scripts.path("unknown"), "").unwrap();
    let refusal = refused(&far.commands, far.step("far", program, &[])).await;
    assert!(
        format!("{refusal:?}").contains("Host key verification failed"),
        "{refusal:?}"
    );
    let end = bench.run(&far.commands).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("Host key")),
        "{end:?}"
    );
    assert!(!far.scripts.path("ran").exists());
}

// row: G5
#[tokio::test]
async fn a_secret_goes_by_the_input_and_stands_in_no_argument() {
    let far = Far::new(|scripts| {
        let path = scripts.path("canary");
        fs::write(&path, format!("{CANARY}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let spec = SecretSpec {
            name: "key".to_owned(),
            from: SecretSource::File(path.to_string_lossy().into_owned()),
            deliver: SecretDelivery::Env("KEY".to_owned()),
        };
        Secrets::new([spec], None)
    });
    let text = format!("test \"$KEY\" = {CANARY} || exit 9; echo \"has $KEY\"; cat");
    let step = with(far.step("far", &text, &[]), |kind| {
        if let StepKind::Command { secrets, stdin, .. } = kind {
            secrets.push("key".to_owned());
            *stdin = Some(Template::plain("rest"));
        }
    });
    let (end, bench) = done(&far.commands, step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(bench.heard(Stream::Out), "has •••\nrest");
    assert!(!far.scripts.text("asked").contains(CANARY));
}

// row: G3
#[tokio::test]
async fn what_is_too_slow_there_is_ended_there() {
    let far = Far::new(|_| Secrets::default());
    let step = Planned {
        limit: Some(1),
        ..far.step("far", "sleep 600 & echo $!; wait", &[])
    };
    let (end, bench) = done(&far.commands, step).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("took too long") && !why.contains("still run")),
        "{end:?}"
    );
    stopping::gone(&bench.heard(Stream::Out)).await;
    let asked = far.scripts.text("asked");
    assert!(asked.contains("kill -s TERM -- -"), "{asked}");
}

#[tokio::test]
async fn where_the_line_breaks_before_it_may_run_nothing_has_run() {
    let far = Far::new(|_| Secrets::default());
    let bench = planned(&far.commands, far.step("far", "touch ran", &[])).await;
    fs::write(far.scripts.path("deaf"), "").unwrap();
    let end = bench.run(&far.commands).await;
    assert!(matches!(&end, StepEnd::Failed { .. }), "{end:?}");
    assert!(!far.scripts.path("ran").exists());
}

#[tokio::test]
async fn settings_that_anybody_may_write_are_not_used() {
    let scripts = Scripts::new();
    let config = scripts.path("settings");
    fs::write(&config, "").unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o666)).unwrap();
    let place = PlaceSpec {
        name: "far".to_owned(),
        ssh: Some("ops@docker-1".to_owned()),
        ssh_config: Some(config.to_string_lossy().into_owned()),
        ..PlaceSpec::default()
    };
    let mut host = host(vec![place], Secrets::default());
    host.ssh = scripts.program("ssh", SSH).into();
    let program = scripts.program("program", "touch ran");
    let commands = Commands::new(Arc::new(host));
    let refusal = refused(&commands, at("far", &[&program])).await;
    assert!(
        format!("{refusal:?}").contains("anybody may write"),
        "{refusal:?}"
    );
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    planned(&commands, at("far", &[&program])).await;
}
