//! What is only looked at: certificates, hosts, stores of files, configuration, units, services.
//!
//! What can't be read is refused with its reason, and what is not there is absent: neither is ever taken for well.

mod bucket;
mod certificate;
mod config;
mod documents;
mod files;
mod folder;
mod host;
mod served;
#[cfg(test)]
mod tests;
mod unit;

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    domain::{
        action::{
            inspection::{Certificate, Dated, Inspection, Objects, Store},
            preflight::{Preflight, Preflighted},
            refusal::Refusal,
            step::{Planned, StepKind, Template},
            value::{Value, Values},
            verdict::StepEnd,
        },
        time::Clock,
    },
    runtime::executors::{
        Composes, Doing, Host, Systemd,
        family::Family,
        step::{failed, limit, not_mine},
    },
};

/// The longest a look may take.
const LONGEST: Duration = Duration::from_secs(30);

/// Where the programs are that looking needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionPrograms {
    pub aws: PathBuf,
    pub ossutil: PathBuf,
    /// For files of another user's.
    pub cat: PathBuf,
    pub find: PathBuf,
}

impl Default for InspectionPrograms {
    fn default() -> Self {
        Self {
            aws: PathBuf::from("/usr/local/bin/aws"),
            ossutil: PathBuf::from("/usr/local/bin/ossutil"),
            cat: PathBuf::from("/usr/bin/cat"),
            find: PathBuf::from("/usr/bin/find"),
        }
    }
}

/// Looks at things, and changes none of them.
pub struct Inspections {
    host: Arc<Host>,
    systemd: Systemd,
    composes: Composes,
    programs: InspectionPrograms,
    clock: Arc<dyn Clock>,
}

impl Inspections {
    pub fn new(
        host: Arc<Host>,
        (systemd, composes): (Systemd, Composes),
        programs: InspectionPrograms,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            host,
            systemd,
            composes,
            programs,
            clock,
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    async fn seen(&self, inspection: &Inspection, within: Duration) -> Result<Values, Refusal> {
        match inspection {
            Inspection::Tls(Certificate::Served { host, port, name }) => {
                let host = whole(host, "host")?;
                let name = name.as_deref().unwrap_or(&host);
                served::look((&host, *port), name, self.now()).await
            }
            Inspection::Tls(Certificate::File { place, path }) => {
                let path = whole(path, "file")?;
                let text = self.file(place.as_deref(), &path).await?;
                certificate::of_pem(&text, self.now()).map_err(|why| Refusal::unreadable(path, why))
            }
            Inspection::Host { place, disk } => {
                let place = self.host.places.anywhere(place.as_deref())?;
                if place.ssh.is_some() {
                    return self.host_at(place, disk).await;
                }
                host::look(disk).await
            }
            Inspection::Objects(objects) => self.objects(objects, within).await,
            Inspection::Config(config) => self.config(config).await,
            Inspection::Unit { place, unit } => {
                self.unit(place.as_deref(), &whole(unit, "unit")?).await
            }
            Inspection::Service { place, service } => {
                self.composes.seen(place, &whole(service, "service")?).await
            }
        }
    }

    async fn objects(&self, objects: &Objects, within: Duration) -> Result<Values, Refusal> {
        let place = self.host.places.anywhere(objects.place.as_deref())?;
        let (what, files) = match &objects.of {
            Store::Folder { path } => {
                let path = whole(path, "folder")?;
                let files = self.folder(place, &path, within).await?;
                (path, files)
            }
            Store::Bucket {
                url,
                program,
                secrets,
            } => {
                let url = whole(url, "url")?;
                let files = self.bucket((place, &url), program.as_deref(), secrets, within);
                (url.clone(), files.await?)
            }
        };
        let today = match &objects.date {
            None => None,
            Some(date) => Some(
                today(date, self.now()).map_err(|why| Refusal::unreadable(what.as_str(), why))?,
            ),
        };
        let name = objects.name.as_deref().map(regex::Regex::new).transpose();
        let name = name.map_err(|error| Refusal::unreadable(what.as_str(), error.to_string()))?;
        let day = match &objects.written {
            None => None,
            Some(zone) => {
                let zone = TimeZone::get(zone);
                let zone =
                    zone.map_err(|error| Refusal::unreadable(what.as_str(), error.to_string()))?;
                Some((self.now().to_zoned(zone.clone()).date(), zone))
            }
        };
        let wanted = files.into_iter().filter(|file| {
            let of_day = day
                .as_ref()
                .is_none_or(|(day, zone)| file.changed.to_zoned(zone.clone()).date() == *day);
            of_day
                && today.as_ref().is_none_or(|today| file.name.contains(today))
                && name.as_ref().is_none_or(|name| name.is_match(&file.name))
        });
        Ok(counted(&wanted.collect::<Vec<_>>(), self.now()))
    }
}

/// A file of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    name: String,
    size: u64,
    changed: Timestamp,
}

fn whole(template: &Template, what: &str) -> Result<String, Refusal> {
    template.whole().ok_or_else(|| Refusal::unfilled(what))
}

/// Today's date in the zone of a pack, as names of files have it.
fn today(date: &Dated, now: Timestamp) -> Result<String, String> {
    let zone = TimeZone::get(&date.zone).map_err(|error| error.to_string())?;
    let now = now.to_zoned(zone);
    jiff::fmt::strtime::format(&date.format, &now).map_err(|error| error.to_string())
}

/// What is told of files: of none there is no newest and no oldest.
fn counted(files: &[Stored], now: Timestamp) -> Values {
    let int = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let newest = files.iter().max_by_key(|file| file.changed);
    let oldest = files.iter().min_by_key(|file| file.changed);
    let of_newest = |value: &dyn Fn(&Stored) -> Value| newest.map_or(Value::Absent, value);
    [
        ("count".to_owned(), int(files.len() as u64)),
        (
            "newest".to_owned(),
            of_newest(&|file| seconds(file.changed, now)),
        ),
        (
            "oldest".to_owned(),
            oldest.map_or(Value::Absent, |file| seconds(file.changed, now)),
        ),
        ("size".to_owned(), of_newest(&|file| int(file.size))),
        (
            "total".to_owned(),
            int(files.iter().map(|file| file.size).sum()),
        ),
        (
            "name".to_owned(),
            of_newest(&|file| Value::text(file.name.as_str())),
        ),
        (
            "empty".to_owned(),
            int(files.iter().filter(|file| file.size == 0).count() as u64),
        ),
    ]
    .into()
}

/// How many seconds have passed since then; what is ahead of us by the other's clock is new.
fn seconds(then: Timestamp, now: Timestamp) -> Value {
    Value::Int(now.duration_since(then).as_secs().max(0))
}

impl Family for Inspections {
    async fn look(&self, step: &Planned) -> Preflighted {
        match &step.kind {
            StepKind::Inspect(_) => Ok(Preflight::default()),
            _ => Err(not_mine(step)),
        }
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let StepKind::Inspect(inspection) = &step.kind else {
            return Err(not_mine(step));
        };
        let within = limit(step, LONGEST);
        let seen = tokio::time::timeout(within, self.seen(inspection, within)).await;
        seen.unwrap_or_else(|_| {
            let words: Vec<String> = inspection
                .subject()
                .iter()
                .map(ToString::to_string)
                .collect();
            let why = format!("no answer within {} s", within.as_secs());
            Err(Refusal::unreadable(words.join(" "), why))
        })
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        Ok(failed(&not_mine(doing.step)))
    }
}
