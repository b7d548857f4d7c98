//! Parameters of actions, and fields of forms.

use super::super::shape::{
    FOLDER_FORM, Key, REGEX_FORM, Record, SPAN, Shape, form, may, must, record,
};

/// A parameter, known by its `type`.
pub(super) const PARAM: Shape = Shape::Typed(&PARAMS);
/// What `params` holds.
pub(super) const PARAMS_KEY: Shape = Shape::Map("name", &PARAM);

const WORDS: &[&str] = &[
    "int",
    "float",
    "bool",
    "enum",
    "pattern",
    "duration",
    "timestamp",
    "list",
    "object",
    "secret",
    "ip",
    "path",
    "git-ref",
    "database",
    "revision",
    "container",
    "alert",
    "matchers",
    "text",
];

/// What every parameter may have, whatever its type.
const COMMON: &[Key] = &[
    must("type", Shape::Word(WORDS), "What may be given."),
    may("title", Shape::Text, "How the form calls it.").or("its name"),
    may(
        "default",
        Shape::Plain,
        "What stands in the form beforehand.",
    ),
    may("optional", Shape::Bool, "Whether it may be left out.").or("false"),
    may(
        "now",
        Shape::Str,
        "What of `before` is its present value: `orders.depth`.",
    )
    .or("what the step itself reads"),
    may(
        "from",
        Shape::Str,
        "The `read` whose lines are all that may be given; without a parameter of its own the form shows them.",
    )
    .or("whatever its type takes"),
    may(
        "loses_since",
        Shape::Str,
        "How a name says when it was made, `%Y%m%d_%H%M%S`: what came since is lost, and its hours are the number of a T3.",
    ),
];
/// What a list's items have of it.
const ITEM: &[Key] = &[must("type", Shape::Word(WORDS), "What an item may be.")];

const RANGE: &[Key] = &[
    may("range", Shape::List(&Shape::Number), "`[least, most]`."),
    may("least", Shape::Number, "Not less than this."),
    may("most", Shape::Number, "Not more than this."),
];
const INT: &[Key] = &[
    may(
        "one_of",
        Shape::List(&Shape::Whole(i64::MIN, i64::MAX)),
        "The numbers that may be given.",
    ),
    may(
        "ladder",
        Shape::List(&Shape::Whole(i64::MIN, i64::MAX)),
        "Rungs, of which only the next one up or down may be taken.",
    ),
];
const SPANS: &[Key] = &[
    may("least", SPAN, "Not less than this."),
    may("most", SPAN, "Not more than this."),
];
const CHOICE: &[Key] = &[must(
    "one_of",
    Shape::OneOrMore(&Shape::Str),
    "What may be chosen.",
)];
const PATTERN: &[Key] = &[must(
    "pattern",
    form(&REGEX_FORM),
    "What the whole of it must be like.",
)];
const KINDS: &[Key] = &[must(
    "kinds",
    Shape::OneOrMore(&Shape::Str),
    "The kinds of objects: `deployment`, `pod`.",
)];
const MINE: &[Key] = &[may(
    "not_mine",
    Shape::Bool,
    "Whether loopback and the like are refused.",
)
.or("false")];
const BELOW: &[Key] = &[must(
    "below",
    form(&FOLDER_FORM),
    "The folder it must lie in.",
)];
static OF_WHAT: [Shape; 2] = [Shape::Word(WORDS), Shape::Typed(&ITEMS)];

/// What a list may say of its items beside their type.
const OF: &[Key] = &[
    must(
        "of",
        Shape::Either(&OF_WHAT),
        "What its items are: a type, or a table with it.",
    ),
    may(
        "range",
        Shape::List(&Shape::Number),
        "`[least, most]` of each.",
    ),
    may(
        "least",
        Shape::Either(&[Shape::Number, SPAN]),
        "Not less than this, each.",
    ),
    may(
        "most",
        Shape::Either(&[Shape::Number, SPAN]),
        "Not more than this, each.",
    ),
    may(
        "one_of",
        Shape::Either(&[
            Shape::OneOrMore(&Shape::Str),
            Shape::List(&Shape::Whole(i64::MIN, i64::MAX)),
        ]),
        "What each may be.",
    ),
    may(
        "ladder",
        Shape::List(&Shape::Whole(i64::MIN, i64::MAX)),
        "Rungs of each.",
    ),
    may("pattern", form(&REGEX_FORM), "What each must be like."),
    may(
        "kinds",
        Shape::OneOrMore(&Shape::Str),
        "The kinds of objects each may be.",
    ),
    may(
        "not_mine",
        Shape::Bool,
        "Whether loopback and the like are refused.",
    ),
    may("below", form(&FOLDER_FORM), "The folder each must lie in."),
];

