//! kubectl by its flags: what it is asked of what, and where.

mod rules;

pub use self::rules::look;

use super::shell::{Args, Call, Word};

/// The flags that take a value.
pub const VALUES: &[&str] = &[
    "-n",
    "--namespace",
    "--context",
    "--kubeconfig",
    "--cluster",
    "--user",
    "-c",
    "--container",
    "-l",
    "--selector",
    "-o",
    "--output",
    "--tail",
    "--since",
    "--since-time",
    "--replicas",
    "--current-replicas",
    "-p",
    "--patch",
    "--patch-file",
    "--type",
    "--sort-by",
    "--field-selector",
    "--timeout",
    "--to-revision",
    "--revision",
    "--grace-period",
    "--max-log-requests",
    "--request-timeout",
    "--as",
    "--image",
    "--from-literal",
    "--from-file",
];

/// One call of kubectl.
pub struct Kubectl<'a> {
    pub verb: &'a str,
    pub args: Args<'a>,
    /// Its words without the verb and, of `rollout`, `set` and `top`, what follows it.
    pub objects: Vec<&'a Word>,
    /// `restart` of `rollout restart`.
    pub second: Option<&'a str>,
}

impl<'a> Kubectl<'a> {
    pub fn new(call: &Call<'a>) -> Option<Self> {
        if call.program != "kubectl" {
            return None;
        }
        let is_logs = call.words.iter().any(|word| word.is("logs"));
        // `-p` of `logs` is `--previous`; `-f` is there `--follow`, else a file.
        let values: Vec<&str> = VALUES
            .iter()
            .copied()
            .filter(|flag| !(is_logs && *flag == "-p"))
            .chain((!is_logs).then_some("-f"))
            .chain((!is_logs).then_some("--filename"))
            .collect();
        let args = call.args(&values);
        let verb = &*args.plain.first()?.text;
        let leads = matches!(verb, "rollout" | "set" | "top" | "auth" | "config");
        let second = args.plain.get(1).filter(|_| leads).map(|it| &*it.text);
        let skipped = if leads { 2 } else { 1 };
        let objects = args.plain.iter().skip(skipped).copied().collect();
        Some(Self {
            verb,
            args,
            objects,
            second,
        })
    }

    /// The kind and name it is about: `deployment/backend`, `deployment backend`, `ingress main`.
    pub fn object(&self) -> Option<(String, &'a Word)> {
        let first = self.objects.first()?;
        if let Some((kind, _)) = first.text.split_once('/') {
            return Some((kind_of(kind)?.to_owned(), first));
        }
        let kind = kind_of(&first.text)?;
        Some((kind.to_owned(), self.objects.get(1)?))
    }

    pub fn name(object: &Word) -> &str {
        object
            .text
            .split_once('/')
            .map_or(&*object.text, |(_, name)| name)
    }
}

/// The kind that a word of kubectl's means.
pub fn kind_of(word: &str) -> Option<&'static str> {
    let word = word.split('.').next().unwrap_or_default();
    Some(match word {
        "deploy" | "deployment" | "deployments" => "deployment",
        "sts" | "statefulset" | "statefulsets" => "statefulset",
        "ds" | "daemonset" | "daemonsets" => "daemonset",
        "rs" | "replicaset" | "replicasets" => "replicaset",
        "job" | "jobs" => "job",
        "cj" | "cronjob" | "cronjobs" => "cronjob",
        "po" | "pod" | "pods" => "pod",
        "svc" | "service" | "services" => "service",
        "ing" | "ingress" | "ingresses" => "ingress",
        "no" | "node" | "nodes" => "node",
        "ns" | "namespace" | "namespaces" => "namespace",
        "pv" | "persistentvolume" | "persistentvolumes" => "persistentvolume",
        "cm" | "configmap" | "configmaps" => "configmap",
        "secret" | "secrets" => "secret",
        "ev" | "event" | "events" => "event",
        "hpa" => "hpa",
        _ => return None,
    })
}

/// Kinds that keep several pods.
pub fn keeps_pods(kind: &str) -> bool {
    matches!(
        kind,
        "deployment" | "statefulset" | "daemonset" | "replicaset" | "job" | "service"
    )
}
