//! What conditions ask of a shift: gates, checks, incidents, hours and workloads.

use std::{collections::BTreeMap, time::Duration};

use jiff::{civil::time, tz::TimeZone};

use super::{lower::compile, *};
use crate::{
    domain::{
        action::{target::Target, value::Values},
        calendar::{Hours, OnDays},
    },
    i18n::{Lang, Texts, saying},
    pack::actions::{ActionWorld, CheckSeen, IncidentSeen},
};

/// A shift as conditions see it.
#[derive(Debug, Clone, Default)]
struct Shift {
    nothing: Values,
    gates: BTreeMap<&'static str, Light>,
    checks: BTreeMap<&'static str, CheckSeen>,
    incident: Option<IncidentSeen>,
    within: Option<bool>,
    ready: Option<f64>,
}

impl ActionWorld for Shift {
    fn params(&self) -> &Values {
        &self.nothing
    }

    fn before(&self) -> &Values {
        &self.nothing
    }

    fn object(&self, _: &Target, field: ObjectField) -> Option<f64> {
        match field {
            ObjectField::Ready => self.ready,
            ObjectField::Exists => self.ready.map(|_| 1.0),
            _ => None,
        }
    }

    fn check(&self, check: &CheckId) -> Option<CheckSeen> {
        self.checks.get(check.as_str()).copied()
    }

    fn incident(&self) -> Option<IncidentSeen> {
        self.incident.clone()
    }
}

