//! What a pack reads again and again that is no query: what programs, databases, units and servers say, by the hands
//! its actions have, so that the same policy holds.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::{
    sync::{OnceCell, Semaphore},
    time::MissedTickBehavior,
};

use crate::{
    actions::draft::{Site, reading_alone},
    domain::{
        action::{
            preflight::Draft,
            refusal::Refusal,
            value::{Value, Values},
        },
        desk::Namespaces,
        freshness::{Reading, Trouble, TroubleKind},
        observation::Observation,
        time::Clock,
        watchlist::ReadField,
    },
    pack::Pack,
    sources::outbox::Outbox,
};

use super::{
    acts::{Means, Outfitter},
    runner::Hands,
};

/// The longest one look may take, whatever its step says.
const LONGEST: Duration = Duration::from_secs(60);
/// How many looks at once: each may be a process, and people work on this host.
const AT_ONCE: usize = 4;

/// By whose hands it is looked.
#[derive(Clone)]
pub enum Eyes {
    /// Those of the desk, which follow its pack and policy.
    Means(Arc<Means>),
    /// Hands that are made for it when they are first needed.
    Own(Arc<dyn Outfitter>, Arc<OnceCell<Hands>>),
}

impl std::fmt::Debug for Eyes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Means(_) => "Means",
            Self::Own(..) => "Own",
        })
    }
}

impl Eyes {
    /// Hands of their own, made as this says.
    pub fn own(outfitter: Arc<dyn Outfitter>) -> Self {
        Self::Own(outfitter, Arc::default())
    }

    async fn look(&self, draft: &Draft) -> Result<Values, Refusal> {
        let found = match self {
            Self::Means(means) => means.look(draft).await,
            Self::Own(outfitter, hands) => {
                let hands = hands.get_or_try_init(|| outfitter.hands()).await;
                let hands = hands.map_err(|why| Refusal::Unreadable {
                    what: draft.target.to_string(),
                    why,
                })?;
                hands.executor.preflight(draft).await
            }
        };
        found.map(|found| found.before)
    }
}

/// Something that is to be read again and again.
#[derive(Debug, Clone)]
pub struct ToRead {
    name: String,
    draft: Result<Draft, Refusal>,
    fields: Vec<ReadField>,
    pub every: Duration,
}

/// What a pack wants read, as it is done on a desk with these namespaces.
pub fn to_read(pack: &Pack, namespaces: &Namespaces) -> Vec<ToRead> {
    let site = Site {
        namespace: match namespaces {
            Namespaces::Some(names) => match names.as_slice() {
                [one] => Some(one.as_str()),
                _ => None,
            },
            Namespaces::All => None,
        },
        env: pack.environment(),
    };
    let reads = pack.watchlist().reads.iter();
    let reads = reads.map(|read| {
        let id = format!("probe/{}", read.name);
        let steps = [(read.name.clone(), read.step.clone())];
        ToRead {
            name: read.name.clone(),
            draft: reading_alone((&id, &read.name), &steps, &pack.id, site),
            fields: read.fields.clone(),
            every: read.every,
        }
    });
    reads.collect()
}

/// Reads until it is dropped, and says what was read, or why not.
pub async fn run(reads: Vec<ToRead>, eyes: Eyes, outbox: Outbox, clock: Arc<dyn Clock>) {
    let room = Semaphore::new(AT_ONCE);
    join_all(
        reads
            .iter()
            .map(|read| again(read, &eyes, &room, &outbox, &clock)),
    )
    .await;
}

async fn again(
    read: &ToRead,
    eyes: &Eyes,
    room: &Semaphore,
    outbox: &Outbox,
    clock: &Arc<dyn Clock>,
) {
    let mut tick = tokio::time::interval(read.every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let _turn = room.acquire().await.expect("nobody closes it");
        // A value is as old as the question: what answers late told what was so then.
        let asked = clock.now().wall;
        let found = match &read.draft {
            Ok(draft) => tokio::time::timeout(LONGEST, eyes.look(draft))
                .await
                .unwrap_or_else(|_| Err(late(read))),
            Err(refusal) => Err(refusal.clone()),
        };
        let reading = |field: &ReadField| match &found {
            Ok(values) => {
                number(read, field, values).map_or(Reading::NoData, |value| Reading::Known {
                    value,
                    as_of: asked,
                })
            }
            Err(refusal) => Reading::Failed(trouble(refusal)),
        };
        let answers = read.fields.iter();
        let answers = answers.map(|field| (field.id.clone(), reading(field)));
        outbox.send(Observation::Reads(answers.collect()));
    }
}

fn late(read: &ToRead) -> Refusal {
    Refusal::Unreadable {
        what: read.name.clone(),
        why: format!("no answer within {} s", LONGEST.as_secs()),
    }
}

/// The number of a field; `None` where what was said is none.
fn number(read: &ToRead, field: &ReadField, values: &Values) -> Option<f64> {
    let name = match &field.name {
        Some(field) => &format!("{}.{field}", read.name),
        None => &read.name,
    };
    let number = match values.get(name)? {
        Value::Bool(is) => f64::from(u8::from(*is)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "what is counted stays below what a float keeps whole"
        )]
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Text(text) => text.trim().parse().ok()?,
        Value::Absent | Value::List(_) | Value::ByPod(_) | Value::Object(_) => return None,
    };
    number.is_finite().then_some(number)
}

/// Why nothing was read, in the words of whatever said so.
fn trouble(refusal: &Refusal) -> Trouble {
    match refusal {
        Refusal::Unreadable { why, .. } => Trouble::new(TroubleKind::Unreachable, why.as_str()),
        Refusal::Forbidden { why, .. } => Trouble::new(TroubleKind::Forbidden, why.as_str()),
        Refusal::Policy { rule } => Trouble::new(TroubleKind::Forbidden, rule.as_str()),
        Refusal::NotSimulated { what } => {
            Trouble::new(TroubleKind::Absent, format!("not simulated: {what}"))
        }
        other => Trouble::new(TroubleKind::BadQuestion, format!("{other:?}")),
    }
}
