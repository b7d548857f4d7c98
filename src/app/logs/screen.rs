//! The logs screen: what it asked for, what came, and how it is shown.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    buffer::{Buffer, Incoming, Line, Taken},
    pattern::Pattern,
    popup::Popup,
    streams::Streams,
};
use crate::{
    app::{command::WhyNot, subject::Subject},
    domain::{
        freshness::Trouble,
        id::Uid,
        log::{Level, LogBatch, LogKey, LogNote, Said},
        pod::Name,
        pod_detail::PodKey,
        question::RequestId,
    },
};

/// How far back is read where nothing else is chosen, and the most lines of each container.
pub(super) const SINCE: Duration = Duration::from_secs(15 * 60);
pub(super) const TAIL: u32 = 1_000;

/// How lines that are JSON are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JsonForm {
    /// The message first, then what else it says.
    #[default]
    Short,
    /// One member on each row.
    Pretty,
    /// As it was written.
    Raw,
}

impl JsonForm {
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Short => Self::Pretty,
            Self::Pretty => Self::Raw,
            Self::Raw => Self::Short,
        }
    }
}

/// The logs of one subject.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct LogScreen {
    pub subject: Subject,
    /// What is read, in words: `export-worker`.
    pub title: String,
    /// How far back; `None` is from the beginning.
    pub since: Option<Duration>,
    pub tail: u32,
    /// What the containers before the running ones wrote.
    pub previous: bool,
    /// The questions that are open, and which of them have been opened whole.
    pub requests: BTreeMap<RequestId, bool>,
    /// The pods that were asked for and are still there.
    pub pods: BTreeMap<Uid, PodKey>,
    pub streams: Streams,
    pub buffer: Buffer,
    /// What of the buffer is shown, in its order.
    pub visible: VecDeque<LogKey>,
    /// The line that is read; `None` follows the newest.
    pub selected: Option<LogKey>,
    /// The first line on the screen, as it was drawn last.
    pub top: Option<LogKey>,
    pub filter: Option<Pattern>,
    pub search: Option<Pattern>,
    /// Only warnings and errors.
    pub troubles_only: bool,
    pub hidden_containers: BTreeSet<Name>,
    pub hidden_pods: BTreeSet<Uid>,
    pub wrap: bool,
    /// How many cells lines are shifted to the left.
    pub shift: usize,
    pub stamps: bool,
    pub json: JsonForm,
    /// The one line that is shown in full.
    pub expanded: Option<LogKey>,
    pub popup: Option<Popup>,
    /// Lines that came faster than they could be taken.
    pub not_kept: u64,
    /// Pods of which not all containers are read, since there are too many, by question.
    pub pods_not_read: BTreeMap<RequestId, usize>,
    /// Why the newest question could not be put.
    pub failed: Option<Trouble>,
    /// Where to go once what was asked for has come.
    pub jump: Option<Timestamp>,
}

impl LogScreen {
    pub fn new(subject: Subject, title: String) -> Self {
        Self {
            subject,
            title,
            since: Some(SINCE),
            tail: TAIL,
            previous: false,
            requests: BTreeMap::new(),
            pods: BTreeMap::new(),
            streams: Streams::default(),
            buffer: Buffer::default(),
            visible: VecDeque::new(),
            selected: None,
            top: None,
            filter: None,
            search: None,
            troubles_only: false,
            hidden_containers: BTreeSet::new(),
            hidden_pods: BTreeSet::new(),
            wrap: false,
            shift: 0,
            stamps: true,
            json: JsonForm::default(),
            expanded: None,
            popup: None,
            not_kept: 0,
            pods_not_read: BTreeMap::new(),
            failed: None,
            jump: None,
        }
    }

    /// Forgets what was read: it is asked anew, for another time or another life.
    pub fn forget(&mut self) {
        self.requests.clear();
        self.pods.clear();
        self.streams = Streams::default();
        self.buffer = Buffer::default();
        self.visible.clear();
        (self.selected, self.top, self.expanded) = (None, None, None);
        self.not_kept = 0;
        self.pods_not_read.clear();
        self.failed = None;
    }

    /// Whether the newest line is shown as it comes.
    pub const fn follows(&self) -> bool {
        self.selected.is_none()
    }

