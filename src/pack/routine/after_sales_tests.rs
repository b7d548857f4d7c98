//! The calendar, the roster, the form and the contacts of after-sales, as its runbook has them.

use jiff::Timestamp;

use crate::{
    domain::{calendar::shift_at, text::Lang},
    pack::Pack,
};

fn pack() -> Pack {
    Pack::embedded("after-sales").unwrap().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What comes on a day in the zone of the pack: hour, what, and whose.
fn on(day: &str) -> Vec<String> {
    let pack = pack();
    let (from, to) = (
        at(&format!("{day}T00:00:00+08:00")),
        at(&format!("{day}T23:59:59+08:00")),
    );
    let checks = pack
        .checks()
        .iter()
        .map(|it| (it.id.as_str().to_owned(), &it.role, &it.due));
    let lists = pack
        .checklists()
        .iter()
        .map(|it| (it.id.as_str().to_owned(), &it.role, &it.due));
    let all = checks.chain(lists);
    let mut found: Vec<String> = all
        .flat_map(|(id, role, due)| {
            let slots = due.between(from, to, &pack.roster());
            let role = role.clone().unwrap_or_else(|| "-".to_owned());
            slots
                .into_iter()
                .map(move |slot| (slot.at, id.clone(), role.clone()))
        })
        .map(|(due, id, role)| {
            let due = due.to_zoned(pack.roster().zone.clone());
            format!("{} {id} {role}", due.strftime("%H:%M"))
        })
        // What ends a shift is another row's.
        .filter(|line| !line.contains(" duties "))
        .collect();
    found.sort();
    found
}

/// What comes on each day.
const DAILY: [&str; 6] = [
    "09:00 health on-duty",
    "09:30 patrol on-duty",
    "10:00 backups on-duty",
    "14:00 health on-duty",
    "17:00 log-review on-duty",
    "20:00 health on-duty",
];

fn is(day: &str, more: &[&str]) {
    let mut wanted: Vec<String> = DAILY
        .iter()
        .chain(more)
        .map(|it| (*it).to_owned())
        .collect();
    wanted.sort();
    assert_eq!(on(day), wanted, "{day}");
}

// row: A13, A14
#[test]
fn each_day_and_each_weekday_has_its_hours_and_owners() {
    is("2026-11-16", &["10:00 performance-report sre"]);
    is("2026-11-17", &[]);
    is("2026-11-18", &["14:00 security-patches sre"]);
    is("2026-11-20", &["16:00 capacity tech-lead"]);
    is("2026-11-21", &[]);
    is("2026-11-22", &["02:00 drill-restore on-duty"]);
}

// row: A15
#[test]
fn months_and_quarters_bring_their_tasks_on_their_last_days_too() {
    is("2026-12-01", &["10:00 month-report sre"]);
    is("2026-12-05", &["10:00 bills devops"]);
    is("2026-12-15", &["10:00 vacuum dba"]);
    is("2026-02-28", &["10:00 log-archive sre"]);
    is("2028-02-29", &["10:00 log-archive sre"]);
    let quarter = [
        "10:00 architecture-review -",
        "10:00 drill-disaster everybody",
        "10:00 log-archive sre",
        "10:00 security-audit security",
    ];
    // A Wednesday, with its own.
    let wednesday = [&quarter[..], &["14:00 security-patches sre"]].concat();
    is("2026-09-30", &wednesday);
    is("2026-12-31", &quarter);
    let pack = pack();
    let review = pack
        .checks()
        .iter()
        .find(|it| it.id.as_str() == "architecture-review")
        .unwrap();
    assert!(review.title.get(Lang::En).contains("owner to confirm"));
    assert!(review.title.get(Lang::Zh).contains("负责人待确认"));
}

// row: A16
#[test]
fn holidays_have_one_person_all_day_and_worked_saturdays_the_split_of_weekdays() {
    let pack = pack();
    let who = |now: &str| {
        let on = shift_at(pack.shifts(), pack.roster().zone, at(now));
        on.map(|on| on.id).unwrap_or_default()
    };
    // Monday of the National Day's week, to the next morning.
    for now in [
        "2026-10-05T09:00:00+08:00",
        "2026-10-05T20:00:00+08:00",
        "2026-10-06T08:59:00+08:00",
    ] {
        assert_eq!(who(now), "whole", "{now}");
    }
    // A Saturday that is worked for it, and one that is not.
    for (now, id) in [
        ("2026-10-10T09:00:00+08:00", "primary"),
        ("2026-10-10T17:59:00+08:00", "primary"),
        ("2026-10-10T18:00:00+08:00", "backup"),
        ("2026-10-11T08:59:00+08:00", "backup"),
        ("2026-10-11T09:00:00+08:00", "whole"),
        ("2026-11-21T12:00:00+08:00", "whole"),
        ("2026-11-20T12:00:00+08:00", "primary"),
        ("2026-11-20T23:00:00+08:00", "backup"),
    ] {
        assert_eq!(who(now), id, "{now}");
    }
    let duty = pack.roles().iter().find(|it| it.id == "on-duty").unwrap();
    let words = duty.duty.as_ref().unwrap().get(Lang::Zh);
    for part in [
        "5分钟内响应P0告警",
        "9:00/14:00/20:00",
        "30分钟内响应",
        "记录与上报",
        "日志",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

// row: A17
#[test]
fn the_handover_has_exactly_the_fields_of_the_form() {
    let pack = pack();
    let form = pack.handover().unwrap();
    let ticks: Vec<&str> = form.ticks.iter().map(|it| it.title.get(Lang::Zh)).collect();
    assert_eq!(
        ticks,
        [
            "所有服务正常运行",
            "监控指标无异常告警",
            "最近24小时无重大事件"
        ]
    );
    let fields: Vec<&str> = form
        .fields
        .iter()
        .map(|it| it.title.as_ref().map_or("", |title| title.get(Lang::Zh)))
        .collect();
    assert_eq!(fields, ["待处理事项", "最近变更", "备注"]);
    let files = Pack::embedded_files("after-sales").unwrap();
    let (_, paper) = files
        .iter()
        .find(|(name, _)| name.ends_with("templates/handover.zh.md"))
        .unwrap();
    let said: Vec<&str> = paper
        .lines()
        .filter_map(|line| {
            let head = line.strip_prefix("## ");
            head.or_else(|| line.strip_prefix("- ")?.split_once(": {{ ").map(|it| it.0))
        })
        .collect();
    assert_eq!(
        said,
        [
            "基本信息",
            "交接时间",
            "交接人",
            "接班人",
            "服务状态",
            "待处理事项",
            "最近变更",
            "备注"
        ]
    );
}

// row: A18
#[test]
fn p0_and_p1_call_into_the_emergency_group_and_others_do_not() {
    let pack = pack();
    let group = |severity: &str| {
        let mut chains = pack.chains().iter();
        let chain = chains.find(|chain| chain.severities.iter().any(|it| it == severity));
        chain.unwrap().contact.clone().unwrap()
    };
    for (severity, contact, called) in [
        ("critical", "emergency-group", "应急响应群"),
        ("p1", "emergency-group", "应急响应群"),
        ("warning", "duty-group", "运维值班群"),
        ("info", "duty-group", "运维值班群"),
    ] {
        assert_eq!(group(severity), contact, "{severity}");
        let contacts = pack.contacts().iter();
        let told: Vec<String> = contacts
            .filter(|it| it.id == contact)
            .map(|it| format!("{it:?}"))
            .collect();
        assert!(told[0].contains(called), "{severity}: {told:?}");
    }
}
