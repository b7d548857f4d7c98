//! What may stand where, as data.

/// What a value may be.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Whatever TOML can say: it is handed on.
    Any,
    Bool,
    /// A whole number between two, both included.
    Whole(i64, i64),
    Number,
    /// A string with something in it.
    Str,
    /// A string that may be empty: an argument, a text that is filled in.
    Filled,
    /// A text a person reads: a string, or one by language.
    Text,
    /// A text, number, true or false, or a list of these.
    Plain,
    /// A condition's text.
    Cel,
    PromQl,
    /// A string of one form.
    Form(&'static Form),
    /// One of some words.
    Word(&'static [&'static str]),
    /// The id of something that stands elsewhere in the pack.
    Of(&'static str),
    /// One string, or several in an array.
    OneOrMore(&'static Shape),
    List(&'static Shape),
    /// A list with something in it.
    Many(&'static Shape),
    /// A table whose keys are names of something.
    Map(&'static str, &'static Shape),
    Table(&'static Record),
    /// A table that is known by which of some keys it has: the first of each record.
    Kinds(&'static [&'static Record]),
    /// A table that is known by the word under its first key.
    Typed(&'static [(&'static str, &'static Record)]),
    Either(&'static [Shape]),
}

/// A string that is written in one way.
pub(super) struct Form {
    /// What it is, with its article.
    pub name: &'static str,
    /// How it is written.
    pub example: &'static str,
    /// A regular expression as JSON Schema takes it.
    pub pattern: &'static str,
}

/// One key of a table.
pub(super) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub must: bool,
    /// What holds where it is left out.
    pub default: &'static str,
    /// What it says, in one sentence.
    pub about: &'static str,
}

/// A table and the keys it may have.
pub(super) struct Record {
    /// Its name among all tables.
    pub name: &'static str,
    pub about: &'static str,
    pub keys: &'static [&'static [Key]],
    pub rule: Rule,
    /// Keys that are known in order to say why they may not be there.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "the test that holds it against the readers asks for it"
        )
    )]
    pub refused: &'static [&'static str],
}

/// Which keys go together.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Free,
    /// Exactly one of these.
    One(&'static [&'static str]),
    /// One of these at least.
    Some(&'static [&'static str]),
}

/// A key that must be there.
pub(super) const fn must(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        must: true,
        default: "",
        about,
    }
}

/// A key that may be left out.
pub(super) const fn may(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        must: false,
        ..must(name, shape, about)
    }
}

impl Key {
    /// The same, with what holds where it is left out.
    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

/// A table.
pub(super) const fn record(
    name: &'static str,
    about: &'static str,
    keys: &'static [&'static [Key]],
) -> Record {
    Record {
        name,
        about,
        keys,
        rule: Rule::Free,
        refused: &[],
    }
}

impl Record {
    pub const fn with(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    pub const fn refusing(self, refused: &'static [&'static str]) -> Self {
        Self { refused, ..self }
    }

    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().flat_map(|group| group.iter())
    }

    #[cfg(test)]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

macro_rules! forms {
    ($($id:ident: $name:literal, $example:literal, $pattern:literal;)*) => {
        $(pub(super) static $id: Form = Form { name: $name, example: $example, pattern: $pattern };)*
    };
}

