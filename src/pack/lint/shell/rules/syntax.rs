//! What no shell takes as it was meant.

use crate::pack::lint::material::{Context, Step};

pub(super) fn look(context: &Context<'_>) {
    for script in &context.material.scripts {
        for broken in &script.parsed.broken {
            context.find("shell-syntax", script, broken.place, broken.why);
        }
    }
    for step in &context.steps {
        alternatives(context, step);
        globs(context, step);
    }
}

/// `stop|restart unit`: the bar is a pipe.
fn alternatives(context: &Context<'_>, step: &Step<'_>) {
    const VERBS: [&str; 16] = [
        "start", "stop", "restart", "reload", "status", "enable", "disable", "up", "down", "kill",
        "get", "set", "list", "show", "apply", "delete",
    ];
    for (at, commands) in step.commands.iter().enumerate().skip(1) {
        let (Some(call), Some(before)) = (commands.first(), step.commands[at - 1].last()) else {
            continue;
        };
        let verb = |text: &str| VERBS.contains(&text);
        let ends = before.words.last().is_some_and(|word| verb(&word.text));
        if ends && verb(call.program) {
            let subject = format!(
                "{}|{}",
                before.words.last().map_or("", |it| &it.text),
                call.program
            );
            context.find("shell-bar-is-a-pipe", step.script, call.name.place, subject);
        }
    }
}

/// Programs whose words are files, which a shell's `*` is for.
fn takes_files(program: &str) -> bool {
    matches!(
        program,
        "ls" | "rm"
            | "cp"
            | "mv"
            | "cat"
            | "du"
            | "tar"
            | "grep"
            | "chmod"
            | "chown"
            | "head"
            | "tail"
            | "wc"
            | "gzip"
            | "zip"
            | "rsync"
            | "stat"
            | "touch"
            | "aws"
            | "scp"
            | "less"
            | "shred"
            | "sha256sum"
            | "mkdir"
            | "ln"
            | "sed"
            | "awk"
            | "for"
            | "echo"
    )
}

/// A `*` that the shell takes before the program sees it.
fn globs(context: &Context<'_>, step: &Step<'_>) {
    for (_, call) in step.ends() {
        if call.command.bare || takes_files(call.program) {
            continue;
        }
        for word in call.words {
            let path = word.text.starts_with(['/', '.', '~', '[']);
            let address = word.text.contains("://");
            if word.glob && word.text.contains('*') && !path && !address {
                context.find("shell-unquoted-glob", step.script, word.place, &*word.text);
            }
        }
    }
}
