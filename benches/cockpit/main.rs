//! How the whole program feels: it runs in a terminal of ours, is pressed, and is timed by what it writes.
//!
//! `cargo bench --bench cockpit` measures Quarterdeck. `cargo bench --bench cockpit -- <program> <arguments>` measures
//! another terminal program on the big cluster, whose folder stands for `{}` in its arguments (`{}/kubeconfig`).

mod cluster;
mod figures;
mod numbers;
mod terminal;

use std::{error::Error, path::Path, thread, time::Duration};

use self::{
    cluster::{Cluster, Marked},
    figures::Figures,
    numbers::{milliseconds, percentile},
    terminal::{Process, Session, now},
};

type Outcome = Result<(), Box<dyn Error>>;

const PROGRAM: &str = env!("CARGO_BIN_EXE_quarterdeck");
const STARTS: usize = 7;
const KEYS: usize = 300;
const CHANGES: usize = 60;
const IDLE: Duration = Duration::from_secs(60);

fn main() -> Outcome {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    // Cargo adds this word for harnesses that know both tests and benches.
    args.retain(|arg| arg != "--bench");
    let mut figures = Figures::default();
    if args.is_empty() {
        start(&mut figures)?;
        idle(&mut figures)?;
    }
    many_pods(&mut figures, &args)?;
    figures.print();
    Ok(())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What stands in each of the four panes once it has been read: an alert, a budget, a queue, a pod.
fn four_panes(screen: &str) -> bool {
    ["ExportBacklog", "month", "oldest", "export-worker"]
        .iter()
        .all(|word| screen.contains(word))
}

/// How many pods the title of their pane counts: `Pods 9998/10064`.
fn pods_told(screen: &str) -> usize {
    let counts = screen.split(" Pods ").skip(1).filter_map(|title| {
        let (_, all) = title.split_whitespace().next()?.split_once('/')?;
        all.parse().ok()
    });
    counts.max().unwrap_or(0)
}

/// From exec to the first byte, and to four panes with rows.
fn start(figures: &mut Figures) -> Outcome {
    let (mut first, mut live) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let home = tempfile::tempdir()?;
        let mut session = Session::start(&words(&[PROGRAM, "demo"]), home.path(), &[])?;
        let at = session
            .next(Duration::from_secs(5))
            .ok_or("nothing was drawn")?;
        first.push(milliseconds(at - session.started));
        let at = session.wait(Duration::from_secs(10), four_panes);
        let at = at.ok_or("four panes did not come")?;
        live.push(milliseconds(at - session.started));
    }
    figures.add(
        "demo: exec to first byte (median)",
        percentile(&mut first, 0.5),
        "ms",
        Some(50.0),
    );
    figures.add(
        "demo: exec to four live panes (median)",
        percentile(&mut live, 0.5),
        "ms",
        Some(300.0),
    );
    figures.add(
        "demo: exec to four live panes (worst)",
        percentile(&mut live, 1.0),
        "ms",
        None,
    );
    Ok(())
}

