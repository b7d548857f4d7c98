//! What the domain looks like now, as values by name: what is kept with a run when it is confirmed and when it is judged.

use crate::{
    app::model::Model,
    domain::{
        action::value::{Value, Values},
        freshness::Reading,
    },
};

/// The readings by their ids, lights and counts as they stand.
pub fn standing(model: &Model) -> Values {
    let mut values = Values::new();
    for (id, reading) in &model.readings.instants {
        if let Reading::Known { value, .. } = reading {
            values.insert(id.to_string(), Value::Float(*value));
        }
    }
    if !model.cluster.pods.is_filled() {
        // A run may end before the pods were listed: that none is known is no number of theirs.
        return values;
    }
    let count = model.cluster.count;
    for (name, number) in [
        ("pods/ready", count.ready),
        ("pods/total", count.total),
        ("pods/sick", count.sick),
    ] {
        values.insert(name.to_owned(), Value::Int(i64::from(number)));
    }
    values
}
