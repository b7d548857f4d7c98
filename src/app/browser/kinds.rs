//! The kinds of a server as a person picks among them.

use std::sync::Arc;

use tui_input::Input;

use crate::{
    app::filter::{fuzzy_indices, pattern},
    domain::{
        freshness::Trouble,
        question::RequestId,
        table::{KindInfo, Kinds, Listing},
    },
};

/// What is known of the server's kinds. They are asked for when somebody wants to pick one.
#[derive(Debug, Clone, Default)]
pub struct KnownKinds {
    pub kinds: Option<Arc<Kinds>>,
    /// The question that is on its way.
    pub asked: Option<RequestId>,
    /// Why the last question was not answered.
    pub trouble: Option<Trouble>,
}

/// The kind picker: a line, and the kinds that match it.
#[derive(Debug, Clone, Default)]
pub struct KindPicker {
    pub input: Input,
    pub rows: Vec<KindRow>,
    pub selected: usize,
}

/// One kind in the picker. One that can't be listed stays, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    pub info: KindInfo,
    /// Which characters of its plural matched.
    pub matched: Vec<u32>,
    /// It was looked at lately.
    pub recent: bool,
}

impl KindRow {
    pub fn can_be_listed(&self) -> bool {
        self.info.listing == Listing::Offered
    }
}

/// The kinds an engineer looks at, before all others.
const USUAL: [&str; 23] = [
    "services",
    "endpointslices.discovery.k8s.io",
    "ingresses.networking.k8s.io",
    "persistentvolumeclaims",
    "horizontalpodautoscalers.autoscaling",
    "resourcequotas",
    "configmaps",
    "secrets",
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "pods",
    "replicasets.apps",
    "poddisruptionbudgets.policy",
    "networkpolicies.networking.k8s.io",
    "limitranges",
    "serviceaccounts",
    "persistentvolumes",
    "namespaces",
    "nodes",
    "customresourcedefinitions.apiextensions.k8s.io",
];

/// The kinds that match what is typed: those that can be listed first, then what was meant best.
pub fn ranked(kinds: &Kinds, typed: &str, recent: &[String]) -> Vec<KindRow> {
    let typed = typed.trim();
    let mut rows: Vec<(Rank, KindRow)> = kinds
        .kinds
        .iter()
        .filter_map(|info| {
            let (score, matched) = matching(info, typed)?;
            let resource = info.kind.resource();
            let lately = recent.iter().position(|it| *it == resource);
            let usual = USUAL.iter().position(|it| *it == resource);
            let rank = Rank {
                disabled: info.listing != Listing::Offered,
                exact: !exact(info, typed),
                recent: lately.unwrap_or(usize::MAX),
                score: u32::MAX - score,
                usual: usual.unwrap_or(usize::MAX),
                resource,
            };
            let row = KindRow {
                info: info.clone(),
                matched,
                recent: lately.is_some(),
            };
            Some((rank, row))
        })
        .collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What comes first: the smallest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    disabled: bool,
    exact: bool,
    recent: usize,
    score: u32,
    usual: usize,
    resource: String,
}

/// Whether what is typed is a name of the kind.
pub fn exact(info: &KindInfo, typed: &str) -> bool {
    let is = |name: &str| name.eq_ignore_ascii_case(typed);
    let kind = &info.kind;
    !typed.is_empty()
        && (is(&kind.plural)
            || is(&info.singular)
            || is(&kind.kind)
            || info.short.iter().any(|short| is(short)))
}

/// How well what is typed matches the plural, the kind, a short name or the group.
fn matching(info: &KindInfo, typed: &str) -> Option<(u32, Vec<u32>)> {
    let wanted = pattern(typed);
    let plural = fuzzy_indices(&wanted, &info.kind.plural);
    let others = info
        .short
        .iter()
        .chain([&info.kind.kind])
        .filter_map(|name| fuzzy_indices(&wanted, name));
    let other = others.map(|(score, _)| score).max();
    // A group is what many have in common: it says less.
    let group = (typed.len() > 1 && info.kind.group.contains(typed)).then_some(1);
    match (plural, other, group) {
        (Some((score, matched)), other, _) => Some((score.max(other.unwrap_or(0)), matched)),
        (None, Some(score), _) | (None, None, Some(score)) => Some((score, Vec::new())),
        (None, None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::KindRef;

    fn info(group: &str, kind: &str, plural: &str, short: &[&str], listing: Listing) -> KindInfo {
        KindInfo {
            kind: KindRef::new(group, "v1", kind, plural, true),
            singular: kind.to_lowercase().into(),
            short: short.iter().map(|it| (*it).into()).collect(),
            listing,
            watched: true,
        }
    }

    fn kinds() -> Kinds {
        Kinds {
            kinds: vec![
                info("", "Binding", "bindings", &[], Listing::NotOffered),
                info("", "Service", "services", &["svc"], Listing::Offered),
                info(
                    "",
                    "ServiceAccount",
                    "serviceaccounts",
                    &["sa"],
                    Listing::Offered,
                ),
                info(
                    "apps",
                    "Deployment",
                    "deployments",
                    &["deploy"],
                    Listing::Offered,
                ),
                info(
                    "example.com",
                    "Widget",
                    "widgets",
                    &["wd"],
                    Listing::Offered,
                ),
                info("", "Secret", "secrets", &[], Listing::Forbidden),
            ],
            silent: Vec::new(),
        }
    }

    fn found(typed: &str, recent: &[&str]) -> Vec<String> {
        let recent: Vec<String> = recent.iter().map(|it| (*it).to_owned()).collect();
        let rows = ranked(&kinds(), typed, &recent);
        rows.iter()
            .map(|row| row.info.kind.plural.to_string())
            .collect()
    }

    #[test]
    fn the_usual_kinds_come_first_and_what_cannot_be_listed_last() {
        assert_eq!(
            found("", &[]),
            [
                "services",
                "deployments",
                "serviceaccounts",
                "widgets",
                "secrets",
                "bindings"
            ]
        );
        assert_eq!(found("", &["widgets.example.com"])[0], "widgets");
    }

    #[test]
    fn a_kind_is_found_by_any_of_its_names() {
        for (typed, plural) in [
            ("svc", "services"),
            ("deploy", "deployments"),
            ("Deployment", "deployments"),
            ("sa", "serviceaccounts"),
            ("example", "widgets"),
            ("wdg", "widgets"),
        ] {
            assert_eq!(found(typed, &[])[0], plural, "{typed}");
        }
        assert!(found("nothing-like-it", &[]).is_empty());
    }
}
