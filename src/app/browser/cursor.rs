//! What is selected in a table of objects: an object by its uid, never a row.

use crate::domain::id::Uid;

/// A selection with the part of the table that is seen.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    pub selected: Option<Uid>,
    /// The person chose it: it stays, wherever it goes. Until then the first row is selected.
    chosen: bool,
    /// Where it stood when it was last looked for.
    stood: usize,
    /// The first row drawn.
    pub offset: usize,
}

impl Cursor {
    /// Finds the selected object among the rows as they are now; where it is gone, what stands in its place.
    pub fn settle<'u>(&mut self, len: usize, page: usize, uid: impl Fn(usize) -> &'u Uid) {
        if len == 0 {
            (self.selected, self.offset) = (None, 0);
            return;
        }
        let is_it = |at: &usize| self.selected.as_ref() == Some(uid(*at));
        let found = if self.chosen {
            Some(self.stood)
                .filter(|at| *at < len && is_it(at))
                .or_else(|| (0..len).find(is_it))
        } else {
            Some(0)
        };
        self.place(found.unwrap_or(self.stood).min(len - 1), len, page, uid);
    }

    /// Selects the row at `at`, as a person does.
    pub fn choose<'u>(
        &mut self,
        at: usize,
        len: usize,
        page: usize,
        uid: impl Fn(usize) -> &'u Uid,
    ) {
        if len > 0 {
            self.chosen = true;
            self.place(at.min(len - 1), len, page, uid);
        }
    }

    fn place<'u>(&mut self, at: usize, len: usize, page: usize, uid: impl Fn(usize) -> &'u Uid) {
        self.selected = Some(uid(at).clone());
        self.stood = at;
        let page = page.max(1);
        self.offset = self.offset.clamp((at + 1).saturating_sub(page), at);
        self.offset = self.offset.min(len.saturating_sub(page));
    }

    /// Where the selected row stands.
    pub const fn stood(&self) -> usize {
        self.stood
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_follows_its_object_and_falls_on_its_neighbour() {
        let uids: Vec<Uid> = ["a", "b", "c", "d"].map(Uid::from).to_vec();
        let at = |uids: &[Uid], cursor: &mut Cursor| {
            cursor.settle(uids.len(), 2, |at| &uids[at]);
            cursor.selected.clone().map(String::from)
        };
        let mut cursor = Cursor::default();
        assert_eq!(at(&uids, &mut cursor).as_deref(), Some("a"));
        cursor.choose(2, 4, 2, |at| &uids[at]);
        assert_eq!((cursor.stood(), cursor.offset), (2, 1));
        let moved: Vec<Uid> = ["c", "a", "b", "d"].map(Uid::from).to_vec();
        assert_eq!(at(&moved, &mut cursor).as_deref(), Some("c"));
        assert_eq!((cursor.stood(), cursor.offset), (0, 0));
        assert_eq!(at(&moved[1..], &mut cursor).as_deref(), Some("a"));
        assert_eq!(at(&[], &mut cursor), None);
    }
}
