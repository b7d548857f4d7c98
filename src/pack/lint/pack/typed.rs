//! The steps that the cockpit knows, as the commands a person would type: rules see both alike. What the cockpit does by itself
//! (the cluster, the namespace, every pod, no terminal, an end) stands in the command, or is known by its being `typed`. A file of
//! `stdout` gets its name only where the program ended well, so it is no redirection.

use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Walk, get, string};
use crate::{
    domain::action::scan::to_its_end,
    pack::lint::{
        place::Place,
        shell::{Command, Redirect, Word},
    },
};

type Node<'d> = Spanned<DeValue<'d>>;

/// The key of a step that has the words, and what it does.
type Told = (&'static str, Command);

/// Whether a table at this key is a step: one of a list, one that reads, the preview.
fn is_step(path: &str) -> bool {
    let (before, last) = path.rsplit_once('.').unwrap_or(("", path));
    let list = last.split('[').next().unwrap_or(last);
    let table = before.rsplit('.').next();
    matches!(list, "run" | "preview" | "read") || before.contains('.') && table == Some("read")
}

/// A word that the pack gives, whatever it is made of.
fn word(text: &str, place: Place) -> Word {
    let open = text.split('$').skip(1);
    let names = open.map(|it| it.trim_start_matches('{').to_owned());
    Word {
        variables: names.collect(),
        ..Word::plain(text, place)
    }
}

impl Walk<'_> {
    /// A step of a kind that the cockpit knows: told as the command a person would type.
    pub(super) fn step(&mut self, table: &DeTable<'_>, path: &str) -> bool {
        let told = is_step(path).then(|| self.typed(table)).flatten();
        let Some((key, command)) = told else {
            return false;
        };
        let Some(place) = command.words.first().map(|word| word.place) else {
            return false;
        };
        self.command(command, place, &format!("{path}{key}"));
        true
    }

    /// A word of an argument list: no shell sees it.
    fn argument(&self, item: &Spanned<DeValue<'_>>) -> Option<Word> {
        let read = self.read(item)?;
        let open = read.text.strip_prefix('$').map(str::to_owned);
        Some(Word {
            place: read.place,
            first: read.is_verbatim().then(|| read.first()),
            quoted: true,
            glob: false,
            variables: open.into_iter().collect(),
            substituted: false,
            text: read.text,
        })
    }

    /// An argument list; where one of its items is no text, it is none.
    pub(super) fn arguments(&self, items: &[Spanned<DeValue<'_>>]) -> Option<Vec<Word>> {
        items.iter().map(|item| self.argument(item)).collect()
    }

    /// What a step does; `None` where its kind has no program, or it is none.
    fn typed(&self, table: &DeTable<'_>) -> Option<Told> {
        let of = |key: &str| get(table, key);
        if let Some(node) = of("compose") {
            return self.compose(table, node);
        }
        if let Some(items) = of("command").and_then(|it| it.get_ref().as_array()) {
            let words = self.arguments(items).filter(|it| !it.is_empty())?;
            return Some((".command", bare(words)));
        }
        if let Some(node) = of("redis") {
            return self.redis(node);
        }
        if let Some(node) = of("systemd") {
            let unit = self.given(of("unit")?)?;
            let words = vec![self.plain("systemctl", node), self.given(node)?, unit];
            return Some(("", bare(words)));
        }
        if let Some(node) = of("http") {
            let method = self.given(node)?;
            let url = self.given(of("url")?)?;
            // Nothing of its address is taken for a range.
            let mut words = Vec::from(["curl", "-g", "-X"].map(|text| self.plain(text, node)));
            words.extend([method, url]);
            return Some(("", bare(words)));
        }
        self.kubectl(table)
    }

    fn place(&self, node: &Node<'_>) -> Place {
        Place::new(self.file, &node.span())
    }

    fn plain(&self, text: &str, node: &Node<'_>) -> Word {
        Word::plain(text, self.place(node))
    }

    /// A text or a number of the pack's.
    fn given(&self, node: &Node<'_>) -> Option<Word> {
        if matches!(node.get_ref(), DeValue::Integer(_)) {
            let digits = self.text[node.span()].replace('_', "");
            return Some(self.plain(&digits, node));
        }
        self.argument(node)
    }

    /// The object a step is aimed at: `$target` is that of the action.
    fn aimed(&self, node: &Node<'_>) -> Option<Word> {
        let given = self.given(node)?;
        let of_action = self.target.as_ref().filter(|_| given.is("$target"));
        let text = of_action.map_or(&*given.text, String::as_str);
        // `deployment/namespace/web`: where it lies is the cockpit's to say.
        let parts: Vec<&str> = text.split('/').collect();
        let text = match parts[..] {
            [kind, _, name] => format!("{kind}/{name}"),
            _ => text.to_owned(),
        };
        Some(word(&text, given.place))
    }

    /// A step on an object of the cluster.
    fn kubectl(&self, table: &DeTable<'_>) -> Option<Told> {
        const KINDS: [(&str, &[&str]); 14] = [
            ("scale", &["scale"]),
            ("patch", &["patch"]),
            ("set-env", &["set", "env"]),
            ("exec", &["exec"]),
            ("restart", &["rollout", "restart"]),
            ("rollback", &["rollout", "undo"]),
            ("delete-pod", &["delete"]),
            ("evict", &["evict"]),
            ("cordon", &["cordon"]),
            ("uncordon", &["uncordon"]),
            ("run-cronjob", &["create", "job", "--from"]),
            ("logs", &["logs"]),
            ("object", &["get"]),
            ("view", &["get"]),
        ];
        let found = KINDS.iter().find_map(|(kind, verb)| {
            let node = get(table, kind)?;
            Some((*kind, *verb, node))
        });
        let (kind, mut verb, node) = found?;
        let mut aim = node;
        if kind == "view" {
            aim = get(table, "of")?;
            if string(table, "view").as_deref() == Some("lines") {
                verb = &["logs"];
            }
        }
        let mut words = vec![self.plain("kubectl", node)];
        words.extend(verb.iter().map(|text| self.plain(text, node)));
        words.push(self.aimed(aim)?);
        if verb == ["logs"] {
            words.push(self.plain("--all-pods=true", node));
        }
        words.extend(self.rest(kind, table)?);
        let command = Command {
            typed: true,
            ..bare(words)
        };
        let key = if kind == "exec" { ".argv" } else { "" };
        Some((key, command))
    }

    /// What stands behind the object.
    fn rest(&self, kind: &str, table: &DeTable<'_>) -> Option<Vec<Word>> {
        let of = |key: &str| get(table, key);
        Some(match kind {
            "scale" => {
                let replicas = self.given(of("replicas")?)?;
                let text = format!("--replicas={}", replicas.text);
                vec![word(&text, replicas.place)]
            }
            "patch" => {
                let with = of("with")?;
                let body = self.json(with).to_string();
                vec![self.plain("-p", with), word(&body, self.place(with))]
            }
            "set-env" => {
                let name = self.given(of("name")?)?;
                let set = match of("value") {
                    Some(value) => {
                        let value = self.given(value)?;
                        word(&format!("{}={}", name.text, value.text), value.place)
                    }
                    None => word(&format!("{}-", name.text), name.place),
                };
                vec![set]
            }
            "exec" => {
                let argv = of("argv")?;
                let mut words = vec![self.plain("--", argv)];
                words.extend(self.arguments(argv.get_ref().as_array()?)?);
                words
            }
            "object" => {
                let fields = of("fields").and_then(|it| it.get_ref().as_table());
                let fields = fields.into_iter().flatten();
                let pointers = fields.filter_map(|(_, value)| self.given(value));
                pointers.collect()
            }
            _ => Vec::new(),
        })
    }

    fn json(&self, node: &Node<'_>) -> Value {
        match node.get_ref() {
            DeValue::Table(table) => {
                let fields = table.iter();
                let fields = fields.map(|(key, it)| (key.get_ref().to_string(), self.json(it)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            DeValue::Array(items) => items.iter().map(|it| self.json(it)).collect(),
            DeValue::String(text) => Value::from(text.to_string()),
            DeValue::Boolean(is) => Value::from(*is),
            _ => {
                let text = self.text[node.span()].replace('_', "");
                serde_json::from_str(&text).unwrap_or(Value::String(text))
            }
        }
    }

    /// What redis-cli is told; a `SCAN` that goes on to its end has a way of its own there.
    fn redis(&self, node: &Node<'_>) -> Option<Told> {
        let given = self.arguments(node.get_ref().as_array()?)?;
        let texts: Vec<String> = given.iter().map(|it| it.text.clone()).collect();
        let mut words = vec![self.plain("redis-cli", node)];
        if let Some(options) = to_its_end(&texts) {
            words.push(self.plain("--scan", node));
            let from = given.len() - options.len();
            for pair in given[from..].chunks(2) {
                let flag = match pair[0].text.to_ascii_uppercase().as_str() {
                    "MATCH" => "--pattern",
                    "TYPE" => "--type",
                    _ => "--count",
                };
                words.push(self.plain(flag, node));
                words.extend(pair.get(1).cloned());
            }
        } else {
            words.extend(given);
        }
        let command = Command {
            connected: true,
            ..bare(words)
        };
        Some((".redis", command))
    }

    /// What compose is told: no terminal, in the background, to an end.
    fn compose(&self, table: &DeTable<'_>, node: &Node<'_>) -> Option<Told> {
        let of = |key: &str| get(table, key);
        let verb = string(table, "compose")?;
        let own: &[&str] = match &*verb {
            "up" => &["-d", "--no-deps"],
            "exec" => &["-T"],
            "run" => &["--rm", "--no-deps", "-T"],
            "stats" => &["--no-stream"],
            _ => &[],
        };
        let docker = ["docker", "compose", &*verb];
        let mut words = Vec::from(docker.map(|text| self.plain(text, node)));
        words.extend(own.iter().map(|text| self.plain(text, node)));
        let service = of("service").and_then(|it| self.given(it));
        if let (Some(service), Some(count)) = (&service, of("scale")) {
            let count = self.given(count)?;
            let text = format!("--scale={}={}", service.text, count.text);
            words.push(word(&text, count.place));
        }
        words.extend(service);
        let program = of("argv").and_then(|it| it.get_ref().as_array());
        let key = if program.is_some() { ".argv" } else { "" };
        if let Some(items) = program {
            words.extend(self.arguments(items)?);
        }
        let file = of("stdin").and_then(|it| get(it.get_ref().as_table()?, "file"));
        let file = file.and_then(|it| self.given(it));
        let reads = file.map(|file| Redirect {
            op: "<".to_owned(),
            fd: None,
            file,
        });
        let command = Command {
            redirects: reads.into_iter().collect(),
            ..bare(words)
        };
        Some((key, command))
    }
}

/// A program that is run without a shell.
fn bare(words: Vec<Word>) -> Command {
    Command {
        words,
        bare: true,
        ..Command::default()
    }
}