impl View for Shift {
    fn query(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn change(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn observed(&self, _: usize) -> Option<f64> {
        None
    }

    fn slo(&self, _: &SloId, _: SloField) -> Option<f64> {
        None
    }

    fn light(&self, lamp: &Lamp) -> Light {
        let found = match lamp {
            Lamp::Gate(id) => self.gates.get(id.as_str()).copied(),
            Lamp::Check(id) => self.checks.get(id.as_str()).map(|seen| seen.light),
            _ => None,
        };
        found.unwrap_or(Light::Unknown)
    }

    fn now(&self) -> f64 {
        1_000.0
    }

    fn in_window(&self, _: usize) -> Option<bool> {
        self.within
    }

    fn action(&self) -> Option<&dyn ActionWorld> {
        Some(self)
    }
}

fn ids() -> Ids {
    let gate = |id: &str, weight| NamedGate {
        id: id.into(),
        title: id.into(),
        weight,
    };
    Ids {
        hooks: vec!["HK-03".into()],
        hook_windows: vec![("HK-03".into(), Duration::from_secs(300))],
        gates: vec![gate("B3", Some(15.0)), gate("plain", None)],
        checks: vec!["backup".into()],
        severities: vec!["sev-1".to_owned(), "sev-2".to_owned()],
        windows: vec![NamedWindow {
            id: "maintenance".to_owned(),
            title: "maintenance".into(),
            hours: Hours {
                from: time(2, 0, 0, 0),
                to: time(4, 0, 0, 0),
                days: OnDays::all(),
            },
            zone: TimeZone::UTC,
        }],
        ..Ids::default()
    }
}

fn lowered(text: &str) -> Result<Statement, String> {
    let names = ActionNames::default();
    compile(text, Scope::Action(&ids(), &names)).map_err(|found| found[0].what.clone())
}

fn judge(text: &str, shift: &Shift) -> Truth {
    match lowered(text) {
        Ok(statement) => statement.judge(shift),
        Err(why) => panic!("{text}: {why}"),
    }
}

fn known() -> Shift {
    let seen = CheckSeen {
        light: Light::Green,
        age: 3_600.0,
    };
    Shift {
        gates: [("B3", Light::Green)].into(),
        checks: [("backup", seen)].into(),
        incident: Some(IncidentSeen::Open("sev-1".to_owned())),
        within: Some(true),
        ready: Some(3.0),
        ..Shift::default()
    }
}

#[test]
fn what_is_known_of_a_shift_decides() {
    let shift = known();
    for (text, truth) in [
        ("gate('B3').light == \"green\"", Truth::True),
        ("gate('B3').light != \"red\"", Truth::True),
        ("gate('B3').weight == 15.0", Truth::True),
        ("check('backup').light == \"green\"", Truth::True),
        ("check('backup').age < 86400.0", Truth::True),
        ("check('backup').age < 60.0", Truth::False),
        ("incident.open", Truth::True),
        ("!incident.open", Truth::False),
        ("incident.severity == 'sev-1'", Truth::True),
        ("incident.severity in ['sev-1', 'sev-2']", Truth::True),
        ("incident.severity == 'none'", Truth::False),
        ("in_window('maintenance')", Truth::True),
        ("!in_window('maintenance')", Truth::False),
        ("workload('deployment/x').ready >= 3.0", Truth::True),
        ("workload('deployment/x').exists", Truth::True),
    ] {
        assert_eq!(judge(text, &shift), truth, "{text}");
    }
    let calm = Shift {
        incident: Some(IncidentSeen::None),
        within: Some(false),
        ..known()
    };
    for (text, truth) in [
        ("incident.open", Truth::False),
        ("incident.severity == 'sev-1'", Truth::False),
        ("incident.severity == 'none'", Truth::True),
        ("in_window('maintenance')", Truth::False),
    ] {
        assert_eq!(judge(text, &calm), truth, "{text}");
    }
}

// row: G9
#[test]
fn what_nobody_knows_is_never_so() {
    let dark = Shift::default();
    for text in [
        "gate('B3').light == \"green\"",
        "gate('B3').light != \"red\"",
        "check('backup').light == \"green\"",
        "check('backup').age < 86400.0",
        "incident.open",
        "!incident.open",
        "incident.severity != 'sev-1'",
        "in_window('maintenance')",
        "!in_window('maintenance')",
        "workload('deployment/x').ready >= 0.0",
        "!workload('deployment/x').exists",
    ] {
        assert_eq!(judge(text, &dark), Truth::Unknown, "{text}");
    }
}

#[test]
fn a_wrong_name_is_refused_at_load() {
    for (text, why) in [
        ("gate('B4').light == 'green'", "this pack has no gate `B4`"),
        ("gate('B3').open", "a gate has no `.open`"),
        ("gate('B3') == 'green'", "`gate(…)` alone is no value"),
        ("gate('plain').weight == 1.0", "gate `plain` has no weight"),
        ("check('bakup').age < 1.0", "this pack has no check `bakup`"),
        (
            "check('backup').outcome == 'x'",
            "a check has no `.outcome`",
        ),
        ("check('backup')", "`check(…)` alone is no value"),
        ("incident == 'x'", "`incident` alone is no value"),
        ("incident.phase == 'x'", "an incident has no `.phase`"),
        (
            "incident.severity == 'sev1'",
            "this pack has no severity `sev1`",
        ),
        ("in_window('night')", "this pack has no window `night`"),
        (
            "workload('deployment/x').depth > 1.0",
            "a workload has no `.depth`",
        ),
        (
            "workload('deployment/x')",
            "`workload(…)` alone is no value",
        ),
    ] {
        assert_eq!(lowered(text).expect_err(text), why, "{text}");
    }
}

#[test]
fn a_watch_knows_gates_and_hours_but_nothing_of_people() {
    let ids = ids();
    let watch = |text: &str| compile(text, Scope::Watch(&ids));
    assert!(watch("gate('B3').light == 'red' && !in_window('maintenance')").is_ok());
    for text in [
        "check('backup').light == 'green'",
        "incident.open",
        "workload('deployment/x').ready > 1.0",
    ] {
        let complaint = watch(text).expect_err(text).remove(0);
        assert!(
            complaint.what.ends_with("is nothing that is watched"),
            "{text}: {}",
            complaint.what
        );
    }
}

#[test]
fn a_hook_is_judged_over_its_own_windows_alone() {
    let ids = ids();
    let text = "hook('HK-03').light == 'green'";
    let compiled = |over| {
        let found = Condition::compile(text, over, Scope::Watch(&ids));
        found.map_err(|found| found[0].what.clone())
    };
    let windows = |count, seconds| Over::Windows {
        count,
        length: Duration::from_secs(seconds),
    };
    assert!(compiled(Over::Once).is_ok());
    assert!(compiled(windows(3, 300)).is_ok());
    assert!(compiled(windows(3, 600)).is_ok());
    for (over, why) in [
        (
            Over::For(Duration::from_secs(900)),
            "hook `HK-03` has whole windows, so it can't be judged `for` a time",
        ),
        (
            windows(3, 120),
            "hook `HK-03` has windows of 5m, and none of 2m",
        ),
        (windows(35, 600), "hook `HK-03` keeps 36 windows of 5m"),
    ] {
        assert_eq!(compiled(over).expect_err(why), why);
    }
    let gate = "gate('B3').light == 'green'";
    let found = Condition::compile(gate, windows(3, 300), Scope::Watch(&ids));
    assert!(found.is_err(), "nobody keeps the windows of a gate");
}

#[test]
fn what_was_asked_is_told_in_words() {
    let ids = ids();
    let names = ActionNames::default();
    for (text, lang, said) in [
        ("incident.open", Lang::En, "an incident is open"),
        ("!incident.open", Lang::Zh, "故障事件未关闭"),
        ("in_window('maintenance')", Lang::En, "within maintenance"),
        ("!in_window('maintenance')", Lang::Zh, "处于maintenance"),
        (
            "incident.severity == 'sev-1'",
            Lang::En,
            "an incident severity = sev-1",
        ),
        (
            "check('backup').age < 60.0",
            Lang::En,
            "backup age 3600 s, wants < 60 s",
        ),
        ("gate('B3').light == 'green'", Lang::En, "B3 is green"),
    ] {
        let scope = Scope::Action(&ids, &names);
        let condition = Condition::compile(text, Over::Once, scope).expect(text);
        let words = Words {
            ids: &ids,
            params: &[],
            checks: &[],
            lights: &[],
        };
        let told = condition.tell(&known(), words);
        assert_eq!(
            saying::readings(&Texts::new(lang), &[told.says]),
            said,
            "{text}"
        );
        let dark = condition.tell(&Shift::default(), words);
        assert_eq!(dark.missing.len(), 1, "{text}");
    }
}
