//! Dumps, restores, migrations and failovers: what must come before what.

use super::{
    PSQL,
    psql::{Source, source},
};
use crate::pack::lint::{
    material::{Context, Step},
    shell::{Call, Word},
};

/// The flags of the dumping and restoring programs that take a value.
const DUMP: &[&str] = &[
    "-d",
    "--dbname",
    "-f",
    "--file",
    "-F",
    "--format",
    "-h",
    "--host",
    "-p",
    "--port",
    "-U",
    "--username",
    "-T",
    "--trigger",
    "-t",
    "--table",
    "-n",
    "--schema",
    "-j",
    "--jobs",
    "-Z",
];

pub(super) fn look(context: &Context<'_>) {
    for (step, call) in context.calls() {
        match call.program {
            "psql" => {
                if let Some(source) = source(step, call, &call.args(PSQL)) {
                    into_what(context, step, call, &source);
                    before_stop(context, step, call, source.word);
                    custom(context, step, call, source.word);
                }
            }
            "pg_restore" => trigger(context, step, call),
            _ => {}
        }
    }
    promote(context);
    no_base(context);
}

/// Whether a file is a dump rather than a migration.
fn is_dump(file: &str) -> bool {
    let path = file.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let words = ["backup", "dump", "latest", "database", "restore", "full"];
    words.iter().any(|word| path.contains(word)) && !is_migration(&path) || is_custom(name)
}

/// A name that says so.
fn is_custom(name: &str) -> bool {
    name.rsplit('.').next() == Some("dump")
}

fn is_migration(path: &str) -> bool {
    let words = ["migration", "_down.", "_down_", "_up.", "_up_", "rollback/"];
    words.iter().any(|word| path.contains(word))
}

/// A restore over rows that are there already.
fn into_what(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, source: &Source<'_>) {
    let file = source.word;
    let packed = source.dumped && !is_migration(&file.text.to_ascii_lowercase());
    if !is_dump(&file.text) && !packed {
        return;
    }
    let empties = |before: &Step<'_>| {
        before.calls().any(|call| {
            let clean = |it: &Word| it.is("--clean") || it.is("-c");
            let args = call.words;
            matches!(call.program, "dropdb" | "createdb")
                || call.program == "pg_restore" && args.iter().any(clean)
        })
    };
    let mut said = context
        .statements
        .iter()
        .filter(|it| it.script.procedure == step.script.procedure && it.order <= step.order);
    let emptied = said.any(|it| it.begins("drop") || it.begins("truncate") || it.begins("create"));
    let mut before = context.procedure(&step.script.procedure);
    if !emptied && !before.any(|it| it.order <= step.order && empties(it)) {
        context.find("restore-into-rows", step.script, call.place(), &*file.text);
    }
}

/// Whether a step stops a service.
pub(super) fn stops(step: &Step<'_>) -> bool {
    step.calls().any(|call| {
        let has = |text: &str| call.words.iter().any(|word| word.is(text));
        match call.program {
            "systemctl" | "docker" | "docker-compose" | "service" | "supervisorctl" => {
                has("stop") || has("down")
            }
            "kubectl" => has("scale") && (has("--replicas=0") || has("0")),
            _ => false,
        }
    })
}

/// A migration while the service still runs, which is stopped later on.
fn before_stop(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, file: &Word) {
    if !is_migration(&file.text.to_ascii_lowercase()) {
        return;
    }
    let stop = context
        .procedure(&step.script.procedure)
        .find(|it| stops(it));
    if stop.is_some_and(|stop| stop.order > step.order) {
        context.find(
            "migration-before-stop",
            step.script,
            call.place(),
            &*file.text,
        );
    }
}

/// The beginning of a file's name that says what it is: `backup_20250101.sql`.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    let letters = name.find(|c: char| !c.is_ascii_lowercase() && c != '-');
    &name[..letters.unwrap_or(name.len())]
}

/// The files that are dumped in the custom format, which only `pg_restore` reads.
fn customs<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a Step<'a>, String)> {
    let dumps = context
        .calls()
        .filter(|(_, call)| call.program == "pg_dump");
    dumps.filter_map(|(step, call)| {
        let args = call.args(DUMP);
        let custom = args.value(&["-F", "--format"])?;
        let custom = matches!(custom, "c" | "custom" | "d" | "directory" | "t" | "tar");
        let file = args.value(&["-f", "--file"]).map(str::to_owned);
        let file = file.or_else(|| Some(call.command.writes()?.file.text.clone()))?;
        custom.then_some((step, file))
    })
}

