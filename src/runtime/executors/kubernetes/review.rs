//! What the API server lets us do: its own access reviews, asked together and remembered for a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{FutureExt, StreamExt, stream};
use kube::Client;
use serde_json::{Value, json};

use super::wire::Wire;
use crate::domain::{
    action::access::{Access, Allowed},
    clean::clean,
    time::Clock,
};

/// How long an answer holds: rights are given and taken while a cockpit is open.
const HOLDS: Duration = Duration::from_secs(60);
/// So many are asked at once.
const AT_ONCE: usize = 8;
const PATH: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// Asks what one may, as whom the client speaks.
#[derive(Clone)]
pub struct Reviews {
    wire: Wire,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Known>>,
}

/// What was answered to one identity.
#[derive(Default)]
struct Known {
    identity: String,
    answers: HashMap<Access, (Duration, Allowed)>,
}

impl Reviews {
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            wire: Wire { client },
            clock,
            known: Arc::default(),
        }
    }

    /// What the server says to each, in their order. Another identity is asked for anew.
    pub async fn review(&self, identity: &str, accesses: &[Access]) -> Vec<Allowed> {
        let answers: Vec<_> = accesses
            .iter()
            .map(|access| self.one(identity, access).boxed())
            .collect();
        stream::iter(answers).buffered(AT_ONCE).collect().await
    }

    async fn one(&self, identity: &str, access: &Access) -> Allowed {
        if let Some(answer) = self.remembered(identity, access) {
            return answer;
        }
        let asked = self.wire.post(PATH, &question(access)).await;
        let answer = match asked {
            Ok(review) => answer(&review["status"]),
            Err(trouble) => return Allowed::Unknown(trouble.why()),
        };
        if !matches!(answer, Allowed::Unknown(_)) {
            let until = self.clock.now().mono + HOLDS;
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.identity != identity {
                *known = Known {
                    identity: identity.to_owned(),
                    ..Known::default()
                };
            }
            known
                .answers
                .insert(access.clone(), (until, answer.clone()));
        }
        answer
    }

    fn remembered(&self, identity: &str, access: &Access) -> Option<Allowed> {
        let now = self.clock.now().mono;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, answer) = known.answers.get(access)?;
        (known.identity == identity && now < *until).then(|| answer.clone())
    }
}

fn question(access: &Access) -> Value {
    let mut attributes = json!({
        "verb": access.verb, "group": access.group, "resource": access.resource,
    });
    for (key, value) in [
        ("subresource", &access.subresource),
        ("namespace", &access.namespace),
        ("name", &access.name),
    ] {
        if let Some(value) = value {
            attributes[key] = json!(value);
        }
    }
    json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    })
}

fn answer(status: &Value) -> Allowed {
    let text = |key: &str| clean(status[key].as_str().unwrap_or_default()).into_owned();
    match status["allowed"].as_bool() {
        Some(true) => Allowed::Yes,
        // It could not be evaluated, which is not the same as a no.
        Some(false) if status["denied"] != true && !text("evaluationError").is_empty() => {
            Allowed::Unknown(text("evaluationError"))
        }
        Some(false) => Allowed::No(text("reason")),
        None => Allowed::Unknown("the answer is none".to_owned()),
    }
}
