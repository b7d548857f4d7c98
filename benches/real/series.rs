//! The series of measurements: starts, and standing still; `changes.rs` has the third.

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
    copies::{Sample, Store},
    counter::Counter,
    machine,
    numbers::milliseconds,
    pods,
    program::{Program, Sight},
    table::{
        Limit::{self, Gate, Target},
        Table,
    },
    terminal::{Process, Session, now},
};

pub type Outcome = Result<(), Box<dyn Error>>;

/// After the last row, until what was needed for the start only is gone.
const SETTLED: Duration = Duration::from_secs(10);

/// How long a busy machine is waited for before each series.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was measured, the values of all runs, their unit, and what they should be.
type Told<'a> = (&'a str, Vec<f64>, &'static str, Limit);

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
pub struct Spent {
    process: Process,
    cpu: Duration,
    from: std::time::Instant,
}

impl Spent {
    pub fn by(process: Process) -> Self {
        Self {
            process,
            cpu: process.cpu(),
            from: now(),
        }
    }

    pub fn share(&self) -> f64 {
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

    pub fn settle(&mut self, what: &str) {
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

    pub fn total(&self, namespace: Option<&str>) -> Result<usize, Box<dyn Error>> {
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
        let share = "all rows, as a share of kubectl's time";
        self.tell(
            name,
            vec![
                ("exec to first byte", first, "ms", Target(50.0)),
                ("exec to all rows", all, "ms", Limit::None),
                ("`kubectl get pods`", kubectl, "ms", Limit::None),
                (share, shares, "", at_most(ratio, Gate)),
            ],
        );
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
        let each = (counted.watches - watches) / self.runs as f64;
        let bytes = seen.iter().map(|it| it.bytes / each.max(1.0)).collect();
        self.tell(
            name,
            vec![
                (
                    "memory, steady",
                    values(|it| it.memory),
                    "MB",
                    at_most(memory, Gate),
                ),
                ("memory, at most", values(|it| it.most), "MB", Limit::None),
            ],
        );
        if window.is_some() {
            self.tell(
                &format!("{name}, nothing changes"),
                vec![
                    ("processor", values(|it| it.cpu), "%", Target(1.0)),
                    (
                        "to the terminal in a minute",
                        values(|it| it.terminal),
                        "KB",
                        Limit::None,
                    ),
                    ("watches", vec![each], "", Limit::None),
                    (
                        "from the server in a minute, per watch",
                        bytes,
                        "KB",
                        Gate(5.0),
                    ),
                    ("lists of pods", vec![lists], "", Gate(0.0)),
                ],
            );
        }
        Ok(())
    }

    /// Adds figures to the table.
    pub fn tell(&mut self, name: &str, figures: Vec<Told<'_>>) {
        for (what, values, unit, limit) in figures {
            let limit = self.ours(limit);
            self.table
                .add(format!("{name}: {what}"), values, unit, limit);
        }
    }

    pub fn counts(&self) -> Result<Counts, Box<dyn Error>> {
        self.runtime.block_on(Counts::of(&self.client))
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
