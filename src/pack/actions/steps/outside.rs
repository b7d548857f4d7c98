//! Steps beside the cluster: programs, databases, addresses, alerts, people, time.

use std::collections::{BTreeMap, BTreeSet};

use super::{argv, seconds, template, unknown_word};
use crate::{
    domain::{
        action::{
            scan::{OPTIONS, to_its_end},
            step::{
                ComposeTask, ComposeVerb, Count, Matcher, Piece, StepKind, TargetName, Template,
                UnitVerb,
            },
        },
        nearest::nearest,
        sql::{SqlFault, Statement, statements},
    },
    pack::{
        actions::{holes::Holes, programs},
        manifest::span_of,
        nearest::suggestion,
        reader::{Node, Table},
    },
};

type Shape = StepKind<TargetName, Count>;

pub(super) fn step(
    kind: &str,
    what: &Node<'_>,
    table: &Table<'_>,
    holes: &Holes<'_>,
) -> Option<Shape> {
    match kind {
        "command" => command(what, table, holes),
        "sql" => sql(what, table, holes),
        "redis" => redis(what, table, holes),
        "http" => http(what, table, holes),
        "tcp" => tcp(what, holes),
        "systemd" => systemd(what, table, holes),
        "compose" => compose(what, table, holes),
        "silence" => silence(what, table, holes),
        "expire-silence" => holes.template(what).map(|id| Shape::ExpireSilence { id }),
        "until" => until(what, table),
        "ask" => what.text().map(|text| Shape::Ask { text }),
        _ => seconds(what, holes).map(|seconds| Shape::Wait { seconds }),
    }
}

pub(super) fn place(table: &Table<'_>, holes: &Holes<'_>) -> Option<String> {
    let node = table.get("place")?;
    let name = node.str()?;
    holes.place(&node, name);
    Some(name.to_owned())
}

fn connection(table: &Table<'_>, holes: &Holes<'_>) -> Option<String> {
    let node = table.require("connection")?;
    let name = node.str()?;
    holes.connection(&node, name);
    Some(name.to_owned())
}

fn command(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let place = place(table, holes);
    let secrets = holes.secrets(table.get("secrets"));
    let (stdin, stdout) = (
        template(table, "stdin", holes),
        template(table, "stdout", holes),
    );
    Some(Shape::Command {
        argv: argv(what, holes, true)?,
        place,
        stdin,
        stdout,
        secrets,
        bounded: ends_at_limit(table),
        follow: None,
    })
}

/// `follow = "/var/log/rollback.log"`: what is added to it meanwhile is told.
pub(super) fn following(mut shape: Shape, table: &Table<'_>) -> Shape {
    if let Shape::Command { follow, .. } = &mut shape
        && let Some(node) = table.get("follow")
        && let Some(path) = node.str()
    {
        if !path.starts_with('/') || path.ends_with('/') || path.chars().any(char::is_control) {
            let help = "write where it lies: `follow = \"/var/log/rollback.log\"`".to_owned();
            node.error("a log is followed by its whole path", Some(help));
        }
        if path.contains('$') {
            node.error("the path of a log has no holes", None);
        }
        *follow = Some(path.to_owned());
    }
    shape
}

/// `ends = "limit"`: what follows a log, or traces, is ended on purpose.
fn ends_at_limit(table: &Table<'_>) -> bool {
    let Some(node) = table.get("ends") else {
        return false;
    };
    node.one_of("end of a program", &[("limit", ())]);
    if table.get("limit").is_none() {
        let help = "add `limit = \"30s\"`".to_owned();
        node.error("it isn't said at which limit it ends", Some(help));
    }
    true
}

