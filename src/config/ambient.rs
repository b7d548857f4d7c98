//! What the terminal and the system say where a setting is `auto`.

use crate::domain::settings::{ColourDepth, Lang};

/// What the terminal and the system say where a setting is `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambient {
    pub lang: Lang,
    pub colours: ColourDepth,
}

impl Ambient {
    /// From the variables that say it: `LC_ALL`, `LC_MESSAGES`, `LANG`, `NO_COLOR`, `COLORTERM`, `TERM`.
    pub fn of(variables: &[(String, String)]) -> Self {
        let get = |name: &str| {
            let found = variables.iter().find(|(one, _)| one == name);
            found
                .map(|(_, text)| text.as_str())
                .filter(|text| !text.is_empty())
        };
        let locale = get("LC_ALL")
            .or_else(|| get("LC_MESSAGES"))
            .or_else(|| get("LANG"))
            .unwrap_or_default();
        let term = get("TERM").unwrap_or_default();
        let colour_term = get("COLORTERM").unwrap_or_default();
        let colours = if get("NO_COLOR").is_some() || term == "dumb" {
            ColourDepth::None
        } else if matches!(colour_term, "truecolor" | "24bit") || term.ends_with("-direct") {
            ColourDepth::TrueColour
        } else if term.contains("256color") {
            ColourDepth::Indexed256
        } else {
            ColourDepth::Ansi16
        };
        Self {
            lang: if locale.starts_with("zh") {
                Lang::Zh
            } else {
                Lang::En
            },
            colours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambient(variables: &[(&str, &str)]) -> Ambient {
        let variables: Vec<_> = variables
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        Ambient::of(&variables)
    }

    #[test]
    fn auto_asks_the_environment() {
        for (variables, lang, colours) in [
            (
                &[("LANG", "zh_CN.UTF-8"), ("COLORTERM", "truecolor")][..],
                Lang::Zh,
                ColourDepth::TrueColour,
            ),
            (
                &[
                    ("LC_ALL", "C"),
                    ("LANG", "zh_CN.UTF-8"),
                    ("TERM", "xterm-256color"),
                ],
                Lang::En,
                ColourDepth::Indexed256,
            ),
            (
                &[("LC_ALL", ""), ("LC_MESSAGES", "zh_CN"), ("TERM", "linux")],
                Lang::Zh,
                ColourDepth::Ansi16,
            ),
            (
                &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")],
                Lang::En,
                ColourDepth::None,
            ),
            (&[("TERM", "dumb")], Lang::En, ColourDepth::None),
        ] {
            assert_eq!(ambient(variables), Ambient { lang, colours });
        }
    }
}
