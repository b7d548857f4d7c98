//! Numbers behind an explanation: limits, memory at death and how it rises, what a rollout changed.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{series::Series, time::since};

use super::{Cause, Clause, Evidence, Finding, Next, Say, Seen, Value};

/// A rollout longer ago than this explains nothing new.
const LATELY: Duration = Duration::from_secs(24 * 3_600);
/// A sample further from a death tells nothing of it.
const NEAR: Duration = Duration::from_secs(90);
/// A trend is told from at least this long.
const TREND: Duration = Duration::from_secs(180);
/// Rising slower than this a minute is no trend.
const RISES: f64 = 1_048_576.0;

/// The bytes of a quantity of memory: `512Mi`, `1G`, `1073741824`, `1e9`.
pub fn bytes_of(quantity: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 13] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("m", 1e-3),
        ("E", 1e18),
        ("", 1.0),
    ];
    let quantity = quantity.trim();
    let (number, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((quantity.strip_suffix(unit)?, *factor)))?;
    let value = number.parse::<f64>().ok()? * factor;
    (value.is_finite() && value >= 0.0).then_some(value as u64)
}

/// The last sample at or before a time, when it is near enough.
pub(super) fn sample_at(series: &Series, at: Timestamp) -> Option<(Timestamp, u64)> {
    let samples = series.values.iter().enumerate();
    let mut told = samples.filter_map(|(index, value)| Some((series.time(index), (*value)?)));
    let (when, value) = told.rfind(|(when, _)| *when <= at)?;
    (since(when, at) <= NEAR && value > 0.0).then_some((when, value as u64))
}

/// How fast it rises in a minute, over the life that is newest at `until`: a fall by a third is another life.
pub(super) fn rise(series: &Series, until: Timestamp) -> Option<u64> {
    let samples = series.values.iter().enumerate();
    let told: Vec<(Timestamp, f64)> = samples
        .filter_map(|(index, value)| Some((series.time(index), (*value)?)))
        .filter(|(when, _)| *when <= until)
        .collect();
    let born = told
        .windows(2)
        .rposition(|pair| matches!(pair, [(_, a), (_, b)] if *b < a * 0.66))
        .map_or(0, |at| at + 1);
    let life = &told[born..];
    let ((first_at, first), (last_at, last)) = (life.first()?, life.last()?);
    let span = since(*first_at, *last_at);
    if span < TREND || life.len() < 4 {
        return None;
    }
    // Half way it must have come about half of the way, or it is a step and no trend.
    let half = life[life.len() / 2].1;
    let risen = last - first;
    let share = (half - first) / risen;
    let per_minute = risen / (span.as_secs_f64() / 60.0);
    (per_minute >= RISES && (0.2..=0.8).contains(&share)).then_some(per_minute as u64)
}

/// What changed of the images: `export-worker 2.3.1 → 2.4.0`.
pub fn images_changed(before: &[String], after: &[String]) -> Option<String> {
    let (name, new, old) = after.iter().find_map(|image| {
        let (name, tag) = split(image);
        let mut others = before.iter().map(|image| split(image));
        let (_, old) = others.find(|(other, old)| *other == name && *old != tag)?;
        Some((name, tag, old))
    })?;
    let short = name.rsplit('/').next().unwrap_or(name);
    Some(format!("{short} {} → {}", short_tag(old), short_tag(new)))
}

/// A name, and its tag or digest.
fn split(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (split(name).0, digest);
    }
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

fn short_tag(tag: &str) -> &str {
    let most = if tag.starts_with("sha256:") {
        19
    } else {
        tag.len()
    };
    tag.get(..most).unwrap_or(tag)
}

/// Says which rollout a pod in trouble is of, when it is a recent one that replaced another.
pub(super) fn add_rollout(finding: &mut Finding, evidence: &Evidence, now: Timestamp) {
    if matches!(
        finding.cause,
        Cause::Well | Cause::Completed | Cause::Terminating | Cause::Unschedulable
    ) {
        return;
    }
    let Some(rollout) = evidence.rollout.known() else {
        return;
    };
    let ago = since(rollout.at, now);
    if rollout.before.is_empty() || ago > LATELY {
        return;
    }
    let clause = match images_changed(&rollout.before, &rollout.images) {
        Some(images) => Clause::new(Say::OfRolloutImages).and("images", images.as_str()),
        None => Clause::new(Say::OfRollout),
    };
    let revision = i64::try_from(rollout.revision).unwrap_or(i64::MAX);
    finding.clauses.push(
        clause
            .and("revision", Value::Number(revision))
            .and("ago", Value::Span(ago)),
    );
    finding.seen.push(Seen::Rollout);
    finding.next.insert(0, Next::RolloutDiff);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_bytes() {
        for (text, bytes) in [
            ("512Mi", Some(536_870_912)),
            ("1Gi", Some(1_073_741_824)),
            ("1G", Some(1_000_000_000)),
            ("64k", Some(64_000)),
            ("1.5Gi", Some(1_610_612_736)),
            ("2048", Some(2048)),
            ("1e3", Some(1000)),
            ("many", None),
            ("", None),
        ] {
            assert_eq!(bytes_of(text), bytes, "{text}");
        }
    }

    #[test]
    fn what_changed_of_the_images() {
        let images = |one: &str| vec!["envoy:1".to_owned(), one.to_owned()];
        let changed = |before: &str, after: &str| images_changed(&images(before), &images(after));
        assert_eq!(
            changed(
                "r.io:5000/glancy/export:2.3.1",
                "r.io:5000/glancy/export:2.4.0"
            )
            .as_deref(),
            Some("export 2.3.1 → 2.4.0")
        );
        assert_eq!(changed("a:1", "a:1"), None);
        assert_eq!(changed("a:1", "b:1"), None);
        let digest = "a@sha256:0123456789abcdef0123456789abcdef";
        assert_eq!(
            changed("a:1", digest).as_deref(),
            Some("a 1 → sha256:0123456789ab")
        );
    }

    fn series(mebibytes: &[f64]) -> Series {
        Series {
            start: Timestamp::UNIX_EPOCH,
            step: Duration::from_secs(60),
            values: mebibytes
                .iter()
                .map(|value| (*value > 0.0).then_some(value * 1_048_576.0))
                .collect(),
        }
    }

    #[test]
    fn a_rise_is_told_of_one_life_only() {
        let at = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap();
        let rises = series(&[400.0, 450.0, 490.0, 100.0, 140.0, 180.0, 220.0, 260.0]);
        assert_eq!(rise(&rises, at(9)), Some(40 * 1_048_576));
        assert_eq!(rise(&rises, at(5)), None, "too short a life");
        assert_eq!(
            rise(&series(&[100.0, 100.2, 100.1, 100.4, 100.5]), at(9)),
            None
        );
        assert_eq!(
            rise(&series(&[100.0, 100.0, 100.0, 100.0, 300.0]), at(9)),
            None,
            "a step"
        );
        assert_eq!(sample_at(&rises, at(2)), Some((at(2), 490 * 1_048_576)));
        assert_eq!(sample_at(&rises, at(60)), None, "too long ago");
        assert_eq!(sample_at(&series(&[0.0, 0.0]), at(1)), None);
    }
}
