//! `docs/keys.md`, out of the registry.

use std::fmt::Write as _;

use super::map::Keymap;
use crate::app::command::{Command, Context};
use crate::domain::settings::{Glyphs, Lang};
use crate::i18n::Texts;

/// The text of `docs/keys.md`.
pub fn keys_page() -> String {
    let (en, zh) = (Texts::new(Lang::En), Texts::new(Lang::Zh));
    let map = Keymap::defaults();
    let mut out = String::from(
        "# Keys\n\n\
         Written from the registry of commands; after a change run the tests with `QUARTERDECK_BLESS=1`.\n\n\
         A key is looked up in the innermost context first, then outwards; where text is typed only `text` counts.\n\
         Full-width keys count as their half-width forms. In the config a sequence is bound to an id, or to `none`:\n\n\
         ```toml\n[keys.list]\n\"g g\" = \"none\"\ng = \"top\"\n```\n",
    );
    for context in Context::ALL {
        let rows: Vec<Command> = Command::ALL
            .iter()
            .copied()
            .filter(|command| command.context() == context)
            .collect();
        if rows.is_empty() {
            continue;
        }
        let title = format!("key-context-{}", context.name());
        let _ = write!(
            out,
            "\n## `{}`: {}\n\n| Keys | Id | Does | 中文 |\n| --- | --- | --- | --- |\n",
            context.name(),
            en.t(&title)
        );
        for command in rows {
            let keys: Vec<String> = map
                .keys_of(command)
                .iter()
                .map(|keys| format!("`{}`", keys.label(Glyphs::Ascii)))
                .collect();
            let title = format!("command-{}", command.id());
            let _ = writeln!(
                out,
                "| {} | `{}` | {} | {} |",
                keys.join(" "),
                command.id(),
                en.t(&title),
                zh.t(&title)
            );
        }
    }
    out
}
