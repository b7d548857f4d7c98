//! The desks there are, the one that is open, and the one before it.

use crate::domain::{
    desk::{DeskChoice, DeskOffer, DeskOffers, DeskPlace, Namespaces},
    freshness::Trouble,
    id::PackId,
    question::RequestId,
};

/// Which desk is open, and which was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Desks {
    pub now: DeskChoice,
    pub before: Option<DeskChoice>,
    /// The one that is being opened.
    pub opening: Option<DeskChoice>,
}

/// The picker of desks. What can be chosen comes after it is open: contexts and packs are read anew each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskPicker {
    /// `None` while they are being read.
    pub offers: Option<DeskOffers>,
    /// The pack chosen for each row.
    pub packs: Vec<Option<PackId>>,
    pub selected: usize,
}

impl DeskPicker {
    pub const fn new() -> Self {
        Self {
            offers: None,
            packs: Vec::new(),
            selected: 0,
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = (&DeskOffer, Option<&PackId>)> {
        let desks = self.offers.iter().flat_map(|offers| &offers.desks);
        let packs = self.packs.iter().map(Option::as_ref);
        desks.zip(packs)
    }

    /// What the selected row stands for.
    pub fn chosen(&self) -> Option<DeskChoice> {
        let (offer, pack) = self.rows().nth(self.selected)?;
        let place = match &offer.place {
            DeskPlace::Context { context, .. } => DeskPlace::Context {
                context: context.clone(),
                pack: pack.cloned(),
            },
            other => other.clone(),
        };
        Some(DeskChoice {
            place,
            namespaces: None,
        })
    }
}

impl Default for DeskPicker {
    fn default() -> Self {
        Self::new()
    }
}

/// The picker of namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespacePicker {
    pub request: RequestId,
    /// `None` while the server is asked.
    pub names: Option<Result<Vec<String>, Trouble>>,
    /// Those that are marked.
    pub marked: Vec<String>,
    pub selected: usize,
}

/// One row of the picker of namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamespaceRow {
    All,
    /// What the desk itself says.
    OfDesk,
    /// To be typed.
    Typed,
    Name(String),
}

impl NamespacePicker {
    pub fn rows(&self) -> Vec<NamespaceRow> {
        let mut rows = vec![NamespaceRow::OfDesk, NamespaceRow::All, NamespaceRow::Typed];
        if let Some(Ok(names)) = &self.names {
            rows.extend(names.iter().cloned().map(NamespaceRow::Name));
        }
        rows
    }

    /// What is chosen: the marked ones, else the selected row; `None` where they have yet to be typed.
    pub fn chosen(&self) -> Option<Option<Namespaces>> {
        if !self.marked.is_empty() {
            return Some(Some(Namespaces::Some(self.marked.clone())));
        }
        match self.rows().into_iter().nth(self.selected)? {
            NamespaceRow::All => Some(Some(Namespaces::All)),
            NamespaceRow::OfDesk => Some(None),
            NamespaceRow::Typed => None,
            NamespaceRow::Name(name) => Some(Some(Namespaces::Some(vec![name]))),
        }
    }
}

/// Names that were typed: parted by commas or spaces, each one that a namespace can have; the wrong one otherwise.
pub fn typed_names(text: &str) -> Result<Vec<String>, String> {
    let label = |name: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&name.len())
            && name.chars().all(inner)
            && !name.starts_with('-')
            && !name.ends_with('-')
    };
    let names = text
        .split([',', ' ', '，', '、'])
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !label(name) {
            return Err(name.to_owned());
        }
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_namespaces_are_names_of_namespaces() {
        assert_eq!(
            typed_names("prod, kube-system prod"),
            Ok(vec!["prod".to_owned(), "kube-system".to_owned()])
        );
        assert_eq!(typed_names("prod,Prod_1"), Err("Prod_1".to_owned()));
        assert_eq!(typed_names("-x"), Err("-x".to_owned()));
        assert_eq!(typed_names(" , "), Ok(Vec::new()));
    }
}
