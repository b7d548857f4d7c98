//! A log beside the program that writes it: what is added to it while the program runs is told as it comes.
//!
//! The place's own `tail` reads it, by name, so that a log that is put aside is followed by the one after it. It is ready before the
//! program begins and goes once it told what the program left. Whatever becomes of it, the program and its step do not hang on it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    call::{Call, Ended, Ran, cancelled, run},
    end::{hear, step_end},
    host::{ASKING, Host},
    path::Known,
};
use crate::{
    domain::action::{
        place::PlaceSpec,
        refusal::Refusal,
        verdict::{Output, StepEnd, Stream},
    },
    runtime::executors::{Tell, output::Ears, step::why},
};

const TAIL: &str = "/usr/bin/tail";
/// Says which file it is and how long, for what must still come.
const STAT: &str = "/usr/bin/stat";
/// How long a program waits for its log to be read.
const READY: Duration = Duration::from_secs(15);
/// How long what a program left in its log is waited for.
const DRAIN: Duration = Duration::from_secs(5);
/// Where nobody can say how much there is: so long nothing must come.
const QUIET: Duration = Duration::from_secs(1);
/// How much longer than its program a log may be followed.
const SPARE: Duration = Duration::from_secs(60);

/// A log at the place of a program.
#[derive(Debug, Clone, Copy)]
pub struct Log<'a> {
    pub place: &'a PlaceSpec,
    pub path: &'a str,
}

/// What came of a log so far.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    bytes: u64,
    /// How often its reader said something of its own: it is not there, it is another one now.
    remarks: u64,
    ended: bool,
}

/// Counts what comes of a log, for who waits for it.
#[derive(Debug, Default)]
pub struct Came(watch::Sender<Seen>);

impl Came {
    pub(super) fn add(&self, bytes: usize) {
        self.0.send_modify(|seen| seen.bytes += bytes as u64);
    }
}

/// Waits for something of a log, or for its end.
async fn until(seen: &mut watch::Receiver<Seen>, within: Duration, is: impl Fn(&Seen) -> bool) {
    // Where it takes too long, nothing hangs on it.
    let _ = timeout(within, seen.wait_for(|seen| seen.ended || is(seen))).await;
}

/// Waits until nothing comes any more.
async fn quiet(seen: &mut watch::Receiver<Seen>) {
    let waiting = async {
        loop {
            let ended = seen.borrow_and_update().ended;
            if ended || timeout(QUIET, seen.changed()).await.is_err() {
                return;
            }
        }
    };
    let _ = timeout(DRAIN, waiting).await;
}

/// Which file a log is and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    file: String,
    size: u64,
}

/// `2049:131 512`
fn mark(text: &str) -> Option<Mark> {
    let (file, size) = text.trim().split_once(' ')?;
    Some(Mark {
        file: file.to_owned(),
        size: size.parse().ok()?,
    })
}

/// What `tail` puts before the first file: then it has it open.
fn header(path: &str) -> String {
    format!("==> {path} <==\n")
}

/// Tells what comes of a log without the line that says that it begins; what its reader says of itself is a note.
fn told(tell: &Tell, path: &str, came: &Arc<Came>) -> Tell {
    let (tell, came) = (Arc::clone(tell), Arc::clone(came));
    let left = Mutex::new(header(path));
    Arc::new(move |mut output: Output| {
        match output.stream {
            Stream::Err => {
                output.stream = Stream::Note;
                came.0.send_modify(|seen| seen.remarks += 1);
            }
            Stream::Out => {
                let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                let same = left.bytes().zip(output.text.bytes());
                let same = same.take_while(|(one, other)| one == other).count();
                // It may come in pieces; a log that was not there is begun without it.
                if same == left.len() || same == output.text.len() {
                    left.drain(..same);
                    output.text.drain(..same);
                } else {
                    left.clear();
                }
            }
            Stream::Note => {}
        }
        if !output.text.is_empty() {
            tell(output);
        }
    })
}

