//! Which programs may run.

use super::*;

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
    let now = Family::facts(&commands, &bench.plan.steps[0])
        .await
        .unwrap();
    let drift = crate::domain::action::fact::drift(&bench.plan.facts, &now).unwrap();
    assert_eq!(drift.was, bench.plan.facts[0]);
    let end = bench.run(&commands).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("releasectl was sha256:")),
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
    let looked = look(&commands, &command(&[&named])).await;
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
