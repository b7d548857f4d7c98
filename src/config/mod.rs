//! Files to layers to validated Settings and Policy.

pub mod ambient;
mod demo;
mod desks;
pub mod diagnostic;
pub mod document;
pub mod example;
pub mod kind;
pub mod layer;
pub mod load;
pub mod merged;
pub mod path;
pub mod policy;
pub mod resolve;
pub mod say;
pub mod schema;

pub use desks::NamedDesk;
pub use diagnostic::{Diagnostic, Errors};
pub use load::{Flags, Inputs, Loaded, Vocabulary, load};
