//! Containers that died: of memory, of their own, or killed by a probe.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    explain::{
        Cause, Clause, Evidence, Finding, Next, Say, Seen, Value,
        figures::{bytes_of, rise, sample_at},
    },
    pod_detail::{ContainerDetail, ContainerState},
    time::since,
};

use super::{clause, finding, of_init};

/// A container that runs again is told of its death for so long before anything else is.
const FRESH: Duration = Duration::from_secs(600);
/// And for so long when nothing else is wrong.
const LATELY: Duration = Duration::from_secs(3_600);

/// How a container ended.
struct Death<'e> {
    container: &'e ContainerDetail,
    reason: &'e str,
    code: i32,
    at: Option<Timestamp>,
    /// It is in the last state: the container waits or runs again.
    before: bool,
    /// It runs again since.
    runs_since: Option<Timestamp>,
}

fn death(container: &ContainerDetail) -> Option<Death<'_>> {
    let of = |state: &ContainerState| matches!(state, ContainerState::Terminated { .. });
    let (state, before) = if of(&container.state) {
        (&container.state, false)
    } else {
        (
            container.last_state.as_ref().filter(|state| of(state))?,
            true,
        )
    };
    let ContainerState::Terminated {
        reason, code, at, ..
    } = state
    else {
        return None;
    };
    Some(Death {
        container,
        reason,
        code: *code,
        at: *at,
        before,
        runs_since: match container.state {
            ContainerState::Running { since } => since,
            _ => None,
        },
    })
}

impl Death<'_> {
    fn runs(&self) -> bool {
        matches!(self.container.state, ContainerState::Running { .. })
    }

    /// It is down, or came back so lately that its death still says most.
    fn fresh(&self, now: Timestamp) -> bool {
        !self.runs() || self.runs_since.is_some_and(|at| since(at, now) < FRESH)
    }

    fn lately(&self, now: Timestamp) -> bool {
        self.runs() && self.runs_since.is_some_and(|at| since(at, now) < LATELY)
    }

    fn of_memory(&self) -> bool {
        self.reason == "OOMKilled"
    }

    fn seen(&self) -> Seen {
        if self.before {
            Seen::LastState
        } else {
            Seen::State
        }
    }
}

/// The newest death of the pod that `wanted` takes.
fn newest(evidence: &Evidence, wanted: impl Fn(&Death<'_>) -> bool) -> Option<Death<'_>> {
    let deaths = evidence.containers().filter_map(death);
    deaths
        .filter(wanted)
        .max_by_key(|death| (!death.runs(), death.at))
}

fn unhealthy<'e>(
    evidence: &'e Evidence,
    probe: &str,
) -> Option<&'e crate::domain::event::EventRow> {
    evidence.event_that(|event| &*event.reason == "Unhealthy" && event.message.starts_with(probe))
}

/// The probe's own words: `Liveness probe failed: …`
fn probes_words(message: &str) -> Option<Clause> {
    super::words(message.split_once("failed: ").map_or("", |(_, said)| said))
}

pub(super) fn liveness(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let death = newest(evidence, |death| {
        death.fresh(now) && !death.of_memory() && !death.container.probes.is_empty()
    })?;
    let name = &death.container.name;
    let killed = evidence.event_that(|event| {
        &*event.reason == "Killing"
            && event.message.contains(name.as_str())
            && (event.message.contains("liveness probe") || event.message.contains("startup probe"))
    })?;
    // An older killing says nothing of this death.
    let (told, died) = (killed.last.or(killed.first)?, death.at?);
    if since(told, died) > Duration::from_secs(300) || since(died, told) > Duration::from_secs(300)
    {
        return None;
    }
    let startup = killed.message.contains("startup probe");
    let (cause, say, probe) = if startup {
        (Cause::StartupFailed, Say::StartupProbe, "Startup")
    } else {
        (Cause::LivenessFailed, Say::ProbeKills, "Liveness")
    };
    let mut clauses = vec![clause(say, death.container)];
    clauses.extend(times(death.container));
    clauses.extend(unhealthy(evidence, probe).and_then(|event| probes_words(&event.message)));
    clauses.extend(again(&death, now));
    Some(finding(
        cause,
        clauses,
        &[Seen::Events, death.seen()],
        &[Next::LogsBeforeDeath, Next::Events],
    ))
}

fn times(container: &ContainerDetail) -> Option<Clause> {
    (container.restarts > 1).then(|| Clause::new(Say::Times).and("count", container.restarts))
}

fn again(death: &Death<'_>, now: Timestamp) -> Option<Clause> {
    let at = death.runs_since?;
    Some(Clause::new(Say::RunsAgain).and("span", Value::Span(since(at, now))))
}

pub(super) fn out_of_memory(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let death = newest(evidence, |death| death.of_memory() && death.fresh(now))?;
    Some(memory_finding(evidence, &death, now))
}

