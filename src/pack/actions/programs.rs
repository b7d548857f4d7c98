//! What may not stand in the arguments of a program: interpreters, secrets, stand-ins nobody filled in.

use std::ops::Range;

use crate::pack::reader::Node;

/// Programs that run what they are given: whatever they were told would be a shell's text.
const INTERPRETERS: [&str; 43] = [
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "fish",
    "ash",
    "csh",
    "tcsh",
    "busybox",
    "env",
    "sudo",
    "su",
    "doas",
    "runuser",
    "ssh",
    "kubectl",
    "oc",
    "docker",
    "docker-compose",
    "podman-compose",
    "podman",
    "nerdctl",
    "crictl",
    "xargs",
    "parallel",
    "nohup",
    "timeout",
    "setsid",
    "chroot",
    "stdbuf",
    "nice",
    "watch",
    "python",
    "perl",
    "ruby",
    "node",
    "lua",
    "php",
    "awk",
    "gawk",
    "tclsh",
    "expect",
];

/// What docker may be told all the same: it looks, or takes away what is named, and runs nothing.
const DOCKER: [&str; 13] = [
    "system df",
    "container ls",
    "container inspect",
    "container rm",
    "image ls",
    "image inspect",
    "image rm",
    "volume ls",
    "volume inspect",
    "volume rm",
    "network ls",
    "network inspect",
    "network rm",
];

