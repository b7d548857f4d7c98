//! Files: dumps, copies, listings, finding and removing.

use crate::pack::lint::{
    material::{Context, Step},
    shell::{Call, Word},
};

pub(super) fn look(context: &Context<'_>, step: &Step<'_>) {
    for (at, call) in step.ends() {
        match call.program {
            "pg_dump" | "pg_dumpall" | "mysqldump" | "mongodump" => dump(context, step, call),
            "aws" => aws(context, step, call),
            "find" => find(context, step, (at, call)),
            "du" => mounts(context, step, call),
            "rm" => open_logs(context, step, call),
            _ => {}
        }
    }
}

/// A dump that fails leaves the file that the shell made before.
fn dump(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    if let Some(to) = call.command.writes() {
        context.find(
            "shell-dump-leaves-a-file",
            step.script,
            call.place(),
            &*to.file.text,
        );
    }
}

fn aws(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let args = call.args(&[
        "--profile",
        "--region",
        "--endpoint-url",
        "--exclude",
        "--include",
    ]);
    let words: Vec<&str> = args.plain.iter().map(|it| &*it.text).collect();
    if words.first() != Some(&"s3") {
        return;
    }
    match words.get(1).copied() {
        Some("cp" | "mv") if !call.command.bare => {
            let from = args
                .plain
                .get(2)
                .filter(|it| it.glob || it.text.contains('*'));
            if let Some(from) = from {
                context.find("shell-s3-copies-one", step.script, from.place, &*from.text);
            }
        }
        Some("ls") => {
            let bucket = args.plain.get(2);
            let folder = bucket.is_some_and(|it| it.text.ends_with('/'));
            let whole = args.has(&["--recursive", "--summarize"]);
            if let Some(prefix) = bucket.filter(|_| !folder && !whole) {
                context.find(
                    "shell-listing-of-a-prefix",
                    step.script,
                    prefix.place,
                    &*prefix.text,
                );
            }
        }
        _ => {}
    }
}

fn has(call: &Call<'_>, text: &str) -> bool {
    call.words.iter().any(|word| word.is(text))
}

fn find(context: &Context<'_>, step: &Step<'_>, (at, call): (usize, &Call<'_>)) {
    let script = step.script;
    let is_root = |word: &&Word| word.is("/");
    let paths = call
        .words
        .iter()
        .take_while(|word| !word.text.starts_with('-'));
    let paths: Vec<&Word> = paths.collect();
    if let Some(root) = paths.iter().copied().find(is_root)
        && !has(call, "-xdev")
        && !has(call, "-mount")
    {
        context.find("shell-crosses-mounts", script, root.place, "find /");
    }
    let first = step.after(at).filter(|next| next.program == "head");
    if has(call, "-size") && first.is_some() {
        context.find("shell-first-is-not-largest", script, call.place(), "head");
    }
    let removes = call.words.iter().position(|word| word.is("rm"));
    let recursive = removes.is_some_and(|at| {
        call.words[at..]
            .iter()
            .any(|it| it.text.starts_with('-') && it.text.contains(['r', 'R']))
    });
    let folders = call
        .words
        .windows(2)
        .any(|it| it[0].is("-type") && it[1].is("d"));
    if folders && (recursive || has(call, "-delete")) && !has(call, "-mindepth") {
        let path = paths.first().map_or("", |it| &it.text);
        context.find("shell-find-removes-its-root", script, call.place(), path);
    }
    if recursive && !listed(context, step, paths.first().copied()) {
        let path = paths.first().map_or("", |it| &it.text);
        context.find("shell-removes-unseen", script, call.place(), path);
    }
    let logs = call.words.iter().any(|it| it.text.contains(".log"));
    if logs && (has(call, "-delete") || removes.is_some()) {
        let path = paths.first().map_or("", |it| &it.text);
        context.find("shell-removes-open-logs", script, call.place(), path);
    }
}

/// Whether the same was listed before it is removed.
fn listed(context: &Context<'_>, step: &Step<'_>, path: Option<&Word>) -> bool {
    let Some(path) = path else { return false };
    let mut before = context.procedure(&step.script.procedure);
    before.any(|it| {
        it.order < step.order
            && it.calls().any(|call| {
                let same = call.words.iter().any(|word| word.text == path.text);
                let lists = call.program == "ls" || call.program == "find" && !has(call, "rm");
                same && lists && !has(call, "-delete")
            })
    })
}

/// A log that a process holds open frees nothing when its name goes.
fn open_logs(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let log = call
        .words
        .iter()
        .find(|it| it.text.rsplit('.').next() == Some("log"));
    if let Some(log) = log.filter(|_| !call.is_elsewhere()) {
        context.find(
            "shell-removes-open-logs",
            step.script,
            log.place,
            &*log.text,
        );
    }
}

/// `du /*` counts what other disks hold.
fn mounts(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let stays = call.words.iter().any(|it| {
        it.is("--one-file-system")
            || it.text.starts_with('-') && !it.text.starts_with("--") && it.text.contains('x')
    });
    let wide = call.words.iter().find(|it| it.is("/") || it.is("/*"));
    if let Some(word) = wide.filter(|_| !stays) {
        context.find(
            "shell-crosses-mounts",
            step.script,
            word.place,
            format!("du {}", word.text),
        );
    }
}

/// `archive_command` that writes over a segment that is there already.
pub(super) fn archive(context: &Context<'_>) {
    let settings = context.material.data.settings.iter();
    for setting in settings.filter(|it| it.key == "archive_command") {
        let parsed = crate::pack::lint::shell::parse(&setting.value, &context.material.notation);
        let mut looks = false;
        for pipeline in &parsed.pipelines {
            for call in pipeline
                .commands
                .iter()
                .flat_map(crate::pack::lint::shell::program::calls)
            {
                looks |= matches!(call.program, "test" | "[");
                let writes = matches!(
                    call.program,
                    "cp" | "mv" | "rsync" | "scp" | "gzip" | "dd" | "tee"
                );
                let named = |it: &Word| it.text.contains("%f");
                let target = writes && call.words.iter().any(named);
                let out = call.command.writes().filter(|it| it.op == ">");
                if (target || out.is_some_and(|it| named(&it.file))) && !looks {
                    let (place, at) = (call.place(), setting.at.clone());
                    context
                        .sink
                        .find("shell-archive-overwrites", place, at, call.program);
                }
            }
        }
    }
}

/// Two folders whose names differ by one letter are one folder, once written wrong.
pub(super) fn names(context: &Context<'_>) {
    let mut seen: Vec<(&Step<'_>, &Word, &str)> = Vec::new();
    for step in &context.steps {
        for command in &step.pipeline.commands {
            let redirected = command.redirects.iter().map(|it| &it.file);
            for word in command.words.iter().chain(redirected) {
                let folder = word.text.trim_start_matches("./").split('/').next();
                let inside = word.text.contains('/') && !word.text.contains("://");
                if let Some(folder) =
                    folder.filter(|it| inside && it.len() > 3 && !it.starts_with('-'))
                {
                    seen.push((step, word, folder));
                }
            }
        }
    }
    for (step, word, folder) in &seen {
        let plural = format!("{folder}s");
        if let Some((other, twin, _)) = seen.iter().find(|(_, _, other)| *other == plural) {
            let subject = format!("{folder}/ {plural}/ ({})", other.script.at(twin.place));
            context.find(
                "shell-two-names-of-a-folder",
                step.script,
                word.place,
                subject,
            );
        }
    }
}
