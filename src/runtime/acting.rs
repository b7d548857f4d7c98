//! Carries out what the core asks for around actions.

use tokio::task::{JoinError, JoinSet};

use crate::{
    app::acting::{Act, Acted},
    domain::action::{access::Allowed, refusal::Refusal},
};

/// What works on actions for a cockpit, and gives back what came of it.
#[derive(Default)]
pub struct Acts {
    answers: JoinSet<Acted>,
}

impl Acts {
    /// Without a ledger nothing may be done, and that is what is answered.
    pub fn carry_out(&mut self, act: Act) {
        let why = "this process keeps no ledger".to_owned();
        let refusal = Refusal::NoLedger { why: why.clone() };
        let answer = match act {
            Act::Review(asked) => Acted::Reviewed(
                asked
                    .into_iter()
                    .map(|access| (access, Allowed::Unknown(why.clone())))
                    .collect(),
            ),
            Act::Preflight { request, .. } => Acted::Preflighted {
                request,
                answer: Box::new(Err(refusal)),
            },
            Act::Recheck { request, .. } => Acted::Rechecked {
                request,
                answer: Err(refusal),
            },
            Act::Launch { request, .. } => Acted::Launched {
                request,
                answer: Err(refusal),
            },
            Act::Record { .. } => Acted::NotRecorded(refusal),
            Act::Forget(_) => return,
        };
        self.answers.spawn(async move { answer });
    }

    /// The next thing that came of what was asked for; `None` where nothing is under way.
    pub async fn next(&mut self) -> Option<Result<Acted, JoinError>> {
        self.answers.join_next().await
    }
}
