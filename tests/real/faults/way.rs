//! The way to the API server: late, silent, throttled, cut, with another time.

use std::time::Duration;

use jiff::SignedDuration;
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId, TroubleKind},
        question::Question,
    },
    sources::kubernetes::{Ask, KubeOptions, Timeouts},
};
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Bed, Mischief, Proxy, Reader, Space, User, names, timeouts};

/// A namespace of two pods, and a source that reads it by a way that is good so far.
struct Way<'a> {
    space: Space<'a>,
    proxy: Proxy,
    folder: TempDir,
}

impl<'a> Way<'a> {
    async fn new(bed: &'a Bed, stem: &str) -> Self {
        let space = Space::new(bed, stem).await;
        for name in ["one", "two"] {
            space.still_pod(name, json!({})).await;
        }
        Self {
            space,
            proxy: Proxy::new(bed).await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn reader(&self, timeouts: Timeouts) -> Reader {
        let options = KubeOptions {
            kubeconfig: Some(self.proxy.kubeconfig(User::Viewer, self.folder.path())),
            timeouts,
            ..KubeOptions::default()
        };
        Reader::with(options, Namespaces::Some(vec![self.space.name.clone()]))
    }

    /// The path of what is watched.
    fn pods(&self) -> String {
        format!("/namespaces/{}/pods", self.space.name)
    }

    async fn delete(&self, name: &str) {
        let api = self.space.api::<k8s_openapi::api::core::v1::Pod>();
        let now = kube::api::DeleteParams::default().grace_period(0);
        api.delete(name, &now).await.unwrap();
    }
}

#[tokio::test]
async fn ten_seconds_of_latency() {
    let bed = Bed::shared();
    let way = Way::new(&bed, "late").await;
    way.proxy.does(Mischief {
        delay: Duration::from_secs(10),
        ..Mischief::default()
    });
    // As the program has them.
    let mut reader = way.reader(Timeouts::default());
    reader.live().await;
    assert_eq!(reader.heard.pod_names(), names(&["one", "two"]));
    assert_eq!(reader.heard.failures, [], "late is not lost");
    // A watch needs its time once; then it is as quick as ever.
    way.delete("one").await;
    way.space.still_pod("three", json!({})).await;
    reader
        .until("the changes", |heard| {
            heard.pod_names() == names(&["two", "three"])
        })
        .await;
    // What a person waits for ends, with the reason.
    let request = 1;
    let key = reader.heard.pods.values().next().unwrap();
    let question = Question::Explain(quarterdeck::domain::pod_detail::PodKey {
        namespace: key.namespace.to_string(),
        name: key.name.to_string(),
        uid: key.uid.clone(),
    });
    reader
        .asks
        .send(Ask::Question { request, question })
        .await
        .unwrap();
    reader
        .until("an answer", |heard| heard.answer(request).is_some())
        .await;
    let answer = reader.heard.answer(request).unwrap();
    let why = answer.as_ref().expect_err("nothing comes within its time");
    assert_eq!(why.kind, TroubleKind::TimedOut);
}

#[tokio::test]
async fn only_pods_hang() {
    let bed = Bed::shared();
    let way = Way::new(&bed, "hang").await;
    let mut reader = way.reader(timeouts());
    reader.live().await;
    way.proxy.does(Mischief {
        only: Some(way.pods()),
        hang: true,
        ..Mischief::default()
    });
    way.proxy.cut();
    reader
        .until("that pods are late and the rest is not", |heard| {
            let late = heard.failed(SourceId::Pods);
            late.is_some_and(|why| why.kind == TroubleKind::TimedOut)
                && heard.is_live(SourceId::Nodes)
                && heard.is_live(SourceId::Events)
                && heard.is_live(SourceId::Workloads)
        })
        .await;
    assert_eq!(reader.heard.pod_names(), names(&["one", "two"]));
    way.delete("one").await;
    way.proxy.heals();
    way.proxy.cut();
    reader
        .until("the truth", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["two"])
        })
        .await;
    assert!(!reader.heard.counts.contains(&0), "rows vanished");
}

#[tokio::test]
async fn cut_again_and_again() {
    let bed = Bed::shared();
    let way = Way::new(&bed, "cut").await;
    let mut reader = way.reader(timeouts());
    reader.live().await;
    for round in 0..5 {
        way.proxy.cut();
        let name = format!("pod-{round}");
        way.space.still_pod(&name, json!({})).await;
        way.proxy.cut();
        reader
            .until("the new pod", |heard| {
                heard.pod_names().contains(&name) && heard.is_live(SourceId::Pods)
            })
            .await;
    }
    assert_eq!(reader.heard.pods.len(), 7);
    assert!(!reader.heard.counts.contains(&0), "rows vanished");
}

#[tokio::test]
async fn throttled() {
    const ASKED: Duration = Duration::from_secs(4);
    let bed = Bed::shared();
    let way = Way::new(&bed, "throttled").await;
    let mut reader = way.reader(timeouts());
    reader.live().await;
    way.proxy.does(Mischief {
        only: Some(way.pods()),
        throttle: Some(ASKED.as_secs()),
        ..Mischief::default()
    });
    let before = way.proxy.asked(&way.pods()).len();
    way.proxy.cut();
    reader
        .until("the refusal", |heard| {
            heard
                .failed(SourceId::Pods)
                .is_some_and(|why| why.kind == TroubleKind::Throttled)
        })
        .await;
    let Some(Link::Failed {
        since, retry_at, ..
    }) = reader.heard.links.get(&SourceId::Pods)
    else {
        panic!("a failed link");
    };
    let wait = retry_at.unwrap().duration_since(*since);
    assert!(wait >= SignedDuration::try_from(ASKED).unwrap(), "{wait:?}");
    assert_eq!(reader.heard.pod_names(), names(&["one", "two"]));
    // Three more tries, each as late as was asked for: nobody is hammered.
    reader
        .until_so("three more tries", || {
            way.proxy.asked(&way.pods()).len() >= before + 4
        })
        .await;
    let asked = way.proxy.asked(&way.pods());
    for pair in asked[before..].windows(2) {
        let gap = pair[1] - pair[0];
        assert!(gap >= ASKED, "asked again after {gap:?}");
    }
    way.proxy.heals();
    way.delete("two").await;
    reader
        .until("the truth", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["one"])
        })
        .await;
}

#[tokio::test]
async fn another_time() {
    let bed = Bed::shared();
    let way = Way::new(&bed, "skewed").await;
    let mut reader = way.reader(timeouts());
    reader.live().await;
    for minutes in [5, -5, 0] {
        let ahead = SignedDuration::from_mins(minutes);
        way.proxy.does(Mischief {
            ahead,
            ..Mischief::default()
        });
        way.proxy.cut();
        reader
            .until("how far the server's clock is off", |heard| {
                let told = heard.skews.last().copied().unwrap_or_default();
                (told - ahead).abs() < SignedDuration::from_secs(5)
                    && (minutes == 0 || !heard.skews.is_empty())
            })
            .await;
    }
    reader.live().await;
    assert_eq!(reader.heard.pod_names(), names(&["one", "two"]));
}
