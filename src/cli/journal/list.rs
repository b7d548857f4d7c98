//! Runs and what stands beside them, newest first.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    cli::headless::{
        face::Face,
        table::{Cell, Table, Tint},
    },
    domain::{
        action::{
            record::{ActorMark, Aside, Entry, Run, RunState},
            target::Target,
            verdict::Verdict,
        },
        light::Light,
        time::since,
    },
    i18n::{action_words, time},
    ledger::{Ledger, LedgerError, RunQuery, name_of},
};

/// One thing in the list.
enum Item {
    Run(Box<Run>),
    Aside(Box<Aside>),
}

/// What was asked for, newest first.
#[derive(Default)]
pub(super) struct Listing(Vec<Item>);

impl Listing {
    pub fn of(ledger: &dyn Ledger, query: &RunQuery) -> Result<Self, LedgerError> {
        let runs = ledger.runs(query)?.into_iter().map(Box::new).map(Item::Run);
        let asides = ledger.asides(query)?.into_iter();
        let mut items: Vec<Item> = runs.chain(asides.map(Box::new).map(Item::Aside)).collect();
        items.sort_by_key(|item| std::cmp::Reverse(item.at()));
        items.truncate(query.limit.unwrap_or(usize::MAX));
        Ok(Self(items))
    }

    /// What is older than a time, as much of it as is wanted.
    pub fn until(mut self, until: Option<Timestamp>, limit: Option<usize>) -> Self {
        self.0
            .retain(|item| until.is_none_or(|until| item.at() < until));
        self.0.truncate(limit.unwrap_or(usize::MAX));
        self
    }

    pub fn json(&self, now: Timestamp) -> Value {
        let items: Vec<Value> = self.0.iter().map(Item::json).collect();
        json!({"as_of": now.to_string(), "items": items})
    }

    pub fn text(&self, face: &Face) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut table = Table::new(vec![
            face.left("head-when", 0),
            Face::signs(),
            face.left("head-came-of-it", 0),
            face.left("head-action", 0),
            face.left("head-target", 0),
            face.left("head-actor", 2),
            face.right("head-took", 3),
            face.left("head-run", 1),
            face.left("head-why", 4),
        ]);
        let home = self.home();
        table.rows = self.0.iter().map(|item| item.row(face, home)).collect();
        table.draw(face.room, true)
    }

    /// The namespace that need not be said, because all is in it.
    fn home(&self) -> Option<&str> {
        let mut all = self.0.iter().filter_map(|item| item.target()?.namespace());
        let first = all.next()?;
        all.all(|one| one == first).then_some(first)
    }
}

impl Item {
    fn at(&self) -> Timestamp {
        match self {
            Self::Run(run) => run.asked_at,
            Self::Aside(aside) => aside.at,
        }
    }

    fn target(&self) -> Option<&Target> {
        match self {
            Self::Run(run) => Some(&run.intent.plan.target),
            Self::Aside(aside) => match &aside.entry {
                Entry::Refused { target, .. } | Entry::Note { target, .. } => target.as_ref(),
                _ => None,
            },
        }
    }

    fn row(&self, face: &Face, home: Option<&str>) -> Vec<Cell> {
        let when = time::day_and_clock(self.at(), &face.zone);
        let target = self.target().map(|target| target.seen_from(home));
        let target = Cell::plain(target.unwrap_or_default());
        match self {
            Self::Run(run) => run_row(face, run, when, target),
            Self::Aside(aside) => aside_row(face, aside, when, target),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Run(run) => run_json(run),
            Self::Aside(aside) => aside_json(aside),
        }
    }
}

/// How a state is lit: what went as hoped is quiet.
pub(super) fn light(state: &RunState) -> Light {
    match state {
        RunState::Ended(outcome) => match outcome.verdict {
            Verdict::Verified | Verdict::Done => Light::Green,
            Verdict::NotHelped | Verdict::Unverified | Verdict::Aborted => Light::Yellow,
            Verdict::Unknown => Light::Unknown,
            Verdict::Failed => Light::Red,
        },
        _ => Light::Yellow,
    }
}

/// What was done; of what took something back that it did.
fn action_of(face: &Face, run: &Run) -> String {
    let action = &run.intent.plan.action;
    match run.intent.undo_of {
        Some(_) => format!("{} {action}", face.t("run-is-undo")),
        None => action.to_string(),
    }
}

