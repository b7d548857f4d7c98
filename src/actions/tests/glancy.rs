//! The rows of glancy: what is refused, and what is done where it is not.

use super::bed::{Bed, object};
use crate::domain::action::{
    fact::FactName,
    fault::ValueFault,
    plan::Undo,
    refusal::Refusal,
    saying::{Name, Saying},
    step::{Planned, StepKind, Template},
    value::{ByPod, Value},
};
use crate::i18n::{Lang, Texts, saying};

fn int(number: i64) -> Value {
    Value::Int(number)
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn argv(step: &Planned) -> Vec<String> {
    let words = |argv: &[Template]| {
        argv.iter()
            .map(|word| word.whole().expect("nothing is open in it"))
            .collect()
    };
    match &step.kind {
        StepKind::Command { argv, .. } | StepKind::Exec { argv, .. } => words(argv),
        other => panic!("{} has no arguments", other.name()),
    }
}

/// What was read, in English.
fn told(read: &[Saying]) -> String {
    saying::readings(&Texts::new(Lang::En), read)
}

/// What things are called, in English.
fn called(names: &[Name]) -> Vec<String> {
    let texts = Texts::new(Lang::En);
    names
        .iter()
        .map(|name| saying::name(&texts, name))
        .collect()
}

// row: C17, E8
#[test]
fn export_workers_are_scaled_one_rung_under_a_backlog() {
    let mut bed = Bed::new();
    bed.before(&[("replicas", int(24))]);
    bed.backlog();
    let plan = bed
        .plan("scale-export-workers", &[("replicas", int(36))])
        .unwrap();
    assert_eq!(plan.target, object("deployment/prod/export-worker"));
    assert_eq!(
        plan.steps[0].kind,
        StepKind::Scale {
            target: object("deployment/prod/export-worker"),
            replicas: 36
        }
    );
    let guard = plan.guard.unwrap();
    assert_eq!(
        told(&guard.read),
        "exports depth 2413 > 2000, exports oldest 312 s > 300 s, replicas 36 > replicas before 24",
        "of alternatives only those that hold are reasons"
    );
    assert_eq!(
        plan.verify.as_ref().map(|mark| (mark.within, mark.hold)),
        Some((600, 60))
    );
    let names: Vec<_> = plan.facts.iter().map(|fact| fact.name.clone()).collect();
    assert_eq!(
        names,
        [FactName::Pack, FactName::Principal, FactName::Cluster]
    );
    let refused = bed.plan("scale-export-workers", &[("replicas", int(48))]);
    assert_eq!(
        refused,
        Err(Refusal::BadValue {
            param: "replicas".into(),
            value: "48".into(),
            why: ValueFault::SkipsRung {
                now: "24".into(),
                next: "36".into()
            }
        })
    );
    assert!(matches!(
        bed.plan("scale-export-workers", &[("replicas", int(40))]),
        Err(Refusal::BadValue {
            why: ValueFault::OffLadder { .. },
            ..
        })
    ));
    // Down is another action's.
    bed.before(&[("replicas", int(48))]);
    assert!(matches!(
        bed.plan("scale-export-workers", &[("replicas", int(36))]),
        Err(Refusal::Guard { .. })
    ));
}

// row: G9
#[test]
fn without_a_backlog_or_without_data_nothing_is_scaled() {
    let mut bed = Bed::new();
    bed.before(&[("replicas", int(24))]);
    let scaled = |bed: &Bed| bed.plan("scale-export-workers", &[("replicas", int(36))]);
    let unknown = scaled(&bed);
    let Err(Refusal::GuardUnknown { missing, .. }) = unknown else {
        panic!("{unknown:?}");
    };
    assert_eq!(
        called(&missing),
        ["exports depth", "exports oldest", "export P95"]
    );
    bed.backlog();
    bed.readings.set("exports-depth", Some(2_000.0));
    bed.readings.set("exports-oldest", Some(300.0));
    let Err(Refusal::Guard { read, because, .. }) = scaled(&bed) else {
        panic!("2000 is no backlog");
    };
    assert_eq!(
        told(&read),
        "exports depth 2000, wants > 2000; or exports oldest 300 s, wants > 300 s; or export P95 5.8 s, wants > 600 s"
    );
    assert!(because.is_some());
    // What is in force can't be read: no rung is next to another.
    bed.backlog();
    bed.before.clear();
    assert!(matches!(
        scaled(&bed),
        Err(Refusal::BadValue {
            why: ValueFault::NowUnknown,
            ..
        })
    ));
}

// row: G9
#[test]
fn workers_are_given_back_after_three_good_windows() {
    let mut bed = Bed::new();
    bed.before(&[("replicas", int(48))]);
    for (id, value) in [
        ("exports-depth", 12.0),
        ("exports-oldest", 3.0),
        ("export-p95", 3.1),
        ("export-failures", 0.001),
    ] {
        bed.readings.set(id, Some(value));
    }
    let shrink = |bed: &Bed| bed.plan("shrink-export-workers", &[("replicas", int(36))]);
    assert!(shrink(&bed).is_ok());
    // 14:32: the three windows end at 14:20, 14:25 and 14:30; the grid is a minute.
    let mut late = vec![Some(12.0); 13];
    late[0] = Some(800.0);
    bed.readings.tail("exports-depth", &late);
    assert!(matches!(shrink(&bed), Err(Refusal::Guard { .. })));
    bed.readings.set("exports-depth", None);
    assert!(matches!(shrink(&bed), Err(Refusal::GuardUnknown { .. })));
}

// row: C5
#[test]
fn the_canary_goes_step_by_step() {
    let mut bed = Bed::new();
    bed.readings.set("free-p95", Some(2.0));
    bed.readings.set("export-p95", Some(3.0));
    bed.readings.set("synthetic-p95", Some(1.7));
    bed.readings.set("sub-success", Some(0.998));
    for (gate, tick) in [
        ("REL-B0", "replays"),
        ("REL-B0", "drills"),
        ("REL-B0", "rollback-drill"),
        ("REL-B3", "deletes"),
    ] {
        bed.tick(gate, tick, true);
    }
    let cases = [
        (("REL-B1", 1.0), ("REL-B2", 5.0), true),
        (("REL-B0", 0.5), ("REL-B1", 1.0), true),
        (("REL-B3", 15.0), ("REL-B4", 50.0), true),
        (("REL-B2", 5.0), ("REL-B4", 50.0), false),
        (("REL-B1", 1.0), ("REL-B2", 15.0), false),
        (("REL-B1", 1.0), ("REL-B1", 1.0), false),
        (("REL-B3", 15.0), ("REL-B2", 5.0), false),
        (("REL-B0", 0.5), ("REL-B2", 5.0), false),
        (("REL-B1", 1.0), ("REL-B3", 15.0), false),
    ];
    for ((from, was), (to, weight), allowed) in cases {
        bed.before(&[
            ("stage.batch", text(from)),
            ("stage.weight", Value::Float(was)),
        ]);
        let plan = bed.plan(
            "promote",
            &[("batch", text(to)), ("weight", Value::Float(weight))],
        );
        assert_eq!(plan.is_ok(), allowed, "{from} to {to} {weight}: {plan:?}");
        let Ok(plan) = plan else { continue };
        assert_eq!(
            argv(&plan.steps[0])[1..],
            [
                "stage",
                "promote",
                "--env",
                "prod",
                "--batch",
                to,
                "--weight",
                &weight.to_string()
            ]
        );
    }
}

// row: G9, C5
#[test]
fn a_gate_without_data_or_a_red_light_stops_the_canary() {
    let mut bed = Bed::new();
    bed.readings.set("sub-success", Some(0.998));
    bed.before(&[
        ("stage.batch", text("REL-B1")),
        ("stage.weight", Value::Float(1.0)),
    ]);
    let promote = |bed: &Bed| {
        bed.plan(
            "promote",
            &[("batch", text("REL-B2")), ("weight", Value::Float(5.0))],
        )
    };
    assert!(promote(&bed).is_ok());
    bed.readings.set("sub-success", None);
    let unknown = promote(&bed);
    assert!(
        matches!(&unknown, Err(Refusal::GuardUnknown { missing, .. }) if called(missing) == ["REL-B1"]),
        "{unknown:?}"
    );
    bed.readings.set("sub-success", Some(0.998));
    bed.readings.set("cost-burn", Some(0.81));
    assert!(matches!(promote(&bed), Err(Refusal::Guard { .. })));
    bed.readings.set("cost-burn", Some(0.5));
    bed.readings.set("lookup-p95", Some(2.6));
    assert!(matches!(promote(&bed), Err(Refusal::Guard { .. })));
    bed.readings.set("lookup-p95", Some(1.8));
    bed.done.insert("glancy/rollback".into(), true);
    assert!(matches!(promote(&bed), Err(Refusal::Guard { .. })));
    bed.done.clear();
    assert!(matches!(promote(&bed), Err(Refusal::GuardUnknown { .. })));
}

#[test]
fn what_nobody_ticked_keeps_the_canary_where_it_is() {
    let mut bed = Bed::new();
    bed.before(&[
        ("stage.batch", text("REL-B2")),
        ("stage.weight", Value::Float(5.0)),
    ]);
    let promote = |bed: &Bed| {
        let batch = ("batch", text("REL-B3"));
        bed.plan("promote", &[batch, ("weight", Value::Float(15.0))])
    };
    bed.tick("REL-B2", "pairs", true);
    bed.tick("REL-B2", "quota", true);
    assert!(matches!(promote(&bed), Err(Refusal::GuardUnknown { .. })));
    bed.tick("REL-B2", "exports", true);
    assert!(promote(&bed).is_ok());
    bed.tick("REL-B2", "quota", false);
    assert!(matches!(promote(&bed), Err(Refusal::Guard { .. })));
}

// row: C7
#[test]
fn every_call_names_its_environment() {
    let bed = Bed::new();
    let mut calls = 0;
    for item in bed.catalogue.items() {
        let reads = item.spec.reads.iter().map(|(_, step)| step);
        let undo = item.spec.undo_steps().unwrap_or_default();
        for step in item.spec.run.iter().chain(reads).chain(undo) {
            let StepKind::Command { argv, .. } = &step.kind else {
                continue;
            };
            let program = argv[0].whole().unwrap();
            if program.ends_with("configctl") || program.ends_with("releasectl") {
                let env = Template::plain("--env");
                assert!(argv.contains(&env), "{}: {argv:?}", item.spec.id);
                calls += 1;
            }
        }
    }
    assert!(calls > 40, "{calls}");
}

// row: C4
#[test]
fn the_unit_stays_while_weight_is_on_it_or_a_feature_is_on() {
    let mut bed = Bed::new();
    let stop = |bed: &Bed| bed.plan("backend-stop", &[]);
    for (here, regenerate, exports, named) in [
        (50, "false", "false", "stage.here before 50, wants = 0"),
        (
            0,
            "true",
            "false",
            "regenerate.value before true, wants = false",
        ),
        (
            0,
            "false",
            "true",
            "exports.value before true, wants = false",
        ),
    ] {
        bed.before(&[
            ("stage.here", int(here)),
            ("regenerate.value", text(regenerate)),
            ("exports.value", text(exports)),
        ]);
        let Err(Refusal::Guard { read, .. }) = stop(&bed) else {
            panic!("{named}");
        };
        assert_eq!(told(&read), named);
    }
    bed.before(&[("exports.value", text("false"))]);
    assert!(stop(&bed).is_ok());
    bed.before.remove("stage.here");
    assert!(matches!(stop(&bed), Err(Refusal::GuardUnknown { .. })));
}

// row: C7
#[test]
fn a_switch_is_kept_first_and_given_back_as_it_was() {
    let mut bed = Bed::new();
    bed.before(&[("now.value", text("false"))]);
    let plan = bed.plan("force-basic", &[]).unwrap();
    assert_eq!(
        argv(&plan.steps[0])[1..],
        ["snapshot", "create", "--env", "prod"]
    );
    assert_eq!(
        argv(&plan.steps[1])[1..],
        [
            "feature",
            "set",
            "glancy.lookup.force_basic",
            "true",
            "--env",
            "prod"
        ]
    );
    let Undo::Stated { steps, .. } = &plan.undo else {
        panic!("{:?}", plan.undo);
    };
    assert_eq!(
        argv(&steps[0])[1..],
        [
            "feature",
            "set",
            "glancy.lookup.force_basic",
            "false",
            "--env",
            "prod"
        ]
    );
    assert_eq!(plan.target.name(), "glancy.lookup.force_basic");
    bed.before(&[("now.value", text("true"))]);
    assert!(matches!(
        bed.plan("force-basic", &[]),
        Err(Refusal::Guard { .. })
    ));
    // Without the value there was, a temporary change could not be taken back.
    bed.before.clear();
    assert!(bed.plan("force-basic", &[]).is_err());
}

// row: C7, C23
#[test]
fn the_cache_is_set_for_what_asks_for_it() {
    let mut bed = Bed::new();
    bed.before(&[("now.value", text("normal"))]);
    bed.readings.set("concurrency", Some(0.4));
    let set = |bed: &Bed, why: &str| bed.plan("cache-l2-first", &[("why", text(why))]);
    for (id, value, why) in [
        ("cost-burn", 0.8, "cost"),
        ("rate-429", 0.021, "429"),
        ("concurrency", 0.81, "load"),
    ] {
        let mut bed = Bed::new();
        bed.before(&[("now.value", text("normal"))]);
        bed.readings.set("concurrency", Some(0.4));
        bed.readings.set(id, Some(value));
        for asked in ["cost", "429", "load"] {
            let plan = set(&bed, asked);
            assert_eq!(plan.is_ok(), asked == why, "{id} for {asked}: {plan:?}");
        }
    }
    // Where nobody says what for, it is for the cost.
    bed.readings.set("cost-burn", Some(0.8));
    let plan = bed.plan("cache-l2-first", &[]).unwrap();
    assert_eq!(plan.params["why"], text("cost"));
}

// row: C17
#[test]
fn what_is_pushed_waits_and_stands_in_no_queue() {
    let mut bed = Bed::new();
    let push = |bed: &Bed| bed.plan("push-export", &[("id", text("exp-1041"))]);
    for (place, status, allowed) in [
        ("", "pending", true),
        ("(nil)", "pending", true),
        ("0", "pending", false),
        ("", "running", false),
        ("", "done", false),
        ("", "none", false),
    ] {
        bed.before(&[("place", text(place)), ("job.status", text(status))]);
        assert_eq!(push(&bed).is_ok(), allowed, "{place} {status}");
    }
    bed.before.remove("job.status");
    bed.before(&[("place", text(""))]);
    assert!(matches!(push(&bed), Err(Refusal::GuardUnknown { .. })));
}

// row: C18, G9
#[test]
fn a_circuit_is_opened_where_one_is_closed_and_looked_at_before_it_is_given_back() {
    let mut bed = Bed::new();
    let pods = |open: [(&str, i64); 2]| {
        let said = open.map(|(pod, open)| (pod.to_owned(), int(open))).into();
        Value::ByPod(ByPod { said })
    };
    bed.before(&[("circuit.open", pods([("a", 1), ("b", 0)]))]);
    let plan = bed.plan("open-circuit", &[]).unwrap();
    // What is read first is read again as it was left: so the undo knows who changed it meanwhile.
    let (_, read) = &plan.reads[0];
    let mut again = plan.steps.iter().filter(|step| step.save.is_some());
    assert!(again.any(|step| step.kind == read.kind), "{plan:?}");
    bed.before(&[("circuit.open", int(1))]);
    let refused = bed.plan("open-circuit", &[]);
    assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
    bed.before.clear();
    let unknown = bed.plan("open-circuit", &[]);
    assert!(
        matches!(unknown, Err(Refusal::GuardUnknown { .. })),
        "{unknown:?}"
    );
}

// row: C20
#[test]
fn the_permits_move_with_the_replicas() {
    let mut bed = Bed::new();
    for (id, value) in [("concurrency", 0.9), ("queue-wait", 0.2)] {
        bed.readings.set(id, Some(value));
    }
    bed.before(&[("replicas", int(6)), ("permits.value", int(240))]);
    let scale = |bed: &Bed, replicas, permits| {
        bed.plan(
            "scale-lookup-bff",
            &[("replicas", int(replicas)), ("permits", int(permits))],
        )
    };
    assert!(scale(&bed, 9, 360).is_ok());
    assert!(matches!(scale(&bed, 9, 240), Err(Refusal::Guard { .. })));
    assert!(matches!(scale(&bed, 3, 120), Err(Refusal::Guard { .. })));
    bed.readings.set("concurrency", Some(0.7));
    assert!(matches!(scale(&bed, 9, 360), Err(Refusal::Guard { .. })));
}

// row: G2, G3
#[test]
fn what_a_person_types_stays_one_argument() {
    let bed = Bed::new();
    for bad in ["1; drop table export_jobs", "a'b", "$(id)", ""] {
        let refused = bed.draft("push-export", &[("id", text(bad))]);
        assert!(
            matches!(refused, Err(Refusal::BadValue { .. })),
            "{bad}: {refused:?}"
        );
    }
    assert_eq!(
        bed.draft("push-export", &[]),
        Err(Refusal::Unfilled { param: "id".into() })
    );
    assert!(matches!(
        bed.draft("push-export", &[("id", text("a")), ("di", text("b"))]),
        Err(Refusal::BadValue { param, .. }) if param == "di"
    ));
    let draft = bed
        .draft(
            "generic/silence",
            &[
                (
                    "matchers",
                    text("alertname=ExportBacklog, pod=~\"export-.*\""),
                ),
                ("why", text("known; see $(id)")),
            ],
        )
        .unwrap();
    assert_eq!(
        draft.target.name(),
        r#"alertname="ExportBacklog", pod=~"export-.*""#
    );
    let StepKind::Silence {
        seconds,
        comment,
        matchers,
    } = &draft.steps[0].kind
    else {
        panic!("{draft:?}");
    };
    let [name, pod] = &matchers[..] else {
        panic!("two matchers: {matchers:?}");
    };
    assert_eq!((&*name.name, name.is_regex), ("alertname", false));
    assert_eq!((&*pod.name, pod.is_regex), ("pod", true));
    assert_eq!(
        (*seconds, comment.whole().as_deref()),
        (3_600, Some("known; see $(id)"))
    );
}
