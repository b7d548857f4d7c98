//! A CronJob: when it was scheduled and succeeded last, and what became of its newest Job.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value as Json;

use super::{
    super::{
        live::Live,
        pods::list,
        steps::rollback::is_controlled,
        wire::{Trouble, Wire},
    },
    Seen,
};
use crate::domain::{
    action::{
        refusal::Refusal,
        target::Target,
        value::{Value, Values},
    },
    object::KindRef,
};

pub(super) async fn seen(
    wire: &Wire,
    target: &Target,
    (zone, now): (&str, Timestamp),
) -> Result<Seen, Refusal> {
    let zone = TimeZone::get(zone);
    let zone = zone.map_err(|error| Refusal::unreadable(target.to_string(), error.to_string()))?;
    let live = Live(wire.object(target, None).await?);
    let job = newest(wire, target, &live).await?;
    let told = Told {
        cronjob: &live.0,
        job: job.as_ref(),
        zone: &zone,
        now,
    };
    Ok(Seen {
        text: told.text(),
        values: told.values(),
    })
}

/// The Job it made last, if any is there yet.
pub(super) async fn newest(
    wire: &Wire,
    target: &Target,
    live: &Live,
) -> Result<Option<Json>, Refusal> {
    let Some(kind) = KindRef::of_workload("Job") else {
        return Ok(None);
    };
    let jobs = list(wire, &kind, target.namespace(), "").await;
    let jobs =
        jobs.map_err(|it: Trouble| it.refusal("list", "jobs", target.namespace(), target))?;
    let own = jobs.into_iter().filter(|it| is_controlled(it, live.uid()));
    Ok(own.max_by_key(|job| moment(&job["metadata"]["creationTimestamp"])))
}

fn moment(value: &Json) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

struct Told<'a> {
    cronjob: &'a Json,
    job: Option<&'a Json>,
    zone: &'a TimeZone,
    now: Timestamp,
}

impl Told<'_> {
    fn suspended(&self) -> bool {
        self.cronjob["spec"]["suspend"] == true
    }

    fn at(&self, field: &str) -> Option<Timestamp> {
        moment(&self.cronjob["status"][field])
    }

    fn state(&self) -> &'static str {
        let Some(job) = self.job else { return "none" };
        let conditions = job["status"]["conditions"].as_array();
        let is = |kind: &str| {
            let mut all = conditions.into_iter().flatten();
            all.any(|it| it["type"] == kind && it["status"] == "True")
        };
        match (is("Failed"), is("Complete")) {
            (true, _) => "failed",
            (false, true) => "succeeded",
            (false, false) => "running",
        }
    }

    fn name(&self) -> &str {
        let name = self.job.and_then(|job| job["metadata"]["name"].as_str());
        name.unwrap_or_default()
    }

    fn values(&self) -> Values {
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).date();
        let today =
            |at: Option<Timestamp>| Value::Bool(at.is_some_and(|at| day(at) == day(self.now)));
        let ago = |at: Option<Timestamp>| {
            at.map_or(Value::Absent, |at| {
                Value::Int(self.now.duration_since(at).as_secs().max(0))
            })
        };
        let (scheduled, succeeded) = (self.at("lastScheduleTime"), self.at("lastSuccessfulTime"));
        [
            ("suspended", Value::Bool(self.suspended())),
            ("scheduled", ago(scheduled)),
            ("succeeded", ago(succeeded)),
            ("scheduled_today", today(scheduled)),
            ("succeeded_today", today(succeeded)),
            ("job", Value::text(self.name())),
            ("state", Value::text(self.state())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn text(&self) -> String {
        let schedule = self.cronjob["spec"]["schedule"]
            .as_str()
            .unwrap_or_default();
        let at = |field: &str| {
            self.at(field).map_or_else(
                || "never".to_owned(),
                |at| {
                    at.to_zoned(self.zone.clone())
                        .strftime("%F %T %:z")
                        .to_string()
                },
            )
        };
        let mut text = String::new();
        let _ = writeln!(text, "schedule      {schedule}");
        let _ = writeln!(text, "suspended     {}", self.suspended());
        let _ = writeln!(text, "last schedule {}", at("lastScheduleTime"));
        let _ = writeln!(text, "last success  {}", at("lastSuccessfulTime"));
        let _ = writeln!(text, "newest job    {} {}", self.name(), self.state());
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(cronjob: &Json, job: Option<&Json>, now: &str) -> Values {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let told = Told {
            cronjob,
            job,
            zone: &zone,
            now: now.parse().unwrap(),
        };
        told.values()
    }

    // row: A6
    #[test]
    fn today_is_that_of_the_zone() {
        let cronjob = json!({
            "spec": {"schedule": "0 2 * * *"},
            "status": {"lastScheduleTime": "2026-11-21T18:00:00Z", "lastSuccessfulTime": "2026-11-21T18:04:00Z"},
        });
        // 02:00 in Shanghai of the 22nd.
        let values = told(&cronjob, None, "2026-11-22T02:00:00Z");
        assert_eq!(values["scheduled_today"], Value::Bool(true));
        assert_eq!(values["succeeded_today"], Value::Bool(true));
        assert_eq!(values["succeeded"], Value::Int(28_560));
        // Less than a day later, and another day.
        let values = told(&cronjob, None, "2026-11-22T16:30:00Z");
        assert_eq!(values["succeeded_today"], Value::Bool(false));
    }

    // row: A6
    #[test]
    fn the_newest_job_says_how_it_ended() {
        let cronjob = json!({"spec": {"suspend": true}});
        let values = told(&cronjob, None, "2026-11-22T02:00:00Z");
        assert_eq!(values["suspended"], Value::Bool(true));
        assert_eq!(values["scheduled"], Value::Absent);
        assert_eq!(values["succeeded_today"], Value::Bool(false));
        assert_eq!(values["state"], Value::text("none"));
        for (condition, state) in [
            ("Failed", "failed"),
            ("Complete", "succeeded"),
            ("Suspended", "running"),
        ] {
            let job = json!({
                "metadata": {"name": "backup-1"},
                "status": {"conditions": [{"type": condition, "status": "True"}]},
            });
            let values = told(&cronjob, Some(&job), "2026-11-22T02:00:00Z");
            assert_eq!(values["state"], Value::text(state));
            assert_eq!(values["job"], Value::text("backup-1"));
        }
    }
}
