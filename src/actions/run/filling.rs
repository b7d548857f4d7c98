//! Fills the holes of a step that only a run can fill. What fills a hole stays one piece of one argument.

use std::collections::BTreeMap;

use crate::domain::{
    action::{
        plan::Plan,
        step::{ComposeTask, Hole, Matcher, Patch, Planned, Saved, StepKind, Template},
    },
    id::RunId,
};

/// What holes are filled from.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    run: &'a RunId,
    plan: &'a Plan,
    saved: &'a Saved,
    /// What nothing fills may stay open: the step is read, not done.
    lenient: bool,
}

/// How many cells' worth of what an earlier step gave is read within a later one; the whole of it stands with the earlier.
const READ_MOST: usize = 200;
/// How many items of a preview are read one by one; all of them stand where they were previewed.
const READ_ITEMS: usize = 3;

/// A hole that nothing fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled(pub Hole);

impl<'a> Filling<'a> {
    pub const fn new(run: &'a RunId, plan: &'a Plan, saved: &'a Saved) -> Self {
        Self {
            run,
            plan,
            saved,
            lenient: false,
        }
    }
}

/// Fills one step.
struct Filler<'a> {
    with: Filling<'a>,
    /// What was previewed is passed in batches: who does it fills in each of them.
    in_batches: bool,
}

impl Filler<'_> {
    fn hole(&self, hole: &Hole) -> Option<String> {
        match hole {
            Hole::Run => Some(self.with.run.to_string()),
            Hole::Target => Some(self.with.plan.target.name().to_owned()),
            Hole::Param(name) => self.with.plan.params.get(name).map(ToString::to_string),
            Hole::Before(name) => self.with.plan.before.get(name).map(ToString::to_string),
            Hole::Saved { step, field } => {
                let text = self.with.saved.get(step)?.get(field)?.to_string();
                let is_short = || !text.contains('\n') && text.chars().nth(READ_MOST).is_none();
                (!self.with.lenient || is_short()).then_some(text)
            }
            Hole::Env(_) | Hole::Preview => None,
        }
    }

    fn text(&self, text: &Template) -> Result<Template, Unfilled> {
        let filled = text.fill_some(&mut |hole| self.hole(hole));
        if self.with.lenient {
            return Ok(filled);
        }
        let stays = |hole: &&Hole| self.in_batches && **hole == Hole::Preview;
        let left = filled.holes().find(|hole| !stays(hole)).cloned();
        left.map_or(Ok(filled), |hole| Err(Unfilled(hole)))
    }

    fn maybe(&self, text: Option<&Template>) -> Result<Option<Template>, Unfilled> {
        text.map(|text| self.text(text)).transpose()
    }

    fn argv(&self, argv: &[Template]) -> Result<Vec<Template>, Unfilled> {
        if self.in_batches {
            return argv.iter().map(|argument| self.text(argument)).collect();
        }
        let items = &self.with.plan.items;
        let argv = if self.with.lenient && items.len() > READ_ITEMS {
            let mut some = items[..READ_ITEMS].to_vec();
            some.push(format!("… ({})", items.len()));
            listed(argv, &some)
        } else {
            listed(argv, items)
        };
        argv.iter().map(|argument| self.text(argument)).collect()
    }

    fn named(
        &self,
        texts: &BTreeMap<String, Template>,
    ) -> Result<BTreeMap<String, Template>, Unfilled> {
        texts
            .iter()
            .map(|(name, text)| Ok((name.clone(), self.text(text)?)))
            .collect()
    }

    fn patch(&self, patch: &Patch) -> Result<Patch, Unfilled> {
        Ok(match patch {
            Patch::Fields(fields) => Patch::Fields(
                fields
                    .iter()
                    .map(|(name, field)| Ok((name.clone(), self.patch(field)?)))
                    .collect::<Result<_, Unfilled>>()?,
            ),
            Patch::List(items) => Patch::List(
                items
                    .iter()
                    .map(|item| self.patch(item))
                    .collect::<Result<_, Unfilled>>()?,
            ),
            Patch::Text(text) => Patch::Text(self.text(text)?),
            Patch::Value(value) => Patch::Value(value.clone()),
        })
    }
}

