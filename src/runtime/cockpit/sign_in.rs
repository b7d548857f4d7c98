//! The terminal is lent to a credential plugin, and taken again when it has ended.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::{Cockpit, Ended};
use crate::{
    app::event::{Event, Notice},
    runtime::{signals::Signals, terminal::Taken},
};

/// What ctrl-c sends to everything in front of the terminal: the plugin ends by it, the cockpit does not.
const INTERRUPT: u8 = 2;

impl Cockpit {
    pub(super) async fn sign_in(&mut self, signals: &mut Signals) -> io::Result<()> {
        let Some(wallet) = self.readers.wallet() else {
            return Ok(());
        };
        // The stream reads the terminal on a thread of its own: it must not while another program has it.
        self.keyboard = None;
        Taken::lend();
        let program = self.model.actor.sign_in.clone().unwrap_or_default();
        let texts = self.tongues.of(self.model.look.lang);
        let line = texts.with("sign-in-now", &[("program", program.as_str().into())]);
        writeln!(io::stderr(), "{line}")?;
        let clock = Arc::clone(&self.clock);
        let signing = wallet.sign_in(&*clock);
        tokio::pin!(signing);
        let signed = loop {
            tokio::select! {
                signed = &mut signing => break signed,
                signal = signals.next() => if signal != INTERRUPT {
                    self.ended = Some(Ended::Signal(signal));
                    return Ok(());
                },
            }
        };
        self.taken.retake()?;
        self.happened(Event::Noticed(match signed {
            Ok(_) => Notice::SignedIn,
            Err(trouble) => Notice::SignInFailed(trouble.detail),
        }))
    }
}
