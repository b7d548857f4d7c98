//! Draws from `&Model`, never mutates.
