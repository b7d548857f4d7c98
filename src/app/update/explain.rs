//! Explains the pod that is open: asks when a screen about it opens, again when it changes, and stops with the screen.

use std::time::Duration;

use jiff::SignedDuration;

use crate::{
    app::{
        effect::{ChartQuestion, Effect, Effects},
        explaining::{Explaining, sickest, stood},
        model::Model,
        overlay::{ExplainScreen, Overlay},
    },
    domain::{
        explain::{Evidence, Part},
        freshness::{SourceId, Trouble},
        pod_detail::{ContainerDetail, ContainerState, PodKey},
        question::{Answer, Answered, Question, RequestId},
        series::Series,
        time::floor_to,
    },
};

use super::command::opened;

/// A pod that goes on changing is not asked about more often.
const AGAIN: Duration = Duration::from_secs(5);
/// Metrics, events and logs move without the row.
const EVERY: Duration = Duration::from_secs(30);
/// How far back memory is looked at, and how finely.
const SPAN: SignedDuration = SignedDuration::from_secs(3_600);
const STEP: Duration = Duration::from_secs(15);

pub(super) fn open(model: &mut Model) -> Effects {
    let Ok((subject, key)) = sickest(model) else {
        return Effects::none();
    };
    let screen = ExplainScreen {
        subject,
        key,
        scroll: 0,
    };
    opened(model, Overlay::Explain(Box::new(screen)))
}

/// The pod that the innermost screen about a pod is about.
fn wanted(model: &Model) -> Option<&PodKey> {
    let mut overlays = model.view.overlays.iter().rev();
    overlays.find_map(|overlay| match overlay {
        Overlay::Pod(screen) => Some(&screen.key),
        Overlay::Explain(screen) => Some(&screen.key),
        _ => None,
    })
}

/// Asks for what the open screens want and drops what none of them wants any more.
pub(super) fn settle(model: &mut Model) -> Effects {
    let Some(key) = wanted(model).cloned() else {
        return match model.view.explaining.take() {
            Some(old) => Effects::one(Effect::Drop(old.request)),
            None => Effects::none(),
        };
    };
    let row = model.cluster.pods.get(&key.uid).map(stood);
    let now = model.now.mono;
    if let Some(known) = &model.view.explaining
        && known.key.uid == key.uid
    {
        let waited = now.saturating_sub(known.asked);
        let moved = row.is_some() && known.stood != row && waited >= AGAIN;
        // A pod that is gone can't be asked about; what it was stays.
        let old = row.is_some() && known.answer.is_some() && waited >= EVERY;
        if !moved && !old {
            return Effects::none();
        }
    }
    let old = model.view.explaining.take();
    let request = model.next_request();
    let dropped = old.as_ref().map(|old| Effect::Drop(old.request));
    // What was known of the same pod stays until the new answer comes.
    let same = old.filter(|old| old.key.uid == key.uid);
    let (answer, memory) = same.map_or((None, Part::NotAsked), |old| (old.answer, old.memory));
    model.view.explaining = Some(Box::new(Explaining {
        key: key.clone(),
        request,
        answer,
        memory_request: None,
        memory,
        asked: now,
        stood: row,
    }));
    let question = Question::Explain(key);
    let mut effects = Effects::none();
    effects.list.extend(dropped);
    effects.with(Effect::Ask { request, question })
}

/// Takes an answer, if it is one to this question; asks for the memory of what died of it.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) -> Effects {
    let linked = model.link(SourceId::Prometheus).is_live();
    let now = model.now.wall;
    let known = model.view.explaining.as_mut();
    let Some(known) = known.filter(|known| known.request == request) else {
        return Effects::none();
    };
    let mut evidence = match answer {
        Ok(Answer::Explain(evidence)) => *evidence,
        Ok(_) => return Effects::none(),
        Err(trouble) => {
            // What was read once is kept when the pod can't be read any more.
            if !matches!(known.answer, Some(Ok(_))) {
                known.answer = Some(Err(trouble));
            }
            return Effects::none();
        }
    };
    evidence.pod.detail.read_at = now;
    let container = out_of_memory(&evidence).filter(|_| linked && known.memory_request.is_none());
    let expr = container.map(|container| memory_of(&known.key, &container.name));
    evidence.memory = known.memory.clone();
    known.answer = Some(Ok(evidence));
    let Some(expr) = expr else {
        return Effects::none();
    };
    let key = known.key.clone();
    let request = model.next_request();
    if let Some(known) = model.view.explaining.as_mut() {
        known.memory_request = Some(request);
        if known.memory == Part::NotAsked {
            set_memory(known, Part::Waiting);
        }
    }
    let end = floor_to(now, STEP);
    let id = format!("explain/memory/{}/{}", key.namespace, key.name);
    let question = ChartQuestion {
        request,
        parts: vec![(Some(id.into()), expr)],
        start: end.saturating_sub(SPAN).unwrap_or(end),
        end,
        step_seconds: STEP.as_secs(),
    };
    Effects::one(Effect::ReadChart(question))
}

/// Takes the memory that was asked for. Whether it was.
pub(super) fn measured(
    model: &mut Model,
    request: RequestId,
    answer: &Result<Vec<(String, Series)>, Trouble>,
) -> bool {
    let known = model.view.explaining.as_mut();
    let Some(known) = known.filter(|known| known.memory_request == Some(request)) else {
        return false;
    };
    let part = match answer {
        Ok(series) => series
            .first()
            .map_or(Part::NotAsked, |(_, series)| Part::Known(series.clone())),
        Err(trouble) => Part::Refused(trouble.clone()),
    };
    set_memory(known, part);
    true
}

fn set_memory(known: &mut Explaining, part: Part<Series>) {
    if let Some(Ok(evidence)) = &mut known.answer {
        evidence.memory = part.clone();
    }
    known.memory = part;
}

/// The container that ran out of memory last.
fn out_of_memory(evidence: &Evidence) -> Option<&ContainerDetail> {
    let killed = |state: &ContainerState| matches!(state, ContainerState::Terminated { reason, .. } if reason == "OOMKilled");
    evidence.pod.detail.containers.iter().find(|container| {
        killed(&container.state) || container.last_state.as_ref().is_some_and(killed)
    })
}

/// What cAdvisor tells of a container's memory, as the OOM killer counts it.
fn memory_of(key: &PodKey, container: &str) -> String {
    let (namespace, name) = (&key.namespace, &key.name);
    format!(
        "max(container_memory_working_set_bytes{{namespace=\"{namespace}\",pod=\"{name}\",container=\"{container}\"}})"
    )
}
