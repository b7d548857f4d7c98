//! Secrets on their way to a program.

use super::*;

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

// row: G5
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
    let end = Bench::new(plan_of(secretly(&[&program])))
        .run(&commands())
        .await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    let header = secrets(&scripts, SecretDelivery::Header("Authorization".to_owned()));
    let commands = Commands::new(Arc::new(host(Vec::new(), header)));
    let refusal = refused(&commands, secretly(&[&program])).await;
    assert!(format!("{refusal:?}").contains("header"), "{refusal:?}");
    assert!(!scripts.path("ran").exists());
}
