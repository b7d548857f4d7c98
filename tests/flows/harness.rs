//! A cockpit without a terminal: the real keymap, update and drawing, over observations of a watch that stands still.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt::Write as _,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use quarterdeck::{
    app::{
        command::Command,
        effect::{Effect, Effects, Remembered},
        event::Event,
        model::{Look, Model, Size, Start},
        update,
    },
    domain::{
        desk::{DemoMark, Desk, Namespaces},
        observation::Observation,
        settings::{ColourDepth, Glyphs},
        text::Lang,
        time::Moment,
    },
    i18n::Texts,
    keymap::{Key, Keymap, Resolved, Sequence},
    pack::Pack,
    theme::{Theme, Themes},
    ui,
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use super::watch;

/// What the watch looks like before the first key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Nothing has answered yet.
    Connecting,
    Trouble,
    Quiet,
}

/// A size and a language.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    pub lang: Lang,
    pub size: (u16, u16),
}

impl Face {
    pub fn name(self) -> String {
        format!("{}-{}x{}", self.lang.code(), self.size.0, self.size.1)
    }
}

/// Does the same on every face of the screen.
pub fn each_face(mut flow: impl FnMut(Face)) {
    for lang in Lang::ALL {
        for size in [(80, 24), (160, 48)] {
            flow(Face { lang, size });
        }
    }
}

/// The time of every flow.
pub fn now() -> Timestamp {
    "2026-11-21T06:32:10Z".parse().unwrap()
}

/// One cockpit.
pub struct Flow {
    pub model: Model,
    keymap: Keymap,
    pending: Vec<Key>,
    theme: Theme,
    texts: [Texts; 2],
    /// What was asked of the drivers since it was last looked at.
    pub effects: Vec<Effect>,
}

impl Flow {
    pub fn on(scene: Scene, face: Face) -> Self {
        let pack = Arc::new(Pack::embedded("glancy").unwrap().unwrap());
        Self::with_pack(pack, scene, face)
    }

    pub fn with_pack(pack: Arc<Pack>, scene: Scene, face: Face) -> Self {
        let themes = Themes::in_folder(None);
        let texts = Lang::ALL.map(Texts::new);
        let titles = |texts: &Texts| {
            let title =
                |command: &Command| (*command, texts.t(&format!("command-{command}")).to_owned());
            Arc::new(Command::ALL.iter().map(title).collect::<BTreeMap<_, _>>())
        };
        let model = Model::new(Start {
            desk: Desk {
                pack: (!pack.is_generic()).then(|| pack.id.clone()),
                context: "prod".to_owned(),
                namespaces: Namespaces::Some(vec!["prod".to_owned()]),
                kubeconfig: None,
                alertmanager: None,
                demo: Some(DemoMark {
                    scenario: "export-backlog".to_owned(),
                    speed: None,
                }),
                read_only: false,
            },
            pack,
            policy: quarterdeck::domain::policy::Policy::default(),
            look: Look {
                lang: face.lang,
                glyphs: Glyphs::Unicode,
                theme: "default".to_owned(),
                themes: themes.names(),
                mouse: false,
                titles: [titles(&texts[0]), titles(&texts[1])],
                zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(),
            },
            remembered: Remembered::default(),
            now: Moment::new(now(), Duration::from_secs(100)),
            size: Size {
                columns: face.size.0,
                rows: face.size.1,
            },
        });
        let theme = themes.load("default", ColourDepth::TrueColour).unwrap();
        let mut flow = Self {
            model,
            keymap: Keymap::defaults(),
            pending: Vec::new(),
            theme,
            texts,
            effects: Vec::new(),
        };
        flow.observe(match scene {
            Scene::Connecting => watch::connecting(),
            Scene::Trouble => watch::trouble(now()),
            Scene::Quiet => watch::quiet(now()),
        });
        flow
    }

