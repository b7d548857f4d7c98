//! The loop: what happened goes into the model, what it asks for is done, what changed is drawn.

mod desks;
mod effects;
mod mission;
mod opening;
mod reload;
mod sign_in;

use std::{cell::Cell, io, sync::Arc, time::Duration};

use crossterm::event::KeyEvent;
use tokio::{task::JoinSet, time::MissedTickBehavior};

use crate::{
    app::{
        command::Command,
        effect::{Effects, Redraw},
        event::{Event, Notice},
        model::Model,
        update,
    },
    domain::{
        settings::{ColourDepth, Glyphs},
        text::Lang,
        time::Clock,
    },
    i18n::Texts,
    keymap::{self, Key, Keymap, Resolved},
    theme::{Theme, Themes},
    ui,
};

use self::{desks::Errand, mission::Mission, reload::Said};
pub use self::{
    desks::{NewDesk, Outfit},
    mission::Came,
    opening::{Ended, Fittings, Opening, Reads, first_links},
};
use super::{
    acts::Acts,
    files::Files,
    memory::Keeper,
    readers::{Plan, Readers},
    recording::Keeping,
    signals::Signals,
    terminal::{Happened, Keyboard, Taken},
    walking::Walker,
};

/// Data are drawn at most this often.
const DATA_EVERY: Duration = Duration::from_millis(50);
/// So many keys that wait are taken before one frame is drawn.
const MOST_OWED: u32 = 64;
/// How long what a person chose last may take to be kept when the cockpit ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The texts of both languages, so that switching needs no reading.
struct Tongues {
    en: Texts,
    zh: Texts,
}

