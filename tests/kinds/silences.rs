//! Silences on an Alertmanager and its peer.

use quarterdeck::{
    actions::undo,
    domain::action::{
        fact::drift,
        plan::Undo,
        preflight::{Preflight, Warning},
        record::{ActorMark, Intent, Outcome, Run, RunState, StepLine},
        refusal::Refusal,
        step::{Matcher, Planned, StepKind, Template},
        value::{Value, Values},
        verdict::{StepEnd, Verdict},
    },
    runtime::executors::{Executor, Silences},
    sources::http::HttpEndpoint,
};
use serde_json::json;

use super::{clock, done, look, plan_of, planned, run};
use crate::contract::alertmanager::Alertmanager;

/// An Alertmanager as the executor reaches it.
pub fn silences(of: &Alertmanager, folder: &std::path::Path, ca_pem: Option<&str>) -> Silences {
    let token = of.token.as_ref().map(|token| {
        let path = folder.join("token");
        std::fs::write(&path, token).unwrap();
        path
    });
    let authority = ca_pem.map(|pem| {
        let path = folder.join("ca.crt");
        std::fs::write(&path, pem).unwrap();
        path
    });
    let urls = [Some(&of.url), of.peer.as_ref()];
    let endpoints = urls.into_iter().flatten().map(|url| HttpEndpoint {
        ca_file: authority.clone(),
        auth: token.clone().map_or_else(
            Default::default,
            quarterdeck::sources::http::Auth::BearerFile,
        ),
        ..HttpEndpoint::new(url)
    });
    Silences::new(endpoints.collect(), clock())
}

fn silence(what: &str) -> Planned {
    planned(StepKind::Silence {
        matchers: vec![Matcher {
            name: "what".to_owned(),
            value: Template::plain(what),
            is_regex: false,
            is_equal: true,
        }],
        seconds: 600,
        comment: Template::plain("of the kinds"),
    })
}

fn expire(id: &str) -> Planned {
    planned(StepKind::ExpireSilence {
        id: Template::plain(id),
    })
}

fn saved_id(end: &StepEnd) -> String {
    match end {
        StepEnd::Done { saved, said } => {
            assert!(
                said.iter().all(|one| one.name != "missing"),
                "every peer has it: {said:?}"
            );
            saved["id"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

/// The run that made a silence, as the ledger keeps it.
fn over(step: &Planned, preflight: Preflight, end: StepEnd) -> Run {
    let mut plan = plan_of(step.clone());
    plan.undo = Undo::FromBefore(preflight.undo.clone());
    let line = StepLine {
        end: Some(end),
        ..StepLine::default()
    };
    let now = quarterdeck::sim::clock::SimClock::wall();
    Run {
        id: "0198-s".into(),
        actor: ActorMark::default(),
        steps: vec![line],
        intent: Intent {
            digest: plan.digest(),
            plan,
            preflight,
            snapshot: Values::new(),
            desk_args: Vec::new(),
            undo_of: None,
        },
        asked_at: now,
        state: RunState::Ended(Outcome {
            verdict: Verdict::Verified,
            why: None,
            snapshot: Values::new(),
            done: vec![0],
        }),
        ended_at: Some(now),
        owner: None,
        beat_at: None,
        cancel_asked: false,
        acknowledged: false,
    }
}

/// It covers what it says, is seen everywhere, is not made twice, and ends by its undo.
pub async fn a_silence_lives_and_ends(of: &Alertmanager, silences: &Silences) {
    let what = format!(
        "kinds-{}",
        quarterdeck::sim::clock::SimClock::wall().as_nanosecond()
    );
    let alert = json!([{"labels": {"alertname": "Kinds", "what": what}}]);
    let token = of.token.clone().unwrap_or_default();
    let posted = of
        .client
        .post(format!("{}/api/v2/alerts", of.url))
        .bearer_auth(&token)
        .json(&alert);
    assert!(posted.send().await.unwrap().status().is_success());

    let step = silence(&what);
    let looked = look(silences, &step).await.unwrap();
    assert_eq!(looked.count.as_ref().unwrap().number, 1, "{looked:?}");
    assert!(looked.changes[0].field.starts_with("Kinds "), "{looked:?}");
    let mut late = plan_of(step.clone());
    late.facts.clone_from(&looked.facts);

    let (end, _) = done(silences, step.clone()).await;
    let id = saved_id(&end);
    let over = over(&step, looked, end);

    // Another that was planned before it finds that it is there.
    let now = silences.facts(&step, &late).await.unwrap();
    assert!(drift(&late.facts, &now).is_some());
    assert!(matches!(
        run(silences, &late).await.0,
        StepEnd::Failed { .. }
    ));
    let looked = look(silences, &step).await.unwrap();
    assert!(
        matches!(&looked.warnings[0], Warning::Server { text } if text.contains(&id)),
        "{looked:?}"
    );
    let suppressed = async {
        while look(silences, &step).await.unwrap().changes[0]
            .from
            .as_deref()
            != Some("suppressed")
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), suppressed)
        .await
        .expect("it hides the alert");

    // What takes the run back names the silence that its step made.
    let draft = undo::draft(&over).unwrap().unwrap();
    assert_eq!(draft.steps[0].kind, expire(&id).kind);
    let found = look(silences, &draft.steps[0]).await.unwrap();
    let by = (over.intent.plan.desk.clone(), "li".to_owned());
    let back = undo::plan(&over, &draft, &found, by).unwrap();
    let (end, _) = run(silences, &back).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::text(&id)),
        "{end:?}"
    );
    let refusal = look(silences, &expire(&id)).await.unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound { .. }), "{refusal:?}");
    assert!(look(silences, &step).await.unwrap().warnings.is_empty());
}
