//! `routine.toml`: what is looked at again and again, and when.

mod due;
mod handover;
mod judge;
mod read;

pub(super) use self::{
    due::calendar,
    read::{Known, read},
};
pub use self::{
    handover::{FormTick, HandoverSpec, HoldsSpec, TickOf},
    judge::CheckFound,
};
use jiff::civil::Date;

use super::condition::Condition;
use crate::domain::{
    action::step::Written,
    calendar::{Calendar, Roster, When},
    id::{ActionId, CheckId, ChecklistId},
    text::Text,
};
use crate::pack::Pack;

/// One thing that is looked at: what is expected of what is read, or what a person is asked.
#[derive(Debug)]
pub struct CheckSpec {
    pub id: CheckId,
    pub title: Text,
    /// The role whose it is.
    pub role: Option<String>,
    pub way: Way,
    /// What is read when it is run, by name: `before.name.field` of its conditions.
    pub reads: Vec<(String, Written)>,
    /// When it is due by itself; a check without one belongs to checklists, or is run when somebody wants it.
    pub due: Calendar,
    /// What may be done where it fails.
    pub proposes: Vec<ActionId>,
    /// Boards and documents: title and address.
    pub links: Vec<(Text, String)>,
}

/// How a check is answered.
#[derive(Debug)]
pub enum Way {
    /// By the world: what must hold, and what is good still but near to not being so.
    Judged(Box<Expected>),
    /// By a person, who leaves evidence.
    Asked { ask: Text },
}

/// The conditions of a check.
#[derive(Debug)]
pub struct Expected {
    pub(in crate::pack) expect: Condition,
    pub(in crate::pack) warn: Option<Condition>,
}

/// Checks that are gone through together.
#[derive(Debug)]
pub struct ChecklistSpec {
    pub id: ChecklistId,
    pub title: Text,
    pub role: Option<String>,
    pub items: Vec<CheckId>,
    pub due: Calendar,
}

/// Everything `routine.toml` says.
#[derive(Debug, Default)]
pub(super) struct Routine {
    pub checks: Vec<CheckSpec>,
    pub checklists: Vec<ChecklistSpec>,
    pub handover: Option<HandoverSpec>,
}

impl Routine {
    /// Every condition that is judged.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let ticks = self.handover.iter().flat_map(|spec| &spec.ticks);
        self.checks
            .iter()
            .flat_map(|check| match &check.way {
                Way::Judged(expected) => [Some(&expected.expect), expected.warn.as_ref()],
                Way::Asked { .. } => [None, None],
            })
            .flatten()
            .chain(ticks.filter_map(|tick| match &tick.of {
                TickOf::Holds(holds) => Some(&holds.is),
                TickOf::NoAlert | TickOf::NoIncident { .. } => None,
            }))
    }
}

impl CheckSpec {
    pub const fn is_asked(&self) -> bool {
        matches!(self.way, Way::Asked { .. })
    }
}

impl Pack {
    pub fn checks(&self) -> &[CheckSpec] {
        &self.routine.checks
    }

    pub fn check(&self, id: &CheckId) -> Option<&CheckSpec> {
        self.routine.checks.iter().find(|check| check.id == *id)
    }

    pub fn checklists(&self) -> &[ChecklistSpec] {
        &self.routine.checklists
    }

    pub fn checklist(&self, id: &ChecklistId) -> Option<&ChecklistSpec> {
        self.routine.checklists.iter().find(|list| list.id == *id)
    }

    /// Whether it is written down which days around this one are off; a pack that doesn't ask knows enough.
    pub fn knows_holidays(&self, day: Date) -> bool {
        let shifts = self.shifts().iter().map(|shift| &shift.hours.days);
        let checks = self.routine.checks.iter().map(|check| &check.due);
        let lists = self.routine.checklists.iter().map(|list| &list.due);
        let due = checks.chain(lists).flat_map(|due| &due.rules);
        let due = due.filter_map(|rule| match rule {
            When::At { days, .. } => Some(days),
            _ => None,
        });
        shifts
            .chain(due)
            .filter(|days| days.asks_holidays())
            .all(|days| days.holidays.knows(day))
    }

