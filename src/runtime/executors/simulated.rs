//! The executors of a demo for everything outside of the cluster: what is asked is answered by the scenario, and nothing of
//! this host, or of any server, is touched. In a demo the real ones are not there.

mod inspected;

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
        let ears = Ears {
            tell: Some(doing.output),
            step: doing.place,
            of: None,
        };
        let mut out = Written::new(ears.clone(), Stream::Out, &[]);
        let mut err = Written::new(ears, Stream::Err, &[]);
        let lines = u32::try_from(answer.out.len() + answer.err.len()).unwrap_or(u32::MAX);
        let pause = answer.takes / lines.max(1);
        let waits = doing
            .step
            .limit
            .is_some_and(|limit| answer.takes > Duration::from_secs(u64::from(limit)));
        let all = answer.out.iter().map(|line| (line, true));
        let all = all.chain(answer.err.iter().map(|line| (line, false)));
        for (line, is_out) in all {
            tokio::select! {
                biased;
                () = doing.cancel.cancelled() => return StepEnd::Cancelled {
                    done: Some("it was stopped before it had done anything".to_owned()),
                },
                () = tokio::time::sleep(pause) => {}
            }
            let into = if is_out { &mut out } else { &mut err };
            into.feed(format!("{line}\n").as_bytes());
        }
        if waits {
            return StepEnd::Unknown {
                why: "it took too long and was stopped".to_owned(),
            };
        }
        let (out, err) = (out.end(), err.end());
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::runtime::executors::testing::{Bench, Scripts, argv, draft_of, plan_of};

    /// Knows one program.
    #[derive(Default)]
    struct Scenario(Mutex<Vec<String>>);

    impl SimulatedPrograms for Scenario {
        fn answer(&self, words: &[String], act: bool) -> Option<SimulatedAnswer> {
            let line = words.join(" ");
            if act {
                self.0.lock().unwrap().push(line.clone());
            }
            let answer = |out: &str, code| SimulatedAnswer {
                out: vec![out.to_owned()],
                err: Vec::new(),
                code,
                takes: Duration::from_millis(10),
            };
            match line.rsplit(' ').next()? {
                "status" => Some(answer("{\"weight\": 50}", 0)),
                "promote" => Some(answer("gate B3 is red", 2)),
                "backup" => Some(SimulatedAnswer {
                    takes: Duration::from_secs(60),
                    ..answer("begun", 0)
                }),
                "pending" => Some(answer("2413", 0)),
                "glancy-backend" => Some(answer("", 0)),
                _ => None,
            }
        }
    }

    fn command(words: &[&str]) -> Planned {
        Planned {
            kind: StepKind::Command {
                place: Some("anywhere".to_owned()),
                argv: argv(words),
                stdin: None,
                stdout: None,
                secrets: vec!["any".to_owned()],
                bounded: false,
            },
            limit: None,
            save: None,
            again: None,
            batch: None,
        }
    }

    fn scene() -> (Arc<Scenario>, Simulated) {
        let scenario = Arc::<Scenario>::default();
        (Arc::clone(&scenario), Simulated::new(scenario))
    }

    #[tokio::test]
    async fn the_scenario_answers_and_nothing_else_runs() {
        let (scenario, simulated) = scene();
        let scripts = Scripts::new();
        let tripwire = scripts.program(
            "status",
            &format!("touch {}", scripts.path("touched").display()),
        );
        let step = Planned {
            save: Some(Save {
                name: "stage".to_owned(),
                parse: Parse::Json([("weight".to_owned(), "/weight".to_owned())].into()),
            }),
            ..command(&[&tripwire, "status"])
        };
        let plan = plan_of(step.clone());
        assert!(
            Executor::look(&simulated, &step, &draft_of(&plan))
                .await
                .is_ok()
        );
        assert!(
            scenario.0.lock().unwrap().is_empty(),
            "looking does nothing"
        );
        let values = Executor::read(&simulated, &step).await.unwrap();
        assert_eq!(values["weight"], Value::Int(50));
        let bench = Bench::new(plan);
        let end = Executor::run(&simulated, bench.doing(0)).await;
        assert!(
            matches!(&end, StepEnd::Done { saved, .. } if saved["weight"] == Value::Int(50)),
            "{end:?}"
        );
        assert_eq!(scenario.0.lock().unwrap().len(), 1);
        assert!(!scripts.path("touched").exists());
    }

    #[tokio::test]
    async fn what_the_scenario_does_not_know_is_refused() {
        let (_, simulated) = scene();
        let step = command(&["/bin/rm", "-rf", "/"]);
        let plan = plan_of(step.clone());
        let refusal = Executor::look(&simulated, &step, &draft_of(&plan))
            .await
            .unwrap_err();
        assert_eq!(
            refusal,
            Refusal::NotSimulated {
                what: "command /bin/rm -rf /".to_owned()
            }
        );
        let end = Executor::run(&simulated, Bench::new(plan).doing(0)).await;
        assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    }

    #[tokio::test]
    async fn failures_values_and_undos_are_as_the_real_ones() {
        let (scenario, simulated) = scene();
        let bench = Bench::new(plan_of(command(&["promote"])));
        let end = Executor::run(&simulated, bench.doing(0)).await;
        assert_eq!(
            end,
            StepEnd::Failed {
                why: "exit 2: gate B3 is red".to_owned()
            }
        );
        let redis = Planned {
            kind: StepKind::Redis {
                connection: "export-queue".to_owned(),
                argv: argv(&["LLEN", "pending"]),
            },
            limit: None,
            save: None,
            again: None,
            batch: None,
        };
        let values = Executor::read(&simulated, &redis).await.unwrap();
        assert_eq!(values["value"], Value::Int(2413));
        let unit = |verb| Planned {
            kind: StepKind::Systemd {
                place: None,
                verb,
                unit: Template::plain("glancy-backend"),
            },
            limit: None,
            save: None,
            again: None,
            batch: None,
        };
        let stop = unit(UnitVerb::Stop);
        let plan = plan_of(stop.clone());
        let looked = Executor::look(&simulated, &stop, &draft_of(&plan))
            .await
            .unwrap();
        assert_eq!(looked.undo, [unit(UnitVerb::Start)]);
        drop(scenario);
    }

    #[tokio::test]
    async fn a_person_stops_it_before_it_has_done_anything() {
        let (scenario, simulated) = scene();
        let bench = Bench::new(plan_of(command(&["backup"])));
        let stop = async { bench.cancel.cancel() };
        let (end, ()) = futures::join!(Executor::run(&simulated, bench.doing(0)), stop);
        assert!(
            matches!(end, StepEnd::Cancelled { done: Some(_) }),
            "{end:?}"
        );
        assert!(scenario.0.lock().unwrap().is_empty());
    }
}