impl Tongues {
    fn of(&self, lang: Lang) -> &Texts {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

struct Cockpit {
    model: Model,
    taken: Taken,
    keyboard: Option<Keyboard>,
    pending: Vec<Key>,
    /// Keys whose frame is still to be drawn, since more of them may wait.
    owed: u32,
    /// What a person does now is drawn when no more of it waits.
    holds: bool,
    keymap: Keymap,
    themes: Themes,
    theme: Theme,
    depth: ColourDepth,
    tongues: Tongues,
    readers: Readers,
    clock: Arc<dyn Clock>,
    keeper: Keeper,
    outfit: Arc<dyn Outfit>,
    /// Says what to read on the desk the cockpit was opened with; a demo plays its past here, while keys are taken.
    starting: JoinSet<color_eyre::Result<Plan>>,
    /// What is read beside the loop.
    errands: JoinSet<Errand>,
    /// The number of the newest choice of a desk.
    choices: u64,
    /// The number of the newest reading of the files.
    readings: u64,
    /// What the files said last; only what they say differently is taken.
    said: Said,
    /// Files that are being written; each says how that went.
    exports: JoinSet<Notice>,
    /// What records the shift.
    keeping: Keeping,
    /// What reads records.
    walker: Walker,
    /// What works on actions.
    acts: Acts,
    mission: Option<Mission>,
    ended: Option<Ended>,
    /// The terminal is wanted by a credential plugin.
    signing_in: bool,
}

/// Runs a cockpit until it ends. The terminal is given back before this returns.
pub async fn run(opening: Opening) -> color_eyre::Result<Ended> {
    let Opening {
        model,
        fittings,
        outfit,
        plan,
        clock,
        state_folder,
        records,
        first,
        proposal,
    } = opening;
    let mut signals = Signals::listen()?;
    let mut files = Files::watch(&fittings.watched);
    let keeping = Keeping::new(records, fittings.records);
    let mut cockpit = Cockpit::take(model, fittings, outfit, clock, state_folder)?;
    cockpit.keeping = keeping;
    cockpit.mission = proposal.map(Mission::Waiting);
    cockpit.draw()?;
    cockpit.carry_out(first)?;
    cockpit.starting.spawn(plan);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut data_from = tokio::time::Instant::now();
    while cockpit.ended.is_none() {
        let clock = Arc::clone(&cockpit.clock);
        let keyboard = cockpit.keyboard.get_or_insert_with(Keyboard::new);
        let inbox = &mut cockpit.readers.inbox;
        tokio::select! {
            biased;
            signal = signals.next() => cockpit.ended = Some(Ended::Signal(signal)),
            happened = keyboard.next(|| clock.now().mono) => match happened {
                Some(happened) => cockpit.person(happened)?,
                None => cockpit.ended = Some(Ended::NoTerminal),
            },
            // Only when no key waits: what is pasted is taken at once, not at the pace of the screen.
            () = std::future::ready(()), if cockpit.owed > 0 => cockpit.draw()?,
            Some(plan) = cockpit.starting.join_next() => {
                cockpit.begin(plan??);
            }
            Some(done) = cockpit.errands.join_next() => if let Some(now) = cockpit.errand(done)? {
                files = now;
            },
            Some(Err(error)) = cockpit.keeper.kept() => {
                cockpit.happened(Event::Noticed(Notice::SaveFailed(error.to_string())))?;
            }
            () = async { tokio::time::sleep_until(data_from).await; inbox.ready().await } => {
                let seen = inbox.take();
                cockpit.happened(Event::Observed(seen))?;
                data_from = tokio::time::Instant::now() + DATA_EVERY;
            }
            Some(Ok(notice)) = cockpit.exports.join_next() => {
                cockpit.happened(Event::Noticed(notice))?;
            }
            Some(told) = cockpit.walker.next() => {
                cockpit.happened(Event::Walked(Box::new(told)))?;
            }
            Some(acted) = cockpit.acts.next() => cockpit.happened(Event::Acted(acted))?,
            _ = tick.tick() => {
                let now = cockpit.clock.now();
                cockpit.happened(Event::Tick(now))?;
                cockpit.record()?;
            }
            () = files.changed() => cockpit.reload(),
        }
        cockpit.follow_mission()?;
        if std::mem::take(&mut cockpit.signing_in) {
            cockpit.sign_in(&mut signals).await?;
        }
    }
    // A disk that hangs must not keep the person.
    let _ = tokio::time::timeout(LAST_WORDS, cockpit.keeper.finish()).await;
    // What was agreed to is recorded and begun before the program ends.
    let _ = tokio::time::timeout(LAST_WORDS, cockpit.acts.finish()).await;
    cockpit.keeping.finish().await;
    Ok(cockpit.ended.unwrap_or(Ended::Quit))
}

/// The chosen theme, or one that can be drawn with.
fn theme_of(themes: &Themes, fittings: &Fittings) -> Theme {
    themes
        .load(&fittings.theme, fittings.depth)
        .unwrap_or_else(|_| themes.fallback(fittings.depth))
}

impl Cockpit {
    /// Takes the terminal for this model.
    fn take(
        mut model: Model,
        fittings: Fittings,
        outfit: Arc<dyn Outfit>,
        clock: Arc<dyn Clock>,
        state_folder: Option<std::path::PathBuf>,
    ) -> color_eyre::Result<Self> {
        let taken = Taken::take(fittings.mouse)?;
        // What was asked of a terminal that was not taken yet was not done.
        model.attention.forget_title();
        let themes = Themes::of_user();
        let theme = theme_of(&themes, &fittings);
        let size = taken.terminal.size()?;
        model.size = crate::app::model::Size {
            columns: size.width,
            rows: size.height,
        };
        Ok(Self {
            model,
            taken,
            keyboard: Some(Keyboard::new()),
            pending: Vec::new(),
            owed: 0,
            holds: false,
            said: Said::of(&fittings),
            keymap: fittings.keymap,
            themes,
            theme,
            depth: fittings.depth,
            tongues: Tongues {
                en: Texts::new(Lang::En),
                zh: Texts::new(Lang::Zh),
            },
            readers: Readers::default(),
            clock,
            keeper: Keeper::new(state_folder),
            outfit,
            starting: JoinSet::new(),
            errands: JoinSet::new(),
            choices: 0,
            readings: 0,
            exports: JoinSet::new(),
            keeping: Keeping::default(),
            walker: Walker::default(),
            acts: Acts::default(),
            mission: None,
            ended: None,
            signing_in: false,
        })
    }

    /// Begins to read, and to act where this desk does.
    fn begin(&mut self, mut plan: Plan) {
        let acts = plan.means.take().map_or_else(Acts::default, Acts::of);
        self.acts.leave(acts);
        self.readers.start(plan, &self.clock);
    }

    /// Puts a fact into the model, does what is asked for, draws what changed.
    fn happened(&mut self, event: Event) -> io::Result<()> {
        let effects = update(&mut self.model, event);
        self.carry_out(effects)
    }

    /// Records what the panes show, and says where that goes otherwise than before.
    fn record(&mut self) -> io::Result<()> {
        match self.keeping.tick(&self.model) {
            Some(recording) => self.happened(Event::Recording(recording)),
            None => Ok(()),
        }
    }

    fn carry_out(&mut self, effects: Effects) -> io::Result<()> {
        for effect in effects.list {
            self.effect(effect)?;
        }
        if effects.redraw == Redraw::No || self.ended.is_some() {
            return Ok(());
        }
        if self.holds {
            self.owed += 1;
            return Ok(());
        }
        self.draw()
    }

    fn draw(&mut self) -> io::Result<()> {
        self.owed = 0;
        let texts = self.tongues.of(self.model.look.lang);
        let keys = KeyLabels {
            keymap: &self.keymap,
            glyphs: self.model.look.glyphs,
        };
        let paint = ui::Paint {
            theme: &self.theme,
            texts,
            keys: &keys,
            scrolled: Cell::new(None),
            asking: Cell::new(false),
        };
        let model = &self.model;
        self.taken
            .terminal
            .draw(|frame| ui::draw(frame, model, &paint))?;
        if paint.asking.get() && self.model.wants_drawing() {
            // The moment counts at which it is on the screen.
            self.model.set_now(self.clock.now());
            let _ = update(&mut self.model, Event::Drawn);
        }
        if let Some(line) = paint.scrolled.get() {
            // Nothing on the screen changes by it.
            let _ = update(&mut self.model, Event::ScrolledTo(line));
        }
        Ok(())
    }

    fn person(&mut self, happened: Happened) -> io::Result<()> {
        self.holds = self.owed < MOST_OWED;
        let taken = self.take_from(happened);
        self.holds = false;
        taken
    }

    fn take_from(&mut self, happened: Happened) -> io::Result<()> {
        // A key is judged at the time it was pressed, not at that of the last tick.
        self.model.set_now(self.clock.now());
        match happened {
            Happened::Key(key) => self.key(&key),
            Happened::Paste(text) => self.happened(Event::Pasted(text)),
            Happened::Mouse(mouse) => self.happened(Event::Mouse(mouse)),
            Happened::Resized { columns, rows } => self.happened(Event::Resized { columns, rows }),
            Happened::Focused(focused) => self.happened(Event::Focused(focused)),
        }
    }

    fn key(&mut self, event: &KeyEvent) -> io::Result<()> {
        let Some(key) = keymap::key_of(event) else {
            return Ok(());
        };
        let resolved = self
            .keymap
            .resolve(&self.model.contexts(), &self.pending, key);
        let was_chord = !self.pending.is_empty();
        match resolved {
            Resolved::Pending => {
                self.pending.push(key);
                let shown = keymap::key::label(&self.pending, self.model.look.glyphs);
                self.happened(Event::Chord(shown))
            }
            Resolved::Command(command) => {
                self.end_chord(was_chord)?;
                self.happened(Event::Command(command))
            }
            Resolved::None => {
                self.end_chord(was_chord)?;
                match keymap::typed(event) {
                    Some(c) if self.model.takes_text() && !was_chord => {
                        self.happened(Event::Typed(c.to_string()))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    fn end_chord(&mut self, was_chord: bool) -> io::Result<()> {
        self.pending.clear();
        if was_chord {
            self.happened(Event::Chord(String::new()))
        } else {
            Ok(())
        }
    }
}

/// The keys as hints name them.
struct KeyLabels<'a> {
    keymap: &'a Keymap,
    glyphs: Glyphs,
}

impl ui::KeyNames for KeyLabels<'_> {
    fn key(&self, command: Command) -> Option<String> {
        self.keymap.label(command, self.glyphs)
    }
}
