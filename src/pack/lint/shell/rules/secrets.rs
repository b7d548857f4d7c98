//! Secrets on screens and in argument lists, where every user of the machine reads them.

use crate::pack::lint::{
    material::{Context, Step},
    shell::{
        Call,
        words::{is_address, is_secret},
    },
};

pub(super) fn look(context: &Context<'_>, step: &Step<'_>) {
    for (at, call) in step.ends() {
        match call.program {
            "echo" | "printf" | "printenv" => said(context, step, call),
            "curl" | "wget" | "http" => header(context, step, call),
            "python" | "python3" | "openssl" | "pwgen" | "uuidgen" => {
                made(context, step, (at, call));
            }
            _ => {}
        }
    }
}

fn said(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let filed = call.command.writes().is_some() || step.script.frame.parsed;
    for word in call.words {
        let bare = (call.program == "printenv").then_some(&word.text);
        for name in word.variables.iter().chain(bare) {
            if (is_secret(name) || is_address(name)) && !filed {
                context.find("shell-prints-a-secret", step.script, word.place, &**name);
            }
        }
    }
}

/// `-H "Authorization: Bearer …"`, `-u user:password`.
fn header(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let args = call.args(&["-H", "--header", "-u", "--user", "-X", "-d", "-o"]);
    for flag in &args.flags {
        let Some(value) = flag.value.as_deref() else {
            continue;
        };
        let lower = value.to_ascii_lowercase();
        let carries = match &*flag.name {
            "-H" | "--header" => {
                let names = ["authorization:", "x-api-key:", "cookie:", "x-auth-token:"];
                names.iter().any(|name| lower.starts_with(name))
            }
            "-u" | "--user" => value.contains(':') && !value.ends_with(':'),
            _ => false,
        };
        if carries {
            context.find_secret(
                "shell-secret-in-argv",
                step.script,
                flag.word.place,
                &flag.name,
            );
        }
    }
}

/// A new secret is made and goes to the screen.
fn made(context: &Context<'_>, step: &Step<'_>, (at, call): (usize, &Call<'_>)) {
    let code = call.words.iter().skip_while(|it| !it.is("-c")).nth(1);
    let makes = match call.program {
        "python" | "python3" => code.is_some_and(|code| {
            let makes = code.text.contains("secrets.") || code.text.contains("urandom");
            makes && code.text.contains("print")
        }),
        "openssl" => call
            .words
            .first()
            .is_some_and(|it| it.is("rand") || it.is("genrsa")),
        _ => call.program == "pwgen",
    };
    let out = call.words.iter().any(|it| it.is("-out"));
    let kept = out || call.command.writes().is_some() || step.after(at).is_some();
    if makes && !kept {
        context.find(
            "shell-prints-a-secret",
            step.script,
            call.place(),
            call.program,
        );
    }
}
