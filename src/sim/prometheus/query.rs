//! Instant and range queries, answered by their marks.

use serde_json::{Value, json};

use super::ApiError;
use super::faults::{PrometheusFaults, QueryFault};
use super::marks::{LABEL, marks};
use super::params::{Grid, invalid, sample, time, unix};
use crate::sim::form::Form;
use crate::sim::shared::SharedWorld;
use crate::sim::world::scenario::Answer;
use crate::sim::world::{World, resolve};

const NO_ENGINE: &str = "the embedded cluster answers marked queries only: \
    label_replace(<expr>, \"quarterdeck\", \"<id>\", \"\", \"\"), several joined by `or`";

/// `/api/v1/query`
pub fn instant(
    world: &SharedWorld,
    faults: &PrometheusFaults,
    form: &Form,
) -> Result<Value, ApiError> {
    let ids = ids(form)?;
    let (world, now) = world.present();
    let at = form
        .get("time")
        .map_or_else(|| Ok(unix(now)), |text| time("time", text))?;
    let answers = answers(&world, faults, ids)?;
    let relative = at - unix(world.start());
    let result: Vec<_> = answers
        .iter()
        .filter_map(|(id, answer)| {
            let value = world.read(answer, relative)?;
            Some(json!({ "metric": metric(id, answer), "value": [at, sample(value)] }))
        })
        .collect();
    Ok(json!({ "resultType": "vector", "result": result }))
}

/// `/api/v1/query_range`
pub fn range(
    world: &SharedWorld,
    faults: &PrometheusFaults,
    form: &Form,
) -> Result<Value, ApiError> {
    let grid = Grid::read(form)?;
    let ids = ids(form)?;
    let (world, now) = world.present();
    let answers = answers(&world, faults, ids)?;
    let start = unix(world.start());
    let present = unix(now);
    let result: Vec<_> = answers
        .iter()
        .filter_map(|(id, answer)| {
            let values: Vec<_> = grid
                .times()
                // What has not happened yet has no samples.
                .filter(|at| *at <= present + 1.0)
                .filter_map(|at| Some(json!([at, sample(world.read(answer, at - start)?)])))
                .collect();
            (!values.is_empty()).then(|| json!({ "metric": metric(id, answer), "values": values }))
        })
        .collect();
    Ok(json!({ "resultType": "matrix", "result": result }))
}

fn ids(form: &Form) -> Result<Vec<String>, ApiError> {
    let query = form.get("query").unwrap_or_default();
    if query.trim().is_empty() {
        return Err(invalid(
            "query",
            "unknown position: parse error: no expression found in input",
        ));
    }
    if let Some(at) = unclosed(query) {
        let what = format!("1:{at}: parse error: unclosed left parenthesis");
        return Err(invalid("query", &what));
    }
    let ids = marks(query);
    if ids.is_empty() {
        return Err(ApiError::Execution(NO_ENGINE.to_owned()));
    }
    Ok(ids)
}

/// What stands behind each id; one that is unknown or spoilt fails them all, as one bad arm fails a batch.
fn answers(
    world: &World,
    faults: &PrometheusFaults,
    ids: Vec<String>,
) -> Result<Vec<(String, Answer)>, ApiError> {
    if faults.is_slow() {
        return Err(timed_out());
    }
    let mut answers: Vec<(String, Answer)> = Vec::with_capacity(ids.len());
    for id in ids {
        match faults.of(&id) {
            Some(QueryFault::Lost) => continue,
            Some(QueryFault::Slow) => return Err(timed_out()),
            Some(QueryFault::Partial(_)) | None => {}
            Some(QueryFault::Bad) => {
                let what = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
                return Err(ApiError::Execution(what.to_owned()));
            }
        }
        let answer =
            resolve(world.model(), &id).map_err(|error| ApiError::Execution(error.to_string()))?;
        // `or` drops a series that the left side has already.
        if !answers.iter().any(|(known, _)| *known == id) {
            answers.push((id, answer));
        }
    }
    Ok(answers)
}

fn timed_out() -> ApiError {
    ApiError::Timeout("query timed out in expression evaluation".to_owned())
}

/// What the queries of this request are answered with beside their values.
pub fn warnings(faults: &PrometheusFaults, form: &Form) -> Vec<String> {
    let marked = marks(form.get("query").unwrap_or_default());
    let warned = marked.iter().filter_map(|id| match faults.of(id)? {
        QueryFault::Partial(warning) => Some(warning),
        _ => None,
    });
    warned.collect()
}

/// Where a parenthesis is missed: as much of the grammar as this server knows.
fn unclosed(query: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for c in query.chars() {
        match (quote, c) {
            (None, '"' | '\'' | '`') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (depth > 0).then(|| query.chars().count() + 1)
}

fn metric(id: &str, answer: &Answer) -> Value {
    let mut labels = json!(answer.labels);
    labels[LABEL] = json!(id);
    labels
}
