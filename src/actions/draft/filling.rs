//! Fills the holes of a step that can be filled before anything was looked into.

use std::collections::BTreeMap;

use super::Site;
use crate::{
    actions::{access::in_namespace, offer::is_placed},
    domain::{
        action::{
            fault::ValueFault,
            refusal::Refusal,
            step::{
                Count, Hole, Matcher, Parse, Patch, Piece, Planned, Save, Step, StepKind,
                TargetName, Template, Written,
            },
            target::Target,
            value::{Value, Values},
        },
        silence::{self, SilenceMatcher},
    },
    pack::parse_object,
};

/// What holes are filled from before anything was looked into.
pub(super) struct Filling<'a> {
    pub params: &'a Values,
    pub target: Option<&'a Target>,
    pub site: Site<'a>,
    /// For an undo: what there was before.
    pub before: Option<&'a Values>,
}

/// What becomes of a hole that nobody can fill now.
enum Left {
    /// A run fills it.
    Later,
    /// A parameter that need not be given and is not.
    Out(String),
    Never(String),
}

impl Filling<'_> {
    fn hole(&self, hole: &Hole) -> Result<String, Left> {
        match hole {
            Hole::Param(name) => match self.params.get(name) {
                Some(value) => Ok(value.to_string()),
                None => Err(Left::Out(name.clone())),
            },
            Hole::Target => match self.target {
                Some(target) => Ok(target.name().to_owned()),
                None => Err(Left::Never("target".to_owned())),
            },
            Hole::Env(name) => self
                .site
                .env
                .and_then(|env| env.values.get(name).cloned())
                .ok_or_else(|| Left::Never(format!("env.{name}"))),
            Hole::Before(name) => match self.before {
                None => Err(Left::Later),
                Some(before) => before
                    .get(name)
                    .filter(|value| **value != Value::Absent)
                    .map(ToString::to_string)
                    .ok_or_else(|| Left::Never(format!("before.{name}"))),
            },
            Hole::Run | Hole::Preview | Hole::Saved { .. } => Err(Left::Later),
        }
    }

    /// The text with its holes filled; `None` where a parameter of it need not be given and is not.
    fn some(&self, text: &Template) -> Result<Option<Template>, Refusal> {
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in &text.pieces {
            let piece = match piece {
                Piece::Text(text) => Piece::Text(text.clone()),
                Piece::Hole(hole) => match self.hole(hole) {
                    Ok(text) => Piece::Text(text),
                    Err(Left::Later) => Piece::Hole(hole.clone()),
                    Err(Left::Out(_)) => return Ok(None),
                    Err(Left::Never(param)) => return Err(Refusal::Unfilled { param }),
                },
            };
            match (pieces.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
                (_, piece) => pieces.push(piece),
            }
        }
        Ok(Some(Template { pieces }))
    }

    /// The same where it must be there.
    fn text(&self, text: &Template) -> Result<Template, Refusal> {
        match self.some(text)? {
            Some(text) => Ok(text),
            None => Err(Refusal::Unfilled {
                param: self.out(text).unwrap_or_default(),
            }),
        }
    }

    fn out(&self, text: &Template) -> Option<String> {
        text.holes().find_map(|hole| match self.hole(hole) {
            Err(Left::Out(name)) => Some(name),
            _ => None,
        })
    }

    /// The text with nothing left open in it.
    pub fn whole(&self, text: &Template) -> Result<String, Refusal> {
        let filled = self.text(text)?;
        filled.whole().ok_or_else(|| Refusal::Unfilled {
            param: "target".to_owned(),
        })
    }

    fn maybe(&self, text: Option<&Template>) -> Result<Option<Template>, Refusal> {
        text.map_or(Ok(None), |text| self.some(text))
    }

    /// An argument of a parameter that is not given is left out.
    fn argv(&self, argv: &[Template]) -> Result<Vec<Template>, Refusal> {
        let filled = argv.iter().map(|text| self.some(text));
        filled.filter_map(Result::transpose).collect()
    }

    fn named(
        &self,
        texts: &BTreeMap<String, Template>,
    ) -> Result<BTreeMap<String, Template>, Refusal> {
        let filled = texts.iter().map(|(name, text)| {
            let text = self.some(text)?;
            Ok(text.map(|text| (name.clone(), text)))
        });
        filled.filter_map(Result::transpose).collect()
    }

    fn count(&self, count: &Count) -> Result<i64, Refusal> {
        match count {
            Count::Is(number) => Ok(*number),
            Count::Param(name) => match self.params.get(name) {
                Some(Value::Int(number)) => Ok(*number),
                _ => Err(Refusal::Unfilled {
                    param: name.clone(),
                }),
            },
        }
    }

    fn target(&self, name: &TargetName) -> Result<Target, Refusal> {
        let never = |param: &str| Refusal::Unfilled {
            param: param.to_owned(),
        };
        let target = match name {
            TargetName::OfAction => self.target.cloned().ok_or_else(|| never("target"))?,
            TargetName::Is(target) => target.clone(),
            TargetName::Param(name) => {
                let text = self.params.get(name).and_then(Value::as_str);
                let text = text.ok_or_else(|| never(name))?;
                parse_object(text).map_err(|_| Refusal::BadValue {
                    param: name.clone(),
                    value: text.to_owned(),
                    why: ValueFault::NotName,
                })?
            }
        };
        let target = in_namespace(target, self.site.namespace);
        if is_placed(&target) {
            Ok(target)
        } else {
            let kinds = vec![target.to_string()];
            Err(Refusal::NoTarget { kinds })
        }
    }

    fn patch(&self, patch: &Patch) -> Result<Patch, Refusal> {
        Ok(match patch {
            Patch::Fields(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, field)| Ok((name.clone(), self.patch(field)?)));
                Patch::Fields(fields.collect::<Result<_, Refusal>>()?)
            }
            Patch::List(items) => {
                let items = items.iter().map(|item| self.patch(item));
                Patch::List(items.collect::<Result<_, Refusal>>()?)
            }
            Patch::Text(text) => Patch::Text(self.text(text)?),
            Patch::Value(value) => Patch::Value(value.clone()),
        })
    }

    /// Secrets by their names; `$name` is the one a person chose.
    fn secrets(&self, names: &[String]) -> Result<Vec<String>, Refusal> {
        let chosen = |name: &String| match name.strip_prefix('$') {
            None => Ok(name.clone()),
            Some(param) => match self.params.get(param) {
                Some(Value::Text(name)) => Ok(name.clone()),
                _ => Err(Refusal::Unfilled {
                    param: param.to_owned(),
                }),
            },
        };
        names.iter().map(chosen).collect()
    }

    pub fn steps(&self, steps: &[Written]) -> Result<Vec<Planned>, Refusal> {
        let steps = steps.iter().map(|step| self.step(step));
        let mut steps: Vec<Planned> = steps.collect::<Result<_, _>>()?;
        name_silences(&mut steps);
        Ok(steps)
    }

    pub fn step(&self, step: &Written) -> Result<Planned, Refusal> {
        let kind = match self.on_object(&step.kind)? {
            Some(kind) => kind,
            None => self.outside(&step.kind)?,
        };
        Ok(Step {
            kind,
            limit: step.limit,
            save: step.save.clone(),
            again: step.again,
            batch: step.batch,
        })
    }

    fn on_object(
        &self,
        kind: &StepKind<TargetName, Count>,
    ) -> Result<Option<StepKind<Target, i64>>, Refusal> {
        let Some(name) = kind.target() else {
            return Ok(None);
        };
        let target = self.target(name)?;
        Ok(Some(match kind {
            StepKind::Restart { .. } => StepKind::Restart { target },
            StepKind::DeletePod { .. } => StepKind::DeletePod { target },
            StepKind::Evict { .. } => StepKind::Evict { target },
            StepKind::Cordon { .. } => StepKind::Cordon { target },
            StepKind::Uncordon { .. } => StepKind::Uncordon { target },
            StepKind::RunCronjob { .. } => StepKind::RunCronjob { target },
            StepKind::Scale { replicas, .. } => StepKind::Scale {
                target,
                replicas: self.count(replicas)?,
            },
            StepKind::Rollback { revision, .. } => StepKind::Rollback {
                target,
                revision: match revision {
                    Some(Count::Param(name)) if !self.params.contains_key(name) => None,
                    Some(revision) => Some(self.count(revision)?),
                    None => None,
                },
            },
            StepKind::SetEnv {
                container,
                name,
                value,
                ..
            } => StepKind::SetEnv {
                target,
                container: container.clone(),
                name: name.clone(),
                value: value.as_ref().map(|value| self.text(value)).transpose()?,
            },
            StepKind::Patch { patch, .. } => StepKind::Patch {
                target,
                patch: self.patch(patch)?,
            },
            StepKind::Exec {
                container,
                reach,
                argv,
                stdin,
                ..
            } => StepKind::Exec {
                target,
                container: container.clone(),
                reach: reach.clone(),
                argv: self.argv(argv)?,
                stdin: self.maybe(stdin.as_ref())?,
            },
            StepKind::Logs {
                container,
                pattern,
                since,
                ..
            } => StepKind::Logs {
                target,
                container: container.clone(),
                pattern: pattern.clone(),
                since: *since,
            },
            StepKind::Env { name, pattern, .. } => StepKind::Env {
                target,
                name: name.clone(),
                pattern: pattern.clone(),
            },
            StepKind::Object { fields, .. } => StepKind::Object {
                target,
                fields: fields.clone(),
            },
            StepKind::View { view, .. } => StepKind::View {
                target,
                view: view.clone(),
            },
            _ => return Ok(None),
        }))
    }

    fn outside(
        &self,
        kind: &StepKind<TargetName, Count>,
    ) -> Result<StepKind<Target, i64>, Refusal> {
        Ok(match kind {
            StepKind::Command {
                place,
                argv,
                stdin,
                stdout,
                secrets,
                bounded,
                follow,
            } => StepKind::Command {
                place: place.clone(),
                argv: self.argv(argv)?,
                stdin: self.maybe(stdin.as_ref())?,
                stdout: self.maybe(stdout.as_ref())?,
                secrets: self.secrets(secrets)?,
                bounded: *bounded,
                follow: follow.clone(),
            },
            StepKind::Sql {
                connection,
                database,
                text,
                values,
                transaction,
            } => StepKind::Sql {
                connection: connection.clone(),
                database: database.as_ref().map(|text| self.text(text)).transpose()?,
                text: text.clone(),
                values: self.named(values)?,
                transaction: *transaction,
            },
            StepKind::Redis { connection, argv } => StepKind::Redis {
                connection: connection.clone(),
                argv: self.argv(argv)?,
            },
            StepKind::Http {
                method,
                url,
                headers,
                body,
                secrets,
                expect,
            } => StepKind::Http {
                method: method.clone(),
                url: self.text(url)?,
                headers: self.named(headers)?,
                body: self.maybe(body.as_ref())?,
                secrets: self.secrets(secrets)?,
                expect: expect.clone(),
            },
            StepKind::Tcp { address } => StepKind::Tcp {
                address: self.text(address)?,
            },
            StepKind::Inspect(inspection) => {
                StepKind::Inspect(inspection.filled(|text| self.text(text))?)
            }
            other => self.rest(other)?,
        })
    }

    fn rest(&self, kind: &StepKind<TargetName, Count>) -> Result<StepKind<Target, i64>, Refusal> {
        Ok(match kind {
            StepKind::Systemd { place, verb, unit } => StepKind::Systemd {
                place: place.clone(),
                verb: *verb,
                unit: self.text(unit)?,
            },
            StepKind::Compose {
                place,
                verb,
                service,
                scale,
            } => StepKind::Compose {
                place: place.clone(),
                verb: *verb,
                service: self.text(service)?,
                scale: scale.as_ref().map(|count| self.count(count)).transpose()?,
            },
            StepKind::InCompose { place, task } => StepKind::InCompose {
                place: place.clone(),
                task: task.filled(|text| self.text(text))?,
            },
            StepKind::Silence {
                matchers,
                seconds,
                comment,
            } => {
                let mut filled = Vec::new();
                for matcher in matchers {
                    let value = self.text(&matcher.value)?;
                    if matcher.name.is_empty() {
                        filled.extend(matchers_of(&value)?);
                    } else {
                        filled.push(Matcher {
                            value,
                            ..matcher.clone()
                        });
                    }
                }
                StepKind::Silence {
                    matchers: filled,
                    seconds: self.count(seconds)?,
                    comment: self.text(comment)?,
                }
            }
            StepKind::ExpireSilence { id } => StepKind::ExpireSilence { id: self.text(id)? },
            StepKind::Ask { text } => StepKind::Ask { text: text.clone() },
            StepKind::Wait { seconds } => StepKind::Wait {
                seconds: self.count(seconds)?,
            },
            StepKind::Until { is, within, hold } => StepKind::Until {
                is: is.clone(),
                within: *within,
                hold: *hold,
            },
            // All kinds with an object were taken before.
            other => {
                return Err(Refusal::Unreadable {
                    what: other.name().to_owned(),
                    why: "it has no object".to_owned(),
                });
            }
        })
    }
}