fn memory_finding(evidence: &Evidence, death: &Death<'_>, now: Timestamp) -> Finding {
    let container = death.container;
    let limit = container.memory.1.as_deref();
    let mut seen = vec![death.seen()];
    let mut clauses = vec![match limit {
        Some(limit) => clause(Say::HitLimit, container).and("limit", limit),
        None => clause(Say::OutOfNodeMemory, container),
    }];
    let series = evidence.memory.known();
    let sample = series
        .zip(death.at)
        .and_then(|(series, at)| sample_at(series, at));
    clauses.push(match (sample, death.at) {
        (Some((at, used)), _) => Clause::new(Say::DiedUsing)
            .and("used", Value::Bytes(used))
            .and("at", Value::At(at))
            .and("code", death.code),
        (None, Some(at)) => Clause::new(Say::DiedAt)
            .and("at", Value::At(at))
            .and("code", death.code),
        (None, None) => Clause::new(Say::DiedCode).and("code", death.code),
    });
    let rate = series.and_then(|series| rise(series, death.at.unwrap_or(now)));
    if let Some(rate) = rate {
        clauses.push(Clause::new(Say::MemoryRises).and("rate", Value::Rate(rate)));
    }
    let usage = evidence.usage.known().filter(|_| death.runs());
    // The pod's usage is the container's only where it has no other.
    let alone = evidence.containers().count() == 1;
    if let (Some(usage), Some(limit), true) = (usage, limit.and_then(bytes_of), alone)
        && rate.is_none()
    {
        clauses.push(
            Clause::new(Say::MemoryNow)
                .and("used", Value::Bytes(usage.memory_bytes))
                .and("limit", Value::Bytes(limit)),
        );
        seen.push(Seen::Metrics);
    }
    if sample.is_some() || rate.is_some() {
        seen.push(Seen::Metrics);
    }
    clauses.extend(of_init(container));
    clauses.extend(again(death, now));
    finding(
        Cause::OutOfMemory,
        clauses,
        &seen,
        &[Next::LogsBeforeDeath, Next::Events],
    )
}

pub(super) fn crashed(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let death = newest(evidence, |death| {
        death.code != 0 && !death.of_memory() && death.fresh(now)
    })?;
    Some(crash_finding(evidence, &death, now))
}

fn crash_finding(evidence: &Evidence, death: &Death<'_>, now: Timestamp) -> Finding {
    let container = death.container;
    let facts = evidence.facts(&container.name);
    let signal = facts
        .and_then(|facts| facts.signal)
        .or_else(|| (129..=159).contains(&death.code).then(|| death.code - 128));
    let plain = matches!(death.reason, "" | "Error");
    let how = match signal {
        Some(signal) => clause(Say::Killed, container).and("signal", signal_name(signal).as_str()),
        None if plain => clause(Say::Exits, container).and("code", death.code),
        None => clause(Say::ExitsReason, container)
            .and("code", death.code)
            .and("reason", death.reason),
    };
    let mut clauses = vec![how];
    clauses.extend(of_init(container));
    clauses.extend(times(container));
    if let Some(lived) = facts.and_then(|facts| facts.lived) {
        clauses.push(Clause::new(Say::Lived).and("span", Value::Span(lived)));
    }
    clauses.extend(own_words(container));
    clauses.extend(again(death, now));
    finding(
        Cause::Crashed,
        clauses,
        &[death.seen()],
        &[Next::LogsBeforeDeath, Next::Events],
    )
}

/// What the container wrote into its termination message.
fn own_words(container: &ContainerDetail) -> Option<Clause> {
    let states = [Some(&container.state), container.last_state.as_ref()];
    let message = states.into_iter().flatten().find_map(|state| match state {
        ContainerState::Terminated { message, .. } if !message.is_empty() => Some(message),
        _ => None,
    })?;
    super::words(message.lines().last().unwrap_or(message))
}

/// `SIGKILL (9)`
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return signal.to_string(),
    };
    format!("{name} ({signal})")
}

/// It ends as it should, and its policy starts it again.
pub(super) fn ends_and_restarts(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let death = newest(evidence, |death| {
        let waits = matches!(
            &death.container.state,
            ContainerState::Waiting { reason, .. } if reason == "CrashLoopBackOff"
        );
        death.code == 0
            && death.before
            && death.container.restarts > 0
            && (waits || death.fresh(now) && death.runs())
    })?;
    let mut clauses = vec![clause(Say::EndsWell, death.container)];
    clauses.extend(times(death.container));
    clauses.extend(again(&death, now));
    Some(finding(
        Cause::EndsAndRestarts,
        clauses,
        &[death.seen()],
        &[Next::LogsBeforeDeath, Next::Describe],
    ))
}

/// Nothing is wrong now, but a container died not long ago.
pub(super) fn died_before(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let death = newest(evidence, |death| {
        (death.code != 0 || death.of_memory()) && death.lately(now)
    })?;
    Some(if death.of_memory() {
        memory_finding(evidence, &death, now)
    } else {
        crash_finding(evidence, &death, now)
    })
}
