//! Metrics that a test says.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};

use super::bed::Bed;

/// An exporter, scraped each second by the Prometheuses of a bed under its name as job, until it is dropped.
pub struct Exporter {
    pub job: String,
    text: Arc<Mutex<String>>,
    target: PathBuf,
    /// Nobody answers once it is dropped.
    serving: JoinSet<()>,
}

impl Exporter {
    /// Serves `text` in Prometheus' format.
    pub async fn new(bed: &Bed, job: &str, text: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let text = Arc::new(Mutex::new(text.to_owned()));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::clone(&text)));
        let target = bed.folder().join(format!("targets/{job}.json"));
        let said = json!([{"targets": [address.to_string()], "labels": {"job": job}}]);
        // One move: half a file would be read.
        let new = target.with_extension("new");
        std::fs::write(&new, said.to_string()).unwrap();
        std::fs::rename(new, &target).unwrap();
        Self {
            job: job.to_owned(),
            text,
            target,
            serving,
        }
    }

    /// Nobody answers any more, and it is still scraped.
    pub fn dies(&mut self) {
        self.serving.abort_all();
    }

    /// What it says from now on.
    pub fn say(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap());
    }
}

async fn serve(listener: TcpListener, text: Arc<Mutex<String>>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let text = Arc::clone(&text);
        connections.spawn(async move {
            let service = service_fn(move |_| {
                let said = text.lock().unwrap().clone();
                let answer = Response::builder()
                    .header("Content-Type", "text/plain; version=0.0.4")
                    .body(Full::new(Bytes::from(said)));
                async move { Ok::<_, Infallible>(answer.unwrap()) }
            });
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.target);
    }
}
