//! What somebody meant to fill in: `<name>`, `/path/to/…`, and names that stand for whatever the name is.

use crate::pack::lint::{
    compose::Docker,
    kubectl::Kubectl,
    material::{Context, Named, Step},
    shell::{Call, Word},
};

/// Texts write these for a name of the reader's own.
const NAMES: [&str; 4] = ["db-host", "dbname", "table_name", "dependency-service"];

/// Programs whose first plain word is a host.
const TO_HOST: [&str; 9] = [
    "ping",
    "telnet",
    "nc",
    "ssh",
    "dig",
    "nslookup",
    "host",
    "traceroute",
    "mtr",
];

/// Programs whose `-h` is a host.
const CLIENTS: [&str; 9] = [
    "psql",
    "pg_dump",
    "pg_restore",
    "pg_isready",
    "createdb",
    "dropdb",
    "redis-cli",
    "mysql",
    "mysqldump",
];

pub(super) fn look(context: &Context<'_>) {
    // A runbook writes what is to be filled in as it likes; a pack has parameters for it.
    let is_pack = !context.material.notation.angles;
    for step in &context.steps {
        written(context, step, is_pack);
        if is_pack {
            bare(context, step);
        }
    }
    if !is_pack {
        return;
    }
    for said in &context.statements {
        let named = said.tokens.windows(2).filter(|pair| {
            let heads = ["table", "truncate", "analyze", "vacuum"];
            heads.iter().any(|head| pair[0].is(head))
        });
        let tables = said.tables().into_iter().chain(named.map(|pair| &pair[1]));
        for table in tables.filter(|it| it.is("table_name")) {
            let place = said.place(table);
            context.find("shell-stand-in", said.script, place, &*table.text);
        }
    }
    for named in &context.material.names {
        if let Some(left) = of_key(named) {
            let (place, at) = (named.read.place, named.at.clone());
            context.sink.find("shell-stand-in", place, at, left);
        }
    }
}

/// Every word of a step, with the files it reads and writes.
fn words<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s Word> {
    let commands = step.pipeline.commands.iter();
    commands.flat_map(|it| {
        it.words
            .iter()
            .chain(it.redirects.iter().map(|to| &to.file))
    })
}

/// What shows by its signs that it was never filled in.
fn written(context: &Context<'_>, step: &Step<'_>, is_pack: bool) {
    for word in words(step) {
        let path = word.text.contains("/path/to/") || word.text.contains("/your/");
        let angles = is_pack && word.text.starts_with('<') && word.text.ends_with('>');
        if path || angles {
            context.find("shell-stand-in", step.script, word.place, &*word.text);
        }
    }
}

/// What shows by its name that it was never filled in.
fn bare(context: &Context<'_>, step: &Step<'_>) {
    let find = |word: &Word, left: &str| {
        context.find("shell-stand-in", step.script, word.place, left);
    };
    let sets = step.pipeline.commands.iter().flat_map(|it| &it.sets);
    for (name, word) in sets {
        let host = name == "PGHOST" && word.is("lb");
        let user = name == "PGUSER" && word.is("user");
        let left = (host || user).then_some(&*word.text);
        if let Some(left) = left.or_else(|| of_word(&word.text)) {
            find(word, left);
        }
    }
    for word in words(step) {
        if let Some(left) = of_word(&word.text) {
            find(word, left);
        }
    }
    for call in step.calls() {
        if let Some((word, left)) = host_or_user(call) {
            find(word, left);
        }
        if let Some(word) = target(call) {
            find(word, &word.text);
        }
    }
}

