//! The series that an expression of Prometheus reads, and those of them that an alert is about.

use std::collections::BTreeMap;

/// Words that stand where a name of series could.
const WORDS: [&str; 8] = [
    "and", "or", "unless", "atan2", "bool", "offset", "inf", "nan",
];
/// What is followed by labels in brackets, not by series.
const LABELS_FOLLOW: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// What labels may follow before its bracket does: `sum by (a) (x)`.
const AGGREGATIONS: [&str; 14] = [
    "sum",
    "avg",
    "count",
    "min",
    "max",
    "group",
    "stddev",
    "stdvar",
    "topk",
    "bottomk",
    "count_values",
    "quantile",
    "limitk",
    "limit_ratio",
];

/// The vector selectors of an expression, each once, as they are written. `None` where they prove nothing or can't be
/// made out: an expression that fires on absence, quotes that don't end.
pub fn selectors(expr: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = expr;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = match first {
            '"' | '\'' | '`' => &rest[quoted(rest)?..],
            '#' => after.find('\n').map_or("", |end| &after[end..]),
            // A range: durations only.
            '[' => &after[after.find(']')? + 1..],
            '{' => {
                let end = braces(rest)?;
                found.push(rest[..end].to_owned());
                &rest[end..]
            }
            // A number takes its unit and exponent along.
            '0'..='9' | '.' => after.trim_start_matches(|c: char| c.is_alphanumeric() || c == '.'),
            'a'..='z' | 'A'..='Z' | '_' | ':' => name(rest, &mut found)?,
            _ => after,
        };
    }
    found.sort();
    found.dedup();
    Some(found)
}

/// Takes a name: a function, a word, or series with what is in their braces. What follows it.
fn name<'e>(text: &'e str, found: &mut Vec<String>) -> Option<&'e str> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    let next = after.trim_start();
    let lower = word.to_ascii_lowercase();
    if lower.starts_with("absent") {
        return None;
    }
    if LABELS_FOLLOW.contains(&lower.as_str()) {
        return match next.strip_prefix('(') {
            Some(labels) => Some(&labels[labels.find(')')? + 1..]),
            None => Some(after),
        };
    }
    if next.starts_with('(')
        || WORDS.contains(&lower.as_str())
        || AGGREGATIONS.contains(&lower.as_str())
    {
        return Some(after);
    }
    if next.starts_with('{') {
        let end = braces(next)?;
        found.push(format!("{word}{}", &next[..end]));
        return Some(&next[end..]);
    }
    found.push(word.to_owned());
    Some(after)
}

/// How long the quoted text at the start is.
fn quoted(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some(at + c.len_utf8());
        }
        if c == '\\' && quote != '`' {
            chars.next()?;
        }
    }
    None
}

/// How long the braces at the start are.
fn braces(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        let first = text[at..].chars().next()?;
        match first {
            '}' => return Some(at + 1),
            '"' | '\'' | '`' => at += quoted(&text[at..])?,
            _ => at += first.len_utf8(),
        }
    }
}

/// A selector narrowed to the series that an alert of these labels can come from: those that have its labels' values, or
/// lack the label. `None` where a label can't be written.
pub fn narrowed(selector: &str, labels: &BTreeMap<&str, &str>) -> Option<String> {
    let mut matchers = Vec::new();
    for (label, value) in labels {
        // An alert may wear what its series lack: a label of the server, or of the rule.
        let known = regex_of(value).filter(|_| is_name(label))?;
        matchers.push(format!("{label}=~`{known}|`"));
    }
    let matchers = matchers.join(",");
    Some(match selector.strip_suffix('}') {
        Some(open) => {
            let open = open.trim_end();
            let comma = if open.ends_with(['{', ',']) || matchers.is_empty() {
                ""
            } else {
                ","
            };
            format!("{open}{comma}{matchers}}}")
        }
        None if matchers.is_empty() => selector.to_owned(),
        None => format!("{selector}{{{matchers}}}"),
    })
}

/// `up` of these labels, each as it is.
pub fn up_of(labels: &BTreeMap<&str, &str>) -> Option<String> {
    let mut matchers = Vec::new();
    for (label, value) in labels {
        regex_of(value).filter(|_| is_name(label))?;
        matchers.push(format!("{label}=`{value}`"));
    }
    Some(format!("up{{{}}}", matchers.join(",")))
}

fn is_name(label: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    label.chars().all(fits) && !label.starts_with(|c: char| c.is_ascii_digit())
}

/// A pattern that is this very text; `None` where it can't stand between backticks.
fn regex_of(value: &str) -> Option<String> {
    if value.contains(['`', '\n']) {
        return None;
    }
    let mut pattern = String::with_capacity(value.len());
    for c in value.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(expr: &str) -> Vec<String> {
        selectors(expr).unwrap()
    }

    #[test]
    fn series_are_told_from_functions_words_labels_and_numbers() {
        assert_eq!(found("bed_sick > 0"), ["bed_sick"]);
        assert_eq!(
            found(
                "sum by (job, le) (rate(http_total{code=~\"5..\"}[5m] offset 1h)) / on(job) group_left(team) owners > 1e3"
            ),
            ["http_total{code=~\"5..\"}", "owners"]
        );
        assert_eq!(
            found(
                "sum(rate(a[5m])) without (pod) > bool 0.5 and time() - start_time:max unless inf == nan"
            ),
            ["a", "start_time:max"]
        );
        assert_eq!(
            found("histogram_quantile(0.99, x{a=\"}\", b='\"'}) # y\n > 1h30m"),
            ["x{a=\"}\", b='\"'}"]
        );
        assert_eq!(found("{__name__=\"x\"} @ end()"), ["{__name__=\"x\"}"]);
        assert_eq!(found("a > 1 or a > 2"), ["a"]);
        assert_eq!(found("vector(1)"), [""; 0]);
    }

    #[test]
    fn what_fires_on_absence_or_is_not_whole_proves_nothing() {
        for expr in [
            "absent(up{job=\"a\"})",
            "absent_over_time(a[5m])",
            "a{b=\"",
            "a{b=\"c\"",
            "a[5m",
            "\"a",
        ] {
            assert_eq!(selectors(expr), None, "{expr}");
        }
    }

    #[test]
    fn a_selector_is_narrowed_to_what_an_alert_can_come_from() {
        let labels = BTreeMap::from([("instance", "10.0.0.1:80"), ("job", "a")]);
        let narrow = |selector| narrowed(selector, &labels).unwrap();
        let matchers = "instance=~`10\\.0\\.0\\.1:80|`,job=~`a|`";
        assert_eq!(narrow("x"), format!("x{{{matchers}}}"));
        assert_eq!(narrow("x{}"), format!("x{{{matchers}}}"));
        assert_eq!(narrow("x{y=\"z\",}"), format!("x{{y=\"z\",{matchers}}}"));
        assert_eq!(narrow("{y=\"z\"}"), format!("{{y=\"z\",{matchers}}}"));
        let up = up_of(&labels).unwrap();
        assert_eq!(up, "up{instance=`10.0.0.1:80`,job=`a`}");
        assert_eq!(narrowed("x", &BTreeMap::new()).unwrap(), "x");
        for (label, value) in [("a b", "c"), ("a", "b`c"), ("1a", "b")] {
            assert_eq!(narrowed("x", &BTreeMap::from([(label, value)])), None);
        }
    }
}
