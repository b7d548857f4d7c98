use serde_json::json;

use super::*;
use crate::domain::action::{
    fact::{Fact, FactName},
    fault::ValueFault,
    refusal::Refusal,
    step::STEP_KINDS,
    target::Target,
    verdict::Said,
};
use crate::i18n::Lang;

fn target() -> Target {
    Target::Named {
        name: "release".to_owned(),
    }
}

/// One refusal of each kind, as the ledger keeps them.
fn refusals() -> Vec<Refusal> {
    let drift = serde_json::to_value(Drift {
        was: Fact::new(target(), FactName::Uid, Value::text("a")),
        now: None,
    })
    .unwrap();
    let depth = json!({"one": {"compare": [
        {"name": {"watched": {"of": "depth", "part": null}}, "now": 0.0},
        "more",
        {"name": {"figure": 1.0}, "now": 1.0},
    ], "held": false}});
    [
        json!({"refusal": "read-only"}),
        json!({"refusal": "guard", "condition": "depth > 1", "because": null, "read": [depth]}),
        json!({"refusal": "guard-unknown", "condition": "depth > 1", "because": {"en": "E", "zh": "中"}, "missing": []}),
        json!({"refusal": "needs", "action": "p/a", "within": 900}),
        json!({"refusal": "forbidden", "verb": "patch", "resource": "pods", "namespace": "prod", "why": ""}),
        json!({"refusal": "policy", "rule": "r"}),
        json!({"refusal": "unfilled", "param": "p"}),
        json!({"refusal": "bad-value", "param": "p", "value": "v", "why": {"fault": "empty"}}),
        json!({"refusal": "not-found", "target": "t"}),
        json!({"refusal": "drifted", "drift": drift}),
        json!({"refusal": "busy", "who": "li", "run": "r", "since": "2026-11-21T12:00:00Z"}),
        json!({"refusal": "unsettled", "run": "r"}),
        json!({"refusal": "unreadable", "what": "x", "why": "w"}),
        json!({"refusal": "dry-run", "why": "w"}),
        json!({"refusal": "owned", "by": "HPA", "name": "n"}),
        json!({"refusal": "no-ledger", "why": "w"}),
        json!({"refusal": "shared-away", "why": "w"}),
        json!({"refusal": "no-lock", "why": "w"}),
        json!({"refusal": "declined"}),
        json!({"refusal": "timed-out"}),
        json!({"refusal": "persons", "why": "w"}),
        json!({"refusal": "not-signed", "because": {"unsigned": "unreadable"}}),
        json!({"refusal": "not-signed", "because": {"unsigned": "other-plan"}}),
        json!({"refusal": "not-signed", "because": {"unsigned": "expired"}}),
        json!({"refusal": "not-signed", "because": {"unsigned": "stranger", "why": "w"}}),
        json!({"refusal": "not-signed", "because": {"unsigned": "same", "who": "li"}}),
        json!({"refusal": "not-simulated", "what": "w"}),
        json!({"refusal": "pack-changed"}),
        json!({"refusal": "identity", "why": "w"}),
        json!({"refusal": "unattended", "why": "w"}),
    ]
    .into_iter()
    .map(|value| serde_json::from_value(value).unwrap())
    .collect()
}

#[test]
fn every_refusal_has_a_text_in_both_languages() {
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        let mut said = std::collections::BTreeSet::new();
        for one in refusals() {
            let text = refusal(&texts, &one);
            assert!(
                !text.contains("refusal-") && !text.contains("unsigned-"),
                "{text}"
            );
            assert_ne!(text, one.id());
            assert!(!text.contains('{'), "{text}");
            assert!(said.insert(text));
        }
        assert_eq!(said.len(), refusals().len());
    }
}

#[test]
fn refusals_say_what_they_know() {
    let en = Texts::new(Lang::En);
    let zh = Texts::new(Lang::Zh);
    let all = refusals();
    assert_eq!(
        refusal(&en, &all[1]),
        "not now: depth > 1; depth 0, wants > 1"
    );
    assert_eq!(refusal(&zh, &all[2]), "无法判断现在是否可以执行：中");
    assert_eq!(refusal(&en, &all[4]), "you may not patch pods in prod");
    assert_eq!(
        refusal(&zh, &all[4]),
        "无权对 pods 执行 patch（命名空间 prod）"
    );
}

#[test]
fn a_fact_names_its_field_as_people_do() {
    let texts = Texts::new(Lang::En);
    let was = Fact::new(
        target(),
        FactName::Field("/metadata/annotations/a~1b".to_owned()),
        Value::Int(3),
    );
    let now = Fact {
        by: Some("hpa".to_owned()),
        value: Value::Absent,
        ..was.clone()
    };
    assert_eq!(
        drift(
            &texts,
            &Drift {
                was,
                now: Some(now)
            }
        ),
        "release: metadata.annotations.a/b was 3, now (not set) (hpa)"
    );
}

#[test]
fn who_acts_is_told_as_far_as_it_is_known() {
    let texts = Texts::new(Lang::En);
    let said = |value| refusal(&texts, &serde_json::from_value(value).unwrap());
    let bare = said(json!({"refusal": "busy", "who": "li (b-1)", "run": null}));
    assert_eq!(bare, "li (b-1) is acting on it now");
    let whole = said(
        json!({"refusal": "busy", "who": "li (b-1)", "run": "r", "since": "2026-11-21T12:00:00Z"}),
    );
    assert_eq!(
        whole,
        "li (b-1) is acting on it now, since 2026-11-21 12:00:00 UTC, run r"
    );
}

#[test]
fn ends_carry_what_was_said_and_nothing_that_moves_the_cursor() {
    let texts = Texts::new(Lang::En);
    let end = StepEnd::Done {
        said: vec![
            Said {
                name: "rc".to_owned(),
                of: Some("app-1".to_owned()),
                value: Value::Int(0),
            },
            Said {
                name: "job".to_owned(),
                of: None,
                value: Value::text("x\u{1b}[2Jy"),
            },
        ],
        saved: std::collections::BTreeMap::new(),
    };
    let said = step_end(&texts, &end);
    assert!(said.starts_with("done: app-1 exit code 0; job x"), "{said}");
    assert!(!said.contains('\u{1b}'));
    let long = StepEnd::Failed {
        why: "x".repeat(4000),
    };
    assert!(step_end(&texts, &long).chars().count() < 200);
}

#[test]
fn every_verdict_and_kind_of_step_has_a_word() {
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        for one in Verdict::ALL {
            assert!(!verdict(&texts, one).starts_with("verdict-"));
        }
        for kind in STEP_KINDS {
            assert!(texts.has(&format!("step-{kind}")), "{kind}");
        }
    }
}

#[test]
fn every_fault_of_a_value_has_a_text_in_both_languages() {
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        for one in ValueFault::all() {
            let text = fault(&texts, &one);
            assert!(!text.contains("fault-") && !text.contains('{'), "{text}");
        }
    }
}

#[test]
fn an_arrow_points_at_something_even_where_that_is_empty() {
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        let empty = texts.t("value-empty");
        assert_eq!(side(&texts, Some("")), empty);
        assert_eq!(side(&texts, Some("a,b")), "a,b");
        assert_eq!(side(&texts, None), texts.t("value-absent"));
        assert_eq!(value(&texts, &Value::List(Vec::new())), empty);
    }
}
