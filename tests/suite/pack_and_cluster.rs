//! The embedded cluster answers everything that the embedded pack asks, and the pack knows every alert it raises.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    actions::{
        catalogue::{Catalogue, Item},
        draft::{Site, draft, reading},
    },
    domain::{
        action::{
            preflight::Draft,
            refusal::Refusal,
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
            scenario::{Model, compile, list, load, of_pack},
        },
    },
    sources::kubernetes::{Connection, KubeOptions, Timeouts, Wallet},
};

/// Each scenario with the pack whose story it tells.
fn models() -> impl Iterator<Item = (&'static str, Pack, Model)> {
    list().iter().map(|scenario| {
        let model = load(scenario.name).and_then(compile);
        (
            scenario.name,
            embedded(scenario.pack),
            model.expect("a scenario that comes with the program can be played"),
        )
    })
}

fn embedded(id: &str) -> Pack {
    Pack::embedded(id)
        .expect("it comes with the program")
        .expect("it is valid")
}

#[test]
fn every_embedded_pack_has_a_scenario_of_its_own() {
    for id in Pack::embedded_ids() {
        let own = of_pack(id).unwrap_or_else(|| panic!("{id} has no scenario"));
        assert_eq!(own.pack, id);
    }
    assert_eq!(
        of_pack("glancy").map(|own| own.name),
        Some("export-backlog")
    );
    assert_eq!(of_pack("somebody-else"), None);
}

