//! Screens of text about an object: its description, its manifest, its events, its rollouts.

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

use crate::domain::{
    description::Description,
    diff::{DiffLine, diff},
    event::EventRow,
    freshness::Trouble,
    id::Fingerprint,
    manifest::{CodeLine, Manifest, json, yaml},
    object::ObjectKey,
    question::RequestId,
    rollout::Revision,
};

use super::{filter::Filter, logs::pattern::understood};

/// Which document of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    Describe,
    Manifest,
    Events,
    Rollouts,
    /// What two revisions of a workload differ in.
    Diff,
}

/// What a document is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Object(ObjectKey),
    /// The pods an alert's labels mean.
    Alert(Fingerprint),
    /// Everything the desk looks at.
    Desk,
}

/// A screen of text about an object.
#[derive(Debug, Clone)]
pub struct DocumentScreen {
    pub about: About,
    pub page: Page,
    /// When what is shown was read.
    pub read_at: Option<Timestamp>,
    /// The newest reading failed; what was read before stays.
    pub trouble: Option<Trouble>,
    /// The question that is on its way.
    pub request: Option<RequestId>,
    /// The object changed since it was read.
    pub changed: bool,
    /// The object is no longer there; what is shown is what it was.
    pub gone: bool,
    pub scroll: usize,
    /// The first column that is shown where lines are not wrapped.
    pub column: usize,
    pub wrap: bool,
    pub search: Option<Search>,
}

/// What is shown; `None` while the first answer is on its way.
#[derive(Debug, Clone)]
pub enum Page {
    Describe(Option<Description>),
    Manifest(Option<ManifestPage>),
    Events(EventsPage),
    Rollouts(RolloutsPage),
    Diff(DiffPage),
}

/// A manifest as it is written now.
#[derive(Debug, Clone)]
pub struct ManifestPage {
    pub manifest: Manifest,
    pub form: Form,
    /// Managed fields are shown.
    pub managed: bool,
    pub lines: Vec<CodeLine>,
}

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    #[default]
    Yaml,
    Json,
}

/// Events by time: the watched ones, and what was asked for where those do not suffice.
#[derive(Debug, Clone, Default)]
pub struct EventsPage {
    pub filter: Filter,
    pub warnings_only: bool,
    /// What was asked for; `None` where the watch suffices or the answer has not come.
    pub asked: Option<Vec<EventRow>>,
    /// The watch does not have them: they are asked for.
    pub asks: bool,
}

/// The revisions of a workload, one of them selected by its number.
#[derive(Debug, Clone, Default)]
pub struct RolloutsPage {
    pub revisions: Option<Vec<Revision>>,
    pub selected: Option<u64>,
}

/// What the template of a revision differs in from another's.
#[derive(Debug, Clone)]
pub struct DiffPage {
    pub from: u64,
    pub to: u64,
    /// The newer one is the current one.
    pub to_current: bool,
    pub lines: Vec<DiffLine>,
}

/// What is looked for in a document, and which of its places is shown.
#[derive(Debug, Clone)]
pub struct Search {
    pub text: String,
    pub regex: Regex,
    /// The line it was begun at.
    pub from: usize,
    /// So many places further than the first one from there.
    pub steps: isize,
    /// The place is scrolled to: until the person scrolls elsewhere.
    pub follows: bool,
}

impl Search {
    /// Looks for a text as it stands, or for `/an expression/`; `None` where nothing is typed. The error says what is wrong
    /// with the expression.
    pub fn new(text: &str, from: usize) -> Result<Option<Self>, String> {
        let regex = understood(text)?;
        Ok(regex.map(|regex| Self {
            text: text.to_owned(),
            regex,
            from,
            steps: 0,
            follows: true,
        }))
    }
}

impl ManifestPage {
    pub fn new(manifest: Manifest, form: Form, managed: bool) -> Self {
        let mut page = Self {
            manifest,
            form,
            managed,
            lines: Vec::new(),
        };
        page.write();
        page
    }

    /// Writes it again, after what is shown of it changed.
    pub fn write(&mut self) {
        let folded;
        let object = if self.managed {
            &self.manifest.object
        } else {
            folded = self.manifest.folded();
            &folded
        };
        self.lines = match self.form {
            Form::Yaml => yaml(object),
            Form::Json => json(object),
        };
    }
}

