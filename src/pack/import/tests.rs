use serde_json::Value;

use super::{Document, Imported, expression::compared};
use crate::pack::lint::lint;

const FILES: [(&str, &str); 6] = [
    ("rules.yml", include_str!("../../../tests/import/rules.yml")),
    (
        "rule-object.yml",
        include_str!("../../../tests/import/rule-object.yml"),
    ),
    ("sloth.yml", include_str!("../../../tests/import/sloth.yml")),
    ("pyrra.yml", include_str!("../../../tests/import/pyrra.yml")),
    (
        "openslo.yml",
        include_str!("../../../tests/import/openslo.yml"),
    ),
    ("names.yml", include_str!("../../../tests/import/names.yml")),
];

/// Each format with every key it knows, and some it does not.
const WHOLE: [(&str, &str); 6] = [
    (
        "rules.yml",
        include_str!("../../../tests/import/whole/rules.yml"),
    ),
    (
        "rule-object.yml",
        include_str!("../../../tests/import/whole/rule-object.yml"),
    ),
    (
        "sloth.yml",
        include_str!("../../../tests/import/whole/sloth.yml"),
    ),
    (
        "sloth-object.yml",
        include_str!("../../../tests/import/whole/sloth-object.yml"),
    ),
    (
        "pyrra.yml",
        include_str!("../../../tests/import/whole/pyrra.yml"),
    ),
    (
        "openslo.yml",
        include_str!("../../../tests/import/whole/openslo.yml"),
    ),
];

fn documents(names: &[&str]) -> Vec<Document> {
    let chosen = FILES.iter().filter(|(name, _)| names.contains(name));
    chosen.flat_map(|(name, text)| read(name, text)).collect()
}

fn read(name: &str, text: &str) -> Vec<Document> {
    let all: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
    let all = all.into_iter().enumerate();
    all.map(|(at, content)| Document {
        file: name.to_owned(),
        number: at + 1,
        content,
    })
    .collect()
}

fn told(imported: &Imported) -> String {
    let files = imported.files("shop").into_iter();
    let files = files.map(|(path, text)| format!("==> {path}\n{text}"));
    let left = imported.left.iter().map(|it| {
        let detail = it.why.detail();
        let detail = detail.map_or_else(String::new, |it| format!(" {it}"));
        format!("left {}: {}{detail}\n", it.what, it.why.key())
    });
    files.chain(left).collect()
}

#[test]
fn what_is_written_is_a_pack_in_which_nothing_is_wrong() {
    for (name, text) in FILES.into_iter().chain(WHOLE) {
        let imported = Imported::of(&read(name, text));
        assert!(imported.counts().iter().sum::<usize>() > 0, "{name}");
        let files = imported.files("shop");
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let findings = lint(&files).findings;
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        if let Err(errors) = crate::pack::Pack::parse(&files) {
            panic!("{name}:\n{errors}\n{}", told(&imported));
        }
    }
}

/// A value of a file that says something: where it stands, and the names of what it stands in.
struct Leaf {
    pointer: String,
    /// Its path from each of the objects around it: `spec.labels.team`, `labels.team`, `team`.
    tails: Vec<String>,
    names: Vec<String>,
}

fn name(value: &Value) -> Vec<String> {
    let own = ["/alert", "/record", "/name", "/service", "/metadata/name"];
    let own = own.iter().filter_map(|it| value.pointer(it)?.as_str());
    own.map(str::to_owned).collect()
}

fn leaves(value: &Value, around: &Leaf, found: &mut Vec<Leaf>) {
    let inside = |step: &str, shown: &str, value: &Value| {
        let join = |tail: &String| {
            let gap = if tail.is_empty() || shown.starts_with('[') {
                ""
            } else {
                "."
            };
            format!("{tail}{gap}{shown}")
        };
        let step = step.replace('~', "~0").replace('/', "~1");
        Leaf {
            pointer: format!("{}/{step}", around.pointer),
            tails: (around.tails.iter().map(join))
                .chain([String::new()])
                .collect(),
            names: (around.names.iter().cloned()).chain(name(value)).collect(),
        }
    };
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let bare = key
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
                let shown = if bare {
                    key.clone()
                } else {
                    format!("\"{key}\"")
                };
                leaves(value, &inside(key, &shown, value), found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                let shown = format!("[{at}]");
                leaves(value, &inside(&at.to_string(), &shown, value), found);
            }
        }
        _ => found.push(Leaf {
            pointer: around.pointer.clone(),
            tails: around.tails.clone(),
            names: around.names.clone(),
        }),
    }
}

