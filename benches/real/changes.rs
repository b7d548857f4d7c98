//! Standing in changes: keys, a change that is looked for, and what all of it costs.

use std::{error::Error, thread, time::Duration};

use crate::{
    changer::Changer,
    numbers::{milliseconds, percentile},
    pods,
    program::Sight,
    series::{Outcome, Series, Spent},
    table::Limit::{self, Target},
    terminal::{Session, now},
};

const KEYS: usize = 200;
const CHANGES: usize = 40;
/// Changes a second.
const RATE: u32 = 200;

impl Series<'_> {
    /// Two hundred changes a second: keys, a change that is looked for, and what it costs.
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
            let figures = self.one_run(Sight {
                kubeconfig: &kubeconfig,
                namespace: Some(namespace),
                count,
            })?;
            for (values, figure) in runs.iter_mut().zip(figures) {
                values.push(figure);
            }
        }
        let rate = (self.counts()?.changes - before) / from.elapsed().as_secs_f64();
        let [p50, p95, drawn, drawn_95, answered, cpu, theirs, memory] = runs;
        let name = format!("{name}, {RATE} changes a second");
        let server = "processor of the API server";
        let without = format!("{server} without the program");
        let figures = vec![
            ("so many there were", vec![rate], "", Limit::None),
            ("key to first byte p50", p50, "ms", Target(1.5)),
            ("key to first byte p95", p95, "ms", Target(4.0)),
            (
                "the server's answer to a change p95",
                answered,
                "ms",
                Limit::None,
            ),
            ("change to screen p50", drawn, "ms", Limit::None),
            ("change to screen p95", drawn_95, "ms", Target(100.0)),
            ("processor", cpu, "%", Target(10.0)),
            ("memory", memory, "MB", Limit::None),
            (server, theirs, "%", Limit::None),
            (without.as_str(), vec![alone], "%", Limit::None),
        ];
        self.tell(&name, figures);
        Ok(())
    }

    /// Opens the program and takes the figures of one run.
    fn one_run(&self, sight: Sight<'_>) -> Result<[f64; 8], Box<dyn Error>> {
        let mut opened = self.program.open(sight)?;
        let session = &mut opened.session;
        if self.program.is_ours() {
            // The pods, each for itself.
            session.press("4w")?;
        }
        session.read_for(Duration::from_secs(3));
        let mut keys = keys(session)?;
        let namespace = sight.namespace.unwrap_or_default();
        let [mut drawn, mut answered] = self.drawn(session, namespace)?;
        let (own, theirs) = (Spent::by(session.process()), Spent::by(self.bed.server()?));
        session.read_for(Duration::from_secs(10));
        Ok([
            percentile(&mut keys, 0.5),
            percentile(&mut keys, 0.95),
            percentile(&mut drawn, 0.5),
            percentile(&mut drawn, 0.95),
            percentile(&mut answered, 0.95),
            own.share(),
            theirs.share(),
            session.process().memory("VmRSS"),
        ])
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
