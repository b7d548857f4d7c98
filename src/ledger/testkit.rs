//! Entries to write in tests, and a clock that is told the time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use crate::domain::{
    action::{
        plan::{DeskMark, PackMark, Plan},
        preflight::Preflight,
        record::{ActorMark, Entry, Intent, Outcome, Owner},
        step::{Step, StepKind},
        target::Target,
        tier::Tier,
        verdict::{Output, StepEnd, Stream, Verdict},
    },
    time::{Clock, Moment},
};

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct Hand(AtomicI64);

impl Hand {
    pub fn at(text: &str) -> Arc<Self> {
        let at: Timestamp = text.parse().unwrap();
        Arc::new(Self(AtomicI64::new(at.as_microsecond())))
    }

    pub fn forward(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap();
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Moment {
        let at = Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap();
        Moment::new(at, Duration::ZERO)
    }
}

pub fn actor(name: &str) -> ActorMark {
    ActorMark {
        principal: Some(name.to_owned()),
        uid: 1000,
        login_uid: Some(1000),
        ssh_key: None,
        host: "bastion-1".to_owned(),
    }
}

pub fn plan(target: &str, steps: usize) -> Plan {
    let target = Target::Named {
        name: target.to_owned(),
    };
    let step = Step {
        kind: StepKind::Restart {
            target: target.clone(),
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    let steps = vec![step; steps];
    Plan {
        action: "generic/restart".into(),
        title: "Restart".into(),
        tier: Tier::T2,
        pack: PackMark {
            id: "generic".to_owned(),
            digest: "d".repeat(64),
        },
        desk: DeskMark {
            pack: None,
            context: "prod".to_owned(),
            namespaces: vec!["prod".to_owned()],
            cluster: Some("c-1".to_owned()),
            demo: false,
        },
        principal: "li".to_owned(),
        ..Plan::of_steps(target, steps)
    }
}

pub fn intent(target: &str, steps: usize) -> Entry {
    let plan = plan(target, steps);
    let digest = plan.digest();
    Entry::Intent(Box::new(Intent {
        plan,
        digest,
        preflight: Preflight::default(),
        snapshot: BTreeMap::new(),
        desk_args: Vec::new(),
        undo_of: None,
    }))
}

pub fn taken() -> Entry {
    Entry::Taken {
        owner: Owner {
            host: "bastion-1".to_owned(),
            boot: "b".to_owned(),
            pid: 7,
            started: 9,
        },
    }
}

pub fn output(step: usize, text: &str) -> Entry {
    Entry::Output(Output {
        step,
        of: None,
        stream: Stream::Out,
        text: text.to_owned(),
    })
}

pub fn done(step: usize) -> Entry {
    Entry::StepEnded {
        step,
        end: StepEnd::Done {
            said: Vec::new(),
            saved: BTreeMap::new(),
        },
    }
}

pub fn outcome(verdict: Verdict) -> Entry {
    Entry::Outcome(Box::new(Outcome {
        verdict,
        why: None,
        snapshot: BTreeMap::new(),
        done: vec![0],
    }))
}

pub fn note(text: &str) -> Entry {
    Entry::Note {
        text: text.to_owned(),
        action: None,
        target: None,
    }
}
