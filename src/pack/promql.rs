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
    let bare = match unquoted(text) {
        Ok(bare) => bare,
        Err((at, what)) => {
            let place = node.place(at..at + 1);
            node.sink.report(place, &node.path, what, None);
            return None;
        }
    };
    let hole = |at: &usize| {
        let after = bare[*at..].strip_prefix(WINDOW);
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        holes == Holes::Window && after.is_some_and(ends)
    };
    if let Some((at, _)) = bare.match_indices('$').find(|(at, _)| !hole(at)) {
        let place = node.place(at..at + 1);
        let help = match holes {
            Holes::None => None,
            Holes::Window => Some("the only hole there is here is `[$window]`".to_owned()),
        };
        let what = "this `$` has no meaning here";
        node.sink.report(place, &node.path, what, help);
        return None;
    }
    if holes == Holes::Window && !bare.contains("[$window") {
        let help = "write its ranges as `[$window]`: each window of the SLO is put there";
        node.error("`$window` is missing", Some(help.to_owned()));
        return None;
    }
    Some(text.trim().to_owned())
}

/// The query with its strings blanked out, byte for byte; or what is never closed.
fn unquoted(text: &str) -> Result<String, (usize, String)> {
    balanced(text)?;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        let inside = quote.is_some();
        match quote {
            Some(_) if escaped => escaped = false,
            Some(mark) if c == '\\' && mark != '`' => escaped = true,
            Some(mark) if c == mark => quote = None,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            _ => {}
        }
        if inside {
            bare.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            bare.push(c);
        }
    }
    Ok(bare)
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
        assert_eq!(
            unquoted("x{a=~\"é$\"}[$window]").as_deref(),
            Ok("x{a=~\"    }[$window]")
        );
        assert_eq!(balanced("x{a=\"b}").map_err(|(at, _)| at), Err(4));
    }
}
