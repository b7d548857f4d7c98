//! What a program is given, and what is heard of it.

use super::*;

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

// row: G3
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
    let end = Bench::new(plan_of(nul)).run(&commands()).await;
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
    let values = Family::read(&commands(), &step).await.unwrap();
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

// row: D4
#[tokio::test]
async fn a_read_that_fails_is_no_value() {
    let scripts = Scripts::new();
    let lines = scripts.program("list", "echo a; echo b");
    let values = Family::read(&commands(), &command(&[&lines]))
        .await
        .unwrap();
    assert_eq!(
        values["lines"],
        Value::List(vec![Value::text("a"), Value::text("b")])
    );
    let fails = scripts.program("fails", "echo a; echo broken >&2; exit 1");
    let refusal = Family::read(&commands(), &command(&[&fails]))
        .await
        .unwrap_err();
    assert!(
        format!("{refusal:?}").contains("exit 1: broken"),
        "{refusal:?}"
    );
}
