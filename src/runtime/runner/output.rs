//! What steps write goes into the ledger in the order it was written, while they run.

use std::sync::Arc;

use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinSet, spawn_blocking},
};

use crate::{
    domain::{
        action::{
            record::{ActorMark, Entry},
            verdict::Output,
        },
        id::RunId,
    },
    ledger::Ledger,
    runtime::executors::Tell,
};

/// Pieces that wait are put together up to this size: each entry is a writing to the disk.
const TOGETHER: usize = 16 * 1024;

enum Piece {
    Output(Output),
    /// Everything before this is written.
    Mark(oneshot::Sender<()>),
}

/// Writes output beside the run.
pub(super) struct Outputs {
    pieces: mpsc::UnboundedSender<Piece>,
    /// Keeps the writing alive; it ends with the run.
    _writing: JoinSet<()>,
}

impl Outputs {
    pub fn start(ledger: Arc<dyn Ledger>, actor: ActorMark, run: RunId) -> Self {
        let (pieces, waiting) = mpsc::unbounded_channel();
        let mut writing = JoinSet::new();
        writing.spawn(write(ledger, actor, run, waiting));
        Self {
            pieces,
            _writing: writing,
        }
    }

    /// Where executors put what programs write.
    pub fn tell(&self) -> Tell {
        let pieces = self.pieces.clone();
        Arc::new(move |output| {
            // Nobody writes any more where the run is over.
            let _ = pieces.send(Piece::Output(output));
        })
    }

    /// For what was told before.
    pub fn nowhere() -> Tell {
        Arc::new(|_| {})
    }

    /// Waits until all that was told so far is written.
    pub fn written(&self) -> impl Future<Output = ()> + Send + 'static {
        let (mark, reached) = oneshot::channel();
        let _ = self.pieces.send(Piece::Mark(mark));
        async move {
            let _ = reached.await;
        }
    }
}

async fn write(
    ledger: Arc<dyn Ledger>,
    actor: ActorMark,
    run: RunId,
    mut waiting: mpsc::UnboundedReceiver<Piece>,
) {
    let mut next = None;
    loop {
        let piece = match next.take() {
            Some(piece) => piece,
            None => match waiting.recv().await {
                Some(piece) => piece,
                None => return,
            },
        };
        let mut output = match piece {
            Piece::Output(output) => output,
            Piece::Mark(mark) => {
                let _ = mark.send(());
                continue;
            }
        };
        while let Ok(more) = waiting.try_recv() {
            match more {
                Piece::Output(more) if goes_with(&output, &more) => output.text += &more.text,
                other => {
                    next = Some(other);
                    break;
                }
            }
        }
        let (ledger, actor, run) = (Arc::clone(&ledger), actor.clone(), run.clone());
        let written =
            spawn_blocking(move || ledger.append(&actor, Some(&run), &Entry::Output(output))).await;
        if !matches!(written, Ok(Ok(_))) {
            // The end of the step can't be kept either then, and that stops the run.
            tracing::warn!(?written, "output of a step is not kept");
        }
    }
}

fn goes_with(output: &Output, more: &Output) -> bool {
    output.step == more.step
        && output.of == more.of
        && output.stream == more.stream
        && output.text.len() + more.text.len() <= TOGETHER
}
