//! What is wrong with a command line whatever program it runs.

mod files;
mod host;
mod logs;
mod network;
mod own;
mod secrets;
mod stand_ins;
mod syntax;

use crate::pack::lint::material::Context;

/// What one step alone shows.
pub fn look(context: &Context<'_>) {
    syntax::look(context);
    for step in &context.steps {
        files::look(context, step);
        host::look(context, step);
        logs::look(context, step);
        network::look(context, step);
        secrets::look(context, step);
    }
}

/// What several steps show together.
pub fn look_across(context: &Context<'_>) {
    own::look(context);
    stand_ins::look(context);
    files::names(context);
    files::archive(context);
}