impl Host {
    /// Runs a program while its log is followed.
    pub async fn run_beside(
        self: &Arc<Self>,
        log: Log<'_>,
        call: &Call,
        ears: Ears<'_>,
        cancel: Option<&CancellationToken>,
    ) -> Ran {
        let of_log = Ears {
            of: Some(log.path.to_owned()),
            ..ears.clone()
        };
        let (tail, stat) = match self.readers(log).await {
            Ok(readers) => readers,
            Err(refusal) => {
                of_log.note(format!("unfollowed {}", why(&refusal)));
                return run(call, ears, cancel).await;
            }
        };
        let came = Arc::<Came>::default();
        let mut seen = came.0.subscribe();
        let tail = self.tail(log, &tail, call, &came).await;
        let tell = of_log.tell.map(|tell| told(tell, log.path, &came));
        let stop = CancellationToken::new();
        let following = async {
            let ears = Ears {
                tell: tell.as_ref(),
                ..of_log.clone()
            };
            let ran = run(&tail, ears, Some(&stop)).await;
            came.0.send_modify(|seen| seen.ended = true);
            ran
        };
        let running = async {
            let begun = tokio::select! {
                begun = self.begun(log, &stat, &mut seen) => begun,
                () = cancelled(cancel) => Begun::default(),
            };
            let ran = run(call, ears, cancel).await;
            if !matches!(ran.ended, Ended::NotBegun | Ended::NotStarted(_)) {
                self.drained(log, &stat, &begun, &mut seen).await;
            }
            stop.cancel();
            ran
        };
        let (followed, ran) = futures::join!(following, running);
        if let Some(why) = unfollowed(&followed) {
            of_log.note(format!("unfollowed {why}"));
        }
        ran
    }

    /// What reads a log at its place, by the rules of all programs.
    async fn readers(self: &Arc<Self>, log: Log<'_>) -> Result<(Known, Known), Refusal> {
        let tail = self.known_at(log.place, TAIL).await?;
        Ok((tail, self.known_at(log.place, STAT).await?))
    }

    async fn tail(&self, log: Log<'_>, tail: &Known, call: &Call, came: &Arc<Came>) -> Call {
        let mut args: Vec<String> = [
            "--follow=name",
            "--retry",
            "--lines=0",
            "--verbose",
            "--sleep-interval=0.2",
            "--max-unchanged-stats=1",
        ]
        .map(str::to_owned)
        .into();
        if log.place.ssh.is_none() {
            // Should we be killed, it goes too; at another host its limit ends it.
            args.push(format!("--pid={}", std::process::id()));
        }
        args.extend(["--".to_owned(), log.path.to_owned()]);
        let mut hidden = self.secrets.known().await;
        hidden.extend(call.secrets.iter().chain(&call.hidden).cloned());
        Call {
            hidden,
            came: Some(Arc::clone(came)),
            ..self.call(log.place, tail, args, call.limit + SPARE)
        }
    }

    async fn mark(&self, log: Log<'_>, stat: &Known) -> Option<Mark> {
        let args = ["-L", "-c", "%d:%i %s", "--", log.path].map(str::to_owned);
        let heard = hear(&self.call(log.place, stat, args.into(), ASKING)).await;
        mark(&heard.ok()?.text)
    }

    /// Waits until the log is read, and says from where on.
    async fn begun(&self, log: Log<'_>, stat: &Known, seen: &mut watch::Receiver<Seen>) -> Begun {
        let header = header(log.path).len() as u64;
        until(seen, READY, |seen| seen.bytes >= header || seen.remarks > 0).await;
        let at = *seen.borrow();
        Begun {
            bytes: if at.bytes >= header { header } else { 0 },
            remarks: at.remarks,
            mark: self.mark(log, stat).await,
        }
    }

    /// Waits until all that the program left in its log was told.
    async fn drained(
        &self,
        log: Log<'_>,
        stat: &Known,
        begun: &Begun,
        seen: &mut watch::Receiver<Seen>,
    ) {
        let Some(now) = self.mark(log, stat).await else {
            return quiet(seen).await;
        };
        let same = |before: &&Mark| before.file == now.file && before.size <= now.size;
        match begun.mark.as_ref() {
            // The log was put aside, or emptied: its reader says so, and how much went before nobody knows.
            Some(before) if !same(&before) => {
                until(seen, DRAIN, |seen| seen.remarks > begun.remarks).await;
                until(seen, DRAIN, |seen| seen.bytes >= begun.bytes + now.size).await;
                quiet(seen).await;
            }
            before => {
                let more = now.size - before.map_or(0, |before| before.size);
                until(seen, DRAIN, |seen| seen.bytes >= begun.bytes + more).await;
            }
        }
    }
}

/// Where a log stood when its program began.
#[derive(Debug, Default)]
struct Begun {
    bytes: u64,
    remarks: u64,
    mark: Option<Mark>,
}

/// Why a log was not followed to the end, where it was not.
fn unfollowed(tail: &Ran) -> Option<String> {
    match &tail.ended {
        Ended::Cancelled { gone: true } | Ended::NotBegun => None,
        Ended::Cancelled { gone: false } => Some("its reader may still run".to_owned()),
        Ended::Exited(0) => Some("its reader ended before its program".to_owned()),
        _ => match step_end(tail, None) {
            StepEnd::Failed { why } | StepEnd::Unknown { why } => Some(why),
            StepEnd::Done { .. } | StepEnd::Cancelled { .. } => None,
        },
    }
}