/// What it costs to stand still: the demo in one process, and the cockpit beside a cluster of its own.
fn idle(figures: &mut Figures) -> Outcome {
    let (home, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let cluster = Cluster::start(PROGRAM, folder.path(), &["--scenario", "quiet"])?;
    let whole = Session::start(
        &words(&[PROGRAM, "demo", "--scenario", "quiet"]),
        home.path(),
        &[],
    )?;
    let config = cluster.config();
    let config = config.to_string_lossy();
    let beside = Session::start(&words(&[PROGRAM, "--config", &config]), home.path(), &[])?;
    let run = |mut session: Session| {
        thread::spawn(move || {
            session.read_for(Duration::from_secs(10));
            let (bytes, cpu, from) = (session.bytes, session.process().cpu(), now());
            session.read_for(IDLE);
            let spent = session.process().cpu().saturating_sub(cpu);
            let share = 100.0 * spent.as_secs_f64() / from.elapsed().as_secs_f64();
            let minute = (session.bytes - bytes) as f64 * 60.0 / from.elapsed().as_secs_f64();
            (share, minute / 1000.0, session.process().memory("VmRSS"))
        })
    };
    let (whole, beside) = (run(whole), run(beside));
    let (cpu, bytes, memory) = whole.join().map_err(|_| "reading failed")?;
    figures.add("quiet demo in one process: processor", cpu, "%", Some(1.0));
    figures.add(
        "quiet demo in one process: to the terminal in a minute",
        bytes,
        "KB",
        Some(2.0),
    );
    figures.add("quiet demo in one process: memory", memory, "MB", None);
    let (cpu, bytes, memory) = beside.join().map_err(|_| "reading failed")?;
    figures.add("quiet, cockpit alone: processor", cpu, "%", Some(1.0));
    figures.add(
        "quiet, cockpit alone: to the terminal in a minute",
        bytes,
        "KB",
        Some(2.0),
    );
    figures.add("quiet, cockpit alone: memory", memory, "MB", None);
    Ok(())
}

/// Ten thousand pods, two hundred changes a second.
fn many_pods(figures: &mut Figures, other: &[String]) -> Outcome {
    let (home, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let args = ["--pods", "10000", "--churn", "200"];
    let cluster = Cluster::start(PROGRAM, folder.path(), &args)?;
    let argv = if other.is_empty() {
        words(&[PROGRAM, "--config", &cluster.config().to_string_lossy()])
    } else {
        let folder = folder.path().to_string_lossy();
        other.iter().map(|arg| arg.replace("{}", &folder)).collect()
    };
    let mut session = Session::start(&argv, home.path(), &[])?;
    let at = session.next(Duration::from_secs(10));
    let at = at.ok_or("nothing was drawn")?;
    let first = milliseconds(at - session.started);
    figures.add("10k pods: exec to first byte", first, "ms", Some(50.0));
    if other.is_empty() {
        all_pods(figures, &mut session)?;
    }
    session.read_for(Duration::from_secs(12));
    if other.is_empty() {
        // The pods pane, each pod for itself.
        session.press("4w")?;
        session.read_for(Duration::from_secs(1));
    }
    keys(figures, &mut session)?;
    if other.is_empty() {
        changes(figures, &mut session, &cluster)?;
    }
    cost(figures, &mut session, &cluster);
    save_screen(&session)
}

fn all_pods(figures: &mut Figures, session: &mut Session) -> Outcome {
    let at = session.wait(Duration::from_secs(20), four_panes);
    let live = milliseconds(at.ok_or("four panes did not come")? - session.started);
    figures.add("10k pods: exec to four live panes", live, "ms", None);
    let all = |screen: &str| pods_told(screen) >= 10_000;
    let told = if all(&session.text()) {
        at
    } else {
        session.wait(Duration::from_secs(20), all)
    };
    let told = milliseconds(told.ok_or("ten thousand pods did not come")? - session.started);
    figures.add("10k pods: exec to all of them", told, "ms", None);
    Ok(())
}

/// What it costs while nobody presses a key.
fn cost(figures: &mut Figures, session: &mut Session, cluster: &Cluster) {
    let (cockpit, served) = (session.process(), cluster.process());
    let (before, before_served) = (cockpit.cpu(), served.cpu());
    let (bytes, from) = (session.bytes, now());
    session.read_for(Duration::from_secs(20));
    let elapsed = from.elapsed().as_secs_f64();
    let share = |process: Process, before: Duration| {
        100.0 * process.cpu().saturating_sub(before).as_secs_f64() / elapsed
    };
    let a_second = (session.bytes - bytes) as f64 / 1000.0 / elapsed;
    let (own, theirs) = (share(cockpit, before), share(served, before_served));
    let (steady, most) = (cockpit.memory("VmRSS"), cockpit.memory("VmHWM"));
    figures.add("10k pods: processor", own, "%", None);
    figures.add(
        "10k pods: to the terminal in a second",
        a_second,
        "KB",
        None,
    );
    figures.add("10k pods: memory, steady", steady, "MB", Some(60.0));
    figures.add("10k pods: memory, at most", most, "MB", None);
    let name = "10k pods: processor of the embedded cluster";
    figures.add(name, theirs, "%", None);
    let name = "10k pods: memory of the embedded cluster";
    figures.add(name, served.memory("VmRSS"), "MB", None);
}

/// `j` and `k` at moments that have nothing to do with the frames.
fn keys(figures: &mut Figures, session: &mut Session) -> Outcome {
    let mut times = Vec::new();
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..KEYS {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        session.read_for(Duration::from_micros(10_000 + dice % 60_000));
        let sent = now();
        // Five down, five up: the selection stays in sight of where it began.
        session.press(if number % 10 < 5 { "j" } else { "k" })?;
        if let Some(at) = session.next(Duration::from_secs(2)) {
            times.push(milliseconds(at - sent));
        }
    }
    figures.add(
        "10k pods: key to first byte p50",
        percentile(&mut times, 0.5),
        "ms",
        Some(1.5),
    );
    figures.add(
        "10k pods: key to first byte p95",
        percentile(&mut times, 0.95),
        "ms",
        Some(4.0),
    );
    figures.add(
        "10k pods: key to first byte p99",
        percentile(&mut times, 0.99),
        "ms",
        None,
    );
    Ok(())
}

/// A visible pod changes; the time counts from before the request that changes it.
fn changes(figures: &mut Figures, session: &mut Session, cluster: &Cluster) -> Outcome {
    let marked = Marked::create(cluster)?;
    marked.mark("Mark0")?;
    session.press("gg")?;
    session
        .wait(Duration::from_secs(5), |screen| screen.contains("Mark0"))
        .ok_or("the marked pod did not come to the top")?;
    let mut times = Vec::new();
    for number in 1..=CHANGES {
        session.read_for(Duration::from_millis(150 + (number as u64 * 37) % 100));
        let word = format!("Mark{number}x");
        let sent = marked.mark(&word)?;
        if let Some(at) = session.wait(Duration::from_secs(2), |screen| screen.contains(&word)) {
            times.push(milliseconds(at - sent));
        }
    }
    if times.len() < CHANGES {
        return Err(format!("{} changes were never drawn", CHANGES - times.len()).into());
    }
    figures.add(
        "10k pods: change to screen p50",
        percentile(&mut times, 0.5),
        "ms",
        None,
    );
    figures.add(
        "10k pods: change to screen p95",
        percentile(&mut times, 0.95),
        "ms",
        Some(150.0),
    );
    Ok(())
}

/// The last screen, for whoever doubts the figures.
fn save_screen(session: &Session) -> Outcome {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join("cockpit-bench-screen.txt"), session.text())?;
    Ok(())
}
