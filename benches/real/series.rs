//! The series of measurements: starts, standing still, and standing in changes.

use std::{
    error::Error,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use kube::Client;
use tokio::runtime::Runtime;

use crate::{
    bed::{Bed, Counts},
    changer::Changer,
    copies::{Sample, Store},
    counter::Counter,
    machine,
    numbers::{milliseconds, percentile},
    pods,
    program::{Program, Sight},
    table::{
        Limit::{self, Gate, Target},
        Table,
    },
    terminal::{Process, Session, now},
};

pub type Outcome = Result<(), Box<dyn Error>>;

const KEYS: usize = 200;
const CHANGES: usize = 40;
/// Changes a second.
const RATE: u32 = 200;
/// After the last row, until what was needed for the start only is gone.
const SETTLED: Duration = Duration::from_secs(10);

/// How long a busy machine is waited for before each series.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all series need.
pub struct Series<'a> {
    pub table: Table,
    pub program: Program,
    pub bed: &'a Bed,
    pub client: Client,
    pub store: Store,
    pub samples: Vec<Sample>,
    pub runtime: &'a Runtime,
    pub runs: usize,
}

/// How much of a processor was used between two looks, in % of one core.
struct Spent {
    process: Process,
    cpu: Duration,
    from: std::time::Instant,
}

impl Spent {
    fn by(process: Process) -> Self {
        Self {
            process,
            cpu: process.cpu(),
            from: now(),
        }
    }

    fn share(&self) -> f64 {
        let spent = self.process.cpu().saturating_sub(self.cpu);
        100.0 * spent.as_secs_f64() / self.from.elapsed().as_secs_f64()
    }
}

fn at_most(limit: Option<f64>, kind: fn(f64) -> Limit) -> Limit {
    limit.map_or(Limit::None, kind)
}

/// What one program that stands still was seen to do.
struct Still {
    cpu: f64,
    terminal: f64,
    memory: f64,
    most: f64,
    bytes: f64,
}

