//! The control server of the embedded cluster: tells what is played, so that other processes know where they are.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::server::{Body, Handler, json as json_body, text};
use super::shared::SharedWorld;
use super::start::SimOptions;
use super::world::scenario::ScenarioTitle;

/// The server behind `[demo] serve`.
pub struct Control {
    world: SharedWorld,
    scenario: ScenarioTitle,
    seed: u64,
    pods: usize,
    churn: f64,
}

impl Control {
    pub(super) fn new(world: SharedWorld, scenario: ScenarioTitle, options: &SimOptions) -> Self {
        Self {
            world,
            scenario,
            seed: options.seed,
            pods: options.pods,
            churn: options.churn,
        }
    }

    fn demo(&self) -> Value {
        let clock = self.world.clock();
        json!({
            "scenario": self.scenario.name,
            "title": { "en": self.scenario.en, "zh": self.scenario.zh },
            "speed": clock.speed(),
            "seed": self.seed,
            "pods": self.pods,
            "churn": self.churn,
            "started": clock.start().to_string(),
            "now": clock.now().to_string(),
        })
    }
}

impl Handler for Control {
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        async move {
            match (request.method(), request.uri().path()) {
                (&Method::GET, "/demo") => json_body(StatusCode::OK, &self.demo()),
                (_, "/demo") => text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n"),
                _ => text(StatusCode::NOT_FOUND, "404 page not found\n"),
            }
        }
        .boxed()
    }
}
