//! Whom one reaches and where one looks: the people, groups, vendors and pages that the pack names.

use jiff::Timestamp;

use crate::{
    domain::text::Text,
    pack::{Contact, Pack},
};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    People,
    /// Rooms and boxes that reach everybody.
    Groups,
    Vendors,
    Pages,
}

impl Part {
    /// Its name in texts and in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Groups => "groups",
            Self::Vendors => "vendors",
            Self::Pages => "pages",
        }
    }
}

/// Whether somebody is reached there now, or anything is known of it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Now,
    Outside,
    /// The runbook gives no contact, or no address.
    NotGiven,
}

/// One line of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub part: Part,
    pub title: Text,
    /// Addresses, as the pack writes them: `tel:…`, `im:#ops`, `https://…`.
    pub ways: Vec<String>,
    /// The roles it reaches.
    pub roles: Vec<Text>,
    /// What to ask on a page.
    pub query: Option<String>,
    pub reach: Reach,
}

/// All of it as it is at a time, part by part, each in the pack's order.
pub fn entries(pack: &Pack, at: Timestamp) -> Vec<Entry> {
    let contact = |it: &Contact, part| Entry {
        part,
        title: it.title.clone(),
        ways: it.via.clone(),
        roles: roles_of(pack, it),
        query: None,
        reach: if pack.is_reached(it, at) {
            Reach::Now
        } else {
            Reach::Outside
        },
    };
    let of_roles = |it: &&Contact| !it.roles.is_empty();
    let contacts = pack.contacts();
    let people = contacts.iter().filter(of_roles);
    let people = people.map(|it| contact(it, Part::People));
    let alone = pack.roles().iter().filter(|role| {
        let mut reached = contacts.iter().flat_map(|it| &it.roles);
        !reached.any(|own| *own == role.id)
    });
    let alone = alone.map(|role| given(Part::People, &role.title, Vec::new()));
    let groups = contacts.iter().filter(|it| !of_roles(it));
    let groups = groups.map(|it| contact(it, Part::Groups));
    let vendors = pack.vendors().iter();
    let vendors = vendors.map(|it| given(Part::Vendors, &it.title, it.via.clone()));
    let pages = pack.links().iter().map(|it| {
        let page = given(Part::Pages, &it.title, it.url.iter().cloned().collect());
        match &it.query {
            // A document has a path in the team's files and no address.
            Some(query) => Entry {
                query: Some(query.clone()),
                reach: Reach::Now,
                ..page
            },
            None => page,
        }
    });
    people
        .chain(alone)
        .chain(groups)
        .chain(vendors)
        .chain(pages)
        .collect()
}

fn given(part: Part, title: &Text, ways: Vec<String>) -> Entry {
    Entry {
        part,
        title: title.clone(),
        reach: if ways.is_empty() {
            Reach::NotGiven
        } else {
            Reach::Now
        },
        ways,
        roles: Vec::new(),
        query: None,
    }
}

fn roles_of(pack: &Pack, contact: &Contact) -> Vec<Text> {
    let roles = pack.roles().iter();
    let own = roles.filter(|role| contact.roles.contains(&role.id));
    own.map(|role| role.title.clone()).collect()
}

impl Entry {
    /// What is copied of it: where it is, with what to ask there.
    pub fn copied(&self) -> Option<String> {
        let lines: Vec<&str> = self
            .ways
            .iter()
            .chain(&self.query)
            .map(String::as_str)
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests;
