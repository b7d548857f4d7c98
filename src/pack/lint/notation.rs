//! How a text writes what is to be filled in, and what it leaves out.

/// The stand-ins of a text.
#[derive(Debug, Clone, Default)]
pub struct Notation {
    /// `<name>` stands for something a person fills in.
    pub angles: bool,
    /// What stands where a part is left out.
    pub elided: Vec<String>,
}

impl Notation {
    /// How long the stand-in is that a text begins with.
    pub fn stand_in(&self, text: &str) -> Option<usize> {
        if !self.angles || !text.starts_with('<') {
            return None;
        }
        let end = text.find('>')?;
        let inner = &text[1..end];
        let begins = inner.starts_with(|c: char| c.is_alphanumeric());
        let plain = !inner.contains(['\n', '<', '=', '"', '\'']);
        (begins && plain && inner.len() <= 40).then_some(end + 1)
    }

    /// Whether a part of a text is left out.
    pub fn elides(&self, text: &str) -> bool {
        self.elided.iter().any(|mark| text.contains(mark.as_str()))
    }
}
