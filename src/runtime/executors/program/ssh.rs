//! The way to another host: the system's own ssh, which never asks, knows the host already, and is given one line that the
//! shell there takes apart into exactly the words that were meant.

use std::{fmt::Write, path::PathBuf};

use super::call::{Call, GRACE, PATH};
use crate::domain::action::place::{SecretDelivery, is_variable};

/// What the other end says when it is about to run the program: its process group follows.
const MARK: &str = "quarterdeck-runs ";
/// What it waits for then.
const GO: &str = "go";
/// How much longer than our own limit the other host waits until it ends a program by itself, should we be gone.
const LATER: u64 = 10;

/// Another host, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssh {
    pub program: PathBuf,
    /// A file of settings instead of the usual ones.
    pub config: Option<PathBuf>,
    /// `ops@docker-1`
    pub host: String,
    /// The agent that holds the keys of whoever acts.
    pub agent: Option<String>,
}

impl Ssh {
    /// Its arguments, the line for the shell of the other host last.
    pub fn args(&self, script: &str) -> Vec<String> {
        const OPTIONS: [&str; 12] = [
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "UpdateHostKeys=no",
            "ConnectTimeout=10",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=3",
            "ClearAllForwardings=yes",
            "PermitLocalCommand=no",
            "ControlMaster=no",
            "ControlPath=none",
            "EscapeChar=none",
            "LogLevel=ERROR",
        ];
        let mut args: Vec<String> = ["-T", "-a", "-x"].map(str::to_owned).into();
        if let Some(config) = &self.config {
            args.extend(["-F".to_owned(), config.to_string_lossy().into_owned()]);
        }
        for option in OPTIONS {
            args.extend(["-o".to_owned(), option.to_owned()]);
        }
        args.extend(["--".to_owned(), self.host.clone()]);
        // Whoever logs in there may have any shell: it has nothing to take apart but two words.
        args.push(format!("exec /bin/sh -c {}", quoted(script)));
        args
    }
}

/// A word that no shell takes apart, and nothing in it has a meaning.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What the shell of the other host does: it goes where the program runs, says that it will run, and becomes it.
pub(super) fn script(call: &Call) -> Result<String, String> {
    let mut text = String::new();
    // Writing to a string can't fail.
    if let Some(cwd) = &call.cwd {
        let cwd = quoted(&cwd.to_string_lossy());
        let _ = writeln!(text, "cd -- {cwd} || exit 126");
    }
    let _ = writeln!(text, "PATH={}; LANG=C; export PATH LANG", quoted(PATH));
    // Nothing runs before it is known here that it does: a line that breaks by then breaks off.
    let _ = writeln!(text, "printf '{MARK}%s\\n' \"$$\" >&2");
    let _ = writeln!(text, "IFS= read -r go && [ \"$go\" = {GO} ] || exit 125");
    let mut kept = Vec::new();
    for (name, value) in &call.env {
        let _ = writeln!(text, "{name}={}; export {name}", quoted(value));
        kept.push(name.as_str());
    }
    for secret in &call.secrets {
        let SecretDelivery::Env(name) = &secret.deliver else {
            return Err(format!(
                "the secret `{}` goes into a file, which is not at the other host",
                secret.name
            ));
        };
        if !is_variable(name) {
            return Err(format!("{name:?} is no name of a variable"));
        }
        // Its line comes on the input, where no other process sees it.
        let _ = writeln!(text, "IFS= read -r {name} || exit 126; export {name}");
        kept.push(name);
    }
    if let Some(path) = &call.stdin_file {
        let path = quoted(&path.to_string_lossy());
        let _ = writeln!(text, "exec <{path} || exit 126");
    } else if call.stdin.is_none() {
        text.push_str("exec </dev/null\n");
    }
    let mut words = Vec::new();
    if let Some(by) = &call.by {
        words.extend([by.sudo.to_string_lossy().into_owned(), "-n".to_owned()]);
        if !kept.is_empty() {
            words.push(format!("--preserve-env={}", kept.join(",")));
        }
        words.extend(["-u".to_owned(), by.user.clone(), "--".to_owned()]);
    }
    words.push(call.program.to_string_lossy().into_owned());
    words.extend(call.args.iter().cloned());
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let words = words.join(" ");
    // Should the line break, nobody is left here to end it.
    let most = call.limit.as_secs() + GRACE.as_secs() + LATER;
    let _ = writeln!(
        text,
        "command -v timeout >/dev/null 2>&1 && exec timeout -k 5 {most} {words}"
    );
    let _ = writeln!(text, "exec {words}");
    Ok(text)
}

