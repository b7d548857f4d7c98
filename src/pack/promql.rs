//! What can be known of a query without a server: its brackets, its quotes, its holes.

use super::reader::Node;

/// The hole that each of an SLO's windows fills.
pub(super) const WINDOW: &str = "$window";

/// Whether a query has holes to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holes {
    None,
    /// `[$window]`, at least once.
    Window,
}

/// A query, if nothing is plainly wrong with it.
pub(super) fn read(node: &Node<'_>, holes: Holes) -> Option<String> {
    let text = node.str()?;
    if let Err((at, what)) = balanced(text) {
        node.sink
            .report(node.place(at..at + 1), &node.path, what, None);
        return None;
    }
    match (holes, text.find('$')) {
        (Holes::Window, _) if !text.contains("[$window]") => {
            let help = "write its ranges as `[$window]`: each window of the SLO is put there";
            node.error("`$window` is missing", Some(help.to_owned()));
            None
        }
        (Holes::None, Some(at)) => {
            let place = node.place(at..at + 1);
            let what = "`$` has no meaning here";
            node.sink.report(place, &node.path, what, None);
            None
        }
        (Holes::Window, _) if text.replace(WINDOW, "").contains('$') => {
            node.error("the only hole there is here is `$window`", None);
            None
        }
        _ => Some(text.trim().to_owned()),
    }
}

fn balanced(text: &str) -> Result<(), (usize, String)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut quote: Option<(usize, char)> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if let Some((_, mark)) = quote {
            match c {
                _ if escaped => escaped = false,
                '\\' if mark != '`' => escaped = true,
                _ if c == mark => quote = None,
                _ => {}
            }
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some((at, c)),
            '(' => open.push((at, ')')),
            '[' => open.push((at, ']')),
            '{' => open.push((at, '}')),
            ')' | ']' | '}' if open.pop().is_none_or(|(_, close)| close != c) => {
                return Err((at, format!("not PromQL: this `{c}` closes nothing")));
            }
            _ => {}
        }
    }
    match quote.or_else(|| open.pop()) {
        Some((at, _)) => Err((at, "not PromQL: this is never closed".to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_must_close() {
        assert!(balanced(r#"sum(rate(x{a="(\""}[5m]))"#).is_ok());
        assert_eq!(balanced("sum(x").map_err(|(at, _)| at), Err(3));
        assert_eq!(balanced("sum(x]").map_err(|(at, _)| at), Err(5));
        assert_eq!(balanced("x{a=\"b}").map_err(|(at, _)| at), Err(4));
    }
}