/// The step as a person reads it: with the holes filled that are known by now, and what would fill pages left as written.
pub fn told(step: &Planned, with: Filling<'_>) -> Planned {
    let lenient = Filling {
        lenient: true,
        ..with
    };
    fill(step, lenient).unwrap_or_else(|_| step.clone())
}

/// An argument with `$preview.items` in it is there once for each item.
fn listed(argv: &[Template], items: &[String]) -> Vec<Template> {
    let mut all = Vec::new();
    for argument in argv {
        if argument.holes().any(|hole| *hole == Hole::Preview) {
            let one = |item: &String| {
                argument.fill_some(&mut |hole| (*hole == Hole::Preview).then(|| item.clone()))
            };
            all.extend(items.iter().map(one));
        } else {
            all.push(argument.clone());
        }
    }
    all
}

/// The step once for each batch of these items, with how many they are.
pub fn batches(step: &Planned, items: &[String]) -> Vec<(usize, Planned)> {
    let most = step.batch.map_or(items.len(), |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    let of = |items: &[String]| {
        let mut one = step.clone();
        match &mut one.kind {
            StepKind::Exec { argv, .. }
            | StepKind::Command { argv, .. }
            | StepKind::Redis { argv, .. }
            | StepKind::InCompose {
                task: ComposeTask::Exec { argv, .. } | ComposeTask::Run { argv, .. },
                ..
            } => *argv = listed(argv, items),
            _ => {}
        }
        (items.len(), one)
    };
    items.chunks(most.max(1)).map(of).collect()
}

/// The step with all its holes filled; what is passed in batches is filled in by who does it.
pub fn fill(step: &Planned, with: Filling<'_>) -> Result<Planned, Unfilled> {
    let with = Filler {
        with,
        in_batches: step.batch.is_some(),
    };
    let mut filled = step.clone();
    match &mut filled.kind {
        StepKind::SetEnv { value, .. } => *value = with.maybe(value.as_ref())?,
        StepKind::Patch { patch, .. } => *patch = with.patch(patch)?,
        StepKind::Exec { argv, stdin, .. } => {
            *argv = with.argv(argv)?;
            *stdin = with.maybe(stdin.as_ref())?;
        }
        StepKind::Command {
            argv,
            stdin,
            stdout,
            ..
        } => {
            *argv = with.argv(argv)?;
            *stdin = with.maybe(stdin.as_ref())?;
            *stdout = with.maybe(stdout.as_ref())?;
        }
        StepKind::Sql {
            database, values, ..
        } => {
            *database = with.maybe(database.as_ref())?;
            *values = with.named(values)?;
        }
        StepKind::Redis { argv, .. } => *argv = with.argv(argv)?,
        StepKind::Http {
            url, headers, body, ..
        } => {
            *url = with.text(url)?;
            *headers = with.named(headers)?;
            *body = with.maybe(body.as_ref())?;
        }
        StepKind::Tcp { address } => *address = with.text(address)?,
        StepKind::Inspect(inspection) => {
            *inspection = inspection.filled(|text| with.text(text))?;
        }
        StepKind::Systemd { unit, .. } => *unit = with.text(unit)?,
        StepKind::Compose { service, .. } => *service = with.text(service)?,
        StepKind::InCompose { task, .. } => {
            if let ComposeTask::Exec { argv, .. } | ComposeTask::Run { argv, .. } = task {
                *argv = with.argv(argv)?;
            }
            *task = task.filled(|text| with.text(text))?;
        }
        StepKind::Silence {
            matchers, comment, ..
        } => {
            for Matcher { value, .. } in matchers {
                *value = with.text(value)?;
            }
            *comment = with.text(comment)?;
        }
        StepKind::ExpireSilence { id } => *id = with.text(id)?,
        StepKind::Logs { .. }
        | StepKind::Env { .. }
        | StepKind::Object { .. }
        | StepKind::View { .. }
        | StepKind::Restart { .. }
        | StepKind::Scale { .. }
        | StepKind::Rollback { .. }
        | StepKind::DeletePod { .. }
        | StepKind::Evict { .. }
        | StepKind::Cordon { .. }
        | StepKind::Uncordon { .. }
        | StepKind::RunCronjob { .. }
        | StepKind::Ask { .. }
        | StepKind::Wait { .. }
        | StepKind::Until { .. } => {}
    }
    Ok(filled)
}
