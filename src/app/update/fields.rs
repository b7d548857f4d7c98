//! Filling in fields one by one: what the form of an action and a sheet of the logbook have in common.

use tui_input::Input;

use crate::{
    app::form::{Field, values},
    domain::action::value::Values,
};

/// The fields of what is filled in, and which of them has the cursor.
pub(super) struct Filling<'f> {
    pub fields: &'f mut [Field],
    pub at: &'f mut usize,
}

impl<'f> Filling<'f> {
    fn field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(*self.at)
    }

    /// The line of the field that is filled in.
    pub fn line(self) -> Option<&'f mut Input> {
        let field = self.fields.get_mut(*self.at)?;
        field.touched = true;
        field.refused = false;
        Some(&mut field.input)
    }

    /// Goes to the next field or the one before, all around.
    pub fn go(&mut self, onward: bool) {
        let count = self.fields.len().max(1);
        if let Some(field) = self.field() {
            field.touched = true;
        }
        let by = if onward { 1 } else { count - 1 };
        *self.at = (*self.at + by) % count;
    }

    /// Tab takes the first completion where what is typed is none yet, else goes on.
    pub fn complete_or_go(&mut self, choices: Vec<String>) {
        let Some(field) = self.field() else {
            return;
        };
        let typed = field.input.value().trim();
        let done = typed.is_empty() || choices.iter().any(|choice| choice == typed);
        match choices.into_iter().next() {
            // What is empty is not filled: nobody is led to a value.
            Some(first) if !done => {
                field.input = Input::new(first);
                field.touched = true;
                field.refused = false;
            }
            _ => self.go(true),
        }
    }

    /// Enter goes on to the next field, and from the last one on with all values; what can't be taken stays, and says why.
    pub fn accept(&mut self) -> Option<Values> {
        let last = *self.at + 1 >= self.fields.len();
        if let Some(field) = self.field() {
            field.touched = true;
            field.refused = field.value().is_err();
            if field.refused {
                return None;
            }
        }
        if !last {
            *self.at += 1;
            return None;
        }
        match values(self.fields) {
            Ok(values) => Some(values),
            Err(at) => {
                *self.at = at;
                if let Some(field) = self.field() {
                    field.touched = true;
                    field.refused = true;
                }
                None
            }
        }
    }
}
