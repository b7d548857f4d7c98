//! What each event does to a prompt.

use std::sync::Arc;

use tui_input::InputRequest;

use super::{
    Answer, Challenge, Confirming, Draft, EXPIRES, EXPIRES_TOGETHER, Effect, Event, Line, Now,
    Phase, Prompt, QUARANTINE, READ_EVERY, Ready, SAID, Said, Second,
};
use crate::domain::{
    action::refusal::Refusal,
    id::{PlanDigest, RunId},
    question::RequestId,
};

impl Prompt {
    /// Opens a prompt: what would change is found out first.
    pub fn open(draft: Draft, undo_of: Option<RunId>, now: &mut Now<'_>) -> (Self, Vec<Effect>) {
        let request = now.request();
        let prompt = Self {
            draft,
            undo_of,
            phase: Phase::Preflighting(request),
            opened: now.mono,
            drawn: None,
            deadline: now.mono + EXPIRES,
            drifts: Vec::new(),
            said: None,
            said_at: now.mono,
            burst: super::Burst::default(),
        };
        (prompt, vec![Effect::Preflight { request }])
    }

    /// Whether it has come to its end.
    pub const fn is_over(&self) -> bool {
        matches!(
            self.phase,
            Phase::Launched(_) | Phase::Refused(_) | Phase::Closed
        )
    }

    /// What is asked, where it came that far.
    pub fn confirming(&self) -> Option<&Confirming> {
        match &self.phase {
            Phase::Confirming(asked) | Phase::Rechecking(asked, _) | Phase::Recording(asked, _) => {
                Some(asked)
            }
            _ => None,
        }
    }

    /// Whether what is asked stands there and has not been drawn yet.
    pub const fn wants_drawing(&self) -> bool {
        matches!(self.phase, Phase::Confirming(_)) && self.drawn.is_none()
    }

    /// It may not be seen any more, as when the terminal has another size: it counts from when it is drawn again.
    pub const fn undrawn(&mut self) {
        self.drawn = None;
    }

    /// Changes the prompt by something that happened and says what is to be done about it.
    #[must_use = "what it asks for must be done"]
    pub fn handle(&mut self, event: Event, now: &mut Now<'_>) -> Vec<Effect> {
        match event {
            Event::Drawn => {
                if self.wants_drawing() {
                    self.drawn = Some(now.mono);
                }
                Vec::new()
            }
            Event::Preflighted { request, answer } => self.preflighted(request, *answer, now),
            Event::Rechecked {
                request,
                answer,
                guard,
            } => self.rechecked(request, answer, guard, now),
            Event::Launched { request, answer } => self.launched(request, answer),
            Event::Ticked => self.ticked(now),
            Event::Moved => self.moved(now),
            Event::Agreed { plan, answer } => self.second(&plan, answer),
            Event::Void(refusal) => self.void(refusal),
            Event::Declined => self.declined(now),
            Event::Vouched => self.agreed(now),
            Event::Typed(_)
            | Event::Pasted
            | Event::Edited(_)
            | Event::Stepped { .. }
            | Event::Accepted => self.answered(&event, now),
        }
    }

    /// The numbers of all that is still asked.
    pub(super) fn waited(&self) -> Vec<RequestId> {
        match &self.phase {
            Phase::Preflighting(request) => vec![*request],
            Phase::Confirming(asked) => asked.reading.into_iter().collect(),
            Phase::Rechecking(asked, request) => {
                asked.reading.into_iter().chain([*request]).collect()
            }
            // What is being recorded is never forgotten: it may be durable by now.
            Phase::Recording(..) | Phase::Launched(_) | Phase::Refused(_) | Phase::Closed => {
                Vec::new()
            }
        }
    }

