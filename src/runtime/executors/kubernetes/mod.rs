//! What changes objects of the cluster, and what runs programs in its pods.
//!
//! Each step is one request, sent once. What it rests on goes with it as preconditions on facts (the uid, the old
//! values, the generation where it rests on the whole spec), so that what drifted in the last moment is refused by the
//! server itself. What came of a request whose answer is lost is not known, and said so.

mod blast;
mod changes;
mod container;
mod edit;
mod environment;
mod exec;
mod live;
mod logs;
mod object;
mod owners;
mod path;
mod pods;
mod primary;
mod programs;
mod review;
mod secret;
mod selector;
mod steps;
mod survey;
mod view;
mod wire;

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

pub use self::{
    container::ended,
    exec::{ExecError, KEPT, Program, Ran, exec, exec_heard},
    live::Live,
    review::Reviews,
    secret::secret_value,
};
use self::{
    steps::rollback::is_controlled,
    survey::{Survey, survey},
    wire::{Order, Sent, Trouble, Wire},
};
use super::{
    ClusterSecrets, Doing, Executor, Secrets, failed,
    secrets::Secret,
    step::{drifted, limit, said as say},
    why,
};
use crate::{
    domain::{
        action::{
            fact::Fact,
            place::SecretSpec,
            plan::Plan,
            preflight::{Draft, Preflight, Preflighted, Warning},
            refusal::Refusal,
            step::{Planned, Sign, StepKind},
            value::{Value, Values},
            verdict::{Said, StepEnd},
        },
        hex::hex,
        id::RunId,
        time::Clock,
    },
    sources::kubernetes::Connection,
};

/// How long a request may take where the step says nothing else.
const LIMIT: Duration = Duration::from_secs(30);
/// How often what would change is worked out anew where the object is written to meanwhile.
const TRIES: u32 = 4;

/// Does the steps that are about the cluster: one API server, one identity.
#[derive(Clone)]
pub struct KubernetesExecutor {
    wire: Wire,
    clock: Arc<dyn Clock>,
    /// What no program's output may show, wherever the program has it from.
    secrets: Vec<SecretSpec>,
}

/// Whether a dry run began from another version than the one that was read.
fn is_later(read: &serde_json::Value, tried: &serde_json::Value) -> bool {
    let version = |object: &serde_json::Value| {
        let version = object["metadata"]["resourceVersion"].as_str()?;
        (!version.is_empty()).then(|| version.to_owned())
    };
    matches!((version(read), version(tried)), (Some(read), Some(tried)) if read != tried)
}

impl KubernetesExecutor {
    pub fn new(connection: &Connection, clock: Arc<dyn Clock>) -> Self {
        Self {
            wire: Wire {
                client: connection.client.clone(),
            },
            clock,
            secrets: Vec::new(),
        }
    }

    /// The same that hides these in what programs write.
    #[must_use]
    pub fn hiding(self, secrets: Vec<SecretSpec>) -> Self {
        Self { secrets, ..self }
    }

    /// The secrets to be hidden, as far as they can be read now.
    async fn known(&self) -> Vec<Secret> {
        let secrets = Secrets::new(self.secrets.clone(), Some(Arc::new(self.clone())));
        secrets.known().await
    }

    async fn survey(&self, step: &Planned, mark: Option<&str>) -> Result<Survey, Refusal> {
        survey(&self.wire, &*self.clock, step, mark).await
    }

