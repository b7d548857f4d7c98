//! A frame taken apart into small things, each with a name, so that only what changed has to be written.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{
    desk::{Desk, ShiftNow},
    frame::{AlertsSeen, Frame, PodsSeen},
    freshness::{Link, Reading, SourceId},
    gauge::{GaugeSpec, GaugeState},
    line::{AlertLine, GaugeLine, QueueLine, SloLine},
    pod::{PodCount, PodRow, PodUsage, RollUp, WorkloadKey},
    queue::{QueueSpec, QueueState},
    series::Series,
    slo::{SloSpec, SloState},
};

use super::bytes::{Bad, Wire};

/// What a part is named by: its kind, then its place or id. Parts stand in the order of these.
pub type Key = Vec<u8>;

/// One part. A trend is kept as what it is, since it slides.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Bytes(Vec<u8>),
    Trend(Series),
}

pub type Parts = BTreeMap<Key, Part>;

const HEAD: u8 = 0;
const LINK: u8 = 1;
const HOOK: u8 = 2;
const LIGHT: u8 = 3;
const SLO: u8 = 4;
const GAUGE: u8 = 5;
const QUEUE: u8 = 6;
const ALERTS: u8 = 7;
const ALERT: u8 = 8;
const PODS: u8 = 9;
const POD: u8 = 10;
const USAGE: u8 = 11;
const ROLL_UP: u8 = 12;
const CARE: u8 = 13;

/// Of a line: what it is, how it stands, how it came there.
const SPEC: u8 = 0;
const NOW: u8 = 1;
const TREND: u8 = 2;

/// Whether a part of this name is a trend.
pub fn is_trend(key: &[u8]) -> bool {
    matches!(key, [SLO | GAUGE | QUEUE, _, _, TREND])
}

fn id(kind: u8, id: &impl Wire) -> Key {
    let mut key = vec![kind];
    id.put(&mut key);
    key
}

fn place(kind: u8, index: usize) -> Key {
    let [high, low] = u16::try_from(index).unwrap_or(u16::MAX).to_be_bytes();
    vec![kind, high, low]
}

fn part_of(kind: u8, index: usize, part: u8) -> Key {
    let mut key = place(kind, index);
    key.push(part);
    key
}

/// Takes a frame apart.
pub fn take_apart(frame: &Frame) -> Parts {
    let mut parts = Parts::new();
    let mut set = |key: Key, value: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        value(&mut bytes);
        parts.insert(key, Part::Bytes(bytes));
    };
    let Frame {
        at: _,
        clocked,
        desk,
        zone,
        shift,
        links,
        hooks,
        lights,
        slos: _,
        gauges: _,
        queues: _,
        alerts,
        pods,
    } = frame;
    set(vec![HEAD], &|out| {
        clocked.put(out);
        desk.put(out);
        zone.put(out);
        shift.put(out);
    });
    for (source, link) in links {
        set(id(LINK, source), &|out| link.put(out));
    }
    for (index, hook) in hooks.iter().enumerate() {
        set(place(HOOK, index), &|out| hook.put(out));
    }
    for (index, light) in lights.iter().enumerate() {
        set(place(LIGHT, index), &|out| light.put(out));
    }
    set(vec![ALERTS], &|out| alerts.filled.put(out));
    for (fingerprint, line) in &alerts.lines {
        set(id(ALERT, fingerprint), &|out| line.put(out));
    }
    for (fingerprint, care) in &alerts.care {
        set(id(CARE, fingerprint), &|out| {
            (fingerprint.clone(), care.clone()).put(out);
        });
    }
    set(vec![PODS], &|out| {
        pods.filled.put(out);
        pods.count.put(out);
        pods.unseen.put(out);
        pods.left_out.put(out);
    });
    for (uid, row) in &pods.rows {
        set(id(POD, uid), &|out| row.put(out));
    }
    for (uid, usage) in &pods.usage {
        set(id(USAGE, uid), &|out| (uid.clone(), *usage).put(out));
    }
    for (key, roll_up) in &pods.roll_ups {
        set(id(ROLL_UP, key), &|out| {
            // Counts first: what moves stands where it stood.
            roll_up.put(out);
            key.put(out);
        });
    }
    take_lines(&mut parts, frame);
    parts
}

/// The parts of what is measured.
fn take_lines(parts: &mut Parts, frame: &Frame) {
    for (index, line) in frame.slos.iter().enumerate() {
        let now = (line.reading.to_bytes(), line.stale, line.state.to_bytes());
        put_line(parts, (SLO, index), &line.spec, now, line.trend.as_ref());
    }
    for (index, line) in frame.gauges.iter().enumerate() {
        let now = (line.reading.to_bytes(), line.stale, line.state.to_bytes());
        put_line(parts, (GAUGE, index), &line.spec, now, line.trend.as_ref());
    }
    for (index, line) in frame.queues.iter().enumerate() {
        let now = (line.reading.to_bytes(), line.stale, line.state.to_bytes());
        put_line(parts, (QUEUE, index), &line.spec, now, line.trend.as_ref());
    }
}

fn put_line(
    parts: &mut Parts,
    (kind, index): (u8, usize),
    spec: &impl Wire,
    (mut now, stale, state): (Vec<u8>, bool, Vec<u8>),
    trend: Option<&Series>,
) {
    parts.insert(part_of(kind, index, SPEC), Part::Bytes(spec.to_bytes()));
    stale.put(&mut now);
    now.extend(state);
    parts.insert(part_of(kind, index, NOW), Part::Bytes(now));
    if let Some(trend) = trend {
        let trend = Part::Trend(trend.clone());
        parts.insert(part_of(kind, index, TREND), trend);
    }
}

