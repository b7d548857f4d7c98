use super::{super::glancy_tests::world::glancy, Cases};

fn run(text: &str) -> (usize, Vec<String>) {
    let tally = Cases::parse(text).unwrap().run(&glancy());
    let faults = tally.faults.iter();
    let faults = faults.map(|it| format!("{} {}: {} is {}", it.case, it.of, it.expected, it.found));
    (tally.expectations, faults.collect())
}

#[test]
fn a_case_is_judged_as_the_cockpit_does() {
    let text = r#"
        [case.dear]
        readings = { "hook/HK-03/cost" = 0.8, "cost-burn" = 1.3, "exports-depth" = 2001, "exports-oldest" = 10 }
        gauge = { cost-burn = "red", lookup-p95 = "unknown" }
        queue = { exports = "red" }
        hook = { HK-03 = "yellow", HK-01 = "unknown" }
        light = { release = "unknown" }

        [case.quieter]
        from = "dear"
        readings = { "exports-depth" = "missing" }
        queue = { exports = "unknown" }
        hook = { HK-03 = "yellow" }
    "#;
    assert_eq!(run(text), (8, vec![]));
}

#[test]
fn what_is_otherwise_is_named() {
    let text = r#"
        [case.wrong]
        readings = { "hook/HK-03/cost" = 1.2, "no-such" = 1 }
        hook = { HK-03 = "green", HK-99 = "red" }
        incident = "sev-9"
        done = { "scale-export-workers" = 4, "generic/restart" = 4, restrat-api = 4 }
    "#;
    let (_, faults) = run(text);
    assert_eq!(
        faults,
        [
            "wrong readings.no-such: something the pack knows is no such name",
            "wrong incident sev-9: none, or a severity of the pack is no such name",
            "wrong done restrat-api: an action of the pack is no such name",
            "wrong hook.HK-03: green is red",
            "wrong hook.HK-99: red is no such name",
        ]
    );
}

#[test]
fn guards_and_parameters_refuse() {
    let text = r#"
        [case.backlog]
        readings = { "exports-depth" = 2500, "exports-oldest" = 400 }
        objects = { "deployment/export-worker" = { ready = 24, desired = 24 } }
        [[case.backlog.action]]
        id = "scale-export-workers"
        params = { replicas = 36 }
        before = { replicas = 24 }
        is = "allowed"
        [[case.backlog.action]]
        id = "scale-export-workers"
        params = { replicas = 48 }
        before = { replicas = 24 }
        is = "refused"

        [case.drained]
        readings = { "exports-depth" = 10, "exports-oldest" = 4, "export-p95" = 3 }
        objects = { "deployment/export-worker" = { ready = 24, desired = 24 } }
        [[case.drained.action]]
        id = "scale-export-workers"
        params = { replicas = 36 }
        before = { replicas = 24 }
        is = "refused"

        [case.nothing]
        [[case.nothing.action]]
        id = "scale-export-workers"
        params = { replicas = 36 }
        before = { replicas = 24 }
        is = "unknown"
    "#;
    assert_eq!(run(text), (4, vec![]));
    let lacks = Cases::parse(text).unwrap().run(&glancy()).lacks;
    assert!(
        lacks
            .iter()
            .any(|it| it.of == "hook.HK-01" && it.wants == ["green"])
    );
    assert!(
        lacks
            .iter()
            .all(|it| it.of != "action.scale-export-workers")
    );
}

#[test]
fn a_file_that_is_none_says_where() {
    let error = Cases::parse("[case.a]\nreadigns = {}\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 2") && error.contains("readigns"),
        "{error}"
    );
    let error = Cases::parse("[case.a]\nfrom = \"b\"\n[case.b]\nfrom = \"a\"\n").unwrap_err();
    assert!(error.to_string().contains("begins with itself"), "{error}");
}
