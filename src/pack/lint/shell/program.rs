//! Which program a command runs in the end, through which others, and what its arguments are.

use super::{Command, Word};
use crate::pack::lint::place::Place;

/// What a program is run through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Through<'a> {
    /// `sudo`, `env`, `timeout`: the same machine.
    Here,
    Xargs,
    /// In a pod: `kubectl exec TARGET --`.
    Pod(&'a Word),
    /// In a container of a compose service.
    Service(&'a Word),
    Container(&'a Word),
    Host,
}

/// A program and its arguments.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Without the folder it lies in.
    pub program: &'a str,
    pub name: &'a Word,
    pub words: &'a [Word],
    pub command: &'a Command,
    /// The outermost first.
    pub through: Vec<Through<'a>>,
}

impl<'a> Call<'a> {
    pub fn place(&self) -> Place {
        let last = self.words.last().map_or(self.name.place, |it| it.place);
        self.name.place.to(last)
    }

    pub fn args(&self, with_value: &[&str]) -> Args<'a> {
        Args::new(self.words, with_value)
    }

    /// Whether it runs in a pod, a container or on another host.
    pub fn is_elsewhere(&self) -> bool {
        let away = |it: &Through<'_>| !matches!(it, Through::Here | Through::Xargs);
        self.through.iter().any(away)
    }

    pub fn is_fed(&self) -> bool {
        self.through.contains(&Through::Xargs)
    }

    /// The pod, service or container it runs in.
    pub fn container(&self) -> Option<&'a str> {
        self.through.iter().rev().find_map(|it| match it {
            Through::Pod(word) | Through::Service(word) | Through::Container(word) => {
                Some(&*word.text)
            }
            _ => None,
        })
    }
}

/// Every program a command runs, the outermost first.
pub fn calls(command: &Command) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    let mut words = &command.words[..];
    let mut through = Vec::new();
    while let [name, rest @ ..] = words {
        let program = name.text.rsplit('/').next().unwrap_or_default();
        let call = Call {
            program,
            name,
            words: rest,
            command,
            through: through.clone(),
        };
        let next = inner(&call);
        calls.push(call);
        let Some((by, inner)) = next else { break };
        through.push(by);
        words = inner;
    }
    calls
}

/// What a program runs in its turn.
fn inner<'a>(call: &Call<'a>) -> Option<(Through<'a>, &'a [Word])> {
    let after = |with_value: &[&str], leave: usize| {
        let at = first_plain(call.words, with_value)? + leave;
        call.words.get(at..).filter(|rest| !rest.is_empty())
    };
    match call.program {
        "sudo" => Some((
            Through::Here,
            after(&["-u", "-g", "--user", "--group", "-h", "-C"], 0)?,
        )),
        "nice" | "ionice" | "stdbuf" | "nohup" | "time" | "exec" => {
            Some((Through::Here, after(&["-n", "-c", "-o", "-e", "-i"], 0)?))
        }
        "timeout" => Some((
            Through::Here,
            after(&["-s", "--signal", "-k", "--kill-after"], 1)?,
        )),
        "env" => {
            let is_set = |word: &Word| word.text.contains('=') || word.text.starts_with('-');
            let at = call.words.iter().position(|word| !is_set(word))?;
            Some((Through::Here, &call.words[at..]))
        }
        "xargs" => Some((
            Through::Xargs,
            after(&["-n", "-I", "-P", "-L", "-d", "-s"], 0)?,
        )),
        "ssh" => Some((Through::Host, after(&["-i", "-p", "-l", "-o", "-F"], 1)?)),
        "kubectl" => {
            let args = call.args(super::super::kubectl::VALUES);
            let (verb, place) = args.plain.first().zip(args.plain.get(1))?;
            let rest = args.rest?;
            (verb.is("exec") && !rest.is_empty()).then_some((Through::Pod(place), rest))
        }
        "docker" | "docker-compose" | "podman" => contained(call),
        _ => None,
    }
}

