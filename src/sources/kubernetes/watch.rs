//! Lists and watches: from the API's objects to rows and to the state of the link.

use std::{sync::Arc, time::Duration};

use futures::{
    StreamExt,
    future::BoxFuture,
    stream::{BoxStream, FuturesUnordered},
};
use jiff::{SignedDuration, Timestamp};
use kube::{
    Api,
    runtime::watcher::{self, Event, watcher},
};
use tokio::sync::mpsc;

use super::{
    backoff::Backoff,
    connect::Connection,
    interner::Interner,
    links::Links,
    look::{Look, Sight},
    rows::{Book, Projected, Scene, Seen, Step, Told},
    trouble,
};
use crate::{
    domain::{
        freshness::{Link, Trouble},
        observation::Observation,
        time::Clock,
    },
    sources::outbox::Outbox,
};

/// How many steps of a watch are taken in one go.
const CHUNK: usize = 512;

/// What one list and watch says to the table it is part of.
enum Beat<R> {
    Steps(Vec<Step<R>>),
    /// The server accepted the watch again.
    Watching,
    Failed {
        trouble: Trouble,
        retry_at: Timestamp,
    },
    /// The namespace that is listed does not exist.
    Missing {
        trouble: Trouble,
        retry_at: Timestamp,
    },
    /// It does, or nobody may know.
    Found,
}

/// What every list and watch of one table shares.
#[derive(Clone)]
pub(super) struct Watcher {
    pub connection: Connection,
    pub clock: Arc<dyn Clock>,
    pub outbox: Outbox,
}

/// Lists and watches whose rows are one table on the screen.
pub(super) struct Table<R: Told> {
    watcher: Watcher,
    names: Vec<String>,
    parts: Vec<BoxFuture<'static, ()>>,
    speak: mpsc::Sender<(usize, Beat<R>)>,
    hear: mpsc::Receiver<(usize, Beat<R>)>,
}

impl<R: Told> Table<R> {
    pub fn new(watcher: Watcher) -> Self {
        let (speak, hear) = mpsc::channel(4);
        Self {
            watcher,
            names: Vec::new(),
            parts: Vec::new(),
            speak,
            hear,
        }
    }

    /// Adds the objects of `api`, named `name` where several are told of together.
    pub fn follow<S: Seen<Row = R>>(&mut self, name: String, api: Api<S>) {
        let place = self.names.len();
        self.names.push(name);
        let part = Part {
            watcher: self.watcher.clone(),
            path: api.resource_url().to_owned(),
            place,
            speak: self.speak.clone(),
        };
        self.parts.push(Box::pin(part.run(api)));
    }

    /// Keeps asking whether the namespace of the part at `place` exists: a list of one that does not is empty and good.
    pub fn look_for(&mut self, place: usize, namespace: String) {
        let speak = self.speak.clone();
        let mut look = Look::new(&self.watcher, namespace);
        self.parts.push(Box::pin(async move {
            loop {
                let (sight, wait) = look.look().await;
                let beat = match sight {
                    Some(Sight::Missing { trouble, retry_at }) => {
                        Some(Beat::Missing { trouble, retry_at })
                    }
                    Some(Sight::Found) => Some(Beat::Found),
                    None => None,
                };
                if let Some(beat) = beat
                    && speak.send((place, beat)).await.is_err()
                {
                    return;
                }
                tokio::time::sleep(wait).await;
            }
        }));
    }

    /// Tells rows and links for ever.
    pub async fn tell(self) {
        let Self {
            watcher,
            names,
            parts,
            speak,
            mut hear,
        } = self;
        drop(speak);
        let mut teller = Teller {
            book: Book::new(names.len()),
            links: Links::new(names),
            told: None,
            watcher,
        };
        teller.tell_link();
        let mut parts: FuturesUnordered<_> = parts.into_iter().collect();
        loop {
            let turn = teller.until_turn();
            tokio::select! {
                heard = hear.recv() => match heard {
                    Some((place, beat)) => {
                        teller.hear(place, beat);
                        while let Ok((place, beat)) = hear.try_recv() {
                            teller.hear(place, beat);
                        }
                    }
                    None => return,
                },
                Some(()) = parts.next() => {}
                () = sleep(turn) => {
                    let now = teller.watcher.connection.pulse.server_now();
                    teller.book.turn(now);
                }
            }
            teller.tell();
        }
    }
}

/// Waits, for ever where nothing is due.
async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

/// Puts what the parts say together.
struct Teller<R: Told> {
    book: Book<R>,
    links: Links,
    told: Option<Link>,
    watcher: Watcher,
}

impl<R: Told> Teller<R> {
    fn hear(&mut self, place: usize, beat: Beat<R>) {
        let now = self.watcher.clock.now().wall;
        match beat {
            Beat::Steps(steps) => {
                for step in steps {
                    // Rows that arrive prove the link; of a list only the end does, the rest may fail.
                    if matches!(step, Step::ListEnd | Step::Changed(_) | Step::Gone(_)) {
                        self.links.live(place, now);
                    }
                    if matches!(step, Step::Changed(_)) {
                        self.links.found(place);
                    }
                    self.book.step(place, step);
                }
            }
            Beat::Watching => self.links.live(place, now),
            Beat::Failed { trouble, retry_at } => self.links.failed(place, now, trouble, retry_at),
            Beat::Missing { trouble, retry_at } => {
                self.links.missing(place, now, trouble, retry_at);
            }
            Beat::Found => self.links.found(place),
        }
    }

