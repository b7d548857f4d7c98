//! `pack.toml`: who and where.

use std::{collections::BTreeMap, time::Duration};

use jiff::tz::TimeZone;

use super::{
    holidays::{Years, on_days},
    nearest::suggestion,
    places::{self, Places},
    reader::{Key, Node, Table},
    severity::SeveritySpec,
    value::{Hour, Span, Url},
};
use crate::domain::{
    alert::Severity,
    calendar::{Hours, Shift},
    desk::Namespaces,
    text::Text,
};

/// Where a pack's desk looks when nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeskDefaults {
    pub context: Option<String>,
    /// Everything of this team runs beside any cluster: `cluster = false`.
    pub no_cluster: bool,
    pub namespaces: Option<Namespaces>,
    /// Names of sources in the configuration.
    pub prometheus: Option<String>,
    pub alertmanager: Option<String>,
    /// The environment it is: `[environment.prod]`.
    pub environment: Option<String>,
}

/// A role people take on a shift or in an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub id: String,
    pub title: Text,
    pub duty: Option<Text>,
    /// Roles it escalates to, in order.
    pub escalates_to: Vec<String>,
}

/// A way to reach people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: String,
    pub title: Text,
    /// The roles it reaches; none means everybody.
    pub roles: Vec<String>,
    /// How, one way or several: `pagerduty:glancy-prod`, `im:#glancy-ops`, `tel:+86…`.
    pub via: Vec<String>,
    /// When; none means always.
    pub hours: Option<Hours>,
}

/// Somebody outside of the team whom its runbook names, and mostly gives no contact of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    pub id: String,
    pub title: Text,
    pub via: Vec<String>,
}

/// Who is called after whom, for some severities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub id: String,
    pub severities: Vec<String>,
    /// Contact that calls.
    pub contact: Option<String>,
    /// Roles, first called first.
    pub roles: Vec<String>,
}

/// A page in a browser, or the name of one the runbook gives no address of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    pub id: String,
    pub title: Text,
    pub url: Option<String>,
    /// What to ask there: `{app="glancy-backend"}`.
    pub query: Option<String>,
}

/// The id of the desk without a pack.
pub(super) const GENERIC: &str = "generic";

/// Everything `pack.toml` says.
pub(super) struct Manifest {
    pub id: String,
    pub title: Text,
    pub zone: TimeZone,
    pub incident_id: Option<String>,
    pub drill_id: Option<String>,
    pub desk: DeskDefaults,
    pub severities: Vec<SeveritySpec>,
    pub shifts: Vec<Shift>,
    /// Hours with a name, which conditions may ask for.
    pub windows: Vec<Shift>,
    pub roles: Vec<Role>,
    pub contacts: Vec<Contact>,
    pub vendors: Vec<Vendor>,
    pub chains: Vec<Chain>,
    pub links: Vec<PageLink>,
    pub places: Places,
}

/// Reads the file; what is missing is reported and stands as its default.
pub(super) fn read(root: Table<'_>, holidays: &Years) -> Manifest {
    let mut manifest = Manifest {
        id: String::new(),
        title: Text::default(),
        zone: TimeZone::UTC,
        incident_id: None,
        drill_id: None,
        desk: DeskDefaults::default(),
        severities: severities(&root),
        shifts: root
            .tables("shift")
            .into_iter()
            .filter_map(|entry| shift(entry, holidays))
            .collect(),
        windows: root
            .tables("window")
            .into_iter()
            .filter_map(|entry| shift(entry, holidays))
            .collect(),
        roles: Vec::new(),
        contacts: Vec::new(),
        vendors: Vec::new(),
        chains: Vec::new(),
        links: root.tables("link").into_iter().map(link).collect(),
        places: places::read(&root),
    };
    if let Some(table) = root.require("pack").and_then(|node| node.table()) {
        identity(table, &mut manifest);
    }
    if let Some(table) = root.get("desk").and_then(|node| node.table()) {
        manifest.desk = desk(table, &manifest.places);
    }
    people(&root, &mut manifest, holidays);
    acceptances(&root);
    root.finish();
    manifest
}

/// What the linter finds and the pack lets stand: only that it is written whole is looked at here.
fn acceptances(root: &Table<'_>) {
    let all = root.get("accept").and_then(|node| node.array());
    for table in all.into_iter().flatten().filter_map(|node| node.table()) {
        if let Some(node) = table.require("rule")
            && let Some(rule) = node.str()
            && !super::lint::rules().contains_key(rule)
        {
            let rules = super::lint::rules().keys().map(String::as_str);
            node.error(
                format!("there is no rule `{rule}`"),
                suggestion(rule, rules),
            );
        }
        let _ = table.require("at").and_then(|node| node.str());
        let _ = table.require("because").and_then(|node| node.text());
        table.finish();
    }
}