fn sql(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let connection = connection(table, holes);
    let database = table.get("database");
    let given = database.is_some();
    let database = database.and_then(|node| holes.template(&node));
    let values = templates(table.get("values"), holes);
    let transaction = table.get("transaction").and_then(|node| node.boolean());
    let text = what.str()?;
    if let Some((at, left)) = programs::left_open(text) {
        let what_is = format!("{left} is left to be filled in");
        let help = "bind it: `values = { name = \"$name\" }` and `:'name'`".to_owned();
        let at = what.place(at);
        what.sink.report(at, &what.path, what_is, Some(help));
    }
    if text.contains("$target") || text.contains("${") || bound_by_hand(text, holes) {
        let help = "bind it: `values = { name = \"$name\" }` and `:'name'`".to_owned();
        what.error("a statement has no holes", Some(help));
    }
    variables(what, text, table.get("values"), &values);
    let connection = connection?;
    let of_connection = holes.places.connections.iter();
    let mut of_connection = of_connection.filter(|known| known.name == connection);
    let known =
        holes.places.is_broken(&connection) || of_connection.any(|known| known.database.is_some());
    if !given && !known {
        let help = "add `database`, here or to the connection".to_owned();
        what.error("it isn't said in which database", Some(help));
    }
    Some(Shape::Sql {
        connection,
        database,
        text: text.to_owned(),
        values,
        transaction: transaction.unwrap_or(true),
    })
}

/// What a statement asks for has a value, and what has a value is asked for.
fn variables(
    what: &Node<'_>,
    text: &str,
    node: Option<Node<'_>>,
    values: &BTreeMap<String, Template>,
) {
    let names = || values.keys().map(String::as_str);
    match statements(text, names()) {
        Err(SqlFault::NoValue(name)) => {
            let bind = || format!("bind it: `values = {{ {name} = \"${name}\" }}`");
            let help = nearest(&name, names()).map_or_else(bind, |near| {
                format!("did you mean `:'{near}'`? else bind it in `values`")
            });
            let forms = [format!(":'{name}'"), format!(":{name}")];
            let mut found = forms
                .iter()
                .filter_map(|form| Some((text.find(form)?, form)));
            let part = found
                .next()
                .map_or(0..text.len(), |(at, form)| at..at + form.len());
            let what_is = format!("nothing gives `:'{name}'` a value");
            what.sink
                .report(what.place(part), &what.path, what_is, Some(help));
        }
        Err(fault) => what.error(fault.to_string(), None),
        Ok(all) => {
            let Some(table) = node.and_then(|node| node.table()) else {
                return;
            };
            let asked: BTreeSet<&str> = all.iter().flat_map(Statement::variables).collect();
            for (key, node) in table.entries() {
                if !asked.contains(key.name.as_str()) {
                    let help = suggestion(&key.name, asked.iter().copied());
                    node.error("no variable of the statement takes this value", help);
                }
            }
        }
    }
}

/// Whether a parameter's name stands in a statement with a dollar.
fn bound_by_hand(text: &str, holes: &Holes<'_>) -> bool {
    let mut params = holes.params.iter();
    params.any(|param| text.contains(&format!("${}", param.name)))
}

fn templates(node: Option<Node<'_>>, holes: &Holes<'_>) -> BTreeMap<String, Template> {
    let Some(table) = node.and_then(|node| node.table()) else {
        return BTreeMap::new();
    };
    let entries = table.entries().into_iter();
    entries
        .filter_map(|(key, node)| Some((key.name, holes.template(&node)?)))
        .collect()
}

fn redis(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let connection = connection(table, holes);
    let items = what.array()?;
    let argv: Option<Vec<Template>> = items.iter().map(|node| holes.template(node)).collect();
    if items.is_empty() {
        what.error("no command is named", None);
    }
    let first = items.first().and_then(Node::if_str).unwrap_or("");
    if ["eval", "evalsha", "script", "function", "fcall"]
        .contains(&first.to_ascii_lowercase().as_str())
    {
        what.error(format!("`{first}` runs what it is told"), None);
    }
    let words: Vec<String> = items
        .iter()
        .map(|it| it.if_str().unwrap_or("").to_owned())
        .collect();
    // A cursor may be filled in.
    let is_hole = |it: &Template| matches!(&it.pieces[..], [Piece::Hole(_)]);
    let second = argv.as_ref().and_then(|argv| argv.get(1));
    if let Some(options) = to_its_end(&words).filter(|_| !second.is_some_and(is_hole)) {
        let known = |pair: &[String]| {
            let option = pair[0].to_ascii_uppercase();
            pair.len() == 2 && OPTIONS.contains(&option.as_str())
        };
        if !options.chunks(2).all(known) {
            let help = format!("pairs of {}, or a cursor for one page", OPTIONS.join(", "));
            what.error("what is scanned for?", Some(help));
        }
    }
    Some(Shape::Redis {
        connection: connection?,
        argv: argv?,
    })
}

