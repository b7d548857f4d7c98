//! The parameters of an action, filled in one by one: each is checked as it is typed.

use std::collections::BTreeSet;

use tui_input::Input;

use crate::{
    actions::{
        draft::check_param,
        plan::{lines, not_listed},
    },
    domain::{
        action::{
            fault::ValueFault,
            target::Target,
            tier::Tier,
            value::{Value, Values},
        },
        id::ActionId,
        object::KindRef,
        question::RequestId,
        rollout::Revision,
        text::Text,
    },
    pack::{ParamKind, ParamSpec},
};

use super::{model::Model, watching::namespace};

/// How many completions stand below a field.
pub const CHOICES: usize = 8;

/// The open form.
#[derive(Debug, Clone)]
pub struct FormScreen {
    pub action: ActionId,
    pub title: Text,
    pub tier: Tier,
    /// `None` where the parameters name it.
    pub target: Option<Target>,
    pub fields: Vec<Field>,
    pub at: usize,
    /// Why the whole of it can't be taken.
    pub refused: Option<crate::domain::action::refusal::Refusal>,
    /// The number the target's revisions were asked for under.
    pub asked: Option<RequestId>,
    pub revisions: Option<Vec<Revision>>,
    /// The number under which it is read what is in force now.
    pub looking: Option<RequestId>,
    /// The variables that fields set: field, container, name.
    pub variables: Vec<(usize, Option<String>, String)>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Field {
    pub spec: ParamSpec,
    pub input: Input,
    /// What is in force now, where that can be told without looking.
    pub now: Option<Value>,
    /// What may be chosen, where that was read.
    pub listed: Option<Vec<String>>,
    /// The person was here: what is wrong with it is said.
    pub touched: bool,
    /// The person meant it to be taken as it stands, and it can't be.
    pub refused: bool,
}

impl Field {
    pub fn new(spec: ParamSpec, now: Option<Value>) -> Self {
        let default = spec.default.as_ref().map(|it| spec.kind.spell(it));
        Self {
            input: Input::new(default.unwrap_or_default()),
            spec,
            now,
            listed: None,
            touched: false,
            refused: false,
        }
    }

    /// The value as it stands; `None` where it need not be given and is not.
    pub fn value(&self) -> Result<Option<Value>, ValueFault> {
        let text = self.input.value().trim();
        if text.is_empty() {
            return if self.spec.optional || self.spec.default.is_some() {
                Ok(None)
            } else {
                Err(ValueFault::Empty)
            };
        }
        let value = check_param(&self.spec, text, self.now.as_ref())?;
        let listed = self.listed.as_deref().unwrap_or_default();
        let is_one = |value: &Value| listed.contains(&value.to_string());
        let fits = match &value {
            _ if self.listed.is_none() => true,
            Value::List(each) => each.iter().all(is_one),
            alone => is_one(alone),
        };
        if fits {
            Ok(Some(value))
        } else {
            Err(not_listed(listed))
        }
    }
}

/// The values of all fields, or the first that can't be taken.
pub fn values(fields: &[Field]) -> Result<Values, usize> {
    let mut values = Values::new();
    for (at, field) in fields.iter().enumerate() {
        match field.value() {
            Ok(Some(value)) => drop(values.insert(field.spec.name.clone(), value)),
            Ok(None) => {}
            Err(_) => return Err(at),
        }
    }
    Ok(values)
}

impl FormScreen {
    /// Whether the target's revisions help to fill it in: they tell its containers too.
    pub fn wants_revisions(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field.spec.kind, ParamKind::Revision | ParamKind::Container))
            || !self.variables.is_empty()
    }

    /// Takes what was read of what is in force now, and of what may be chosen.
    pub fn looked(&mut self, before: &Values) {
        self.looking = None;
        for field in &mut self.fields {
            let from = field.spec.from.as_deref();
            let read = from.filter(|from| before.contains_key(&format!("{from}.lines")));
            field.listed = read.map(|from| lines(before, from));
            let now = field.spec.now.as_deref().filter(|_| field.now.is_none());
            field.now = field.now.take().or_else(|| {
                let value = before.get(now?)?;
                // What a program wrote is read as the parameter is.
                let read = field.spec.kind.read(&value.to_string()).ok();
                Some(read.unwrap_or_else(|| value.clone()))
            });
        }
    }

    /// Takes the target's revisions: they tell its number and its variables as they are now.
    pub fn revised(&mut self, revisions: Option<&Vec<Revision>>) {
        self.asked = None;
        self.revisions = revisions.cloned();
        let current = self.revisions.iter().flatten().find(|it| it.current);
        let Some(current) = current else { return };
        let number = Value::Int(i64::try_from(current.number).unwrap_or(i64::MAX));
        let variables: Vec<(usize, Value)> = (self.variables.iter())
            .filter_map(|(at, container, name)| {
                Some((*at, variable(current, container.as_deref(), name)?))
            })
            .collect();
        for field in &mut self.fields {
            if field.spec.now.as_deref() == Some("revision") {
                field.now = Some(number.clone());
            }
        }
        for (at, value) in variables {
            let field = &mut self.fields[at];
            let read = value
                .as_str()
                .and_then(|text| field.spec.kind.read(text).ok());
            field.now = Some(read.unwrap_or(value));
        }
    }

    /// Whether it is still being found out what is in force now.
    pub const fn is_looking(&self) -> bool {
        self.looking.is_some() || self.asked.is_some()
    }

    /// What may be put into the field that is filled in, as far as it goes with what is typed.
    pub fn choices(&self, model: &Model) -> Vec<String> {
        let Some(field) = self.fields.get(self.at) else {
            return Vec::new();
        };
        let typed = field.input.value().trim().to_lowercase();
        let all = field.listed.clone();
        let all =
            all.unwrap_or_else(|| self.all_choices(model, &field.spec.kind, field.now.as_ref()));
        let exact = all.iter().any(|choice| choice.to_lowercase() == typed);
        let mut seen = BTreeSet::new();
        all.into_iter()
            .filter(|choice| exact || choice.to_lowercase().contains(&typed))
            .filter(|choice| seen.insert(choice.clone()))
            .take(CHOICES)
            .collect()
    }

    fn all_choices(&self, model: &Model, kind: &ParamKind, now: Option<&Value>) -> Vec<String> {
        let numbers = |all: &[i64]| all.iter().map(ToString::to_string).collect();
        match kind {
            ParamKind::Int { ladder, .. } if !ladder.is_empty() => {
                let fits =
                    |rung: &&i64| now.is_none() || kind.fits(&Value::Int(**rung), now).is_ok();
                ladder
                    .iter()
                    .filter(fits)
                    .map(ToString::to_string)
                    .collect()
            }
            ParamKind::Int { one_of, .. } => numbers(one_of),
            ParamKind::Bool => vec!["true".to_owned(), "false".to_owned()],
            ParamKind::Enum(all) | ParamKind::Database { one_of: all } => all.clone(),
            ParamKind::Revision => self.revision_numbers(),
            ParamKind::Container => self.containers(),
            ParamKind::Object(kinds) => objects(model, kinds),
            ParamKind::Alert => model
                .alerts
                .alerts
                .values()
                .map(|line| line.alert.name.clone())
                .collect(),
            ParamKind::Secret => {
                let secrets = model.pack.secrets().iter();
                secrets.map(|secret| secret.name.clone()).collect()
            }
            ParamKind::Duration { least, most } => ["10m", "30m", "1h", "2h", "4h", "8h"]
                .into_iter()
                .filter(|text| {
                    let kind = ParamKind::Duration {
                        least: *least,
                        most: *most,
                    };
                    kind.read(text).is_ok()
                })
                .map(str::to_owned)
                .collect(),
            ParamKind::List(inner) => self.all_choices(model, inner, None),
            _ => Vec::new(),
        }
    }

    fn revision_numbers(&self) -> Vec<String> {
        let revisions = self.revisions.iter().flatten();
        revisions
            .filter(|revision| !revision.current)
            .map(|revision| revision.number.to_string())
            .collect()
    }

    /// What is told of the revision of a number.
    pub fn revision(&self, number: &str) -> Option<&Revision> {
        let mut revisions = self.revisions.iter().flatten();
        revisions.find(|revision| revision.number.to_string() == number)
    }

    /// The containers of the target's template.
    fn containers(&self) -> Vec<String> {
        let mut revisions = self.revisions.iter().flatten();
        let current = revisions.find(|revision| revision.current);
        let containers = current.into_iter().flat_map(containers_of);
        containers
            .filter_map(|container| container.get("name")?.as_str())
            .map(str::to_owned)
            .collect()
    }
}