    /// Whether something that was asked for has not been opened yet.
    pub fn is_opening(&self) -> bool {
        self.requests.values().any(|opened| !opened)
    }

    /// Takes what came under one of its questions. Where that was asked to go to a time, says why it is not there.
    pub fn take(&mut self, request: RequestId, batch: LogBatch) -> Option<WhyNot> {
        let LogBatch {
            streams,
            entries,
            not_kept,
            pods_not_read,
            opened,
        } = batch;
        self.streams.take(request, streams);
        self.not_kept += not_kept;
        if pods_not_read > 0 {
            self.pods_not_read.insert(request, pods_not_read);
        }
        if opened && let Some(known) = self.requests.get_mut(&request) {
            *known = true;
        }
        // Those that a stream let go by itself are said between its lines.
        self.not_kept += entries
            .iter()
            .map(|entry| match &entry.said {
                Said::Note(note) => match **note {
                    LogNote::NotKept(lines) => lines,
                    _ => 0,
                },
                Said::Line { .. } => 0,
            })
            .sum::<u64>();
        let streams = &self.streams;
        let incoming: Vec<Incoming> = entries
            .into_iter()
            .filter_map(|entry| {
                let stream = streams.place(request, entry.stream)?;
                Some(Incoming {
                    at: entry.at,
                    stream,
                    said: entry.said,
                })
            })
            .collect();
        self.add(incoming);
        match self.jump {
            Some(at) if !self.is_opening() => {
                self.jump = None;
                self.to_time(at)
            }
            _ => None,
        }
    }

    /// Something to know of a pod, said between the lines.
    pub fn note(&mut self, pod: &PodKey, at: Timestamp, note: LogNote) {
        let stream = self.streams.of_pod(pod);
        let said = Said::Note(Box::new(note));
        self.add(vec![Incoming { at, stream, said }]);
    }

    pub(super) fn add(&mut self, incoming: Vec<Incoming>) {
        // Where somebody reads, what is on the screen stays.
        let keep = self
            .selected
            .map(|selected| self.top.map_or(selected, |top| top.min(selected)));
        let taken = self.buffer.take(incoming, keep);
        self.show_from(taken);
    }

    fn show_from(&mut self, taken: Taken) {
        let Some(from) = taken.from else {
            return;
        };
        let first = self.buffer.first().map(|line| line.key);
        while let (Some(shown), Some(first)) = (self.visible.front(), first)
            && *shown < first
        {
            self.visible.pop_front();
        }
        let keep = self.visible.partition_point(|key| *key < from);
        self.visible.truncate(keep);
        let visible: Vec<LogKey> = self
            .buffer
            .from(from)
            .filter(|line| self.shows(line))
            .map(|line| line.key)
            .collect();
        self.visible.extend(visible);
        self.keep_selected();
    }

    /// Works out anew what is shown, since the choice of it changed.
    pub fn refresh(&mut self) {
        self.visible = self
            .buffer
            .iter()
            .filter(|line| self.shows(line))
            .map(|line| line.key)
            .collect();
        self.keep_selected();
    }

    /// Whether a line is among those that are chosen.
    fn shows(&self, line: &Line) -> bool {
        let Some(stream) = self.streams.all().get(line.stream) else {
            return false;
        };
        if self.hidden_containers.contains(&stream.of.container)
            || self.hidden_pods.contains(&stream.of.pod.uid)
        {
            return false;
        }
        match &line.said {
            // Nobody wrote it, so no expression finds it; what is missing is also said under the title.
            Said::Note(note) => self.filter.is_none() && (note.is_trouble() || !self.troubles_only),
            Said::Line { level, text } => {
                let bad = matches!(level, Some(Level::Error | Level::Warn));
                (bad || !self.troubles_only)
                    && self
                        .filter
                        .as_ref()
                        .is_none_or(|filter| filter.matches(text))
            }
        }
    }

    /// Whether something hides lines.
    pub fn is_filtered(&self) -> bool {
        self.filter.is_some()
            || self.troubles_only
            || !self.hidden_containers.is_empty()
            || !self.hidden_pods.is_empty()
    }
}