/// The matchers that a parameter says.
fn matchers_of(text: &Template) -> Result<Vec<Matcher>, Refusal> {
    let text = text.whole().ok_or_else(|| Refusal::unfilled("matchers"))?;
    let read = silence::read_matchers(&text).map_err(|bad| Refusal::BadValue {
        param: "matchers".to_owned(),
        value: text,
        why: bad.into(),
    })?;
    let matcher = |it: SilenceMatcher| Matcher {
        name: it.name,
        value: Template::plain(it.value),
        is_regex: it.is_regex,
        is_equal: it.is_equal,
    };
    Ok(read.into_iter().map(matcher).collect())
}

/// What one silence saves nobody may take for what another does: of several that the pack gives no name all but the first get
/// one that no pack can write.
fn name_silences(steps: &mut [Planned]) {
    let unnamed = steps
        .iter_mut()
        .filter(|step| matches!(step.kind, StepKind::Silence { .. }) && step.save.is_none());
    for (place, step) in unnamed.enumerate().skip(1) {
        step.save = Some(Save {
            name: format!("silence-{}", place + 1),
            parse: Parse::Lines,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences_without_names_are_told_apart() {
        let step = |kind, save: Option<&str>| Step {
            kind,
            limit: None,
            save: save.map(|name| Save {
                name: name.to_owned(),
                parse: Parse::Lines,
            }),
            again: None,
            batch: None,
        };
        let silence = || StepKind::Silence {
            matchers: Vec::new(),
            seconds: 60,
            comment: Template::plain("quiet"),
        };
        let mut steps = [
            step(silence(), None),
            step(StepKind::Wait { seconds: 1 }, None),
            step(silence(), Some("own")),
            step(silence(), None),
            step(silence(), None),
        ];
        name_silences(&mut steps);
        let names = steps
            .each_ref()
            .map(|step: &Planned| step.save.as_ref().map(|save| save.name.as_str()));
        let named = [Some("silence-2"), Some("silence-3")];
        assert_eq!(names, [None, None, Some("own"), named[0], named[1]]);
    }
}
