use super::{Document, Imported, expression::compared};
use crate::pack::Pack;

const FILES: [(&str, &str); 5] = [
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
];

fn documents(names: &[&str]) -> Vec<Document> {
    let chosen = FILES.iter().filter(|(name, _)| names.contains(name));
    let read = chosen.flat_map(|(name, text)| {
        let all: Vec<serde_json::Value> = serde_saphyr::from_multiple(text).unwrap();
        all.into_iter().enumerate().map(|(at, content)| Document {
            file: (*name).to_owned(),
            number: at + 1,
            content,
        })
    });
    read.collect()
}

fn told(imported: &Imported) -> String {
    let files = imported.files("shop").into_iter();
    let files = files.map(|(path, text)| format!("==> {path}\n{text}"));
    let left = imported
        .left
        .iter()
        .map(|it| format!("left {}: {}\n", it.what, it.why));
    files.chain(left).collect()
}

#[test]
fn what_is_written_is_a_pack() {
    for (name, _) in FILES {
        let imported = Imported::of(&documents(&[name]));
        let files = imported.files("shop");
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        if let Err(errors) = Pack::parse(&files) {
            panic!("{name}:\n{errors}\n{}", told(&imported));
        }
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
