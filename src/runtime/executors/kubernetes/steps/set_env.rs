//! One variable of one container of a template.

use serde_json::{Value as Json, json};

use super::{
    super::{
        edit::Edit,
        live::{Live, escaped, known},
        survey::{Survey, planned},
        wire::{Order, Wire},
    },
    patch::as_patch,
    restart::{goes_on, rolls_out},
    whole,
};
use crate::domain::action::{
    refusal::Refusal,
    step::{StepKind, Template},
    target::Target,
    value::Value,
};

const CONTAINERS: &str = "/spec/template/spec/containers";

/// One variable of one container; a value that is absent takes it away.
pub async fn set_env(
    wire: &Wire,
    target: &Target,
    container: Option<&str>,
    name: &str,
    value: Option<&Template>,
) -> Result<Survey, Refusal> {
    rolls_out(target)?;
    let value = value.map(whole).transpose()?;
    let live = Live(wire.object(target, None).await?);
    goes_on(target, &live)?;
    let container = container_of(target, &live, container)?;
    let list = format!("{CONTAINERS}/{}/env", escaped(&container));
    let at = format!("{list}/{}", escaped(name));
    let entry = value.map(|value| json!({"name": name, "value": value}));
    let edit = Edit::of(&live).at_generation();
    let edit = match &entry {
        Some(entry) if live.at(&list).is_none() => edit.set(&list, Some(json!([entry]))),
        entry => edit.set(&at, entry.clone()),
    };
    let order = Order::patch(target, None, edit.operations())?;
    let mut survey = Survey::of(target, live);
    let live = &survey.live;
    survey.facts.extend(live.generation_fact(target));
    survey.facts.push(live.fact(target, &at));
    let before = live.at(&at);
    survey.before.insert("value".to_owned(), value_of(before));
    if before != entry.as_ref() {
        survey
            .undo
            .push(planned(put_back(target, &container, name, before)));
    }
    survey.shown = Some(live.0.clone());
    survey.order = Some(order);
    survey.writes.push(at);
    Ok(survey)
}

/// The value of a variable as it stands; one that comes from elsewhere says from where.
fn value_of(entry: Option<&Json>) -> Value {
    match entry {
        None => Value::Absent,
        Some(entry) if entry["valueFrom"].is_null() => {
            Value::text(entry["value"].as_str().unwrap_or_default())
        }
        Some(entry) => known(entry.get("valueFrom")),
    }
}

/// The step that makes a variable what it was.
fn put_back(
    target: &Target,
    container: &str,
    name: &str,
    before: Option<&Json>,
) -> StepKind<Target, i64> {
    match before {
        Some(entry) if !entry["valueFrom"].is_null() => {
            let mut entry = entry.clone();
            entry["value"] = Json::Null;
            let patch = json!({"spec": {"template": {"spec": {"containers": [
                {"name": container, "env": [entry]}
            ]}}}});
            StepKind::Patch {
                target: target.clone(),
                patch: as_patch(&patch),
            }
        }
        before => StepKind::SetEnv {
            target: target.clone(),
            container: Some(container.to_owned()),
            name: name.to_owned(),
            value: before.map(|it| Template::plain(it["value"].as_str().unwrap_or_default())),
        },
    }
}

/// The container that is meant: one must be named where there are several and none is marked.
fn container_of(target: &Target, live: &Live, named: Option<&str>) -> Result<String, Refusal> {
    let containers = live.at(CONTAINERS).and_then(Json::as_array);
    let names = containers
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str());
    let names: Vec<&str> = names.collect();
    let marked =
        live.text("/spec/template/metadata/annotations/kubectl.kubernetes.io~1default-container");
    let wanted = named.or(marked).or(match names[..] {
        [only] => Some(only),
        _ => None,
    });
    match wanted {
        Some(name) if names.contains(&name) => Ok(name.to_owned()),
        Some(name) => Err(Refusal::NotFound {
            target: format!("{target}: container {name}"),
        }),
        None => Err(Refusal::DryRun {
            why: format!("{target} has several containers: {}", names.join(", ")),
        }),
    }
}
