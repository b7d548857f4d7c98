//! A small scenario.

use std::sync::Mutex;

use super::*;
use crate::runtime::executors::testing::{Bench, Scripts, argv, draft_of, plan_of};

/// Knows one program.
#[derive(Default)]
struct Scenario(Mutex<Vec<String>>);

impl SimulatedPrograms for Scenario {
    fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer> {
        let line = words.join(" ");
        if act {
            self.0.lock().unwrap().push(line.clone());
        }
        let answer = |out: &str, code| SimulatedAnswer {
            out: vec![out.to_owned()],
            err: Vec::new(),
            follow: vec!["DR-05: started".to_owned(), "DR-05: done".to_owned()],
            code,
            takes: Duration::from_millis(10),
        };
        match line.rsplit(' ').next()? {
            "status" => Some(answer("{\"weight\": 50}", 0)),
            "promote" => Some(answer("gate B3 is red", 2)),
            "backup" => Some(SimulatedAnswer {
                takes: Duration::from_secs(60),
                ..answer("begun", 0)
            }),
            "pending" => Some(answer("2413", 0)),
            "glancy-backend" => Some(answer("", 0)),
            _ => None,
        }
    }
}

fn command(words: &[&str]) -> Planned {
    Planned {
        kind: StepKind::Command {
            place: Some("anywhere".to_owned()),
            argv: argv(words),
            stdin: None,
            stdout: None,
            secrets: vec!["any".to_owned()],
            bounded: false,
            follow: None,
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

fn scene() -> (Arc<Scenario>, Simulated) {
    let scenario = Arc::<Scenario>::default();
    (Arc::clone(&scenario), Simulated::new(scenario))
}

#[tokio::test]
async fn the_scenario_answers_and_nothing_else_runs() {
    let (scenario, simulated) = scene();
    let scripts = Scripts::new();
    let tripwire = scripts.program(
        "status",
        &format!("touch {}", scripts.path("touched").display()),
    );
    let step = Planned {
        save: Some(Save {
            name: "stage".to_owned(),
            parse: Parse::Json([("weight".to_owned(), "/weight".to_owned())].into()),
        }),
        ..command(&[&tripwire, "status"])
    };
    let plan = plan_of(step.clone());
    assert!(
        Executor::look(&simulated, &step, &draft_of(&plan))
            .await
            .is_ok()
    );
    assert!(
        scenario.0.lock().unwrap().is_empty(),
        "looking does nothing"
    );
    let values = Executor::read(&simulated, &step).await.unwrap();
    assert_eq!(values["weight"], Value::Int(50));
    let bench = Bench::new(plan);
    let end = Executor::run(&simulated, bench.doing(0)).await;
    assert!(
        matches!(&end, StepEnd::Done { saved, .. } if saved["weight"] == Value::Int(50)),
        "{end:?}"
    );
    assert_eq!(scenario.0.lock().unwrap().len(), 1);
    assert!(!scripts.path("touched").exists());
}

// row: C6
#[tokio::test]
async fn what_a_program_adds_to_its_log_is_told_where_its_step_follows_it() {
    let (_, simulated) = scene();
    let mut step = command(&["status"]);
    let told = async |step: &Planned| {
        let bench = Bench::new(plan_of(step.clone()));
        let end = Executor::run(&simulated, bench.doing(0)).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        let told = bench.told().into_iter();
        told.map(|output| (output.of, output.text))
            .collect::<Vec<_>>()
    };
    let out = (None, "{\"weight\": 50}\n".to_owned());
    assert_eq!(
        told(&step).await,
        std::slice::from_ref(&out),
        "nobody follows it"
    );
    if let StepKind::Command { follow, .. } = &mut step.kind {
        *follow = Some("/var/log/it.log".to_owned());
    }
    let of_log = |line: &str| (Some("/var/log/it.log".to_owned()), format!("{line}\n"));
    let all = [out, of_log("DR-05: started"), of_log("DR-05: done")];
    assert_eq!(told(&step).await, all);
}

#[tokio::test]
async fn what_the_scenario_does_not_know_is_refused() {
    let (_, simulated) = scene();
    let step = command(&["/bin/rm", "-rf", "/"]);
    let plan = plan_of(step.clone());
    let refusal = Executor::look(&simulated, &step, &draft_of(&plan))
        .await
        .unwrap_err();
    assert_eq!(
        refusal,
        Refusal::NotSimulated {
            what: "command /bin/rm -rf /".to_owned()
        }
    );
    let end = Executor::run(&simulated, Bench::new(plan).doing(0)).await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
}

#[tokio::test]
async fn failures_values_and_undos_are_as_the_real_ones() {
    let (scenario, simulated) = scene();
    let bench = Bench::new(plan_of(command(&["promote"])));
    let end = Executor::run(&simulated, bench.doing(0)).await;
    assert_eq!(
        end,
        StepEnd::Failed {
            why: "exit 2: gate B3 is red".to_owned()
        }
    );
    let redis = Planned {
        kind: StepKind::Redis {
            connection: "export-queue".to_owned(),
            argv: argv(&["LLEN", "pending"]),
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    let values = Executor::read(&simulated, &redis).await.unwrap();
    assert_eq!(values["value"], Value::Int(2413));
    let unit = |verb| Planned {
        kind: StepKind::Systemd {
            place: None,
            verb,
            unit: Template::plain("glancy-backend"),
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    let stop = unit(UnitVerb::Stop);
    let plan = plan_of(stop.clone());
    let looked = Executor::look(&simulated, &stop, &draft_of(&plan))
        .await
        .unwrap();
    assert_eq!(looked.undo, [unit(UnitVerb::Start)]);
    drop(scenario);
}

#[tokio::test]
async fn a_person_stops_it_before_it_has_done_anything() {
    let (scenario, simulated) = scene();
    let bench = Bench::new(plan_of(command(&["backup"])));
    let stop = async { bench.cancel.cancel() };
    let (end, ()) = futures::join!(Executor::run(&simulated, bench.doing(0)), stop);
    assert!(
        matches!(end, StepEnd::Cancelled { done: Some(_) }),
        "{end:?}"
    );
    assert!(scenario.0.lock().unwrap().is_empty());
}
