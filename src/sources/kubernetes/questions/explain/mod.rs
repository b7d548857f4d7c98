//! The evidence for why a pod is as it is: the pod first, then each part as it comes.

mod facts;

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use k8s_openapi::api::{
    apps::v1::ReplicaSet,
    core::v1::{PersistentVolumeClaim, Pod},
};
use kube::{
    Api, Client,
    api::{ListParams, LogParams},
};

use crate::{
    domain::{
        clean::clean,
        event::EventRow,
        explain::{ClaimFacts, Evidence, LogTail, NodeFacts, NodeState, Part, PodFacts, Rollout},
        freshness::{Trouble, TroubleKind},
        observation::Observation,
        pod::PodUsage,
        pod_detail::{ContainerState, PodDetail, PodKey},
        question::{Answer, RequestId},
    },
    sources::kubernetes::{
        detail,
        events::EventLite,
        interner::Interner,
        lite::Condition,
        nodes::NodeLite,
        run::too_late,
        trouble::{self, trouble},
        usage,
        watch::Watcher,
    },
};

/// Lines of a log that are read, and how much of it at most.
const LINES: i64 = 20;
const BYTES: i64 = 16 * 1024;
/// A line longer than this is cut.
const LINE: usize = 400;
const EVENTS: u32 = 200;
const REVISIONS: u32 = 100;
const CLAIMS: usize = 8;
const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";

/// One part that came.
enum Piece {
    Events(Part<Vec<EventRow>>),
    Log(Part<LogTail>),
    Usage(Part<PodUsage>),
    Node(Part<NodeFacts>),
    Claims(Part<Vec<ClaimFacts>>),
    Rollout(Part<Rollout>),
}

/// Tells the evidence, again with each part.
pub(super) async fn tell(watcher: &Watcher, request: RequestId, key: &PodKey) {
    let limit = watcher.connection.timeouts.ask;
    let answer = |answer| {
        let answer = Box::new(answer);
        watcher
            .outbox
            .send(Observation::Answered { request, answer });
    };
    let read = tokio::time::timeout(limit, pod(watcher, key)).await;
    let pod = match read.unwrap_or_else(|_| Err(too_late(limit))) {
        Ok(pod) => pod,
        Err(why) => return answer(Err(why)),
    };
    let now = watcher.clock.now().wall;
    let owner = detail::controller(&pod.metadata)
        .filter(|owner| owner.kind == "ReplicaSet")
        .map(|owner| owner.name.clone());
    let facts = facts::of(key, now, pod);
    let mut pieces = parts(watcher, key, &facts, owner);
    let mut evidence = Evidence::of(facts);
    if pieces.is_empty() {
        return answer(Ok(Answer::Explain(Box::new(evidence))));
    }
    settle_unasked(&mut evidence, &pieces);
    answer(Ok(Answer::Explain(Box::new(evidence.clone()))));
    let mut running: FuturesUnordered<_> = pieces.drain(..).map(|(_, piece)| piece).collect();
    while let Some(piece) = running.next().await {
        match piece {
            Piece::Events(part) => evidence.events = part,
            Piece::Log(part) => evidence.log = part,
            Piece::Usage(part) => evidence.usage = part,
            Piece::Node(part) => evidence.node = part,
            Piece::Claims(part) => evidence.claims = part,
            Piece::Rollout(part) => evidence.rollout = part,
        }
        answer(Ok(Answer::Explain(Box::new(evidence.clone()))));
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Events,
    Log,
    Usage,
    Node,
    Claims,
    Rollout,
}

type Pieces<'w> = Vec<(Asked, BoxFuture<'w, Piece>)>;

fn settle_unasked(evidence: &mut Evidence, pieces: &Pieces<'_>) {
    let asked = |what| pieces.iter().any(|(asked, _)| *asked == what);
    if !asked(Asked::Log) {
        evidence.log = Part::NotAsked;
    }
    if !asked(Asked::Usage) {
        evidence.usage = Part::NotAsked;
    }
    if !asked(Asked::Node) {
        evidence.node = Part::NotAsked;
    }
    if !asked(Asked::Claims) {
        evidence.claims = Part::NotAsked;
    }
    if !asked(Asked::Rollout) {
        evidence.rollout = Part::NotAsked;
    }
}

