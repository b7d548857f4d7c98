//! How psql is called.

use super::PSQL;
use crate::pack::lint::{
    material::{Context, Step},
    shell::{Args, Call, Word},
};

pub(super) fn look(context: &Context<'_>) {
    for (step, call) in context.calls().filter(|(_, call)| call.program == "psql") {
        let args = call.args(PSQL);
        secret(context, step, call);
        if !call.command.connected {
            database(context, step, call, &args);
        }
        stops(context, step, call, &args);
    }
}

/// `postgresql://user:password@host/db`.
fn secret(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    for word in call.words {
        if let Some((_, rest)) = word.text.split_once("://")
            && let Some((who, _)) = rest.split_once('@')
            && let Some((_, password)) = who.split_once(':')
            && !password.is_empty()
            && !password.starts_with('$')
        {
            let script = step.script;
            context.find_secret("sql-password-in-uri", script, word.place, "psql");
        }
    }
}

/// Which database is meant: without one it is that of the user's name.
fn database(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, args: &Args<'_>) {
    let sets = &call.command.sets;
    let by_environment = sets
        .iter()
        .any(|(name, _)| name == "PGDATABASE" || name == "PGSERVICE");
    let named = args.has(&["-d", "--dbname"]) || !args.plain.is_empty();
    if named || by_environment || args.has(&["-l", "--list", "-V", "--version", "-?"]) {
        return;
    }
    let user = args.value(&["-U", "--username"]);
    let subject = user.unwrap_or("psql");
    let rule = match user {
        Some(_) => "psql-without-database",
        None => "psql-without-user-and-database",
    };
    context.find(rule, step.script, call.place(), subject);
}

/// What psql reads: a file by `-f` or `<`, or what another program writes into the pipe.
pub(super) struct Source<'a> {
    /// The file, else the name of that program.
    pub word: &'a Word,
    /// It was dumped or packed, which nobody does with a migration.
    pub dumped: bool,
}

pub(super) fn source<'a>(step: &Step<'a>, call: &Call<'a>, args: &Args<'a>) -> Option<Source<'a>> {
    let plain = |word| Source {
        word,
        dumped: false,
    };
    if let Some(read) = call.command.reads() {
        return Some(plain(&read.file));
    }
    let file = args.find(&["-f", "--file"]).map(|it| it.word);
    if file.is_some_and(|it| !it.is("-")) {
        return file.map(plain);
    }
    // With `-c` it does not look at its input.
    if file.is_none() && args.has(&["-c", "--command"]) {
        return None;
    }
    piped(step, call).or_else(|| file.map(plain))
}

/// The file behind a pipe: `gunzip -c x.sql.gz | …`, `cat x.sql | sed … | …`.
fn piped<'a>(step: &Step<'a>, call: &Call<'a>) -> Option<Source<'a>> {
    let dumps = |it: &Call<'_>| {
        let unpacks = matches!(
            it.program,
            "gunzip" | "zcat" | "bzcat" | "xzcat" | "zstdcat"
        );
        let by_flag = matches!(
            it.program,
            "gzip" | "bzip2" | "xz" | "zstd" | "pigz" | "lz4"
        );
        unpacks || by_flag || matches!(it.program, "pg_dump" | "pg_dumpall")
    };
    let dumped = step.feeders(call).any(dumps);
    let files = step.feeders(call).filter_map(|it| {
        if let Some(read) = it.command.reads() {
            return Some(&read.file);
        }
        let prints = matches!(it.program, "cat" | "tac" | "head" | "tail" | "pv" | "sed");
        let last = it.words.last().filter(|word| !word.text.starts_with('-'));
        // The one word of sed is its script.
        let lone = it.program == "sed" && it.words.len() < 2;
        last.filter(|_| (prints || dumps(it)) && !lone)
    });
    let word = files
        .last()
        .or(step.feeders(call).last().map(|it| it.name))?;
    Some(Source { word, dumped })
}

/// psql goes on after an error, and exits 0, unless it is told to stop.
fn stops(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, args: &Args<'_>) {
    let Some(source) = source(step, call, args) else {
        return;
    };
    let set = args
        .flags
        .iter()
        .filter(|it| matches!(&*it.name, "-v" | "--set" | "--variable"));
    let mut set = set.filter_map(|it| it.value.as_deref());
    if set.any(|it| matches!(it, "ON_ERROR_STOP=1" | "ON_ERROR_STOP=on" | "ON_ERROR_STOP")) {
        return;
    }
    let script = step.script;
    context.find(
        "psql-without-on-error-stop",
        script,
        call.place(),
        &*source.word.text,
    );
}