impl Series<'_> {
    pub fn prepare(&mut self) -> Outcome {
        self.runtime.block_on(pods::prepare(&self.client))?;
        let samples = pods::samples(&self.client, &self.store);
        self.samples = self.runtime.block_on(samples)?;
        Ok(())
    }

    /// As many pods in all the namespaces together.
    pub fn spread(&self, count: usize) -> Outcome {
        let namespaces = pods::many();
        let each = count / namespaces.len();
        for namespace in namespaces {
            self.grow(&namespace, each)?;
        }
        Ok(())
    }

    /// As many pods in the one namespace.
    pub fn fill(&self, count: usize) -> Outcome {
        eprintln!("making pods, {count} in one namespace");
        let began = now();
        self.grow(pods::ONE, count)?;
        eprintln!(
            "  they are there after {:.0} s",
            began.elapsed().as_secs_f64()
        );
        Ok(())
    }

    fn grow(&self, namespace: &str, to: usize) -> Outcome {
        let from = self.total(Some(namespace))?;
        let filled = pods::fill(
            &self.client,
            &self.store,
            &self.samples,
            namespace,
            from,
            to.max(from),
        );
        self.runtime.block_on(filled)
    }

    fn settle(&mut self, what: &str) {
        let busy = machine::settle(PATIENCE);
        self.table.quiet(busy);
        eprintln!("{what} (busy before {busy:.0} %, load {})", machine::load());
    }

    /// The limits are those of Quarterdeck.
    fn ours(&self, limit: Limit) -> Limit {
        if self.program.is_ours() {
            limit
        } else {
            Limit::None
        }
    }

    fn total(&self, namespace: Option<&str>) -> Result<usize, Box<dyn Error>> {
        self.runtime.block_on(pods::total(&self.client, namespace))
    }

    /// Starts it again and again, with kubectl in between.
    pub fn starts(&mut self, name: &str, namespace: Option<&str>, ratio: Option<f64>) -> Outcome {
        self.settle(&format!("{name}: starts"));
        let kubeconfig = self.bed.kubeconfig();
        let sight = Sight {
            kubeconfig: &kubeconfig,
            namespace,
            count: self.total(namespace)?,
        };
        let (mut first, mut all) = (Vec::new(), Vec::new());
        let (mut kubectl, mut shares) = (Vec::new(), Vec::new());
        let home = tempfile::tempdir()?;
        // The first one asks what kinds there are and keeps the answer.
        self.kubectl(&["api-resources"], home.path())?;
        let place = namespace.map_or("--all-namespaces".to_owned(), |it| {
            format!("--namespace={it}")
        });
        for _ in 0..self.runs {
            let opened = self.program.open(sight)?;
            let (began, rows) = (opened.first, opened.all);
            drop(opened);
            let took = self.kubectl(&["get", "pods", &place], home.path())?;
            first.push(milliseconds(began));
            all.push(milliseconds(rows));
            kubectl.push(milliseconds(took));
            shares.push(rows.as_secs_f64() / took.as_secs_f64());
        }
        let limit = self.ours(Target(50.0));
        let table = &mut self.table;
        table.add(format!("{name}: exec to first byte"), first, "ms", limit);
        table.add(format!("{name}: exec to all rows"), all, "ms", Limit::None);
        table.add(
            format!("{name}: `kubectl get pods`"),
            kubectl,
            "ms",
            Limit::None,
        );
        let limit = self.ours(at_most(ratio, Gate));
        let what = format!("{name}: all rows, as a share of kubectl's time");
        self.table.add(what, shares, "", limit);
        Ok(())
    }

    fn kubectl(&self, args: &[&str], home: &std::path::Path) -> Result<Duration, Box<dyn Error>> {
        let mut command = Command::new(self.bed.kubectl()?);
        command
            .args(args)
            .env("KUBECONFIG", self.bed.kubeconfig())
            .env("HOME", home)
            .stdout(Stdio::null());
        let began = now();
        let status = command.status()?;
        if !status.success() {
            return Err(format!("kubectl {args:?} failed").into());
        }
        Ok(began.elapsed())
    }

    /// Opens some at once and lets them stand for a while; without a window only their memory is taken.
    #[expect(
        clippy::too_many_lines,
        reason = "one series from its beginning to its rows"
    )]
    pub fn still(
        &mut self,
        name: &str,
        namespace: Option<&str>,
        memory: Option<f64>,
        window: Option<Duration>,
    ) -> Outcome {
        self.settle(&format!("{name}: standing still"));
        let count = self.total(namespace)?;
        let watches = self.counts()?.watches;
        let mut open = Vec::new();
        for _ in 0..self.runs {
            let address = self.bed.address()?;
            let counter = Counter::open(&self.bed.kubeconfig(), address, self.runtime.handle())?;
            let opened = self.program.open(Sight {
                kubeconfig: counter.kubeconfig(),
                namespace,
                count,
            })?;
            open.push((opened, counter));
        }
        let time = window.unwrap_or_default();
        let before = thread::scope(|scope| {
            let readers: Vec<_> = open
                .iter_mut()
                .map(|(opened, _)| scope.spawn(|| opened.session.read_for(SETTLED)))
                .collect();
            readers
                .into_iter()
                .try_for_each(|it| it.join().map_err(|_| "reading failed"))
        });
        before?;
        let counted = self.counts()?;
        let seen: Vec<Still> = thread::scope(|scope| {
            let readers: Vec<_> = open
                .iter_mut()
                .map(|(opened, counter)| scope.spawn(|| stand(&mut opened.session, counter, time)))
                .collect();
            readers
                .into_iter()
                .filter_map(|it| it.join().ok())
                .collect()
        });
        let lists = self.counts()?.lists - counted.lists;
        let values = |of: fn(&Still) -> f64| seen.iter().map(of).collect::<Vec<_>>();
        let limit = self.ours(at_most(memory, Gate));
        let table = &mut self.table;
        table.add(
            format!("{name}: memory, steady"),
            values(|it| it.memory),
            "MB",
            limit,
        );
        table.add(
            format!("{name}: memory, at most"),
            values(|it| it.most),
            "MB",
            Limit::None,
        );
        if window.is_none() {
            return Ok(());
        }
        let each = (counted.watches - watches) / self.runs as f64;
        let bytes = seen.iter().map(|it| it.bytes / each.max(1.0)).collect();
        let ours = self.program.is_ours();
        let limit = |limit| if ours { limit } else { Limit::None };
        let table = &mut self.table;
        let name = format!("{name}, nothing changes");
        table.add(
            format!("{name}: processor"),
            values(|it| it.cpu),
            "%",
            limit(Target(1.0)),
        );
        table.add(
            format!("{name}: to the terminal in a minute"),
            values(|it| it.terminal),
            "KB",
            Limit::None,
        );
        table.add(format!("{name}: watches"), vec![each], "", Limit::None);
        table.add(
            format!("{name}: from the server in a minute, per watch"),
            bytes,
            "KB",
            limit(Gate(5.0)),
        );
        table.add(
            format!("{name}: lists of pods"),
            vec![lists],
            "",
            limit(Gate(0.0)),
        );
        Ok(())
    }

    fn counts(&self) -> Result<Counts, Box<dyn Error>> {
        self.runtime.block_on(Counts::of(&self.client))
    }

    /// Two hundred changes a second: keys, a change that is looked for, and what it costs.
    #[expect(
        clippy::too_many_lines,
        reason = "one series from its beginning to its rows"
    )]
    pub fn changes(&mut self, name: &str, namespace: &str) -> Outcome {
        let count = self.total(Some(namespace))?;
        self.settle(&format!("{name}: {RATE} changes a second"));
        let kubeconfig = self.bed.kubeconfig();
        let server = self.bed.server()?;
        let _changer = Changer::start(&kubeconfig, namespace, count, RATE)?;
        thread::sleep(Duration::from_secs(3));
        let (before, from) = (self.counts()?.changes, now());
        let alone = Spent::by(server);
        thread::sleep(Duration::from_secs(10));
        let alone = alone.share();
        let mut runs: [Vec<f64>; 8] = Default::default();
        for _ in 0..self.runs {
            let sight = Sight {
                kubeconfig: &kubeconfig,
                namespace: Some(namespace),
                count,
            };
            let mut session = self.program.open(sight)?.session;
            if self.program.is_ours() {
                // The pods, each for itself.
                session.press("4w")?;
            }
            session.read_for(Duration::from_secs(3));
            let mut keys = keys(&mut session)?;
            let [mut drawn, mut answered] = self.drawn(&mut session, namespace)?;
            let (own, theirs) = (Spent::by(session.process()), Spent::by(server));
            session.read_for(Duration::from_secs(10));
            let figures = [
                percentile(&mut keys, 0.5),
                percentile(&mut keys, 0.95),
                percentile(&mut drawn, 0.5),
                percentile(&mut drawn, 0.95),
                percentile(&mut answered, 0.95),
                own.share(),
                theirs.share(),
                session.process().memory("VmRSS"),
            ];
            for (values, figure) in runs.iter_mut().zip(figures) {
                values.push(figure);
            }
        }
        let rate = (self.counts()?.changes - before) / from.elapsed().as_secs_f64();
        let [p50, p95, drawn, drawn_95, answered, cpu, cost, memory] = runs;
        let ours = self.program.is_ours();
        let limit = |limit| if ours { limit } else { Limit::None };
        let name = format!("{name}, {RATE} changes a second");
        let table = &mut self.table;
        table.add(
            format!("{name}: so many there were"),
            vec![rate],
            "",
            Limit::None,
        );
        table.add(
            format!("{name}: the server's answer to a change p95"),
            answered,
            "ms",
            Limit::None,
        );
        table.add(
            format!("{name}: key to first byte p50"),
            p50,
            "ms",
            limit(Target(1.5)),
        );
        table.add(
            format!("{name}: key to first byte p95"),
            p95,
            "ms",
            limit(Target(4.0)),
        );
        table.add(
            format!("{name}: change to screen p50"),
            drawn,
            "ms",
            Limit::None,
        );
        table.add(
            format!("{name}: change to screen p95"),
            drawn_95,
            "ms",
            limit(Target(100.0)),
        );
        table.add(format!("{name}: processor"), cpu, "%", limit(Target(10.0)));
        table.add(format!("{name}: memory"), memory, "MB", Limit::None);
        table.add(
            format!("{name}: processor of the API server"),
            cost,
            "%",
            Limit::None,
        );
        table.add(
            format!("{name}: processor of the API server without the program"),
            vec![alone],
            "%",
            Limit::None,
        );
        Ok(())
    }

    /// A visible pod changes; the time counts from before the request that changes it.
    fn drawn(
        &self,
        session: &mut Session,
        namespace: &str,
    ) -> Result<[Vec<f64>; 2], Box<dyn Error>> {
        let mark = |word: &str| {
            self.runtime
                .block_on(pods::mark(&self.client, namespace, word))
        };
        mark("Mark0")?;
        session.press(if self.program.is_ours() { "gg" } else { "g" })?;
        session.read_for(Duration::from_secs(2));
        let (mut times, mut answered) = (Vec::new(), Vec::new());
        for number in 1..=CHANGES {
            session.read_for(Duration::from_millis(100 + (number as u64 * 37) % 100));
            let word = format!("Mark{number}x");
            let sent = now();
            mark(&word)?;
            answered.push(milliseconds(sent.elapsed()));
            match session.wait(Duration::from_secs(10), |screen| screen.contains(&word)) {
                Some(at) => times.push(milliseconds(at - sent)),
                None if self.program.is_ours() => {
                    return Err(format!("{word} was never drawn:\n{}", session.text()).into());
                }
                // It may not stand on the screen of another program.
                None => return Ok([vec![f64::NAN], answered]),
            }
        }
        Ok([times, answered])
    }
}

fn stand(session: &mut Session, counter: &Counter, time: Duration) -> Still {
    let (bytes, served) = (session.bytes, counter.bytes());
    let spent = Spent::by(session.process());
    session.read_for(time);
    let minutes = spent.from.elapsed().as_secs_f64() / 60.0;
    let process = session.process();
    Still {
        cpu: spent.share(),
        terminal: (session.bytes - bytes) as f64 / 1000.0 / minutes,
        memory: process.memory("VmRSS"),
        most: process.memory("VmHWM"),
        bytes: (counter.bytes() - served) as f64 / 1000.0 / minutes,
    }
}

/// `j` and `k` at moments that have nothing to do with the frames.
fn keys(session: &mut Session) -> Result<Vec<f64>, Box<dyn Error>> {
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
    Ok(times)
}
