//! `quarterdeck pack show ID`: what one pack says, by kind.

use std::fmt::{Display, Write as _};

use serde_json::{Map, Value, json};

use super::{Exit, named, say};
use crate::{
    domain::text::{Lang, Text},
    i18n::Texts,
    pack::Pack,
};

/// One thing of a pack: its id and what it is.
type Item = (String, String);

/// Prints what is in a pack; one that doesn't load says why.
pub(super) fn show(texts: &Texts, what: &str, json: bool) -> Exit {
    let named = match named(texts, what) {
        Ok(named) => named.under_its_folder(),
        Err(exit) => return exit,
    };
    let pack = match named.parse() {
        Ok(pack) => pack,
        Err(errors) => {
            say::err(&errors.render(super::super::colour_on_stderr()));
            return Exit::Failed;
        }
    };
    let lang = texts.lang();
    let rooms = rooms(&pack, lang);
    if json {
        let mut page = Map::new();
        page.insert("id".into(), json!(pack.id.to_string()));
        page.insert("title".into(), json!(pack.title.get(lang)));
        page.insert("digest".into(), json!(pack.digest));
        for (room, items) in &rooms {
            let items: Vec<Value> = items
                .iter()
                .map(|(id, title)| json!({ "id": id, "title": title }))
                .collect();
            page.insert((*room).to_owned(), Value::Array(items));
        }
        say::out(&format!("{}\n", Value::Object(page)));
        return Exit::Fine;
    }
    let mut out = format!("{}  {}\n{}\n", pack.id, pack.title.get(lang), pack.digest);
    for (room, items) in &rooms {
        if items.is_empty() {
            continue;
        }
        let heading = texts.t(room_key(room));
        let _ = writeln!(out, "\n{heading} ({})", items.len());
        let widest = items.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
        for (id, title) in items {
            let _ = writeln!(out, "  {id:widest$}  {title}");
        }
    }
    say::told(&out);
    Exit::Fine
}

/// The heading of a room.
fn room_key(room: &str) -> &'static str {
    match room {
        "severities" => "pack-show-severities",
        "shifts" => "pack-show-shifts",
        "roles" => "pack-show-roles",
        "contacts" => "pack-show-contacts",
        "probes" => "pack-show-probes",
        "gauges" => "pack-show-gauges",
        "slos" => "pack-show-slos",
        "queues" => "pack-show-queues",
        "hooks" => "pack-show-hooks",
        "lights" => "pack-show-lights",
        "alerts" => "pack-show-alerts",
        "actions" => "pack-show-actions",
        _ => "pack-show-checks",
    }
}

fn rooms(pack: &Pack, lang: Lang) -> Vec<(&'static str, Vec<Item>)> {
    let item = |id: &dyn Display, title: &Text| (id.to_string(), title.get(lang).to_owned());
    let severities = pack.severities().iter();
    let shifts = pack.shifts().iter();
    let roles = pack.roles().iter();
    let contacts = pack.contacts().iter().map(|it| {
        let title = format!("{}  {}", it.title.get(lang), it.via.join(" "));
        (it.id.clone(), title)
    });
    let probes = pack.probes().iter();
    let gauges = pack.gauges().iter();
    let slos = pack.slos().iter();
    let queues = pack.queues().iter();
    let alerts = pack.alerts().iter().map(|it| {
        let title = it.title.as_ref().map_or("", |title| title.get(lang));
        (it.id.clone(), title.to_owned())
    });
    let actions = pack.actions().iter().map(|it| {
        let (id, title) = item(&it.id, &it.title);
        (format!("{id} {}", it.tier), title)
    });
    let checks = pack.checks().iter();
    vec![
        (
            "severities",
            severities.map(|it| item(&it.id, &it.title)).collect(),
        ),
        ("shifts", shifts.map(|it| item(&it.id, &it.title)).collect()),
        ("roles", roles.map(|it| item(&it.id, &it.title)).collect()),
        ("contacts", contacts.collect()),
        (
            "probes",
            probes.map(|it| (it.name.clone(), String::new())).collect(),
        ),
        ("gauges", gauges.map(|it| item(&it.id, &it.title)).collect()),
        ("slos", slos.map(|it| item(&it.id, &it.title)).collect()),
        ("queues", queues.map(|it| item(&it.id, &it.title)).collect()),
        (
            "hooks",
            pack.hooks().map(|it| item(&it.id, &it.title)).collect(),
        ),
        (
            "lights",
            pack.lights().map(|it| item(&it.id, &it.title)).collect(),
        ),
        ("alerts", alerts.collect()),
        ("actions", actions.collect()),
        ("checks", checks.map(|it| item(&it.id, &it.title)).collect()),
    ]
}
