//! Filters: fuzzy words, `label=value`, `!not`, `/regex/`, all of which must match.

/// A filter as typed and as understood.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
}

impl Filter {
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}
