//! Programs in pods.

use std::sync::Arc;

use quarterdeck::{
    domain::action::{
        refusal::Refusal,
        step::{Ending, Parse, Planned, Reach, Save, Sign, StepKind, Template},
        value::Value as Known,
        verdict::{Output, StepEnd, Stream},
    },
    runtime::executors::{
        Doing, Executor, Tell,
        kubernetes::{ExecError, KEPT, KubernetesExecutor, exec},
    },
};
use tokio_util::sync::CancellationToken;

use super::stage::{Stage, Who, clock, failed, look, plan, planned, run};

fn program(stage: &Stage, reach: Reach, argv: &[&str], stdin: Option<&str>) -> Planned {
    planned(StepKind::Exec {
        target: stage.target("Deployment", "web"),
        container: None,
        reach,
        argv: argv.iter().map(|it| Template::plain(*it)).collect(),
        stdin: stdin.map(Template::plain),
    })
}

async fn straight(stage: &Stage, who: Who) -> KubernetesExecutor {
    KubernetesExecutor::new(&stage.straight(who).await, clock())
}

async fn ran(stage: &Stage, step: &Planned) -> (StepEnd, Vec<Output>) {
    let executor = straight(stage, Who::Admin).await;
    let found = look(&executor, step).await.unwrap();
    run(&executor, &plan(step, &found.facts)).await
}

fn text(output: &[Output], of: &str, stream: Stream) -> String {
    let here = output
        .iter()
        .filter(|it| it.of.as_deref() == Some(of) && it.stream == stream);
    here.map(|it| it.text.as_str()).collect()
}

// row: G3, G6
pub async fn one_pod_says_which_it_is(stage: &Stage) {
    stage.ready_deployment("web", 2).await;
    stage.ready_deployment("web-2", 1).await;
    let step = program(stage, Reach::One, &["echo", "a b", "$HOME;c"], None);
    let (end, output) = ran(stage, &step).await;
    let StepEnd::Done { said, .. } = end else {
        panic!("{end:?}");
    };
    assert_eq!(said.len(), 1);
    let pod = said[0].of.clone().unwrap();
    assert!(
        pod.starts_with("web-") && !pod.starts_with("web-2-"),
        "{pod}"
    );
    assert_eq!(
        (said[0].name.as_str(), &said[0].value),
        ("rc", &Known::Int(0))
    );
    // No shell has seen it.
    assert_eq!(text(&output, &pod, Stream::Out), "a b $HOME;c\n");
}

// row: G6
pub async fn each_pod_has_its_verdict(stage: &Stage) {
    stage.ready_deployment("web", 3).await;
    let (end, output) = ran(stage, &program(stage, Reach::Each, &["echo", "hi"], None)).await;
    let StepEnd::Done { said, .. } = end else {
        panic!("{end:?}");
    };
    assert_eq!(said.len(), 3);
    for one in said {
        assert_eq!(one.value, Known::Int(0));
        assert_eq!(text(&output, &one.of.unwrap(), Stream::Out), "hi\n");
    }
}

pub async fn it_is_fed_and_what_it_says_is_saved(stage: &Stage) {
    stage.ready_deployment("web", 1).await;
    let mut step = program(
        stage,
        Reach::One,
        &["head", "-n", "2"],
        Some("select 1;\n\u{1b}[31mtwo\n"),
    );
    step.save = Some(Save {
        name: "said".to_owned(),
        parse: Parse::Lines,
    });
    let (end, output) = ran(stage, &step).await;
    let StepEnd::Done { said, saved } = end else {
        panic!("{end:?}");
    };
    let lines = ["select 1;", "two"].map(Known::text).to_vec();
    assert_eq!(saved["lines"], Known::List(lines.clone()));
    let pod = said[0].of.clone().unwrap();
    assert_eq!(text(&output, &pod, Stream::Out), "select 1;\ntwo\n");
    let executor = straight(stage, Who::Admin).await;
    let read = executor.read(&step).await.unwrap();
    assert_eq!(read["lines"], Known::List(lines));
    // The bare program, as others build on it.
    let client = stage.straight(Who::Admin).await.client;
    let argv = ["head", "-c", "100000"].map(str::to_owned);
    let much = vec![b'x'; 100_000];
    let ran = exec(
        &client,
        &stage.space,
        &pod,
        Some("main"),
        &argv,
        Some(much.clone()),
    )
    .await;
    let ran = ran.unwrap();
    assert_eq!((ran.rc, ran.cut, ran.out == much), (Some(0), false, true));
    let none = exec(&client, &stage.space, "web", None, &argv, None).await;
    assert!(matches!(none, Err(ExecError::NotFound(_))), "{none:?}");
}

pub async fn an_exit_code_is_a_failure(stage: &Stage) {
    stage.ready_deployment("web", 1).await;
    let (end, _) = ran(stage, &program(stage, Reach::Each, &["false"], None)).await;
    assert!(failed(&end).contains("exit 1"), "{end:?}");
    let step = program(stage, Reach::One, &["true"], None);
    let executor = straight(stage, Who::Admin).await;
    let mut missing = step.clone();
    if let StepKind::Exec { container, .. } = &mut missing.kind {
        *container = Some("main-".to_owned());
    }
    let refusal = look(&executor, &missing).await.unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound { .. }), "{refusal:?}");
    let refused = executor
        .read(&program(stage, Reach::One, &["false"], None))
        .await;
    assert!(
        matches!(refused, Err(Refusal::Unreadable { .. })),
        "{refused:?}"
    );
}

