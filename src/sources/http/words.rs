//! A server's own words, made safe and short for a pane.

use crate::domain::clean::clean;

/// How many characters of a server's words are kept.
const MOST: usize = 400;

/// What an error body says: the message of a JSON error, a page's title, or its first line.
pub(super) fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let said = json_words(body)
        .or_else(|| title(&text))
        .unwrap_or_else(|| text.trim().lines().next().unwrap_or_default().to_owned());
    shorten(&clean(&said))
}

/// Cut to what a pane can use.
pub(super) fn shorten(text: &str) -> String {
    let mut kept: String = text.chars().take(MOST).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

/// Whether a body is a page for people.
pub(super) fn is_html(content_type: &str, body: &[u8]) -> bool {
    let start = body
        .iter()
        .position(|b| !b.is_ascii_whitespace())
        .unwrap_or(0);
    let head = &body[start..body.len().min(start + 15)];
    content_type.starts_with("text/html")
        || head.to_ascii_lowercase().starts_with(b"<!doctype html")
        || head.to_ascii_lowercase().starts_with(b"<html")
}

/// Prometheus says `{"error": …}`, Kubernetes and Alertmanager `{"message": …}`, Alertmanager also a bare string.
fn json_words(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    ["error", "message"]
        .into_iter()
        .find_map(|key| value.get(key)?.as_str())
        .map(str::to_owned)
}

/// The title of an HTML page.
fn title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title>")? + "<title>".len();
    let to = from + lower[from..].find("</title>")?;
    Some(text[from..to].trim().to_owned()).filter(|title| !title.is_empty())
}
