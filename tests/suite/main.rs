//! Everything that is tested from outside of the library.

mod packs;
