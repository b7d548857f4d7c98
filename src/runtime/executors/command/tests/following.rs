//! A log beside the program that writes it.

use super::*;

/// A program, and the log it writes.
struct Written {
    scripts: Scripts,
    log: String,
}

impl Written {
    fn new(before: Option<&str>) -> Self {
        let scripts = Scripts::new();
        let log = scripts.path("it.log");
        if let Some(before) = before {
            fs::write(&log, before).unwrap();
        }
        Self {
            log: log.to_string_lossy().into_owned(),
            scripts,
        }
    }

    /// The step of a program; `LOG` is its log, and `wait_for NAME` waits for somebody to put that into its folder.
    fn step(&self, at: Option<&str>, text: &str) -> Planned {
        let folder = self.scripts.0.path().display();
        let text = format!(
            "LOG='{}'; cd '{folder}'; wait_for() {{ while [ ! -e \"$1\" ]; do sleep 0.02; done; }}\n{text}",
            self.log
        );
        let program = self.scripts.program("writes", &text);
        with(command(&[&program]), |kind| {
            if let StepKind::Command { follow, place, .. } = kind {
                *follow = Some(self.log.clone());
                *place = at.map(str::to_owned);
            }
        })
    }

    fn goes_on(&self, name: &str) {
        fs::write(self.scripts.path(name), "").unwrap();
    }

    /// What was told of the log, and what was noted about it.
    fn told(&self, bench: &Bench) -> (String, String) {
        let of = |stream: Stream| {
            let told = bench.told();
            let of_log = told
                .iter()
                .filter(|it| it.stream == stream && it.of.as_ref() == Some(&self.log));
            of_log.map(|it| it.text.as_str()).collect()
        };
        (of(Stream::Out), of(Stream::Note))
    }

    /// Done by a program that waits until a line of the log was told.
    async fn seen_on_the_way(&self, text: &str, line: &str) -> Bench {
        let commands = commands();
        let bench = planned(&commands, self.step(None, text)).await;
        let watching = async {
            self.until(&bench, line).await;
            self.goes_on("seen");
        };
        let (end, ()) = futures::join!(bench.run(&commands), watching);
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        bench
    }

