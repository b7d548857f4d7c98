//! The executors of a demo for everything outside of the cluster: what is asked is answered by the scenario, and nothing of
//! this host, or of any server, is touched. In a demo the real ones are not there.

mod inspected;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};

use super::{
    Doing, Executor,
    output::{Ears, Heard, Written, saved},
    step::said,
};
use crate::actions::parse::parse;
use crate::domain::action::{
    fact::Fact,
    fault::ValueFault,
    inspection::Inspection,
    plan::Plan,
    preflight::{Draft, Preflight, Preflighted},
    refusal::Refusal,
    step::{ComposeTask, ComposeVerb, Parse, Planned, Save, Sign, StepKind, Template, UnitVerb},
    value::{Value, Values},
    verdict::{StepEnd, Stream},
};

/// How many lines of an error are told.
const TOLD: usize = 3;

/// What something of the scenario says to a step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SimulatedAnswer {
    pub out: Vec<String>,
    pub err: Vec<String>,
    /// What it adds meanwhile to the log its step follows.
    pub follow: Vec<String>,
    pub code: i32,
    pub takes: Duration,
}

/// The programs and servers of a scenario.
pub trait SimulatedPrograms: Send + Sync {
    /// What is said to these words, the kind of step first; with `act` it is done. `None`: the scenario has no such thing.
    fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer>;
}

/// Does steps of every kind outside of the cluster, in the scenario alone.
#[derive(Clone)]
pub struct Simulated {
    programs: Arc<dyn SimulatedPrograms>,
}

/// A step in words.
struct Words {
    all: Vec<String>,
    /// Some of them are not known yet.
    open: bool,
}

impl Simulated {
    pub fn new(programs: Arc<dyn SimulatedPrograms>) -> Self {
        Self { programs }
    }

    fn answer(&self, step: &Planned, act: bool) -> Result<SimulatedAnswer, Refusal> {
        let words = words(step)?;
        if words.open {
            return Err(Refusal::Unfilled {
                param: step.kind.name().to_owned(),
            });
        }
        self.programs
            .answer(&words.all, act)
            .ok_or_else(|| Refusal::NotSimulated {
                what: words.all.join(" "),
            })
    }

    /// What a unit or a service is before something is done to it, where the scenario knows.
    fn before(&self, step: &Planned) -> Values {
        let asked = match &step.kind {
            StepKind::Systemd { unit, .. } => unit
                .whole()
                .map(|unit| vec!["systemd".to_owned(), "show".to_owned(), unit]),
            StepKind::Compose { place, service, .. } => service.whole().map(|service| {
                vec![
                    "compose".to_owned(),
                    place.clone(),
                    "show".to_owned(),
                    service,
                ]
            }),
            _ => None,
        };
        let answer = asked.and_then(|words| self.programs.answer(&words, false));
        answer.map_or_else(Values::new, |answer| inspected::state(&answer.out))
    }

    async fn run(&self, doing: Doing<'_>) -> StepEnd {
        if doing.cancel.is_cancelled() {
            return StepEnd::Cancelled { done: None };
        }
        let answer = match self.answer(doing.step, false) {
            Ok(answer) => answer,
            Err(refusal) => return super::failed(&refusal),
        };
        let ears = doing.ears();
        let log = Ears {
            of: followed(doing.step).map(str::to_owned),
            ..ears.clone()
        };
        let mut out = Written::new(ears.clone(), Stream::Out, &[]);
        let mut err = Written::new(ears, Stream::Err, &[]);
        let mut log = Written::new(log, Stream::Out, &[]);
        let all = lines(doing.step, &answer);
        let lines = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let pause = answer.takes / lines.max(1);
        let waits = doing
            .step
            .limit
            .is_some_and(|limit| answer.takes > Duration::from_secs(u64::from(limit)));
        for (line, from) in all {
            tokio::select! {
                biased;
                () = doing.cancel.cancelled() => return StepEnd::Cancelled {
                    done: Some("it was stopped before it had done anything".to_owned()),
                },
                () = tokio::time::sleep(pause) => {}
            }
            let into = match from {
                From::Out => &mut out,
                From::Err => &mut err,
                From::Log => &mut log,
            };
            into.feed(format!("{line}\n").as_bytes());
        }
        if waits {
            return StepEnd::Unknown {
                why: "it took too long and was stopped".to_owned(),
            };
        }
        let (out, err) = (out.end(), err.end());
        log.end();
        match self.answer(doing.step, true) {
            Ok(_) => end(doing.step, &answer, &out, &err),
            Err(refusal) => super::failed(&refusal),
        }
    }

    fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let answer = self.answer(step, false)?;
        if let StepKind::Tcp { .. } = &step.kind {
            // A port of a scenario is open where it says so.
            return Ok(super::tcp::values(answer.code == 0, answer.takes));
        }
        if let Some(values) = ended(step, &answer) {
            return Ok(values);
        }
        let unreadable = |why: String| Refusal::Unreadable {
            what: words(step).map_or_else(|_| step.kind.name().to_owned(), |it| it.all.join(" ")),
            why,
        };
        if answer.code != 0 {
            // The cause often stands before the last line.
            let said = if answer.err.is_empty() {
                &answer.out
            } else {
                &answer.err
            };
            let last = said.len().saturating_sub(TOLD);
            let why = said[last..].join("; ");
            return Err(unreadable(format!("exit {}: {why}", answer.code)));
        }
        if let StepKind::Inspect(inspection) = &step.kind {
            return inspected::values(inspection, &answer.out).map_err(unreadable);
        }
        let heard = Heard {
            text: answer.out.iter().fold(String::new(), |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            }),
            overflow: false,
        };
        let by_itself = Save {
            name: String::new(),
            parse: match step.kind {
                StepKind::Redis { .. } => Parse::Regex("(?P<value>.*)".to_owned()),
                _ => Parse::Lines,
            },
        };
        saved(Some(step.save.as_ref().unwrap_or(&by_itself)), &heard).map_err(unreadable)
    }
}

/// What an answer of the scenario is to who asks how something ends: a Redis that ends with an error is not there, a
/// request's code is its status.
fn ended(step: &Planned, answer: &SimulatedAnswer) -> Option<Values> {
    let ending = step.save.as_ref()?.ending()?;
    let last = answer.err.last().or(answer.out.last());
    let why = last.cloned().unwrap_or_default();
    let output = || {
        let text = answer.out.join("\n");
        let output = ending.output.as_ref();
        output
            .and_then(|output| parse(output, &text).ok())
            .unwrap_or_default()
    };
    let told = match &step.kind {
        StepKind::Redis { .. } if ending.proves() => {
            let sign = if answer.code == 0 {
                Sign::Answers
            } else {
                Sign::Refused
            };
            ending.told(sign, &why)
        }
        StepKind::Http { .. } if ending.any => {
            let mut values = super::tcp::values(true, answer.takes);
            let status = if answer.code == 0 { 200 } else { answer.code };
            values.insert("status".to_owned(), Value::Int(status.into()));
            values
        }
        StepKind::Command { .. } | StepKind::InCompose { .. }
            if answer.code != 0 && (ending.takes(answer.code) || ending.proves()) =>
        {
            ending.told(
                Sign::Rc(answer.code),
                &format!("exit {}: {why}", answer.code),
            )
        }
        _ => return None,
    };
    let mut values = output();
    values.extend(told);
    Some(values)
}

/// Where a line of the scenario comes from.
#[derive(Clone, Copy)]
enum From {
    Out,
    Err,
    Log,
}

/// The log a step follows.
fn followed(step: &Planned) -> Option<&str> {
    match &step.kind {
        StepKind::Command { follow, .. } => follow.as_deref(),
        _ => None,
    }
}

/// All that is written, in its order: the program and its log take turns, errors come last.
fn lines<'a>(step: &Planned, answer: &'a SimulatedAnswer) -> Vec<(&'a String, From)> {
    let log: &[String] = followed(step).map_or(&[], |_| &answer.follow);
    let mut all = Vec::new();
    for turn in 0..answer.out.len().max(log.len()) {
        all.extend(answer.out.get(turn).map(|line| (line, From::Out)));
        all.extend(log.get(turn).map(|line| (line, From::Log)));
    }
    all.extend(answer.err.iter().map(|line| (line, From::Err)));
    all
}

/// What its code is called.
const fn how(step: &Planned) -> &'static str {
    match step.kind {
        StepKind::Http { .. } => "status",
        _ => "rc",
    }
}