/// `{ until = "!exists('pod/db-0')", within = "3m", hold = "10s" }`; what it waits for is read by who knows the names.
fn until(what: &Node<'_>, table: &Table<'_>) -> Option<Shape> {
    let span = |node: Node<'_>| u32::try_from(span_of(&node)?.as_secs()).ok();
    let within = table.require("within").and_then(span);
    let hold = table.get("hold").and_then(span).unwrap_or_default();
    if within.is_some_and(|within| hold >= within) {
        table.error("it can't hold for longer than it may take", None);
    }
    Some(Shape::Until {
        is: what.str()?.to_owned(),
        within: within?,
        hold,
    })
}

/// `host:port`, where nothing is left to be filled in.
fn tcp(what: &Node<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let address = holes.template(what)?;
    if let Some(text) = address.whole() {
        let (host, port) = text.rsplit_once(':').unwrap_or((&text, ""));
        if host.is_empty() || port.parse::<u16>().is_err() {
            let help = "write `\"host:port\"`".to_owned();
            what.error("it isn't said where", Some(help));
        }
    }
    Some(Shape::Tcp { address })
}

fn http(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    let method = what.str()?;
    if !METHODS.contains(&method) {
        unknown_word(what, method, &METHODS);
    }
    let url = table.require("url").and_then(|node| {
        let text = node.str()?;
        if !text.starts_with("https://") && !text.starts_with("http://") {
            let help = "write `https://…`".to_owned();
            node.error("it is no address", Some(help));
        }
        let host = text.split('/').nth(2).unwrap_or("");
        if host.contains('@') {
            let help = "a header from a `[secret.…]`, by `secrets`".to_owned();
            node.error(
                "a user and password in an address are seen by everybody",
                Some(help),
            );
        }
        if !is_said(host) {
            let help = "a value of the environment may be one: `$env.…`".to_owned();
            node.error("the host itself can't be a parameter", Some(help));
        }
        holes.template(&node)
    });
    let headers = templates(table.get("headers"), holes);
    let secrets = holes.secrets(table.get("secrets"));
    let body = template(table, "body", holes);
    let mut expect = Vec::new();
    if let Some(items) = table.get("expect").and_then(|node| node.array()) {
        for item in items {
            let status = item.integer().and_then(|status| u16::try_from(status).ok());
            match status.filter(|status| (100..600).contains(status)) {
                Some(status) => expect.push(status),
                None => item.error("it is no status", None),
            }
        }
    }
    Some(Shape::Http {
        method: method.to_owned(),
        url: url?,
        headers,
        body,
        secrets,
        expect,
    })
}

/// Whether all of a host is said by the pack: as it stands, or as values of its environments.
fn is_said(host: &str) -> bool {
    let mut holes = host.split('$').skip(1);
    holes.all(|hole| hole.trim_start_matches('{').starts_with("env."))
}

fn systemd(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let verbs = [
        ("start", UnitVerb::Start),
        ("stop", UnitVerb::Stop),
        ("restart", UnitVerb::Restart),
        ("reload", UnitVerb::Reload),
    ];
    let verb = what.one_of("verb of systemd", &verbs);
    let unit = table.require("unit").and_then(|node| holes.template(&node));
    let place = place(table, holes);
    Some(Shape::Systemd {
        place,
        verb: verb?,
        unit: unit?,
    })
}

fn compose(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let word = |verb: ComposeVerb| (verb.word(), Ok(verb));
    let verbs = [
        word(ComposeVerb::Up),
        word(ComposeVerb::Stop),
        word(ComposeVerb::Restart),
        word(ComposeVerb::Kill),
        ("exec", Err("exec")),
        ("run", Err("run")),
        ("logs", Err("logs")),
        ("ps", Err("ps")),
        ("stats", Err("stats")),
    ];
    let verb = what.one_of("verb of compose", &verbs);
    table.require("place");
    let at = place(table, holes);
    let Some(verb) = verb else {
        // What the others mean hangs on the verb.
        for key in ["service", "argv", "stdin", "tail", "scale"] {
            table.get(key);
        }
        return None;
    };
    let verb = match verb {
        Ok(verb) => verb,
        Err(task) => {
            let task = task_of(task, table, holes);
            return Some(Shape::InCompose {
                place: at?,
                task: task?,
            });
        }
    };
    let service = table
        .require("service")
        .and_then(|node| holes.template(&node));
    let scale = match table.get("scale") {
        Some(node) if verb == ComposeVerb::Up => Some(super::count(&node, holes)?),
        Some(node) => {
            node.error("only `up` says how many there are to be", None);
            None
        }
        None => None,
    };
    Some(Shape::Compose {
        place: at?,
        verb,
        service: service?,
        scale,
    })
}

