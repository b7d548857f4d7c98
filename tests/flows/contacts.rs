//! Whom a team calls and where it looks, as its pack says: nobody is made up, nothing that is missing is hidden.

use std::{collections::BTreeSet, sync::Arc};

use quarterdeck::{
    app::escalating::{self, EscalationScreen},
    domain::{
        alert::{Alert, fingerprint},
        freshness::SourceId,
        observation::Observation,
        text::Lang,
    },
    pack::Pack,
};

use super::{
    Face, Flow,
    harness::{Scene, now},
};

const CHINESE: Face = Face {
    lang: Lang::Zh,
    size: (160, 48),
};

fn pack(id: &str) -> Arc<Pack> {
    Arc::new(
        Pack::embedded(id)
            .expect("it comes along")
            .expect("it loads"),
    )
}

/// A cockpit of a pack on which one alert fires, and its detail is open.
fn on_alert(id: &str, alert: &str, severity: &str) -> Flow {
    let mut flow = Flow::with_pack(pack(id), Scene::Quiet, CHINESE);
    fires(&mut flow, &sample(), alert, severity);
    flow
}

/// Some alert as Alertmanager tells it.
fn sample() -> Alert {
    let trouble = Flow::on(Scene::Trouble, CHINESE);
    trouble.model.alerts.by_alertmanager[0].clone()
}

/// This one fires, and no other.
fn fires(flow: &mut Flow, sample: &Alert, alert: &str, severity: &str) {
    let mut one = sample.clone();
    one.name = alert.to_owned();
    one.annotations.clear();
    one.labels = [("alertname", alert), ("severity", severity)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    one.fingerprint = fingerprint(&one.labels);
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at: now(),
        alerts: vec![one],
    }]);
}

/// The roles of the escalation screen: title, contacts as they are read, and whether it stands beside the way up.
fn ladder(flow: &Flow, alert: &str) -> Vec<(String, Vec<String>, bool)> {
    let mut lines = flow.model.alerts.alerts.values();
    let about = lines.find(|line| line.alert.name == alert);
    let about = about.map(|line| line.alert.fingerprint.clone());
    assert!(about.is_some(), "the alert fires");
    let screen = EscalationScreen {
        about,
        selected: None,
    };
    let rungs = escalating::rungs(&flow.model, &screen);
    let rungs = rungs.into_iter().map(|rung| {
        let ways = rung.ways.into_iter().map(|way| way.via);
        (
            rung.title.get(Lang::Zh).to_owned(),
            ways.collect(),
            rung.beside,
        )
    });
    rungs.collect()
}

/// The line of the screen that begins with a role.
fn line(screen: &str, role: &str) -> String {
    let found = screen.lines().find(|line| line.contains(role));
    found
        .unwrap_or_else(|| panic!("no {role}:\n{screen}"))
        .to_owned()
}

// row: D15
#[test]
fn the_third_level_and_vendors_of_lawsker_say_that_no_contact_is_given() {
    let mut flow = on_alert("lawsker", "HighErrorRate", "critical");
    let ladder = ladder(&flow, "HighErrorRate");
    let way: Vec<&str> = ladder
        .iter()
        .filter(|(.., beside)| !beside)
        .map(|(title, ..)| &**title)
        .collect();
    assert_eq!(way, ["L1 运维工程师", "L2 技术负责人", "L3 架构师/CTO"]);
    let ways = |role: &str| {
        let found = ladder.iter().find(|(title, ..)| title.contains(role));
        found
            .unwrap_or_else(|| panic!("no {role}: {ladder:?}"))
            .1
            .clone()
    };
    assert_eq!(
        ways("L1"),
        ["tel:139-xxxx-xxxx", "mailto:devops@lawsker.com"]
    );
    assert_eq!(
        ways("L2"),
        ["tel:138-xxxx-xxxx", "mailto:tech-lead@lawsker.com"]
    );
    assert_eq!(
        ways("产品负责人"),
        ["tel:137-xxxx-xxxx", "mailto:product@lawsker.com"]
    );
    assert_eq!(
        ways("安全专员"),
        ["tel:136-xxxx-xxxx", "mailto:security@lawsker.com"]
    );
    flow.keys("1 g g !");
    let screen = flow.screen();
    assert_eq!(ways("L3"), Vec::<String>::new());
    let third = line(&screen, "L3 架构师/CTO");
    assert!(third.contains("未提供联系方式"), "{third}");
    for somebody in ["L1 运维工程师", "L2 技术负责人"] {
        let line = line(&screen, somebody);
        assert!(!line.contains("未提供联系方式"), "{line}");
    }
    // Those outside of the team stand in the directory.
    flow.keys("esc P");
    let screen = flow.screen();
    for vendor in ["云服务商支持", "第三方服务支持", "安全厂商支持"] {
        let line = line(&screen, vendor);
        assert!(line.contains("未提供联系方式"), "{line}");
    }
}

