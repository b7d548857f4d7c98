//! Cells in order: numbers and quantities by what they are worth, texts as a person would count them.

use std::cmp::Ordering;

use crate::domain::table::Cell;

/// Compares two cells of one column; what counts is young before it is old.
pub fn compare(one: &Cell, other: &Cell) -> Ordering {
    match (one, other) {
        (Cell::Since { at: one, .. }, Cell::Since { at: other, .. }) => other.cmp(one),
        (Cell::Since { .. }, Cell::Text(_)) => Ordering::Less,
        (Cell::Text(_), Cell::Since { .. }) => Ordering::Greater,
        (Cell::Text(one), Cell::Text(other)) => texts(one, other),
    }
}

fn texts(one: &str, other: &str) -> Ordering {
    match (worth(one), worth(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => natural(one, other),
    }
}

/// What a number, a quantity, a share or a part of a whole is worth: `250m`, `10Gi`, `75%`, `2/3`.
fn worth(text: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 14] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("%", 0.01),
        ("", 1.0),
    ];
    let number = |text: &str| {
        let digits = text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
        text.parse::<f64>().ok().filter(|_| digits)
    };
    if let Some((part, whole)) = text.split_once('/') {
        let (part, whole) = (number(part)?, number(whole)?);
        return Some(if whole == 0.0 { 1.0 } else { part / whole });
    }
    SUFFIXES
        .iter()
        .find_map(|(suffix, factor)| Some(number(text.strip_suffix(suffix)?)? * factor))
}

/// `web-2` before `web-10`.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        match (one.chars().next(), other.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (a, after) = digits(one);
                let (b, behind) = digits(other);
                let order = a.len().cmp(&b.len()).then_with(|| a.cmp(b));
                if order != Ordering::Equal {
                    return order;
                }
                (one, other) = (after, behind);
            }
            (Some(a), Some(b)) => {
                let order = a.to_lowercase().cmp(b.to_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
                (one, other) = (&one[a.len_utf8()..], &other[b.len_utf8()..]);
            }
        }
    }
}

/// The number a text begins with, without leading zeros, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
        texts.sort_by(|one, other| super::texts(one, other));
        texts
    }

    #[test]
    fn cells_are_ordered_by_what_they_are_worth() {
        assert_eq!(sorted(vec!["10", "9", "100"]), ["9", "10", "100"]);
        assert_eq!(sorted(vec!["1Gi", "900Mi", "2Ki"]), ["2Ki", "900Mi", "1Gi"]);
        assert_eq!(sorted(vec!["3/3", "0/3", "1/2"]), ["0/3", "1/2", "3/3"]);
        assert_eq!(
            sorted(vec!["web-10", "web-2", "Web-1"]),
            ["Web-1", "web-2", "web-10"]
        );
        assert_eq!(sorted(vec!["<none>", "5"]), ["5", "<none>"]);
        assert_eq!(sorted(vec!["infinity", "1"]), ["1", "infinity"]);
    }

    #[test]
    fn the_youngest_comes_first() {
        let since = |second| Cell::Since {
            before: "".into(),
            at: jiff::Timestamp::from_second(second).unwrap(),
            after: "".into(),
        };
        assert_eq!(compare(&since(5), &since(1)), Ordering::Less);
        let never = Cell::Text("<none>".into());
        assert_eq!(compare(&since(5), &never), Ordering::Less);
    }
}
