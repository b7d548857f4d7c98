//! The roles of a pack and who of them can be reached.

use toml::de::DeTable;

use super::{get, string, text_of};
use crate::pack::{
    lint::{
        data::{Grade, Person},
        material::Material,
        place::Place,
    },
    value::Span,
};

/// Whom a pack names, and whom of them a contact reaches by name: one without roles is a room, as `contacts` shows it.
pub(super) fn read(material: &mut Material, file: usize, table: &DeTable<'_>) {
    let tables = |room: &str| get(table, room).and_then(|it| it.get_ref().as_table());
    let mut reached = Vec::new();
    for (key, contact) in tables("contact").into_iter().flatten() {
        let Some(entries) = contact.get_ref().as_table() else {
            continue;
        };
        let place = Place::new(file, &key.span());
        let at = format!("contact.{}", key.get_ref());
        let roles = get(entries, "roles").and_then(|it| it.get_ref().as_array());
        let names = roles
            .into_iter()
            .flat_map(|all| all.iter())
            .filter_map(text_of);
        reached.extend(names.map(|name| Person {
            name,
            place,
            at: at.clone(),
        }));
        let rooms = ways(entries).into_iter().filter_map(|via| {
            let (_, room) = via.split_once(':')?;
            room.starts_with('#').then(|| room.to_owned())
        });
        material.data.channels.extend(rooms.map(|name| Person {
            name,
            place,
            at: at.clone(),
        }));
    }
    for (key, role) in tables("role").into_iter().flatten() {
        if role.get_ref().as_table().is_none() {
            continue;
        }
        let person = Person {
            name: key.get_ref().to_string(),
            place: Place::new(file, &key.span()),
            at: format!("role.{}", key.get_ref()),
        };
        material.data.owners.push(person);
    }
    material.data.reached.extend(reached);
    vendors(material, file, tables("vendor"));
    grades(material, file, tables("severity"));
}

/// The ways to reach somebody: one, or several.
fn ways(entries: &DeTable<'_>) -> Vec<String> {
    let Some(node) = get(entries, "via") else {
        return Vec::new();
    };
    let several = node.get_ref().as_array();
    let several = several.map(|all| all.iter().filter_map(text_of).collect());
    several.unwrap_or_else(|| string(entries, "via").into_iter().collect())
}

/// Those outside of the team: each by itself, with a contact or without.
fn vendors(material: &mut Material, file: usize, table: Option<&DeTable<'_>>) {
    for (key, vendor) in table.into_iter().flatten() {
        let Some(entries) = vendor.get_ref().as_table() else {
            continue;
        };
        let person = Person {
            // A role may have the same name.
            name: format!("vendor.{}", key.get_ref()),
            place: Place::new(file, &key.span()),
            at: format!("vendor.{}", key.get_ref()),
        };
        if !ways(entries).is_empty() {
            material.data.reached.push(person.clone());
        }
        material.data.owners.push(person);
    }
}

/// How soon each severity is answered to.
fn grades(material: &mut Material, file: usize, table: Option<&DeTable<'_>>) {
    let mut grades: Vec<Grade> = Vec::new();
    for (key, severity) in table.into_iter().flatten() {
        let Some(entries) = severity.get_ref().as_table() else {
            continue;
        };
        let span = |name: &str| {
            let span = string(entries, name)?.parse::<Span>().ok()?;
            Some(span.0.as_secs())
        };
        grades.push(Grade {
            name: key.get_ref().to_string(),
            respond: span("respond"),
            restore: span("restore"),
            place: Place::new(file, &key.span()),
            at: format!("severity.{}", key.get_ref()),
        });
    }
    grades.sort_by_key(|grade| grade.place);
    material.data.grades.extend(grades);
}