/// The longest end of a log that is shown.
const MOST_LINES: u32 = 10_000;

/// `stdin = "…"`, or `stdin = { file = "…" }`: a file of the place.
fn input(table: &Table<'_>, holes: &Holes<'_>) -> (Option<Template>, Option<Template>) {
    let Some(node) = table.get("stdin") else {
        return (None, None);
    };
    let Some(file) = node.if_table() else {
        return (holes.template(&node), None);
    };
    let path = file.require("file");
    let path = path.and_then(|node| holes.template(&node));
    file.finish();
    (None, path)
}

fn task_of(task: &str, table: &Table<'_>, holes: &Holes<'_>) -> Option<ComposeTask> {
    let service = || {
        let node = table.require("service")?;
        holes.template(&node)
    };
    let program = || {
        let node = table.require("argv")?;
        argv(&node, holes, false)
    };
    match task {
        "exec" => {
            let (service, argv) = (service(), program());
            let (stdin, from) = input(table, holes);
            Some(ComposeTask::Exec {
                stdin,
                from,
                service: service?,
                argv: argv?,
            })
        }
        "run" => {
            let (service, argv) = (service(), program());
            Some(ComposeTask::Run {
                service: service?,
                argv: argv?,
            })
        }
        "logs" => {
            let service = template(table, "service", holes);
            let node = table.require("tail")?;
            let tail = node.integer().and_then(|tail| u32::try_from(tail).ok());
            let tail = tail.filter(|tail| (1..=MOST_LINES).contains(tail));
            if tail.is_none() {
                let what = format!("from 1 to {MOST_LINES} lines are shown");
                node.error(what, Some("write `tail = 100`".to_owned()));
            }
            Some(ComposeTask::Logs {
                service,
                tail: tail?,
            })
        }
        "ps" => Some(ComposeTask::Ps {
            service: template(table, "service", holes),
        }),
        _ => Some(ComposeTask::Stats),
    }
}

fn silence(what: &Node<'_>, table: &Table<'_>, holes: &Holes<'_>) -> Option<Shape> {
    let matchers: Vec<Matcher> = what
        .strings()
        .into_iter()
        .filter_map(|(node, text)| matcher(&node, text, holes))
        .collect();
    if matchers.is_empty() {
        what.error("a silence without matchers silences everything", None);
    }
    let lasts = table.require("for").and_then(|node| seconds(&node, holes));
    let comment = table
        .require("comment")
        .and_then(|node| holes.template(&node));
    Some(Shape::Silence {
        matchers,
        seconds: lasts?,
        comment: comment?,
    })
}

/// `alertname=ExportBacklog`, `pod=~export-.*`, `severity!=info`; or `$matchers`: a parameter of them.
fn matcher(node: &Node<'_>, text: &str, holes: &Holes<'_>) -> Option<Matcher> {
    let signs = [
        ("!~", true, false),
        ("=~", true, true),
        ("!=", false, false),
        ("=", false, true),
    ];
    let at = text.find(['=', '!']);
    if at.is_none() && text.starts_with('$') {
        // A parameter says all of them: none has a name yet.
        return Some(Matcher {
            name: String::new(),
            value: holes.template_at(node, text, 0),
            is_regex: false,
            is_equal: true,
        });
    }
    let found = at.and_then(|at| {
        let sign = signs
            .iter()
            .find(|(sign, ..)| text[at..].starts_with(sign))?;
        Some((at, sign))
    });
    let Some((at, (sign, is_regex, is_equal))) = found.filter(|(at, _)| *at > 0) else {
        let help = "write `alertname=ExportBacklog`".to_owned();
        node.error(format!("`{text}` is no matcher"), Some(help));
        return None;
    };
    let from = at + sign.len();
    Some(Matcher {
        name: text[..at].trim().to_owned(),
        value: holes.template_at(node, &text[from..], from),
        is_regex: *is_regex,
        is_equal: *is_equal,
    })
}
