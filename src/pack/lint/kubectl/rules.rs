//! What is wrong with a call of kubectl.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Kubectl, keeps_pods};
use crate::pack::lint::{
    material::{Context, Step},
    shell::{Call, Word},
};

/// Everything this kind of rule finds.
pub fn look(context: &Context<'_>) {
    for (step, call) in context.calls() {
        let Some(kubectl) = Kubectl::new(call) else {
            continue;
        };
        let one = One {
            context,
            step,
            call,
            kubectl,
        };
        one.scope();
        match one.kubectl.verb {
            "logs" => one.logs(),
            "exec" => one.exec(),
            "delete" => one.literal(),
            "scale" => one.scale(),
            "top" => one.top(),
            "set" => one.set(),
            "patch" => one.patch(),
            _ => {}
        }
    }
}

struct One<'a> {
    context: &'a Context<'a>,
    step: &'a Step<'a>,
    call: &'a Call<'a>,
    kubectl: Kubectl<'a>,
}

impl One<'_> {
    fn find(&self, rule: &'static str, word: &Word, subject: &str) {
        self.context
            .find(rule, self.step.script, word.place, subject);
    }

    /// Where it looks must not depend on what is current; the cockpit's own steps always say where.
    fn scope(&self) {
        let it = &self.kubectl;
        let nowhere = matches!(
            it.verb,
            "config" | "version" | "api-resources" | "explain" | "completion"
        );
        if nowhere || self.call.command.typed {
            return;
        }
        let desk = &self.context.material.desk;
        if let Some(context) = &desk.context
            && !it.args.has(&["--context", "--kubeconfig"])
        {
            self.find("kubectl-without-context", self.call.name, context);
        }
        let everywhere = ["-A", "--all-namespaces", "-n", "--namespace"];
        let wide = |kind: &str| matches!(kind, "node" | "namespace" | "persistentvolume");
        let kind = it
            .objects
            .first()
            .and_then(|word| super::kind_of(&word.text));
        let top_nodes = it.second.and_then(super::kind_of).is_some_and(wide);
        if !desk.namespaces.is_empty()
            && !it.args.has(&everywhere)
            && !kind.is_some_and(wide)
            && !top_nodes
        {
            self.find(
                "kubectl-without-namespace",
                self.call.name,
                &desk.namespaces[0],
            );
        }
    }

    fn logs(&self) {
        let it = &self.kubectl;
        if let Some(selector) = it.args.find(&["-l", "--selector"]) {
            if !it.args.has(&["--tail"]) && !it.args.has(&["-f", "--follow"]) {
                let value = selector.value.as_deref().unwrap_or_default();
                self.find("kubectl-logs-ten-lines", selector.word, value);
            }
            return;
        }
        let Some(object) = it.object() else {
            self.bare_name();
            return;
        };
        self.literal();
        if keeps_pods(&object.0) && !it.args.has(&["--all-pods"]) {
            self.find("kubectl-logs-one-pod", object.1, &object.1.text);
        }
    }

    /// A plain name is a pod's, and pods of a Deployment never have one that stays.
    fn bare_name(&self) {
        if let Some(word) = self.kubectl.objects.first() {
            self.literal_name(word);
        }
    }

    /// `pod/postgres-pod`, `pod postgres-pod`.
    fn literal(&self) {
        let object = self.kubectl.object();
        if let Some((_, word)) = object.filter(|(kind, _)| kind == "pod") {
            self.literal_name(word);
        }
    }

    fn literal_name(&self, word: &Word) {
        let name = Kubectl::name(word);
        if word.is_open() || name.contains(['<', '$', '/']) || is_pods(name) {
            return;
        }
        self.find("kubectl-literal-pod", word, name);
    }

    fn exec(&self) {
        let it = &self.kubectl;
        let inner = it.args.rest.and_then(<[Word]>::first);
        let program = inner.map_or("", |word| word.text.rsplit('/').next().unwrap_or_default());
        match it.object() {
            // A step says whether it is one of them, or each.
            Some((kind, word)) if keeps_pods(&kind) && !self.call.command.typed => {
                self.find("kubectl-exec-one-pod", word, &word.text);
            }
            Some(_) => self.literal(),
            None => self.bare_name(),
        }
        let reading = matches!(program, "df" | "du" | "free" | "top" | "uptime");
        let one = it.objects.first().filter(|word| !word.text.contains('/'));
        let one = one.filter(|_| !self.call.command.typed);
        if let (true, Some(_), Some(inner)) = (reading, one, inner) {
            self.find("kubectl-reads-one-pod", inner, program);
        }
        if let Some(inner) = inner.filter(|_| program == "promql") {
            self.find("kubectl-client-not-in-image", inner, program);
        }
    }

    fn top(&self) {
        let second = self.kubectl.second.unwrap_or_default();
        let kind = super::kind_of(second);
        if !matches!(kind, Some("pod" | "node")) {
            let word = self
                .kubectl
                .args
                .plain
                .get(1)
                .copied()
                .unwrap_or(self.call.name);
            self.find("kubectl-top-kind", word, second);
        }
    }

    fn scale(&self) {
        let it = &self.kubectl;
        let Some(replicas) = it.args.find(&["--replicas"]) else {
            let subject = it.object().map_or("", |(_, word)| &word.text);
            self.find("kubectl-scale-without-replicas", self.call.name, subject);
            return;
        };
        let Some((kind, object)) = it.object() else {
            return;
        };
        let Some(number) = replicas
            .value
            .as_deref()
            .and_then(|it| it.parse::<u32>().ok())
        else {
            return;
        };
        let name = Kubectl::name(object);
        if kind == "deployment" && keeps_data(name) {
            if number > 1 {
                self.find("kubectl-scales-a-database", object, name);
            }
            return;
        }
        let guarded = self.step.script.frame.counted;
        let knows = guarded || number == 0 || it.args.has(&["--current-replicas"]);
        if !knows && self.replicas_of(name).len() < 2 {
            self.find(
                "kubectl-scale-may-shrink",
                replicas.word,
                &number.to_string(),
            );
        }
    }

    /// The numbers of replicas that the text gives a workload: with two, a person sees which way it goes.
    fn replicas_of(&self, name: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (_, call) in self.context.calls() {
            let Some(other) = Kubectl::new(call).filter(|it| it.verb == "scale") else {
                continue;
            };
            let same = other
                .object()
                .is_some_and(|(_, word)| Kubectl::name(word) == name);
            if let Some(value) = other.args.value(&["--replicas"]).filter(|_| same) {
                all.insert(value.to_owned());
            }
        }
        all
    }

    fn set(&self) {
        if self.kubectl.second != Some("env") {
            return;
        }
        let Some((_, object)) = self.kubectl.object() else {
            return;
        };
        for word in self.kubectl.objects.iter().skip(1) {
            let Some((variable, value)) = word.text.split_once('=') else {
                continue;
            };
            if !names_a_host(variable) {
                continue;
            }
            let host = value.split_once("://").map_or(value, |(_, rest)| rest);
            let host = host.split([':', '/']).next().unwrap_or_default();
            if is_ordinal(host) {
                self.find("kubectl-pod-as-host", word, host);
            }
            self.alone(object, word, variable);
        }
    }

    /// A database's address is changed for one workload; what else is there may read the same.
    fn alone(&self, object: &Word, word: &Word, variable: &str) {
        let name = Kubectl::name(object);
        let mut others = BTreeSet::new();
        for (_, call) in self.context.calls() {
            let Some(other) = Kubectl::new(call) else {
                continue;
            };
            let Some((kind, word)) = other.object() else {
                continue;
            };
            let uses = matches!(
                &*kind,
                "deployment" | "cronjob" | "statefulset" | "daemonset"
            );
            let known = Kubectl::name(word);
            if uses && known != name && !known.contains(['<', '$']) {
                others.insert(known.to_owned());
            }
            let sets = other.second == Some("env");
            let same = other
                .objects
                .iter()
                .any(|it| it.text.starts_with(&format!("{variable}=")));
            if sets && same && known != name {
                return;
            }
        }
        if !others.is_empty() && !self.kubectl.args.has(&["--all"]) {
            let others: Vec<String> = others.into_iter().collect();
            self.find("kubectl-one-consumer-moved", word, &others.join(", "));
        }
    }

    fn patch(&self) {
        let Some((kind, _)) = self.kubectl.object() else {
            return;
        };
        let Some(patch) = self.kubectl.args.find(&["-p", "--patch"]) else {
            return;
        };
        let text = patch.value.as_deref().unwrap_or_default();
        let Ok(says) = serde_json::from_str::<Value>(text) else {
            return;
        };
        let none = says.pointer("/spec/rules").and_then(Value::as_array);
        let spec = says.get("spec");
        let target = spec.and_then(|spec| spec.get("defaultBackend"));
        let empty = none.is_some_and(Vec::is_empty) && target.is_none_or(Value::is_null);
        if kind == "ingress" && empty && !self.knows_backend() {
            self.find("kubectl-ingress-without-backend", patch.word, "rules: []");
            self.find("kubectl-ingress-switches-nothing", patch.word, "rules: []");
        }
    }
}

