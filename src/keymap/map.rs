//! Which keys mean which command in which context.

use std::collections::BTreeMap;

use super::key::{Code, Key, NotAKey, Sequence};
use crate::app::command::{Command, Context};
use crate::domain::nearest::nearest;
use crate::domain::settings::{Glyphs, KeyBindings, KeyProblem, KeyProblemKind};

/// What unbinds a sequence.
const NONE: &str = "none";

/// The bindings of every context: the registry's defaults under a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// `None` is a sequence that was unbound: it does nothing here, whatever it means further out.
    contexts: BTreeMap<Context, BTreeMap<Sequence, Option<Command>>>,
}

/// What the keys so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    Command(Command),
    /// The beginning of something: more keys are needed.
    Pending,
    /// Nothing here.
    None,
}

impl Keymap {
    /// The defaults of the registry.
    pub fn defaults() -> Self {
        let mut contexts: BTreeMap<Context, BTreeMap<Sequence, Option<Command>>> = BTreeMap::new();
        for command in Command::ALL {
            for keys in command.keys() {
                // A default that is no key is found by a test and is missing until then.
                if let Ok(sequence) = Sequence::parse(keys) {
                    contexts
                        .entry(command.context())
                        .or_default()
                        .insert(sequence, Some(*command));
                }
            }
        }
        Self { contexts }
    }

    /// The defaults with a person's own laid over them, or all that is wrong with those.
    pub fn new(own: &KeyBindings) -> Result<Self, Vec<KeyProblem>> {
        let mut map = Self::defaults();
        let problems = map.lay_over(own);
        if problems.is_empty() {
            Ok(map)
        } else {
            Err(problems)
        }
    }

    /// What these keys mean; the innermost context comes first in the stack and wins.
    pub fn resolve(&self, stack: &[Context], pending: &[Key], key: Key) -> Resolved {
        let keys: Vec<Key> = pending.iter().copied().chain([key]).collect();
        for bindings in stack
            .iter()
            .filter_map(|context| self.contexts.get(context))
        {
            let mut begun = false;
            for (sequence, command) in bindings {
                if sequence.keys() == keys {
                    return command.map_or(Resolved::None, Resolved::Command);
                }
                begun |= command.is_some() && sequence.keys().starts_with(&keys);
            }
            if begun {
                return Resolved::Pending;
            }
        }
        Resolved::None
    }

    /// The keys of a command where it counts by default, else wherever it is bound.
    pub fn keys_of(&self, command: Command) -> Vec<&Sequence> {
        let within = |context: Context| {
            let bindings = self.contexts.get(&context).into_iter().flatten();
            bindings
                .filter(move |(_, bound)| **bound == Some(command))
                .map(|(sequence, _)| sequence)
        };
        let mut keys: Vec<&Sequence> = within(command.context()).collect();
        if keys.is_empty() {
            keys = Context::ALL.into_iter().flat_map(within).collect();
        }
        // The order of the registry, a person's own first: the first one is what hints show.
        let rank = |sequence: &Sequence| {
            let default = command
                .keys()
                .iter()
                .position(|keys| Sequence::parse(keys).as_ref() == Ok(sequence));
            default.map_or(0, |at| at + 1)
        };
        keys.sort_by_key(|sequence| rank(sequence));
        keys
    }

    /// The first keys of a command as hints show them.
    pub fn label(&self, command: Command, glyphs: Glyphs) -> Option<String> {
        self.keys_of(command)
            .first()
            .map(|sequence| sequence.label(glyphs))
    }

    /// What is bound in a context, in the order of the registry: a command with all its keys.
    pub fn bindings(&self, context: Context) -> Vec<(Command, Vec<&Sequence>)> {
        let Some(bindings) = self.contexts.get(&context) else {
            return Vec::new();
        };
        let keys = |command: Command| -> Vec<&Sequence> {
            let bound = bindings
                .iter()
                .filter(|(_, bound)| **bound == Some(command));
            let mut keys: Vec<&Sequence> = bound.map(|(sequence, _)| sequence).collect();
            let order = self.keys_of(command);
            keys.sort_by_key(|sequence| order.iter().position(|one| one == sequence));
            keys
        };
        let commands = Command::ALL
            .iter()
            .map(|command| (*command, keys(*command)));
        commands.filter(|(_, keys)| !keys.is_empty()).collect()
    }

