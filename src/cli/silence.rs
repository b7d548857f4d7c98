//! `quarterdeck alerts silence`: the action that silences, with its matchers from an alert or from the command line.

use crate::app::silences::of_exactly;

use super::{
    Exit,
    alerts::{meant, refuse},
    args::{DeskArgs, RunArgs, SilenceArgs},
    logbook::Book,
    run,
};

/// The action that silences.
const ACTION: &str = "generic/silence";

/// Proposes a silence the way `run` does: it says what it hides, asks, and goes through the gate of actions.
pub(super) fn silence(desk: &DeskArgs, args: &SilenceArgs) -> color_eyre::Result<Exit> {
    let matchers = match &args.alert {
        None => args.matchers.join(", "),
        Some(name) => {
            let book = match Book::open(desk, Some(args.look.timeout))? {
                Ok(book) => book,
                Err(exit) => return Ok(exit),
            };
            match meant(&book.model, name) {
                Ok(line) => of_exactly(&line.alert),
                Err(none) => return Ok(refuse(&book.face.texts, &book.model, name, none)),
            }
        }
    };
    let run = RunArgs {
        action: Some(ACTION.to_owned()),
        undo: None,
        emergency: None,
        params: vec![
            format!("matchers={matchers}"),
            format!("lasts={}", args.lasts),
            format!("why={}", args.comment),
        ],
        target: None,
        plan: args.dry_run,
        confirm: args.confirm.clone(),
        json: args.look.json,
        timeout: args.look.timeout,
    };
    run::run(desk, &run)
}