/// Why it ended so, and that somebody saw an end that nobody knew.
fn why_of(face: &Face, run: &Run) -> String {
    let why = match &run.state {
        RunState::Ended(outcome) => outcome.why.as_ref(),
        _ => None,
    };
    let why = why.map(|why| action_words::why(&face.texts, why));
    let seen = run
        .acknowledged
        .then(|| face.t("run-acknowledged").to_owned());
    let parts: Vec<String> = why.into_iter().chain(seen).collect();
    parts.join(face.t("action-join"))
}

fn run_row(face: &Face, run: &Run, when: String, target: Cell) -> Vec<Cell> {
    let light = light(&run.state);
    let took = run
        .ended_at
        .map(|end| time::short(since(run.asked_at, end)));
    vec![
        Cell::plain(when),
        Cell::new(face.glyph.quiet_light(light), Tint::Of(light)),
        Cell::new(
            action_words::state(&face.texts, &run.state),
            Tint::Of(light),
        ),
        Cell::plain(action_of(face, run)),
        target,
        Cell::plain(name_of(&run.actor)),
        Cell::plain(took.unwrap_or_default()),
        Cell::plain(run.id.as_str()),
        Cell::plain(why_of(face, run)),
    ]
}

fn aside_row(face: &Face, aside: &Aside, when: String, target: Cell) -> Vec<Cell> {
    let (action, why) = match &aside.entry {
        Entry::Refused {
            action, refusal, ..
        } => (Some(action), action_words::refusal(&face.texts, refusal)),
        Entry::Note { text, action, .. } => (action.as_ref(), text.clone()),
        Entry::Approval { principal, .. } => (None, principal.clone()),
        _ => (None, String::new()),
    };
    vec![
        Cell::plain(when),
        Cell::plain(""),
        Cell::plain(action_words::entry(&face.texts, &aside.entry)),
        Cell::plain(action.map_or("", |action| action.as_str())),
        target,
        Cell::plain(name_of(&aside.actor)),
        Cell::plain(""),
        Cell::plain(""),
        Cell::plain(why),
    ]
}

fn actor_json(actor: &ActorMark) -> Value {
    json!({
        "principal": actor.principal,
        "uid": actor.uid,
        "login_uid": actor.login_uid,
        "ssh_key": actor.ssh_key,
        "host": actor.host,
    })
}

fn run_json(run: &Run) -> Value {
    let plan = &run.intent.plan;
    let (state, step) = match &run.state {
        RunState::Intended => ("intended", None),
        RunState::Running { step } => ("running", Some(*step)),
        RunState::Verifying => ("verifying", None),
        RunState::Ended(_) => ("ended", None),
    };
    let outcome = match &run.state {
        RunState::Ended(outcome) => Some(outcome),
        _ => None,
    };
    json!({
        "kind": "run",
        "run": run.id,
        "at": run.asked_at.to_string(),
        "actor": actor_json(&run.actor),
        "action": plan.action,
        "tier": plan.tier.name(),
        "target": plan.target.to_string(),
        "namespace": plan.target.namespace(),
        "params": plan.params,
        "plan": run.intent.digest,
        "context": plan.desk.context,
        "state": state,
        "step": step,
        "verdict": outcome.map(|outcome| outcome.verdict.id()),
        "why": outcome.and_then(|outcome| outcome.why.as_ref()),
        "ended_at": run.ended_at.map(|at| at.to_string()),
        "cancel_asked": run.cancel_asked,
        "acknowledged": run.acknowledged,
        "undo_of": run.intent.undo_of,
    })
}

fn aside_json(aside: &Aside) -> Value {
    let mut item = json!({
        "kind": "other",
        "at": aside.at.to_string(),
        "actor": actor_json(&aside.actor),
        "action": null,
        "target": null,
        "namespace": null,
    });
    match &aside.entry {
        Entry::Refused {
            action,
            target,
            params,
            refusal,
        } => {
            item["kind"] = "refused".into();
            item["action"] = action.as_str().into();
            item["target"] = json!(target.as_ref().map(ToString::to_string));
            item["namespace"] = json!(target.as_ref().and_then(Target::namespace));
            item["params"] = json!(params);
            item["refusal"] = json!(refusal);
        }
        Entry::Note {
            text,
            action,
            target,
        } => {
            item["kind"] = "note".into();
            item["action"] = json!(action);
            item["target"] = json!(target.as_ref().map(ToString::to_string));
            item["namespace"] = json!(target.as_ref().and_then(Target::namespace));
            item["text"] = text.as_str().into();
        }
        Entry::Approval {
            plan,
            principal,
            key,
            ..
        } => {
            item["kind"] = "approval".into();
            item["plan"] = json!(plan);
            item["principal"] = principal.as_str().into();
            item["key"] = key.as_str().into();
        }
        _ => {}
    }
    item
}
