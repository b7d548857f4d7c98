//! From an action and what a person chose to what is looked into: every hole filled that can be by now.

use std::collections::BTreeMap;

use crate::{
    domain::action::{
        fault::ValueFault,
        preflight::Draft,
        refusal::Refusal,
        step::{
            Count, Hole, Matcher, Patch, Piece, Planned, Step, StepKind, TargetName, Template,
            Written,
        },
        target::Target,
        value::{Value, Values},
    },
    domain::id::PackId,
    pack::{ActionSpec, CheckSpec, Environment, ParamSpec, TargetSpec, parse_object},
};

use super::{
    access::in_namespace,
    catalogue::Item,
    offer::{aim, is_placed},
};

/// Where it would be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Site<'a> {
    /// The namespace of objects that say none; `None` where the desk has several.
    pub namespace: Option<&'a str>,
    pub env: Option<&'a Environment>,
}

/// The value a text stands for, or why it can't be given. With what is in force now, a ladder is held to its rungs.
pub fn check_param(spec: &ParamSpec, text: &str, now: Option<&Value>) -> Result<Value, ValueFault> {
    let value = spec.kind.read(text)?;
    if now.is_some() {
        spec.kind.fits(&value, now)?;
    }
    Ok(value)
}

/// The values of texts by name, as a command line gives them; defaults where nothing is given.
pub fn read_params(spec: &ActionSpec, given: &BTreeMap<String, String>) -> Result<Values, Refusal> {
    let mut values = Values::new();
    for (name, text) in given {
        let bad = |why| Refusal::BadValue {
            param: name.clone(),
            value: text.clone(),
            why,
        };
        let Some(param) = spec.params.iter().find(|param| param.name == *name) else {
            return Err(bad(unknown(spec)));
        };
        values.insert(name.clone(), param.kind.read(text).map_err(bad)?);
    }
    Ok(values)
}

fn unknown(spec: &ActionSpec) -> ValueFault {
    let names: Vec<&str> = spec
        .params
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    ValueFault::NotOneOf {
        known: names.join(", "),
    }
}

/// What is about to be looked into. `target` is what is selected, where the action takes what is selected.
pub fn draft(
    item: &Item<'_>,
    target: Option<&Target>,
    given: &Values,
    site: Site<'_>,
) -> Result<Draft, Refusal> {
    let spec = item.spec;
    let params = filled_in(spec, given)?;
    let target = match &spec.target {
        TargetSpec::Of { kind, name } => {
            let filling = Filling {
                params: &params,
                target: None,
                site,
                before: None,
            };
            let name = filling.whole(name)?;
            Some(TargetSpec::of(*kind, &name))
        }
        _ => aim(spec, target, site.namespace)?,
    };
    let Some(target) = target else {
        return Err(Refusal::NoTarget { kinds: Vec::new() });
    };
    if !is_placed(&target) {
        let kinds = vec![target.to_string()];
        return Err(Refusal::NoTarget { kinds });
    }
    let filling = Filling {
        params: &params,
        target: Some(&target),
        site,
        before: None,
    };
    let reads = spec.reads.iter();
    let reads = reads.map(|(name, step)| Ok((name.clone(), filling.step(step)?)));
    Ok(Draft {
        action: spec.id.clone(),
        steps: filling.steps(&spec.run)?,
        reads: reads.collect::<Result<_, Refusal>>()?,
        preview: spec
            .preview
            .as_ref()
            .map(|step| filling.step(step))
            .transpose()?,
        target: target.clone(),
        params: params.clone(),
    })
}

/// What is looked at for a form, before anything is chosen: what the action reads and no parameter is needed for.
pub fn look(item: &Item<'_>, target: &Target, site: Site<'_>) -> Option<Draft> {
    let params = Values::new();
    let filling = Filling {
        params: &params,
        target: Some(target),
        site,
        before: None,
    };
    let reads = item.spec.reads.iter();
    let reads: Vec<_> = reads
        .filter(|(name, _)| wants(item.spec, name))
        .filter_map(|(name, step)| Some((name.clone(), filling.step(step).ok()?)))
        .collect();
    (!reads.is_empty()).then(|| Draft {
        action: item.spec.id.clone(),
        target: target.clone(),
        params: Values::new(),
        steps: Vec::new(),
        reads,
        preview: None,
    })
}

