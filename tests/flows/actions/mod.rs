//! Acting: from the palette to the form, the prompt and the run; what is asked is answered by hand.

mod earlier;
mod ground;
mod journal;
mod output;
mod palette;
mod prompt;
mod runs;
mod second;
mod switches;

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
    },
    domain::{
        action::{
            fact::{Fact, FactName},
            preflight::{Blast, Change, Draft, Preflight, Quota},
            record::{ActorMark, Entry, Intent, Outcome, Run, RunState, StepLine},
            refusal::Refusal,
            step::StepKind,
            target::Target,
            value::Value,
            verdict::{Said, StepEnd, Verdict},
        },
        identity::{Identity, Who},
        observation::Observation,
        question::RequestId,
    },
};

use super::{Face, Flow, Scene, each_face, harness::now, snapshot};

/// A watch in trouble on which li may act.
pub fn acting(face: Face) -> Flow {
    acting_as(face, "li")
}

/// The same for somebody else.
pub fn acting_as(face: Face, name: &str) -> Flow {
    let mut flow = Flow::on(Scene::Trouble, face);
    flow.model.desk.demo = None;
    flow.observe(vec![who(name)]);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    flow
}

pub fn who(name: &str) -> Observation {
    Observation::Identity(Identity {
        who: Some(Who {
            name: name.to_owned(),
            uid: None,
            groups: Vec::new(),
        }),
        cluster: Some("5e1f".into()),
    })
}

/// Keys as a person presses them, one after the other.
pub fn presses(flow: &mut Flow, keys: &str) {
    let mut rest = keys.trim();
    while !rest.is_empty() {
        flow.wait(Duration::from_millis(120));
        if let Some(text) = rest.strip_prefix('\'') {
            let (text, after) = text.split_once('\'').expect("a quote that ends");
            for c in text.chars() {
                flow.wait(Duration::from_millis(120));
                flow.keys(&format!("'{c}'"));
            }
            rest = after.trim_start();
        } else {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            flow.keys(word);
            rest = after.trim_start();
        }
    }
}

/// The prompt is drawn, and a person has had the time to look at it.
pub fn looks(flow: &mut Flow) {
    flow.event(Event::Drawn);
    flow.wait(Duration::from_millis(500));
}

fn last<T>(flow: &Flow, find: impl Fn(&Act) -> Option<T>) -> T {
    let mut acts = flow.effects.iter().rev();
    acts.find_map(|effect| match effect {
        Effect::Act(act) => find(act),
        _ => None,
    })
    .unwrap_or_else(|| panic!("not asked: {:?}", flow.effects))
}

pub fn preflight_asked(flow: &Flow) -> (RequestId, Draft) {
    last(flow, |act| match act {
        Act::Preflight { request, draft } => Some((*request, (**draft).clone())),
        _ => None,
    })
}

pub fn recheck_asked(flow: &Flow) -> (RequestId, Vec<Fact>) {
    last(flow, |act| match act {
        Act::Recheck { request, plan } => Some((*request, plan.facts.clone())),
        _ => None,
    })
}

pub fn launch_asked(flow: &Flow) -> (RequestId, Intent) {
    last(flow, |act| match act {
        Act::Launch { request, intent } => Some((*request, (**intent).clone())),
        _ => None,
    })
}

/// What was recorded as refused, the newest first.
pub fn refused(flow: &Flow) -> Vec<Refusal> {
    let acts = flow.effects.iter().rev();
    acts.filter_map(|effect| match effect {
        Effect::Act(Act::Record { entry, .. }) => match &**entry {
            Entry::Refused { refusal, .. } => Some(refusal.clone()),
            _ => None,
        },
        _ => None,
    })
    .collect()
}