fn end(step: &Planned, answer: &SimulatedAnswer, out: &Heard, err: &Heard) -> StepEnd {
    let (code, save) = (answer.code, step.save.as_ref());
    if let Some(saved) = ended(step, answer) {
        return StepEnd::Done {
            said: vec![said(how(step), Value::Int(code.into()))],
            saved,
        };
    }
    if code != 0 {
        let line = err
            .last_line()
            .or_else(|| out.last_line())
            .unwrap_or_default();
        return StepEnd::Failed {
            why: format!("exit {code}: {line}"),
        };
    }
    match saved(save, out) {
        Ok(saved) => StepEnd::Done {
            said: vec![said("rc", Value::Int(0))],
            saved,
        },
        Err(why) => StepEnd::Unknown {
            why: format!("exit 0, but what it said can't be used: {why}"),
        },
    }
}

/// What a scenario is asked.
fn words(step: &Planned) -> Result<Words, Refusal> {
    let mut open = false;
    let mut text = |template: &Template| {
        template.whole().unwrap_or_else(|| {
            open = true;
            String::new()
        })
    };
    let kind = step.kind.name().to_owned();
    let mut all = vec![kind];
    match &step.kind {
        StepKind::Command { argv, .. } => all.extend(argv.iter().map(text)),
        StepKind::Tcp { address } => all.push(text(address)),
        StepKind::Inspect(inspection) => {
            all.extend(inspection.subject().iter().map(text));
            // Below one prefix lies more than one kind of thing.
            if let Inspection::Objects(objects) = inspection {
                all.extend(objects.name.clone());
            }
        }
        StepKind::Redis { connection, argv } => {
            all.push(connection.clone());
            all.extend(argv.iter().map(text));
        }
        StepKind::Systemd { verb, unit, .. } => {
            let verb = match verb {
                UnitVerb::Start => "start",
                UnitVerb::Stop => "stop",
                UnitVerb::Restart => "restart",
                UnitVerb::Reload => "reload",
            };
            all.extend([verb.to_owned(), text(unit)]);
        }
        StepKind::Compose {
            place,
            verb,
            service,
            scale,
        } => {
            all.extend([place.clone(), verb.word().to_owned(), text(service)]);
            all.extend(scale.map(|count| count.to_string()));
        }
        StepKind::InCompose { place, task } => {
            all.extend([place.clone(), task.word().to_owned()]);
            all.extend(task.service().map(&mut text));
            if let ComposeTask::Exec { argv, .. } | ComposeTask::Run { argv, .. } = task {
                all.extend(argv.iter().map(&mut text));
            }
        }
        StepKind::Http { method, url, .. } => all.extend([method.clone(), text(url)]),
        StepKind::Sql {
            connection,
            text: sql,
            values,
            ..
        } => {
            let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            all.extend([connection.clone(), sql]);
            all.extend(values.values().map(text));
        }
        _ => return Err(super::not_mine(step)),
    }
    if let Some(word) = all.iter().find(|word| word.contains('\0')) {
        return Err(Refusal::BadValue {
            param: "argv".to_owned(),
            value: word.replace('\0', " "),
            why: ValueFault::NotPlain,
        });
    }
    Ok(Words { all, open })
}

/// Start and stop take each other back.
fn undo(step: &Planned) -> Vec<Planned> {
    let mut back = step.clone();
    let turned = match &mut back.kind {
        StepKind::Systemd { verb, .. } => match verb {
            UnitVerb::Start => {
                *verb = UnitVerb::Stop;
                true
            }
            UnitVerb::Stop => {
                *verb = UnitVerb::Start;
                true
            }
            _ => false,
        },
        StepKind::Compose {
            verb, scale: None, ..
        } => match verb {
            ComposeVerb::Up => {
                *verb = ComposeVerb::Stop;
                true
            }
            ComposeVerb::Stop => {
                *verb = ComposeVerb::Up;
                true
            }
            ComposeVerb::Restart | ComposeVerb::Kill => false,
        },
        _ => false,
    };
    if turned { vec![back] } else { Vec::new() }
}

impl Executor for Simulated {
    fn look<'a>(&'a self, step: &'a Planned, _draft: &'a Draft) -> BoxFuture<'a, Preflighted> {
        async move {
            // What can only be asked when earlier steps have spoken is asked then.
            if !words(step)?.open {
                self.answer(step, false)?;
            }
            Ok(Preflight {
                undo: undo(step),
                before: self.before(step),
                ..Preflight::default()
            })
        }
        .boxed()
    }

    fn facts<'a>(
        &'a self,
        _step: &'a Planned,
        _plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>> {
        async move { self.read(step) }.boxed()
    }

    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd> {
        self.run(doing).boxed()
    }
}
