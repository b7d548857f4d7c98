//! How much of this host is used, as its kernel tells.

use std::time::Duration;

use super::Inspections;
use crate::{
    domain::action::{
        inspection::field_of_mount,
        place::PlaceSpec,
        refusal::Refusal,
        value::{Value, Values},
    },
    runtime::executors::program::{ASKING, hear},
};

/// Between the two looks at what the processors did.
const BETWEEN: Duration = Duration::from_secs(1);

const STAT: &str = "/proc/stat";
const MEMORY: &str = "/proc/meminfo";

/// Ticks of all processors since the start: of them, those in which nothing was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    all: u64,
    idle: u64,
}

pub(super) async fn look(disk: &[String]) -> Result<Values, Refusal> {
    let first = ticks(&read(STAT).await?)?;
    tokio::time::sleep(BETWEEN).await;
    let second = ticks(&read(STAT).await?)?;
    let memory = read(MEMORY).await?;
    let mut disks = Vec::new();
    for mount in disk {
        disks.push((mount.as_str(), used(mount).await?));
    }
    told(first, second, &memory, &disks)
}

impl Inspections {
    /// The same of another host, told by programs there.
    pub(super) async fn host_at(
        &self,
        place: &PlaceSpec,
        disk: &[String],
    ) -> Result<Values, Refusal> {
        let read = async |path: &str| self.cat(place, &[path.to_owned()]).await;
        let first = ticks(&read(STAT).await?)?;
        tokio::time::sleep(BETWEEN).await;
        let second = ticks(&read(STAT).await?)?;
        let memory = read(MEMORY).await?;
        let stat = self.host.known_at(place, "/usr/bin/stat").await?;
        let mut disks = Vec::new();
        for mount in disk {
            let args = ["-f", "-c", "%b %f %a", "--", mount].map(str::to_owned);
            let heard = hear(&self.host.call(place, &stat, args.into(), ASKING)).await;
            let heard = heard.map_err(|why| odd(mount, why))?;
            let blocks: Option<Vec<u64>> = heard
                .text
                .split_whitespace()
                .map(|word| word.parse().ok())
                .collect();
            let Some([all, free, ours]) = blocks.as_deref() else {
                return Err(odd(mount, "what stat says can't be read"));
            };
            disks.push((mount.as_str(), share(mount, *all, *free, *ours)?));
        }
        told(first, second, &memory, &disks)
    }
}

fn told(
    first: Ticks,
    second: Ticks,
    memory: &str,
    disks: &[(&str, f64)],
) -> Result<Values, Refusal> {
    let memory = memory_used(memory).ok_or_else(|| odd(MEMORY, "it tells no memory"))?;
    let mut values: Values = [
        (
            "cpu".to_owned(),
            cpu_used(first, second).map_or(Value::Absent, Value::Float),
        ),
        ("memory".to_owned(), Value::Float(memory)),
    ]
    .into();
    let mut fullest: Option<f64> = None;
    for (mount, used) in disks {
        fullest = Some(fullest.map_or(*used, |most| most.max(*used)));
        values.insert(field_of_mount(mount), Value::Float(*used));
    }
    values.insert(
        "disk".to_owned(),
        fullest.map_or(Value::Absent, Value::Float),
    );
    Ok(values)
}

fn odd(what: &str, why: impl Into<String>) -> Refusal {
    Refusal::unreadable(what, why)
}

async fn read(path: &str) -> Result<String, Refusal> {
    let text = tokio::fs::read_to_string(path).await;
    text.map_err(|error| odd(path, error.to_string()))
}

fn ticks(text: &str) -> Result<Ticks, Refusal> {
    ticks_of(text).ok_or_else(|| odd(STAT, "it tells no ticks"))
}

/// `cpu  user nice system idle iowait irq softirq steal …`; guests are counted in the first two already.
fn ticks_of(text: &str) -> Option<Ticks> {
    let line = text.lines().find(|line| line.starts_with("cpu "))?;
    let numbers = line.split_whitespace().skip(1).take(8);
    let numbers: Vec<u64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(Ticks {
        all: numbers.iter().sum(),
        idle: numbers.get(3)? + numbers.get(4).unwrap_or(&0),
    })
}

/// `None` where no time has passed.
#[expect(clippy::cast_precision_loss, reason = "ticks of a second")]
fn cpu_used(first: Ticks, second: Ticks) -> Option<f64> {
    let all = second.all.checked_sub(first.all).filter(|all| *all > 0)?;
    let idle = second.idle.saturating_sub(first.idle).min(all);
    Some((all - idle) as f64 / all as f64)
}

/// What can't be given to a new program without swapping.
#[expect(clippy::cast_precision_loss, reason = "kilobytes of a host")]
fn memory_used(text: &str) -> Option<f64> {
    let of = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let (all, free) = (of("MemTotal:")?, of("MemAvailable:")?);
    (all > 0).then(|| all.saturating_sub(free) as f64 / all as f64)
}

async fn used(mount: &str) -> Result<f64, Refusal> {
    let path = mount.to_owned();
    let told = tokio::task::spawn_blocking(move || rustix::fs::statvfs(path)).await;
    let told = told.map_err(|error| odd(mount, error.to_string()))?;
    let told = told.map_err(|error| odd(mount, error.to_string()))?;
    share(mount, told.f_blocks, told.f_bfree, told.f_bavail)
}

/// As `df` has it: of what everybody may use, what is used.
#[expect(clippy::cast_precision_loss, reason = "blocks of a disk")]
fn share(mount: &str, all: u64, free: u64, ours: u64) -> Result<f64, Refusal> {
    let used = all.saturating_sub(free);
    let all = used + ours;
    if all == 0 {
        return Err(odd(mount, "it has no size"));
    }
    Ok(used as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_used_where_they_are_not_idle() {
        let text = "cpu  100 0 50 800 50 0 0 0 7 7\ncpu0 1 2 3 4\n";
        let first = ticks_of(text).unwrap();
        assert_eq!(
            first,
            Ticks {
                all: 1000,
                idle: 850
            }
        );
        let second = ticks_of("cpu  150 0 50 840 60 0 0 0 0 0\n").unwrap();
        assert_eq!(cpu_used(first, second), Some(0.5));
        assert_eq!(cpu_used(first, first), None, "no time has passed");
        assert_eq!(ticks_of("intr 1"), None);
    }

    #[test]
    fn memory_that_can_be_had_is_not_used() {
        let text = "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 250 kB\n";
        assert_eq!(memory_used(text), Some(0.75));
        assert_eq!(memory_used("MemTotal: 1000 kB\n"), None);
    }
}