impl Leaf {
    /// Whether a line of the list speaks of it: by its key, or by one that it is below of, of the item it stands in.
    fn is_named(&self, what: &str) -> bool {
        let mut parts = what.split(": ").skip(1);
        let (first, key) = (parts.next().unwrap_or_default(), parts.next());
        let at = |key: &str| {
            self.tails.iter().any(|tail| {
                let rest = tail.strip_prefix(key);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        };
        let of = self.names.iter().any(|name| {
            let before = first.strip_suffix(name.as_str());
            before.is_some_and(|before| before.ends_with([' ', '/']))
        });
        key.map_or_else(|| of || at(first), |key| of && at(key))
    }
}

/// Another value of its kind.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(word) => Value::from(!word),
        Value::Number(number) => Value::from(number.as_f64().unwrap() + 1.0),
        Value::String(text) => Value::from(format!("{text}x")),
        other => panic!("{other} is no leaf"),
    }
}

/// With another value in its place another pack comes out, or the list names it: so nothing is dropped in silence.
#[test]
fn each_key_of_each_format_is_carried_or_listed() {
    let mut silent = Vec::new();
    for (name, text) in WHOLE {
        let documents = read(name, text);
        let imported = Imported::of(&documents);
        let before = told(&imported);
        let mut count = 0;
        for (at, document) in documents.iter().enumerate() {
            let root = Leaf {
                pointer: String::new(),
                tails: vec![String::new()],
                names: self::name(&document.content),
            };
            let mut found = Vec::new();
            leaves(&document.content, &root, &mut found);
            count += found.len();
            for leaf in found {
                let mut changed = documents.clone();
                let value = changed[at].content.pointer_mut(&leaf.pointer).unwrap();
                *value = other(value);
                let carried = told(&Imported::of(&changed)) != before;
                let listed = imported.left.iter().any(|it| leaf.is_named(&it.what));
                if !carried && !listed {
                    silent.push(format!("{name} {}: {}", at + 1, leaf.pointer));
                }
            }
        }
        assert!(count > 10, "{name}: {count}");
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn names_that_are_no_ids_and_labels_that_differ_in_case_are_kept_apart() {
    let imported = Imported::of(&documents(&["names.yml"]));
    let files = imported.files("shop");
    let text = |name: &str| {
        let found = files.iter().find(|(path, _)| *path == name);
        found.expect("it is written").1.as_str()
    };
    let watch = text("watch.toml");
    for line in [
        "[alert.queue-is-long-2]\nmatch = { alertname = \"queue is long\" }",
        "[alert.queue-is-long]\n",
        "[alert.\"队列\"]\n",
        "[alert.it-s-bad]\nmatch = ",
    ] {
        assert!(watch.contains(line), "{line}:\n{watch}");
    }
    let pack = text("pack.toml");
    for label in ["Critical", "critical", "严重", "1"] {
        let own = format!("maps_from = {{ severity = [\"{label}\"] }}");
        assert!(pack.contains(&own), "{label}:\n{pack}");
    }
    // An address that is none is no document either.
    let left: Vec<&str> = imported.left.iter().map(|it| it.what.as_str()).collect();
    let what = "names.yml: alert it's \"bad\": annotations.runbook_url";
    assert_eq!(left, [what]);
}

/// What annotations name, and for how long an alert must be well, stands in the pack.
#[test]
fn pages_and_the_end_of_an_alert_are_carried() {
    let (name, text) = WHOLE[0];
    let imported = Imported::of(&read(name, text));
    let files: String = imported
        .files("shop")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    for line in [
        "url = \"https://runbooks.example.com/high-error-rate\"",
        "query = \"playbooks/errors.md\"",
        "url = \"https://grafana.example.com/d/errors\"",
        "recovered = { is = \"gauge('high-error-rate').value <= 0.01\", for = \"10m\" }",
        "links = [\"board-high-error-rate\", \"playbook-high-error-rate\", \"runbook-high-error-rate\"]",
        "# From rules.yml, group shop.\n",
        "title = \"Answers are slow\"\nseverity = \"page\"",
    ] {
        assert!(files.contains(line), "{line}:\n{files}");
    }
}

#[test]
fn alerts_carry_severity_runbook_and_limit() {
    insta::assert_snapshot!(told(&Imported::of(&documents(&[
        "rules.yml",
        "rule-object.yml"
    ]))));
}

#[test]
fn objectives_carry_their_queries() {
    insta::assert_snapshot!(told(&Imported::of(&documents(&[
        "sloth.yml",
        "pyrra.yml",
        "openslo.yml"
    ]))));
}

#[test]
fn a_limit_is_read_only_where_there_is_nothing_else() {
    let read = |text| compared(text).map(|it| (it.left, it.sign, it.limit));
    let some = |left: &str, sign, limit| Some((left.to_owned(), sign, limit));
    assert_eq!(read("a > 1"), some("a", ">", 1.0));
    assert_eq!(read("sum(a > 2) <= 1e3"), some("sum(a > 2)", "<=", 1000.0));
    assert_eq!(
        read("a{b=\"x > y\"} < (5 * 1024)"),
        some("a{b=\"x > y\"}", "<", 5120.0)
    );
    for other in [
        "a > b",
        "a > 1 and b",
        "a == 0",
        "a",
        "a > bool 1",
        "1 > a > 0",
        "a > 1 unless on (x) b",
        "a != 1",
    ] {
        assert_eq!(read(other), None, "{other}");
    }
}
