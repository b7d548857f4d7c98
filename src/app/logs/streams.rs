//! The streams a screen reads, from all of its questions.

use std::collections::HashMap;

use crate::domain::{
    log::{LogStream, StreamState},
    question::RequestId,
};

/// The most containers that are read at once.
pub const MOST_STREAMS: usize = 50;

/// The log of one container, as the screen knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    pub of: LogStream,
}

/// All of them, by the order in which they were first heard of.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    all: Vec<Stream>,
    places: HashMap<(RequestId, u32), usize>,
    pub labels: Vec<String>,
}

impl Streams {
    pub fn all(&self) -> &[Stream] {
        &self.all
    }

    /// Takes what was said of streams; new ones have a place from then on.
    pub fn take(&mut self, request: RequestId, told: Vec<LogStream>) {
        let before = self.all.len();
        for of in told {
            let place = *self
                .places
                .entry((request, of.id))
                .or_insert(self.all.len());
            match self.all.get_mut(place) {
                Some(stream) => stream.of = of,
                None => self.all.push(Stream { of }),
            }
        }
        if self.all.len() != before {
            self.labels = super::label::labels(&self.all);
        }
    }

    /// The place of a stream of a question; `None` where nothing was said of it.
    pub fn place(&self, request: RequestId, id: u32) -> Option<usize> {
        self.places.get(&(request, id)).copied()
    }

    /// One that stands for a pod itself, where nothing else is known of it.
    pub fn of_pod(&mut self, pod: &crate::domain::pod_detail::PodKey) -> usize {
        if let Some(place) = self.all.iter().position(|it| it.of.pod.uid == pod.uid) {
            return place;
        }
        let of = LogStream {
            id: u32::MAX,
            pod: pod.clone(),
            container: "".into(),
            kind: crate::domain::pod_detail::ContainerKind::Main,
            state: StreamState::Opening,
        };
        self.all.push(Stream { of });
        self.labels = super::label::labels(&self.all);
        self.all.len() - 1
    }

    /// How many of them something can still come of.
    pub fn open(&self) -> usize {
        self.all
            .iter()
            .filter(|stream| !stream.of.container.is_empty() && !stream.of.state.is_over())
            .count()
    }

    /// How many containers can't be read.
    pub fn refused(&self) -> usize {
        let refused = |it: &&Stream| matches!(it.of.state, StreamState::Refused(_));
        self.all.iter().filter(refused).count()
    }

    /// How many containers do not run now, whatever they wrote before.
    pub fn waiting(&self) -> usize {
        let waiting = |it: &&Stream| matches!(it.of.state, StreamState::Waiting(_));
        self.all.iter().filter(waiting).count()
    }

    /// There are some, and none of them can be read.
    pub fn none_readable(&self) -> bool {
        let refused = |stream: &Stream| matches!(stream.of.state, StreamState::Refused(_));
        !self.all.is_empty() && self.all.iter().all(refused)
    }

    /// All that could be read are broken: the words of the first of them.
    pub fn all_broken(&self) -> Option<&crate::domain::freshness::Trouble> {
        let mut first = None;
        for stream in self.all.iter().filter(|it| !it.of.state.is_over()) {
            match &stream.of.state {
                StreamState::Broken(trouble) => first = first.or(Some(trouble)),
                _ => return None,
            }
        }
        first
    }
}
