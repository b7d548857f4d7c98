//! What a server says of a pack's queries: whether it takes them, and whether their metrics are there.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Sink,
    promql::{Query, parse},
};

/// What stands in an SLO's queries for a span of time.
const HOLE: &str = "$window";
/// A span of the same length, so that places stay what they are.
const SPAN: &str = "000005m";

/// The kind of rules that need a server.
pub const KIND: &str = "server";

/// What a server said.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Queries it does not take, and why, in its own words.
    pub refused: BTreeMap<String, String>,
    /// Every metric it has; `None` where it does not tell.
    pub metrics: Option<BTreeSet<String>>,
}

/// A query as it is put to a server.
pub(super) fn posed(query: &Query) -> String {
    query.read.text.replace(HOLE, SPAN)
}

/// Names what the server does not take or have.
pub(super) fn look(queries: &[Query], heard: &Heard, sink: &Sink) {
    for query in queries {
        let text = posed(query);
        let at = || query.at.clone();
        if let Some(why) = heard.refused.get(&text) {
            let (part, why) = placed(&text, why);
            sink.find("server-refuses-query", query.read.part(&part), at(), why);
            continue;
        }
        let (Some(metrics), Some(tree)) = (&heard.metrics, parse(&text)) else {
            continue;
        };
        for (node, name, _) in tree.selectors() {
            if !name.is_empty() && !metrics.contains(name) {
                let start = node.span.start;
                let part = start..start + name.len();
                sink.find("server-lacks-metric", query.read.part(&part), at(), name);
            }
        }
    }
}

/// Where in a query a server's words point, and those words without the place: `1:6: parse error: …`.
fn placed(query: &str, why: &str) -> (std::ops::Range<usize>, String) {
    let whole = || (0..query.len(), why.to_owned());
    let Some(said) = why.find("parse error") else {
        return whole();
    };
    let mut before = why[..said].trim_end_matches([' ', ':']).rsplit([' ', ':']);
    let mut number = || before.next()?.parse::<usize>().ok();
    let (Some(column), Some(line)) = (number(), number()) else {
        return whole();
    };
    let start: usize = query
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &query[start.min(query.len())..];
    let mut letters = rest.char_indices().skip(column.saturating_sub(1));
    let (at, letter) = letters.next().unwrap_or((rest.len(), ' '));
    let from = (start + at).min(query.len());
    (
        from..(from + letter.len_utf8()).min(query.len()).max(from),
        why[said..].to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::lint::{lint, lint_heard, queries};

    const WHO: &str = "[pack]\nid = \"x\"\ntitle = \"x\"\ntime_zone = \"UTC\"\n";
    const PROBES: &str =
        "[probe.a]\npromql = 'rate(up)'\n\n[probe.b]\npromql = 'sum(queue_depht{queue=\"x\"})'\n";
    const WATCH: &str =
        "[slo.a]\nerrors = 'sum(rate(bad[$window]))'\ntotal = 'sum(rate(all[$window]))'\n";

    fn files(more: &str) -> [(&'static str, String); 3] {
        [
            ("pack.toml", format!("{WHO}{more}")),
            ("probes.toml", PROBES.to_owned()),
            ("watch.toml", WATCH.to_owned()),
        ]
    }

    fn heard() -> Heard {
        let why = "invalid parameter \"query\": 1:6: parse error: expected type range vector";
        Heard {
            refused: [("rate(up)".to_owned(), why.to_owned())].into(),
            metrics: Some(["up", "bad", "queue_depth"].map(str::to_owned).into()),
        }
    }

    fn found(files: &[(&str, String)], heard: &Heard) -> Vec<(String, String, String)> {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let report = lint_heard(&files, Some(heard));
        let told = report
            .findings
            .iter()
            .filter(|it| it.rule.starts_with("server-") || it.rule == "accept-unused");
        told.map(|it| {
            let text = files[it.place.file].1;
            (
                it.rule.to_owned(),
                text[it.place.start..it.place.end].to_owned(),
                it.at.clone(),
            )
        })
        .collect()
    }

    #[test]
    fn what_the_server_refuses_or_lacks_is_named_where_it_stands() {
        let told =
            |rule: &str, what: &str, at: &str| (rule.to_owned(), what.to_owned(), at.to_owned());
        assert_eq!(
            found(&files(""), &heard()),
            [
                told("server-refuses-query", "u", "probe.a.promql"),
                told("server-lacks-metric", "queue_depht", "probe.b.promql"),
                told("server-lacks-metric", "all", "slo.a.total"),
            ]
        );
    }

    #[test]
    fn a_server_that_tells_no_names_lacks_none() {
        let heard = Heard {
            metrics: None,
            ..heard()
        };
        assert_eq!(found(&files(""), &heard).len(), 1);
    }

    #[test]
    fn what_is_put_to_it_has_its_holes_filled_and_their_length() {
        let files = files("");
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let queries = queries(&files);
        assert!(queries.contains("sum(rate(bad[000005m]))"), "{queries:?}");
        assert_eq!(HOLE.len(), SPAN.len());
    }

    /// Whether it is of use is not known where no server was asked.
    #[test]
    fn an_acceptance_of_what_only_a_server_finds_stands_without_one() {
        let accept =
            "[[accept]]\nrule = \"server-lacks-metric\"\nat = \"probe.b\"\nbecause = \"x\"\n";
        let files = files(accept);
        let bare: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        assert!(
            lint(&bare)
                .findings
                .iter()
                .all(|it| it.rule != "accept-unused")
        );
        let with = found(&files, &heard());
        assert!(
            with.iter().all(|(_, what, _)| what != "queue_depht"),
            "{with:?}"
        );
        let all = Heard::default();
        assert_eq!(found(&files, &all)[0].0, "accept-unused");
    }
}
