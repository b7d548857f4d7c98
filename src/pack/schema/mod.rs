//! What the files of a pack may hold, in one place: for editors as JSON Schema, for people as a reference.
//!
//! The readers decide what a pack is; tests hold this against them, in both directions.

mod files;
mod json;
mod page;
mod shape;
mod words;

#[cfg(test)]
pub(super) mod asked;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod validator;

use serde_json::Value;

/// The kinds of files a pack has, by their names without the ending.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    files::FILES.iter().map(|file| file.name)
}

/// The JSON Schema of one kind of file.
pub fn schema(kind: &str) -> Option<Value> {
    let file = files::FILES.iter().find(|file| file.name == kind)?;
    Some(json::schema(file))
}

/// What one kind of file may hold, as a page of Markdown.
pub fn reference_of(kind: &str) -> Option<String> {
    let file = files::FILES.iter().find(|file| file.name == kind)?;
    Some(page::of_file(file))
}

/// What every file may hold, as a page of Markdown.
pub fn reference() -> String {
    page::reference()
}

/// What conditions may say, as a page of Markdown.
pub fn vocabulary() -> String {
    words::page()
}
