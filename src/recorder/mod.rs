//! The record of a shift: what the panes showed, every few seconds, in a file that can be cut anywhere and be gone through
//! on any machine. The format is `docs/recorder.md`.

mod bytes;
mod delta;
mod file;
mod pack;
mod parts;
mod past;
mod record;
mod recording;
mod shelf;
mod tape;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

pub use self::{
    file::{Unreadable, VERSION},
    past::past,
    record::Record,
    recording::{Recorder, Told},
    shelf::{Lead, Shelf, Volume},
    tape::{Before, Tape},
    writer::{Session, Writer},
};
