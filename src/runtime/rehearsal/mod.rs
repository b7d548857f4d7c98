//! A cockpit without a terminal that a script leads: the same keys, model, readers, actions and drawing.

pub mod script;

use std::{cell::Cell, collections::VecDeque, sync::Arc, time::Duration};

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use tokio::time::{Instant, MissedTickBehavior};

use crate::{
    app::{
        command::Command,
        effect::{Effect, Effects},
        event::Event,
        model::{Model, Size},
        update,
    },
    domain::{
        settings::{ColourDepth, Glyphs},
        text::Lang,
        time::Clock,
    },
    i18n::{Texts, width::cells},
    keymap::{Key, Keymap, Resolved},
    theme::{Theme, Themes},
    ui,
};

use self::script::{Mark, Press, Script, Step};
use super::{acts::Acts, cockpit::Opening, readers::Readers, signals::Signals};

/// How long a key waits after the one before: a person types no faster, and what comes faster is a paste.
const BETWEEN: Duration = Duration::from_millis(60);
/// How long what a step waited for stands before its first key: a person reads, and prompts take nothing sooner.
const READS: Duration = Duration::from_millis(600);
/// How often it is looked whether a step has what it waits for.
const LOOK: Duration = Duration::from_millis(50);
/// How long a key that may have been in vain is given.
const AGAIN: Duration = Duration::from_secs(4);
/// Data are taken at most this often.
const DATA_EVERY: Duration = Duration::from_millis(50);
/// What was asked for last is carried out before it ends.
const LAST_WORDS: Duration = Duration::from_secs(5);
const SIZE: Size = Size {
    columns: 160,
    rows: 48,
};

/// How a rehearsal ended.
#[derive(Debug)]
pub enum Rehearsed {
    /// Every step was done, or the script left the cockpit.
    Done,
    /// A step had not what it waits for in its time: which, and what the screen showed.
    Stuck {
        step: usize,
        screen: String,
    },
    Signal(u8),
}

struct Stage {
    model: Model,
    keymap: Keymap,
    pending: Vec<Key>,
    readers: Readers,
    acts: Acts,
    clock: Arc<dyn Clock>,
    theme: Theme,
    texts: [Texts; 2],
    terminal: Terminal<TestBackend>,
    left: bool,
}

/// Where the script stands.
struct Place {
    at: usize,
    since: Instant,
    press: VecDeque<Press>,
    /// When it was last tried again.
    tried: Instant,
    /// When the next key may be pressed.
    next: Instant,
}

/// Plays a script to its end.
pub async fn rehearse(opening: Opening, script: &Script) -> color_eyre::Result<Rehearsed> {
    let mut signals = Signals::listen()?;
    let mut stage = Stage::set(&opening);
    let plan = opening.plan.await?;
    stage.begin(plan);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut place = Place {
        at: 0,
        since: Instant::now(),
        press: VecDeque::new(),
        tried: Instant::now(),
        next: Instant::now(),
    };
    let mut data_from = Instant::now();
    // What is known comes first: what is judged must not be older than on a terminal.
    let ended = loop {
        let inbox = &mut stage.readers.inbox;
        tokio::select! {
            biased;
            signal = signals.next() => break Rehearsed::Signal(signal),
            _ = tick.tick() => {
                let now = stage.clock.now();
                stage.happened(Event::Tick(now));
            }
            Some(acted) = stage.acts.next() => stage.happened(Event::Acted(acted)),
            () = async { tokio::time::sleep_until(data_from).await; inbox.ready().await } => {
                let seen = inbox.take();
                stage.happened(Event::Observed(seen));
                data_from = Instant::now() + DATA_EVERY;
            }
            _ = look.tick() => if let Some(ended) = stage.go_on(script, &mut place) {
                break ended;
            },
        }
    };
    let _ = tokio::time::timeout(LAST_WORDS, stage.acts.finish()).await;
    Ok(ended)
}

impl Stage {
    fn set(opening: &Opening) -> Self {
        let fittings = &opening.fittings;
        let themes = Themes::of_user();
        let depth = ColourDepth::None;
        let theme = themes
            .load(&fittings.theme, depth)
            .unwrap_or_else(|_| themes.fallback(depth));
        let mut model = opening.model.clone();
        model.size = SIZE;
        let Ok(terminal) = Terminal::new(TestBackend::new(SIZE.columns, SIZE.rows));
        Self {
            model,
            keymap: fittings.keymap.clone(),
            pending: Vec::new(),
            readers: Readers::default(),
            acts: Acts::default(),
            clock: Arc::clone(&opening.clock),
            theme,
            texts: Lang::ALL.map(Texts::new),
            terminal,
            left: false,
        }
    }

    fn begin(&mut self, mut plan: super::readers::Plan) {
        if let Some(means) = plan.means.take() {
            self.acts = Acts::of(means);
        }
        self.readers.start(plan, &self.clock);
    }

