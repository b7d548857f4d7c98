//! Reading `[drill.*]`, with every mistake in its place.

use super::{DrillLimits, DrillSpec, check_of};
use crate::{
    domain::text::Text,
    pack::{
        condition::{ActionNames, Condition, Scope},
        manifest::{known as known_ids, span_of},
        reader::{Key, Node, Table},
        routine::{CheckSpec, Known, Way, calendar},
        watch::condition,
    },
};

/// What `watch.toml` gave that a drill may show by.
pub(in crate::pack) struct Names {
    pub alerts: Vec<String>,
    /// Those that say when they are over.
    pub recovering: Vec<String>,
    pub hooks: Vec<String>,
}

/// Reads the drills, and the checks by which they come due.
pub(in crate::pack) fn read(
    root: &Table<'_>,
    known: &Known<'_>,
    names: &Names,
    checks: &mut Vec<CheckSpec>,
) -> Vec<DrillSpec> {
    let tables = root.tables("drill").into_iter();
    tables
        .map(|(key, table)| {
            let (spec, ask) = drill(&key, table, known, names);
            let id = check_of(&spec.id);
            if checks.iter().any(|check| check.id == id) {
                root.sink.report(
                    key.span.clone(),
                    &format!("drill.{}", key.name),
                    format!("it comes due as the check `{id}`, which is there already"),
                    Some("call one of them otherwise".to_owned()),
                );
            } else if !spec.due.rules.is_empty() {
                checks.push(check(&spec, ask));
            }
            spec
        })
        .collect()
}

/// A person says that it was held, or holding it does.
fn check(spec: &DrillSpec, ask: Option<Text>) -> CheckSpec {
    CheckSpec {
        id: spec.check(),
        title: spec.title.clone(),
        role: spec.role.clone(),
        way: Way::Asked {
            ask: ask
                .or_else(|| spec.script.clone())
                .unwrap_or_else(|| spec.title.clone()),
        },
        reads: Vec::new(),
        due: spec.due.clone(),
        proposes: Vec::new(),
        links: Vec::new(),
    }
}

fn text(table: &Table<'_>, key: &str) -> Option<Text> {
    table.get(key).and_then(|node| node.text())
}

fn drill(
    key: &Key,
    table: Table<'_>,
    known: &Known<'_>,
    names: &Names,
) -> (DrillSpec, Option<Text>) {
    let scenario = table.get("scenario");
    let alerts = known_ids(table.get("alerts"), "alert", &names.alerts);
    let hooks = known_ids(table.get("hooks"), "hook", &names.hooks);
    let recovered = recovered(&table, known);
    let spec = DrillSpec {
        title: text(&table, "title").unwrap_or_else(|| Text::Same(key.name.clone())),
        kind: text(&table, "kind"),
        script: text(&table, "script"),
        scenario: scenario.as_ref().and_then(Node::str).map(str::to_owned),
        role: known.role(&table),
        right: known.actions(table.get("right")),
        also: known.actions(table.get("also")),
        limits: limits(&table),
        due: calendar(&table, known),
        id: key.name.clone(),
        alerts,
        hooks,
        recovered,
    };
    if let Some(action) = spec.also.iter().find(|action| spec.right.contains(action)) {
        let what = format!("`{action}` is right and `also`: once is enough");
        table.error(what, None);
    }
    let ask = text(&table, "ask");
    match &scenario {
        Some(_) => played(&table, &spec, names),
        None => by_hand(&table, &spec),
    }
    if let (Some(_), Some(node)) = (&scenario, table.get("ask")) {
        node.error("what is played is not asked for", None);
    }
    table.finish();
    (spec, ask)
}

fn recovered(table: &Table<'_>, known: &Known<'_>) -> Option<Condition> {
    let names = ActionNames {
        env: known.manifest.places.env_names(),
        actions: known.actions.clone(),
        ..ActionNames::default()
    };
    let node = table.get("recovered")?;
    condition(&node, Scope::Action(known.ids, &names), None)
}

/// Whether a list says nothing; of one that says what nobody knows that was told already.
fn says_nothing(table: &Table<'_>, key: &str) -> bool {
    let Some(node) = table.get(key) else {
        return true;
    };
    node.is_array() && node.array().is_some_and(|all| all.is_empty())
}

/// What is played must show, must have a right answer, and must be over one day: else nothing could be scored.
fn played(table: &Table<'_>, spec: &DrillSpec, names: &Names) {
    let by_alerts = !says_nothing(table, "alerts");
    if !by_alerts && says_nothing(table, "hooks") {
        let help = "name `alerts` or `hooks`".to_owned();
        table.error("nothing says by what it shows", Some(help));
    }
    if says_nothing(table, "right") {
        let help = "name the actions that are `right`".to_owned();
        table.error("no action is right in it", Some(help));
    }
    let first = spec.alerts.first();
    let over = match first {
        Some(alert) => names.recovering.contains(alert),
        // Whether an alert that is not known says so nobody can tell.
        None => by_alerts,
    };
    if table.get("recovered").is_none() && !over {
        let help = "write `recovered = 'CEL'`, or name an alert that has it first".to_owned();
        table.error("nothing says when it is over", Some(help));
    }
}

/// Of what is held by hand a person tells T0 and T1, and nothing else that could be measured.
fn by_hand(table: &Table<'_>, spec: &DrillSpec) {
    if (spec.limits.acknowledge, spec.limits.act) != (None, None)
        && let Some(node) = table.get("limits")
    {
        let what = "of a drill that is not played only T0 and T1 are told";
        node.error(what, Some("keep `recover` alone".to_owned()));
    }
    for key in ["alerts", "hooks", "right", "also", "recovered"] {
        if let Some(node) = table.get(key) {
            let help = "name the `scenario` that plays it".to_owned();
            node.error("a drill that is not played measures nothing", Some(help));
        }
    }
    if spec.due.rules.is_empty() && table.get("due").is_none() {
        let help = "name its `scenario`, or when it is `due`".to_owned();
        table.error("it is neither played nor due", Some(help));
    }
}

fn limits(table: &Table<'_>) -> DrillLimits {
    let Some(table) = table.get("limits").and_then(|node| node.table()) else {
        return DrillLimits::default();
    };
    let span = |key: &str| table.get(key).and_then(|node| span_of(&node));
    let limits = DrillLimits {
        acknowledge: span("acknowledge"),
        act: span("act"),
        recover: span("recover"),
    };
    if let (Some(act), Some(recover)) = (limits.act, limits.recover)
        && recover < act
    {
        table.error("it is to be over before anything right was done", None);
    }
    table.finish();
    limits
}
