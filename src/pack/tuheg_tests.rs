//! How tuheg leads: its severities, the clocks of its flows, its form and its ladder, as the runbook has them.

use std::time::Duration;

use super::{
    Pack,
    glancy_tests::world::{Desk, World},
};
use crate::domain::{action::value::Value, text::Lang};

fn tuheg() -> Pack {
    Pack::embedded("tuheg").unwrap().unwrap()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what has a clock is held against what may have none"
)]
const fn minutes(minutes: u64) -> Option<Duration> {
    Some(Duration::from_secs(minutes * 60))
}

/// The stages of a flow with their clocks.
fn clocks<'a>(pack: &'a Pack, flow: &str) -> Vec<(&'a str, Option<Duration>)> {
    let stages = pack.flow(flow).unwrap().stages.iter();
    stages
        .map(|stage| (stage.id.as_str(), stage.clock))
        .collect()
}

// row: E1
#[test]
fn each_severity_has_its_time_to_answer_and_its_criteria() {
    let pack = tuheg();
    let severities = pack.severities().iter();
    let respond: Vec<_> = severities
        .map(|severity| (severity.id.as_str(), severity.respond))
        .collect();
    let wanted = [
        ("p0", minutes(15)),
        ("p1", minutes(60)),
        ("p2", minutes(240)),
    ];
    assert_eq!(respond, wanted);
    let criteria: [(&str, &[&str]); 3] = [
        (
            "p0",
            &[
                "生产环境完全不可用",
                "数据库完全不可访问",
                "安全入侵事件",
                "数据丢失或损坏",
                "核心业务流程中断",
            ],
        ),
        (
            "p1",
            &[
                "核心功能部分不可用",
                "性能严重下降",
                "高危安全漏洞",
                "重要数据不一致",
                "关键依赖服务故障",
            ],
        ),
        (
            "p2",
            &[
                "非核心功能异常",
                "性能轻微下降",
                "监控告警异常",
                "用户体验轻微下降",
            ],
        ),
    ];
    for (id, criteria) in criteria {
        let severity = pack.severities().iter().find(|it| it.id == id).unwrap();
        let said = severity.criteria.as_ref().unwrap().get(Lang::Zh);
        for one in criteria {
            assert!(said.contains(one), "{one}: {said}");
        }
    }
}

// row: E1
#[test]
fn exactly_half_slower_is_a_p1() {
    let pack = tuheg();
    // Nothing of tuheg is measured in it: the form alone proposes.
    let world = World::of(&pack);
    let proposed = |field: &str, value: f64| -> Vec<String> {
        let desk = Desk {
            params: [(field.to_owned(), Value::Float(value))].into(),
            ..Desk::default()
        };
        let found = pack.proposed_severities(&world, &desk).into_iter();
        found.map(|(severity, _)| severity).collect()
    };
    assert_eq!(proposed("slower", 50.1), ["p1"]);
    assert_eq!(proposed("slower", 50.0), ["p1"]);
    assert_eq!(proposed("slower", 49.9), ["p2"]);
    assert!(proposed("slower", 0.0).is_empty());
    assert_eq!(proposed("users", 100.0), ["p0"]);
    assert!(proposed("users", 99.9).is_empty());
}

// row: E2
#[test]
fn a_p0_has_a_clock_for_each_stage_and_140_minutes_in_all() {
    let pack = tuheg();
    let stages = [
        ("detect", minutes(5)),
        ("respond", minutes(15)),
        ("impact", minutes(10)),
        ("diagnose", minutes(30)),
        ("fix", minutes(60)),
        ("recover", minutes(30)),
        ("after", None),
    ];
    assert_eq!(clocks(&pack, "p0"), stages);
    let p0 = pack.flow("p0").unwrap();
    assert_eq!(Some(p0.sum()), minutes(140));
    assert_eq!(p0.whole(), minutes(140));
    // The assessment runs inside the response.
    let impact = p0.stage("impact").unwrap();
    assert_eq!(impact.within.as_deref(), Some("respond"));
    let (_, line) = p0.step("detect/call").unwrap();
    let (_, message) = p0.step("detect/message").unwrap();
    assert!(line.either.is_some());
    assert_eq!(line.either, message.either, "one of the two will do");
    for name in ["detect/slack", "detect/people"] {
        let (_, step) = p0.step(name).unwrap();
        assert!(step.either.is_none() && !step.optional, "{name}");
    }
    let (_, unsolved) = p0.step("fix/escalate").unwrap();
    assert!(unsolved.optional, "only what is not solved goes further");
}