/// The questions worth asking about a pod in this state.
fn parts<'w>(
    watcher: &'w Watcher,
    key: &'w PodKey,
    facts: &PodFacts,
    owner: Option<String>,
) -> Pieces<'w> {
    let mut pieces: Pieces<'w> = vec![(
        Asked::Events,
        async move { Piece::Events(Part::from(within(watcher, events(watcher, key)).await)) }
            .boxed(),
    )];
    if let Some((container, before)) = facts.telling() {
        let container = container.name.clone();
        let piece = async move {
            let read = within(watcher, log(watcher, key, container, before)).await;
            Piece::Log(Part::from(read))
        };
        pieces.push((Asked::Log, piece.boxed()));
    }
    let runs = |state: &ContainerState| matches!(state, ContainerState::Running { .. });
    if facts.detail.containers.iter().any(|it| runs(&it.state)) {
        let piece = async move { Piece::Usage(used(watcher, key).await) };
        pieces.push((Asked::Usage, piece.boxed()));
    }
    if let Some(node) = facts
        .detail
        .node
        .clone()
        .filter(|_| !is_ready(&facts.detail))
    {
        let piece = async move {
            let read = within(watcher, node_of(watcher, node)).await;
            Piece::Node(Part::from(read))
        };
        pieces.push((Asked::Node, piece.boxed()));
    }
    if facts.detail.node.is_none() && !facts.claims.is_empty() {
        let names = facts.claims.clone();
        let piece = async move {
            let read = within(watcher, claims(watcher, key, names)).await;
            Piece::Claims(Part::from(read))
        };
        pieces.push((Asked::Claims, piece.boxed()));
    }
    if let Some(owner) = owner {
        let piece = async move {
            let read = within(watcher, rollout(watcher, key, owner)).await;
            Piece::Rollout(match read {
                Ok(Some(rollout)) => Part::Known(rollout),
                Ok(None) => Part::NotAsked,
                Err(why) => Part::Refused(why),
            })
        };
        pieces.push((Asked::Rollout, piece.boxed()));
    }
    pieces
}

fn is_ready(detail: &PodDetail) -> bool {
    let mut conditions = detail.conditions.iter();
    conditions.any(|condition| condition.kind == "Ready" && condition.status == "True")
}

async fn within<T>(
    watcher: &Watcher,
    reading: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let limit = watcher.connection.timeouts.ask;
    tokio::time::timeout(limit, reading)
        .await
        .unwrap_or_else(|_| Err(too_late(limit)))
}

fn client(watcher: &Watcher) -> Client {
    watcher.connection.client.clone()
}

async fn pod(watcher: &Watcher, key: &PodKey) -> Result<Pod, Trouble> {
    let pods: Api<Pod> = Api::namespaced(client(watcher), &key.namespace);
    let pod = pods.get(&key.name).await.map_err(|e| trouble::of(&e))?;
    if pod.metadata.uid.as_deref() == Some(key.uid.as_str()) {
        return Ok(pod);
    }
    let said = "this pod is gone; another one has its name now";
    Err(trouble(TroubleKind::Absent, said))
}

async fn events(watcher: &Watcher, key: &PodKey) -> Result<Vec<EventRow>, Trouble> {
    let api: Api<EventLite> = Api::namespaced(client(watcher), &key.namespace);
    let chosen = ListParams::default()
        .fields(&format!("involvedObject.uid={}", key.uid))
        .limit(EVENTS);
    let list = api.list(&chosen).await.map_err(|e| trouble::of(&e))?;
    let mut names = Interner::default();
    let mut rows: Vec<EventRow> = list.items.iter().map(|it| it.row(&mut names)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.last));
    Ok(rows)
}

async fn log(
    watcher: &Watcher,
    key: &PodKey,
    container: String,
    before_death: bool,
) -> Result<LogTail, Trouble> {
    let pods: Api<Pod> = Api::namespaced(client(watcher), &key.namespace);
    let params = LogParams {
        container: Some(container.clone()),
        previous: before_death,
        tail_lines: Some(LINES),
        limit_bytes: Some(BYTES),
        ..LogParams::default()
    };
    let text = pods
        .logs(&key.name, &params)
        .await
        .map_err(|error| trouble::of(&error))?;
    let lines = text.lines().map(|line| {
        let cleaned = clean(line);
        let mut short: String = cleaned.chars().take(LINE).collect();
        if short.len() < cleaned.len() {
            short.push('…');
        }
        short
    });
    Ok(LogTail {
        container: clean(&container).into_owned(),
        before_death,
        lines: lines.collect(),
    })
}

