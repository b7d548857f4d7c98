//! What `y` and `Y` put on the clipboard: the thing itself, or the command that shows the same.

use crate::domain::{alert::Alert, desk::Namespaces, pod::WorkloadKey};

use super::{
    availability::{selected, top},
    model::Model,
    overlay::Overlay,
    view::Item,
};

/// The name of what is selected or open.
pub fn text(model: &Model) -> Option<String> {
    match top(model) {
        Some(Overlay::Pod(screen)) => Some(screen.key.name.clone()),
        Some(Overlay::Explain(screen)) => Some(screen.key.name.clone()),
        Some(Overlay::Alert { fingerprint, .. }) => model
            .alerts
            .alerts
            .get(fingerprint)
            .map(|line| labels_of(&line.alert)),
        Some(Overlay::Chart(chart)) => Some(chart.expr.clone()),
        Some(_) => None,
        None => match selected(model)?.1 {
            Item::Pod(uid) => model.cluster.pods.get(uid).map(|pod| pod.name.to_string()),
            Item::Workload(key) => Some(key.name.to_string()),
            Item::Alert(fingerprint) => model
                .alerts
                .alerts
                .get(fingerprint)
                .map(|line| labels_of(&line.alert)),
            Item::AlertGroup(name) => Some(name.clone()),
            Item::Slo(id) => Some(id.to_string()),
            Item::Gauge(id) => Some(id.to_string()),
            Item::Queue(id) => Some(id.to_string()),
            Item::Change(_) => None,
        },
    }
}

/// The `kubectl` or `amtool` command, or the `PromQL`, that shows what is selected or open.
pub fn command(model: &Model) -> Option<String> {
    match top(model) {
        Some(Overlay::Pod(screen)) => Some(format!(
            "{} describe pod {}",
            kubectl(model, Some(&screen.key.namespace)),
            quoted(&screen.key.name)
        )),
        Some(Overlay::Alert { fingerprint, .. }) => model
            .alerts
            .alerts
            .get(fingerprint)
            .map(|line| amtool(model, &line.alert)),
        Some(Overlay::Chart(chart)) => Some(chart.expr.clone()),
        Some(_) => None,
        None => of_item(model, selected(model)?.1),
    }
}

fn of_item(model: &Model, item: &Item) -> Option<String> {
    match item {
        Item::Pod(uid) => {
            let pod = model.cluster.pods.get(uid)?;
            Some(format!(
                "{} get pod {} -o wide",
                kubectl(model, Some(&pod.namespace)),
                quoted(&pod.name)
            ))
        }
        Item::Workload(key) => Some(format!(
            "{} get {} -o wide",
            kubectl(model, Some(&key.namespace)),
            resource(key)
        )),
        Item::Alert(fingerprint) => model
            .alerts
            .alerts
            .get(fingerprint)
            .map(|line| amtool(model, &line.alert)),
        Item::AlertGroup(name) => Some(format!(
            "{} alert query {}",
            amtool_at(model),
            quoted(&format!("alertname={name}"))
        )),
        Item::Gauge(id) => {
            let line = model.board.gauges.iter().find(|line| line.spec.id == *id)?;
            model.queries.get(&line.spec.probe).cloned()
        }
        Item::Queue(id) => {
            let line = model.board.queues.iter().find(|line| line.spec.id == *id)?;
            model.queries.get(&line.spec.depth).cloned()
        }
        Item::Slo(id) => {
            let line = model.board.slos.iter().find(|line| line.spec.id == *id)?;
            let errors = model.queries.get(&line.spec.errors("5m"))?;
            let total = model.queries.get(&line.spec.total("5m"))?;
            Some(format!("1 - ({errors}) / ({total})"))
        }
        Item::Change(_) => None,
    }
}

/// Context and namespace are always said, and the kubeconfig where kubectl would not find it by itself.
fn kubectl(model: &Model, namespace: Option<&str>) -> String {
    let file = model
        .desk
        .kubeconfig
        .as_deref()
        .map(|file| format!(" --kubeconfig={}", quoted(file)));
    let namespace = match (namespace, &model.desk.namespaces) {
        (Some(namespace), _) => Some(namespace),
        (None, Namespaces::Some(names)) if names.len() == 1 => names.first().map(String::as_str),
        (None, _) => None,
    };
    let namespace = namespace.map_or("-A".to_owned(), |namespace| {
        format!("-n {}", quoted(namespace))
    });
    let context = quoted(&model.desk.context);
    format!(
        "kubectl{} --context={context} {namespace}",
        file.unwrap_or_default()
    )
}

fn resource(key: &WorkloadKey) -> String {
    quoted(&format!("{}/{}", key.kind.to_lowercase(), key.name))
}

fn amtool(model: &Model, alert: &Alert) -> String {
    let matchers: Vec<String> = alert
        .labels
        .iter()
        .map(|(name, value)| quoted(&format!("{name}={value:?}")))
        .collect();
    format!("{} alert query -a {}", amtool_at(model), matchers.join(" "))
}

fn amtool_at(model: &Model) -> String {
    match &model.desk.alertmanager {
        Some(url) => format!("amtool --alertmanager.url={}", quoted(url)),
        None => "amtool".to_owned(),
    }
}

fn labels_of(alert: &Alert) -> String {
    let labels: Vec<String> = alert
        .labels
        .iter()
        .filter(|(name, _)| *name != "alertname")
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    format!("{}{{{}}}", alert.name, labels.join(","))
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_stays_one_word_in_a_shell() {
        assert_eq!(quoted("export-worker"), "export-worker");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $(x)"), r"'it'\''s $(x)'");
    }
}