// row: E12
#[test]
fn product_managers_and_engineers_of_tuheg_say_that_no_contact_is_given() {
    let mut flow = on_alert("tuheg", "Anything", "critical");
    let ladder = ladder(&flow, "Anything");
    let told: Vec<(&str, Vec<&str>)> = ladder
        .iter()
        .filter(|(.., beside)| !beside)
        .map(|(title, ways, _)| {
            // Their own: those who have one have the hotline and the channel beside.
            let own = ways.iter().filter(|way| way.starts_with("tel:+86"));
            (&**title, own.map(String::as_str).collect())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("指挥官（技术总监）", vec!["tel:+86 138-0000-0000"]),
            ("技术负责人（架构师）", vec!["tel:+86 138-0000-0001"]),
            ("执行人员（资深工程师）", vec![]),
            ("支持人员（DBA）", vec!["tel:+86 138-0000-0002"]),
            ("支持人员（运维工程师）", vec![]),
            ("沟通人员（产品经理）", vec![]),
        ]
    );
    flow.keys("1 g g !");
    let screen = flow.screen();
    for nobody in ["资深工程师", "运维工程师", "产品经理"] {
        let line = line(&screen, nobody);
        assert!(line.contains("未提供联系方式"), "{line}");
    }
    let pack = pack("tuheg");
    let slack: Vec<&str> = pack
        .contacts()
        .iter()
        .flat_map(|it| &it.via)
        .map(String::as_str)
        .filter(|via| via.starts_with("slack:"))
        .collect();
    assert_eq!(slack, ["slack:#emergency-channel"], "one room, one name");
    for severity in pack.severities() {
        let rooms = severity
            .channels
            .iter()
            .filter(|it| it.starts_with("slack:"));
        assert!(
            rooms.clone().count() == 1 && rooms.clone().all(|it| it == slack[0]),
            "{severity:?}"
        );
    }
    for via in [
        "tel:400-888-8888",
        "mailto:emergency@tuheg.com",
        "pagerduty",
    ] {
        assert!(pack.contacts().iter().any(|it| it.via == [via]), "{via}");
    }
}

/// The addresses that can be opened on the screen: those of OSC 8.
fn opened(flow: &Flow) -> BTreeSet<String> {
    let (buffer, _) = flow.draw();
    let cells = buffer.content().iter();
    let targets = cells.filter_map(|cell| {
        let (_, rest) = cell.symbol().split_once("\u{1b}]8;;")?;
        Some(rest.split('\u{1b}').next()?.to_owned())
    });
    targets.filter(|it| !it.is_empty()).collect()
}

// row: D16
#[test]
fn each_alert_of_lawsker_is_of_one_class_and_its_links_open_without_a_password() {
    const CLASSES: [&str; 4] = ["系统资源：", "应用性能：", "安全事件：", "业务异常："];
    let pack = pack("lawsker");
    let mut seen = BTreeSet::new();
    let sample = sample();
    let mut flow = Flow::with_pack(Arc::clone(&pack), Scene::Quiet, CHINESE);
    for spec in pack.alerts() {
        let title = spec.title.as_ref().map_or("", |title| title.get(Lang::Zh));
        let of: Vec<&str> = CLASSES
            .into_iter()
            .filter(|class| title.contains(class))
            .collect();
        assert!(
            of.len() == 1 && title.starts_with(of[0]),
            "{}: {title}",
            spec.id
        );
        seen.extend(of);
        assert!(!spec.links.is_empty(), "{} leads nowhere", spec.id);
        fires(&mut flow, &sample, &spec.id, "warning");
        flow.keys("1 g g enter");
        let opened = opened(&flow);
        for (_, url) in &spec.links {
            assert!(
                opened.contains(url),
                "{}: {url} can't be opened: {opened:?}\n{}",
                spec.id,
                flow.screen()
            );
        }
        flow.keys("esc");
    }
    assert_eq!(seen.len(), CLASSES.len(), "every class has an alert");
    let boards = ["grafana", "prometheus", "kibana"].map(|id| {
        let link = pack.links().iter().find(|link| link.id == id);
        link.and_then(|link| link.url.clone()).unwrap_or_default()
    });
    assert_eq!(
        boards,
        [
            "https://monitor.lawsker.com",
            "https://monitor.lawsker.com/prometheus",
            "https://logs.lawsker.com",
        ]
    );
    for link in pack.links() {
        let url = link.url.as_deref().unwrap_or("https://");
        let secretive = ["@", "password", "token", "passwd", "?"];
        assert!(
            url.starts_with("https://") && !secretive.iter().any(|it| url.contains(it)),
            "{url}"
        );
    }
    // Grafana asks for its password itself: none of the files names one.
    let files = Pack::embedded_files("lawsker").expect("it comes along");
    for (name, text) in files {
        assert!(
            !text.contains("admin/") && !text.contains("password="),
            "{name}"
        );
    }
    let rules = pack
        .links()
        .iter()
        .find(|link| link.id == "rules")
        .expect("the rules are named");
    assert!(
        rules
            .title
            .get(Lang::En)
            .contains("monitoring/prometheus/rules/lawsker-alerts.yml")
    );
}