async fn used(watcher: &Watcher, key: &PodKey) -> Part<PodUsage> {
    let asked = [key.clone()];
    let read = within(watcher, usage::read(&watcher.connection, &asked)).await;
    match read {
        Ok(usage) => usage
            .into_iter()
            .find(|(uid, _)| *uid == key.uid)
            .map_or(Part::NotAsked, |(_, used)| Part::Known(used)),
        // A cluster without a metrics server: there is nothing that could be read.
        Err(why) if why.kind == TroubleKind::Absent => Part::NotAsked,
        Err(why) => Part::Refused(why),
    }
}

async fn node_of(watcher: &Watcher, name: String) -> Result<NodeFacts, Trouble> {
    let nodes: Api<NodeLite> = Api::all(client(watcher));
    let found = nodes.get_opt(&name).await.map_err(|e| trouble::of(&e))?;
    Ok(NodeFacts {
        name,
        state: found.map(|node| state_of(&node.status.conditions)),
    })
}

fn state_of(conditions: &[Condition]) -> NodeState {
    let ready = conditions.iter().find(|it| it.kind == "Ready");
    let pressures = conditions
        .iter()
        .filter(|it| it.kind != "Ready" && it.holds());
    NodeState {
        ready: ready.is_some_and(Condition::holds),
        since: ready.and_then(|it| it.last_transition_time),
        pressures: pressures.map(|it| clean(&it.kind).into_owned()).collect(),
    }
}

/// Those of the pod's claims that are not bound.
async fn claims(
    watcher: &Watcher,
    key: &PodKey,
    names: Vec<String>,
) -> Result<Vec<ClaimFacts>, Trouble> {
    let api: Api<PersistentVolumeClaim> = Api::namespaced(client(watcher), &key.namespace);
    let mut unbound = Vec::new();
    for name in names.into_iter().take(CLAIMS) {
        let claim = api.get_opt(&name).await.map_err(|e| trouble::of(&e))?;
        let phase = claim.map(|claim| {
            let phase = claim.status.and_then(|status| status.phase);
            phase.map_or_else(|| "Pending".to_owned(), |it| clean(&it).into_owned())
        });
        if phase.as_deref() != Some("Bound") {
            unbound.push(ClaimFacts { name, phase });
        }
    }
    Ok(unbound)
}

/// The revision of a Deployment that a ReplicaSet is, with the one before it.
async fn rollout(watcher: &Watcher, key: &PodKey, set: String) -> Result<Option<Rollout>, Trouble> {
    let api: Api<ReplicaSet> = Api::namespaced(client(watcher), &key.namespace);
    let own = api.get(&set).await.map_err(|error| trouble::of(&error))?;
    let Some(deployment) = detail::controller(&own.metadata).map(|owner| owner.uid.clone()) else {
        return Ok(None);
    };
    let labels = own.spec.selector.match_labels.clone();
    let selector: Vec<String> = labels
        .unwrap_or_default()
        .into_iter()
        .filter(|(label, _)| label != HASH)
        .map(|(label, value)| format!("{label}={value}"))
        .collect();
    let params = ListParams::default()
        .labels(&selector.join(","))
        .limit(REVISIONS);
    let all = api.list(&params).await.map_err(|e| trouble::of(&e))?;
    let (Some(revision), Some(at)) = (revision(&own), &own.metadata.creation_timestamp) else {
        return Ok(None);
    };
    let earlier = all.items.iter().filter(|other| {
        detail::controller(&other.metadata).is_some_and(|owner| owner.uid == deployment)
            && self::revision(other).is_some_and(|number| number < revision)
    });
    let before = earlier.max_by_key(|other| self::revision(other));
    Ok(Some(Rollout {
        revision,
        at: at.0,
        images: images(&own),
        before: before.map(images).unwrap_or_default(),
    }))
}

fn revision(set: &ReplicaSet) -> Option<u64> {
    let annotations = set.metadata.annotations.as_ref()?;
    annotations.get(REVISION)?.parse().ok()
}

fn images(set: &ReplicaSet) -> Vec<String> {
    let template = set.spec.template.as_ref();
    let spec = template.and_then(|template| template.spec.as_ref());
    let containers = spec
        .map(|spec| spec.containers.as_slice())
        .unwrap_or_default();
    containers
        .iter()
        .filter_map(|container| Some(clean(container.image.as_deref()?).into_owned()))
        .collect()
}
