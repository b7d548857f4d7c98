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

/// The file it reads, by `-f`, by `<`, or from a pipe.
pub(super) fn file<'a>(call: &Call<'a>, args: &Args<'a>) -> Option<&'a Word> {
    let read = call.command.reads().map(|it| &it.file);
    read.or_else(|| args.find(&["-f", "--file"]).map(|it| it.word))
}

/// psql goes on after an error, and exits 0, unless it is told to stop.
fn stops(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, args: &Args<'_>) {
    let Some(file) = file(call, args) else { return };
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
        &*file.text,
    );
}
