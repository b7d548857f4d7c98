//! Who sits here: in the header, among the sources, and what is said when it is somebody else.

use quarterdeck::{
    app::{
        effect::Effect,
        overlay::Overlay,
        snapshot::{Scope, Snapshot},
    },
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId, Trouble, TroubleKind},
        identity::{Identity, Mismatch, Who},
        observation::{Observation, Rows},
        place::{Place, ServicePlace},
        question::RequestId,
    },
};

use super::{Flow, Scene, each_face, harness::now, snapshot};

fn identity(name: &str, cluster: &str) -> Observation {
    Observation::Identity(Identity {
        who: Some(Who {
            name: name.to_owned(),
            uid: None,
            groups: vec!["oncall".to_owned(), "system:authenticated".to_owned()],
        }),
        cluster: Some(cluster.into()),
    })
}

fn place(source: SourceId, place: Place) -> Observation {
    Observation::Place { source, place }
}

fn header(flow: &Flow) -> String {
    flow.screen().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_user_stands_at_the_end_of_the_desk_and_leaves_first() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Quiet, face);
        flow.observe(vec![identity("li", "5e1f")]);
        assert!(header(&flow).contains(" · li"), "{}", header(&flow));
        let long = "arn:aws:sts::123456789012:assumed-role/oncall/li";
        let mut flow = Flow::on(Scene::Quiet, face);
        flow.observe(vec![identity(long, "5e1f")]);
        assert!(header(&flow).contains(" · li"), "{}", header(&flow));
        let mut flow = Flow::on(Scene::Quiet, face);
        let wide = "somebody-with-a-name-that-is-long-enough";
        flow.observe(vec![identity(wide, "5e1f")]);
        let shown = header(&flow);
        assert_eq!(shown.contains("somebody"), face.size.0 > 100, "{shown}");
        assert!(shown.contains("prod"), "{shown}");
    });
}

#[test]
fn the_sources_say_who_asks_and_where_each_is() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Quiet, face);
        let service = ServicePlace::parse("monitoring/prometheus-operated:9090").unwrap();
        let other = ServicePlace::parse("monitoring/alertmanager-main:9093").unwrap();
        flow.observe(vec![
            identity("li", "5e1f0000-0000-4000-8000-000000000001"),
            place(
                SourceId::Prometheus,
                Place::Service {
                    service,
                    found: true,
                },
            ),
            place(
                SourceId::Alertmanager,
                Place::Nowhere {
                    tried: vec![(other, "HTTP 503".to_owned())],
                    denied: Some("services is forbidden".to_owned()),
                },
            ),
            Observation::SignIn(Some("kubelogin".to_owned())),
        ]);
        flow.keys("S");
        snapshot("sources-actor", face, &flow);
    });
}

#[test]
fn another_cluster_is_said_and_nothing_of_the_old_one_stays() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.observe(vec![identity("li", "a")]);
        assert!(!flow.model.cluster.pods.is_empty());
        assert!(!flow.model.is_read_only());
        flow.observe(vec![identity("li", "b")]);
        assert_eq!(flow.model.actor.mismatch, Some(Mismatch::Cluster));
        assert!(flow.model.is_read_only());
        let told = Snapshot::of(&flow.model, Scope::All);
        assert!(told.desk.read_only);
        assert!(flow.model.cluster.pods.is_empty());
        snapshot("other-cluster", face, &flow);
        flow.observe(vec![
            Observation::Pods(Rows::All(Vec::new())),
            identity("li", "a"),
        ]);
        assert_eq!(flow.model.actor.mismatch, None);
        assert!(!flow.model.is_read_only());
    });
}

#[test]
fn screens_of_the_old_cluster_close_and_what_they_asked_is_dropped() {
    each_face(|face| {
        // Logs, a manifest, events, nodes, a pod, its explanation, what it uses, namespaces, kinds.
        for keys in [
            "4 enter l",
            "4 enter y",
            "4 enter v",
            "N",
            "1 enter",
            "1 E",
            "1 u",
            "n",
            "B",
            "1 l /",
        ] {
            let mut flow = Flow::on(Scene::Trouble, face);
            flow.model.desk.demo = None;
            flow.observe(vec![identity("li", "a")]);
            flow.effects.clear();
            flow.keys(keys);
            let asked: Vec<_> = flow.effects.iter().filter_map(request).collect();
            let open = flow.model.view.overlays.len();
            assert!(open > 0, "{keys}: nothing opened");
            flow.effects.clear();
            flow.observe(vec![identity("li", "b")]);
            let kept = &flow.model.view.overlays;
            let alert = |it: &Overlay| matches!(it, Overlay::Alert { .. });
            assert!(kept.iter().all(alert), "{keys}: {kept:?}");
            assert!(flow.model.view.typing.is_none(), "{keys}");
            for request in asked {
                let drop = Effect::Drop(request);
                assert!(flow.effects.contains(&drop), "{keys}: {:?}", flow.effects);
            }
            flow.effects.clear();
            flow.observe(vec![Observation::Pods(Rows::All(Vec::new()))]);
            let again: Vec<_> = flow.effects.iter().filter_map(request).collect();
            assert!(again.is_empty(), "{keys}: {again:?}");
        }
    });
}

fn request(effect: &Effect) -> Option<RequestId> {
    match effect {
        Effect::Ask { request, .. } => Some(*request),
        _ => None,
    }
}

#[test]
fn who_may_not_read_every_namespace_is_told_what_to_do() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Connecting, face);
        flow.model.desk.namespaces = Namespaces::All;
        let said = "pods is forbidden: User \"oncall\" cannot list resource \"pods\" in API group \"\" at the cluster scope";
        flow.observe(vec![Observation::Link {
            source: SourceId::Pods,
            link: Link::Failed {
                since: now(),
                trouble: Trouble::new(TroubleKind::Forbidden, said),
                retry_at: None,
            },
        }]);
        flow.keys("4 z");
        snapshot("all-namespaces-denied", face, &flow);
    });
}

#[test]
fn a_sign_in_that_is_wanted_has_its_key_on_the_last_line() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Connecting, face);
        flow.keys("I");
        assert_eq!(flow.effects, []);
        flow.observe(vec![Observation::SignIn(Some("kubelogin".to_owned()))]);
        flow.keys("1");
        let shown = flow.screen();
        assert!(shown.contains(" I "), "{shown}");
        flow.keys("I");
        assert_eq!(flow.effects, [Effect::SignIn]);
    });
}
