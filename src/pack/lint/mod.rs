//! PURE: what is wrong with a pack that loads all the same, or with the commands of a runbook. Nothing here knows a team:
//! rules look at parsed commands, statements, queries and numbers.

mod compose;
mod cron;
mod data;
mod finding;
mod kubectl;
mod material;
mod notation;
mod pack;
mod place;
mod promql;
mod redis;
mod render;
mod runbook;
mod server;
mod shell;
mod sql;

pub use self::{
    finding::{Finding, Rule, Severity, rules},
    pack::{Accepted, Report, lint, lint_heard, queries},
    render::Found,
    runbook::{Expected, Runbook},
    server::Heard,
};

use self::{
    finding::Sink,
    material::{Context, Material},
};

/// Everything that is found in a material, by place.
fn look(material: &Material) -> Vec<Finding> {
    let sink = Sink::default();
    let context = Context::new(material, &sink);
    kubectl::look(&context);
    shell::look(&context);
    shell::look_across(&context);
    sql::look(&context);
    redis::look(&context);
    compose::look(&context);
    promql::look(&context);
    data::look(&context);
    drop(context);
    sink.into_findings()
}
