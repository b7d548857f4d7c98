//! What pods use, from the metrics API where there is one.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use kube::{Error, core::Status};
use serde::Deserialize;

use super::{
    connect::Connection,
    lite::{Meta, nullable, time},
    trouble,
};
use crate::{
    domain::{
        freshness::{Link, SourceId, Trouble, TroubleKind},
        id::Uid,
        observation::Observation,
        pod::PodUsage,
        pod_detail::PodKey,
        time::Moment,
    },
    sources::outbox::Outbox,
};

/// Up to so many pods are asked for one by one.
const ONE_BY_ONE: usize = 20;
pub(super) const AT_ONCE: usize = 4;
/// An API that is not there is looked for again after this.
const ABSENT: Duration = Duration::from_secs(300);
/// Where the usage of pods is, by namespace.
const API: &str = "/apis/metrics.k8s.io/v1beta1/namespaces";

/// What is known of the metrics API itself.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    told: Option<Link>,
    absent_until: Option<Duration>,
}

/// The usage of pods, by uid.
pub(super) type Usage = Vec<(Uid, PodUsage)>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodMetrics {
    pub metadata: Meta,
    #[serde(deserialize_with = "time")]
    pub timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "nullable")]
    pub containers: Vec<ContainerMetrics>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerMetrics {
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub usage: Used,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Used {
    #[serde(deserialize_with = "nullable")]
    cpu: String,
    #[serde(deserialize_with = "nullable")]
    memory: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodMetricsList {
    #[serde(deserialize_with = "nullable")]
    items: Vec<PodMetrics>,
}

impl Metrics {
    /// Whether the API is worth a question at `now`.
    pub fn may_ask(&self, now: Duration) -> bool {
        self.absent_until.is_none_or(|until| now >= until)
    }

    pub fn tell(&mut self, answer: Result<Usage, Trouble>, now: Moment, outbox: &Outbox) {
        self.absent_until = None;
        let link = match answer {
            Ok(usage) => {
                if !usage.is_empty() {
                    outbox.send(Observation::Usage(usage));
                }
                match &self.told {
                    Some(live @ Link::Live { .. }) => live.clone(),
                    _ => Link::Live { since: now.wall },
                }
            }
            Err(why) if why.kind == TroubleKind::Absent => {
                self.absent_until = Some(now.mono + ABSENT);
                Link::Absent
            }
            Err(trouble) => Link::Failed {
                since: match &self.told {
                    Some(Link::Failed { since, .. }) => *since,
                    _ => now.wall,
                },
                trouble,
                // It is asked again when the screen asks again, which is the screen's to know.
                retry_at: None,
            },
        };
        if self.told.as_ref() != Some(&link) {
            self.told = Some(link.clone());
            let source = SourceId::PodMetrics;
            outbox.send(Observation::Link { source, link });
        }
    }
}

pub(super) async fn read(connection: &Connection, pods: &[PodKey]) -> Result<Usage, Trouble> {
    let read = if pods.len() <= ONE_BY_ONE {
        let reads: Vec<_> = pods.iter().map(|key| read_one(connection, key)).collect();
        stream::iter(reads)
            .buffer_unordered(AT_ONCE)
            .try_filter_map(|found| async { Ok(found) })
            .try_collect()
            .await
    } else {
        read_namespaces(connection, pods).await
    };
    read.map_err(|error: Error| trouble::of(&error))
}

async fn read_one(connection: &Connection, key: &PodKey) -> Result<Option<(Uid, PodUsage)>, Error> {
    let metrics = metrics_of(connection, key).await?;
    Ok(metrics.map(|metrics| (key.uid.clone(), metrics.sum())))
}

/// What one pod uses, container by container; `None` where it was not measured yet.
pub(super) async fn metrics_of(
    connection: &Connection,
    key: &PodKey,
) -> Result<Option<PodMetrics>, Error> {
    let path = format!("{API}/{}/pods/{}", key.namespace, key.name);
    match get::<PodMetrics>(connection, &path).await {
        Ok(metrics) => Ok(Some(metrics)),
        // The API is there; only this pod was not measured yet.
        Err(Error::Api(status)) if status.code == 404 && names_an_object(&status) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A 404 for one object says which; a 404 for a whole API does not.
fn names_an_object(status: &Status) -> bool {
    let details = status.details.as_ref();
    details.is_some_and(|it| !it.name.is_empty())
}

async fn read_namespaces(connection: &Connection, pods: &[PodKey]) -> Result<Usage, Error> {
    let asked: HashMap<(&str, &str), &Uid> = pods
        .iter()
        .map(|key| ((key.namespace.as_str(), key.name.as_str()), &key.uid))
        .collect();
    let namespaces: BTreeSet<&str> = pods.iter().map(|key| key.namespace.as_str()).collect();
    let reads: Vec<_> = namespaces
        .into_iter()
        .map(|namespace| read_namespace(connection, namespace))
        .collect();
    let lists: Vec<PodMetricsList> = stream::iter(reads)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let measured = lists.into_iter().flat_map(|list| list.items);
    Ok(measured
        .filter_map(|metrics| {
            let at = &metrics.metadata;
            let uid = asked.get(&(at.namespace.as_str(), at.name.as_str()))?;
            Some(((*uid).clone(), metrics.sum()))
        })
        .collect())
}

async fn read_namespace(connection: &Connection, namespace: &str) -> Result<PodMetricsList, Error> {
    get(connection, &format!("{API}/{namespace}/pods")).await
}

pub(super) async fn get<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    path: &str,
) -> Result<T, Error> {
    let request = http::Request::get(path)
        .body(Vec::new())
        .map_err(Error::HttpError)?;
    connection.client.request(request).await
}

impl Used {
    pub fn amount(&self) -> PodUsage {
        PodUsage {
            cpu_millicores: (number(&self.cpu).unwrap_or_default() * 1_000.0).round() as u32,
            memory_bytes: number(&self.memory).unwrap_or_default() as u64,
        }
    }
}

impl PodMetrics {
    fn sum(&self) -> PodUsage {
        let of = |quantity: fn(&Used) -> &str| -> f64 {
            let used = self.containers.iter().map(|it| quantity(&it.usage));
            used.filter_map(number).sum()
        };
        PodUsage {
            cpu_millicores: (of(|it| &it.cpu) * 1_000.0).round() as u32,
            memory_bytes: of(|it| &it.memory) as u64,
        }
    }
}

/// A Kubernetes quantity as a number: `250m`, `128974848`, `123Mi`, `1e3`.
pub fn number(quantity: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 16] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
        ("", 1.0),
    ];
    let quantity = quantity.trim();
    SUFFIXES.iter().find_map(|(suffix, factor)| {
        let digits = quantity.strip_suffix(suffix)?;
        let value: f64 = digits.parse().ok()?;
        Some(value * factor)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::outbox::outbox;

    #[test]
    fn quantities_are_numbers() {
        for (text, expected) in [
            ("250m", Some(0.25)),
            ("123456789n", Some(0.123_456_789)),
            ("2", Some(2.0)),
            ("1Ki", Some(1024.0)),
            ("1e3", Some(1000.0)),
            ("2E", Some(2e18)),
            ("x", None),
            ("", None),
        ] {
            let close = |it: f64| expected.is_some_and(|want: f64| (it - want).abs() < 1e-9 * want);
            match number(text) {
                Some(it) => assert!(close(it), "{text}: {it}"),
                None => assert_eq!(expected, None, "{text}"),
            }
        }
    }

    #[test]
    fn a_pod_uses_what_its_containers_use() {
        let metrics: PodMetrics = serde_json::from_value(serde_json::json!({
            "metadata": {"name": "a", "namespace": "b"},
            "containers": [
                {"name": "x", "usage": {"cpu": "100m", "memory": "10Mi"}},
                {"name": "y", "usage": {"cpu": "50000000n", "memory": "1024"}},
            ],
        }))
        .unwrap();
        let expected = PodUsage {
            cpu_millicores: 150,
            memory_bytes: 10 * 1_048_576 + 1024,
        };
        assert_eq!(metrics.sum(), expected);
    }

    #[test]
    fn an_absent_api_is_told_once_and_looked_for_later() {
        let (out, mut inbox) = outbox();
        let mut metrics = Metrics::default();
        let at = |seconds| Moment::new(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds));
        let absent = || Err(Trouble::new(TroubleKind::Absent, "404 page not found"));
        metrics.tell(absent(), at(10), &out);
        assert_eq!(
            inbox.take(),
            vec![Observation::Link {
                source: SourceId::PodMetrics,
                link: Link::Absent
            }]
        );
        assert!(!metrics.may_ask(Duration::from_secs(300)));
        assert!(metrics.may_ask(Duration::from_secs(310)));
        metrics.tell(absent(), at(310), &out);
        assert_eq!(inbox.take(), vec![]);
    }
}