    /// The zone and the shifts its calendars are held against, without what happened.
    pub fn roster(&self) -> Roster<'_> {
        Roster {
            zone: &self.time_zone,
            shifts: self.shifts(),
            happened: &[],
        }
    }
}

#[cfg(test)]
mod after_sales_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::action::step::StepKind;

    fn parsed(check: &str) -> Result<Pack, String> {
        let pack = "[pack]\nid = \"small\"\ntitle = \"Small\"\ntime_zone = \"UTC\"\n";
        let routine = format!("[check.it]\n{check}\n");
        Pack::parse(&[("pack.toml", pack), ("routine.toml", &routine)])
            .map_err(|errors| errors.to_string())
    }

    #[test]
    fn a_check_knocks_at_a_port_and_counts_lines_of_logs() {
        let pack = parsed(
            r#"read.door = { tcp = "db.example:5432", limit = "2s" }
read.errors = { logs = "deployment/api", count = "ERROR|panic", since = "5m" }
expect = "before.door.open >= 1.0 && before.door.ms < 200.0 && before.errors.count <= 3.0 && before.errors.pods >= 1.0""#,
        )
        .expect("it is a pack");
        let reads = &pack.checks()[0].reads;
        let kinds: Vec<&str> = reads.iter().map(|(_, step)| step.kind.name()).collect();
        assert_eq!(kinds, ["tcp", "logs"]);
        assert!(matches!(
            &reads[1].1.kind,
            StepKind::Logs { since: 300, pattern, .. } if pattern == "ERROR|panic"
        ));
    }

    #[test]
    fn what_can_t_be_read_so_is_an_error() {
        for (check, why) in [
            (r#"read.x = { tcp = "db.example" }"#, "it isn't said where"),
            (r#"read.x = { tcp = "db:99999" }"#, "it isn't said where"),
            (
                r#"read.x = { tcp = "db:1", lines = true }"#,
                "nothing is parsed",
            ),
            (
                r#"read.x = { logs = "deployment/api", count = "(", since = "5m" }"#,
                "not a regular expression",
            ),
            (
                r#"read.x = { logs = "deployment/api", count = "x", since = "2h" }"#,
                "logs of an hour at most",
            ),
            (
                r"read.x = { tls = { port = 443 } }",
                "it isn't said whose certificate",
            ),
            (
                r#"read.x = { tls = { host = "https://a.example" } }"#,
                "is no host",
            ),
            (
                r#"read.x = { tls = { host = "a", file = "b" } }"#,
                "a `file` or a `host`, not both",
            ),
            (
                r#"read.x = { tls = { host = "a" }, json = { open = "/a" } }"#,
                "nothing is parsed",
            ),
            (r#"read.x = { host = { disk = ["data"] } }"#, "is no mount"),
            (
                r#"read.x = { host = { disk = ["/a-b", "/a_b"] } }"#,
                "another mount is called `disk_a_b`",
            ),
            (r"read.x = { objects = {} }", "it isn't said where they are"),
            (
                r#"read.x = { objects = { url = "gs://bucket" } }"#,
                "this is no bucket",
            ),
            (
                r#"read.x = { objects = { folder = "/a", date = "today" } }"#,
                "no form of a date",
            ),
            (
                r#"read.x = { config = { key = "LEVEL" } }"#,
                "it isn't said where it is read",
            ),
            (
                r#"read.x = { config = { key = "LEVEL", files = ["a"], env = "LEVEL" } }"#,
                "whose environment?",
            ),
            (r#"read.x = { compose = { service = "api" } }"#, "`place`"),
            (
                r#"read.x = { systemd = { unit = "app", place = "nowhere" } }"#,
                "no place `nowhere`",
            ),
            (
                r#"read.x = { systemd = "stop", unit = "app" }"#,
                "no reading",
            ),
            (
                r#"read.x = { scale = "deployment/api", replicas = 3 }"#,
                "no reading",
            ),
        ] {
            let expect = "expect = \"before.x.open >= 1.0\"";
            let errors = parsed(&format!("{check}\n{expect}")).expect_err(check);
            assert!(errors.contains(why), "{errors}");
        }
    }
}
