//! Several questions in one: arms joined with `or`, each marked with its id, and the bad one found by halving.

use std::collections::{HashMap, HashSet};

use super::{
    api::{Api, When},
    wire::{MatrixRow, Point, QueryData, VectorRow},
};
use crate::{
    domain::{
        id::QueryId,
        watchlist::{MARK, marked},
    },
    sources::http::Failure,
};

/// How many arms one question has at most.
pub(super) const MOST_ARMS: usize = 40;
/// How long one question is at most, in bytes.
const MOST_BYTES: usize = 16 << 10;

/// One question of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arm {
    pub id: QueryId,
    pub text: String,
}

impl Arm {
    pub fn new(id: QueryId, expr: &str) -> Self {
        let text = marked(expr, &id);
        Self { id, text }
    }
}

/// What became of the arms of one round.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub samples: HashMap<QueryId, Vec<VectorRow>>,
    pub series: HashMap<QueryId, Vec<Point>>,
    /// Arms the server refused, each alone.
    pub refused: HashMap<QueryId, Failure>,
    /// Arms that got no answer for a reason that is not their own.
    pub failed: HashMap<QueryId, Failure>,
    pub warnings: Vec<String>,
    /// Arms the server took, with data or without.
    pub accepted: HashSet<QueryId>,
    /// A question was refused as a whole, yet every arm of it is good: it was too much at once.
    pub too_much: bool,
}

impl Outcome {
    pub fn merge(&mut self, other: Self) {
        self.samples.extend(other.samples);
        self.series.extend(other.series);
        self.refused.extend(other.refused);
        self.failed.extend(other.failed);
        self.warnings.extend(other.warnings);
        self.accepted.extend(other.accepted);
        self.too_much |= other.too_much;
    }

    /// Why an arm has no answer, if it has none.
    pub fn failure(&self, id: &QueryId) -> Option<&Failure> {
        self.refused.get(id).or_else(|| self.failed.get(id))
    }

    /// The first sample of an arm that is a number.
    pub fn sample(&self, id: &QueryId) -> Option<Point> {
        self.samples.get(id)?.iter().find_map(|row| row.value)
    }

    fn take(&mut self, data: QueryData) {
        match data {
            QueryData::Vector(rows) => {
                for row in rows {
                    if let Some(id) = row.metric.get(MARK) {
                        self.samples
                            .entry(id.as_str().into())
                            .or_default()
                            .push(row);
                    }
                }
            }
            QueryData::Matrix(rows) => {
                for MatrixRow { metric, values } in rows {
                    if let Some(id) = metric.get(MARK) {
                        self.series.entry(id.as_str().into()).or_insert(values);
                    }
                }
            }
            // A marked expression is a vector; these are answers to something else.
            QueryData::Scalar(_) | QueryData::String(_) => {}
        }
    }
}

/// Deals arms into batches; an arm in `alone` gets one of its own.
pub(super) fn batches(arms: Vec<Arm>, most: usize, alone: &HashSet<QueryId>) -> Vec<Vec<Arm>> {
    let mut done = Vec::new();
    let mut open: Vec<Arm> = Vec::new();
    let mut bytes = 0;
    for arm in arms {
        if alone.contains(&arm.id) {
            done.push(vec![arm]);
            continue;
        }
        let more = arm.text.len() + OR.len();
        if !open.is_empty() && (open.len() >= most || bytes + more > MOST_BYTES) {
            done.push(std::mem::take(&mut open));
            bytes = 0;
        }
        bytes += more;
        open.push(arm);
    }
    if !open.is_empty() {
        // Full batches first: they hold the first rows of the screen.
        let at = done
            .iter()
            .position(|batch| batch.len() == 1)
            .unwrap_or(done.len());
        done.insert(at, open);
    }
    done
}

const OR: &str = " or ";

fn joined(arms: &[Arm]) -> String {
    let texts: Vec<&str> = arms.iter().map(|arm| arm.text.as_str()).collect();
    texts.join(OR)
}

/// Asks all batches at once (the server's own limit of questions in flight holds) and gathers what came.
pub(super) async fn ask_all(api: &Api, batches: Vec<Vec<Arm>>, when: When) -> Outcome {
    let answers = futures::future::join_all(batches.into_iter().map(|batch| ask(api, batch, when)));
    answers
        .await
        .into_iter()
        .fold(Outcome::default(), |mut all, one| {
            all.merge(one);
            all
        })
}

/// Asks one batch; where the server refuses it, its halves, until each bad arm is alone.
async fn ask(api: &Api, batch: Vec<Arm>, when: When) -> Outcome {
    let mut outcome = Outcome::default();
    let mut split = false;
    let mut waiting = vec![batch];
    while let Some(mut arms) = waiting.pop() {
        match api.query(&joined(&arms), when).await {
            Ok(answer) => {
                outcome.accepted.extend(arms.into_iter().map(|arm| arm.id));
                outcome.take(answer.data);
                outcome.warnings.extend(answer.warnings);
            }
            Err(failure) if splits(&failure) && arms.len() > 1 => {
                split = true;
                let second = arms.split_off(arms.len() / 2);
                waiting.push(second);
                waiting.push(arms);
            }
            Err(failure) if failure.is_bad_question() => {
                outcome
                    .refused
                    .extend(arms.into_iter().map(|arm| (arm.id, failure.clone())));
            }
            Err(failure) => {
                // The server is in trouble, which the other halves can't mend.
                let rest = waiting.drain(..).flatten();
                outcome.failed.extend(
                    arms.into_iter()
                        .chain(rest)
                        .map(|arm| (arm.id, failure.clone())),
                );
            }
        }
    }
    outcome.too_much = split && outcome.refused.is_empty() && outcome.failed.is_empty();
    outcome
}

/// Whether smaller questions may fare better: refused, or too long for a proxy on the way.
fn splits(failure: &Failure) -> bool {
    failure.is_bad_question() || matches!(failure.status, Some(413 | 414 | 431))
}
