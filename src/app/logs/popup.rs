//! The two small lists over the lines: how far back, and of which containers and pods.

use std::{collections::BTreeMap, time::Duration};

use super::screen::LogScreen;
use crate::domain::{
    id::Uid,
    log::StreamState,
    pod::Name,
    pod_detail::{ContainerKind, PodKey},
};

/// How far back one can read; `None` is from the beginning.
pub const SINCES: [Option<Duration>; 5] = [
    Some(Duration::from_secs(5 * 60)),
    Some(Duration::from_secs(15 * 60)),
    Some(Duration::from_secs(3_600)),
    Some(Duration::from_secs(6 * 3_600)),
    None,
];

/// How many lines of each container at most.
pub const TAILS: [u32; 4] = [100, 1_000, 5_000, 20_000];

/// Which list is open, and which of its rows is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Popup {
    Range(usize),
    Containers(usize),
}

/// One row of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Since(Option<Duration>),
    Tail(u32),
    /// A container by its name, in whichever pods.
    Container(Name, ContainerKind),
    /// A pod, with where the reading of its worst stream stands.
    Pod(PodKey, StreamState),
}

impl LogScreen {
    /// The rows of the open list.
    pub fn choices(&self) -> Vec<Choice> {
        match self.popup {
            Some(Popup::Range(_)) => {
                let sinces = SINCES.into_iter().map(Choice::Since);
                sinces.chain(TAILS.into_iter().map(Choice::Tail)).collect()
            }
            Some(Popup::Containers(_)) => self.sources(),
            None => Vec::new(),
        }
    }

    fn sources(&self) -> Vec<Choice> {
        let mut containers: Vec<(Name, ContainerKind)> = Vec::new();
        let mut pods: BTreeMap<(String, Uid), (PodKey, StreamState)> = BTreeMap::new();
        for stream in self.streams.all() {
            let of = &stream.of;
            let known = containers.iter().any(|(name, _)| *name == of.container);
            if !known && !of.container.is_empty() {
                containers.push((of.container.clone(), of.kind));
            }
            let pod = pods
                .entry((of.pod.name.clone(), of.pod.uid.clone()))
                .or_insert_with(|| (of.pod.clone(), of.state.clone()));
            if gravity(&of.state) > gravity(&pod.1) {
                pod.1 = of.state.clone();
            }
        }
        let containers = containers
            .into_iter()
            .map(|(name, kind)| Choice::Container(name, kind));
        let pods = pods
            .into_values()
            .map(|(pod, state)| Choice::Pod(pod, state));
        containers.chain(pods).collect()
    }

    /// Whether a row is the one in use.
    pub fn is_chosen(&self, choice: &Choice) -> bool {
        match choice {
            Choice::Since(since) => *since == self.since,
            Choice::Tail(tail) => *tail == self.tail,
            Choice::Container(name, _) => !self.hidden_containers.contains(name),
            Choice::Pod(pod, _) => !self.hidden_pods.contains(&pod.uid),
        }
    }

    /// Shows or hides what a row stands for.
    pub fn toggle(&mut self, choice: &Choice) {
        match choice {
            Choice::Container(name, _) => {
                if !self.hidden_containers.remove(name) {
                    self.hidden_containers.insert(name.clone());
                }
            }
            Choice::Pod(pod, _) => {
                if !self.hidden_pods.remove(&pod.uid) {
                    self.hidden_pods.insert(pod.uid.clone());
                }
            }
            Choice::Since(_) | Choice::Tail(_) => return,
        }
        self.refresh();
    }
}

/// How much a state is worth telling of a pod that has several.
const fn gravity(state: &StreamState) -> u8 {
    match state {
        StreamState::Refused(_) => 6,
        StreamState::Broken(_) => 5,
        StreamState::Waiting(_) => 4,
        StreamState::Opening => 3,
        StreamState::Live => 2,
        StreamState::Ended => 1,
        StreamState::Gone => 0,
    }
}
