//! Incidents: declared by somebody, worked at by many, closed with a proof or with a reservation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{AlertMark, LogLine};
use crate::domain::{action::record::ActorMark, id::LineId};

/// The ids of incidents where a pack says none.
pub const USUAL_ID: &str = "INC-%Y-%m%d-{nn}";

/// What is said when an incident is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub title: String,
    /// The id with its date and a hole for the number: `INC-2025-0418-{nn}`.
    pub series: String,
    /// The number that was free, as far as its declarer could know.
    pub number: u32,
    /// The pack's key of the severity.
    pub severity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<AlertMark>,
    /// When the trouble began, on the clock of the ledger: with the alert, else when it was declared.
    pub began: Timestamp,
}

/// How far an incident has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    #[default]
    Investigating,
    Identified,
    Fixing,
    Recovering,
    Watching,
}

impl Phase {
    pub const ALL: [Self; 5] = [
        Self::Investigating,
        Self::Identified,
        Self::Fixing,
        Self::Recovering,
        Self::Watching,
    ];

    /// The word that commands and templates have for it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Fixing => "fixing",
            Self::Recovering => "recovering",
            Self::Watching => "watching",
        }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.id() == id)
    }
}

impl Recovery {
    /// The word that commands and templates have for it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::NotHeld => "not-held",
            Self::Unknown => "unknown",
            Self::NotStated => "not-stated",
        }
    }
}

/// What was known of the recovery when an incident was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovery {
    /// The pack's criterion held.
    Held,
    NotHeld,
    /// It could not be judged: what it reads is missing.
    Unknown,
    /// The pack states none for it.
    NotStated,
}

/// What was written down about an incident; it is known by the line that declared it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "did")]
pub enum IncidentNoted {
    Declared(Declared),
    Severity {
        of: LineId,
        severity: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    Role {
        of: LineId,
        role: String,
        person: String,
    },
    /// Fields of the impact form; one that says nothing is cleared.
    Impact {
        of: LineId,
        fields: BTreeMap<String, String>,
    },
    /// An update went out, in these words.
    Update {
        of: LineId,
        text: String,
    },
    Phase {
        of: LineId,
        phase: Phase,
    },
    /// A rung of the ladder back was reached.
    Rung {
        of: LineId,
        rung: String,
        evidence: String,
    },
    /// The periods begin in which it is watched whether it stays well.
    WatchBegan {
        of: LineId,
    },
    /// One of them is over, and how it went.
    Watched {
        of: LineId,
        watch: String,
        evidence: String,
    },
    Note {
        of: LineId,
        text: String,
    },
    FollowUp {
        of: LineId,
        text: String,
        owner: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<String>,
    },
    Closed {
        of: LineId,
        recovery: Recovery,
        /// Why it may be closed although nothing proves the recovery; else a remark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    Reopened {
        of: LineId,
        why: String,
    },
    /// Its review is written, and where it is.
    Reviewed {
        of: LineId,
        text: String,
    },
}

/// One thing that was written down about an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentLine {
    pub line: LineId,
    pub at: Timestamp,
    pub by: ActorMark,
    pub noted: IncidentNoted,
}

/// Something that was told, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub at: Timestamp,
    pub by: ActorMark,
    pub text: String,
}

/// What is to be done after an incident, and who does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    pub text: String,
    pub owner: String,
    pub term: Option<String>,
}

/// How an incident ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub at: Timestamp,
    pub by: ActorMark,
    pub recovery: Recovery,
    pub text: Option<String>,
}

/// Somebody declared the same while nobody had told of it: both declared one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    pub line: LineId,
    pub at: Timestamp,
    pub by: ActorMark,
    /// What they were told that it is called.
    pub number: String,
}

/// Which incident a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<'b> {
    None,
    One(&'b Incident),
    /// Of two that claimed one number: who says it may mean the one as well as the other.
    Several(Vec<&'b Incident>),
}

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: LineId,
    /// `INC-2025-0418-01`: what everybody calls it.
    pub number: String,
    /// What its declarer called it, where another has that number.
    pub declared_as: Option<String>,
    pub title: String,
    /// The pack's key.
    pub severity: String,
    pub declared_at: Timestamp,
    pub declared_by: ActorMark,
    /// Who else declared it.
    pub twins: Vec<Twin>,
    pub alert: Option<AlertMark>,
    pub began: Timestamp,
    pub phase: Phase,
    /// By role, the newest last.
    pub roles: BTreeMap<String, Vec<String>>,
    pub impact: BTreeMap<String, String>,
    /// When the form was filled in first.
    pub impact_at: Option<Timestamp>,
    pub updates: Vec<Told>,
    /// By rung, what shows that it was reached.
    pub rungs: BTreeMap<String, Told>,
    pub watch_began: Option<Timestamp>,
    /// By period, how it went.
    pub watched: BTreeMap<String, Told>,
    pub follow_ups: Vec<FollowUp>,
    pub closed: Option<Closed>,
    /// Where its review is.
    pub reviewed: Option<Told>,
    /// All of it, in order.
    pub lines: Vec<IncidentLine>,
}

