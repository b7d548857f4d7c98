//! docker and docker compose by their flags, v1 and v2.

mod rules;

pub use self::rules::look;

use super::shell::{Args, Call, Word};

/// The flags that take a value.
const VALUES: &[&str] = &[
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--project-directory",
    "--env-file",
    "--profile",
    "--scale",
    "--tail",
    "--since",
    "--until",
    "-t",
    "--timeout",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "-e",
    "--env",
    "--index",
    "--filter",
    "--format",
    "--context",
    "-H",
    "--host",
];

/// One call of docker compose, or of docker.
pub struct Docker<'a> {
    pub compose: bool,
    pub verb: &'a str,
    /// `system prune`: what stands before the verb.
    pub of: &'a str,
    pub args: Args<'a>,
    /// Services, containers, or the program that `exec` runs and its words.
    pub objects: Vec<&'a Word>,
}

impl<'a> Docker<'a> {
    pub fn new(call: &Call<'a>) -> Option<Self> {
        let mut compose = call.program == "docker-compose";
        if !compose && !matches!(call.program, "docker" | "podman") {
            return None;
        }
        let mut args = call.args(VALUES);
        let mut at = 0;
        if !compose && args.plain.first()?.is("compose") {
            compose = true;
            at = 1;
        }
        // `logs -f` and `exec -f` follow; before the verb `-f` names the file.
        let first = &*args.plain.get(at)?.text;
        if first == "logs" {
            let cut = call.words.iter().position(|word| word.is("logs"))?;
            let values: Vec<&str> = VALUES.iter().copied().filter(|it| *it != "-f").collect();
            let behind = Args::new(&call.words[cut + 1..], &values);
            let objects = behind.plain.clone();
            args.flags = behind.flags;
            return Some(Self {
                compose,
                verb: first,
                of: "",
                args,
                objects,
            });
        }
        let grouped = !compose
            && matches!(
                first,
                "system" | "volume" | "image" | "container" | "network" | "builder"
            );
        let (of, verb, skip) = if grouped {
            (first, &*args.plain.get(at + 1)?.text, at + 2)
        } else {
            ("", first, at + 1)
        };
        let objects = args.plain.iter().skip(skip).copied().collect();
        Some(Self {
            compose,
            verb,
            of,
            args,
            objects,
        })
    }

    /// The services it names; of `exec` and `run` the first alone is one.
    pub fn services(&self) -> &[&'a Word] {
        let one = matches!(self.verb, "exec" | "run");
        if one {
            self.objects.get(..1).unwrap_or_default()
        } else {
            &self.objects
        }
    }
}