/// What goes to the input before what the program itself reads.
pub(super) fn first_lines(call: &Call) -> Result<String, String> {
    let mut lines = format!("{GO}\n");
    for secret in &call.secrets {
        let value = secret.expose();
        if value.contains(['\n', '\r', '\0']) {
            return Err(format!(
                "the secret `{}` has several lines, which can't be given to another host",
                secret.name
            ));
        }
        lines.push_str(value);
        lines.push('\n');
    }
    Ok(lines)
}

/// What tells a group of processes of the other host to end; as their user, too, where that is another.
pub(super) fn ending(group: &str, signal: &str, by: Option<&super::group::AsUser>) -> String {
    let mut text = format!("kill -s {signal} -- -{group} || kill -s {signal} {group}");
    if let Some(by) = by {
        let sudo = quoted(&by.sudo.to_string_lossy());
        let user = quoted(&by.user);
        let _ = write!(
            text,
            "; {sudo} -n -u {user} -- /bin/kill -s {signal} -- -{group}"
        );
    }
    text
}

/// Finds the line that says that the program runs: before it, whatever the way there had to say.
#[derive(Debug, Default)]
pub(super) struct Sought {
    line: Vec<u8>,
}

impl Sought {
    /// Takes what came; the group and the bytes behind the line once it is there.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<(String, Vec<u8>)> {
        self.line.extend_from_slice(bytes);
        let mark = MARK.as_bytes();
        let at = self.line.windows(mark.len()).position(|it| it == mark)?;
        let rest = &self.line[at + mark.len()..];
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let group = std::str::from_utf8(&rest[..end]).ok()?;
        let number = group.parse::<u32>().ok().filter(|number| *number > 1)?;
        Some((number.to_string(), rest[end + 1..].to_vec()))
    }

    /// Everything that came, where the line never did.
    pub fn rest(self) -> Vec<u8> {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::executors::secrets::Secret;

    #[test]
    fn one_argument_stays_one_argument() {
        for word in [
            "a b",
            "$(id)",
            "x; rm -rf /",
            "it's",
            "`id`",
            "",
            "*",
            "a\nb",
        ] {
            let told = std::process::Command::new("/bin/sh")
                .args(["-c", &format!("printf '[%s]' {}", quoted(word))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(told.stdout).unwrap(), format!("[{word}]"));
        }
    }

    #[test]
    fn a_secret_has_a_name_that_no_shell_takes_for_more() {
        let call = |name: &str| Call {
            secrets: vec![Secret::new(
                "key".to_owned(),
                SecretDelivery::Env(name.to_owned()),
                String::from("x").into(),
            )],
            ..Call::default()
        };
        assert!(script(&call("KEY")).is_ok());
        for name in ["X; reboot #", "", "1X", "A B"] {
            assert!(script(&call(name)).is_err(), "{name:?}");
        }
    }

    #[test]
    fn what_the_way_says_is_no_output_of_the_program() {
        let mut sought = Sought::default();
        assert_eq!(sought.feed(b"Welcome\nquarterdeck-ru"), None);
        assert_eq!(sought.feed(b"ns 41"), None);
        let (group, rest) = sought.feed(b"7\nfirst").unwrap();
        assert_eq!((group.as_str(), rest.as_slice()), ("417", &b"first"[..]));
    }
}