/// The stand-in that is a name by itself, wherever it stands in a word.
fn of_word(text: &str) -> Option<&str> {
    // A `\d table` of psql, or `host=x dbname=y`; else what has spaces or brackets is code.
    let pairs = || text.split_whitespace().all(|part| part.contains('='));
    let several = text.starts_with("\\d") || pairs();
    if text.contains('(') || text.contains(char::is_whitespace) && !several {
        return None;
    }
    if let Some((host, user)) = address(text) {
        let left = [(host, "lb"), (user, "user")];
        let found = left.into_iter().find(|(is, open)| is == open);
        if let Some((is, _)) = found {
            return Some(is);
        }
    }
    for (at, _) in text.match_indices("YYYYMMDD") {
        let part = |c: char| c.is_alphanumeric();
        let end = at + "YYYYMMDD".len();
        if !text[..at].ends_with(part) && !text[end..].starts_with(part) {
            return Some(&text[at..end]);
        }
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut from = 0;
    for token in text.split(|c: char| !is_part(c)) {
        let end = from + token.len();
        // `dbname=shop` says which one it is, `$dbname` is filled in.
        let is_key = text[end..].starts_with('=') || text[..from].ends_with(['$', '{']);
        let batch = ["REL-Bx", "REL-x"].into_iter().any(|name| {
            let rest = token.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        if !is_key && (batch || NAMES.contains(&token)) {
            return Some(token);
        }
        from = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// Host and user of an address: `http://lb/stats`, `postgresql://user@db/shop`.
fn address(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("://")?;
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let (who, host) = place.rsplit_once('@').unwrap_or(("", place));
    let name = |text: &str| text.find(':').unwrap_or(text.len());
    Some((&host[..name(host)], &who[..name(who)]))
}

/// `lb` and `user` mean something where a host or a user is wanted, and only there.
fn host_or_user<'a>(call: &Call<'a>) -> Option<(&'a Word, &'static str)> {
    let pairs = call.words.windows(2).find_map(|pair| {
        let flag = &*pair[0].text;
        let host = flag == "--host" || flag == "-h" && CLIENTS.contains(&call.program);
        let user = matches!(flag, "-U" | "--username" | "-u" | "--user");
        let left = [(host, "lb"), (user, "user")];
        let found = left
            .into_iter()
            .find(|(fits, left)| *fits && pair[1].is(left));
        found.map(|(_, left)| (&pair[1], left))
    });
    let joined = || {
        call.words.iter().find_map(|word| {
            let left = match &*word.text {
                "--host=lb" => "lb",
                "--username=user" | "--user=user" => "user",
                _ => return None,
            };
            Some((word, left))
        })
    };
    let told = || {
        let to_host = TO_HOST.contains(&call.program);
        let mut words = call.words.iter().filter(|_| to_host);
        words.find_map(|word| {
            let (who, host) = word.text.rsplit_once('@').unwrap_or(("", &*word.text));
            let left = [(host, "lb"), (who, "user")];
            let found = left.into_iter().find(|(is, open)| is == open);
            found.map(|(_, open)| (word, open))
        })
    };
    pairs.or_else(joined).or_else(told)
}

/// `postgres-container`, `postgres-pod`: what it runs in, named after what it is.
fn is_kind_of_name(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.ends_with("-pod") || last.ends_with("-container")
}

/// A pod or a container that a call is about and whose name only says that it is one.
fn target<'a>(call: &Call<'a>) -> Option<&'a Word> {
    let object = if let Some(kubectl) = Kubectl::new(call) {
        // Of these `kubectl-literal-pod` tells more.
        let known = matches!(kubectl.verb, "exec" | "logs" | "delete");
        let of_pod = kubectl.object().filter(|(kind, _)| kind == "pod");
        of_pod.map(|(_, word)| word).filter(|_| !known)
    } else {
        let docker = Docker::new(call)?;
        let one = matches!(docker.verb, "exec" | "run");
        let mut objects = docker.objects.iter().take(if one { 1 } else { usize::MAX });
        objects.find(|it| is_kind_of_name(&it.text)).copied()
    };
    object.filter(|word| !word.is_open() && is_kind_of_name(&word.text))
}

/// The same of what a pack names by a key: a connection's host, an action's target.
fn of_key(named: &Named) -> Option<&str> {
    let text = &*named.read.text;
    let by_name = match &*named.key {
        "host" => (text == "lb").then_some(text),
        "user" => (text == "user").then_some(text),
        "ssh" => {
            let (who, host) = text.rsplit_once('@').unwrap_or(("", text));
            let left = [(host, "lb"), (who, "user")];
            let found = left.into_iter().find(|(is, open)| is == open);
            found.map(|(is, _)| is)
        }
        "target" | "exec" => {
            let runs = text.starts_with("pod/") || text.starts_with("compose/");
            (runs && is_kind_of_name(text)).then_some(text)
        }
        _ => None,
    };
    by_name.or_else(|| of_word(text))
}