// row: A20
pub async fn an_exit_code_can_be_an_answer(stage: &Stage) {
    stage.ready_deployment("web", 1).await;
    let ends = |rc: &[i32], up: &[Sign], down: &[Sign]| {
        Some(Save {
            name: "ends".to_owned(),
            parse: Parse::Ending(Box::new(Ending {
                rc: rc.to_vec(),
                up: up.to_vec(),
                down: down.to_vec(),
                ..Ending::default()
            })),
        })
    };
    let executor = straight(stage, Who::Admin).await;
    let proof = || ends(&[], &[Sign::Rc(0)], &[Sign::Rc(1), Sign::Absent]);
    for (program_of, up, rc) in [
        ("true", Some(true), Some(0)),
        ("false", Some(false), Some(1)),
        // It was never there to be asked.
        ("no-such-program", None, None),
    ] {
        let mut step = program(stage, Reach::One, &[program_of], None);
        step.save = proof();
        let read = executor.read(&step).await.unwrap();
        assert_eq!(read.get("up"), up.map(Known::Bool).as_ref(), "{read:?}");
        assert_eq!(read.get("rc"), rc.map(Known::Int).as_ref(), "{read:?}");
        assert!(read.contains_key("why"), "{read:?}");
    }
    // The API server knows no such pod; who may not ask it is told nothing.
    let mut step = program(stage, Reach::One, &["true"], None);
    if let StepKind::Exec { target, .. } = &mut step.kind {
        *target = stage.target("Pod", "web-0");
    }
    step.save = proof();
    let read = executor.read(&step).await.unwrap();
    assert_eq!(read["up"], Known::Bool(false), "{read:?}");
    let nobody = straight(stage, Who::Nobody).await;
    assert!(nobody.read(&step).await.is_err());
    // A code that is no failure ends a step well; any other still fails it.
    for (rc, well) in [(&[0, 1][..], true), (&[0, 2][..], false)] {
        let mut step = program(stage, Reach::One, &["false"], None);
        step.save = ends(rc, &[], &[]);
        let (end, _) = ran(stage, &step).await;
        match &end {
            StepEnd::Done { saved, .. } => assert!(well && saved["rc"] == Known::Int(1)),
            other => assert!(!well, "{other:?}"),
        }
    }
}

// row: G3
pub async fn much_output_is_bounded_and_it_is_stopped(stage: &Stage) {
    stage.ready_deployment("web", 1).await;
    let step = program(stage, Reach::One, &["yes"], None);
    let executor = straight(stage, Who::Admin).await;
    let found = look(&executor, &step).await.unwrap();
    let plan = plan(&step, &found.facts);
    let cancel = CancellationToken::new();
    let told = Arc::new(std::sync::Mutex::new(0));
    let output: Tell = {
        let (cancel, told) = (cancel.clone(), Arc::clone(&told));
        // As soon as anything is heard somebody wants it to stop.
        Arc::new(move |piece: Output| {
            *told.lock().unwrap() += piece.text.len();
            cancel.cancel();
        })
    };
    let doing = Doing {
        run: &"run-1".into(),
        plan: &plan,
        place: 0,
        step: &plan.steps[0],
        output: &output,
        cancel: &cancel,
    };
    let end = executor.run(doing.clone()).await;
    let StepEnd::Cancelled { done: Some(done) } = end else {
        panic!("{end:?}");
    };
    assert!(
        done.contains("it was running when it was stopped"),
        "{done}"
    );
    assert!(*told.lock().unwrap() <= KEPT + 1_000);
    // Stopped before it began nothing was done.
    let end = executor.run(doing).await;
    assert_eq!(end, StepEnd::Cancelled { done: None });
}

// row: G3
pub async fn one_that_takes_too_long_is_unknown(stage: &Stage) {
    stage.ready_deployment("web", 1).await;
    let mut step = program(stage, Reach::One, &["yes"], None);
    step.limit = Some(1);
    let (end, output) = ran(stage, &step).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("still running")),
        "{end:?}"
    );
    let told: usize = output.iter().map(|it| it.text.len()).sum();
    assert!(0 < told && told <= KEPT + 1_000, "{told}");
}

pub async fn who_may_not_is_told(stage: &Stage) {
    stage.ready_deployment("web", 1).await;
    let step = program(stage, Reach::One, &["true"], None);
    let viewer = straight(stage, Who::Viewer).await;
    let refusal = look(&viewer, &step).await.unwrap_err();
    let Refusal::Forbidden { verb, resource, .. } = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!((verb.as_str(), resource.as_str()), ("create", "pods/exec"));
    let executor = straight(stage, Who::Admin).await;
    let found = look(&executor, &step).await.unwrap();
    let (end, _) = run(&viewer, &plan(&step, &found.facts)).await;
    failed(&end);
}
