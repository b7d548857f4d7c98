//! The values of the watch as they stand in a record. What is changed here changes the format: [`super::VERSION`].

use crate::domain::{
    action::verdict::Verdict,
    alert::{Alert, AlertState, Severity},
    change::What,
    departure::Cause,
    desk::{DemoMark, Desk, Namespaces, ShiftNow},
    frame::{CareSeen, Did, Mark, MarkKey, Marked, Who},
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    gauge::{GaugeSpec, GaugeState, Unit},
    hook::HookState,
    id::{
        Fingerprint, GateId, GaugeId, HookId, LightId, PackId, QueryId, QueueId, RunId, SloId, Uid,
    },
    light::{Light, LightState},
    limit::Limit,
    line::AlertLine,
    pod::{Health, PodCount, PodRow, PodUsage, RollUp, WorkloadKey},
    queue::{QueueCourse, QueueLimits, QueueSpec, QueueState},
    series::Series,
    slo::{Burn, BurnPair, Period, SLO_WINDOWS, SloSpec, SloState},
    text::{EachText, Text},
};

use super::bytes::{Bad, In, Wire, choices, fields, put_text, take_text};

macro_rules! ids {
    ($($type:ty)*) => {
        $(impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_text(self.as_str(), out);
            }

            fn take(from: &mut In<'_>) -> Result<Self, Bad> {
                take_text(from).map(Self::from)
            }
        })*
    };
}
ids!(Fingerprint GateId GaugeId HookId LightId PackId QueryId QueueId RunId SloId Uid);

/// The name of a window of an SLO, of which there are eight.
impl Wire for &'static str {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        let text = take_text(from)?;
        let known = SLO_WINDOWS.iter().find(|(name, _)| *name == text);
        known.map(|(name, _)| *name).ok_or(Bad)
    }
}

choices!(SourceId {
    0 => Pods; 1 => Workloads; 2 => Nodes; 3 => Events; 4 => PodMetrics; 5 => Prometheus; 6 => Rules; 7 => Alertmanager;
});
choices!(TroubleKind {
    0 => Unreachable; 1 => TimedOut; 2 => Unauthorized; 3 => Forbidden; 4 => Throttled; 5 => ServerError;
    6 => NotTheApi; 7 => BadQuestion; 8 => Absent;
});
fields!(Trouble { kind, detail });
choices!(Link {
    0 => Absent;
    1 => Connecting;
    2 => Live { since };
    3 => Partial { since, detail };
    4 => Failed { since, trouble, retry_at };
});
choices!(Reading<f64> {
    0 => Waiting;
    1 => Known { value, as_of };
    2 => NoData;
    3 => Failed(trouble);
    4 => Lost { value, as_of, trouble };
});
choices!(Light { 0 => Green; 1 => Yellow; 2 => Unknown; 3 => Red; });
choices!(Text { 0 => Same(text); 1 => Each(each); });
fields!(EachText { en, zh });
choices!(Unit { 0 => None; 1 => Seconds; 2 => Share; 3 => Times; 4 => PerSecond; 5 => Bytes; 6 => Count; });

impl Wire for Limit {
    fn put(&self, out: &mut Vec<u8>) {
        let (tag, first, second) = match *self {
            Self::Above(limit) => (0, limit, None),
            Self::AtLeast(limit) => (1, limit, None),
            Self::Below(limit) => (2, limit, None),
            Self::AtMost(limit) => (3, limit, None),
            Self::Between(low, high) => (4, low, Some(high)),
        };
        out.push(tag);
        first.put(out);
        if let Some(high) = second {
            high.put(out);
        }
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        Ok(match from.byte()? {
            0 => Self::Above(f64::take(from)?),
            1 => Self::AtLeast(f64::take(from)?),
            2 => Self::Below(f64::take(from)?),
            3 => Self::AtMost(f64::take(from)?),
            4 => Self::Between(f64::take(from)?, f64::take(from)?),
            _ => return Err(Bad),
        })
    }
}

fields!(HookState {
    id,
    title,
    window_end,
    light,
    observed,
    running
});
fields!(LightState {
    id,
    title,
    light,
    reasons
});

fields!(GaugeSpec {
    id,
    title,
    probe,
    unit,
    good,
    warn,
    over,
    link
});
fields!(GaugeState {
    light,
    value,
    headroom
});

choices!(Period { 0 => Month; 1 => Rolling(span); });
fields!(SloSpec {
    id,
    title,
    objective,
    period,
    queries,
    link
});
fields!(BurnPair {
    factor,
    long,
    short
});
fields!(Burn {
    window,
    rate,
    unread
});
fields!(SloState {
    light,
    good,
    good_stale,
    budget_left,
    budget_unread,
    burns,
    burning,
    exhaustion,
    net_exhaustion,
    low_sample,
    no_traffic,
});

fields!(QueueLimits { depth, oldest });
fields!(QueueSpec {
    id,
    title,
    depth,
    oldest,
    rate_in,
    rate_out,
    warn,
    red
});
choices!(QueueCourse {
    0 => Empty; 1 => Draining(span); 2 => Filling(span); 3 => Steady; 4 => Stalled; 5 => Unknown;
});
fields!(QueueState {
    light,
    depth,
    oldest,
    rate_in,
    rate_out,
    course
});