// row: E2
#[test]
fn the_end_of_a_p1_and_all_of_a_p2_have_no_clock() {
    let pack = tuheg();
    let stages = [
        ("confirm", minutes(30)),
        ("diagnose", minutes(60)),
        ("implement", minutes(120)),
        ("recover", None),
    ];
    assert_eq!(clocks(&pack, "p1"), stages);
    let p1 = pack.flow("p1").unwrap();
    let implement = p1.stage("implement").unwrap();
    let first = implement.steps.first().unwrap();
    assert_eq!(first.id, "way-back", "the way back is ready first");
    assert_eq!(
        clocks(&pack, "p2"),
        [("record", None), ("diagnose", None), ("fix", None)]
    );
    assert_eq!(pack.flow("p2").unwrap().whole(), None);
}

// row: E3
#[test]
fn the_emergency_group_wants_two_engineers() {
    let pack = tuheg();
    let wanted = pack.incident().roles.iter();
    let wanted: Vec<(&str, usize)> = wanted
        .map(|wanted| (wanted.role.as_str(), wanted.persons))
        .collect();
    assert_eq!(
        wanted,
        [
            ("commander", 1),
            ("technical-lead", 1),
            ("engineer", 2),
            ("dba", 1),
            ("operations", 1),
            ("product", 1),
        ]
    );
    for (id, called) in [
        ("commander", "技术总监"),
        ("technical-lead", "架构师"),
        ("engineer", "资深工程师"),
        ("dba", "DBA"),
        ("operations", "运维工程师"),
        ("product", "产品经理"),
    ] {
        let role = pack.roles().iter().find(|it| it.id == id).unwrap();
        let title = role.title.get(Lang::Zh);
        assert!(title.contains(called), "{id}: {title}");
    }
    let respond = pack.flow("p0").unwrap().stage("respond").unwrap();
    let steps: Vec<&str> = respond.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(steps, ["group", "channel", "zoom", "duties"]);
    assert!(respond.steps.iter().all(|step| !step.optional));
}

// row: E4, E5
#[test]
fn the_impact_is_due_in_ten_minutes() {
    let pack = tuheg();
    let incident = pack.incident();
    assert_eq!(incident.impact_due, minutes(10));
    let asks = |name: &str| incident.impact.iter().any(|it| it.name == name);
    for name in [
        "users", "persons", "what", "business", "rto", "rpo", "slower", "cause",
    ] {
        assert!(asks(name), "{name}");
    }
}

// row: E7
#[test]
fn traffic_comes_back_by_four_rungs_and_is_watched_for_three_spans() {
    let pack = tuheg();
    let incident = pack.incident();
    let rungs: Vec<&str> = incident
        .ladder
        .iter()
        .map(|rung| rung.title.get(Lang::Zh))
        .collect();
    assert_eq!(
        rungs,
        [
            "1% 流量验证",
            "10% 流量验证",
            "50% 流量验证",
            "100% 流量恢复"
        ]
    );
    let asked = |lang| {
        incident
            .ladder
            .iter()
            .all(|it| !it.ask.get(lang).is_empty())
    };
    assert!(asked(Lang::En) && asked(Lang::Zh), "each wants evidence");
    let watches: Vec<_> = incident
        .watches
        .iter()
        .map(|watch| (watch.id.as_str(), Some(watch.lasts)))
        .collect();
    assert_eq!(
        watches,
        [
            ("core", minutes(30)),
            ("full", minutes(120)),
            ("business", minutes(24 * 60))
        ]
    );
}