    async fn found_out(&self, step: &Planned) -> Preflighted {
        let mut survey = self.survey(step, None).await?;
        let mut preflight = Preflight::default();
        let mut tries = TRIES;
        while let (Some(order), Some(target)) = (&survey.order, step.kind.target()) {
            let answer = self.wire.dry_run(order).await;
            tries -= 1;
            if tries > 0 && matches!(&answer, Err(Trouble::No(no)) if no.is_of_state()) {
                // What it tests for may be gone because somebody wrote in between.
                let now = self.survey(step, None).await?;
                if is_later(&survey.live.0, &now.live.0) {
                    survey = now;
                    continue;
                }
            }
            let answer = answer.map_err(|trouble| {
                trouble.refusal(
                    order.verb(),
                    &order.resource,
                    order.namespace.as_deref(),
                    target,
                )
            })?;
            let before = survey.shown.as_ref();
            if tries > 0 && before.is_some_and(|before| is_later(before, &answer.object)) {
                // What others wrote between the two is none of our changes.
                survey = self.survey(step, None).await?;
                continue;
            }
            if let Some(before) = before {
                preflight.changes = changes::changes(target, before, &answer.object);
            }
            let said = answer.warnings.into_iter();
            preflight
                .warnings
                .extend(said.map(|text| Warning::Server { text }));
            break;
        }
        if let (StepKind::Exec { .. }, Some(target)) = (&step.kind, step.kind.target()) {
            programs::look(&self.wire, step, target, &survey.live).await?;
        }
        let (blast, known) = blast::blast(&self.wire, step, &survey, &preflight.changes).await;
        preflight.blast = blast;
        preflight.warnings.extend(known);
        let before = preflight.warnings.len();
        preflight.owners =
            owners::owners(&self.wire, step, &survey, &mut preflight.warnings).await?;
        let all_seen = preflight.warnings.len() == before;
        preflight.facts = survey.facts;
        preflight.before = survey.before;
        if matches!(step.kind, StepKind::Scale { .. }) && all_seen {
            let scaler = owners::autoscaler(&preflight.owners);
            preflight.before.insert("autoscaler".to_owned(), scaler);
        }
        preflight.undo = survey.undo;
        Ok(preflight)
    }

    async fn done(&self, doing: &Doing<'_>) -> StepEnd {
        if doing.cancel.is_cancelled() {
            return StepEnd::Cancelled { done: None };
        }
        if let StepKind::Env { target, .. } = &doing.step.kind {
            return environment::tell(&self.wire, doing, target).await;
        }
        if let StepKind::View { target, view } = &doing.step.kind {
            let asked = (target, view, self.clock.now().wall);
            return view::tell(&self.wire, doing, asked, &self.known().await).await;
        }
        if let StepKind::Object { target, fields } = &doing.step.kind {
            let hidden = self.known().await;
            return object::tell(&self.wire, doing, (target, fields), &hidden).await;
        }
        let survey = match self.survey(doing.step, Some(&mark(doing))).await {
            Ok(survey) => survey,
            Err(refusal) => return failed(&refusal),
        };
        if let Some(why) = drifted(doing.plan, &survey.facts) {
            return StepEnd::Failed { why };
        }
        if let (StepKind::Exec { .. }, Some(target)) = (&doing.step.kind, doing.step.kind.target())
        {
            let hidden = self.known().await;
            return programs::run(&self.wire, doing, target, &survey.live, hidden).await;
        }
        self.sent(doing, survey).await
    }

    /// The one request. One that was refused, and so did nothing, is made anew where somebody wrote to the object
    /// between reading and sending and nothing that the plan rests on drifted.
    async fn sent(&self, doing: &Doing<'_>, mut survey: Survey) -> StepEnd {
        let audit = audit_id(doing.run);
        let limit = limit(doing.step, LIMIT);
        for tries in (0..TRIES).rev() {
            let Some(order) = &survey.order else {
                return failed(&super::not_mine(doing.step));
            };
            // The last moment at which nothing was done yet.
            if doing.cancel.is_cancelled() {
                return StepEnd::Cancelled { done: None };
            }
            let sending = self.wire.send(order, &audit);
            let no = match tokio::time::timeout(limit, sending).await {
                Err(_) => {
                    let why = format!("no answer within {} s", limit.as_secs());
                    return StepEnd::Unknown { why };
                }
                Ok(Sent::Lost(why)) => return StepEnd::Unknown { why },
                Ok(Sent::Unsent(why)) => return StepEnd::Failed { why },
                Ok(Sent::Done) => return made(said(doing.step, order)),
                Ok(Sent::No(no)) => no,
            };
            // What this very step of this run has made before is not made again.
            if no.reason == "AlreadyExists" && self.is_ours(&survey, order).await {
                return made(said(doing.step, order));
            }
            if no.is_of_state()
                && let Ok(now) = self.survey(doing.step, Some(&mark(doing))).await
            {
                if let Some(why) = drifted(doing.plan, &now.facts) {
                    return StepEnd::Failed { why };
                }
                if tries > 0 && is_later(&survey.live.0, &now.live.0) {
                    survey = now;
                    continue;
                }
            }
            return StepEnd::Failed { why: no.said() };
        }
        let why = "it changes faster than it can be looked at".to_owned();
        StepEnd::Failed { why }
    }

