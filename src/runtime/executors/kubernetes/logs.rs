//! How many lines of the logs of a target fit a pattern. The lines themselves go nowhere.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use regex::RegexBuilder;

use super::{
    live::Live,
    pods::{Pod, pods_of},
    programs::container_of,
    wire::{Trouble, Wire},
};
use crate::{
    domain::action::{
        refusal::Refusal,
        step::{Planned, StepKind},
        target::Target,
        value::{Value, Values},
    },
    runtime::executors::step::{limit, not_mine},
};

/// The longest all of it may take.
const LONGEST: Duration = Duration::from_secs(30);
/// The most that is read of one container; where there is more, the count would be wrong.
const MOST: usize = 4 << 20;
/// The most pods that are read.
const PODS: usize = 50;
/// From so many at once.
const AT_ONCE: usize = 4;
/// How large a pattern may become when it is built.
const PATTERN: usize = 1 << 20;

/// Counts: `count` lines in `pods` pods.
pub(super) async fn count(wire: &Wire, step: &Planned, target: &Target) -> Result<Values, Refusal> {
    let within = limit(step, LONGEST);
    let late = || {
        let why = format!("no answer within {} s", within.as_secs());
        Refusal::unreadable(target.to_string(), why)
    };
    let counted = tokio::time::timeout(within, counted(wire, step, target)).await;
    counted.unwrap_or_else(|_| Err(late()))
}

async fn counted(wire: &Wire, step: &Planned, target: &Target) -> Result<Values, Refusal> {
    let StepKind::Logs {
        container,
        pattern,
        since,
        ..
    } = &step.kind
    else {
        return Err(not_mine(step));
    };
    let unreadable = |why: String| Refusal::unreadable(target.to_string(), why);
    let pattern = RegexBuilder::new(pattern).size_limit(PATTERN).build();
    let pattern = pattern.map_err(|error| unreadable(error.to_string()))?;
    let live = Live(wire.object(target, None).await?);
    let pods = pods_of(wire, target, &live).await;
    let pods =
        pods.map_err(|it: Trouble| it.refusal("list", "pods", target.namespace(), target))?;
    let pods: Vec<_> = pods.into_iter().filter(Pod::lives).collect();
    if pods.is_empty() || pods.len() > PODS {
        return Err(unreadable(format!(
            "{} pods: from 1 to {PODS} are read",
            pods.len()
        )));
    }
    let namespace = target.namespace().unwrap_or_default();
    let mut paths = Vec::new();
    for pod in &pods {
        for container in containers(pod, container.as_deref())? {
            paths.push(format!(
                "/api/v1/namespaces/{namespace}/pods/{}/log?container={container}&sinceSeconds={since}&limitBytes={MOST}",
                pod.name
            ));
        }
    }
    let pattern = &pattern;
    let each = paths.into_iter().map(|path| async move {
        let text = wire.text(&path).await;
        let text = text.map_err(|it| it.refusal("get", "pods/log", target.namespace(), target))?;
        if text.len() >= MOST {
            let why = format!("more than {} MB of logs: count a shorter time", MOST >> 20);
            return Err(Refusal::unreadable(target.to_string(), why));
        }
        Ok(text.lines().filter(|line| pattern.is_match(line)).count())
    });
    let each: Vec<futures::future::BoxFuture<'_, Result<usize, Refusal>>> =
        each.map(futures::FutureExt::boxed).collect();
    let counts: Vec<usize> = stream::iter(each).buffered(AT_ONCE).try_collect().await?;
    let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    Ok([
        ("count".to_owned(), int(counts.iter().sum())),
        ("pods".to_owned(), int(pods.len())),
    ]
    .into())
}

/// The container that is named; else all of the pod: an error in any of them counts.
fn containers(pod: &Pod, named: Option<&str>) -> Result<Vec<String>, Refusal> {
    if named.is_some() {
        return Ok(vec![container_of(pod, named)?]);
    }
    let all = pod.object["spec"]["containers"].as_array();
    let names = all
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}
