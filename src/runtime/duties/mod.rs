//! What the watch does beside recording: checks that ask nobody are run when they are due, and people are reminded; once
//! over all watches of a ledger, and never more than the policy lets it.

mod checks;
mod lead;
#[cfg(test)]
mod tests;
mod ways;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use tokio::task::JoinSet;

use self::checks::ToRun;
pub use self::{
    lead::{Begun, Leading, Leads, Terms, Warrant},
    ways::{Message, Ways},
};
use super::{
    acts::{Means, actor},
    watch::{Duty, Said},
};
use crate::{
    app::{
        logbook::log_desk,
        model::Model,
        reminding::Reminding,
        snapshot::{Scope, has_answered},
    },
    domain::{
        action::{
            record::{ActorMark, Entry},
            refusal::Refusal,
            value::Values,
        },
        logbook::{
            DutyNoted, LogDesk, LogEntry, Noted,
            duty::{DutyEnd, DutyOf},
        },
        reminder::Reminder,
    },
};

/// How long sources may take to give their first answers before checks are judged without them.
const FIRST_ANSWERS: Duration = Duration::from_secs(60);
/// How often it is looked what is due.
const EVERY: Duration = Duration::from_secs(2);
/// How many things are done at once.
const AT_ONCE: usize = 4;
/// How long what is under way may take when the watch ends.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often something is begun again that was given up.
const ATTEMPTS: usize = 3;
/// After how long something that was begun and did not end is said to have been left.
const LEFT: jiff::SignedDuration = jiff::SignedDuration::from_mins(3);

/// A sentence for a person.
pub type Sentence = dyn Fn(&Reminder) -> String + Send + Sync;

/// The duties of a desk beside recording.
pub struct Errands {
    means: Arc<Means>,
    leading: Leading,
    ways: Arc<Ways>,
    sentence: Arc<Sentence>,
    reminding: Reminding,
    working: JoinSet<Came>,
    /// What this process took on or left to others, by key.
    known: BTreeSet<String>,
    leads: Leads,
    began: Option<Duration>,
    looked: Option<Duration>,
}

/// What duties are done with.
pub struct Tools {
    pub means: Arc<Means>,
    pub leading: Leading,
    pub ways: Ways,
    pub sentence: Arc<Sentence>,
}

/// What came of something that was done aside.
enum Came {
    /// What a check rests on was read.
    Read {
        run: ToRun,
        read: Result<Values, Refusal>,
    },
    Said(Said),
    Nothing,
    /// It may be taken on once more.
    Again(String),
}

impl Errands {
    pub fn new(tools: Tools) -> Self {
        let Tools {
            means,
            leading,
            ways,
            sentence,
        } = tools;
        Self {
            means,
            leading,
            ways: Arc::new(ways),
            sentence,
            reminding: Reminding::default(),
            working: JoinSet::new(),
            known: BTreeSet::new(),
            leads: Leads::Unknown,
            began: None,
            looked: None,
        }
    }

    /// Takes what came of what was done aside.
    fn take(&mut self, model: &Model) -> Vec<Said> {
        let mut said = Vec::new();
        while let Some(came) = self.working.try_join_next() {
            match came {
                Ok(Came::Read { run, read }) => self.judge(model, run, read),
                Ok(Came::Said(one)) => said.push(one),
                Ok(Came::Nothing) => {}
                Ok(Came::Again(key)) => {
                    self.known.remove(&key);
                }
                Err(error) => tracing::error!(%error, "a duty fell over"),
            }
        }
        said
    }

    /// A check is judged on what is known now and what was read for it, and its result written down.
    fn judge(&mut self, model: &Model, run: ToRun, read: Result<Values, Refusal>) {
        let Some(noted) = run.judged(model, read) else {
            return;
        };
        let outcome = noted.outcome;
        let desk = Desk::of(model);
        let entry = desk.entry(Noted::Check(noted));
        let warrant = self.leading.warrant();
        self.working.spawn(async move {
            Came::Said(match warrant.write(desk.actor, entry).await {
                Ok(()) => Said::Checked {
                    check: run.name(),
                    slot: run.slot,
                    outcome,
                },
                Err(why) => Said::NotDone {
                    what: run.name(),
                    why,
                },
            })
        });
    }

    /// Begins what is due.
    fn begin(&mut self, model: &Model) -> Vec<Said> {
        let now = model.now.mono;
        let began = *self.began.get_or_insert(now);
        let due = self
            .looked
            .is_none_or(|at| now.saturating_sub(at) >= EVERY || now < at);
        if !due || model.acts.ledger != Some(Ok(())) {
            return Vec::new();
        }
        let first = self.looked.replace(now).is_none();
        if first {
            // What others wrote comes with the ledger's first words: it is waited for.
            return Vec::new();
        }
        let answered = has_answered(model, Scope::All) || now.saturating_sub(began) > FIRST_ANSWERS;
        if answered {
            for run in checks::due(model) {
                if self.working.len() >= AT_ONCE {
                    break;
                }
                if self.known.insert(run.key.clone()) {
                    self.run(model, run);
                }
            }
        }
        let said = self.left(model);
        for reminder in self.reminding.due(model) {
            if self.working.len() >= AT_ONCE {
                break;
            }
            if let Some(key) = key_of(model, &reminder)
                && self.known.insert(key.clone())
            {
                self.remind(model, reminder, key);
            }
        }
        said
    }

