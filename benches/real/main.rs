//! How a terminal program does on a real API server: `cargo bench --features real --bench real` measures Quarterdeck,
//! `… -- --program COMMAND` another one. docs/performance.md says what is measured and how.

mod args;
mod bed;
mod changer;
mod changes;
mod copies;
mod counter;
mod machine;
#[path = "../cockpit/numbers.rs"]
mod numbers;
mod pods;
mod program;
mod series;
mod table;
#[path = "../cockpit/terminal.rs"]
mod terminal;

use std::{error::Error, process::ExitCode, time::Duration};

use clap::Parser;

use self::{
    args::{Args, Part},
    bed::Bed,
    copies::Store,
    pods::ONE,
    program::Program,
    series::{Outcome, Series},
    table::Table,
};

/// From here on pods are looked at in all namespaces only.
const MANY: usize = 10_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if let Some(Part::Change {
        kubeconfig,
        namespace,
        pods,
        rate,
    }) = &args.part
    {
        runtime.block_on(async {
            let client = bed::client(kubeconfig).await?;
            pods::change(&client, namespace, *pods, *rate).await
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let bed = Bed::find(args.bed.as_deref())?;
    let client = runtime.block_on(bed::client(&bed.kubeconfig()))?;
    let mut series = Series {
        table: Table::default(),
        program: Program::of(&args),
        bed: &bed,
        client,
        store: Store::new(bed.etcd()?),
        samples: Vec::new(),
        runtime: &runtime,
        runs: args.runs.max(1),
    };
    let measured = measure(&mut series, &args);
    println!("\n{}", machine::describe());
    // What was measured before something failed is worth seeing.
    let held = series.table.print();
    measured?;
    Ok(if held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The bounds of a count of pods: the share of kubectl's time, and memory in MB.
fn bounds(count: usize) -> (Option<f64>, Option<f64>) {
    match count {
        1_000 => (None, Some(40.0)),
        10_000 => (Some(0.15), Some(60.0)),
        50_000 => (Some(0.25), Some(90.0)),
        _ => (None, None),
    }
}

/// Pods only ever become more, so that none has to be removed in between.
fn measure(series: &mut Series<'_>, args: &Args) -> Outcome {
    series.prepare()?;
    let mut counts = args.pods.clone();
    counts.sort_unstable();
    let (few, many): (Vec<usize>, Vec<usize>) = counts.iter().partition(|count| **count <= MANY);
    for &count in &few {
        series.spread(count)?;
        let name = format!("{count} pods over 50 namespaces");
        series.starts(&name, None, bounds(count).0)?;
    }
    for &count in &few {
        series.fill(count)?;
        let name = format!("{count} pods");
        series.starts(&name, Some(ONE), bounds(count).0)?;
        let window = (Some(&count) == few.last()).then_some(Duration::from_secs(60));
        series.still(&name, Some(ONE), bounds(count).1, window)?;
    }
    if !few.is_empty() {
        series.changes(&format!("{} pods", few[few.len() - 1]), ONE)?;
    }
    for &count in &many {
        let spread = few.last().copied().unwrap_or(0);
        series.fill(count - spread)?;
        series.runs = series.runs.min(3);
        let name = format!("{count} pods in all namespaces");
        series.starts(&name, None, bounds(count).0)?;
        series.still(&name, None, bounds(count).1, None)?;
    }
    Ok(())
}