/// The name of a program without its folder, and without the version some carry.
fn base(program: &str) -> &str {
    let name = program.rsplit('/').next().unwrap_or(program);
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// Checks the program of a step and what it is told first; `absolute` where it must be.
pub(super) fn program(node: &Node<'_>, argv: &[&str], absolute: bool) {
    let program = argv.first().copied().unwrap_or_default();
    let name = base(program);
    let told = argv.iter().skip(1).take(2).copied();
    let told = told.collect::<Vec<_>>().join(" ");
    let looks = name == "docker" && DOCKER.contains(&told.as_str());
    if INTERPRETERS.contains(&name) && !looks {
        let help = match name {
            "sudo" | "su" | "doas" | "runuser" => "give the place a `user`",
            "ssh" => "give the place an `ssh`",
            "kubectl" | "oc" => "use a step of Kubernetes: `restart`, `scale`, `exec`, …",
            "docker-compose" | "podman-compose" => {
                "use `compose`: `up`, `stop`, `exec`, `run`, `logs`, `ps`, `stats`, …"
            }
            "docker" => {
                "use `compose`, or what looks or takes away by name: `container ls`, `volume rm`, …"
            }
            "podman" | "nerdctl" => "use `compose`, or a program of its own",
            _ => "name the program itself, its arguments one by one",
        };
        let what = format!("`{name}` runs what it is told, which no action may");
        node.error(what, Some(help.to_owned()));
    } else if program.contains('$') {
        let what = "the program itself can't be a parameter";
        node.error(what, None);
    } else if absolute && !program.starts_with('/') {
        let what = format!("`{program}` is looked for on the PATH of whoever runs it");
        let help = format!("write where it is: `/usr/local/bin/{program}`");
        node.error(what, Some(help));
    } else if program.contains("/../") {
        node.error("its folder isn't plain", None);
    }
}

/// Checks the arguments of a program, the program first.
pub(super) fn arguments(argv: &[(Node<'_>, &str)]) {
    let Some((first, program)) = argv.first() else {
        return;
    };
    let name = base(program);
    for (place, (node, text)) in argv.iter().enumerate() {
        if holds_secret(text) {
            let help = "keep it in `[secret.…]` and name it in `secrets`".to_owned();
            node.error("a secret in an argument is seen by everybody", Some(help));
        }
        if name == "redis-cli" && (*text == "-a" || *text == "--pass") && place > 0 {
            let help = "a `[connection.…]` with a secret, and a `redis` step".to_owned();
            node.error("a password in an argument is seen by everybody", Some(help));
        }
        if matches!(*text, "-it" | "-ti" | "--tty") && place > 0 {
            node.error("there is no terminal", None);
        }
    }
    let has = |flags: &[&str]| {
        let given = |text: &str| {
            let flag = |flag: &&str| {
                text == *flag
                    || (flag.starts_with("--") && text.starts_with(&format!("{flag}=")))
                    || (!flag.starts_with("--")
                        && text.starts_with(flag)
                        && !text.starts_with("--"))
            };
            flags.iter().any(flag)
        };
        argv.iter().skip(1).any(|(_, text)| given(text))
    };
    // Into a file, or as a list, an archive is only read.
    let only_reads = name == "pg_restore" && has(&["-l", "--list", "-f", "--file"]);
    let wants_database = matches!(name, "psql" | "pg_restore" | "pg_dump") && !only_reads;
    if wants_database && !has(&["-d", "--dbname"]) {
        let what = format!("{name} without a database takes the one named as its user");
        first.error(what, Some("add `-d` and the database".to_owned()));
    }
    let stops = |text: &str| text.contains("ON_ERROR_STOP=1") || text.contains("ON_ERROR_STOP=on");
    if name == "psql" && !has(&["-c", "--command"]) && !argv.iter().any(|(_, text)| stops(text)) {
        let what = "psql goes on after an error and ends well all the same";
        let help = "add `-v`, `ON_ERROR_STOP=1`, or use a `sql` step".to_owned();
        first.error(what, Some(help));
    }
}

/// Whether an argument carries what looks like a secret.
fn holds_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let assigned = [
        "password", "passwd", "secret", "token", "api-key", "apikey", "api_key",
    ]
    .iter()
    .any(|word| {
        let at = lower.find(&format!("{word}="));
        at.is_some_and(|at| lower.len() > at + word.len() + 1)
    });
    let in_address = text.split_once("://").is_some_and(|(_, rest)| {
        let host = rest.split('/').next().unwrap_or(rest);
        let user = host.rsplit_once('@').map(|(user, _)| user);
        user.is_some_and(|user| user.contains(':'))
    });
    let bearer = lower.starts_with("authorization:") || lower.starts_with("bearer ");
    assigned || in_address || bearer
}

/// The first stand-in of a text that somebody was to fill in: `<job_id>`, `***`, `(...)`, `/path/to/…`.
pub(super) fn left_open(text: &str) -> Option<(Range<usize>, String)> {
    for (start, _) in text.match_indices('<') {
        let rest = &text[start + 1..];
        let Some(end) = rest.find('>') else { continue };
        let inner = &rest[..end];
        let plain = |c: char| c.is_alphanumeric() || "_-.|/:>".contains(c);
        let worded = inner.starts_with(char::is_alphanumeric);
        if worded && inner.chars().all(plain) {
            let at = start..start + end + 2;
            return Some((at.clone(), format!("`{}`", &text[at])));
        }
    }
    let marks = ["***", "(...", "/path/to/"];
    let found = marks.iter().find_map(|mark| Some((text.find(mark)?, mark)));
    if let Some((at, mark)) = found {
        return Some((at..at + mark.len(), format!("`{mark}`")));
    }
    (text == "..." || text == "…").then(|| (0..text.len(), format!("`{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    // row: G2
    #[test]
    fn stand_ins_are_found_and_comparisons_are_not() {
        for text in [
            "<job_id>",
            "--replicas=<N>",
            "a ***@b",
            "(...stuck ids...)",
            "/path/to/x",
            "...",
            "<24->36->48>",
        ] {
            assert!(left_open(text).is_some(), "{text}");
        }
        for text in [
            "a < b and c > d",
            "x <> 0",
            "a<=b",
            "now() - interval '3 minutes'",
            "1 <2",
        ] {
            assert_eq!(left_open(text), None, "{text}");
        }
    }

    #[test]
    fn secrets_are_known_by_how_they_are_given() {
        for text in [
            "--password=x",
            "postgresql://u:p@db/x",
            "PGPASSWORD=x",
            "Authorization: Bearer x",
        ] {
            assert!(holds_secret(text), "{text}");
        }
        for text in [
            "--password-file=/x",
            "postgresql://u@db/x",
            "--token-file=/secure/token",
            "https://a/b:c",
        ] {
            assert!(!holds_secret(text), "{text}");
        }
    }

    #[test]
    fn a_version_does_not_hide_an_interpreter() {
        assert_eq!(base("/usr/bin/python3.12"), "python");
        assert_eq!(base("/usr/bin/systemctl"), "systemctl");
    }
}
