//! The controllers: what turns specs into pods and pods into their life.

pub mod kubelet;
pub mod pod;

use serde_json::Value;

/// A count or a percentage of `whole`, as surge and budgets are given.
pub fn share_of(value: &Value, whole: i64, round_up: bool) -> i64 {
    match value {
        Value::Number(number) => number.as_i64().unwrap_or(0),
        Value::String(text) => {
            let percent = text.trim_end_matches('%').parse::<i64>().unwrap_or(0);
            let scaled = percent * whole;
            if round_up {
                (scaled + 99) / 100
            } else {
                scaled / 100
            }
        }
        _ => 0,
    }
}