/// What a check reads: it does nothing and is about no target but itself.
pub fn reading(
    check: &CheckSpec,
    pack: &PackId,
    env: Option<&Environment>,
) -> Result<Draft, Refusal> {
    let params = Values::new();
    let filling = Filling {
        params: &params,
        target: None,
        site: Site {
            namespace: None,
            env,
        },
        before: None,
    };
    let reads = check.reads.iter();
    let reads = reads.map(|(name, step)| Ok((name.clone(), filling.step(step)?)));
    Ok(Draft {
        action: format!("{pack}/check/{}", check.id).into(),
        target: Target::Named {
            name: check.id.to_string(),
        },
        params: Values::new(),
        steps: Vec::new(),
        reads: reads.collect::<Result<_, Refusal>>()?,
        preview: None,
    })
}

/// Whether a read tells what is in force now of a parameter.
fn wants(spec: &ActionSpec, read: &str) -> bool {
    let mut now = spec.params.iter().filter_map(|param| param.now.as_deref());
    now.any(|now| now.split('.').next() == Some(read))
}

/// The steps that take an action back as its pack states it, by what there was before.
pub(super) fn undo_steps(
    steps: &[Written],
    draft: &Draft,
    before: &Values,
    site: Site<'_>,
) -> Result<Vec<Planned>, Refusal> {
    let filling = Filling {
        params: &draft.params,
        target: Some(&draft.target),
        site,
        before: Some(before),
    };
    filling.steps(steps)
}

/// What was given, defaults where nothing was; refuses what is missing, unknown or can't be so.
fn filled_in(spec: &ActionSpec, given: &Values) -> Result<Values, Refusal> {
    if let Some((name, value)) = given
        .iter()
        .find(|(name, _)| !spec.params.iter().any(|param| param.name == **name))
    {
        return Err(Refusal::BadValue {
            param: name.clone(),
            value: value.to_string(),
            why: unknown(spec),
        });
    }
    let mut params = Values::new();
    for param in &spec.params {
        let name = || param.name.clone();
        let given = given.get(&param.name).or(param.default.as_ref());
        match given.filter(|value| **value != Value::Absent) {
            Some(value) => {
                let checked = param.kind.check_value(value);
                let checked = checked.map_err(|why| Refusal::BadValue {
                    param: name(),
                    value: value.to_string(),
                    why,
                })?;
                params.insert(name(), checked);
            }
            None if param.optional => {}
            None => return Err(Refusal::Unfilled { param: name() }),
        }
    }
    Ok(params)
}

/// What holes are filled from before anything was looked into.
struct Filling<'a> {
    params: &'a Values,
    target: Option<&'a Target>,
    site: Site<'a>,
    /// For an undo: what there was before.
    before: Option<&'a Values>,
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
    fn whole(&self, text: &Template) -> Result<String, Refusal> {
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

    fn steps(&self, steps: &[Written]) -> Result<Vec<Planned>, Refusal> {
        steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &Written) -> Result<Planned, Refusal> {
        let kind = match self.on_object(&step.kind)? {
            Some(kind) => kind,
            None => self.outside(&step.kind)?,
        };
        Ok(Step {
            kind,
            limit: step.limit,
            save: step.save.clone(),
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
                reach: *reach,
                argv: self.argv(argv)?,
                stdin: self.maybe(stdin.as_ref())?,
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
            } => StepKind::Command {
                place: place.clone(),
                argv: self.argv(argv)?,
                stdin: self.maybe(stdin.as_ref())?,
                stdout: self.maybe(stdout.as_ref())?,
                secrets: self.secrets(secrets)?,
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
            } => StepKind::Compose {
                place: place.clone(),
                verb: *verb,
                service: self.text(service)?,
            },
            StepKind::Silence {
                matchers,
                seconds,
                comment,
            } => {
                let matchers = matchers.iter().map(|matcher| {
                    Ok(Matcher {
                        value: self.text(&matcher.value)?,
                        ..matcher.clone()
                    })
                });
                StepKind::Silence {
                    matchers: matchers.collect::<Result<_, Refusal>>()?,
                    seconds: self.count(seconds)?,
                    comment: self.text(comment)?,
                }
            }
            StepKind::ExpireSilence { id } => StepKind::ExpireSilence { id: self.text(id)? },
            StepKind::Ask { text } => StepKind::Ask { text: text.clone() },
            StepKind::Wait { seconds } => StepKind::Wait {
                seconds: self.count(seconds)?,
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
