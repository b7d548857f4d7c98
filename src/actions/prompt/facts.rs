//! Facts that were read again, while the person is asked and after the yes.

use super::{Effect, Now, Phase, Prompt, Said};
use crate::domain::{
    action::{
        fact::{Drift, Fact, FactName, drift},
        plan::GuardVerdict,
        refusal::Refusal,
    },
    question::RequestId,
};

impl Prompt {
    pub(super) fn rechecked(
        &mut self,
        request: RequestId,
        answer: Result<Vec<Fact>, Refusal>,
        guard: Result<Option<GuardVerdict>, Refusal>,
        now: &mut Now<'_>,
    ) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Confirming(asked) if asked.reading == Some(request) => {
                asked.reading = None;
                match answer {
                    Ok(facts) => self.read(&facts, guard, now),
                    Err(refusal) if is_final(&refusal) => self.refused(refusal),
                    // It is looked again soon; a yes asks again in any case.
                    Err(refusal) => {
                        asked.unread = Some(refusal);
                        Vec::new()
                    }
                }
            }
            Phase::Rechecking(asked, own) if *own == request => {
                let asked = asked.clone();
                // It is answered, so nobody has to forget it.
                self.phase = Phase::Confirming(asked.clone());
                let facts = match answer {
                    Ok(facts) => facts,
                    Err(refusal) => return self.refused(refusal),
                };
                if let Some(drift) = drift(&asked.ready.plan.facts, &facts) {
                    return self.drifted(drift, now);
                }
                if let Err(refusal) = guard {
                    return self.refused(refusal);
                }
                self.record(asked, now)
            }
            _ => Vec::new(),
        }
    }

    /// Takes facts that were read while the person is still asked.
    fn read(
        &mut self,
        facts: &[Fact],
        guard: Result<Option<GuardVerdict>, Refusal>,
        now: &mut Now<'_>,
    ) -> Vec<Effect> {
        let Phase::Confirming(asked) = &mut self.phase else {
            return Vec::new();
        };
        if let Some(drift) = drift(&asked.ready.plan.facts, facts) {
            return self.drifted(drift, now);
        }
        if let Err(refusal) = guard {
            return self.refused(refusal);
        }
        asked.read = now.mono;
        asked.unread = None;
        Vec::new()
    }

    /// What was agreed to is not so any more: nothing that was typed counts, and it is found out anew what would change.
    fn drifted(&mut self, drift: Drift, now: &mut Now<'_>) -> Vec<Effect> {
        if is_another(&drift) {
            return self.refused(Refusal::Drifted {
                drift: Box::new(drift),
            });
        }
        let begun = match &self.phase {
            Phase::Confirming(asked) => asked.answer.is_begun(),
            _ => true,
        };
        if begun {
            (self.said, self.said_at) = (Some(Said::Voided), now.mono);
        }
        let mut effects: Vec<Effect> = self.waited().into_iter().map(Effect::Forget).collect();
        self.drifts
            .retain(|(known, _)| !known.was.is_about(&drift.was));
        self.drifts.push((drift, now.mono));
        let request = now.request();
        self.phase = Phase::Preflighting(request);
        effects.push(Effect::Preflight { request });
        effects
    }
}

/// Whether reading again could say anything else.
const fn is_final(refusal: &Refusal) -> bool {
    !matches!(refusal, Refusal::Unreadable { .. })
}

/// Whether what is there now is another thing than what was chosen: no new plan may be made of it under the same prompt.
fn is_another(drift: &Drift) -> bool {
    drift.now.is_none()
        || matches!(
            drift.was.name,
            FactName::Uid | FactName::Cluster | FactName::Principal | FactName::Pack
        )
}