    /// Whether what an order would make is there and belongs to the object of the step.
    async fn is_ours(&self, survey: &Survey, order: &Order) -> bool {
        let name = order.body["metadata"]["name"].as_str().unwrap_or_default();
        let path = format!("{}/{name}", order.path);
        let there = self.wire.get(&path).await;
        there.is_ok_and(|it| is_controlled(&it, survey.live.uid()))
    }
}

impl Executor for KubernetesExecutor {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        self.found_out(step).boxed()
    }

    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async move { Ok(self.survey(step, None).await?.facts) }.boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move {
            if let StepKind::Env { target, .. } = &step.kind {
                return environment::read(&self.wire, step, target).await;
            }
            if let StepKind::Logs { target, .. } = &step.kind {
                return logs::count(&self.wire, step, target).await;
            }
            if let StepKind::View { target, view } = &step.kind {
                let asked = (target, view, self.clock.now().wall);
                return view::read(&self.wire, step, asked).await;
            }
            if let StepKind::Object { target, fields } = &step.kind {
                let hidden = self.known().await;
                return object::read(&self.wire, step, (target, fields), &hidden).await;
            }
            let StepKind::Exec { target, .. } = &step.kind else {
                return Err(super::not_mine(step));
            };
            let live = match self.wire.object(target, None).await {
                Err(Refusal::NotFound { target }) => {
                    return absent_means(step).ok_or(Refusal::NotFound { target });
                }
                read => Live(read?),
            };
            programs::read(&self.wire, step, target, &live, self.known().await).await
        }
        .boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        async move { self.done(&doing).await }.boxed()
    }
}

impl ClusterSecrets for KubernetesExecutor {
    fn secret_value<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
        key: &'a str,
    ) -> BoxFuture<'a, Result<SecretString, String>> {
        async move {
            let read = secret_value(&self.wire.client, namespace, name, key).await;
            read.map_err(|refusal| why(&refusal))
        }
        .boxed()
    }
}

/// What it means to who asks whether something is up that the API server knows no such object.
fn absent_means(step: &Planned) -> Option<Values> {
    let ending = step.save.as_ref()?.ending()?;
    let why = "the API server knows no such pod";
    ending.proves().then(|| ending.told(Sign::Absent, why))
}

fn said(step: &Planned, order: &Order) -> Vec<Said> {
    match &step.kind {
        StepKind::Scale { replicas, .. } => vec![say("replicas", Value::Int(*replicas))],
        StepKind::RunCronjob { .. } => {
            let name = order.body["metadata"]["name"].as_str().unwrap_or_default();
            vec![say("job", Value::text(name))]
        }
        _ => Vec::new(),
    }
}

const fn made(said: Vec<Said>) -> StepEnd {
    StepEnd::Done {
        said,
        saved: Values::new(),
    }
}

/// What a step of a run names after itself what it makes.
fn mark(doing: &Doing<'_>) -> String {
    format!("{}/{}", doing.run, doing.place)
}

/// The id under which the server's audit log has the requests of a run.
pub fn audit_id(run: &RunId) -> String {
    let hash = Sha256::digest(run.as_str().as_bytes());
    let mut bytes: [u8; 16] = std::array::from_fn(|at| hash[at]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}