#[test]
fn every_query_of_the_pack_has_an_answer() {
    for (scenario, pack, model) in models() {
        let list = pack.watchlist();
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

/// No gauge, hook, queue or objective is left without a number, but those whose exporter the story itself takes down.
#[tokio::test]
async fn every_number_of_the_pack_is_there() {
    for scenario in list() {
        let sim = started(scenario.name).await;
        let pack = embedded(scenario.pack);
        let watched = pack.watchlist();
        let probes = watched.probes.iter().map(|probe| &probe.id);
        let (world, now) = sim.world.present();
        let at = world.relative(now);
        for id in probes {
            let answer = resolve(world.model(), id.as_str()).expect("it has an answer");
            let silent = answer.source.is_some_and(|up| world.slot(up) <= 0.0);
            let number = world.read(&answer, at).filter(|number| number.is_finite());
            assert!(
                number.is_some() || silent,
                "{}: {id} has no data",
                scenario.name
            );
        }
    }
}

#[test]
fn every_alert_of_the_cluster_has_a_severity_and_a_clock() {
    for (scenario, pack, model) in models() {
        assert!(!model.alerts.is_empty());
        for alert in &model.alerts {
            let spec = pack.alert_spec(&alert.name);
            let spec = spec.unwrap_or_else(|| panic!("{scenario}: nobody knows {}", alert.name));
            let mut labels = alert.labels.clone();
            labels.insert("alertname".to_owned(), alert.name.clone());
            let respond = spec.respond.or_else(|| pack.respond_within(&labels));
            let severity = || pack.severity(spec.severity).and_then(|it| it.respond);
            let respond = respond.or_else(severity);
            assert!(respond.is_some(), "{scenario}: {}", alert.name);
        }
    }
}

pub async fn started(scenario: &str) -> SimHandle {
    let options = SimOptions {
        scenario: scenario.to_owned(),
        ..SimOptions::default()
    };
    Sim::start(options).await.expect("it starts")
}

/// The programs of a scenario, each done at once.
pub struct Played(pub SimHandle);

impl SimulatedPrograms for Played {
    fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer> {
        let said = self.0.program(words, act)?;
        Some(SimulatedAnswer {
            out: said.out,
            err: said.err,
            follow: said.follow,
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
        ParamKind::List(_) => Value::List(vec![Value::text("exp-1")]),
        ParamKind::Revision => Value::Int(1),
        kind => {
            let fits = EXAMPLES.iter().find_map(|text| kind.read(text).ok());
            fits.unwrap_or_else(|| panic!("{}: {kind:?} has no example", param.name))
        }
    }
}

const EXAMPLES: [&str; 12] = [
    "exp-1",
    "INC-2026-1120-01",
    "20261120_020004",
    "v1.3.2-rollback",
    "cache:user:*",
    "true",
    "203.0.113.7",
    "/srv/lawsker/backups/20261120_020004",
    "/backup/app_20261120.sql",
    "2026-11-20T02:00:00Z",
    "tasks",
    "v1.3.2",
];

fn drafted(item: &Item<'_>, namespace: &str) -> Draft {
    let params: Values = item
        .spec
        .params
        .iter()
        .map(|param| (param.name.clone(), example(param)))
        .collect();
    let site = Site {
        namespace: Some(namespace),
        env: item.pack.environment(),
    };
    draft(item, None, &params, site).unwrap_or_else(|why| panic!("{}: {why:?}", item.spec.id))
}

async fn hands(sim: &SimHandle, folder: &std::path::Path) -> (Simulated, KubernetesExecutor) {
    sim.write_serve_dir(folder).await.expect("its folder");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let options = KubeOptions {
        absent: false,
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

/// Who answers a step in a demo; the rest is for the API server, Alertmanager or a person.
fn who<'a>(
    step: &Planned,
    (beside, pods): &'a (Simulated, KubernetesExecutor),
) -> Option<&'a dyn Executor> {
    match step.kind {
        StepKind::Command { .. }
        | StepKind::Sql { .. }
        | StepKind::Redis { .. }
        | StepKind::Systemd { .. }
        | StepKind::Compose { .. }
        | StepKind::InCompose { .. }
        | StepKind::Tcp { .. }
        | StepKind::Inspect(_)
        | StepKind::Http { .. } => Some(beside),
        StepKind::Exec { .. }
        | StepKind::Logs { .. }
        | StepKind::Object { .. }
        | StepKind::View { .. }
        | StepKind::Env { .. } => Some(pods),
        _ => None,
    }
}

/// What went wrong, unless the story itself has it so: something of it is down, and says so.
fn unanswered<T>(asked: Result<T, Refusal>) -> Option<Refusal> {
    asked
        .err()
        .filter(|why| !matches!(why, Refusal::Unreadable { why, .. } if !why.contains("executable file not found")))
}

#[tokio::test]
async fn every_step_and_every_reading_of_its_actions_is_answered() {
    for scenario in list() {
        let pack = Arc::new(embedded(scenario.pack));
        let catalogue = Catalogue::new(pack, Arc::new(Pack::generic()), &Policy::default());
        let sim = started(scenario.name).await;
        let folder = tempfile::tempdir().expect("a folder");
        let hands = hands(&sim, folder.path()).await;
        let mut asked = 0;
        let mut missing = Vec::new();
        for item in catalogue.items().filter(|item| !item.pack.is_generic()) {
            let envs = &item.spec.envs;
            let here = item.pack.environment().map(|env| env.id.clone());
            if !envs.is_empty() && here.is_none_or(|here| !envs.contains(&here)) {
                continue;
            }
            let draft = drafted(&item, &sim.namespace);
            for step in &draft.steps {
                if let Some(executor) = who(step, &hands) {
                    let looked = executor.look(step, &draft).await;
                    missing.extend(unanswered(looked).map(|why| (item.spec.id.clone(), why)));
                    asked += 1;
                }
            }
            for (_, step) in &draft.reads {
                let executor = who(step, &hands).expect("what is read is no deed");
                let read = executor.read(step).await;
                missing.extend(unanswered(read).map(|why| (item.spec.id.clone(), why)));
                asked += 1;
            }
        }
        assert!(missing.is_empty(), "{}: {missing:#?}", scenario.name);
        assert!(asked > 2, "{}: {asked}", scenario.name);
        sim.shutdown().await;
    }
}

#[tokio::test]
async fn every_reading_of_its_checks_is_answered() {
    for scenario in list() {
        let pack = embedded(scenario.pack);
        let sim = started(scenario.name).await;
        let folder = tempfile::tempdir().expect("a folder");
        let hands = hands(&sim, folder.path()).await;
        let mut missing = Vec::new();
        for check in pack.checks() {
            let site = Site {
                namespace: Some(&sim.namespace),
                env: pack.environment(),
            };
            let Ok(draft) = reading(check, &pack.id, site) else {
                panic!("{}: {} leaves something to fill", scenario.name, check.id);
            };
            for (name, step) in &draft.reads {
                let executor = who(step, &hands).expect("what is read is no deed");
                let read = executor.read(step).await;
                missing.extend(unanswered(read).map(|why| (check.id.clone(), name.clone(), why)));
            }
        }
        assert!(missing.is_empty(), "{}: {missing:#?}", scenario.name);
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
        again: None,
        batch: None,
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
