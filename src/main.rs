//! The thin binary: hooks, parse, exit code.

fn main() {}
