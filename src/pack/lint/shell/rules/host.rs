//! Looking at a host and at its processes.

use crate::pack::lint::{
    material::{Context, Step},
    shell::Call,
};

pub(super) fn look(context: &Context<'_>, step: &Step<'_>) {
    for (at, call) in step.ends() {
        match call.program {
            "export" => exported(context, step, call),
            "env" | "printenv" | "echo" => operators(context, step, (at, call)),
            "py-spy" => second(context, step, call),
            "iostat" | "vmstat" => since_boot(context, step, call),
            _ => {}
        }
        drops(context, step, call);
    }
    reloads(context, step);
}

/// What a shell exports, a unit never sees.
fn exported(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let later = context.procedure(&step.script.procedure);
    let mut later = later.filter(|it| it.order > step.order);
    let starts = |it: &Step<'_>| {
        it.calls().any(|call| {
            let verb = call.words.first().map_or("", |word| &word.text);
            let starts = matches!(verb, "start" | "restart" | "reload" | "reload-or-restart");
            call.program == "systemctl" && starts
        })
    };
    if later.any(starts) {
        let name = call
            .words
            .first()
            .map_or("", |it| it.text.split('=').next().unwrap_or(""));
        context.find(
            "shell-export-misses-the-unit",
            step.script,
            call.place(),
            name,
        );
    }
}

/// The environment of who looks is not that of the service.
fn operators(context: &Context<'_>, step: &Step<'_>, (at, call): (usize, &Call<'_>)) {
    if call.is_elsewhere() || call.command.bare {
        return;
    }
    let script = step.script;
    if call.program == "echo" {
        let shouts = |it: &&String| {
            let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            it.len() > 2 && it.contains('_') && it.chars().all(upper)
        };
        let word = call
            .words
            .iter()
            .find(|it| it.variables.iter().any(|it| shouts(&it)));
        let kept = call.command.writes().is_some() || step.after(at).is_some();
        if let Some(word) = word.filter(|_| !kept) {
            context.find(
                "shell-operators-environment",
                script,
                word.place,
                &*word.text,
            );
        }
        return;
    }
    if call.words.iter().all(|it| it.text.starts_with('-')) || call.program == "printenv" {
        context.find(
            "shell-operators-environment",
            script,
            call.place(),
            call.program,
        );
    }
}

/// A profiler that is given a program begins a second one.
fn second(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let args = call.args(&[
        "-o",
        "--output",
        "-d",
        "--duration",
        "-r",
        "--rate",
        "-p",
        "--pid",
    ]);
    if args.rest.is_some() && !args.has(&["-p", "--pid"]) {
        context.find(
            "shell-profiles-a-second-one",
            step.script,
            call.place(),
            "py-spy",
        );
    }
}

/// The first report is the average since the machine began.
fn since_boot(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let number = |it: &&crate::pack::lint::shell::Word| it.text.parse::<u32>().is_ok();
    if call.words.iter().filter(number).count() < 2 {
        context.find(
            "shell-average-since-boot",
            step.script,
            call.place(),
            call.program,
        );
    }
}

/// The page cache goes; what processes hold stays.
fn drops(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let file = call.command.writes().map(|it| &it.file);
    let tee = call
        .words
        .iter()
        .find(|_| matches!(call.program, "tee" | "sysctl"));
    let topic = step.script.topic.to_lowercase();
    let memory = ["memory", "oom", "内存"]
        .iter()
        .any(|it| topic.contains(it));
    if let Some(word) = file.or(tee).filter(|it| it.text.contains("drop_caches"))
        && memory
    {
        context.find(
            "shell-drop-caches-for-memory",
            step.script,
            word.place,
            &*word.text,
        );
    }
}

/// What is said above a command is another thing than it does.
fn reloads(context: &Context<'_>, step: &Step<'_>) {
    let comment = step.pipeline.comment.to_lowercase();
    let says = comment.contains("restart") || comment.contains("重启");
    for (_, call) in step.ends() {
        let verb = call.words.first().map_or("", |word| &word.text);
        if says && call.program == "systemctl" && matches!(verb, "reload" | "force-reload") {
            context.find(
                "shell-says-restart-does-reload",
                step.script,
                call.place(),
                verb,
            );
        }
    }
}
