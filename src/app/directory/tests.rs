use std::time::Duration;

use super::*;
use crate::domain::text::Lang;

fn of(pack: &str, at: &str) -> Vec<Entry> {
    let pack = Pack::embedded(pack).unwrap().unwrap();
    entries(&pack, at.parse().unwrap())
}

fn titled<'e>(entries: &'e [Entry], title: &str) -> &'e Entry {
    let mut found = entries.iter();
    found
        .find(|entry| entry.title.get(Lang::Zh).contains(title))
        .unwrap_or_else(|| panic!("nothing is called {title}"))
}

// row: A18
#[test]
fn at_ten_at_night_the_tech_lead_is_not_reached_and_the_duty_engineer_is() {
    let by_day = of("after-sales", "2026-11-20T06:00:00Z");
    let at_night = of("after-sales", "2026-11-20T14:00:00Z");
    assert_eq!(titled(&by_day, "王五").reach, Reach::Now);
    assert_eq!(titled(&at_night, "王五").reach, Reach::Outside);
    assert_eq!(titled(&at_night, "张三").reach, Reach::Now);
    let group = titled(&at_night, "应急响应群");
    assert_eq!((group.part, group.reach), (Part::Groups, Reach::Now));
    for document in [
        "DEPLOYMENT_GUIDE",
        "TROUBLESHOOTING_GUIDE",
        "MONITORING_SETUP",
    ] {
        let pages = at_night.iter().filter(|it| it.part == Part::Pages);
        let named = |it: &&Entry| format!("{:?}{:?}", it.title, it.ways).contains(document);
        assert_eq!(pages.filter(named).count(), 1, "{document}");
    }
}

// row: C22
#[test]
fn boards_that_have_no_address_say_so() {
    let entries = of("glancy", "2026-11-20T06:00:00Z");
    let pages = entries.iter().filter(|it| it.part == Part::Pages);
    let (there, missing): (Vec<_>, Vec<_>) = pages.partition(|it| it.reach == Reach::Now);
    assert_eq!(there.len(), 9, "{there:?}");
    // Four boards, and Sentry, whose project the runbook names and not its server.
    assert_eq!(missing.len(), 5, "{missing:?}");
    assert!(there.iter().all(|it| it.copied().is_some()));
    assert!(missing.iter().all(|it| it.copied().is_none()));
}

// row: D15
#[test]
fn whom_the_runbook_names_without_a_contact_is_said_to_have_none() {
    let entries = of("lawsker", "2026-11-20T06:00:00Z");
    let missing = |title: &str| titled(&entries, title).reach;
    assert_eq!(missing("CTO"), Reach::NotGiven);
    for vendor in ["云服务商", "第三方服务", "安全厂商"] {
        let entry = titled(&entries, vendor);
        assert_eq!((entry.part, entry.reach), (Part::Vendors, Reach::NotGiven));
    }
    let security = titled(&entries, "安全专员");
    assert_eq!(security.reach, Reach::Now);
    assert!(
        security
            .ways
            .iter()
            .any(|way| way == "mailto:security@lawsker.com"),
        "{security:?}"
    );
}

// row: E12
#[test]
fn engineers_and_the_product_manager_have_no_contact_and_there_is_one_channel() {
    let entries = of("tuheg", "2026-11-20T06:00:00Z");
    for role in ["产品经理", "资深工程师", "运维工程师"] {
        assert_eq!(titled(&entries, role).reach, Reach::NotGiven, "{role}");
    }
    for vendor in ["AWS", "PostgreSQL", "Prometheus"] {
        assert_eq!(titled(&entries, vendor).part, Part::Vendors, "{vendor}");
    }
    let ways: Vec<&String> = entries.iter().flat_map(|it| &it.ways).collect();
    let channels = ways.iter().filter(|way| way.contains("#emergency"));
    let channels: Vec<_> = channels.collect();
    assert!(
        channels
            .iter()
            .all(|way| way.contains("#emergency-channel")),
        "{channels:?}"
    );
    assert!(!channels.is_empty());
}

// row: A5
#[test]
fn three_severities_have_their_clocks_channels_and_people() {
    let pack = Pack::embedded("after-sales").unwrap().unwrap();
    let minutes = |count: u64| Some(Duration::from_secs(count * 60));
    for (id, respond, channels, role) in [
        (
            "critical",
            minutes(5),
            &["phone", "sms", "feishu"][..],
            "on-duty",
        ),
        ("warning", minutes(15), &["sms", "feishu"], "on-duty"),
        ("info", minutes(60), &["feishu"], "of-the-day"),
    ] {
        let severity = pack.severities().iter().find(|it| it.id == id).unwrap();
        assert_eq!(severity.respond, respond, "{id}");
        assert_eq!(severity.channels, channels, "{id}");
        let chains = pack.chains().iter();
        let mut chains = chains.filter(|chain| chain.severities.iter().any(|it| it == id));
        assert_eq!(chains.next().unwrap().roles[0], role, "{id}");
    }
}
