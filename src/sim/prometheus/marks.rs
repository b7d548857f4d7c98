//! The marks on a query: `label_replace(<expr>, "quarterdeck", "<id>", "", "")`.

/// The label that carries the id.
pub const LABEL: &str = "quarterdeck";

/// The ids that are marked on a query, in order.
pub fn marks(query: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = query;
    while let Some((quote, after)) = next_label(rest) {
        rest = after;
        let Some(value) = after.trim_start().strip_prefix(',') else {
            continue;
        };
        let value = value.trim_start();
        if let Some(text) = value.strip_prefix(quote)
            && let Some(end) = text.find(quote)
        {
            ids.push(text[..end].to_owned());
            rest = &text[end + 1..];
        }
    }
    ids
}

/// The first quoted label, the quote it stands in, and what follows it.
fn next_label(text: &str) -> Option<(char, &str)> {
    ['"', '\'']
        .into_iter()
        .filter_map(|quote| {
            let label = format!("{quote}{LABEL}{quote}");
            text.find(&label)
                .map(|at| (at, quote, &text[at + label.len()..]))
        })
        .min_by_key(|(at, ..)| *at)
        .map(|(_, quote, rest)| (quote, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_arm_has_its_mark() {
        let query = r#"label_replace(up{job="x"}, "quarterdeck", "glancy/a", "", "")
            or label_replace(sum(rate(y[5m])), "quarterdeck","glancy/slo/b/errors:5m", "", "")
            or label_replace(z, 'quarterdeck', 'glancy/c', '', '')"#;
        assert_eq!(
            marks(query),
            ["glancy/a", "glancy/slo/b/errors:5m", "glancy/c"]
        );
        assert!(marks("up{quarterdeck=\"x\"}").is_empty());
        assert!(marks("\"quarterdeck\"").is_empty());
    }
}
