//! An object as the server has it: masked, folded, and written as YAML or JSON.

mod json;
mod mask;
mod yaml;

use std::fmt::Write as _;

use serde_json::Value;

pub use self::{
    json::json,
    mask::{MASK, mask},
    yaml::yaml,
};

/// What a piece of a manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Key,
    /// Indentation, dashes, colons, braces.
    Mark,
    Text,
    /// Numbers, `true`, `false`, `null`.
    Word,
    /// Stands for a secret.
    Masked,
}

/// A piece of a line of one kind.
pub type Piece = (Ink, String);

/// One line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeLine(pub Vec<Piece>);

impl CodeLine {
    pub fn text(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// The lines as one text that ends with a line end.
pub fn text_of(lines: &[CodeLine]) -> String {
    let mut text = String::new();
    for line in lines {
        for (_, piece) in &line.0 {
            text.push_str(piece);
        }
        text.push('\n');
    }
    text
}

/// An object as the server has it, masked where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    pub object: Value,
    /// So many bytes of long texts were cut away.
    pub cut: usize,
}

impl Manifest {
    /// The object without its managed fields, which nobody reads unless they ask for them.
    pub fn folded(&self) -> Value {
        let mut object = self.object.clone();
        if let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            meta.remove("managedFields");
        }
        object
    }

    pub fn has_managed_fields(&self) -> bool {
        self.object.pointer("/metadata/managedFields").is_some()
    }
}

/// Cuts texts longer than `most` bytes and says in them how much is missing; gives how many bytes were cut in all.
pub fn cut_long(value: &mut Value, most: usize) -> usize {
    match value {
        Value::String(text) if text.len() > most => {
            let at = (0..=most).rev().find(|at| text.is_char_boundary(*at));
            let at = at.unwrap_or(0);
            let missing = text.len() - at;
            text.truncate(at);
            // Writing to a String does not fail.
            let _ = write!(text, "… ({missing} bytes more)");
            missing
        }
        Value::Array(items) => items.iter_mut().map(|item| cut_long(item, most)).sum(),
        Value::Object(map) => map.values_mut().map(|item| cut_long(item, most)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_character_and_say_so() {
        let mut value = json!({"data": {"a": "短短短", "b": "ok"}});
        assert_eq!(cut_long(&mut value, 4), 6);
        assert_eq!(value["data"]["a"], "短… (6 bytes more)");
        assert_eq!(value["data"]["b"], "ok");
    }

    #[test]
    fn managed_fields_are_folded_away() {
        let object = json!({"metadata": {"name": "a", "managedFields": [{"manager": "kubectl"}]}});
        let manifest = Manifest { object, cut: 0 };
        assert!(manifest.has_managed_fields());
        assert_eq!(manifest.folded(), json!({"metadata": {"name": "a"}}));
    }
}