/// What the cluster says of the draft: the replicas stand at `now`.
pub fn found(draft: &Draft, now: i64) -> Preflight {
    let target = draft.target.clone();
    let field = |value: Value| {
        let name = FactName::Field("/spec/replicas".to_owned());
        Fact::new(target.clone(), name, value)
    };
    let to = draft.steps.iter().find_map(|step| match step.kind {
        StepKind::Scale { replicas, .. } => Some(replicas),
        _ => None,
    });
    let uid = Fact::new(target.clone(), FactName::Uid, Value::text("u-1"));
    let mut back = draft.steps.clone();
    for step in &mut back {
        if let StepKind::Scale { replicas, .. } = &mut step.kind {
            *replicas = now;
        }
    }
    Preflight {
        facts: vec![uid, field(Value::Int(now))],
        before: [("replicas".to_owned(), Value::Int(now))].into(),
        changes: to
            .map(|to| Change {
                of: target.clone(),
                field: "spec.replicas".to_owned(),
                from: Some(now.to_string()),
                to: Some(to.to_string()),
            })
            .into_iter()
            .collect(),
        blast: Blast {
            pods_more: to.map_or(0, |to| to - now),
            ready: u32::try_from(now - 2).ok(),
            desired: u32::try_from(now).ok(),
            quotas: vec![Quota {
                name: "compute".to_owned(),
                resource: "limits.memory".to_owned(),
                before: 60,
                after: 84,
            }],
            ..Blast::default()
        },
        undo: back,
        ..Preflight::default()
    }
}

/// Answers the newest preflight.
pub fn preflights(flow: &mut Flow, now: i64) {
    let (request, draft) = preflight_asked(flow);
    let answer = Box::new(Ok(found(&draft, now)));
    flow.event(Event::Acted(Acted::Preflighted { request, answer }));
}

/// Answers the newest reading of facts: all is as the plan has it, but for the replicas.
pub fn rechecks(flow: &mut Flow, replicas: i64, by: Option<&str>) {
    let (request, mut facts) = recheck_asked(flow);
    for fact in &mut facts {
        if let FactName::Field(_) = fact.name {
            fact.value = Value::Int(replicas);
            fact.by = by.map(str::to_owned);
        }
    }
    let answer = Ok(facts);
    flow.event(Event::Acted(Acted::Rechecked { request, answer }));
}

/// The ledger has the run that was launched.
pub fn launched(flow: &mut Flow, id: &str) -> Run {
    let (request, intent) = launch_asked(flow);
    let run = run(id, intent);
    flow.event(Event::Acted(Acted::Launched {
        request,
        answer: Ok(id.into()),
    }));
    tell(flow, &run);
    run
}

pub fn run(id: &str, intent: Intent) -> Run {
    Run {
        id: id.into(),
        actor: ActorMark {
            principal: Some("li".to_owned()),
            uid: 1000,
            host: "bastion-1".to_owned(),
            ..ActorMark::default()
        },
        steps: vec![StepLine::default(); intent.plan.steps.len()],
        intent,
        asked_at: now(),
        state: RunState::Running { step: 0 },
        ended_at: None,
        owner: None,
        beat_at: Some(now()),
        cancel_asked: false,
        acknowledged: false,
    }
}

/// The ledger tells of runs, the newest first.
pub fn tell(flow: &mut Flow, run: &Run) {
    let mut runs = flow.model.acts.runs.clone();
    runs.retain(|known| known.id != run.id);
    runs.insert(0, Arc::new(run.clone()));
    flow.event(Event::Acted(Acted::Runs(runs)));
}

/// The run came to this end a while after it began.
pub fn ended(run: &Run, verdict: Verdict) -> Run {
    let at = |seconds: i64| now() + jiff::SignedDuration::from_secs(seconds);
    let mut run = run.clone();
    for step in &mut run.steps {
        step.started_at = Some(at(1));
        step.ended_at = Some(at(3));
        step.end = Some(StepEnd::Done {
            said: vec![Said {
                name: "replicas".to_owned(),
                of: None,
                value: Value::Int(24),
            }],
            saved: std::collections::BTreeMap::new(),
        });
    }
    run.state = RunState::Ended(Outcome {
        verdict,
        why: None,
        snapshot: std::collections::BTreeMap::new(),
        done: (0..run.steps.len()).collect(),
    });
    run.ended_at = Some(at(200));
    run
}

/// The prompt of scaling the export workers from 6 to 24.
pub fn scaling(face: Face) -> Flow {
    let mut flow = acting(face);
    presses(&mut flow, ": 'scale export' enter '24' enter");
    preflights(&mut flow, 6);
    flow
}

pub fn export_worker() -> Target {
    Target::object(
        &quarterdeck::domain::object::ObjectKey::of_workload(&super::watch::workload(
            "export-worker",
        ))
        .expect("a workload that is watched"),
    )
}
