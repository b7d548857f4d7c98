//! A team's own programs, held against how the team calls them elsewhere.

use crate::pack::lint::{
    material::{Context, Step},
    shell::Call,
};

/// Flags that say which environment is meant.
const WHERE: [&str; 6] = [
    "--env",
    "--environment",
    "--stage",
    "--cluster",
    "--profile",
    "--region",
];

/// Programs whose flags other rules know.
const KNOWN: [&str; 12] = [
    "kubectl",
    "docker",
    "docker-compose",
    "psql",
    "redis-cli",
    "aws",
    "curl",
    "git",
    "systemctl",
    "journalctl",
    "py-spy",
    "openssl",
];

pub(super) fn look(context: &Context<'_>) {
    for (step, call) in context.calls() {
        let Some(family) = family(call) else { continue };
        if says(call).is_some() {
            continue;
        }
        let same = |(_, other): &(&Step<'_>, &Call<'_>)| self::family(other) == Some(family);
        let flag = context
            .calls()
            .filter(same)
            .find_map(|(_, other)| says(other));
        if let Some(flag) = flag {
            let subject = format!("{} {} … {flag}", family.0, family.1);
            context.find(
                "shell-without-environment",
                step.script,
                call.place(),
                subject,
            );
        }
    }
}

/// The program and what it is about: `configctl feature`.
fn family<'a>(call: &Call<'a>) -> Option<(&'a str, &'a str)> {
    let noun = &*call.words.first()?.text;
    let word = noun.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let is_noun = word && !noun.starts_with('-');
    (is_noun && !KNOWN.contains(&call.program)).then_some((call.program, noun))
}

/// The flag by which it says where.
fn says(call: &Call<'_>) -> Option<&'static str> {
    let begins = |flag: &&&'static str| {
        let with = format!("{flag}=");
        call.words
            .iter()
            .any(|it| it.text == ***flag || it.text.starts_with(&with))
    };
    WHERE.iter().find(begins).copied()
}