    fn lay_over(&mut self, own: &KeyBindings) -> Vec<KeyProblem> {
        let mut problems = Vec::new();
        for (name, bindings) in own {
            let Some(context) = Context::ALL
                .into_iter()
                .find(|context| context.name() == name)
            else {
                let near =
                    nearest(name, Context::ALL.into_iter().map(Context::name)).map(str::to_owned);
                let kind = KeyProblemKind::UnknownContext { nearest: near };
                let first = bindings.keys().next().cloned().unwrap_or_default();
                problems.push(KeyProblem {
                    context: name.clone(),
                    sequence: first,
                    kind,
                });
                continue;
            };
            let mut written: BTreeMap<Sequence, &str> = BTreeMap::new();
            for (text, command) in bindings {
                match self.bind(context, text, command, &written) {
                    Ok(sequence) => {
                        written.insert(sequence, text);
                    }
                    Err(kind) => problems.push(KeyProblem {
                        context: name.clone(),
                        sequence: text.clone(),
                        kind,
                    }),
                }
            }
            problems.extend(self.prefixes(context, &written));
        }
        problems
    }

    fn bind(
        &mut self,
        context: Context,
        text: &str,
        command: &str,
        written: &BTreeMap<Sequence, &str>,
    ) -> Result<Sequence, KeyProblemKind> {
        let sequence =
            Sequence::parse(text).map_err(|NotAKey(at)| KeyProblemKind::BadSequence { at })?;
        let bound = if command == NONE {
            None
        } else {
            Some(Command::from_id(command).ok_or_else(|| unknown(command))?)
        };
        let first = sequence.keys()[0];
        let types = matches!(first.code, Code::Char(_)) && !first.ctrl && !first.alt;
        if context == Context::Text && types && bound.is_some() {
            return Err(KeyProblemKind::TypesItself);
        }
        let bindings = self.contexts.entry(context).or_default();
        if let Some(other) = written.get(&sequence) {
            let command = bindings
                .get(&sequence)
                .copied()
                .flatten()
                .map_or(NONE, Command::id)
                .to_owned();
            return Err(KeyProblemKind::Twice {
                other: (*other).to_owned(),
                command,
            });
        }
        bindings.insert(sequence.clone(), bound);
        Ok(sequence)
    }

    /// A person's own sequences that begin another one of the context, or the other way round.
    fn prefixes(&self, context: Context, written: &BTreeMap<Sequence, &str>) -> Vec<KeyProblem> {
        let Some(bindings) = self.contexts.get(&context) else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        for (sequence, text) in written
            .iter()
            .filter(|(one, _)| bindings.get(*one).copied().flatten().is_some())
        {
            for (other, command) in bindings {
                let Some(command) = command else { continue };
                let clash = sequence.begins(other)
                    || (other.begins(sequence) && !written.contains_key(other));
                if clash {
                    let other = written
                        .get(other)
                        .map_or_else(|| other.to_string(), |text| (*text).to_owned());
                    let kind = KeyProblemKind::Prefix {
                        other,
                        command: command.id().to_owned(),
                    };
                    let context = context.name().to_owned();
                    problems.push(KeyProblem {
                        context,
                        sequence: (*text).to_owned(),
                        kind,
                    });
                }
            }
        }
        problems
    }
}

fn unknown(command: &str) -> KeyProblemKind {
    let ids = Command::ALL
        .iter()
        .map(|command| command.id())
        .chain([NONE]);
    KeyProblemKind::UnknownCommand {
        nearest: nearest(command, ids).map(str::to_owned),
    }
}

/// All that is wrong with a person's own bindings.
pub fn problems(own: &KeyBindings) -> Vec<KeyProblem> {
    Keymap::new(own).err().unwrap_or_default()
}
