//! What an error says about a name that is not there.

use crate::domain::nearest::all_nearest;

/// The nearest name that is there, else all of a few.
pub(super) fn suggestion<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    // One of several that are as near would be a guess, and with tiers a dangerous one.
    let near = all_nearest(name, candidates.iter().copied());
    if (1..=4).contains(&near.len()) {
        let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        return Some(format!("did you mean {}?", near.join(" or ")));
    }
    match candidates.len() {
        0 => None,
        1..=12 => {
            let names: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
            Some(format!("known here: {}", names.join(", ")))
        }
        many => Some(format!("none of the {many} known here is near it")),
    }
}