/// `docker exec`, `docker compose exec`, `docker-compose run`.
fn contained<'a>(call: &Call<'a>) -> Option<(Through<'a>, &'a [Word])> {
    const VALUES: [&str; 16] = [
        "-f",
        "--file",
        "-p",
        "--project-name",
        "--project-directory",
        "--env-file",
        "--profile",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "-e",
        "--env",
        "--index",
        "--context",
        "--detach-keys",
    ];
    let mut words = call.words;
    let mut compose = call.program == "docker-compose";
    let mut at = first_plain(words, &VALUES)?;
    if !compose && words[at].is("compose") {
        compose = true;
        words = &words[at + 1..];
        at = first_plain(words, &VALUES)?;
    }
    if !matches!(&*words[at].text, "exec" | "run") {
        return None;
    }
    let rest = &words[at + 1..];
    let at = first_plain(rest, &VALUES)?;
    let by = if compose {
        Through::Service(&rest[at])
    } else {
        Through::Container(&rest[at])
    };
    let inner = rest.get(at + 1..).filter(|rest| !rest.is_empty())?;
    Some((by, inner))
}

/// The first word that is neither a flag nor the value of one.
fn first_plain(words: &[Word], with_value: &[&str]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if word.is("--") {
            return Some(at + 1).filter(|at| *at < words.len());
        }
        if !word.text.starts_with('-') {
            return Some(at);
        }
        at += if with_value.contains(&&*word.text) {
            2
        } else {
            1
        };
    }
    None
}

/// Arguments sorted into flags and the rest.
#[derive(Debug, Clone, Default)]
pub struct Args<'a> {
    pub flags: Vec<Flag<'a>>,
    pub plain: Vec<&'a Word>,
    /// What stands behind `--`.
    pub rest: Option<&'a [Word]>,
}

/// A flag with its value.
#[derive(Debug, Clone)]
pub struct Flag<'a> {
    pub name: String,
    pub value: Option<String>,
    /// The word that holds the value, else the flag's own.
    pub word: &'a Word,
}

impl<'a> Args<'a> {
    pub fn new(words: &'a [Word], with_value: &[&str]) -> Self {
        let mut args = Self::default();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            let text = &*word.text;
            if text == "--" {
                args.rest = words.get(at..);
                break;
            }
            let is_flag = text.len() > 1 && text.starts_with('-');
            if !is_flag {
                args.plain.push(word);
                continue;
            }
            if let Some((name, value)) = text.split_once('=') {
                args.flag(name, Some(value), word);
            } else if with_value.contains(&text) {
                let value = words.get(at);
                at += 1;
                args.flag(text, value.map(|it| &*it.text), value.unwrap_or(word));
            } else if text.starts_with("--") {
                args.flag(text, None, word);
            } else {
                at += args.short(word, words.get(at), with_value);
            }
        }
        args
    }

    fn flag(&mut self, name: &str, value: Option<&str>, word: &'a Word) {
        self.flags.push(Flag {
            name: name.to_owned(),
            value: value.map(str::to_owned),
            word,
        });
    }

    /// `-it`, `-Uadmin`, `-Fc`: letters until one takes a value. How many words more were taken.
    fn short(&mut self, word: &'a Word, next: Option<&'a Word>, with_value: &[&str]) -> usize {
        for (at, letter) in word.text.char_indices().skip(1) {
            let name = format!("-{letter}");
            if with_value.contains(&&*name) {
                let rest = &word.text[at + letter.len_utf8()..];
                if rest.is_empty() {
                    self.flag(&name, next.map(|it| &*it.text), next.unwrap_or(word));
                    return 1;
                }
                self.flag(&name, Some(rest), word);
                return 0;
            }
            self.flag(&name, None, word);
        }
        0
    }

    pub fn find(&self, names: &[&str]) -> Option<&Flag<'a>> {
        self.flags.iter().find(|it| names.contains(&&*it.name))
    }

    pub fn has(&self, names: &[&str]) -> bool {
        self.find(names).is_some()
    }

    pub fn value(&self, names: &[&str]) -> Option<&str> {
        self.find(names)?.value.as_deref()
    }
}
