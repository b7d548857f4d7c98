//! From the model to what its panes show, and back: what was written down is drawn by the same panes.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    board::Board,
    logbook::log_desk,
    marking::marked,
    model::{AlertLine, Cluster, Model},
    running,
    table::Table,
    triaging,
    update::refresh_panes,
};
use crate::domain::{
    action::record::{ActorMark, Entry, Run, RunState},
    desk::Desk,
    frame::{AlertsSeen, CareSeen, Did, Frame, MOST_PODS, Mark, MarkKey, Marked, PodsSeen, Who},
    logbook::{AlertBook, AlertLog, alert::Acknowledgement},
    observation::Rows,
    pod::{Health, PodRow},
    time::since,
};

/// How far back what is in the ledger is of this shift where no shift is known.
const REACH: Duration = Duration::from_secs(12 * 3_600);

/// What the panes show now.
pub fn frame_of(model: &Model) -> Frame {
    let board = &model.board;
    Frame {
        at: model.now.wall,
        clocked: model.clocked,
        desk: Desk {
            // Where things are is nobody's business who goes through a shift.
            kubeconfig: None,
            alertmanager: None,
            read_only: model.is_read_only(),
            ..model.desk.clone()
        },
        zone: model.look.zone.iana_name().unwrap_or("UTC").to_owned(),
        shift: model.shift.clone(),
        links: model.links.clone(),
        hooks: board.hooks.clone(),
        lights: board.lights.clone(),
        slos: board.slos.clone(),
        gauges: board.gauges.clone(),
        queues: board.queues.clone(),
        alerts: AlertsSeen {
            filled: model.alerts.filled,
            lines: model.alerts.alerts.clone(),
            care: model
                .alerts
                .alerts
                .iter()
                .map(|(fingerprint, line)| (fingerprint.clone(), care_of(model, line)))
                .filter(|(_, care)| *care != CareSeen::default())
                .collect(),
        },
        pods: pods_of(&model.cluster),
    }
}

/// What the pane says of who takes care of an alert.
fn care_of(model: &Model, line: &AlertLine) -> CareSeen {
    let log = triaging::log(model, line);
    let seen = log.and_then(|log| log.acknowledged.as_ref());
    CareSeen {
        acknowledged: seen.map(|seen| {
            let who = Who {
                principal: seen.by.principal.clone(),
                uid: seen.by.uid,
                host: seen.by.host.clone(),
            };
            (seen.at, who)
        }),
        assigned: log.and_then(|log| log.assigned.clone()),
        respond_by: triaging::respond_by(model, line),
    }
}

fn log_of(care: &CareSeen) -> AlertLog {
    AlertLog {
        acknowledged: care.acknowledged.as_ref().map(|(at, who)| Acknowledgement {
            at: *at,
            by: ActorMark {
                principal: who.principal.clone(),
                uid: who.uid,
                host: who.host.clone(),
                ..ActorMark::default()
            },
            note: None,
        }),
        assigned: care.assigned.clone(),
        ..AlertLog::default()
    }
}

/// Whether a pod has a row of its own where pods are rolled up.
fn stands_alone(pod: &PodRow) -> bool {
    let needs_a_look = matches!(pod.health, Health::Sick | Health::Shaky);
    needs_a_look || (pod.workload.is_none() && pod.health != Health::Done)
}

fn pods_of(cluster: &Cluster) -> PodsSeen {
    fn rank(pod: &PodRow) -> (Health, &str, &str) {
        (pod.health, &pod.namespace, &pod.name)
    }
    let mut alone: Vec<&PodRow> = cluster
        .pods
        .iter()
        .filter(|pod| stands_alone(pod))
        .collect();
    let left_out = alone.len().saturating_sub(MOST_PODS);
    if left_out > 0 {
        alone.select_nth_unstable_by(MOST_PODS - 1, |a, b| rank(a).cmp(&rank(b)));
        alone.truncate(MOST_PODS);
    }
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    PodsSeen {
        filled: cluster.pods.is_filled(),
        unseen: count(cluster.pods.len() + cluster.unseen - alone.len()),
        left_out: count(left_out + cluster.left_out),
        usage: alone
            .iter()
            .filter_map(|pod| Some((pod.uid.clone(), *cluster.usage.get(&pod.uid)?)))
            .collect(),
        rows: alone
            .into_iter()
            .map(|pod| {
                let row = PodRow {
                    labels: std::sync::Arc::default(),
                    is_ready: None,
                    ..pod.clone()
                };
                (row.uid.clone(), row)
            })
            .collect(),
        roll_ups: cluster.roll_ups.clone(),
        count: cluster.count,
    }
}

