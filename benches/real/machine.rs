//! What it was measured on, and how quiet it was there.

use std::{fs, thread, time::Duration};

use crate::terminal::now;

/// A machine that does less than this of all its cores can be measured on.
const QUIET: f64 = 25.0;

/// The work of all cores so far: busy and all, in the kernel's ticks.
fn work() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|it| it.parse().ok())
        .take(8)
        .collect();
    let all: f64 = ticks.iter().sum();
    // Idle, and waiting for disks.
    let idle: f64 = ticks.iter().skip(3).take(2).sum();
    (all - idle, all)
}

/// Waits until little is going on, as long as is said; how busy all cores were in the last two seconds, in %.
pub fn settle(patience: Duration) -> f64 {
    let end = now() + patience;
    loop {
        let (busy, all) = work();
        thread::sleep(Duration::from_secs(2));
        let (busy_then, all_then) = work();
        let share = 100.0 * (busy_then - busy) / (all_then - all).max(1.0);
        if share <= QUIET || now() > end {
            return share;
        }
    }
}

pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Cores, processor, memory and kernel in one line.
pub fn describe() -> String {
    let cores = thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = |path: &str, name: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let memory: f64 = info("/proc/meminfo", "MemTotal")
        .trim_end_matches(" kB")
        .parse()
        .unwrap_or(0.0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{cores} cores ({}), {:.0} GB, Linux {}",
        info("/proc/cpuinfo", "model name"),
        memory / 1e6,
        kernel.trim()
    )
}
