//! The logs of many containers as one: each has a stream of its own, all end when the question is dropped.

mod lines;
mod look;
mod stream;

use std::time::Duration;

use futures::{StreamExt, stream::BoxStream};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use self::{
    look::{Looked, look},
    stream::{Container, Word},
};
use crate::{
    domain::{
        log::{LogBatch, LogEntry, LogNote, LogQuestion, LogStream, Said, StreamState},
        observation::Observation,
        pod_detail::PodKey,
        question::{Answer, RequestId},
    },
    sources::kubernetes::watch::Watcher,
};

/// How many pods are looked at at once before their containers are known.
const LOOKS: usize = 8;

/// How many entries of all streams may wait to be put together.
const WAITING: usize = 256;

/// How often what came is told, and how much of it at most: what comes faster waits in the server.
const TELL_EVERY: Duration = Duration::from_millis(50);
const TELL_ENTRIES: usize = 5_000;
const TELL_BYTES: usize = 1 << 20;

/// Reads until nothing more can come, or until it is dropped.
pub(super) async fn read(watcher: &Watcher, request: RequestId, question: LogQuestion) {
    let (speak, mut hear) = mpsc::channel(WAITING);
    let mut reading = Reading {
        watcher: watcher.clone(),
        question,
        tasks: JoinSet::new(),
        streams: 0,
        unopened: 0,
        looking: true,
        batch: LogBatch::default(),
        cost: 0,
        told_opened: false,
    };
    let mut looks = looks(watcher, &reading.question);
    let mut tell_at = Instant::now();
    loop {
        let full = reading.batch.entries.len() >= TELL_ENTRIES || reading.cost >= TELL_BYTES;
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(tell_at), if reading.has_news() => {
                reading.tell(request);
                tell_at = Instant::now() + TELL_EVERY;
            }
            looked = looks.next(), if reading.looking => match looked {
                Some((pod, looked)) => reading.found(&pod, looked, &speak),
                None => reading.looking = false,
            },
            Some(word) = hear.recv(), if !full => reading.hear(word),
            Some(ended) = reading.tasks.join_next() => reading.ended(&ended),
            else => break,
        }
        // The channel never closes while this holds an end of it, so that emptiness is what ends the loop.
        if reading.is_over() && hear.is_empty() && !reading.has_news() {
            break;
        }
    }
}

fn looks(
    watcher: &Watcher,
    question: &LogQuestion,
) -> BoxStream<'static, (PodKey, Result<Looked, crate::domain::freshness::Trouble>)> {
    let watcher = watcher.clone();
    let pods = futures::stream::iter(question.pods.clone());
    pods.map(move |pod| {
        let watcher = watcher.clone();
        async move {
            let looked = look(&watcher, &pod).await;
            (pod, looked)
        }
    })
    .buffered(LOOKS)
    .boxed()
}

/// What is read for one question, and what of it has not been told yet.
struct Reading {
    watcher: Watcher,
    question: LogQuestion,
    tasks: JoinSet<()>,
    /// How many streams there have been.
    streams: u32,
    /// Streams that have not answered yet.
    unopened: usize,
    looking: bool,
    batch: LogBatch,
    cost: usize,
    told_opened: bool,
}

impl Reading {
    /// A pod's containers are known: each is read, as far as there may be more streams.
    fn found(
        &mut self,
        pod: &PodKey,
        looked: Result<Looked, crate::domain::freshness::Trouble>,
        speak: &mpsc::Sender<Word>,
    ) {
        let now = self.watcher.connection.pulse.server_now();
        let containers = match looked {
            Ok(Looked::There(containers)) => containers,
            Ok(Looked::Gone) => {
                let id = self.pod_itself(pod, StreamState::Gone);
                return self.note(id, now, LogNote::Gone);
            }
            Err(trouble) => {
                let id = self.pod_itself(pod, StreamState::Refused(trouble.clone()));
                return self.note(id, now, LogNote::Refused(trouble));
            }
        };
        let mut left_out = false;
        for life in containers {
            // What never ran before has no earlier log: nobody asked for being told so.
            if self.question.previous && life.restarts == 0 && life.last_end.is_none() {
                continue;
            }
            if self.open_streams() >= self.question.streams {
                left_out = true;
                break;
            }
            let stream = LogStream {
                id: self.streams,
                pod: pod.clone(),
                container: life.name.as_str().into(),
                kind: life.kind,
                state: StreamState::Opening,
            };
            self.streams += 1;
            self.unopened += 1;
            let container = Container::new(&self.watcher, &self.question, &stream, speak.clone())
                .in_life(life.restarts);
            self.batch.streams.push(stream);
            self.tasks.spawn(container.run());
        }
        self.batch.pods_not_read += usize::from(left_out);
    }

    fn open_streams(&self) -> usize {
        self.tasks.len()
    }

    /// What can be said of a pod whose containers are unknown.
    fn pod_itself(&mut self, pod: &PodKey, state: StreamState) -> u32 {
        let id = self.streams;
        self.streams += 1;
        self.batch.streams.push(LogStream {
            id,
            pod: pod.clone(),
            container: "".into(),
            kind: crate::domain::pod_detail::ContainerKind::Main,
            state,
        });
        id
    }

    fn note(&mut self, stream: u32, at: jiff::Timestamp, note: LogNote) {
        let said = Said::Note(Box::new(note));
        self.cost += said.cost();
        self.batch.entries.push(LogEntry { stream, at, said });
    }

    fn hear(&mut self, word: Word) {
        match word {
            Word::Opened => self.unopened = self.unopened.saturating_sub(1),
            Word::Entry(entry) => {
                self.cost += entry.said.cost();
                self.batch.entries.push(entry);
            }
            Word::Stream(stream) => {
                let known = self.batch.streams.iter_mut().find(|it| it.id == stream.id);
                match known {
                    Some(known) => *known = stream,
                    None => self.batch.streams.push(stream),
                }
            }
        }
    }

    /// A stream that fell over must not leave the others waiting for it.
    fn ended(&mut self, ended: &Result<(), tokio::task::JoinError>) {
        if let Err(error) = ended {
            tracing::error!(%error, "the reader of a log fell over");
            self.unopened = self.unopened.saturating_sub(1);
        }
    }

    fn opened(&self) -> bool {
        !self.looking && self.unopened == 0
    }

    fn is_over(&self) -> bool {
        self.opened() && self.tasks.is_empty() && self.told_opened
    }

    fn has_news(&self) -> bool {
        !self.batch.is_empty() || (self.opened() && !self.told_opened)
    }

    fn tell(&mut self, request: RequestId) {
        let pods_not_read = self.batch.pods_not_read;
        let mut batch = std::mem::take(&mut self.batch);
        self.batch.pods_not_read = pods_not_read;
        self.cost = 0;
        if self.opened() && !self.told_opened {
            batch.opened = true;
            self.told_opened = true;
        }
        let answer = Box::new(Ok(Answer::Logs(batch)));
        let outbox = &self.watcher.outbox;
        outbox.send(Observation::Answered { request, answer });
    }
}