/// A dump of the custom format is fed to psql.
fn custom(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, file: &Word) {
    let dumped = customs(context).find(|(_, path)| {
        let (made, read) = (stem(path), stem(&file.text));
        !made.is_empty() && made == read
    });
    if dumped.is_some() || is_custom(&file.text) {
        context.find(
            "custom-dump-to-psql",
            step.script,
            call.place(),
            &*file.text,
        );
    }
    if let Some((made, path)) = dumped {
        let dump = made.calls().find(|call| call.program == "pg_dump");
        let place = dump.map_or(made.script.read.place, Call::place);
        context.find("custom-dump-to-psql", made.script, place, path);
    }
    elsewhere(context, step, call, file);
}

/// What is written is called otherwise than what is restored.
fn elsewhere(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>, file: &Word) {
    let script = step.script;
    if !is_dump(&file.text) || is_open(&file.text) {
        return;
    }
    // What is made by hand has names of its own: what a calendar writes is what is there to restore.
    let timed = context
        .steps
        .iter()
        .filter(|it| crate::pack::lint::cron::is_timed(it));
    for made in timed {
        for dump in made.calls().filter(|call| call.program == "pg_dump") {
            let Some(path) = dump.command.writes().map(|it| &it.file) else {
                continue;
            };
            let (wrote, read) = (stem(&path.text), stem(&file.text));
            if !wrote.is_empty() && !read.is_empty() && wrote != read {
                let subject = format!("{wrote}… / {read}…");
                context.find("dump-under-another-name", script, call.place(), &*subject);
                context.find(
                    "dump-under-another-name",
                    made.script,
                    dump.place(),
                    subject,
                );
            }
        }
    }
}

fn is_open(path: &str) -> bool {
    path.starts_with('<') || path.starts_with('$')
}

/// `pg_restore -T` is a trigger's name, not a time.
fn trigger(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let args = call.args(DUMP);
    let Some(flag) = args.find(&["-T", "--trigger"]) else {
        return;
    };
    let value = flag
        .value
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let names_time = ["time", "date", "when", "point"]
        .iter()
        .any(|it| value.contains(it));
    let is_date = value
        .trim_start_matches('<')
        .starts_with(|c: char| c.is_ascii_digit());
    if names_time || is_date {
        context.find(
            "pg-restore-trigger-as-time",
            step.script,
            flag.word.place,
            value,
        );
    }
}

/// A standby is promoted and nothing kept the old primary from writing.
fn promote(context: &Context<'_>) {
    for said in &context.statements {
        let Some(at) = said.tokens.iter().position(|it| it.is("pg_promote")) else {
            continue;
        };
        let fenced = |step: &Step<'_>| {
            stops(step)
                || step.calls().any(|call| {
                    let has = |text: &str| call.words.iter().any(|word| word.is(text));
                    let words = call.words.iter();
                    let fence = words.filter(|word| word.text.contains("fence")).count() > 0;
                    let typed = call.command.typed && (has("scale") || has("patch"));
                    fence || call.program == "kubectl" && (typed || has("delete") || has("cordon"))
                })
        };
        let procedure = &said.script.procedure;
        let mut before = context
            .procedure(procedure)
            .filter(|it| it.order < said.order);
        if !before.any(fenced) {
            let place = said.place(&said.tokens[at]);
            context.find("promote-without-fence", said.script, place, "pg_promote");
        }
    }
}

/// WAL is archived, and only `pg_dump` makes backups: nothing the WAL could be replayed on.
fn no_base(context: &Context<'_>) {
    let base = |name: &str| {
        matches!(
            name,
            "pg_basebackup" | "pgbackrest" | "barman" | "wal-g" | "wal-e"
        )
    };
    let archive = context.material.data.settings.iter();
    let archive = archive
        .filter(|it| it.key == "archive_command")
        .collect::<Vec<_>>();
    let dumps = context.calls().any(|(_, call)| call.program == "pg_dump");
    if !dumps || context.calls().any(|(_, call)| base(call.program)) {
        return;
    }
    for setting in archive {
        context.sink.find(
            "wal-without-base",
            setting.place,
            setting.at.clone(),
            "archive_command",
        );
    }
}
