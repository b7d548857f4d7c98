//! The step `exec`: a program in one pod of a target, or in each, with a verdict for each.

use std::{collections::BTreeSet, time::Duration};

use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{
    audit_id, exec,
    exec::{ExecError, Program},
    live::Live,
    pods::{Pod, pods_of},
    primary,
    steps::whole,
    wire::{self, Trouble, Wire},
};
use crate::{
    domain::{
        action::{
            refusal::Refusal,
            step::{Planned, Reach, Save, StepKind},
            target::Target,
            value::{ByPod, Value, Values},
            verdict::{Said, StepEnd, Stream},
        },
        object::KindRef,
    },
    runtime::executors::{
        Doing,
        output::{self, Aim, Ears, Heard, Written, read_out},
        secrets::Secret,
        step::{failed, limit, not_mine},
    },
};

/// How long a program may take where the step says nothing else.
const LIMIT: Duration = Duration::from_secs(120);
/// How long one that only reads may take.
const READ_LIMIT: Duration = Duration::from_secs(30);
/// In so many pods at once.
const AT_ONCE: usize = 4;
const DEFAULT: &str = "/metadata/annotations/kubectl.kubernetes.io~1default-container";

/// What is to be run where.
struct Call {
    namespace: String,
    /// Each with the container.
    pods: Vec<(String, String)>,
    argv: Vec<String>,
    stdin: Option<Vec<u8>>,
    /// What must not be shown of what it writes.
    hidden: Vec<Secret>,
}

/// How it ended in one pod.
enum Ended {
    Exited(i32, Heard, Heard),
    NotRun(String),
    Lost(String),
    NotBegun,
    Stopped,
}

/// Whether it can be run: somebody may, and there is a pod for it.
pub async fn look(
    wire: &Wire,
    step: &Planned,
    target: &Target,
    live: &Live,
) -> Result<(), Refusal> {
    let (namespace, _) = pods(wire, step, target, live).await?;
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": "create", "resource": "pods", "subresource": "exec", "namespace": namespace,
        }},
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = wire.post(path, &review).await;
    let answer =
        answer.map_err(|it| it.refusal("create", "selfsubjectaccessreviews", None, target))?;
    if answer["status"]["allowed"] == true {
        return Ok(());
    }
    let why = answer["status"]["reason"].as_str().unwrap_or_default();
    Err(Refusal::Forbidden {
        verb: "create".to_owned(),
        resource: "pods/exec".to_owned(),
        namespace: Some(namespace),
        why: crate::domain::clean::clean(why).into_owned(),
    })
}

/// Runs it, and tells what it writes as it comes.
pub async fn run(
    wire: &Wire,
    doing: &Doing<'_>,
    target: &Target,
    live: &Live,
    hidden: Vec<Secret>,
) -> StepEnd {
    let call = match call(wire, doing.step, target, live).await {
        Ok(call) => Call { hidden, ..call },
        Err(refusal) => return failed(&refusal),
    };
    let until = Instant::now() + limit(doing.step, LIMIT);
    let audit = audit_id(doing.run);
    let (call, audit) = (&call, &audit);
    let mut each: Vec<BoxFuture<'_, (String, Ended)>> = Vec::new();
    for pod in &call.pods {
        each.push(in_time(wire, call, pod, doing, audit, until).boxed());
    }
    let ended: Vec<(String, Ended)> = stream::iter(each).buffered(AT_ONCE).collect().await;
    end(&ended, doing.step.save.as_ref())
}

/// In one pod, as long as it may.
async fn in_time(
    wire: &Wire,
    call: &Call,
    pod: &(String, String),
    doing: &Doing<'_>,
    audit: &str,
    until: Instant,
) -> (String, Ended) {
    let ears = Ears {
        tell: Some(doing.output),
        step: doing.place,
        of: Some(pod.0.clone()),
    };
    if doing.cancel.is_cancelled() {
        return (pod.0.clone(), Ended::NotBegun);
    }
    if Instant::now() >= until {
        let why = "the time was over before it began".to_owned();
        return (pod.0.clone(), Ended::NotRun(why));
    }
    let ended = tokio::select! {
        biased;
        () = doing.cancel.cancelled() => Ended::Stopped,
        () = tokio::time::sleep_until(until) => {
            Ended::Lost("it was still running when its time was over".to_owned())
        }
        ended = one(wire, call, pod, ears, Some(audit)) => ended,
    };
    (pod.0.clone(), ended)
}

