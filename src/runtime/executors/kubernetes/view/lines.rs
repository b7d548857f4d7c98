//! What all containers of all pods of a target logged, by time; of a CronJob the whole log of its newest Job.

use std::fmt::Write as _;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::{
    super::{
        live::Live,
        path,
        pods::pods_of,
        steps::rollback::is_controlled,
        wire::{Trouble, Wire},
    },
    Seen, cronjob,
};
use crate::domain::{
    action::{refusal::Refusal, target::Target, value::Value},
    object::KindRef,
};

/// The most that is read of one container.
const MOST: usize = 4 << 20;
/// The most pods that are read.
const PODS: usize = 50;
/// From so many containers at once.
const AT_ONCE: usize = 4;

/// A container, named `None`: each; newest lines of each; seconds back.
type Asked<'a> = (Option<&'a str>, Option<u32>, Option<u32>);

pub(super) async fn seen(wire: &Wire, target: &Target, asked: Asked<'_>) -> Result<Seen, Refusal> {
    let pods = logging(wire, target).await?;
    if pods.is_empty() || pods.len() > PODS {
        let why = format!("{} pods: from 1 to {PODS} are read", pods.len());
        return Err(Refusal::unreadable(target.to_string(), why));
    }
    let places: Vec<(String, String)> = pods
        .iter()
        .flat_map(|pod| containers(pod, asked.0))
        .collect();
    let each = places
        .iter()
        .map(|place| of_one(wire, target, place, asked).boxed());
    let each: Vec<_> = each.collect();
    let parts: Vec<Part> = stream::iter(each).buffered(AT_ONCE).try_collect().await?;
    let (text, count) = together(&places, &parts);
    let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let values = [("count", int(count)), ("pods", int(pods.len()))];
    Ok(Seen {
        text,
        values: values.map(|(name, value)| (name.to_owned(), value)).into(),
    })
}

/// What one container said, or why it says nothing.
enum Part {
    Said { text: String, whole: bool },
    Silent(String),
}

async fn of_one(
    wire: &Wire,
    target: &Target,
    (pod, container): &(String, String),
    (_, tail, since): Asked<'_>,
) -> Result<Part, Refusal> {
    let path = path::of(&KindRef::pods(), target.namespace(), pod, Some("log"));
    let path = path.ok_or_else(|| Refusal::unreadable(pod.as_str(), "it has no name"))?;
    let (tail, since) = (
        tail.map(|it| it.to_string()),
        since.map(|it| it.to_string()),
    );
    let most = MOST.to_string();
    let mut query = vec![
        ("container", container.as_str()),
        ("timestamps", "true"),
        ("limitBytes", &most),
    ];
    query.extend(tail.as_deref().map(|tail| ("tailLines", tail)));
    query.extend(since.as_deref().map(|since| ("sinceSeconds", since)));
    match wire.text(&path::with(&path, &query)).await {
        Ok(text) => Ok(Part::Said {
            whole: text.len() < MOST,
            text,
        }),
        // It was never begun, or is gone with its node: the others still say what they have to say.
        Err(Trouble::No(no)) if no.code == 400 || no.code == 404 => Ok(Part::Silent(no.said())),
        Err(it) => Err(it.refusal("get", "pods/log", target.namespace(), target)),
    }
}

/// The pods whose logs are meant.
async fn logging(wire: &Wire, target: &Target) -> Result<Vec<Json>, Refusal> {
    let live = Live(wire.object(target, None).await?);
    let refused = |it: Trouble| it.refusal("list", "pods", target.namespace(), target);
    let is_cronjob = matches!(target, Target::Object { kind, .. } if &*kind.kind == "CronJob");
    if !is_cronjob {
        let pods = pods_of(wire, target, &live).await.map_err(refused)?;
        return Ok(pods.into_iter().map(|pod| pod.object).collect());
    }
    let Some(job) = cronjob::newest(wire, target, &live).await? else {
        return Err(Refusal::unreadable(
            target.to_string(),
            "it has made no Job",
        ));
    };
    let job = Live(job);
    let selector = super::super::selector::Selector(&job.0["spec"]["selector"]);
    let query = if selector.is_empty() {
        String::new()
    } else {
        selector.query()
    };
    let all = super::super::pods::list(wire, &KindRef::pods(), target.namespace(), &query).await;
    let all = all.map_err(refused)?;
    Ok(all
        .into_iter()
        .filter(|pod| is_controlled(pod, job.uid()))
        .collect())
}

/// The containers of a pod that are meant, those that ran before the others first.
fn containers(pod: &Json, named: Option<&str>) -> Vec<(String, String)> {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    let lists = ["initContainers", "containers"];
    let all = lists.map(|list| pod["spec"][list].as_array());
    let all = all.into_iter().flatten().flatten();
    let names = all.filter_map(|it| it["name"].as_str());
    names
        .filter(|container| named.is_none_or(|named| named == *container))
        .map(|container| (name.to_owned(), container.to_owned()))
        .collect()
}

/// All lines by their time, each with where it is from; and how many there are.
fn together(places: &[(String, String)], parts: &[Part]) -> (String, usize) {
    let mut lines: Vec<(Option<Timestamp>, String)> = Vec::new();
    let mut notes = String::new();
    for ((pod, container), part) in places.iter().zip(parts) {
        match part {
            Part::Silent(why) => {
                let _ = writeln!(notes, "# {pod} {container}: {why}");
            }
            Part::Said { text, whole } => {
                if !whole {
                    let most = MOST >> 20;
                    let _ = writeln!(notes, "# {pod} {container}: {most} MB of it were read");
                }
                // What has no time of its own belongs to what was said before it.
                let mut at = None;
                for line in text.lines() {
                    let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
                    let told = match time.parse::<Timestamp>() {
                        Ok(time) => {
                            at = Some(time);
                            format!("{time:.0} {pod} {container}: {rest}\n")
                        }
                        Err(_) => format!("{pod} {container}: {line}\n"),
                    };
                    lines.push((at, told));
                }
            }
        }
    }
    let count = lines.len();
    lines.sort_by_key(|(at, _)| *at);
    let mut text: String = lines.into_iter().map(|(_, line)| line).collect();
    text.push_str(&notes);
    (text, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    // row: A11, E5
    #[test]
    fn lines_of_all_pods_stand_by_their_time() {
        let place = |pod: &str| (pod.to_owned(), "main".to_owned());
        let said = |text: &str| Part::Said {
            text: text.to_owned(),
            whole: true,
        };
        let parts = [
            said("2026-11-22T02:00:01Z one\n2026-11-22T02:00:03.5Z three\n  at line 3\n"),
            said("2026-11-22T02:00:02.25Z two\n"),
            Part::Silent("it is waiting to start".to_owned()),
        ];
        let (text, count) = together(&[place("a"), place("b"), place("c")], &parts);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(count, 4);
        assert_eq!(
            lines,
            [
                "2026-11-22T02:00:01Z a main: one",
                "2026-11-22T02:00:02Z b main: two",
                "2026-11-22T02:00:03Z a main: three",
                "a main:   at line 3",
                "# c main: it is waiting to start",
            ]
        );
    }
}
