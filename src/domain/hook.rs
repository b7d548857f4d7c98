//! Guard hooks: conditions over whole windows on the fixed grid, the same on every bastion.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    gauge::Unit,
    id::{HookId, QueryId},
    light::Light,
    series::Series,
    text::Text,
};

/// How late a window is read, so that it is complete on every server.
pub const WINDOW_DELAY: Duration = Duration::from_secs(45);

/// A hook the pack watches: names of what it observes, each with the query that gives its windows.
/// The conditions on them are the pack's.
#[derive(Debug, Clone, PartialEq)]
pub struct HookSpec {
    pub id: HookId,
    pub title: Text,
    pub window: Duration,
    pub observe: Vec<(String, QueryId)>,
    /// What each of them counts, in the same order.
    pub units: Vec<Unit>,
}

impl HookSpec {
    /// What the observed number of this name counts.
    pub fn unit(&self, name: &str) -> Unit {
        let place = self.observe.iter().position(|(known, _)| known == name);
        let unit = place.and_then(|place| self.units.get(place));
        unit.copied().unwrap_or_default()
    }
}

/// A hook over one window.
#[derive(Debug, Clone, PartialEq)]
pub struct HookState {
    pub id: HookId,
    pub title: Text,
    /// The end of the last whole window.
    pub window_end: Option<Timestamp>,
    pub light: Light,
    /// What was observed in it, in the order of the spec; `None` where there was no data.
    pub observed: Vec<(String, Option<f64>)>,
    /// The running window, provisional.
    pub running: Option<Light>,
}

/// The windows of one observed series: whole ones, and the running one that its source puts at the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Windows<'a> {
    /// The end of the last whole window.
    pub end: Timestamp,
    /// Oldest first; `None` is unknown.
    pub whole: &'a [Option<f64>],
    pub running: Option<f64>,
}

/// Takes a series that was read late, as windows are, apart; `None` where it holds no whole window.
pub fn windows(series: &Series) -> Option<Windows<'_>> {
    let (running, whole) = series.values.split_last()?;
    let last = whole.len().checked_sub(1)?;
    Some(Windows {
        end: series.time(last),
        whole,
        running: *running,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[Option<f64>]) -> Series {
        Series {
            start: Timestamp::from_second(600).expect("a time"),
            step: Duration::from_secs(300),
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_running_window_is_apart() {
        let all = series(&[Some(1.0), None, Some(3.0)]);
        let found = windows(&all).expect("two whole windows");
        assert_eq!(found.end, Timestamp::from_second(900).expect("a time"));
        assert_eq!(
            (found.whole, found.running),
            (&[Some(1.0), None][..], Some(3.0))
        );
    }

    #[test]
    fn a_running_window_alone_proves_nothing() {
        assert_eq!(windows(&series(&[Some(1.0)])), None);
        assert_eq!(windows(&series(&[])), None);
    }
}