/// Parameters alone, and those that may be items of a list too.
macro_rules! types {
    ($($id:ident: $word:literal, $name:literal, $about:literal, [$($keys:expr),*];)* ; $($of:ident: $item:literal, $item_name:literal, $item_about:literal, [$($of_keys:expr),*];)*) => {
        $(static $id: Record = record($name, $about, &[COMMON, $($keys),*]);)*
        static PARAMS: [(&str, &Record); 19] = [$(($word, &$id)),*];
        $(static $of: Record = record($item_name, $item_about, &[ITEM, $($of_keys),*]);)*
        static ITEMS: [(&str, &Record); 17] = [$(($item, &$of)),*];
    };
}

types! {
    P_INT: "int", "param-int", "A whole number.", [RANGE, INT];
    P_FLOAT: "float", "param-float", "A number.", [RANGE];
    P_BOOL: "bool", "param-bool", "Yes or no.", [];
    P_ENUM: "enum", "param-enum", "One of some words.", [CHOICE];
    P_PATTERN: "pattern", "param-pattern", "A text of one form.", [PATTERN];
    P_DURATION: "duration", "param-duration", "A span of time, in conditions its seconds.", [SPANS];
    P_TIME: "timestamp", "param-timestamp", "A moment: `2026-11-20T06:20:00Z`.", [];
    P_LIST: "list", "param-list", "Several of one type.", [OF];
    P_OBJECT: "object", "param-object", "An object of the cluster: `deployment/web`.", [KINDS];
    P_SECRET: "secret", "param-secret", "The name of a secret of the pack.", [];
    P_IP: "ip", "param-ip", "An address.", [MINE];
    P_PATH: "path", "param-path", "A path below a folder.", [BELOW];
    P_REF: "git-ref", "param-git-ref", "A branch, tag or commit.", [];
    P_DATABASE: "database", "param-database", "One of some databases.", [CHOICE];
    P_REVISION: "revision", "param-revision", "A revision of a workload.", [];
    P_CONTAINER: "container", "param-container", "A container of the target.", [];
    P_ALERT: "alert", "param-alert", "An alert's name.", [];
    P_MATCHERS: "matchers", "param-matchers", "Matchers of a silence.", [];
    P_TEXT: "text", "param-text", "A line of text.", [];
    ;
    I_INT: "int", "item-int", "A whole number.", [RANGE, INT];
    I_FLOAT: "float", "item-float", "A number.", [RANGE];
    I_BOOL: "bool", "item-bool", "Yes or no.", [];
    I_ENUM: "enum", "item-enum", "One of some words.", [CHOICE];
    I_PATTERN: "pattern", "item-pattern", "A text of one form.", [PATTERN];
    I_DURATION: "duration", "item-duration", "A span of time, in conditions its seconds.", [SPANS];
    I_TIME: "timestamp", "item-timestamp", "A moment: `2026-11-20T06:20:00Z`.", [];
    I_OBJECT: "object", "item-object", "An object of the cluster: `deployment/web`.", [KINDS];
    I_IP: "ip", "item-ip", "An address.", [MINE];
    I_PATH: "path", "item-path", "A path below a folder.", [BELOW];
    I_REF: "git-ref", "item-git-ref", "A branch, tag or commit.", [];
    I_DATABASE: "database", "item-database", "One of some databases.", [CHOICE];
    I_REVISION: "revision", "item-revision", "A revision of a workload.", [];
    I_CONTAINER: "container", "item-container", "A container of the target.", [];
    I_ALERT: "alert", "item-alert", "An alert's name.", [];
    I_MATCHERS: "matchers", "item-matchers", "Matchers of a silence.", [];
    I_TEXT: "text", "item-text", "A line of text.", [];
}
