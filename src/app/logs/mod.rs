//! The logs of a pod, a workload or the pods of an alert, merged by time: what is kept, shown and read of them.

pub mod buffer;
pub mod label;
pub mod moment;
pub mod pattern;
mod popup;
mod reader;
mod screen;
mod streams;
#[cfg(test)]
mod tests;
mod text;

pub use popup::{Choice, Popup, SINCES, TAILS};
pub use screen::{JsonForm, LogScreen};
pub use streams::{MOST_STREAMS, Stream};