    async fn until(&self, bench: &Bench, text: &str) {
        let hearing = async {
            while !self.told(bench).0.contains(text) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let heard = tokio::time::timeout(Duration::from_secs(20), hearing).await;
        assert!(heard.is_ok(), "never {text:?}: {:?}", bench.told());
    }

    /// Waits until nothing reads the log any more.
    async fn is_let_go(&self) {
        let reads = || {
            let processes = fs::read_dir("/proc").unwrap().flatten();
            let mut words = processes.filter_map(|it| fs::read(it.path().join("cmdline")).ok());
            words.any(|words| {
                let words = String::from_utf8_lossy(&words).replace('\0', " ");
                words.contains("tail") && words.contains(&self.log)
            })
        };
        let gone = async {
            while reads() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let gone = tokio::time::timeout(Duration::from_secs(10), gone).await;
        assert!(gone.is_ok(), "a tail is left");
    }
}

// row: C6
#[tokio::test]
async fn what_is_added_is_told_as_it_comes_and_all_of_it_by_the_end() {
    let written = Written::new(Some("of an earlier one\n"));
    let text = "echo begun; echo one >>\"$LOG\"; wait_for seen; seq 2 400 >>\"$LOG\"; printf rest >>\"$LOG\"; exit ${ENDS:-0}";
    let bench = written.seen_on_the_way(text, "one\n").await;
    let more: Vec<String> = (2..=400).map(|line| line.to_string()).collect();
    let more = more.join("\n") + "\n";
    let (told, noted) = written.told(&bench);
    assert_eq!((told, noted.as_str()), (format!("one\n{more}rest"), ""));
    let own = bench.told().into_iter().filter(|it| it.of.is_none());
    assert_eq!(own.map(|it| it.text).collect::<String>(), "begun\n");
    written.is_let_go().await;
}

// row: C6
#[tokio::test]
async fn a_log_decides_nothing_and_a_failure_stays_one() {
    let written = Written::new(Some(""));
    let text = "echo all is well >>\"$LOG\"; echo broken >&2; exit 3";
    let (end, bench) = done(&commands(), written.step(None, text)).await;
    let why = "exit 3: broken".to_owned();
    assert_eq!(end, StepEnd::Failed { why });
    assert_eq!(written.told(&bench).0, "all is well\n");
}

// row: C6
#[tokio::test]
async fn a_log_that_is_not_there_is_said_and_followed_once_it_is() {
    let written = Written::new(None);
    let (end, bench) = done(&commands(), written.step(None, "echo done")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let (told, noted) = written.told(&bench);
    assert!(told.is_empty() && noted.contains("No such file"), "{noted}");
    let text = "echo first >\"$LOG\"; echo second >>\"$LOG\"";
    let (end, bench) = done(&commands(), written.step(None, text)).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(written.told(&bench).0, "first\nsecond\n");
}

// row: C6
#[tokio::test]
async fn a_log_that_is_put_aside_is_followed_by_the_one_after_it() {
    let written = Written::new(Some("of an earlier one\n"));
    let text = "echo before >>\"$LOG\"; wait_for seen; mv \"$LOG\" \"$LOG.1\"; echo after >\"$LOG\"; echo last >>\"$LOG\"";
    let bench = written.seen_on_the_way(text, "before\n").await;
    assert_eq!(written.told(&bench).0, "before\nafter\nlast\n");
}

// row: C6
#[tokio::test]
async fn whoever_stops_the_program_stops_who_reads_its_log() {
    let written = Written::new(Some(""));
    let commands = commands();
    let bench = planned(
        &commands,
        written.step(None, "echo one >>\"$LOG\"; wait_for never"),
    )
    .await;
    let stop = async {
        written.until(&bench, "one\n").await;
        bench.cancel.cancel();
    };
    let (end, ()) = futures::join!(bench.run(&commands), stop);
    assert!(
        matches!(&end, StepEnd::Cancelled { done: Some(_) }),
        "{end:?}"
    );
    written.is_let_go().await;
    let late = Planned {
        limit: Some(1),
        ..written.step(None, "wait_for never")
    };
    let (end, _) = done(&commands, late).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("took too long")),
        "{end:?}"
    );
    written.is_let_go().await;
}

// row: C6
#[tokio::test]
async fn whoever_goes_away_himself_leaves_nobody_at_the_log() {
    let written = Written::new(Some(""));
    let commands = commands();
    let bench = planned(
        &commands,
        written.step(None, "echo one >>\"$LOG\"; wait_for never"),
    )
    .await;
    tokio::select! {
        end = bench.run(&commands) => panic!("it ended: {end:?}"),
        () = written.until(&bench, "one\n") => {}
    }
    written.is_let_go().await;
}

// row: C6
#[tokio::test]
async fn where_it_may_not_be_read_that_is_said_and_the_step_goes_on() {
    let written = Written::new(Some(""));
    let sudo = written.scripts.program(
        "sudo",
        "case \"$*\" in \"-n -l \"*) exit 0;; *tail*) echo 'sudo: a password is required' >&2; exit 1;; esac\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"",
    );
    let place = PlaceSpec {
        name: "here".to_owned(),
        user: Some("somebody-else".to_owned()),
        ..PlaceSpec::default()
    };
    let mut host = host(vec![place], Secrets::default());
    host.sudo = sudo.into();
    let commands = Commands::new(Arc::new(host));
    let step = written.step(Some("here"), "echo one >>\"$LOG\"; echo done");
    let (end, bench) = done(&commands, step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let (told, noted) = written.told(&bench);
    assert_eq!(told, "");
    assert!(noted.contains("a password is required"), "{noted}");
    assert!(noted.contains("unfollowed"), "{noted}");
}

// row: C6
#[tokio::test]
async fn who_reads_a_log_is_a_program_like_others_to_the_policy() {
    let written = Written::new(Some(""));
    let step = written.step(None, "echo one >>\"$LOG\"; echo done");
    let program = written.scripts.path("writes");
    let mut host = host(Vec::new(), Secrets::default());
    host.rules.allowed = Some(vec![program]);
    let commands = Commands::new(Arc::new(host));
    if !rustix::process::geteuid().is_root() {
        let said = format!("{:?}", refused(&commands, step).await);
        assert!(said.contains("chown root"), "{said}");
        return;
    }
    let (end, bench) = done(&commands, step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let (told, noted) = written.told(&bench);
    assert_eq!(told, "");
    assert!(noted.contains("allowed_programs /usr/bin/tail"), "{noted}");
}

// row: C6, G5
#[tokio::test]
async fn what_a_log_says_is_cleared_of_every_secret() {
    let written = Written::new(Some(""));
    let path = written.scripts.path("canary");
    fs::write(&path, format!("{CANARY}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let spec = SecretSpec {
        name: "key".to_owned(),
        from: SecretSource::File(path.to_string_lossy().into_owned()),
        deliver: SecretDelivery::Env("KEY".to_owned()),
    };
    let commands = Commands::new(Arc::new(host(Vec::new(), Secrets::new([spec], None))));
    let step = written.step(None, "echo \"key $(cat canary)\" >>\"$LOG\"");
    let (end, bench) = done(&commands, step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(written.told(&bench).0, "key •••\n");
}

// row: C6, G10
#[tokio::test]
async fn at_another_host_it_is_read_there_and_let_go_there() {
    let written = Written::new(Some("of an earlier one\n"));
    let mut host = host(vec![super::far::place("far", "/")], Secrets::default());
    host.ssh = written.scripts.program("ssh", super::far::SSH).into();
    let commands = Commands::new(Arc::new(host));
    let text = "echo one >>\"$LOG\"; wait_for seen; echo two >>\"$LOG\"";
    let bench = planned(&commands, written.step(Some("far"), text)).await;
    let watching = async {
        written.until(&bench, "one\n").await;
        written.goes_on("seen");
    };
    let (end, ()) = futures::join!(bench.run(&commands), watching);
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let (told, noted) = written.told(&bench);
    assert_eq!((told.as_str(), noted.as_str()), ("one\ntwo\n", ""));
    let asked = written.scripts.text("asked");
    assert!(asked.contains("/usr/bin/tail"), "{asked}");
    written.is_let_go().await;
}
