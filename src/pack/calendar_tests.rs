//! When what each team looks at comes, by the hours and days of its runbook.

use jiff::Timestamp;

use super::Pack;
use crate::domain::calendar::Calendar;

/// More times than these of one thing on a day are counted.
const FEW: usize = 3;

/// When something comes on a day in the zone of the pack: its hours, or how often.
fn times(pack: &Pack, day: &str, due: &Calendar) -> Vec<String> {
    let at = |hour: &str| -> Timestamp { format!("{day}T{hour}+08:00").parse().unwrap() };
    let roster = pack.roster();
    let slots = due.between(at("00:00:00"), at("23:59:59"), &roster);
    if slots.len() > FEW {
        return vec![format!("{}×", slots.len())];
    }
    let slots = slots.into_iter();
    slots
        .map(|slot| {
            let hour = slot.at.to_zoned(roster.zone.clone());
            hour.strftime("%H:%M").to_string()
        })
        .collect()
}

/// What comes on a day: when, what, and whose.
fn on(pack: &Pack, day: &str) -> Vec<String> {
    let checks = pack.checks().iter();
    let checks = checks.map(|it| (it.id.as_str(), &it.role, &it.due));
    let lists = pack.checklists().iter();
    let lists = lists.map(|it| (it.id.as_str(), &it.role, &it.due));
    let mut found = Vec::new();
    for (id, role, due) in checks.chain(lists) {
        let role = role.as_deref().unwrap_or("-");
        let times = times(pack, day, due).into_iter();
        found.extend(times.map(|time| format!("{time} {id} {role}")));
    }
    found.sort();
    found
}

fn is(pack: &Pack, day: &str, wanted: &[&[&str]]) {
    let mut wanted: Vec<&str> = wanted.concat();
    wanted.sort_unstable();
    assert_eq!(on(pack, day), wanted, "{day}");
}

// row: C12, C13, C14
#[test]
fn glancy_has_its_shifts_its_half_hours_and_its_mornings() {
    const DAILY: &[&str] = &[
        "07:00 shift-start primary",
        "19:00 shift-start primary",
        "48× export-queue primary",
        "24× cost primary",
        "24× rate-limit primary",
        "24× cache primary",
        "10:00 llm-adapter primary",
        "11:00 backups dba",
    ];
    let pack = Pack::embedded("glancy").unwrap().unwrap();
    is(&pack, "2026-11-20", &[DAILY]);
    is(&pack, "2026-11-22", &[DAILY]);
    // The keys are exported once a month.
    is(&pack, "2026-12-01", &[DAILY, &["11:00 keys-export dba"]]);
    is(&pack, "2026-12-02", &[DAILY]);
}

// row: D10, D11, D13
#[test]
fn lawsker_has_its_days_its_sundays_and_its_first_sundays() {
    const DAILY: &[&str] = &[
        "02:30 nightly-backup devops",
        "09:00 daily devops",
        "09:30 security devops",
    ];
    const WEEKLY: &[&str] = &["03:00 weekly devops"];
    let pack = Pack::embedded("lawsker").unwrap().unwrap();
    is(&pack, "2026-11-20", &[DAILY]);
    is(&pack, "2026-11-21", &[DAILY]);
    is(&pack, "2026-11-22", &[DAILY, WEEKLY]);
    // A drill that nothing plays is asked for like a check.
    let monthly = ["03:00 drill-recovery tech-lead", "03:00 monthly tech-lead"];
    is(&pack, "2026-12-06", &[DAILY, WEEKLY, &monthly]);
    // The 1st is a Tuesday, and no Sunday but the first brings it again.
    is(&pack, "2026-12-01", &[DAILY]);
    is(&pack, "2026-12-13", &[DAILY, WEEKLY]);
    let mut drills = pack.drills().iter();
    let recovery = drills.find(|it| it.id == "recovery").unwrap();
    assert_eq!(times(&pack, "2026-12-06", &recovery.due), ["03:00"]);
    assert!(times(&pack, "2026-12-13", &recovery.due).is_empty());
}

// row: B11, B14, B15, B18
#[test]
fn module_has_its_mornings_its_mondays_and_its_firsts() {
    const DAILY: &[&str] = &["03:00 backups on-call", "10:00 api-key on-call"];
    const WEEKLY: &[&str] = &["10:00 weekly owner-to-confirm"];
    const MONTHLY: &[&str] = &["10:00 retention on-call"];
    let pack = Pack::embedded("module").unwrap().unwrap();
    is(&pack, "2026-11-20", &[DAILY]);
    is(&pack, "2026-11-22", &[DAILY]);
    is(&pack, "2026-11-23", &[DAILY, WEEKLY]);
    is(&pack, "2026-12-01", &[DAILY, MONTHLY]);
    // A Monday that is the first.
    is(&pack, "2027-02-01", &[DAILY, WEEKLY, MONTHLY]);
    // Whose the week is, and on which day, the runbook does not tell: the round asks.
    let mut lists = pack.checklists().iter();
    let weekly = lists.find(|it| it.id.as_str() == "weekly").unwrap();
    let mut checks = pack.checks().iter();
    let round = checks.find(|it| it.id.as_str() == "weekly-round").unwrap();
    assert!(round.is_asked() && weekly.items.contains(&round.id));
}