    /// It is not done: that is kept, and nobody waits for anything any more.
    fn end(&mut self, phase: Phase, refusal: Refusal) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.waited().into_iter().map(Effect::Forget).collect();
        effects.push(Effect::Record(refusal));
        self.phase = phase;
        effects
    }

    pub(super) fn refused(&mut self, refusal: Refusal) -> Vec<Effect> {
        self.end(Phase::Refused(refusal.clone()), refusal)
    }

    fn preflighted(
        &mut self,
        request: RequestId,
        answer: Result<Ready, Refusal>,
        now: &mut Now<'_>,
    ) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Preflighting(own) if own == request) {
            return Vec::new();
        }
        let ready = match answer {
            Ok(ready) => ready,
            Err(refusal) => {
                self.phase = Phase::Refused(refusal.clone());
                return vec![Effect::Record(refusal)];
            }
        };
        let challenge = Challenge::of(&ready.plan);
        let asks = challenge != Challenge::None;
        let asked = Box::new(Confirming {
            ready,
            answer: Answer::to(challenge),
            read: now.mono,
            reading: None,
            asked: now.mono,
            unread: None,
            second: Second::default(),
        });
        self.drawn = None;
        if asks {
            let plan = Arc::clone(&asked.ready.plan);
            self.phase = Phase::Confirming(asked);
            if plan.persons <= 1 {
                return Vec::new();
            }
            self.deadline = self.deadline.max(self.opened + EXPIRES_TOGETHER);
            return vec![Effect::Second { plan }];
        }
        self.record(asked, now)
    }

    pub(super) fn record(&mut self, asked: Box<Confirming>, now: &mut Now<'_>) -> Vec<Effect> {
        let request = now.request();
        let ready = Box::new(asked.ready.clone());
        self.phase = Phase::Recording(asked, request);
        vec![Effect::Launch { request, ready }]
    }

    fn launched(&mut self, request: RequestId, answer: Result<RunId, Refusal>) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Recording(_, own) if own == request) {
            return Vec::new();
        }
        match answer {
            Ok(run) => {
                self.phase = Phase::Launched(run);
                Vec::new()
            }
            Err(refusal) => self.refused(refusal),
        }
    }

    /// Takes who agrees. An answer about another plan than the one that stands there is dropped.
    fn second(&mut self, plan: &PlanDigest, answer: Result<Vec<String>, Refusal>) -> Vec<Effect> {
        if let Phase::Confirming(asked) = &mut self.phase
            && asked.ready.plan.digest() == *plan
        {
            match answer {
                Ok(names) => {
                    let refused = None;
                    asked.second = Second { names, refused };
                }
                Err(refusal) => asked.second.refused = Some(refusal),
            }
        }
        Vec::new()
    }

    fn ticked(&mut self, now: &mut Now<'_>) -> Vec<Effect> {
        let open = matches!(self.phase, Phase::Preflighting(_) | Phase::Confirming(_));
        if open && now.mono >= self.deadline {
            return self.refused(Refusal::TimedOut);
        }
        let Phase::Confirming(asked) = &mut self.phase else {
            return Vec::new();
        };
        if now.mono.saturating_sub(asked.asked) < READ_EVERY {
            return Vec::new();
        }
        read_again(asked, now).into_iter().collect()
    }

    /// The facts are read again at once; what an earlier reading says by now would be too old.
    fn moved(&mut self, now: &mut Now<'_>) -> Vec<Effect> {
        let Phase::Confirming(asked) = &mut self.phase else {
            return Vec::new();
        };
        let mut effects: Vec<Effect> = asked
            .reading
            .take()
            .map(Effect::Forget)
            .into_iter()
            .collect();
        effects.extend(read_again(asked, now));
        effects
    }

    fn void(&mut self, refusal: Refusal) -> Vec<Effect> {
        match self.phase {
            // What is recorded by now is the runner's, which asks for itself.
            Phase::Recording(..) | Phase::Launched(_) | Phase::Refused(_) | Phase::Closed => {
                Vec::new()
            }
            _ => self.refused(refusal),
        }
    }

    fn declined(&mut self, now: &Now<'_>) -> Vec<Effect> {
        match self.phase {
            Phase::Confirming(_) if self.is_quarantined(now) => Vec::new(),
            Phase::Preflighting(_) | Phase::Confirming(_) | Phase::Rechecking(..) => {
                self.end(Phase::Closed, Refusal::Declined)
            }
            Phase::Recording(..) | Phase::Launched(_) | Phase::Refused(_) | Phase::Closed => {
                self.phase = Phase::Closed;
                Vec::new()
            }
        }
    }

    /// Nothing typed before a person can have read what is asked is an answer to it.
    pub fn is_quarantined(&self, now: &Now<'_>) -> bool {
        self.drawn
            .is_none_or(|drawn| now.mono.saturating_sub(drawn) < QUARANTINE)
    }

    /// A key that answers.
    fn answered(&mut self, event: &Event, now: &mut Now<'_>) -> Vec<Effect> {
        // Keys in the quarantine count as keys before: what is glued to them is no answer either.
        let quarantined = self.is_quarantined(now);
        let glued = match event {
            Event::Typed(_) => self.burst.is_paste(now.mono),
            _ => self.burst.is_glued(now.mono),
        };
        if quarantined {
            return Vec::new();
        }
        let Phase::Confirming(asked) = &mut self.phase else {
            return Vec::new();
        };
        // What was missing is no news once the answer is another.
        if self.said == Some(Said::Unanswered) || now.mono.saturating_sub(self.said_at) >= SAID {
            self.said = None;
        }
        match event {
            Event::Pasted => {
                asked.answer.void();
                (self.said, self.said_at) = (Some(Said::Pasted), now.mono);
            }
            Event::Typed(_) if glued => {
                asked.answer.void();
                (self.said, self.said_at) = (Some(Said::Pasted), now.mono);
            }
            Event::Typed(c) => asked.answer.edit(InputRequest::InsertChar(*c)),
            Event::Edited(request) => asked.answer.edit(*request),
            Event::Stepped { onward } => asked.answer.step(*onward),
            Event::Accepted if !glued => return self.accepted(now),
            _ => {}
        }
        Vec::new()
    }

    fn accepted(&mut self, now: &mut Now<'_>) -> Vec<Effect> {
        let Phase::Confirming(asked) = &mut self.phase else {
            return Vec::new();
        };
        if asked.answer.challenge == Challenge::Choice && !asked.answer.is_yes() {
            return self.end(Phase::Closed, Refusal::Declined);
        }
        if !asked.answer.is_yes() {
            // Enter goes from a name that is right to the number; else what is missing is said, and what is typed stays.
            let to_number = matches!(asked.answer.challenge, Challenge::NameAndNumber(..))
                && asked.answer.line == Line::Name
                && asked.answer.name_is_right();
            if to_number {
                asked.answer.step(true);
            } else {
                (self.said, self.said_at) = (Some(Said::Unanswered), now.mono);
            }
            return Vec::new();
        }
        self.agreed(now)
    }

    /// It was agreed to: guard and facts are read once more.
    fn agreed(&mut self, now: &mut Now<'_>) -> Vec<Effect> {
        let Phase::Confirming(asked) = &mut self.phase else {
            return Vec::new();
        };
        if !asked.is_agreed() {
            (self.said, self.said_at) = (Some(Said::Alone), now.mono);
            return Vec::new();
        }
        let mut effects: Vec<Effect> = asked
            .reading
            .take()
            .map(Effect::Forget)
            .into_iter()
            .collect();
        let request = now.request();
        let plan = asked.ready.plan.clone();
        effects.push(Effect::Recheck { request, plan });
        let asked = asked.clone();
        self.phase = Phase::Rechecking(asked, request);
        effects
    }
}

fn read_again(asked: &mut Confirming, now: &mut Now<'_>) -> Option<Effect> {
    if asked.reading.is_some() {
        return None;
    }
    let request = now.request();
    asked.reading = Some(request);
    asked.asked = now.mono;
    let plan = asked.ready.plan.clone();
    Some(Effect::Recheck { request, plan })
}
