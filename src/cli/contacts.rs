//! `quarterdeck contacts`: whom one reaches and where one looks, without a screen.

use serde_json::{Value, json};

use crate::{
    app::{
        directory::{Entry, Part, Reach, entries},
        snapshot::DeskTag,
    },
    domain::light::Light,
};

use super::{
    Exit, acting,
    args::{ContactsArgs, DeskArgs},
    headless::{
        face::Face,
        table::{Cell, Table, Tint},
    },
    open::{self, Prepared},
    say,
};

/// Answers who is who.
pub(super) fn contacts(desk: &DeskArgs, args: &ContactsArgs) -> Exit {
    let Prepared {
        loaded, pack, desk, ..
    } = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let model = acting::model(&loaded.settings, &loaded.policy, &desk, &pack);
    let entries = entries(&model.pack, model.now.wall);
    if args.json {
        let items: Vec<Value> = entries.iter().map(entry_json).collect();
        let page = json!({
            "as_of": model.now.wall.to_string(),
            "desk": DeskTag::now(&model),
            "items": items,
        });
        say::out(&(page.to_string() + "\n"));
    } else {
        say::out(&table(&Face::new(&loaded.settings), &entries));
    }
    Exit::Fine
}

fn entry_json(entry: &Entry) -> Value {
    json!({
        "part": entry.part.id(),
        "title": entry.title,
        "ways": entry.ways,
        "roles": entry.roles,
        "query": entry.query,
        "reach": match entry.reach {
            Reach::Now => "now",
            Reach::Outside => "outside-hours",
            Reach::NotGiven => "not-given",
        },
    })
}

fn table(face: &Face, entries: &[Entry]) -> String {
    let mut table = Table::new(vec![
        face.left("head-part", 1),
        face.left("head-title", 0),
        face.left("head-way", 0),
        face.left("head-roles", 2),
        face.left("head-state", 0),
    ]);
    table.rows = entries.iter().map(|entry| cells(face, entry)).collect();
    table.draw(face.room, true)
}

/// Where it is: the addresses, then what to ask there or the path of a document.
fn places(entry: &Entry) -> Vec<&str> {
    let ways = entry.ways.iter().chain(&entry.query);
    ways.map(String::as_str).collect()
}

fn cells(face: &Face, entry: &Entry) -> Vec<Cell> {
    let lang = face.texts.lang();
    let roles: Vec<&str> = entry.roles.iter().map(|role| role.get(lang)).collect();
    let state = match (entry.reach, entry.part) {
        (Reach::Now, _) => "",
        (Reach::Outside, _) => face.t("escalate-outside"),
        (Reach::NotGiven, Part::Pages) => face.t("directory-no-link"),
        (Reach::NotGiven, _) => face.t("escalate-no-contact"),
    };
    vec![
        Cell::plain(face.t(&format!("directory-{}", entry.part.id()))),
        Cell::plain(entry.title.get(lang)),
        Cell::plain(places(entry).join(" ")),
        Cell::plain(roles.join(", ")),
        Cell::new(state, Tint::Of(Light::Yellow)),
    ]
}