    /// Does what the script has to be done now; how it ended, where it did.
    fn go_on(&mut self, script: &Script, place: &mut Place) -> Option<Rehearsed> {
        self.draw();
        if self.left {
            return Some(Rehearsed::Done);
        }
        if !place.press.is_empty() {
            if place.next <= Instant::now()
                && let Some(press) = place.press.pop_front()
            {
                self.press(press);
                place.next = Instant::now() + BETWEEN;
                place.tried = Instant::now();
            }
            return None;
        }
        let Some(step) = script.steps.get(place.at) else {
            return Some(Rehearsed::Done);
        };
        if self.has(step) {
            place.press.extend(&step.press);
            place.at += 1;
            place.tried = Instant::now();
            place.next = Instant::now() + READS;
            place.since = Instant::now();
        } else if place.since.elapsed() > step.within {
            return Some(Rehearsed::Stuck {
                step: place.at + 1,
                screen: self.screen(),
            });
        } else if place.tried.elapsed() > AGAIN && !step.again.is_empty() {
            place.press.extend(&step.again);
            place.tried = Instant::now();
        }
        None
    }

    /// Whether everything is there that a step waits for.
    fn has(&self, step: &Step) -> bool {
        let on = self.model.logbook.drills.on();
        let after = step.after.is_none_or(|after| {
            on.is_some_and(|on| on.after(self.model.clocked) >= after.as_secs())
        });
        let marked = step.until.is_none_or(|mark| {
            on.is_some_and(|on| match mark {
                Mark::Began => true,
                Mark::Fired => on.fired.is_some(),
                Mark::Recovered => on.recovered.is_some(),
            })
        });
        if !after || !marked {
            return false;
        }
        let screen = self.screen();
        step.see.iter().all(|text| screen.contains(text))
            && !step.gone.iter().any(|text| screen.contains(text))
    }

    fn press(&mut self, press: Press) {
        self.model.set_now(self.clock.now());
        let (key, typed) = match press {
            Press::Key(key) => (key, None),
            Press::Char(c) => (Key::char(c), Some(c)),
        };
        let contexts = self.model.contexts();
        match self.keymap.resolve(&contexts, &self.pending, key) {
            Resolved::Pending => self.pending.push(key),
            Resolved::Command(command) => {
                self.pending.clear();
                self.happened(Event::Command(command));
            }
            Resolved::None => {
                self.pending.clear();
                if let (Some(c), true) = (typed, self.model.takes_text()) {
                    self.happened(Event::Typed(c.to_string()));
                }
            }
        }
    }

    fn happened(&mut self, event: Event) {
        let Effects { list, .. } = update(&mut self.model, event);
        for effect in list {
            self.effect(effect);
        }
    }

    /// What is about a terminal, files or other desks has nobody here.
    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Quit => self.left = true,
            Effect::ReadPod(key) => self.readers.read_pod(key),
            Effect::ReadUsage(pods) => self.readers.read_usage(pods),
            Effect::ReadChart(question) => self.readers.read_chart(question),
            Effect::Ask { request, question } => self.readers.ask(request, question),
            Effect::Drop(request) => self.readers.drop_question(request),
            Effect::Act(act) => self.acts.carry_out(act),
            Effect::Suspend
            | Effect::SignIn
            | Effect::Repaint
            | Effect::Copy(_)
            | Effect::Call(_)
            | Effect::Title(_)
            | Effect::ListDesks
            | Effect::OpenDesk(_)
            | Effect::Export(_)
            | Effect::Walk(_)
            | Effect::UseTheme(_)
            | Effect::SetMouse(_)
            | Effect::Remember(_) => {}
        }
    }

    fn draw(&mut self) {
        let texts = match self.model.look.lang {
            Lang::En => &self.texts[0],
            Lang::Zh => &self.texts[1],
        };
        let keys = Labels {
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
        let Ok(_) = self.terminal.draw(|frame| ui::draw(frame, model, &paint));
        let (asking, scrolled) = (paint.asking.get(), paint.scrolled.get());
        if asking && self.model.wants_drawing() {
            self.model.set_now(self.clock.now());
            self.happened(Event::Drawn);
        }
        if let Some(line) = scrolled {
            self.happened(Event::ScrolledTo(line));
        }
    }

    fn screen(&self) -> String {
        plain(self.terminal.backend().buffer())
    }
}

/// The text of a screen, wide characters taking their two cells.
fn plain(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut skip = 0;
        let mut line = String::new();
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = cells(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The keys as hints name them.
struct Labels<'a> {
    keymap: &'a Keymap,
    glyphs: Glyphs,
}

impl ui::KeyNames for Labels<'_> {
    fn key(&self, command: Command) -> Option<String> {
        self.keymap.label(command, self.glyphs)
    }
}
