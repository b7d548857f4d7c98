//! How long a run waits for the world to become as it should be, and to get better.

use std::time::Duration;

use super::Judgement;
use crate::{domain::action::saying::Saying, pack::Truth};

/// Two judgements further apart say nothing of the time between them.
const NEXT_TO: Duration = Duration::from_secs(10);

/// When it may be judged whether the world got better. A condition over time looks back: it must not see what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Helping {
    /// After the last step.
    pub not_before: Duration,
    /// After it first may be judged.
    pub within: Duration,
}

/// Waits for both conditions of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// When the last step ended.
    done_at: Duration,
    /// The time it may take and the time it must hold; `None`: nothing says how it should be.
    verify: Option<(Duration, Duration)>,
    helping: Option<Helping>,
    /// Since when it has been as it should be, without a gap.
    good_since: Option<Duration>,
    judged_at: Option<Duration>,
    last: Vec<Saying>,
    verified: bool,
    /// The world was seen not to be better at a time when it counts.
    no_better: bool,
}

/// What came of the waiting.
#[derive(Debug, Clone, PartialEq)]
pub enum Watched {
    /// Wait on.
    NotYet,
    Good,
    /// It is not as it should be, and the time is up; what was read last.
    NotInTime(Vec<Saying>),
    /// It is as it should be, and the world did not get better.
    NotHelped,
    /// It is as it should be, and whether the world got better can't be told.
    HelpUnknown,
}

impl Watch {
    pub const fn new(
        done_at: Duration,
        verify: Option<(Duration, Duration)>,
        helping: Option<Helping>,
    ) -> Self {
        Self {
            done_at,
            verify,
            helping,
            good_since: None,
            judged_at: None,
            last: Vec::new(),
            verified: false,
            no_better: false,
        }
    }

    /// Whether it was as it should be, for as long as it had to.
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// Takes what the world looks like at this time.
    pub fn judged(&mut self, judgement: &Judgement, now: Duration) -> Watched {
        let gap = self
            .judged_at
            .is_some_and(|before| now.saturating_sub(before) > NEXT_TO);
        self.judged_at = Some(now);
        if gap || judgement.verify != Truth::True {
            self.good_since = None;
        }
        if judgement.verify == Truth::True {
            self.good_since.get_or_insert(now);
        }
        self.last.clone_from(&judgement.last);
        self.stands(judgement.helped, now)
    }

    /// Time passed and nothing was judged: what was seen before says nothing new.
    pub fn passed(&mut self, now: Duration) -> Watched {
        if self
            .judged_at
            .is_some_and(|at| now.saturating_sub(at) > NEXT_TO)
        {
            self.good_since = None;
        }
        self.stands(Truth::Unknown, now)
    }

    fn stands(&mut self, helped: Truth, now: Duration) -> Watched {
        if !self.verified {
            match self.verify {
                None => self.verified = true,
                Some((within, hold)) => {
                    if let Some(since) = self.good_since {
                        if now.saturating_sub(since) < hold {
                            return Watched::NotYet;
                        }
                        self.verified = true;
                    } else if now >= self.done_at + within {
                        return Watched::NotInTime(self.last.clone());
                    } else {
                        return Watched::NotYet;
                    }
                }
            }
        }
        let Some(helping) = self.helping else {
            return Watched::Good;
        };
        let from = self.done_at + helping.not_before;
        if now < from {
            return Watched::NotYet;
        }
        match helped {
            Truth::True => return Watched::Good,
            Truth::False => self.no_better = true,
            Truth::Unknown => {}
        }
        if now < from + helping.within {
            Watched::NotYet
        } else if self.no_better {
            Watched::NotHelped
        } else {
            Watched::HelpUnknown
        }
    }
}
