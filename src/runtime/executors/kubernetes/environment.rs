//! Which workloads of a namespace have a variable whose value fits a pattern: set by themselves, from a ConfigMap or a Secret.
//! Values go nowhere, who has them does.

use std::{collections::BTreeMap, time::Duration};

use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

use super::{
    path,
    pods::list,
    wire::{Trouble, Wire},
};
use crate::{
    domain::{
        action::{
            refusal::Refusal,
            step::{Planned, StepKind},
            target::Target,
            value::{Value, Values},
            verdict::{Said, StepEnd, Stream},
        },
        object::KindRef,
    },
    runtime::executors::{
        Doing,
        output::Written,
        step::{failed, limit, not_mine, said},
    },
};

/// The longest all of it may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How large a pattern may become when it is built.
const PATTERN: usize = 1 << 20;

/// Reads it as values.
pub(super) async fn read(wire: &Wire, step: &Planned, target: &Target) -> Result<Values, Refusal> {
    Ok(values(&found(wire, step, target).await?))
}

/// Tells it as a step does.
pub(super) async fn tell(wire: &Wire, doing: &Doing<'_>, target: &Target) -> StepEnd {
    let who = match found(wire, doing.step, target).await {
        Ok(who) => who,
        Err(refusal) => return failed(&refusal),
    };
    let mut out = Written::new(doing.ears(), Stream::Out, &[]);
    for one in &who {
        out.feed(format!("{one}\n").as_bytes());
    }
    out.end();
    let saved = values(&who);
    let count: Vec<Said> = saved
        .get("count")
        .map(|count| said("count", count.clone()))
        .into_iter()
        .collect();
    StepEnd::Done { said: count, saved }
}

fn values(who: &[String]) -> Values {
    let count = i64::try_from(who.len()).unwrap_or(i64::MAX);
    [
        ("count".to_owned(), Value::Int(count)),
        ("who".to_owned(), Value::text(who.join(", "))),
    ]
    .into()
}

async fn found(wire: &Wire, step: &Planned, target: &Target) -> Result<Vec<String>, Refusal> {
    let StepKind::Env { name, pattern, .. } = &step.kind else {
        return Err(not_mine(step));
    };
    let unreadable = |why: String| Refusal::unreadable("env", why);
    let Some(namespace) = target.namespace() else {
        return Err(unreadable(format!("{target} is in no namespace")));
    };
    let pattern = RegexBuilder::new(pattern).size_limit(PATTERN).build();
    let pattern = pattern.map_err(|error| unreadable(error.to_string()))?;
    let within = limit(step, LONGEST);
    let search = Search {
        wire,
        namespace,
        name,
        pattern,
    };
    let late = || unreadable(format!("no answer within {} s", within.as_secs()));
    let all = tokio::time::timeout(within, search.all(target)).await;
    all.map_err(|_| late())?
}

struct Search<'a> {
    wire: &'a Wire,
    namespace: &'a str,
    name: &'a str,
    pattern: Regex,
}

