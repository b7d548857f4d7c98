//! Small parts that several screens share.

pub mod canvas;
pub mod columns;
pub mod document;
pub mod fit;
pub mod grid;
pub mod link;
pub mod popup;
pub mod reader;
pub mod spark;
pub mod wrap;
