//! The embedded cluster answers everything that the embedded pack asks, and the pack knows every alert it raises.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    actions::{
        catalogue::{Catalogue, Item},
        draft::{Site, draft},
    },
    domain::{
        action::{
            preflight::Draft,
            step::{Planned, StepKind},
            value::{Value, Values},
        },
        policy::Policy,
        time::Clock,
        watchlist::age_id,
    },
    pack::{Pack, ParamKind, ParamSpec},
    runtime::{
        clock::SystemClock,
        executors::{
            Executor, Simulated, SimulatedAnswer, SimulatedPrograms, kubernetes::KubernetesExecutor,
        },
    },
    sim::{
        start::{Sim, SimHandle, SimOptions},
        world::{
            resolve,
            scenario::{Model, compile, list, load},
        },
    },
    sources::kubernetes::{Connection, KubeOptions, Timeouts, Wallet},
};

fn models() -> impl Iterator<Item = (&'static str, Model)> {
    list().iter().map(|scenario| {
        let model = load(scenario.name).and_then(compile);
        (
            scenario.name,
            model.expect("a scenario that comes with the program can be played"),
        )
    })
}

fn glancy() -> Pack {
    Pack::embedded("glancy")
        .expect("glancy comes with the program")
        .expect("it is valid")
}

#[test]
fn every_query_of_the_pack_has_an_answer() {
    let pack = glancy();
    let list = pack.watchlist();
    for (scenario, model) in models() {
        for probe in &list.probes {
            assert!(
                resolve(&model, probe.id.as_str()).is_ok(),
                "{scenario}: {}",
                probe.id
            );
            let age = age_id(&probe.id);
            assert!(resolve(&model, age.as_str()).is_ok(), "{scenario}: {age}");
        }
        for series in &list.series {
            assert!(
                resolve(&model, series.id.as_str()).is_ok(),
                "{scenario}: {}",
                series.id
            );
        }
    }
}

#[test]
fn every_alert_of_the_cluster_has_a_severity_and_a_clock() {
    let pack = glancy();
    for (scenario, model) in models() {
        assert!(!model.alerts.is_empty());
        for alert in &model.alerts {
            let spec = pack.alert_spec(&alert.name);
            let spec = spec.unwrap_or_else(|| panic!("{scenario}: nobody knows {}", alert.name));
            assert!(spec.respond.is_some(), "{scenario}: {}", alert.name);
        }
    }
}

struct Played(SimHandle);

impl SimulatedPrograms for Played {
    fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer> {
        let said = self.0.program(words, act)?;
        Some(SimulatedAnswer {
            out: said.out,
            err: said.err,
            code: said.code,
            takes: Duration::ZERO,
        })
    }
}

/// A value a person may give.
fn example(param: &ParamSpec) -> Value {
    if let Some(value) = &param.default {
        return value.clone();
    }
    match &param.kind {
        ParamKind::Int {
            least,
            one_of,
            ladder,
            ..
        } => Value::Int(
            *ladder
                .first()
                .or(one_of.first())
                .or(least.as_ref())
                .unwrap_or(&1),
        ),
        ParamKind::Float { least, .. } => Value::Float(least.unwrap_or(1.0)),
        ParamKind::Enum(names) => Value::text(names[0].as_str()),
        kind @ ParamKind::Pattern { .. } => {
            let mut examples = ["exp-1", "INC-2026-1120-01"].into_iter();
            let fits = examples.find_map(|text| kind.read(text).ok());
            fits.unwrap_or_else(|| panic!("{}: {kind:?} has no example", param.name))
        }
        ParamKind::List(_) => Value::List(vec![Value::text("exp-1")]),
        other => panic!("{}: {other:?} has no example", param.name),
    }
}

fn drafted(item: &Item<'_>) -> Draft {
    let params: Values = item
        .spec
        .params
        .iter()
        .map(|param| (param.name.clone(), example(param)))
        .collect();
    let site = Site {
        namespace: Some("prod"),
        env: item.pack.environment(),
    };
    draft(item, None, &params, site).unwrap_or_else(|why| panic!("{}: {why:?}", item.spec.id))
}

