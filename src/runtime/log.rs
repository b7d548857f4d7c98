//! The log: a file where one was asked for, nowhere otherwise; never the screen.

use std::{fs, io, path::Path, sync::Arc};

use tracing_subscriber::EnvFilter;

/// Starts the log; `file` is appended to.
pub fn start(file: Option<&Path>, level: &str) -> io::Result<()> {
    let Some(path) = file else {
        return Ok(());
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let out = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    // kube logs the whole body of an answer it can't read: that may be anything.
    let filter = EnvFilter::new(format!(
        "warn,kube_client=error,kube_runtime=error,quarterdeck={level}"
    ));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Arc::new(out))
        .try_init();
    started.map_err(|error| io::Error::other(error.to_string()))
}
