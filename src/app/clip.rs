//! What `y` and `Y` put on the clipboard: the thing itself, or the command that shows the same.

use crate::domain::{
    alert::Alert, desk::Namespaces, manifest::text_of, pod::WorkloadKey, shell::quoted,
};

use super::{
    availability::{selected, top},
    browser::Browser,
    directory,
    document::{DocumentScreen, Form, Page},
    escalating, handover,
    happenings::workload_of,
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
        Some(Overlay::Browser(browser)) => browser.selected().map(|row| row.name.to_string()),
        Some(Overlay::Nodes(_)) => node_name(model).map(str::to_owned),
        Some(Overlay::Usage(screen)) => screen.selected().map(|line| line.pod.name.clone()),
        Some(Overlay::Document(screen)) => of_document(screen),
        Some(Overlay::Run(screen)) => Some(screen.id.to_string()),
        Some(Overlay::Incident(screen)) => Some(screen.incident(model)?.number.clone()),
        Some(Overlay::Paper(screen)) => Some(screen.text.clone()),
        Some(Overlay::Handover(screen)) => handover::shown(model, screen).ok(),
        Some(Overlay::Journal(screen)) => screen.run(model).map(|run| run.id.to_string()),
        Some(Overlay::Directory { selected }) => directory::entries(&model.pack, model.now.wall)
            .get(*selected)?
            .copied(),
        Some(Overlay::Escalation(screen)) => {
            escalating::about(model, screen).map(|line| escalating::words(model, line))
        }
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
        Some(Overlay::Run(screen)) => Some(format!("quarterdeck runs --attach {}", screen.id)),
        Some(Overlay::Incident(screen)) => {
            let number = &screen.incident(model)?.number;
            Some(format!("quarterdeck incident show {number}"))
        }
        Some(Overlay::Flow(screen)) => {
            Some(format!("quarterdeck flow show {}", screen.log(model)?.id))
        }
        Some(Overlay::Journal(screen)) => {
            let run = screen.run(model)?;
            Some(format!("quarterdeck runs --attach {}", run.id))
        }
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
        Some(Overlay::Browser(browser)) => Some(of_browser(model, browser)),
        Some(Overlay::Nodes(_)) => Some(match node_name(model) {
            Some(name) => format!("{} get node {} -o wide", kubectl_at(model), quoted(name)),
            None => format!("{} get nodes -o wide", kubectl_at(model)),
        }),
        Some(Overlay::Usage(screen)) => screen.selected().map(|line| {
            format!(
                "{} top pod {} --containers",
                kubectl(model, Some(&line.pod.namespace)),
                quoted(&line.pod.name)
            )
        }),
        Some(Overlay::Document(screen)) => Some(document_command(model, screen)),
        Some(_) => None,
        None => of_item(model, selected(model)?.1),
    }
}

/// The whole of what is code, the name of what is words.
fn of_document(screen: &DocumentScreen) -> Option<String> {
    match &screen.page {
        Page::Manifest(Some(page)) => Some(text_of(&page.lines)),
        Page::Diff(page) => {
            let lines = page.lines.iter().map(|line| line.text() + "\n");
            Some(lines.collect())
        }
        _ => screen.object().map(|key| key.name.to_string()),
    }
}

fn document_command(model: &Model, screen: &DocumentScreen) -> String {
    let Some(key) = screen.object() else {
        let kubectl = kubectl(model, None);
        return format!("{kubectl} get events --sort-by=.lastTimestamp");
    };
    let kubectl = match &key.namespace {
        Some(namespace) => kubectl(model, Some(namespace)),
        None => kubectl_at(model),
    };
    let name = quoted(&key.name);
    let resource = key.kind.resource();
    match &screen.page {
        Page::Describe(_) => format!("{kubectl} describe {resource} {name}"),
        Page::Manifest(page) => {
            let json = page.as_ref().is_some_and(|page| page.form == Form::Json);
            let form = if json { "json" } else { "yaml" };
            let managed = page.as_ref().is_some_and(|page| page.managed);
            let managed = if managed {
                " --show-managed-fields"
            } else {
                ""
            };
            format!("{kubectl} get {resource} {name} -o {form}{managed}")
        }
        // kubectl has no word for a workload with all it made.
        Page::Events(_) if workload_of(key).is_some() => {
            format!("{kubectl} get events --sort-by=.lastTimestamp")
        }
        Page::Events(_) => {
            let object = quoted(&format!("{resource}/{}", key.name));
            format!("{kubectl} events --for={object}")
        }
        Page::Rollouts(_) => format!("{kubectl} rollout history {resource}/{name}"),
        Page::Diff(page) => {
            let revision = page.from;
            format!("{kubectl} rollout history {resource}/{name} --revision={revision}")
        }
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

/// The node that is selected.
fn node_name(model: &Model) -> Option<&str> {
    let Some(Overlay::Nodes(table)) = top(model) else {
        return None;
    };
    let node = model.cluster.nodes.get(table.cursor.selected.as_ref()?)?;
    Some(&node.name)
}

/// The selected object of a browser, or all of its kind where none is selected.
fn of_browser(model: &Model, browser: &Browser) -> String {
    let kind = &browser.info.kind;
    let row = browser.selected();
    let at = if kind.namespaced {
        kubectl(model, row.and_then(|row| row.namespace.as_deref()))
    } else {
        kubectl_at(model)
    };
    let name = row.map_or_else(String::new, |row| format!(" {}", quoted(&row.name)));
    format!("{at} get {}{name} -o wide", quoted(&kind.resource()))
}

/// Context and namespace are always said, and the kubeconfig where kubectl would not find it by itself.
fn kubectl(model: &Model, namespace: Option<&str>) -> String {
    let namespace = match (namespace, &model.desk.namespaces) {
        (Some(namespace), _) => Some(namespace),
        (None, Namespaces::Some(names)) if names.len() == 1 => names.first().map(String::as_str),
        (None, _) => None,
    };
    let namespace = namespace.map_or("-A".to_owned(), |namespace| {
        format!("-n {}", quoted(namespace))
    });
    format!("{} {namespace}", kubectl_at(model))
}

/// The same for what has no namespace.
fn kubectl_at(model: &Model) -> String {
    let file = model
        .desk
        .kubeconfig
        .as_deref()
        .map(|file| format!(" --kubeconfig={}", quoted(file)));
    let context = quoted(&model.desk.context);
    format!("kubectl{} --context={context}", file.unwrap_or_default())
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