/// The incidents of a desk, in the order they were declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentBook {
    said: Vec<IncidentLine>,
    all: Vec<Incident>,
    /// The highest number of each series that was claimed or given.
    last: BTreeMap<String, u32>,
}

/// The pack's pattern with the date of a time in its zone: what stays is the hole for the number.
pub fn series(pattern: &str, at: Timestamp, zone: &TimeZone) -> Option<String> {
    jiff::fmt::strtime::format(pattern, &at.to_zoned(zone.clone())).ok()
}

/// A series with its number: as many digits as the hole has letters.
pub fn numbered(series: &str, number: u32) -> String {
    let hole = series.find("{n").and_then(|from| {
        let to = from + series[from..].find('}')?;
        Some((from, to))
    });
    match hole {
        Some((from, to)) => {
            let digits = to - from - 1;
            format!("{}{number:0digits$}{}", &series[..from], &series[to + 1..])
        }
        None => format!("{series}{number}"),
    }
}

impl IncidentNoted {
    /// The incident that is meant; the one that declares it has none yet.
    pub const fn of(&self) -> Option<&LineId> {
        match self {
            Self::Declared(_) => None,
            Self::Severity { of, .. }
            | Self::Role { of, .. }
            | Self::Impact { of, .. }
            | Self::Update { of, .. }
            | Self::Phase { of, .. }
            | Self::Rung { of, .. }
            | Self::WatchBegan { of }
            | Self::Watched { of, .. }
            | Self::Note { of, .. }
            | Self::FollowUp { of, .. }
            | Self::Closed { of, .. }
            | Self::Reopened { of, .. }
            | Self::Reviewed { of, .. } => Some(of),
        }
    }
}

impl Incident {
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// When the next update is due, where one is every so often.
    pub fn last_update(&self) -> Timestamp {
        self.updates
            .last()
            .map_or(self.declared_at, |update| update.at)
    }

    /// Whether a line declared it.
    pub fn is(&self, line: &LineId) -> bool {
        self.id == *line || self.twins.iter().any(|twin| twin.line == *line)
    }

    /// Whether somebody may call it so.
    fn is_called(&self, name: &str) -> bool {
        self.number == name
            || self.declared_as.as_deref() == Some(name)
            || self.twins.iter().any(|twin| twin.number == name)
    }

    fn declared(line: &IncidentLine, declared: &Declared) -> Self {
        Self {
            id: line.line.clone(),
            number: numbered(&declared.series, declared.number),
            declared_as: None,
            title: declared.title.clone(),
            severity: declared.severity.clone(),
            declared_at: line.at,
            declared_by: line.by.clone(),
            twins: Vec::new(),
            alert: declared.alert.clone(),
            began: declared.began,
            phase: Phase::default(),
            roles: BTreeMap::new(),
            impact: BTreeMap::new(),
            impact_at: None,
            updates: Vec::new(),
            rungs: BTreeMap::new(),
            watch_began: None,
            watched: BTreeMap::new(),
            follow_ups: Vec::new(),
            closed: None,
            reviewed: None,
            lines: vec![line.clone()],
        }
    }

    /// Whether it is what somebody else declares: an alert has one incident at a time.
    fn is_for(&self, declared: &Declared) -> bool {
        let (own, other) = (&self.alert, &declared.alert);
        own.as_ref()
            .zip(other.as_ref())
            .is_some_and(|(own, other)| own.fingerprint == other.fingerprint)
    }

    fn declared_too(&mut self, line: &IncidentLine, declared: &Declared) {
        self.lines.push(line.clone());
        self.twins.push(Twin {
            line: line.line.clone(),
            at: line.at,
            by: line.by.clone(),
            number: numbered(&declared.series, declared.number),
        });
    }

    /// Another number than its declarer gave it, which somebody else had first.
    fn renumber(&mut self, number: u32) {
        let Some(IncidentNoted::Declared(declared)) = self.lines.first().map(|line| &line.noted)
        else {
            return;
        };
        if number != declared.number {
            self.declared_as = Some(numbered(&declared.series, declared.number));
            self.number = numbered(&declared.series, number);
        }
    }