/// Runs one that only reads, and gives what it parsed.
pub async fn read(
    wire: &Wire,
    step: &Planned,
    target: &Target,
    live: &Live,
    hidden: Vec<Secret>,
) -> Result<Values, Refusal> {
    let unreadable = |why: String| Refusal::unreadable(target.to_string(), why);
    let call = call(wire, step, target, live).await?;
    let call = Call { hidden, ..call };
    let limit = limit(step, READ_LIMIT);
    let call = &call;
    let mut each: Vec<BoxFuture<'_, Result<(&str, Values), String>>> = Vec::new();
    for pod in &call.pods {
        each.push(read_one(wire, step, call, pod).boxed());
    }
    let reading = stream::iter(each).buffered(AT_ONCE).try_collect::<Vec<_>>();
    let late = || format!("it was still running after {} s", limit.as_secs());
    match tokio::time::timeout(limit, reading).await {
        Ok(read) => Ok(together(&read.map_err(unreadable)?)),
        Err(_) => output::unasked(step.save.as_ref(), &late()).ok_or_else(|| unreadable(late())),
    }
}

/// What one pod says; what does not end well says nothing.
async fn read_one<'a>(
    wire: &Wire,
    step: &Planned,
    call: &Call,
    pod: &'a (String, String),
) -> Result<(&'a str, Values), String> {
    let read = match one(wire, call, pod, Ears::default(), None).await {
        Ended::Exited(0, out, _) => read_out(step, &out),
        Ended::Exited(rc, out, err) => {
            output::ended(step.save.as_ref(), Aim::Read, rc, (&out, &err))
        }
        Ended::NotRun(why) | Ended::Lost(why) => {
            output::unasked(step.save.as_ref(), &why).ok_or(why)
        }
        Ended::NotBegun | Ended::Stopped => Err("it was stopped".to_owned()),
    };
    let several = call.pods.len() > 1;
    read.map(|values| (pod.0.as_str(), values)).map_err(|why| {
        if several {
            format!("{}: {why}", pod.0)
        } else {
            why
        }
    })
}

/// What several pods say, as one. Where they differ, by the name of each, so that none hides behind another; lists as one
/// list, since they are what is acted on. What one of them does not say is not known.
fn together(each: &[(&str, Values)]) -> Values {
    let names: BTreeSet<&String> = each.iter().flat_map(|(_, said)| said.keys()).collect();
    let all = names.into_iter().filter_map(|name| {
        let said = each.iter().map(|(pod, one)| Some((*pod, one.get(name)?)));
        let said: Option<Vec<(&str, &Value)>> = said.collect();
        Some((name.clone(), as_one(&said?)?))
    });
    all.collect()
}

fn as_one(said: &[(&str, &Value)]) -> Option<Value> {
    let ((_, first), rest) = said.split_first()?;
    if rest.iter().all(|(_, it)| it == first) {
        return Some((*first).clone());
    }
    let lists = said.iter().map(|(_, it)| match it {
        Value::List(items) => Some(items),
        _ => None,
    });
    if let Some(lists) = lists.collect::<Option<Vec<&Vec<Value>>>>() {
        return Some(Value::List(lists.into_iter().flatten().cloned().collect()));
    }
    let said = said.iter();
    let said = said.map(|(pod, value)| ((*pod).to_owned(), (*value).clone()));
    Some(Value::ByPod(ByPod {
        said: said.collect(),
    }))
}

