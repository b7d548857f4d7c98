//! What a snapshot comes to, and whether it can be taken yet.

use crate::{
    app::{model::Model, view::Pane},
    domain::{
        freshness::{Link, SourceId},
        light::Light,
    },
};

use super::{LinkWord, Scope, Snapshot, What};

/// What a snapshot comes to in one word; the exit codes are made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// Something is red.
    Bad,
    /// Something is yellow or unknown, and nothing is red.
    Unsure,
    /// None of its sources gave an answer.
    Unreachable,
}

/// The troubles in which there was a server, and it did not let us look.
const REACHED: [&str; 3] = ["forbidden", "bad-question", "absent"];

impl Snapshot {
    pub fn verdict(&self) -> Verdict {
        let lights = || {
            let entries = self.items.iter().chain(&self.sources);
            entries.filter_map(|entry| entry.light)
        };
        if lights().any(|light| light == Light::Red) {
            return Verdict::Bad;
        }
        let mut there = self.links().filter(|(link, _)| *link != LinkWord::Absent);
        let is_away = |(link, trouble): (LinkWord, Option<&str>)| match link {
            LinkWord::Connecting => true,
            LinkWord::Failed => trouble.is_none_or(|trouble| !REACHED.contains(&trouble)),
            LinkWord::Absent | LinkWord::Live | LinkWord::Partial => false,
        };
        let any = there.next().map(is_away);
        match any {
            // No source of it is configured: nothing is known.
            None => Verdict::Unsure,
            Some(true) if there.all(is_away) => Verdict::Unreachable,
            _ if lights().all(|light| light == Light::Green) => Verdict::Fine,
            _ => Verdict::Unsure,
        }
    }

    fn links(&self) -> impl Iterator<Item = (LinkWord, Option<&'static str>)> {
        self.sources.iter().filter_map(|entry| match &entry.what {
            What::Source(source) => Some((source.link, source.trouble)),
            _ => None,
        })
    }
}

/// Whether each source of a scope has answered as far as the scope needs it, or failed.
pub fn has_answered(model: &Model, scope: Scope) -> bool {
    // What no verdict needs is on the page all the same, and its first answer comes as soon.
    let waits = |link: &Link| scope == Scope::All && *link == Link::Connecting;
    !model.links.values().any(waits)
        && scope
            .sources()
            .iter()
            .copied()
            .chain(fires_by_itself(model, scope).then_some(SourceId::Prometheus))
            .all(|source| answered(model, source))
}

/// Whether alerts of the pack's own are asked for, which it works out of what it reads.
fn fires_by_itself(model: &Model, scope: Scope) -> bool {
    let mut alerts = model.pack.alerts().iter();
    scope == Scope::Pane(Pane::Alerts) && alerts.any(|alert| alert.fires().is_some())
}

fn answered(model: &Model, source: SourceId) -> bool {
    let live = match model.links.get(&source) {
        None | Some(Link::Connecting) => return false,
        Some(link) => link.is_live(),
    };
    if source == SourceId::Prometheus && !live {
        // What a pack has read by other ways is shown beside what a Prometheus would say.
        let mut fields = model
            .pack
            .watchlist()
            .reads
            .iter()
            .flat_map(|read| &read.fields);
        return fields.all(|field| model.readings.instants.contains_key(&field.id));
    }
    // One that failed, or is not there, says no more.
    !live
        || match source {
            SourceId::Pods => model.cluster.pods.is_filled(),
            SourceId::Alertmanager | SourceId::Rules => model.alerts.heard.contains_key(&source),
            SourceId::Prometheus => {
                let looked = !model.pack.watchlist().discover || model.watched.discovered;
                looked && model.watched.is_read(&model.readings)
            }
            SourceId::Workloads | SourceId::Nodes | SourceId::Events | SourceId::PodMetrics => true,
        }
}
