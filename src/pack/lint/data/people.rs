//! People who have something to do and can't be reached, and rooms with two names.

use crate::pack::lint::material::Context;

pub(super) fn look(context: &Context<'_>) {
    let data = &context.material.data;
    for owner in &data.owners {
        let known = data
            .reached
            .iter()
            .any(|it| plain(&it.name) == plain(&owner.name));
        if !known {
            let rule = "contact-missing";
            context
                .sink
                .find(rule, owner.place, owner.at.clone(), owner.name.clone());
        }
    }
    for one in &data.channels {
        let longer = |other: &str| {
            let rest = other.strip_prefix(&*one.name);
            let rest = rest.is_some_and(|rest| rest.starts_with(['-', '_']));
            rest || one
                .name
                .strip_prefix(other)
                .is_some_and(|rest| rest.starts_with(['-', '_']))
        };
        if let Some(other) = data.channels.iter().find(|it| longer(&it.name)) {
            let subject = format!("{} / {} ({})", one.name, other.name, other.at);
            context
                .sink
                .find("contact-two-names", one.place, one.at.clone(), subject);
        }
    }
}

/// A name without what stands in brackets behind it.
fn plain(name: &str) -> &str {
    name.split(['(', '（']).next().unwrap_or(name).trim()
}