    pub fn observe(&mut self, observations: Vec<Observation>) {
        self.event(Event::Observed(observations));
    }

    pub fn event(&mut self, event: Event) {
        let Effects { list, .. } = update(&mut self.model, event);
        self.effects.extend(list);
    }

    /// Lets time pass.
    pub fn wait(&mut self, time: Duration) {
        let Moment { wall, mono } = self.model.now;
        self.event(Event::Tick(Moment::new(wall + time, mono + time)));
    }

    /// Keys in the notation of the configuration, with `'text'` for what is typed.
    pub fn keys(&mut self, keys: &str) {
        let mut rest = keys.trim();
        while !rest.is_empty() {
            if let Some(text) = rest.strip_prefix('\'') {
                let (text, after) = text.split_once('\'').expect("a quote that ends");
                for c in text.chars() {
                    self.key(Key::char(c), Some(c));
                }
                rest = after.trim_start();
            } else {
                let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
                for key in Sequence::parse(word).expect("a key").keys() {
                    self.key(*key, None);
                }
                rest = after.trim_start();
            }
        }
    }

    fn key(&mut self, key: Key, typed: Option<char>) {
        match self
            .keymap
            .resolve(&self.model.contexts(), &self.pending, key)
        {
            Resolved::Pending => self.pending.push(key),
            Resolved::Command(command) => {
                self.pending.clear();
                self.event(Event::Command(command));
            }
            Resolved::None => {
                self.pending.clear();
                if let (Some(c), true) = (typed, self.model.takes_text()) {
                    self.event(Event::Typed(c.to_string()));
                }
            }
        }
    }

    pub fn draw(&self) -> (Buffer, Option<(u16, u16)>) {
        let (buffer, cursor, ..) = self.drawn();
        (buffer, cursor)
    }

    fn drawn(&self) -> (Buffer, Option<(u16, u16)>, Option<usize>, bool) {
        let Size { columns, rows } = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let texts = match self.model.look.lang {
            Lang::En => &self.texts[0],
            Lang::Zh => &self.texts[1],
        };
        let keys = Keys {
            keymap: &self.keymap,
            glyphs: self.model.look.glyphs,
        };
        let paint = ui::Paint {
            theme: &self.theme,
            texts,
            keys: &keys,
            scrolled: Cell::default(),
            asking: Cell::default(),
        };
        terminal
            .draw(|frame| ui::draw(frame, &self.model, &paint))
            .unwrap();
        let cursor = terminal.backend().cursor_visible().then(|| {
            let at = terminal.backend().cursor_position();
            (at.x, at.y)
        });
        let buffer = terminal.backend().buffer().clone();
        (buffer, cursor, paint.scrolled.get(), paint.asking.get())
    }

    /// Draws, and tells the model what only drawing knows, as the loop does.
    pub fn draw_and_tell(&mut self) {
        let line = self.drawn().2;
        if let Some(line) = line {
            self.event(Event::ScrolledTo(line));
        }
    }

    /// The screen as text, then where the cursor stands and a digest of the styles.
    pub fn screen(&self) -> String {
        let (buffer, cursor) = self.draw();
        let mut text = plain(&buffer);
        let mut styles = DefaultHasher::new();
        for cell in buffer.content() {
            format!("{:?}", cell.style()).hash(&mut styles);
        }
        let cursor = cursor.map_or("none".to_owned(), |(x, y)| format!("{x},{y}"));
        let digest = styles.finish();
        writeln!(text, "\ncursor {cursor} · styles {digest:016x}").unwrap();
        text
    }
}

/// The text of a screen, wide characters taking their two cells.
pub fn plain(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = quarterdeck::i18n::width::cells(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

struct Keys<'a> {
    keymap: &'a Keymap,
    glyphs: Glyphs,
}

impl ui::KeyNames for Keys<'_> {
    fn key(&self, command: Command) -> Option<String> {
        self.keymap.label(command, self.glyphs)
    }
}
