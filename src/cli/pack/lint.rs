//! `quarterdeck pack lint`: whether a pack loads, and what in it is a mistake all the same.

use serde_json::{Value, json};

use super::{Exit, Named, args::LintArgs, named, say};
use crate::{i18n::Texts, pack::PackErrors};

/// Loads a pack and looks through it.
pub(super) fn lint(texts: &Texts, args: &LintArgs) -> Exit {
    let named = match named(texts, &args.pack) {
        Ok(named) => named.under_its_folder(),
        Err(exit) => return exit,
    };
    match named.parse() {
        Ok(_) => {
            if args.json {
                let page = json!({ "loads": true, "errors": [], "findings": [] });
                say::out(&format!("{page}\n"));
            } else {
                say::out(&format!("{}\n", texts.t("pack-lint-clean")));
            }
            Exit::Fine
        }
        Err(errors) => {
            broken(args, &errors);
            Exit::Failed
        }
    }
}

/// Says why a pack doesn't load.
fn broken(args: &LintArgs, errors: &PackErrors) {
    if !args.json {
        say::err(&errors.render(super::super::colour_on_stderr()));
        return;
    }
    let errors: Vec<Value> = errors
        .errors()
        .iter()
        .map(|error| {
            json!({
                "file": error.file(),
                "line": error.line,
                "column": error.column,
                "key": error.key,
                "what": error.what,
                "mend": error.help,
            })
        })
        .collect();
    let page = json!({ "loads": false, "errors": errors, "findings": [] });
    say::out(&format!("{page}\n"));
}

impl Named {
    /// The same, each file named as one can open it from here.
    fn under_its_folder(mut self) -> Self {
        if let Some(folder) = self.folder.as_deref().filter(|it| it.as_os_str() != ".") {
            for (name, _) in &mut self.files {
                *name = folder.join(&*name).display().to_string();
            }
        }
        self
    }
}
