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

/// Roles that nobody can reach: a contact without roles reaches everybody.
pub(super) fn read(material: &mut Material, file: usize, table: &DeTable<'_>) {
    let tables = |room: &str| get(table, room).and_then(|it| it.get_ref().as_table());
    let mut everybody = false;
    let mut reached = Vec::new();
    for (key, contact) in tables("contact").into_iter().flatten() {
        let Some(entries) = contact.get_ref().as_table() else {
            continue;
        };
        let place = Place::new(file, &key.span());
        let at = format!("contact.{}", key.get_ref());
        let roles = get(entries, "roles").and_then(|it| it.get_ref().as_array());
        everybody |= roles.is_none();
        let names = roles
            .into_iter()
            .flat_map(|all| all.iter())
            .filter_map(text_of);
        reached.extend(names.map(|name| Person {
            name,
            place,
            at: at.clone(),
        }));
        if let Some((_, room)) = string(entries, "via").and_then(|via| {
            let (kind, room) = via.split_once(':')?;
            Some((kind.to_owned(), room.to_owned()))
        }) && room.starts_with('#')
        {
            material.data.channels.push(Person {
                name: room,
                place,
                at,
            });
        }
    }
    for (key, role) in tables("role").into_iter().flatten() {
        let Some(entries) = role.get_ref().as_table() else {
            continue;
        };
        let person = Person {
            name: key.get_ref().to_string(),
            place: Place::new(file, &key.span()),
            at: format!("role.{}", key.get_ref()),
        };
        if everybody || get(entries, "contact").is_some() || get(entries, "phone").is_some() {
            reached.push(person.clone());
        }
        material.data.owners.push(person);
    }
    material.data.reached.extend(reached);
    grades(material, file, tables("severity"));
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