    fn tell(&mut self) {
        if let Some(rows) = self.book.word() {
            self.watcher.outbox.send(R::observation(rows));
        }
        self.tell_link();
    }

    fn tell_link(&mut self) {
        let link = self.links.joined();
        if self.told.as_ref() != Some(&link) {
            self.told = Some(link.clone());
            let source = R::SOURCE;
            self.watcher.outbox.send(Observation::Link { source, link });
        }
    }

    /// Until time alone changes a row.
    fn until_turn(&self) -> Option<Duration> {
        let turn = self.book.next_turn()?;
        let wait = turn.duration_since(self.watcher.connection.pulse.server_now());
        Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
    }
}

/// One list and watch.
struct Part<R> {
    watcher: Watcher,
    path: String,
    place: usize,
    speak: mpsc::Sender<(usize, Beat<R>)>,
}

/// How a watch goes on after an error.
enum Next {
    /// The same watch tries again.
    Resume,
    /// What was missed is unknown: everything is listed anew.
    Relist,
}

impl<R: Told> Part<R> {
    async fn run<S: Seen<Row = R>>(self, api: Api<S>) {
        let timeouts = self.watcher.connection.timeouts.clone();
        let seconds = u32::try_from(timeouts.watch.as_secs().max(1)).unwrap_or(u32::MAX);
        let config = watcher::Config::default()
            .timeout(seconds)
            .page_size(self.watcher.connection.page);
        let watching = self.watcher.connection.pulse.watching(&self.path);
        let mut backoff = Backoff::new(timeouts.retry);
        let mut names = Interner::default();
        loop {
            let stream = watcher(api.clone(), config.clone()).ready_chunks(CHUNK);
            let mut stream: BoxStream<'_, Vec<watcher::Result<Event<S>>>> = stream.boxed();
            loop {
                let chunk = tokio::select! {
                    biased;
                    chunk = stream.next() => chunk,
                    () = watching.notified() => {
                        self.say(Beat::Watching).await;
                        continue;
                    }
                };
                let Some(chunk) = chunk else { break };
                match self.hear(chunk, &mut names).await {
                    None => {}
                    Some(error) => match self.fail(&error, &mut backoff).await {
                        Next::Resume => {}
                        Next::Relist => break,
                    },
                }
            }
        }
    }

    async fn say(&self, beat: Beat<R>) {
        // The table outlives its parts, so a closed channel only means that all of it is going away.
        let _closed = self.speak.send((self.place, beat)).await;
    }

    /// Tells a chunk as rows; the error it ends with, if it does.
    async fn hear<S: Seen<Row = R>>(
        &self,
        chunk: Vec<watcher::Result<Event<S>>>,
        names: &mut Interner,
    ) -> Option<watcher::Error> {
        let mut scene = Scene {
            now: self.watcher.connection.pulse.server_now(),
            names,
        };
        let mut steps = Vec::with_capacity(chunk.len());
        let mut failed = None;
        for event in chunk {
            match event {
                Ok(event) => steps.push(step(event, &mut scene)),
                // One failure is worth one wait, however many of them came together.
                Err(error) => failed = Some(error),
            }
        }
        if !steps.is_empty() {
            self.say(Beat::Steps(steps)).await;
        }
        failed
    }

    async fn fail(&self, error: &watcher::Error, backoff: &mut Backoff) -> Next {
        let now = self.watcher.clock.now();
        let status = trouble::status_of(error);
        let expired = status.is_some_and(|status| status.code == 410);
        let asked = self.watcher.connection.pulse.take_retry_after(&self.path);
        let asked = asked.or_else(|| trouble::retry_after(status?));
        let wait = backoff.after_failure(now.mono, asked);
        let trouble = trouble::of_watch(error);
        if !expired {
            tracing::warn!(path = self.path, kind = ?trouble.kind, detail = trouble.detail, "watch failed");
            let wait = SignedDuration::try_from(wait).unwrap_or_default();
            let retry_at = now.wall.checked_add(wait).unwrap_or(now.wall);
            self.say(Beat::Failed { trouble, retry_at }).await;
        }
        self.watcher.connection.pause(wait).await;
        next(error, expired)
    }
}

/// An expired version and an unreadable answer may have swallowed a change; a link that broke has not: the watch goes on
/// from the version it had.
fn next(error: &watcher::Error, expired: bool) -> Next {
    match error {
        _ if trouble::malformed(error).is_some() => Next::Relist,
        watcher::Error::WatchStartFailed(kube::Error::Api(_)) if !expired => Next::Resume,
        watcher::Error::WatchStartFailed(
            kube::Error::HyperError(_) | kube::Error::Service(_) | kube::Error::Auth(_),
        )
        | watcher::Error::WatchFailed(kube::Error::ReadEvents(_)) => Next::Resume,
        _ => Next::Relist,
    }
}

fn step<S: Seen>(event: Event<S>, scene: &mut Scene<'_>) -> Step<S::Row> {
    match event {
        Event::Init => Step::Listing,
        Event::InitApply(seen) => Step::Listed(project(seen, scene)),
        Event::InitDone => Step::ListEnd,
        Event::Apply(seen) => Step::Changed(project(seen, scene)),
        Event::Delete(seen) => Step::Gone(seen.uid()),
    }
}

fn project<S: Seen>(seen: S, scene: &mut Scene<'_>) -> Projected<S::Row> {
    seen.project(scene)
}
