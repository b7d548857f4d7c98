//! SQL as statements of tokens, with the place of each, and what psql is called with.

mod look;
mod psql;
mod restore;
mod token;

pub use self::token::{Statement, Token, TokenKind, statements};

use super::material::Context;

/// The flags of psql that take a value.
pub const PSQL: &[&str] = &[
    "-c",
    "--command",
    "-d",
    "--dbname",
    "-f",
    "--file",
    "-h",
    "--host",
    "-p",
    "--port",
    "-U",
    "--username",
    "-v",
    "--set",
    "--variable",
    "-o",
    "--output",
    "-L",
    "-F",
    "-P",
    "-R",
    "-T",
];

/// Everything this kind of rule finds.
pub fn look(context: &Context<'_>) {
    psql::look(context);
    restore::look(context);
    look::look(context);
}
