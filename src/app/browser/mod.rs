//! A table of objects of one kind, as the server prints them, looked at by a person.

pub mod cursor;
pub mod kinds;
pub mod order;

use std::{cmp::Ordering, sync::Arc};

use unicode_width::UnicodeWidthStr;

use crate::{
    app::filter::{Filter, Filterable},
    domain::{
        freshness::Trouble,
        object::ObjectKey,
        question::RequestId,
        table::{Cell, Column, KindInfo, PartState, Row, Sheet},
    },
};

use cursor::Cursor;

/// How many parts that failed are told of above the rows.
pub const NOTES: usize = 3;

/// One kind, its objects, and how they are looked at.
#[derive(Debug, Clone)]
pub struct Browser {
    pub info: KindInfo,
    /// The question that fills it.
    pub request: RequestId,
    /// What is known; `None` while the first answer is on its way.
    pub sheet: Option<Arc<Sheet>>,
    /// Why the question itself was not taken.
    pub trouble: Option<Trouble>,
    /// The rows that pass the filter, in the order they are drawn.
    pub shown: Vec<Arc<Row>>,
    /// How wide what is shown is: the namespaces, then every column.
    widths: Vec<usize>,
    pub cursor: Cursor,
    pub filter: Filter,
    pub order: Order,
    pub reverse: bool,
}

/// What the rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By namespace and name, as the server lists them.
    Listed,
    Column(usize),
}

impl Browser {
    pub fn new(info: KindInfo, request: RequestId) -> Self {
        Self {
            info,
            request,
            sheet: None,
            trouble: None,
            shown: Vec::new(),
            widths: Vec::new(),
            cursor: Cursor::default(),
            filter: Filter::default(),
            order: Order::Listed,
            reverse: false,
        }
    }

    /// Works out what is shown, in a place of so many rows.
    pub fn refresh(&mut self, page: usize) {
        let Some(sheet) = &self.sheet else { return };
        let passes = |row: &&Arc<Row>| passes(&self.filter, &sheet.columns, row);
        let mut shown: Vec<Arc<Row>> = sheet.rows.iter().filter(passes).cloned().collect();
        if let Order::Column(at) = self.order {
            shown.sort_by(|one, other| compare_at(one, other, at));
        }
        if self.reverse {
            shown.reverse();
        }
        self.widths = widths(&shown, sheet.columns.len());
        self.shown = shown;
        self.cursor
            .settle(self.shown.len(), page, |at| &self.shown[at].uid);
    }

    /// Selects another row, as a person does.
    pub fn choose(&mut self, at: usize, page: usize) {
        self.cursor
            .choose(at, self.shown.len(), page, |at| &self.shown[at].uid);
    }

    pub fn selected(&self) -> Option<&Arc<Row>> {
        let uid = self.cursor.selected.as_ref()?;
        let row = self.shown.get(self.cursor.stood())?;
        (row.uid == *uid).then_some(row)
    }

    /// The selected object as the API is asked for it.
    pub fn object(&self) -> Option<ObjectKey> {
        let row = self.selected()?;
        // What stands for the uid of an object that has none is no uid to ask by.
        let made_up = format!(
            "{}/{}",
            row.namespace.as_deref().unwrap_or_default(),
            row.name
        );
        Some(ObjectKey {
            kind: self.info.kind.clone(),
            namespace: row.namespace.clone(),
            name: row.name.clone(),
            uid: (row.uid.as_str() != made_up).then(|| row.uid.clone()),
        })
    }

    /// The columns that are drawn: the wide ones only where there is room for them.
    pub fn columns(&self, wide: bool) -> Vec<(usize, &Column)> {
        let columns = self.sheet.iter().flat_map(|sheet| sheet.columns.iter());
        columns
            .enumerate()
            .filter(|(_, column)| wide || !column.wide)
            .collect()
    }

    /// The widths of the columns that are drawn, after that of the namespaces where there are several.
    pub fn widths(&self, several: bool, columns: &[(usize, &Column)]) -> Vec<usize> {
        let at = |index: usize| self.widths.get(index).copied().unwrap_or_default();
        let namespace = several.then(|| at(0));
        let own = columns.iter().map(|(index, _)| at(index + 1));
        namespace.into_iter().chain(own).collect()
    }

    /// Orders by the next column of those that are drawn, and by none after the last.
    pub fn order_by_next(&mut self, wide: bool) {
        let columns = self.columns(wide);
        let next = match self.order {
            Order::Listed => columns.first(),
            Order::Column(at) => columns.iter().find(|(index, _)| *index > at),
        };
        self.order = next.map_or(Order::Listed, |(index, _)| Order::Column(*index));
        self.reverse = false;
    }

    /// The lines above the rows: the title, the parts that failed, the names of the columns.
    pub fn head_lines(&self) -> usize {
        let failed = self.failed_parts();
        1 + failed.min(NOTES) + usize::from(self.beyond()) + 1
    }

    /// Whether a line says that not all objects are here.
    fn beyond(&self) -> bool {
        self.sheet
            .as_ref()
            .is_some_and(|sheet| sheet.beyond.is_some())
    }

    fn failed_parts(&self) -> usize {
        let parts = self.sheet.iter().flat_map(|sheet| &sheet.parts);
        parts
            .filter(|part| matches!(part.state, PartState::Failed { .. }))
            .count()
    }
}

/// Cells of what counts: it grows, and its column should not.
const COUNTING: usize = 6;