fn containers_of(revision: &Revision) -> impl Iterator<Item = &serde_json::Value> {
    let template = &revision.template;
    let containers = template
        .pointer("/spec/containers")
        .or_else(|| template.pointer("/template/spec/containers"))
        .and_then(serde_json::Value::as_array);
    containers.into_iter().flatten()
}

/// A variable of a container (the first, where none is named) as the template has it; one that is not there is absent, one
/// that comes from elsewhere is not told.
fn variable(revision: &Revision, container: Option<&str>, name: &str) -> Option<Value> {
    let is_it = |it: &&serde_json::Value, name: &str| {
        it.get("name").and_then(|it| it.as_str()) == Some(name)
    };
    let container = containers_of(revision)
        .find(|it| container.is_none_or(|container| is_it(it, container)))?;
    let mut env = container
        .get("env")
        .and_then(|env| env.as_array())
        .into_iter()
        .flatten();
    match env.find(|it| is_it(it, name)) {
        None => Some(Value::Absent),
        Some(variable) => variable.get("value")?.as_str().map(Value::text),
    }
}

/// The names of objects of some kinds, as a parameter takes them.
fn objects(model: &Model, kinds: &[KindRef]) -> Vec<String> {
    let of = namespace(model);
    let here = |own: &str| of.is_none_or(|of| of == own);
    let named = |lead: &str, own: &str, name: &str| match of {
        Some(_) => format!("{lead}/{name}"),
        None => format!("{lead}/{own}/{name}"),
    };
    let mut names = Vec::new();
    for kind in kinds {
        let lead = kind.kind.to_lowercase();
        if *kind == KindRef::pods() {
            let pods = model.cluster.pods.iter().filter(|pod| here(&pod.namespace));
            names.extend(pods.map(|pod| named(&lead, &pod.namespace, &pod.name)));
        } else if *kind == KindRef::nodes() {
            let nodes = model.cluster.nodes.iter();
            names.extend(nodes.map(|node| format!("{lead}/{}", node.name)));
        } else {
            let rows = model.cluster.workloads.iter();
            let rows = rows.filter(|row| row.key.kind == kind.kind && here(&row.key.namespace));
            names.extend(rows.map(|row| named(&lead, &row.key.namespace, &row.key.name)));
        }
    }
    names
}

/// What is in force now of what a parameter sets, where the watch tells it.
pub fn in_force(model: &Model, spec: &ParamSpec, target: Option<&Target>) -> Option<Value> {
    let now = spec.now.as_deref()?;
    if now != "replicas" {
        return None;
    }
    let target = target?;
    let desired =
        crate::actions::world::Watched::object(model, target, crate::pack::ObjectField::Desired)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number of replicas is whole and small"
    )]
    let desired = desired as i64;
    Some(Value::Int(desired))
}