    fn run(&mut self, model: &Model, run: ToRun) {
        let desk = Desk::of(model);
        let begun = desk.entry(Noted::Duty(DutyNoted::Begun {
            key: run.key.clone(),
            of: run.of(),
        }));
        let (warrant, means) = (self.leading.warrant(), Arc::clone(&self.means));
        let draft = run.draft(model);
        self.working.spawn(async move {
            match taken(&warrant, &desk, &run.key, begun).await {
                Taken::Ours => {}
                Taken::Others => return Came::Nothing,
                Taken::Not(why) => {
                    tracing::info!(check = run.name(), why, "a check is not begun");
                    return Came::Again(run.key);
                }
            }
            let read = checks::read(&means, draft).await;
            Came::Read { run, read }
        });
    }

    fn remind(&mut self, model: &Model, reminder: Reminder, key: String) {
        let desk = Desk::of(model);
        let begun = desk.entry(Noted::Duty(DutyNoted::Begun {
            key: key.clone(),
            of: DutyOf::Reminder {
                reminder: reminder.clone(),
            },
        }));
        let message = Message {
            key: key.clone(),
            pack: desk.of.pack.to_string(),
            context: desk.of.context.clone(),
            text: (self.sentence)(&reminder),
            reminder,
        };
        let (warrant, ways) = (self.leading.warrant(), Arc::clone(&self.ways));
        self.working.spawn(async move {
            match taken(&warrant, &desk, &key, begun).await {
                Taken::Ours => {}
                Taken::Others => return Came::Nothing,
                Taken::Not(why) => {
                    tracing::info!(key, why, "nobody is reminded yet");
                    return Came::Again(key);
                }
            }
            let told = ways.tell(&message).await;
            for way in &told {
                if let Some(why) = &way.fault {
                    tracing::warn!(way = way.way, why, key, "nobody was reminded this way");
                }
            }
            let ended = desk.entry(Noted::Duty(DutyNoted::Ended {
                key,
                end: DutyEnd::Told { ways: told.clone() },
            }));
            if let Err(why) = warrant.write(desk.actor, ended).await {
                tracing::warn!(why, "how a reminder ended is not written down");
            }
            Came::Said(Said::Reminded {
                text: message.text,
                reminder: message.reminder,
                ways: told,
            })
        });
    }

    /// Reminders that somebody began and whose end nobody wrote down: whether anybody heard is not known.
    fn left(&mut self, model: &Model) -> Vec<Said> {
        let mut said = Vec::new();
        for (key, log) in model.logbook.duties.all() {
            let DutyOf::Reminder { reminder } = &log.of else {
                continue;
            };
            let old = log.at.checked_add(LEFT).is_ok_and(|at| at <= model.clocked);
            if log.end.is_none() && old && self.known.insert(format!("left {key}")) {
                said.push(Said::NotDone {
                    what: (self.sentence)(reminder),
                    why: format!("{} began it and did not say how it ended", log.by.shown()),
                });
            }
        }
        said
    }
}

impl Duty for Errands {
    fn tick(&mut self, model: &Model) -> Vec<Said> {
        let mut said = self.take(model);
        let leads = self.leading.now();
        if leads != self.leads {
            self.leads = leads.clone();
            said.push(Said::Leads(leads));
        }
        if self.leads == Leads::Here {
            said.extend(self.begin(model));
        }
        said
    }

    fn end(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let finish = async { while self.working.join_next().await.is_some() {} };
            // What is cut off here was begun: the next one says that its end is not known.
            let _ = tokio::time::timeout(LAST_WORDS, finish).await;
            self.leading.end().await;
        })
    }
}

/// Whose duties they are, and who does them.
struct Desk {
    of: LogDesk,
    actor: ActorMark,
    /// The time of the newest line that is known.
    after: Option<jiff::Timestamp>,
}

impl Desk {
    fn of(model: &Model) -> Self {
        Self {
            of: log_desk(&model.pack, &model.desk),
            actor: actor(model.actor.who().map(|who| who.name.clone())),
            after: model.logbook.newest,
        }
    }

    fn entry(&self, noted: Noted) -> Entry {
        Entry::Log(LogEntry {
            desk: self.of.clone(),
            noted,
            after: self.after,
        })
    }
}

/// Whether something that is due is ours to do.
enum Taken {
    Ours,
    /// Somebody else did it, or does.
    Others,
    Not(String),
}

/// Takes something on, where nobody else has.
async fn taken(warrant: &Warrant, desk: &Desk, key: &str, begun: Entry) -> Taken {
    match warrant.begin(desk.actor.clone(), begun).await {
        lead::Begun::Ours => Taken::Ours,
        lead::Begun::Before => Taken::Others,
        lead::Begun::Not(why) => Taken::Not(why),
        lead::Begun::Lost(why) => {
            let given_up = desk.entry(Noted::Duty(DutyNoted::Ended {
                key: key.to_owned(),
                end: DutyEnd::GivenUp,
            }));
            tracing::warn!(key, why, "a duty is given up: another one leads");
            if let Err(why) = warrant.write(desk.actor.clone(), given_up).await {
                tracing::warn!(why, "that a duty is given up is not written down");
            }
            Taken::Others
        }
    }
}

/// What a reminder is begun by; `None` where it was begun. One that was given up is begun anew.
fn key_of(model: &Model, reminder: &Reminder) -> Option<String> {
    let book = &model.logbook.duties;
    let first = reminder.key();
    let again = (2..=ATTEMPTS).map(|number| format!("{first} #{number}"));
    for key in std::iter::once(first.clone()).chain(again) {
        match book.get(&key) {
            None => return Some(key),
            Some(log) if log.end == Some(DutyEnd::GivenUp) => {}
            Some(_) => return None,
        }
    }
    None
}