async fn call(wire: &Wire, step: &Planned, target: &Target, live: &Live) -> Result<Call, Refusal> {
    let StepKind::Exec { argv, stdin, .. } = &step.kind else {
        return Err(not_mine(step));
    };
    let (namespace, pods) = pods(wire, step, target, live).await?;
    Ok(Call {
        namespace,
        pods,
        argv: argv.iter().map(whole).collect::<Result<_, _>>()?,
        stdin: stdin
            .as_ref()
            .map(whole)
            .transpose()?
            .map(String::into_bytes),
        hidden: Vec::new(),
    })
}

/// The namespace, and the pods with the container in each.
async fn pods(
    wire: &Wire,
    step: &Planned,
    target: &Target,
    live: &Live,
) -> Result<(String, Vec<(String, String)>), Refusal> {
    let StepKind::Exec {
        container, reach, ..
    } = &step.kind
    else {
        return Err(not_mine(step));
    };
    let pods = pods_of(wire, target, live).await;
    let pods =
        pods.map_err(|it: Trouble| it.refusal("list", "pods", target.namespace(), target))?;
    let is_pod = wire::kind_of(target).is_ok_and(|kind| *kind == KindRef::pods());
    let primary: Pod;
    let chosen: Vec<&Pod> = match reach {
        Reach::Primary { user, database } => {
            let of = (user.as_deref(), database.as_str());
            primary = primary::find(wire, target, &pods, container.as_deref(), of).await?;
            vec![&primary]
        }
        // One that is named is meant, ready or not.
        Reach::One if is_pod => pods.iter().collect(),
        Reach::One => pods.iter().find(|pod| pod.is_ready()).into_iter().collect(),
        Reach::Each => pods.iter().filter(|pod| pod.lives()).collect(),
    };
    if chosen.is_empty() {
        let which = if *reach == Reach::One {
            "ready pod"
        } else {
            "pod"
        };
        let why = format!("{target} has no {which}");
        return Err(Refusal::Unreadable {
            what: "exec".to_owned(),
            why,
        });
    }
    let named = |pod: &Pod| Ok((pod.name.clone(), container_of(pod, container.as_deref())?));
    let named = chosen
        .into_iter()
        .map(named)
        .collect::<Result<_, Refusal>>()?;
    Ok((target.namespace().unwrap_or_default().to_owned(), named))
}

/// The container: the one that is named, the one that is marked, the only one.
pub(super) fn container_of(pod: &Pod, named: Option<&str>) -> Result<String, Refusal> {
    let live = Live(pod.object.clone());
    let containers = live.at("/spec/containers").and_then(Json::as_array);
    let names = containers
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str());
    let names: Vec<&str> = names.collect();
    let wanted = named.or_else(|| live.text(DEFAULT)).or(match names[..] {
        [only] => Some(only),
        _ => None,
    });
    match wanted {
        Some(name) if names.contains(&name) => Ok(name.to_owned()),
        Some(name) => Err(Refusal::NotFound {
            target: format!("pod/{}: container {name}", pod.name),
        }),
        None => Err(Refusal::Unreadable {
            what: format!("pod/{}", pod.name),
            why: format!("it has several containers: {}", names.join(", ")),
        }),
    }
}

async fn one(
    wire: &Wire,
    call: &Call,
    (pod, container): &(String, String),
    ears: Ears<'_>,
    audit: Option<&str>,
) -> Ended {
    let program = Program {
        namespace: &call.namespace,
        pod,
        container: Some(container),
        argv: &call.argv,
        stdin: call.stdin.as_deref(),
        audit,
    };
    let mut out = Written::new(ears.clone(), Stream::Out, &call.hidden);
    let mut err = Written::new(ears, Stream::Err, &call.hidden);
    let mut hear = |stream: Stream, piece: &[u8]| match stream {
        Stream::Err => err.feed(piece),
        _ => out.feed(piece),
    };
    let ran = exec::exec_heard(&wire.client, &program, &mut hear).await;
    let (out, err) = (out.end(), err.end());
    match ran {
        Ok(ran) => match ran.rc {
            Some(rc) => Ended::Exited(rc, out, err),
            None => Ended::Lost("its exit code is not known".to_owned()),
        },
        Err(ExecError::Lost(why)) => Ended::Lost(why),
        Err(error) => Ended::NotRun(error.to_string()),
    }
}