    fn take(&mut self, line: &IncidentLine) {
        self.lines.push(line.clone());
        let told = |text: &str| Told {
            at: line.at,
            by: line.by.clone(),
            text: text.to_owned(),
        };
        match &line.noted {
            IncidentNoted::Declared(_) | IncidentNoted::Note { .. } => {}
            IncidentNoted::Severity { severity, .. } => self.severity.clone_from(severity),
            IncidentNoted::Role { role, person, .. } => {
                let persons = self.roles.entry(role.clone()).or_default();
                persons.retain(|known| known != person);
                persons.push(person.clone());
            }
            IncidentNoted::Impact { fields, .. } => {
                self.impact_at.get_or_insert(line.at);
                for (key, value) in fields {
                    if value.is_empty() {
                        self.impact.remove(key);
                    } else {
                        self.impact.insert(key.clone(), value.clone());
                    }
                }
            }
            IncidentNoted::Update { text, .. } => self.updates.push(told(text)),
            IncidentNoted::Phase { phase, .. } => self.phase = *phase,
            // The first one who saw it there counts.
            IncidentNoted::Rung { rung, evidence, .. } => {
                self.rungs
                    .entry(rung.clone())
                    .or_insert_with(|| told(evidence));
            }
            IncidentNoted::WatchBegan { .. } => {
                self.watch_began.get_or_insert(line.at);
            }
            IncidentNoted::Watched {
                watch, evidence, ..
            } => {
                self.watched
                    .entry(watch.clone())
                    .or_insert_with(|| told(evidence));
            }
            IncidentNoted::FollowUp {
                text, owner, term, ..
            } => self.follow_ups.push(FollowUp {
                text: text.clone(),
                owner: owner.clone(),
                term: term.clone(),
            }),
            IncidentNoted::Closed { recovery, text, .. } => {
                self.closed.get_or_insert_with(|| Closed {
                    at: line.at,
                    by: line.by.clone(),
                    recovery: *recovery,
                    text: text.clone(),
                });
            }
            IncidentNoted::Reviewed { text, .. } => self.reviewed = Some(told(text)),
            IncidentNoted::Reopened { .. } => {
                // The way back is gone again, from its beginning, and what comes after it is watched again.
                self.closed = None;
                self.reviewed = None;
                self.phase = Phase::default();
                self.rungs.clear();
                self.watch_began = None;
                self.watched.clear();
            }
        }
    }
}

impl IncidentBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &IncidentNoted) {
        self.said.push(IncidentLine {
            line: line.id.clone(),
            at: line.at,
            by: line.actor.clone(),
            noted: noted.clone(),
        });
    }

    /// Adds up what was taken.
    pub(super) fn settle(&mut self) {
        let mut all: Vec<Incident> = Vec::new();
        // Of a bastion whose clock is slow, and that did not say what it knew.
        let mut early: BTreeMap<&LineId, Vec<&IncidentLine>> = BTreeMap::new();
        for line in &self.said {
            let of = match (&line.noted, line.noted.of()) {
                (IncidentNoted::Declared(said), _) => {
                    match all.iter_mut().find(|it| it.is_open() && it.is_for(said)) {
                        Some(twin) => twin.declared_too(line, said),
                        None => all.push(Incident::declared(line, said)),
                    }
                    &line.line
                }
                (_, Some(of)) => {
                    early.entry(of).or_default().push(line);
                    of
                }
                (_, None) => continue,
            };
            if let Some(incident) = all.iter_mut().find(|it| it.is(of)) {
                for line in early.remove(of).unwrap_or_default() {
                    incident.take(line);
                }
            }
        }
        let (numbers, last) = numbers(&self.said, &all);
        self.last = last;
        for incident in &mut all {
            if let Some(number) = numbers.get(&incident.id) {
                incident.renumber(*number);
            }
        }
        self.all = all;
    }

    /// In the order they were declared.
    pub fn all(&self) -> &[Incident] {
        &self.all
    }

    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.all.iter().filter(|incident| incident.is_open())
    }

    pub fn get(&self, id: &LineId) -> Option<&Incident> {
        self.all.iter().find(|incident| incident.is(id))
    }

    /// By its line or by what people call it, be it the number its declarer knew it by.
    pub fn named(&self, name: &str) -> Named<'_> {
        if let Some(one) = self.get(&LineId::from(name)) {
            return Named::One(one);
        }
        let called: Vec<&Incident> = self.all.iter().filter(|it| it.is_called(name)).collect();
        match called[..] {
            [] => Named::None,
            [one] => Named::One(one),
            _ => Named::Several(called),
        }
    }

    /// The next free number of a series: after all that were claimed or given.
    pub fn next(&self, series: &str) -> u32 {
        let last = self.last.get(series).copied().unwrap_or(0);
        last.saturating_add(1)
    }
}

/// The number of each: whoever claimed one first has it; who came too late gets the next that nobody claimed. All bastions
/// that know the same lines find the same.
fn numbers(
    said: &[IncidentLine],
    all: &[Incident],
) -> (BTreeMap<LineId, u32>, BTreeMap<String, u32>) {
    let mut held: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    let mut late = Vec::new();
    let mut numbers = BTreeMap::new();
    for line in said {
        let IncidentNoted::Declared(declared) = &line.noted else {
            continue;
        };
        let of = held.entry(&declared.series).or_default();
        // What was told somebody is given to nobody else, even where both mean one incident.
        if of.insert(declared.number) {
            numbers.insert(line.line.clone(), declared.number);
        } else if all.iter().any(|it| it.id == line.line) {
            late.push((line, declared));
        }
    }
    for (line, declared) in late {
        let held = held.entry(&declared.series).or_default();
        let next = held.last().copied().unwrap_or(0).saturating_add(1);
        held.insert(next);
        numbers.insert(line.line.clone(), next);
    }
    let last = held.into_iter();
    let last = last.filter_map(|(of, held)| Some((of.to_owned(), held.last().copied()?)));
    (numbers, last.collect())
}

#[cfg(test)]
#[path = "incident_tests.rs"]
mod tests;
