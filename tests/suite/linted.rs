//! The linter: every mistake of the runbooks is found by its rule where it stands and nothing else is; every rule finds a
//! variation of its mistake and is silent on the twin that is right.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use quarterdeck::{
    app::directory::{self, Part, Reach},
    domain::text::Lang,
    pack::{
        Pack,
        lint::{Expected, Found, Runbook, Severity, lint, rules},
    },
};
use serde::Deserialize;

/// The ids of the mistakes that the runbooks have.
const MISTAKES: usize = 136;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    files
}

/// A rule and the place at which it finds something.
type Places = BTreeSet<(String, String)>;

/// Every runbook with what it has to have.
fn runbooks() -> Vec<(String, Runbook)> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it is text");
        let name = path.display().to_string();
        let runbook = Runbook::read(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        (name, runbook)
    };
    files("tests/lint").into_iter().map(read).collect()
}

fn found(runbook: &Runbook) -> Places {
    let found = runbook.look().into_iter();
    found.map(|it| (it.rule.to_owned(), it.at)).collect()
}

fn wanted(expected: &[Expected]) -> Places {
    let places = |it: &Expected| {
        let rule = it.rule.clone();
        let at = it.at.clone().into_iter();
        at.map(move |at| (rule.clone(), at)).collect::<Vec<_>>()
    };
    expected.iter().flat_map(places).collect()
}

// row: G8
#[test]
fn every_mistake_of_the_runbooks_is_found_and_nothing_else() {
    let mut ids = BTreeSet::new();
    for (name, runbook) in runbooks() {
        let (found, wanted) = (found(&runbook), wanted(&runbook.expected));
        let missed: Vec<_> = wanted.difference(&found).collect();
        let others: Vec<_> = found.difference(&wanted).collect();
        assert!(missed.is_empty(), "{name}: not found: {missed:?}");
        assert!(others.is_empty(), "{name}: found beside: {others:?}");
        ids.extend(runbook.expected.iter().map(|it| it.id.clone()));
    }
    let all: BTreeSet<String> = (1..=MISTAKES).map(|id| format!("L{id}")).collect();
    let missing: Vec<_> = all.difference(&ids).collect();
    assert!(missing.is_empty(), "no runbook expects {missing:?}");
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// A mistake that no runbook has as it stands here, and its twin without it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    kind: Option<String>,
    #[serde(default)]
    about: String,
    bad: String,
    good: String,
}

fn cases() -> Vec<Case> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it is text");
        let cases: Cases = toml::from_str(&text).unwrap_or_else(|why| panic!("{why}"));
        cases.case
    };
    files("tests/lint/cases")
        .into_iter()
        .flat_map(read)
        .collect()
}

/// The head of a pack whose actions a case gives.
const WHO: &str = r#"
[pack]
id = "x"
title = "x"
time_zone = "UTC"
[desk]
context = "live"
namespaces = ["shop"]
[place.host]
cwd = "/srv/shop"
[connection.cache]
kind = "redis"
host = "cache.shop"
db = 0
"#;

impl Case {
    fn rules_of(&self, text: &str) -> BTreeSet<String> {
        if self.kind.as_deref() == Some("pack") {
            let findings = lint(&[("pack.toml", WHO), ("actions.toml", text)]).findings;
            return findings.into_iter().map(|it| it.rule.to_owned()).collect();
        }
        let head = "[runbook]\nid = \"X\"\nangles = true\n";
        let desk = "[desk]\ncontext = \"live\"\nnamespaces = [\"shop\"]\n";
        let body = match self.kind.as_deref() {
            Some("data") => text.to_owned(),
            kind => {
                let kind = kind.unwrap_or("shell");
                let (text, about) = (toml::Value::from(text), toml::Value::from(&*self.about));
                format!(
                    "[[command]]\nline = 1\nkind = \"{kind}\"\nabout = {about}\ntext = {text}\n"
                )
            }
        };
        let file = format!("{head}{desk}{body}");
        let runbook = Runbook::read(&file).unwrap_or_else(|why| panic!("{}: {why}", self.rule));
        runbook
            .look()
            .into_iter()
            .map(|it| it.rule.to_owned())
            .collect()
    }
}