/// Makes the panes of a model show what was written down. How they are looked at stays.
pub fn show(model: &mut Model, frame: Frame) {
    let Frame {
        at,
        clocked,
        desk,
        zone,
        shift,
        links,
        hooks,
        lights,
        slos,
        gauges,
        queues,
        alerts,
        pods,
    } = frame;
    model.now.wall = at;
    model.clocked = clocked;
    model.desk = desk;
    model.look.zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    model.shift = shift;
    model.links = links;
    model.board = Board {
        gauges,
        slos,
        queues,
        hooks,
        lights,
        gates: Vec::new(),
        verdicts: Vec::new(),
    };
    model.alerts.filled = alerts.filled;
    model.logbook.alerts = AlertBook::with(alerts.care.iter().filter_map(|(fingerprint, care)| {
        let line = alerts.lines.get(fingerprint)?;
        let life = (fingerprint.clone(), line.alert.starts_at);
        Some((life, log_of(care)))
    }));
    model.alerts.respond_by = alerts
        .care
        .into_iter()
        .filter_map(|(fingerprint, care)| Some((fingerprint, care.respond_by?)))
        .collect();
    model.alerts.alerts = alerts.lines;
    let mut rows = Table::default();
    if pods.filled {
        rows.apply(Rows::All(pods.rows.into_values().collect()), |_, _| {});
    }
    model.cluster = Cluster {
        pods: rows,
        usage: pods.usage.into_iter().collect(),
        roll_ups: pods.roll_ups,
        count: pods.count,
        unseen: pods.unseen as usize,
        left_out: pods.left_out as usize,
        ..Cluster::default()
    };
    refresh_panes(model);
}

/// What stands on the time line of this shift, as far as it is known now.
pub fn marks_of(model: &Model) -> Vec<Mark> {
    let now = model.now.wall;
    let from = model.shift.as_ref().map_or_else(
        || now.saturating_sub(REACH).unwrap_or(now),
        |shift| shift.from,
    );
    let changes = model.time_line.changes.iter().map(|(number, change)| Mark {
        key: MarkKey::Change(*number),
        at: change.at,
        what: Marked::Changed(change.what.clone()),
    });
    let told = changes.chain(marks_of_ledger(model));
    told.filter(|mark| mark.at >= from && since(mark.at, now) < REACH)
        .collect()
}

/// What the ledger tells of: runs and notes.
pub fn marks_of_ledger(model: &Model) -> Vec<Mark> {
    let now = model.now.wall;
    // It has the time of the program's own clock.
    let ahead = now.duration_since(model.clocked);
    let of_world = |at: Timestamp| at.saturating_add(ahead).unwrap_or(at);
    // The ledger holds the runs of all desks.
    let here = model.acts.runs.iter().filter(|run| model.is_here(run));
    let runs = here.map(|run| Mark {
        key: MarkKey::Run(run.id.clone()),
        at: of_world(run.asked_at),
        what: ran(run),
    });
    let notes = model.acts.asides.iter().filter_map(|aside| {
        let Entry::Note { text, .. } = &aside.entry else {
            return None;
        };
        Some(Mark {
            key: MarkKey::Line(format!("{} {text}", aside.at)),
            at: of_world(aside.at),
            what: Marked::Noted {
                who: running::actor(&aside.actor),
                did: Did::Remarked,
                about: None,
                text: Some(text.clone()),
            },
        })
    });
    let here = log_desk(&model.pack, &model.desk);
    let lines = model.acts.log.iter();
    let lines = lines.filter(|line| line.entry.desk == here);
    let logged = lines.filter_map(|line| {
        Some(Mark {
            key: MarkKey::Line(line.id.to_string()),
            at: of_world(line.at),
            what: marked(model, line)?,
        })
    });
    runs.chain(notes).chain(logged).collect()
}

fn ran(run: &Run) -> Marked {
    let plan = &run.intent.plan;
    Marked::Ran {
        title: plan.title.clone(),
        target: plan.target.to_string(),
        who: running::actor(&run.actor),
        verdict: match &run.state {
            RunState::Ended(outcome) => Some(outcome.verdict),
            _ => None,
        },
    }
}
