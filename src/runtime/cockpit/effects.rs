//! What the core asks for, done.

use std::io;

use super::{Cockpit, Ended};
use crate::{
    app::{
        attention::Call,
        effect::{Effect, Export},
        event::{Event, Notice},
    },
    runtime::{clipboard, export, terminal::attention},
    ui,
};

impl Cockpit {
    /// Does one thing that was asked for.
    pub(super) fn effect(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Quit => self.ended = Some(Ended::Quit),
            Effect::SignIn => self.signing_in = true,
            Effect::Suspend => {
                // The stream reads the terminal on a thread of its own: it must not while another program has it.
                self.keyboard = None;
                self.taken.suspend()?;
            }
            Effect::Repaint => self.taken.terminal.clear()?,
            Effect::Copy(text) => return self.copy(&text),
            Effect::ReadPod(key) => self.readers.read_pod(key),
            Effect::ReadUsage(pods) => self.readers.read_usage(pods),
            Effect::ReadChart(question) => self.readers.read_chart(question),
            Effect::Ask { request, question } => self.readers.ask(request, question),
            Effect::Act(act) => self.acts.carry_out(act),
            Effect::Drop(request) => self.readers.drop_question(request),
            Effect::Call(call) => self.call(&call)?,
            Effect::Title(titled) => {
                attention::title(&mut io::stdout(), &ui::attention::title(&titled))?;
            }
            Effect::ListDesks => self.list_desks(),
            Effect::OpenDesk(choice) => self.open_desk(choice),
            Effect::Export(export) => self.export(export),
            Effect::Walk(ask) => {
                let shelf = self.keeping.shelf(&self.model.desk);
                self.walker.ask(shelf, ask);
            }
            Effect::UseTheme(name) => self.use_theme(name),
            Effect::SetMouse(mouse) => self.taken.set_mouse(mouse)?,
            Effect::Remember(remembered) => self.keeper.keep(remembered),
        }
        Ok(())
    }

    fn call(&self, call: &Call) -> io::Result<()> {
        let texts = self.tongues.of(self.model.look.lang);
        let told = call.notify.as_ref();
        let text =
            told.map(|(reason, more)| ui::attention::text(texts, &self.model, reason, *more));
        let in_tmux = std::env::var_os("TMUX").is_some();
        let by = self.model.attention.settings.notify_by;
        attention::call(&mut io::stdout(), call.bell, text.as_deref(), by, in_tmux)
    }

    /// A slow disk must not hold a key up.
    fn export(&mut self, export: Export) {
        let home = export::home();
        self.exports
            .spawn_blocking(move || export::write(&export, home.as_deref()));
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let in_tmux = std::env::var_os("TMUX").is_some();
        let notice = match clipboard::copy(&mut io::stdout(), text, in_tmux) {
            Ok(()) => Notice::Copied(text.to_owned()),
            Err(error) => Notice::CopyFailed(error.to_string()),
        };
        self.happened(Event::Noticed(notice))
    }
}
