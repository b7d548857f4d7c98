//! From the ledger of a drill to its record.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    app::running::state_id,
    domain::{
        action::{
            record::{Aside, Entry, Run},
            refusal::Refusal,
            tier::Tier,
            verdict::StepEnd,
        },
        hex::hex,
        logbook::{
            AlertNoted, LogDesk, LogLine, Logbook, Noted,
            drill::{DrillDeed, DrillEvidence, DrillOn, DrillRecord, DrillRefused, Score, Timed},
        },
    },
    pack::{DrillSpec, Pack},
};

/// What the ledger of a drill tells.
pub struct Told<'a> {
    pub desk: LogDesk,
    pub runs: &'a [Arc<Run>],
    pub asides: &'a [Arc<Aside>],
    pub lines: &'a [Arc<LogLine>],
    /// When it ended, or is looked at.
    pub ended: Timestamp,
}

/// The record of the drill, without its number; `None` where none was begun, or the pack has it no longer.
pub fn scored(pack: &Pack, told: &Told<'_>) -> Option<DrillRecord> {
    let book = Logbook::of(&told.desk, told.lines);
    let on = book.drills.on()?;
    let spec = pack.drill(&on.drill)?;
    let mut runs: Vec<&Run> = told.runs.iter().map(|run| &**run).collect();
    runs.retain(|run| run.asked_at >= on.began);
    runs.sort_by(|one, other| (one.asked_at, &one.id).cmp(&(other.asked_at, &other.id)));
    let follow_ups = book.incidents.all().iter().flat_map(|it| &it.follow_ups);
    Some(DrillRecord {
        series: String::new(),
        number: 0,
        drill: on.drill.clone(),
        scenario: on.scenario.clone(),
        speed: on.speed,
        began: on.began,
        ended: told.ended,
        fired: on.fired.as_ref().map(|(at, _)| on.played(*at)),
        recovered: on.recovered.map(|at| on.played(at)),
        trigger: on
            .fired
            .as_ref()
            .map(|(_, trigger)| trigger.clone())
            .unwrap_or_default(),
        score: score(pack, spec, (on, told), &runs),
        evidence: runs.iter().map(|run| evidence(run)).collect(),
        follow_ups: follow_ups
            .map(|it| (it.text.clone(), it.owner.clone()))
            .collect(),
        pack: pack.digest.clone(),
        elsewhere: None,
    })
}

fn score(pack: &Pack, spec: &DrillSpec, (on, told): (&DrillOn, &Told<'_>), runs: &[&Run]) -> Score {
    let limits = pack.drill_limits(spec);
    let fired = on.fired.as_ref().map(|(at, _)| *at);
    let timed = |at: Option<Timestamp>, limit: Option<std::time::Duration>| Timed {
        took: at
            .zip(fired)
            .map(|(at, fired)| on.after(at).saturating_sub(on.after(fired))),
        limit: limit.map(|limit| limit.as_secs()),
    };
    let deed = |run: &&Run| DrillDeed {
        after: on.after(run.asked_at),
        action: run.intent.plan.action.clone(),
        target: run.intent.plan.target.to_string(),
        state: state_id(&run.state).to_owned(),
    };
    let is_right = |run: &&&Run| spec.right.contains(&run.intent.plan.action);
    // What only looks is never wrong, and neither is taking back what was done.
    let is_wrong = |run: &&&Run| {
        let plan = &run.intent.plan;
        plan.tier != Tier::T0
            && run.intent.undo_of.is_none()
            && !spec.right.contains(&plan.action)
            && !spec.also.contains(&plan.action)
    };
    let first = runs.iter().find(is_right).map(|run| run.asked_at);
    let during = told.asides.iter().rev().filter(|it| it.at >= on.began);
    let refused = during.filter_map(|aside| {
        let Entry::Refused {
            action,
            target,
            refusal,
            ..
        } = &aside.entry
        else {
            return None;
        };
        // A person who says no, or nothing, is not refused.
        if matches!(refusal, Refusal::Declined | Refusal::TimedOut) {
            return None;
        }
        Some(DrillRefused {
            after: on.after(aside.at),
            action: action.clone(),
            target: target.as_ref().map(ToString::to_string).unwrap_or_default(),
            why: refusal.clone(),
        })
    });
    Score {
        acknowledge: timed(acknowledged(pack, spec, told), limits.acknowledge),
        act: timed(first, limits.act),
        recover: timed(on.recovered, limits.recover),
        right: runs.iter().filter(is_right).map(deed).collect(),
        wrong: runs.iter().filter(is_wrong).map(deed).collect(),
        refused: refused.collect(),
    }
}

/// When somebody first took care of an alert of the drill; of any where it shows by hooks alone.
fn acknowledged(pack: &Pack, spec: &DrillSpec, told: &Told<'_>) -> Option<Timestamp> {
    let own = told
        .lines
        .iter()
        .filter(|line| line.entry.desk == told.desk);
    let times = own.filter_map(|line| match &line.entry.noted {
        Noted::Alert(AlertNoted::Acknowledged { alert, .. }) => {
            let known = pack.alert_spec(&alert.name);
            let meant = known.is_some_and(|known| spec.alerts.contains(&known.id));
            (meant || spec.alerts.is_empty()).then_some(line.at)
        }
        _ => None,
    });
    times.min()
}

/// A digest of everything the steps of a run wrote and said, in their order.
fn evidence(run: &Run) -> DrillEvidence {
    let mut hash = Sha256::new();
    let mut lines = 0;
    let mut add = |text: &str| {
        hash.update(text);
        hash.update([b'\n']);
        lines += 1;
    };
    for step in &run.steps {
        for output in &step.output {
            add(&output.text);
        }
        if let Some(text) = &step.evidence {
            add(text);
        }
        if let Some(StepEnd::Done { said, .. }) = &step.end {
            for said in said {
                let of = said.of.as_deref().unwrap_or_default();
                add(&format!("{} {of} {}", said.name, said.value));
            }
        }
    }
    DrillEvidence {
        run: run.id.clone(),
        action: run.intent.plan.action.clone(),
        sha256: hex(&hash.finalize()),
        lines,
    }
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