fn identity(table: Table<'_>, manifest: &mut Manifest) {
    if let Some(node) = table.require("id")
        && let Some(id) = node.str()
    {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id == GENERIC {
            node.error("this is the name of the desk without a pack", None);
        } else if id.chars().all(plain) {
            id.clone_into(&mut manifest.id);
        } else {
            let help = "lower case letters, digits and `-`".to_owned();
            node.error(format!("`{id}` is not the id of a pack"), Some(help));
        }
    }
    if let Some(title) = table.require("title").and_then(|node| node.text()) {
        manifest.title = title;
    }
    if let Some(node) = table.require("time_zone")
        && let Some(name) = node.str()
    {
        if let Ok(zone) = TimeZone::get(name) {
            manifest.zone = zone;
            name.clone_into(&mut manifest.places.zone);
        } else {
            let names: Vec<String> = jiff::tz::db()
                .available()
                .map(|zone| zone.to_string())
                .collect();
            let near = crate::domain::nearest::nearest(name, names.iter().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            node.error(format!("`{name}` is no time zone"), help);
        }
    }
    manifest.incident_id = series(&table, "incident");
    manifest.drill_id = series(&table, "drill");
    table.finish();
}

/// How incidents or drills are numbered: `INC-%Y-%m%d-{nn}`.
fn series(table: &Table<'_>, of: &str) -> Option<String> {
    let node = table.get(&format!("{of}_id"))?;
    let pattern = node.str()?;
    if pattern.matches("{n").count() == 1 && pattern.contains("%Y") {
        return Some(pattern.to_owned());
    }
    let help = "write `INC-%Y-%m%d-{nn}`: a date and one number".to_owned();
    node.error(format!("`{pattern}` gives no {of} its own id"), Some(help));
    None
}

fn desk(table: Table<'_>, places: &Places) -> DeskDefaults {
    let text = |key: &str| {
        table
            .get(key)
            .and_then(|node| node.str())
            .map(str::to_owned)
    };
    let cluster = table.get("cluster").and_then(|node| node.boolean());
    if let (Some(false), Some(node)) = (cluster, table.get("context")) {
        node.error("a context of no cluster", None);
    }
    let desk = DeskDefaults {
        context: text("context"),
        no_cluster: cluster == Some(false),
        prometheus: text("prometheus"),
        alertmanager: text("alertmanager"),
        environment: known(
            table.get("environment"),
            "environment",
            &places
                .environments
                .iter()
                .map(|one| one.id.clone())
                .collect::<Vec<_>>(),
        )
        .pop(),
        namespaces: table.get("namespaces").map(|node| {
            let names: Vec<String> = node
                .strings()
                .into_iter()
                .map(|(_, name)| name.to_owned())
                .collect();
            if names.iter().any(|name| name == "*") {
                Namespaces::All
            } else {
                Namespaces::Some(names)
            }
        }),
    };
    table.finish();
    desk
}

fn severities(root: &Table<'_>) -> Vec<SeveritySpec> {
    const RANKS: [Severity; 4] = [Severity::S1, Severity::S2, Severity::S3, Severity::S4];
    let mut severities = Vec::new();
    for (index, (key, table)) in root.tables("severity").into_iter().enumerate() {
        let Some(rank) = RANKS.get(index) else {
            table.error(
                "a pack has at most four severities, the gravest first",
                None,
            );
            break;
        };
        severities.push(severity(&key, table, *rank));
    }
    severities
}

fn severity(key: &Key, table: Table<'_>, rank: Severity) -> SeveritySpec {
    let text = |name: &str| table.get(name).and_then(|node| node.text());
    let span = |name: &str| table.get(name).and_then(|node| span_of(&node));
    let spec = SeveritySpec {
        id: key.name.clone(),
        rank,
        title: text("title").unwrap_or_else(|| Text::Same(key.name.clone())),
        respond: table.require("respond").and_then(|node| span_of(&node)),
        restore: span("restore"),
        criteria: text("criteria"),
        may: text("may"),
        channels: table
            .get("channels")
            .map(|node| node.strings())
            .unwrap_or_default()
            .into_iter()
            .map(|(_, channel)| channel.to_owned())
            .collect(),
        maps_from: table
            .get("maps_from")
            .and_then(|node| node.table())
            .map(|table| matchers(&table))
            .unwrap_or_default(),
    };
    table.finish();
    spec
}

/// Labels and the values they may have.
pub(super) fn matchers(table: &Table<'_>) -> BTreeMap<String, Vec<String>> {
    let entries = table.entries().into_iter().map(|(key, node)| {
        let values = node.strings().into_iter().map(|(_, text)| text.to_owned());
        (key.name, values.collect())
    });
    let matchers: BTreeMap<String, Vec<String>> = entries.collect();
    if matchers.is_empty() {
        table.error("no label is named", None);
    }
    matchers
}

pub(super) fn span_of(node: &Node<'_>) -> Option<Duration> {
    node.parsed::<Span>().map(|span| span.0)
}

fn shift((key, table): (Key, Table<'_>), holidays: &Years) -> Option<Shift> {
    let title = table.get("title").and_then(|node| node.text());
    let hours = hours_of(&table, holidays);
    table.finish();
    Some(Shift {
        title: title.unwrap_or_else(|| Text::Same(key.name.clone())),
        id: key.name,
        hours: hours?,
    })
}

/// `from`, `to` and `days`.
fn hours_of(table: &Table<'_>, holidays: &Years) -> Option<Hours> {
    let hour = |name: &str| table.require(name)?.parsed::<Hour>().map(|hour| hour.0);
    let (from, to) = (hour("from"), hour("to"));
    let days = on_days(table, "days", holidays);
    Some(Hours {
        from: from?,
        to: to?,
        days: days?,
    })
}

fn link((key, table): (Key, Table<'_>)) -> PageLink {
    let title = table.require("title").and_then(|node| node.text());
    let link = PageLink {
        id: key.name,
        title: title.unwrap_or_default(),
        url: table
            .get("url")
            .and_then(|node| node.parsed::<Url>())
            .map(|url| url.0),
        query: table
            .get("query")
            .and_then(|node| node.str())
            .map(str::to_owned),
    };
    table.finish();
    link
}

/// Roles, contacts and chains, whose names of each other must exist.
fn people(root: &Table<'_>, manifest: &mut Manifest, holidays: &Years) {
    let roles = root.tables("role");
    let contacts = root.tables("contact");
    let ids = |tables: &[(Key, Table<'_>)]| -> Vec<String> {
        tables.iter().map(|(key, _)| key.name.clone()).collect()
    };
    let (role_ids, contact_ids) = (ids(&roles), ids(&contacts));
    let severity_ids: Vec<String> = manifest
        .severities
        .iter()
        .map(|severity| severity.id.clone())
        .collect();
    let title = |table: &Table<'_>| table.require("title").and_then(|node| node.text());
    for (key, table) in roles {
        manifest.roles.push(Role {
            id: key.name,
            title: title(&table).unwrap_or_default(),
            duty: table.get("duty").and_then(|node| node.text()),
            escalates_to: known(table.get("escalates_to"), "role", &role_ids),
        });
        table.finish();
    }
    for (key, table) in contacts {
        let via = ways(table.require("via"));
        manifest.contacts.push(Contact {
            id: key.name,
            title: title(&table).unwrap_or_default(),
            roles: known(table.get("roles"), "role", &role_ids),
            via,
            hours: table.get("hours").and_then(|node| {
                let table = node.table()?;
                let hours = hours_of(&table, holidays);
                table.finish();
                hours
            }),
        });
        table.finish();
    }
    for (key, table) in root.tables("vendor") {
        manifest.vendors.push(Vendor {
            id: key.name,
            title: title(&table).unwrap_or_default(),
            via: ways(table.get("via")),
        });
        table.finish();
    }
    for (key, table) in root.tables("chain") {
        manifest.chains.push(Chain {
            id: key.name,
            severities: known(table.require("severities"), "severity", &severity_ids),
            contact: known(table.get("contact"), "contact", &contact_ids).pop(),
            roles: known(table.require("roles"), "role", &role_ids),
        });
        table.finish();
    }
}

/// One way to reach somebody, or several: `tel:…`, `["tel:…", "mail:…"]`.
fn ways(node: Option<Node<'_>>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    if let Some(one) = node.if_str() {
        return vec![one.to_owned()];
    }
    let strings = node.strings();
    strings.into_iter().map(|(_, way)| way.to_owned()).collect()
}

/// The names in a value, each of which must be one of the ids.
pub(super) fn known(node: Option<Node<'_>>, kind: &str, ids: &[String]) -> Vec<String> {
    let names = node.map(|node| node.strings()).unwrap_or_default();
    let mut found = Vec::new();
    for (node, name) in names {
        if ids.iter().any(|id| id == name) {
            found.push(name.to_owned());
        } else {
            let help = suggestion(name, ids.iter().map(String::as_str));
            node.error(format!("this pack has no {kind} `{name}`"), help);
        }
    }
    found
}