impl Search<'_> {
    async fn all(&self, target: &Target) -> Result<Vec<String>, Refusal> {
        let mut who = Vec::new();
        for kind in ["Deployment", "StatefulSet", "DaemonSet", "CronJob"] {
            let Some(kind) = KindRef::of_workload(kind) else {
                continue;
            };
            let all = list(self.wire, &kind, Some(self.namespace), "").await;
            let all = match all {
                Ok(all) => all,
                Err(it) => {
                    return Err(it.refusal("list", &kind.plural, Some(self.namespace), target));
                }
            };
            for it in &all {
                who.extend(self.of(&kind, it, target).await?);
            }
        }
        Ok(who)
    }

    /// How a workload is told, where one of its containers has it.
    async fn of(
        &self,
        kind: &KindRef,
        it: &Json,
        target: &Target,
    ) -> Result<Option<String>, Refusal> {
        let template = if &*kind.kind == "CronJob" {
            &it["spec"]["jobTemplate"]["spec"]["template"]
        } else {
            &it["spec"]["template"]
        };
        let lists = ["initContainers", "containers"];
        let lists = lists.map(|list| template["spec"][list].as_array());
        let containers: Vec<&Json> = lists.into_iter().flatten().flatten().collect();
        for container in containers {
            let from = match self.value(container, target).await {
                Ok(Some((value, from))) if self.pattern.is_match(&value) => from,
                Ok(_) => continue,
                // Whoever may not look can't say that it has another value.
                Err(Refusal::Forbidden { .. }) => Some("may not be read".to_owned()),
                Err(refusal) => return Err(refusal),
            };
            let (name, kind) = (&it["metadata"]["name"], kind.kind.to_lowercase());
            let name = name.as_str().unwrap_or_default();
            let from = from.map_or_else(String::new, |from| format!(" ({from})"));
            return Ok(Some(format!("{kind}/{name}{from}")));
        }
        Ok(None)
    }

    /// The value a container has, and where from where not its own. What is named one by one wins over whole lists, and of
    /// both the last does.
    async fn value(
        &self,
        container: &Json,
        target: &Target,
    ) -> Result<Option<(String, Option<String>)>, Refusal> {
        let own: &[Json] = container["env"].as_array().map_or(&[], Vec::as_slice);
        if let Some(set) = own.iter().rfind(|it| it["name"] == self.name) {
            if let Some(value) = set["value"].as_str() {
                return Ok(Some((value.to_owned(), None)));
            }
            for (reference, plural) in [
                ("configMapKeyRef", "configmaps"),
                ("secretKeyRef", "secrets"),
            ] {
                let of = &set["valueFrom"][reference];
                if let (Some(name), Some(key)) = (of["name"].as_str(), of["key"].as_str()) {
                    let held = self.held(plural, name, target).await?;
                    return Ok(held
                        .get(key)
                        .map(|value| (value.clone(), Some(told(plural, name)))));
                }
            }
            return Ok(None);
        }
        let lists: &[Json] = container["envFrom"].as_array().map_or(&[], Vec::as_slice);
        for from in lists.iter().rev() {
            let prefix = from["prefix"].as_str().unwrap_or_default();
            let Some(key) = self.name.strip_prefix(prefix) else {
                continue;
            };
            for (reference, plural) in [("configMapRef", "configmaps"), ("secretRef", "secrets")] {
                if let Some(name) = from[reference]["name"].as_str()
                    && let Some(value) = self.held(plural, name, target).await?.get(key)
                {
                    return Ok(Some((value.clone(), Some(told(plural, name)))));
                }
            }
        }
        Ok(None)
    }

    /// What a ConfigMap or a Secret holds; nothing where there is none.
    async fn held(
        &self,
        plural: &str,
        name: &str,
        target: &Target,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        use base64::Engine as _;
        let kind = if plural == "secrets" {
            "Secret"
        } else {
            "ConfigMap"
        };
        let kind = KindRef::new("", "v1", kind, plural, true);
        let Some(path) = path::of(&kind, Some(self.namespace), name, None) else {
            return Ok(BTreeMap::new());
        };
        let held = match self.wire.get(&path).await {
            Ok(held) => held,
            Err(Trouble::No(no)) if no.code == 404 => return Ok(BTreeMap::new()),
            Err(trouble) => {
                return Err(trouble.refusal("get", plural, Some(self.namespace), target));
            }
        };
        let data = held["data"].as_object().into_iter().flatten();
        let plain = |text: &str| {
            if plural != "secrets" {
                return Some(text.to_owned());
            }
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(text)
                .ok()?;
            String::from_utf8(bytes).ok()
        };
        Ok(data
            .filter_map(|(key, value)| Some((key.clone(), plain(value.as_str()?)?)))
            .collect())
    }
}

fn told(plural: &str, name: &str) -> String {
    format!("{}/{name}", plural.trim_end_matches('s'))
}
