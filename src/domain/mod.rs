//! PURE values: what the watch sees, and how fresh it is.