impl RolloutsPage {
    pub fn position(&self) -> Option<usize> {
        let revisions = self.revisions.as_ref()?;
        let selected = self.selected?;
        revisions.iter().position(|it| it.number == selected)
    }

    /// The diff of the selected revision: to the current one, or from the one before it.
    pub fn diff(&self, previous: bool) -> Option<DiffPage> {
        let revisions = self.revisions.as_ref()?;
        let at = self.position()?;
        let selected = &revisions[at];
        // Held against itself the current one differs in nothing: what it changed is meant.
        let (from, to) = if previous || selected.current {
            (revisions.get(at + 1)?, selected)
        } else {
            (selected, revisions.iter().find(|it| it.current)?)
        };
        Some(DiffPage {
            from: from.number,
            to: to.number,
            to_current: to.current,
            lines: diff(&lines_of(&from.template), &lines_of(&to.template)),
        })
    }
}

fn lines_of(value: &Value) -> Vec<String> {
    yaml(value).iter().map(CodeLine::text).collect()
}

impl DocumentScreen {
    pub fn new(about: About, page: Page) -> Self {
        // Code keeps its lines as they are; words are wrapped.
        let wrap = !matches!(page, Page::Manifest(_) | Page::Diff(_));
        Self {
            about,
            page,
            read_at: None,
            trouble: None,
            request: None,
            changed: false,
            gone: false,
            scroll: 0,
            column: 0,
            wrap,
            search: None,
        }
    }

    pub const fn kind(&self) -> DocumentKind {
        match self.page {
            Page::Describe(_) => DocumentKind::Describe,
            Page::Manifest(_) => DocumentKind::Manifest,
            Page::Events(_) => DocumentKind::Events,
            Page::Rollouts(_) => DocumentKind::Rollouts,
            Page::Diff(_) => DocumentKind::Diff,
        }
    }

    pub const fn object(&self) -> Option<&ObjectKey> {
        match &self.about {
            About::Object(key) => Some(key),
            About::Alert(_) | About::Desk => None,
        }
    }

    /// Something was read that can be shown.
    pub const fn is_filled(&self) -> bool {
        match &self.page {
            Page::Describe(page) => page.is_some(),
            Page::Manifest(page) => page.is_some(),
            Page::Events(page) => !page.asks || page.asked.is_some(),
            Page::Rollouts(page) => page.revisions.is_some(),
            Page::Diff(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn revision(number: u64, image: &str, current: bool) -> Revision {
        Revision {
            number,
            name: format!("api-{number}"),
            created: None,
            images: vec![image.to_owned()],
            replicas: None,
            cause: None,
            current,
            template: json!({"spec": {"containers": [{"image": image, "name": "main"}]}}),
        }
    }

    #[test]
    fn a_revision_is_held_against_the_current_one_or_the_one_before() {
        let page = RolloutsPage {
            revisions: Some(vec![
                revision(3, "a:3", true),
                revision(2, "a:2", false),
                revision(1, "a:1", false),
            ]),
            selected: Some(2),
        };
        let to_current = page.diff(false).unwrap();
        assert_eq!((to_current.from, to_current.to), (2, 3));
        let removed = DiffLine::Removed("  - image: a:2".to_owned());
        assert!(to_current.lines.contains(&removed), "{to_current:?}");
        let from_before = page.diff(true).unwrap();
        assert_eq!((from_before.from, from_before.to), (1, 2));
        let first = RolloutsPage {
            selected: Some(1),
            ..page
        };
        assert!(first.diff(true).is_none(), "nothing came before the first");
    }

    #[test]
    fn a_search_takes_its_text_as_it_stands_and_an_expression_between_slashes() {
        let finds = |typed: &str, text: &str| {
            let search = Search::new(typed, 0).unwrap().unwrap();
            search.regex.is_match(text)
        };
        assert!(finds("a.b(", "xA.B("));
        assert!(!finds("a.b(", "axb("));
        assert!(!finds("Ab", "ab"));
        assert!(finds("/a.b$/", "xAxb"));
        assert!(Search::new("", 0).unwrap().is_none());
        assert!(Search::new("/[a/", 0).is_err(), "it is never taken as text");
    }
}