forms! {
    SPAN_FORM: "a span of time", "1h30m", r"^\s*(0+[smhdw])*0*[1-9][0-9]*[smhdw]([0-9]+[smhdw])*\s*$";
    HOUR_FORM: "a time of day", "07:00", r"^\s*[0-9+]+:[0-9+]+\s*$";
    SHARE_FORM: "a share", "99.9%", r"^\s*[0-9.+]+\s*%\s*$";
    URL_FORM: "an address", "https://…", r"^https?://\S+$";
    LIMIT_FORM: "a limit", "<= 2.5", r"^\s*([<>]=?\s*\S+|\S+\s*\.\.\s*\S+)\s*$";
    SECONDS_FORM: "a limit in seconds", "> 120s", r"^\s*([<>]=?\s*\S+|\S+\s*\.\.\s*\S+)\s*$";
    DATE_FORM: "a day", "2026-01-05", r"^\s*[0-9]{4}-?[0-9]{2}-?[0-9]{2}\s*$";
    DATES_FORM: "days", "2026-02-15..2026-02-23", r"^\s*[0-9]{4}-?[0-9]{2}-?[0-9]{2}\s*(\.\.\s*[0-9]{4}-?[0-9]{2}-?[0-9]{2}\s*)?$";
    DAYS_FORM: "days", "mon-fri", r"\S";
    PACK_ID_FORM: "an id of a pack", "glancy", "^[a-z0-9-]+$";
    SERIES_FORM: "a date and one number", "INC-%Y-%m%d-{nn}", r"^[^%]*%Y.*\{n|\{n.*%Y";
    FOLDER_FORM: "an absolute folder", "/srv/app", "^/";
    SOURCE_FORM: "where a secret is read from", "k8s:namespace/name#key", "^(file:/|env:[^=]+$|k8s:[^/]+/[^#]+#.+$)";
    AUTHORITIES_FORM: "where certificates are read from", "file:/etc/ssl/ca.pem", "^(file:/|k8s:[^/]+/[^#]+#.+$)";
    POINTER_FORM: "a JSON pointer", "/status/phase", "^/";
    POD_FORM: "a pod, or a service of compose", "pod/postgres-0", "^(pod/.+|compose/.+/.+)";
    REGEX_FORM: "a regular expression", "level=(?<level>\\w+)", r"\S";
    HTTP_FORM: "an address", "https://api.internal/x/$id", "^https?://";
    OBJECT_FORM: "an object, `$target`, or a parameter", "deployment/web", r"^\S+$";
    MOUNT_FORM: "a mount", "/var", "^/";
    MATCHER_FORM: "a matcher", "alertname=ExportBacklog", r"^(\$|[^=!]+(!~|=~|!=|=))";
    HOLE_FORM: "a parameter", "$replicas", r"^\$";
    WAIT_FORM: "a span of time, or a parameter", "30s", r"^\s*(\$.*|([0-9]+[smhdw])+)\s*$";
}

/// A span of time.
pub(super) const SPAN: Shape = Shape::Form(&SPAN_FORM);
/// A string of one form.
pub(super) const fn form(form: &'static Form) -> Shape {
    Shape::Form(form)
}

/// A condition: its text, or that with the time it must hold for.
pub(super) static CONDITION: Shape = Shape::Either(&[Shape::Cel, Shape::Table(&OVER_TIME)]);

static OVER_TIME: Record = record(
    "condition",
    "A condition that must hold for a time.",
    &[&[
        must("is", Shape::Cel, "What must hold ([vocabulary](cel.md))."),
        may("for", SPAN, "For how long, minute by minute, 6 h at most."),
        may(
            "windows",
            Shape::Whole(1, 35),
            "In how many whole windows in a row.",
        ),
        may(
            "window",
            SPAN,
            "How long a window is: whole minutes that divide a day.",
        )
        .or("5m"),
    ]],
)
.with(Rule::One(&["for", "windows"]));

/// A condition on what a hook observes.
pub(super) static HOOK_CONDITION: Shape = Shape::Either(&[Shape::Cel, Shape::Table(&OVER_WINDOWS)]);

static OVER_WINDOWS: Record = record(
    "hook-condition",
    "A condition of a hook that must hold in several of its windows.",
    &[&[
        must(
            "is",
            Shape::Cel,
            "What must hold of the names the hook observes.",
        ),
        must(
            "windows",
            Shape::Whole(1, 35),
            "In how many whole windows in a row.",
        ),
    ]],
)
.refusing(&["for"]);

/// A text by language.
pub(super) static TEXT: Record = record(
    "text",
    "A text a person reads, by language; a string alone is the same in both.",
    &[&[
        may("en", Shape::Str, "In English."),
        may("zh", Shape::Str, "In Chinese."),
    ]],
)
.with(Rule::Some(&["en", "zh"]));
