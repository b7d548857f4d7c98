//! Reading logs: following, filtering, counting.

use crate::pack::lint::{
    material::{Context, Step},
    shell::Call,
};

pub(super) fn look(context: &Context<'_>, step: &Step<'_>) {
    for (at, call) in step.ends() {
        match call.program {
            "tail" => follows(context, step, call),
            "awk" | "gawk" | "mawk" => last_word(context, step, (at, call)),
            "grep" => sockets(context, step, (at, call)),
            _ => {}
        }
    }
}

/// `tail -f` holds on to a file that was renamed, and never ends.
fn follows(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let args = call.args(&["-n", "-c", "-s", "--lines", "--bytes", "--pid"]);
    // With a pid it is a way to wait for a process.
    if args.has(&["-f", "--follow"]) && !args.has(&["-F", "--retry", "--pid"]) {
        let file = args.plain.last().map_or("", |word| &word.text);
        context.find(
            "shell-tail-loses-rotated-log",
            step.script,
            call.place(),
            file,
        );
    }
}

/// Lines counted by their last word.
fn last_word(context: &Context<'_>, step: &Step<'_>, (at, call): (usize, &Call<'_>)) {
    let Some(program) = call.words.iter().find(|it| it.text.contains("$NF")) else {
        return;
    };
    let log = step
        .before(at)
        .is_some_and(|it| matches!(it.program, "grep" | "cat" | "tail" | "zgrep"));
    let mut behind = step.ends().filter(|(other, _)| *other > at);
    let counts = behind.any(|(_, it)| it.program == "uniq" || it.program == "sort");
    if log && counts {
        context.find("shell-counts-last-words", step.script, program.place, "$NF");
    }
}

/// The programs column of a list of sockets shows the interpreter, not the service.
fn sockets(context: &Context<'_>, step: &Step<'_>, (at, call): (usize, &Call<'_>)) {
    let Some(list) = step
        .before(at)
        .filter(|it| matches!(it.program, "netstat" | "ss"))
    else {
        return;
    };
    let shows = list
        .words
        .iter()
        .any(|it| it.text.starts_with('-') && it.text.contains('p'));
    let Some(pattern) = call.words.iter().find(|it| !it.text.starts_with('-')) else {
        return;
    };
    let states = ["LISTEN", "ESTAB", "TIME_WAIT", "CLOSE_WAIT", "SYN"];
    let state = states
        .iter()
        .any(|it| pattern.text.to_uppercase().starts_with(it));
    let number = pattern.text.chars().any(|c| c.is_ascii_digit());
    if shows && !state && !number {
        context.find(
            "shell-sockets-by-name",
            step.script,
            pattern.place,
            &*pattern.text,
        );
    }
}