async fn hands(sim: &SimHandle, folder: &std::path::Path) -> (Simulated, KubernetesExecutor) {
    sim.write_serve_dir(folder).await.expect("its folder");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let options = KubeOptions {
        kubeconfig: Some(folder.join("kubeconfig")),
        context: None,
        page: None,
        timeouts: Timeouts::default(),
        wallet: Wallet::default(),
    };
    let connection = Connection::open(&options, Arc::clone(&clock)).await;
    let connection = connection.expect("it is there");
    (
        Simulated::new(Arc::new(Played(sim.clone()))),
        KubernetesExecutor::new(&connection, clock),
    )
}

#[tokio::test]
async fn every_step_and_every_reading_of_its_actions_is_answered() {
    let pack = Arc::new(glancy());
    let catalogue = Catalogue::new(pack, Arc::new(Pack::generic()), &Policy::default());
    for scenario in list() {
        let options = SimOptions {
            scenario: scenario.name.to_owned(),
            ..SimOptions::default()
        };
        let sim = Sim::start(options).await.expect("it starts");
        let folder = tempfile::tempdir().expect("a folder");
        let (simulated, kubernetes) = hands(&sim, folder.path()).await;
        let of = |step: &Planned| -> Option<&dyn Executor> {
            match step.kind {
                StepKind::Command { .. }
                | StepKind::Sql { .. }
                | StepKind::Redis { .. }
                | StepKind::Systemd { .. }
                | StepKind::Compose { .. }
                | StepKind::Http { .. } => Some(&simulated),
                StepKind::Exec { .. } => Some(&kubernetes),
                // The rest is for the API server, Alertmanager or a person.
                _ => None,
            }
        };
        let mut asked = 0;
        for item in catalogue.items().filter(|item| !item.pack.is_generic()) {
            let draft = drafted(&item);
            let at = format!("{}: {}", scenario.name, item.spec.id);
            for step in &draft.steps {
                if let Some(executor) = of(step) {
                    let looked = executor.look(step, &draft).await;
                    assert!(looked.is_ok(), "{at}: {looked:?}");
                    asked += 1;
                }
            }
            for (name, step) in &draft.reads {
                let executor = of(step).expect("what is read is no deed");
                let read = executor.read(step).await;
                assert!(read.is_ok(), "{at}: {name}: {read:?}");
                asked += 1;
            }
        }
        assert!(asked > 60, "{asked}");
        sim.shutdown().await;
    }
}

#[tokio::test]
async fn programs_in_pods_are_those_of_the_scenario_and_move_it() {
    let options = SimOptions {
        speed: 20.0,
        ..SimOptions::default()
    };
    let sim = Sim::start(options).await.expect("it starts");
    let folder = tempfile::tempdir().expect("a folder");
    let (_, kubernetes) = hands(&sim, folder.path()).await;
    let exec = |target: &str, argv: &[&str]| Planned {
        kind: StepKind::Exec {
            target: quarterdeck::pack::parse_object(target).expect("an object"),
            argv: argv
                .iter()
                .map(|word| quarterdeck::domain::action::step::Template::plain(*word))
                .collect(),
            reach: quarterdeck::domain::action::step::Reach::One,
            container: None,
            stdin: None,
        },
        limit: None,
        save: None,
    };
    let permits = exec(
        "deployment/prod/lookup-bff",
        &["printenv", "DOUBAO_PERMITS"],
    );
    let read = kubernetes.read(&permits).await.expect("it is answered");
    assert!(format!("{read:?}").contains("240"), "{read:?}");
    let none = exec("deployment/prod/lookup-bff", &["printenv", "NO_SUCH"]);
    assert!(kubernetes.read(&none).await.is_err());
    let open = exec(
        "deployment/prod/llm-adapter",
        &["circuitctl", "open", "doubao"],
    );
    kubernetes.read(&open).await.expect("it is answered");
    let held = || sim.world.present().0.value("circuit_open") == Some(1.0);
    let felt = async {
        while !held() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let felt = tokio::time::timeout(Duration::from_secs(60), felt).await;
    assert!(felt.is_ok(), "the circuit is felt");
    let elsewhere = exec(
        "deployment/prod/lookup-bff",
        &["circuitctl", "open", "doubao"],
    );
    assert!(
        kubernetes.read(&elsewhere).await.is_err(),
        "it is not there"
    );
    sim.shutdown().await;
}