impl Wire for Series {
    fn put(&self, out: &mut Vec<u8>) {
        self.start.put(out);
        self.step.put(out);
        self.values.put(out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        Ok(Self {
            start: Wire::take(from)?,
            step: Wire::take(from)?,
            values: take_values(from)?,
        })
    }
}

/// More values no trend has: a pane has not so many cells.
pub(super) const LONGEST_TREND: usize = 10_000;

/// The values of a trend; so many that they are none are refused before there is room made for them.
pub(super) fn take_values(from: &mut In<'_>) -> Result<Vec<Option<f64>>, Bad> {
    let count = from.count()?;
    if count > LONGEST_TREND {
        return Err(Bad);
    }
    (0..count).map(|_| Wire::take(from)).collect()
}

choices!(Severity { 0 => S1; 1 => S2; 2 => S3; 3 => S4; 4 => Unranked; });
choices!(AlertState {
    0 => Pending;
    1 => FiringUnseen;
    2 => Unprocessed;
    3 => Firing;
    4 => Silenced { by };
    5 => Inhibited { by };
});
fields!(Alert {
    fingerprint,
    name,
    labels,
    annotations,
    state,
    starts_at,
    silenced_until,
    generator_url,
    expression,
});
fields!(AlertLine {
    alert,
    severity,
    severity_word,
    runbook
});

choices!(Health { 0 => Sick; 1 => Shaky; 2 => Moving; 3 => Well; 4 => Done; });
fields!(WorkloadKey {
    namespace,
    kind,
    name
});
fields!(PodUsage {
    cpu_millicores,
    memory_bytes
});
fields!(PodCount { ready, total, sick });
fields!(RollUp {
    ready,
    total,
    sick,
    restarts,
    worst,
    by_health
});

impl Wire for PodRow {
    /// Without its labels: nobody draws them, and a filter by them is for what is watched.
    fn put(&self, out: &mut Vec<u8>) {
        let Self {
            uid,
            namespace,
            name,
            status,
            generation,
            health,
            ready,
            containers,
            is_ready: _,
            restarts,
            last_restart,
            last_death,
            created,
            node,
            workload,
            labels: _,
        } = self;
        uid.put(out);
        namespace.put(out);
        name.put(out);
        status.put(out);
        generation.put(out);
        health.put(out);
        ready.put(out);
        containers.put(out);
        restarts.put(out);
        last_restart.put(out);
        last_death.put(out);
        created.put(out);
        node.put(out);
        workload.put(out);
    }

    fn take(from: &mut In<'_>) -> Result<Self, Bad> {
        Ok(Self {
            uid: Wire::take(from)?,
            namespace: Wire::take(from)?,
            name: Wire::take(from)?,
            status: Wire::take(from)?,
            generation: Wire::take(from)?,
            health: Wire::take(from)?,
            ready: Wire::take(from)?,
            containers: Wire::take(from)?,
            is_ready: None,
            restarts: Wire::take(from)?,
            last_restart: Wire::take(from)?,
            last_death: Wire::take(from)?,
            created: Wire::take(from)?,
            node: Wire::take(from)?,
            workload: Wire::take(from)?,
            labels: std::sync::Arc::default(),
        })
    }
}

choices!(Namespaces { 0 => All; 1 => Some(names); });
fields!(DemoMark { scenario, speed });
fields!(Desk {
    pack,
    context,
    namespaces,
    kubeconfig,
    alertmanager,
    demo,
    read_only
});
fields!(ShiftNow { title, from, to });

choices!(Cause {
    0 => Recovered; 1 => DataLost; 2 => RuleGone; 3 => Silenced; 4 => Inhibited; 5 => Unknown;
});
choices!(What {
    0 => RolledOut { workload, revision, images, before };
    1 => Scaled { workload, from, to };
    2 => ConfigChanged { namespace, name, by };
    3 => NodeReady { node, ready };
    4 => NodeCordoned { node, cordoned };
    5 => AlertCame { fingerprint, name };
    6 => AlertLeft { fingerprint, name, cause };
    7 => LightChanged { id, from, to };
    8 => HookChanged { id, from, to };
    9 => Warned { object, reason, uid };
    10 => GateChanged { id, from, to };
});
choices!(Verdict {
    0 => Verified; 1 => Done; 2 => NotHelped; 3 => Unverified; 4 => Failed; 5 => Unknown; 6 => Aborted;
});
choices!(Did {
    0 => Remarked; 1 => Acknowledged; 2 => Released; 3 => Assigned; 4 => Escalated;
    5 => Passed; 6 => Warned; 7 => Failed; 8 => NotTold; 9 => Skipped;
    10 => Declared; 11 => Updated; 12 => Led; 13 => Closed; 14 => Reopened;
    15 => Began; 16 => Settled; 17 => LeftOut; 18 => Left; 19 => Resumed; 20 => Ended;
    21 => HandedOver; 22 => TookOver; 23 => Lifted; 24 => SawOverdue; 25 => SawChanged;
});
fields!(Who {
    principal,
    uid,
    host
});
fields!(CareSeen {
    acknowledged,
    assigned,
    respond_by
});
choices!(MarkKey { 0 => Change(number); 1 => Run(run); 2 => Line(line); });
choices!(Marked {
    0 => Changed(what);
    1 => Ran { title, target, who, verdict };
    2 => Noted { who, did, about, text };
});
fields!(Mark { key, at, what });