/// Puts a frame together again.
pub fn put_together(at: Timestamp, parts: &Parts) -> Result<Frame, Bad> {
    let (clocked, (desk, (zone, shift))) =
        one::<(Timestamp, (Desk, (String, Option<ShiftNow>)))>(parts, HEAD)?;
    let (filled, (count, (unseen, left_out))) = one::<(bool, (PodCount, (u32, u32)))>(parts, PODS)?;
    Ok(Frame {
        at,
        clocked,
        desk,
        zone,
        shift,
        links: links(parts)?,
        hooks: all(parts, HOOK)?,
        lights: all(parts, LIGHT)?,
        slos: slos(parts)?,
        gauges: gauges(parts)?,
        queues: queues(parts)?,
        alerts: AlertsSeen {
            filled: one(parts, ALERTS)?,
            lines: all::<AlertLine>(parts, ALERT)?
                .into_iter()
                .map(|line| (line.alert.fingerprint.clone(), line))
                .collect(),
            care: all(parts, CARE)?.into_iter().collect(),
        },
        pods: PodsSeen {
            filled,
            rows: all::<PodRow>(parts, POD)?
                .into_iter()
                .map(|row| (row.uid.clone(), row))
                .collect(),
            usage: all::<(_, PodUsage)>(parts, USAGE)?.into_iter().collect(),
            roll_ups: all::<(RollUp, WorkloadKey)>(parts, ROLL_UP)?
                .into_iter()
                .map(|(roll_up, key)| (key, roll_up))
                .collect(),
            count,
            unseen,
            left_out,
        },
    })
}

/// The parts of one kind, in their order.
fn of_kind(parts: &Parts, kind: u8) -> impl Iterator<Item = (&Key, &Part)> {
    parts.range(vec![kind]..vec![kind + 1])
}

const fn bytes(part: &Part) -> Result<&Vec<u8>, Bad> {
    match part {
        Part::Bytes(bytes) => Ok(bytes),
        Part::Trend(_) => Err(Bad),
    }
}

fn one<T: Wire>(parts: &Parts, kind: u8) -> Result<T, Bad> {
    T::of_bytes(bytes(parts.get(&vec![kind]).ok_or(Bad)?)?)
}

fn all<T: Wire>(parts: &Parts, kind: u8) -> Result<Vec<T>, Bad> {
    of_kind(parts, kind)
        .map(|(_, part)| T::of_bytes(bytes(part)?))
        .collect()
}

fn links(parts: &Parts) -> Result<BTreeMap<SourceId, Link>, Bad> {
    of_kind(parts, LINK)
        .map(|(key, part)| {
            Ok((
                SourceId::of_bytes(&key[1..])?,
                Link::of_bytes(bytes(part)?)?,
            ))
        })
        .collect()
}

/// How a line stands.
struct Now<S> {
    reading: Reading<f64>,
    stale: bool,
    state: S,
}

impl<S: Wire> Wire for Now<S> {
    fn put(&self, out: &mut Vec<u8>) {
        self.reading.put(out);
        self.stale.put(out);
        self.state.put(out);
    }

    fn take(from: &mut super::bytes::In<'_>) -> Result<Self, Bad> {
        Ok(Self {
            reading: Wire::take(from)?,
            stale: Wire::take(from)?,
            state: Wire::take(from)?,
        })
    }
}

/// The lines of one kind: spec, state and trend of each.
fn lines<S: Wire, T: Wire, L>(
    parts: &Parts,
    kind: u8,
    line: impl Fn(S, Now<T>, Option<Series>) -> L,
) -> Result<Vec<L>, Bad> {
    let specs = of_kind(parts, kind).filter(|(key, _)| key.last() == Some(&SPEC) && key.len() == 4);
    specs
        .map(|(key, part)| {
            let beside = |part: u8| {
                let mut key = key.clone();
                key[3] = part;
                parts.get(&key)
            };
            let now = Now::of_bytes(bytes(beside(NOW).ok_or(Bad)?)?)?;
            let trend = match beside(TREND) {
                None => None,
                Some(Part::Trend(series)) => Some(series.clone()),
                Some(Part::Bytes(_)) => return Err(Bad),
            };
            Ok(line(S::of_bytes(bytes(part)?)?, now, trend))
        })
        .collect()
}

fn slos(parts: &Parts) -> Result<Vec<SloLine>, Bad> {
    lines(parts, SLO, |spec: SloSpec, now: Now<SloState>, trend| {
        SloLine {
            spec,
            reading: now.reading,
            stale: now.stale,
            state: now.state,
            trend,
        }
    })
}

fn gauges(parts: &Parts) -> Result<Vec<GaugeLine>, Bad> {
    lines(
        parts,
        GAUGE,
        |spec: GaugeSpec, now: Now<GaugeState>, trend| GaugeLine {
            spec,
            reading: now.reading,
            stale: now.stale,
            state: now.state,
            trend,
        },
    )
}

fn queues(parts: &Parts) -> Result<Vec<QueueLine>, Bad> {
    lines(
        parts,
        QUEUE,
        |spec: QueueSpec, now: Now<QueueState>, trend| QueueLine {
            spec,
            reading: now.reading,
            stale: now.stale,
            state: now.state,
            trend,
        },
    )
}