/// The cells the namespaces and each column take.
fn widths(shown: &[Arc<Row>], columns: usize) -> Vec<usize> {
    let wide = |text: &str| {
        if text.is_ascii() {
            text.len()
        } else {
            text.width()
        }
    };
    let mut widths = vec![0; columns + 1];
    for row in shown {
        widths[0] = widths[0].max(wide(row.namespace.as_deref().unwrap_or_default()));
        for (width, cell) in widths[1..].iter_mut().zip(&row.cells) {
            let taken = match cell {
                Cell::Text(text) => wide(text),
                Cell::Since { before, after, .. } => wide(before) + COUNTING + wide(after),
            };
            *width = taken.max(*width);
        }
    }
    widths
}

fn compare_at(one: &Row, other: &Row, at: usize) -> Ordering {
    match (one.cells.get(at), other.cells.get(at)) {
        (Some(one), Some(other)) => order::compare(one, other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

/// One text of a row as a filter sees it.
struct Seen<'r> {
    text: &'r str,
    columns: &'r [Column],
    row: &'r Row,
}

impl Filterable for Seen<'_> {
    fn text(&self) -> &str {
        self.text
    }

    /// A column by its name: `status=Bound`, `namespace=prod`.
    fn label(&self, key: &str) -> Option<&str> {
        if key.eq_ignore_ascii_case("namespace") {
            return self.row.namespace.as_deref();
        }
        let same = |name: &str| {
            let plain = name.chars().filter(|c| c.is_alphanumeric());
            let wanted = key.chars().filter(|c| c.is_alphanumeric());
            plain
                .map(|c| c.to_ascii_lowercase())
                .eq(wanted.map(|c| c.to_ascii_lowercase()))
        };
        let at = self.columns.iter().position(|column| same(&column.name))?;
        match self.row.cells.get(at)? {
            Cell::Text(text) => Some(text),
            Cell::Since { .. } => None,
        }
    }
}

/// A word may be in the name or in any other cell; what must not be there must be in none.
fn passes(filter: &Filter, columns: &[Column], row: &Row) -> bool {
    if filter.is_empty() {
        return true;
    }
    let seen = |text| Seen { text, columns, row };
    if filter.matches(&seen(&row.name)) {
        return true;
    }
    let refuses = filter.text().contains('!');
    let cells = row.cells.iter().filter_map(|cell| match cell {
        Cell::Text(text) => Some(&**text),
        Cell::Since { .. } => None,
    });
    !refuses && cells.into_iter().any(|text| filter.matches(&seen(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        object::KindRef,
        table::{Listing, Part},
    };

    fn browser(rows: &[(&str, &str, &str)]) -> Browser {
        let column = |name: &str, wide| Column {
            name: name.into(),
            number: false,
            wide,
        };
        let info = KindInfo {
            kind: KindRef::new("", "v1", "Service", "services", true),
            singular: "service".into(),
            short: Vec::new(),
            listing: Listing::Offered,
            watched: true,
        };
        let mut browser = Browser::new(info, 1);
        browser.sheet = Some(Arc::new(Sheet {
            columns: Arc::from([
                column("Name", false),
                column("Cluster-IP", false),
                column("Selector", true),
            ]),
            rows: rows
                .iter()
                .map(|(namespace, name, ip)| {
                    Arc::new(Row {
                        uid: format!("{namespace}-{name}").into(),
                        namespace: Some((*namespace).into()),
                        name: (*name).into(),
                        created: None,
                        cells: [name, ip, "<none>"]
                            .map(|it| Cell::Text(it.into()))
                            .to_vec(),
                    })
                })
                .collect(),
            parts: vec![Part {
                namespace: None,
                listed: true,
                state: PartState::Live,
            }],
            beyond: None,
            plain: false,
            listed_every: None,
        }));
        browser.refresh(10);
        browser
    }

    fn names(browser: &Browser) -> Vec<&str> {
        browser.shown.iter().map(|row| &*row.name).collect()
    }

    #[test]
    fn rows_are_filtered_by_name_cell_and_column() {
        let mut browser = browser(&[
            ("a", "web-10", "10.0.0.9"),
            ("a", "web-2", "10.0.0.10"),
            ("b", "api", "10.0.0.11"),
        ]);
        for (filter, expected) in [
            ("web", vec!["web-10", "web-2"]),
            ("/0.11$/", vec!["api"]),
            ("clusterip=10.0.0.9", vec!["web-10"]),
            ("namespace=b", vec!["api"]),
            ("!web", vec!["api"]),
        ] {
            browser.filter = Filter::parse(filter).unwrap();
            browser.refresh(10);
            assert_eq!(names(&browser), expected, "{filter}");
        }
    }

    #[test]
    fn every_column_can_order_the_rows() {
        let mut browser = browser(&[
            ("a", "web-10", "10.0.0.9"),
            ("a", "web-2", "10.0.0.10"),
            ("b", "api", "10.0.0.11"),
        ]);
        assert_eq!(names(&browser), ["web-10", "web-2", "api"]);
        browser.choose(2, 10);
        browser.order_by_next(false);
        browser.refresh(10);
        assert_eq!(names(&browser), ["api", "web-2", "web-10"]);
        assert_eq!(
            &*browser.selected().unwrap().name,
            "api",
            "the selection follows its object"
        );
        browser.order_by_next(false);
        assert_eq!(browser.order, Order::Column(1));
        browser.order_by_next(false);
        assert_eq!(browser.order, Order::Listed, "the wide column is not drawn");
    }
}