impl One<'_> {
    /// A guard stands on what was read of its default backend: all of its traffic is to go there.
    fn knows_backend(&self) -> bool {
        let script = self.step.script;
        let mut before = self.context.procedure(&script.procedure);
        let asks = |it: &Call<'_>| {
            let reads = it.command.typed && it.words.first().is_some_and(|word| word.is("get"));
            let backend = |word: &Word| word.text.contains("defaultBackend");
            reads && it.words.iter().any(backend)
        };
        script.frame.guarded && before.any(|it| it.order < self.step.order && it.calls().any(asks))
    }
}

/// Whether a name is one that a controller gives a pod: an ordinal, or a hash behind it.
fn is_pods(name: &str) -> bool {
    let last = name.rsplit('-').next().unwrap_or_default();
    let hash = last.len() == 5 && last.chars().any(|c| c.is_ascii_digit());
    is_ordinal(name) || hash
}

/// `postgres-1`, without a service behind it.
fn is_ordinal(name: &str) -> bool {
    let Some((base, ordinal)) = name.rsplit_once('-') else {
        return false;
    };
    !base.is_empty() && !ordinal.is_empty() && ordinal.chars().all(|c| c.is_ascii_digit())
}

fn names_a_host(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    [
        "_HOST",
        "_HOSTNAME",
        "_ADDR",
        "_ADDRESS",
        "_URL",
        "_DSN",
        "_ENDPOINT",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// Whether a workload is one of those that keep data on a volume of their own.
fn keeps_data(name: &str) -> bool {
    const KEEP: [&str; 12] = [
        "postgres",
        "pgsql",
        "mysql",
        "mariadb",
        "mongo",
        "redis",
        "etcd",
        "kafka",
        "rabbitmq",
        "elasticsearch",
        "cassandra",
        "clickhouse",
    ];
    let name = name.to_ascii_lowercase();
    let database = name == "db" || name == "database" || name.ends_with("-db");
    database || KEEP.iter().any(|it| name.starts_with(it))
}
