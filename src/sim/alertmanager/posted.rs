//! Alerts that clients sent by `POST /api/v2/alerts`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::alerts::{Firing, Labels, Rules};
use super::silences::Refusal;

/// An alert that comes without its end is over after this, unless it comes again.
const RESOLVE: SignedDuration = SignedDuration::from_mins(5);

/// An alert as clients send it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    annotations: Labels,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    #[serde(default, rename = "generatorURL")]
    generator: String,
}

/// An alert as it is kept.
#[derive(Debug)]
struct Kept {
    annotations: Labels,
    starts: Timestamp,
    ends: Timestamp,
    updated: Timestamp,
    generator: String,
}

/// What was sent, the newest word of each label set.
#[derive(Debug, Default)]
pub struct Posted(BTreeMap<Labels, Kept>);

impl Posted {
    pub fn take(&mut self, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
        let sent: Vec<Sent> = serde_json::from_slice(body).map_err(|error| {
            let message = format!("parsing alerts body from \"\" failed, because {error}");
            Refusal::Coded(400, 400, message)
        })?;
        for alert in sent {
            if alert.labels.is_empty() {
                let message = "at least one label pair required";
                return Err(Refusal::Plain(400, message.to_owned()));
            }
            let ends = alert
                .ends_at
                .or_else(|| now.checked_add(RESOLVE).ok())
                .unwrap_or(now);
            let before = self.0.get(&alert.labels);
            let before = before.filter(|before| before.ends > now);
            let starts = alert
                .starts_at
                .or_else(|| before.map(|before| before.starts))
                .unwrap_or_else(|| ends.min(now));
            let kept = Kept {
                annotations: alert.annotations,
                starts,
                ends,
                updated: now,
                generator: alert.generator,
            };
            self.0.insert(alert.labels, kept);
        }
        Ok(())
    }

    pub fn firing(&self, now: Timestamp, rules: &Rules<'_>) -> Vec<Firing> {
        let current = self.0.iter().filter(|(_, kept)| kept.ends > now);
        let firing = current.map(|(labels, kept)| Firing {
            annotations: kept.annotations.clone(),
            starts: kept.starts,
            updated: kept.updated,
            ends: kept.ends,
            generator: kept.generator.clone(),
            receiver: rules.route.receiver(labels).to_owned(),
            silenced_by: rules.silences.silencing(labels, now),
            inhibited_by: Vec::new(),
            labels: labels.clone(),
        });
        firing.collect()
    }
}
