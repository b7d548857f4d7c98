//! Short names for the pods and containers of one subject, by what sets them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::streams::Stream;

/// The labels of streams: nothing where there is only one of a kind.
pub fn labels(streams: &[Stream]) -> Vec<String> {
    let pods: BTreeSet<&str> = streams.iter().map(|it| it.of.pod.name.as_str()).collect();
    let containers: BTreeSet<&str> = streams
        .iter()
        .map(|it| &*it.of.container)
        .filter(|name| !name.is_empty())
        .collect();
    let short = shortened(&pods);
    let several = (pods.len() > 1, containers.len() > 1);
    streams
        .iter()
        .map(|stream| {
            let pod = short.get(stream.of.pod.name.as_str()).copied();
            let pod = pod.unwrap_or(&stream.of.pod.name);
            match several {
                (true, true) => format!("{pod} {}", stream.of.container),
                (true, false) => pod.to_owned(),
                (false, true) => stream.of.container.to_string(),
                (false, false) => String::new(),
            }
        })
        .collect()
}

/// Each name without the words that all of them begin with; the last word always stays.
pub fn shortened<'n>(names: &BTreeSet<&'n str>) -> BTreeMap<&'n str, &'n str> {
    let mut common: Option<&str> = None;
    for name in names {
        let words = &name[..name.rfind('-').map_or(0, |at| at + 1)];
        common = Some(match common {
            None => words,
            Some(before) => shared(before, words),
        });
    }
    let common = common.unwrap_or_default().len();
    names.iter().map(|name| (*name, &name[common..])).collect()
}

/// What two names begin with, up to the end of a word.
fn shared<'n>(one: &'n str, other: &str) -> &'n str {
    let same = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let end = one.as_bytes()[..same].iter().rposition(|b| *b == b'-');
    &one[..end.map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(names: &[&str]) -> Vec<String> {
        let names: BTreeSet<&str> = names.iter().copied().collect();
        shortened(&names)
            .values()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_all_begin_with_is_left_out() {
        assert_eq!(
            short(&["export-worker-7d9f-b7q", "export-worker-7d9f-x2k"]),
            ["b7q", "x2k"]
        );
        assert_eq!(
            short(&["export-worker-6c4-aaa", "export-worker-7d9f-x2k"]),
            ["6c4-aaa", "7d9f-x2k"]
        );
        assert_eq!(short(&["redis-0", "redis-1"]), ["0", "1"]);
        assert_eq!(short(&["web", "web-0"]), ["web", "web-0"]);
        assert_eq!(short(&["a-x", "b-x"]), ["a-x", "b-x"]);
        assert_eq!(short(&["only-one-x2k"]), ["x2k"]);
        assert_eq!(short(&["导出-甲", "导出-乙"]), ["乙", "甲"]);
    }
}