/// What came of all of them.
fn end(ended: &[(String, Ended)], save: Option<&Save>) -> StepEnd {
    let (mut said, mut bad, mut unknown, mut stopped) = (Vec::new(), Vec::new(), false, false);
    for (pod, ended) in ended {
        let (name, value) = match ended {
            Ended::Exited(rc, out, err) => {
                if *rc != 0
                    && let Err(why) = output::ended(save, Aim::Act, *rc, (out, err))
                {
                    bad.push(format!("{pod}: {why}"));
                }
                ("rc", Value::Int((*rc).into()))
            }
            Ended::NotRun(why) => {
                bad.push(format!("{pod}: {why}"));
                ("not-run", Value::text(why.as_str()))
            }
            Ended::Lost(why) => {
                unknown = true;
                bad.push(format!("{pod}: {why}"));
                ("unknown", Value::text(why.as_str()))
            }
            Ended::NotBegun => {
                stopped = true;
                ("not-run", Value::text("stopped"))
            }
            Ended::Stopped => {
                stopped = true;
                bad.push(format!("{pod}: it was running when it was stopped"));
                ("unknown", Value::text("stopped"))
            }
        };
        said.push(Said {
            name: name.to_owned(),
            of: Some(pod.clone()),
            value,
        });
    }
    let well = ended
        .iter()
        .filter(|(_, it)| matches!(it, Ended::Exited(0, _, _)))
        .map(|(pod, _)| pod.as_str());
    let well: Vec<&str> = well.collect();
    if !well.is_empty() && !bad.is_empty() {
        bad.push(format!("exit 0: {}", well.join(", ")));
    }
    let why = bad.join("; ");
    if stopped {
        let nothing = ended
            .iter()
            .all(|(_, it)| matches!(it, Ended::NotBegun | Ended::NotRun(_)));
        let done = if why.is_empty() { well.join(", ") } else { why };
        return StepEnd::Cancelled {
            done: (!nothing).then_some(done),
        };
    }
    if unknown {
        return StepEnd::Unknown { why };
    }
    if !why.is_empty() {
        return StepEnd::Failed { why };
    }
    let outs = ended.iter().filter_map(|(pod, it)| match it {
        Ended::Exited(rc, out, err) => {
            Some((pod.as_str(), output::ended(save, Aim::Act, *rc, (out, err))))
        }
        _ => None,
    });
    match outs
        .map(|(pod, out)| Ok((pod, out.map_err(|why| format!("{pod}: {why}"))?)))
        .collect::<Result<Vec<_>, String>>()
    {
        Ok(saved) => StepEnd::Done {
            said,
            saved: together(&saved),
        },
        // It was done; but those after it were to build on what it said.
        Err(why) => StepEnd::Unknown {
            why: format!("exit 0, but what it said can't be used: {why}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // row: G6, A1, C18
    #[test]
    fn no_pod_hides_behind_another() {
        let said = |full: &str, count: i64| -> Values {
            let values = [("full", Value::text(full)), ("count", Value::Int(count))];
            values.map(|(name, value)| (name.to_owned(), value)).into()
        };
        let well = said("", 3);
        assert_eq!(together(&[("a", well.clone()), ("b", well.clone())]), well);
        let all = together(&[
            ("a", well.clone()),
            ("b", said("85% /data", 4)),
            ("c", well),
        ]);
        let told = |name: &str| all[name].to_string();
        assert_eq!(told("full"), "b: 85% /data");
        assert_eq!(told("count"), "b: 4, a: 3, c: 3");
        assert_eq!(all["count"].each().len(), 3);
        let silent = together(&[("a", said("", 1)), ("b", Values::new())]);
        assert!(silent.is_empty(), "what one does not say is not known");
        let list = |items: &[&str]| -> Values {
            let items = items.iter().map(|it| Value::text(*it)).collect();
            [("lines".to_owned(), Value::List(items))].into()
        };
        let lists = together(&[("a", list(&["1", "2"])), ("b", list(&["3"]))]);
        assert_eq!(lists, list(&["1", "2", "3"]));
    }
}
