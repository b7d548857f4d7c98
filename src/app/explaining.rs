//! Why the open pod is sick: which pod is meant, what was asked about it and what is known.

use std::time::Duration;

use crate::domain::{
    explain::{Evidence, Explanation, Part, explain},
    freshness::Trouble,
    pod::{Health, Name, PodRow},
    pod_detail::PodKey,
    question::RequestId,
};

use super::{
    command::WhyNot,
    model::Model,
    subject::{Subject, key_of, subject},
};

/// What is known of why one pod is sick. There is one at a time: of the innermost screen that is about a pod.
#[derive(Debug, Clone, PartialEq)]
pub struct Explaining {
    pub key: PodKey,
    pub request: RequestId,
    /// `None` while the first answer is on its way.
    pub answer: Option<Result<Evidence, Trouble>>,
    /// The number its memory was asked for under, and what came.
    pub memory_request: Option<RequestId>,
    pub memory: Part<crate::domain::series::Series>,
    /// When it was asked, on the monotonic clock.
    pub asked: Duration,
    /// How the row stood then.
    pub stood: Option<Stood>,
}

/// What of a row makes its pod worth explaining again.
pub type Stood = (Name, u16, u32);

/// How a row stands.
pub fn stood(pod: &PodRow) -> Stood {
    (pod.status.clone(), pod.ready, pod.restarts)
}

impl Explaining {
    /// The explanation, once there is evidence.
    pub fn explanation(&self, model: &Model) -> Option<Result<Explanation, &Trouble>> {
        Some(match self.answer.as_ref()? {
            Ok(evidence) => Ok(explain(evidence, model.now.wall)),
            Err(trouble) => Err(trouble),
        })
    }
}

/// What is explained when `E` is pressed now: the subject, and its sickest pod.
pub fn sickest(model: &Model) -> Result<(Subject, PodKey), WhyNot> {
    let subject = subject(model).ok_or(WhyNot::NoPodHere)?;
    if let Subject::Pod(key) = &subject {
        let key = key.clone();
        return Ok((subject, key));
    }
    let pods = subject.pods(model);
    let worst = pods.into_iter().min_by_key(|pod| {
        (
            pod.health,
            std::cmp::Reverse(pod.restarts),
            pod.name.clone(),
        )
    });
    let key = key_of(worst.ok_or(WhyNot::NoPods)?);
    Ok((subject, key))
}

/// Of how many pods of the subject this one is, how many are sick, and how many of the others are sick the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fellows {
    pub all: usize,
    pub sick: usize,
    pub same: usize,
}

/// Counts the pods beside the one that is explained.
pub fn fellows(model: &Model, subject: &Subject, key: &PodKey) -> Option<Fellows> {
    if matches!(subject, Subject::Pod(_)) {
        return None;
    }
    let pods = subject.pods(model);
    let own = model.cluster.pods.get(&key.uid);
    let same = |pod: &&&PodRow| {
        own.is_some_and(|own| pod.uid != own.uid && is_sick(pod) && ailment(pod) == ailment(own))
    };
    Some(Fellows {
        all: pods.len(),
        sick: pods.iter().filter(|pod| is_sick(pod)).count(),
        same: pods.iter().filter(same).count(),
    })
}

const fn is_sick(pod: &PodRow) -> bool {
    matches!(pod.health, Health::Sick | Health::Shaky)
}

/// What a row says it is sick of: how a container died says more than that it waits to be started again.
fn ailment(pod: &PodRow) -> &str {
    pod.last_death.as_deref().unwrap_or(&pod.status)
}