// row: G8
#[test]
fn a_rule_finds_a_variation_and_is_silent_on_what_is_right() {
    let mut faults = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 110);
    for case in cases {
        let bad = case.rules_of(&case.bad);
        if !bad.contains(&case.rule) {
            faults.push(format!(
                "{} finds nothing in: {} ({bad:?})",
                case.rule, case.bad
            ));
        }
        let good = case.rules_of(&case.good);
        if !good.is_empty() {
            faults.push(format!(
                "{}: its twin has {good:?}: {}",
                case.rule, case.good
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with a step of a case is wrong although it loads.
#[test]
fn the_packs_of_the_cases_load() {
    let packs = cases()
        .into_iter()
        .filter(|case| case.kind.as_deref() == Some("pack"));
    let mut all = 0;
    for case in packs {
        all += 1;
        for text in [case.bad.as_str(), case.good.as_str()] {
            let files = [("pack.toml", WHO), ("actions.toml", text)];
            Pack::parse(&files).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
        }
    }
    assert!(all >= 12, "{all}");
}

/// What a step does is told as a command, and shown where the step says it.
#[test]
fn a_mistake_of_a_step_is_named_where_it_stands() {
    let actions = r#"
[action.more]
tier = "T2"
target = "deployment/web"
run = [
    { exec = "pod/web-pod", argv = ["uptime"], in = "one" },
    { scale = "$target", replicas = 6 },
]
"#;
    let found = lint(&[("pack.toml", WHO), ("actions.toml", actions)]).findings;
    let found: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|it| {
            assert_eq!(it.place.file, 1);
            let shown = &actions[it.place.start..it.place.end];
            (it.rule, it.at.as_str(), shown)
        })
        .collect();
    let (pod, many) = ("action.more.run[0].argv", "action.more.run[1]");
    assert_eq!(
        found,
        [
            ("kubectl-literal-pod", pod, "\"pod/web-pod\""),
            ("kubectl-scale-may-shrink", many, "6"),
        ]
    );
}

/// Half a command, half a query: nothing falls over it.
#[test]
fn a_torn_text_is_looked_through_calmly() {
    for mut case in cases() {
        if matches!(case.kind.as_deref(), Some("data" | "pack")) {
            continue;
        }
        let whole = case.bad.clone();
        for kind in ["shell", "sql", "promql", "cron", "setting"] {
            case.kind = Some(kind.to_owned());
            let cuts = whole.char_indices().map(|(at, _)| at);
            for cut in cuts.filter(|cut| kind == "shell" || cut % 7 == 0) {
                let _ = case.rules_of(&whole[..cut]);
                let _ = case.rules_of(&whole[cut..]);
            }
        }
    }
}

#[test]
fn every_rule_has_a_case_and_says_in_both_languages_what_and_how() {
    let cases: BTreeSet<String> = cases().into_iter().map(|it| it.rule).collect();
    let rules: BTreeSet<String> = rules().keys().cloned().collect();
    let without: Vec<_> = rules
        .difference(&cases)
        // Those of a server have their tests beside them.
        .filter(|it| *it != "accept-unused" && !it.starts_with("server-"))
        .collect();
    assert!(without.is_empty(), "no case for {without:?}");
    for (id, rule) in quarterdeck::pack::lint::rules() {
        for text in [&rule.what, &rule.mend] {
            let (en, zh) = (text.get(Lang::En), text.get(Lang::Zh));
            assert!(!en.is_empty() && !zh.is_empty(), "{id}");
            assert!(!zh.is_ascii() || zh == en, "{id}: {zh}");
        }
    }
}

/// The pack with one line more in its first file.
fn glancy(more: &str) -> Vec<(String, String)> {
    let files = quarterdeck::pack::Pack::embedded_files("glancy").expect("it comes along");
    let files = files.iter().map(|(name, text)| {
        let more = if name.ends_with("pack.toml") {
            more
        } else {
            ""
        };
        ((*name).to_owned(), format!("{text}{more}"))
    });
    files.collect()
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect()
}

// row: G8
#[test]
fn the_packs_that_come_along_have_only_what_they_accept() {
    for id in quarterdeck::pack::Pack::embedded_ids() {
        let files = quarterdeck::pack::Pack::embedded_files(id).expect("it comes along");
        let report = lint(files);
        let told: Vec<String> = report
            .findings
            .iter()
            .map(|finding| {
                let (path, text) = files[finding.place.file];
                let found = Found {
                    finding,
                    path,
                    text,
                };
                found.render(Lang::En, false)
            })
            .collect();
        assert!(told.is_empty(), "{id}:\n{}", told.join("\n"));
    }
}

// row: G8
#[test]
fn whoever_stands_without_a_contact_is_named_and_accepted_by_name() {
    let mut all = 0;
    for id in Pack::embedded_ids() {
        let pack = Pack::embedded(id)
            .expect("it comes along")
            .expect("it loads");
        let reached: BTreeSet<&String> = (pack.contacts().iter())
            .flat_map(|contact| &contact.roles)
            .collect();
        let missing: BTreeSet<String> = (pack.roles().iter())
            .filter(|role| !reached.contains(&role.id))
            .map(|role| format!("role.{}", role.id))
            .collect();
        let entries = directory::entries(&pack, jiff::Timestamp::UNIX_EPOCH);
        let shown = entries
            .iter()
            .filter(|it| it.part == Part::People && it.reach == Reach::NotGiven);
        assert_eq!(shown.count(), missing.len(), "{id}");
        let report = lint(Pack::embedded_files(id).expect("it comes along"));
        let named: BTreeSet<String> = (report.accepted.iter())
            .filter(|(it, _)| it.rule == "contact-missing" && it.at.starts_with("role."))
            .map(|(it, _)| it.at.clone())
            .collect();
        assert_eq!(named, missing, "{id}");
        all += missing.len();
    }
    assert!(all >= 11, "{all}");
}

/// A room that is of nobody in particular is no way to reach a role.
#[test]
fn a_contact_without_roles_reaches_no_role() {
    let more = "\n[role.baker]\ntitle = \"Baker\"\n";
    let report = lint(&borrowed(&glancy(more)));
    let found: Vec<(&str, &str)> = (report.findings.iter())
        .map(|it| (it.rule, it.at.as_str()))
        .collect();
    assert_eq!(found, [("contact-missing", "role.baker")]);
}

#[test]
fn an_acceptance_is_of_one_rule_at_one_place_and_must_be_of_use() {
    let idle = "\n[[accept]]\nrule = \"redis-flush\"\nat = \"action.none\"\nbecause = \"x\"\n";
    let files = glancy(idle);
    let report = lint(&borrowed(&files));
    let rules: Vec<&str> = report.findings.iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["accept-unused"]);
    assert!(report.accepted.iter().any(|(it, why)| {
        it.rule == "limit-two-reds" && it.at == "light.release.red" && !why.get(Lang::Zh).is_empty()
    }));
}

// row: G5, G8
#[test]
fn a_finding_shows_the_line_and_covers_secrets() {
    let text = "[runbook]\nid = \"X\"\n[[command]]\nline = 7\ntext = '''\nls\nredis-cli -h a -a hunter2 ping'''\n";
    let runbook = Runbook::read(text).expect("it is a runbook");
    let findings = runbook.look();
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!(
        (finding.rule, &*finding.at),
        ("redis-password-in-argv", "X:8")
    );
    let found = Found {
        finding,
        path: "x.toml",
        text,
    };
    assert_eq!((found.line(), found.column()), (7, 19));
    assert_eq!(found.severity(), Severity::Error);
    for lang in Lang::ALL {
        let told = found.render(lang, false);
        assert!(
            told.contains("x.toml:7:19") && told.contains("^^^^^^^"),
            "{told}"
        );
        assert!(told.contains("redis-cli -h a -a *******"), "{told}");
        assert!(
            !told.contains("hunter2") && told.contains("[redis-password-in-argv]"),
            "{told}"
        );
    }
}

/// The page of the rules, as it should be.
fn page() -> String {
    let mut by_rule: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut counts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, runbook) in runbooks() {
        let found = found(&runbook);
        for expected in &runbook.expected {
            let there = |at: &String| found.contains(&(expected.rule.clone(), at.clone()));
            if expected.at.iter().all(there) {
                let ids = by_rule.entry(expected.rule.clone()).or_default();
                ids.push(expected.id.clone());
                let kind = rules()[&expected.rule].kind.clone();
                counts.entry(kind).or_default().insert(expected.id.clone());
            }
        }
    }
    let mut page = include_str!("linted/head.md").to_owned();
    page.push_str(
        "\n## Found on the runbooks' own commands and numbers\n\n| kind | mistakes |\n|---|---|\n",
    );
    for (kind, ids) in &counts {
        let _ = writeln!(page, "| {kind} | {} |", ids.len());
    }
    page.push_str(
        "\n## Rules\n\n| rule | kind | | what it finds | mistakes |\n|---|---|---|---|---|\n",
    );
    for (id, rule) in rules() {
        let mark = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let what = rule
            .what
            .get(Lang::En)
            .replace('|', "\\|")
            .replace("{}", "…");
        let ids = by_rule
            .get(id)
            .map(|ids| ids.join(", "))
            .unwrap_or_default();
        let _ = writeln!(page, "| `{id}` | {} | {mark} | {what} | {ids} |", rule.kind);
    }
    page
}

#[test]
fn the_page_of_rules_is_what_the_rules_are() {
    let path = root().join("docs/lint.md");
    let page = page();
    if std::env::var_os("QUARTERDECK_BLESS").is_some() {
        fs::write(&path, &page).expect("it can be written");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == page,
        "docs/lint.md is old: QUARTERDECK_BLESS=1 writes it anew"
    );
}
