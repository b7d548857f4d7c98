//! Draws the screen from the model and changes nothing.

pub mod figure;
pub mod glyph;
pub mod scene;

mod actor;
pub mod attention;
mod debts;
mod due;
mod footer;
mod header;
mod hints;
mod overlays;
mod panes;
mod root;
mod strip;
mod widgets;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use root::draw;
pub use scene::{KeyNames, Paint};
