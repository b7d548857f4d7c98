//! Keys to commands: the only place besides the terminal driver that knows raw keys.

pub mod convert;
pub mod docs;
pub mod key;
pub mod map;

#[cfg(test)]
mod tests;

pub use convert::{key_of, typed};
pub use key::{Key, Sequence};
pub use map::{Keymap, Resolved, problems};
