//! Every pane's empty, loading, denied, stale, failed and narrow state.

use jiff::SignedDuration;
use quarterdeck::domain::{
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    observation::{Observation, Rows},
    text::Lang,
};

use super::{
    Face, Flow, Scene, each_face,
    harness::{now, plain},
    shows, snapshot,
    watch::live,
};

fn failed(source: SourceId, kind: TroubleKind, detail: &str) -> Observation {
    let link = Link::Failed {
        since: now() - SignedDuration::from_mins(3),
        trouble: Trouble::new(kind, detail),
        retry_at: Some(now() + SignedDuration::from_secs(12)),
    };
    Observation::Link { source, link }
}

#[test]
fn loading() {
    shows("loading", Scene::Connecting, "");
}

#[test]
fn empty() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Connecting, face);
        flow.observe(live(now()));
        flow.observe(vec![
            Observation::Pods(Rows::All(Vec::new())),
            Observation::Workloads(Rows::All(Vec::new())),
            Observation::Alerts {
                from: SourceId::Alertmanager,
                at: now(),
                alerts: Vec::new(),
            },
        ]);
        snapshot("empty", face, &flow);
    });
}

#[test]
fn denied_and_failed_before_anything_was_read() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Connecting, face);
        flow.observe(vec![
            failed(
                SourceId::Pods,
                TroubleKind::Forbidden,
                "pods is forbidden: User \"viewer\" cannot list resource",
            ),
            failed(
                SourceId::Prometheus,
                TroubleKind::NotTheApi,
                "an HTML page: <title>Sign in</title>",
            ),
            failed(
                SourceId::Alertmanager,
                TroubleKind::TimedOut,
                "no answer within 10 s",
            ),
        ]);
        snapshot("denied", face, &flow);
    });
}

#[test]
fn stale_rows_stay_and_say_so() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.observe(
            [SourceId::Pods, SourceId::Prometheus, SourceId::Alertmanager]
                .map(|source| failed(source, TroubleKind::Unreachable, "connection refused"))
                .into(),
        );
        let ids: Vec<_> = flow.model.readings.instants.keys().cloned().collect();
        let lost = |id| {
            (
                id,
                Reading::Failed(Trouble::new(TroubleKind::Unreachable, "connection refused")),
            )
        };
        flow.observe(vec![Observation::Answers(
            ids.into_iter().map(lost).collect(),
        )]);
        snapshot("stale", face, &flow);
        for queue in &flow.model.board.queues {
            assert_eq!(
                queue.state.light,
                quarterdeck::domain::light::Light::Unknown,
                "a value that is lost is judged by nobody"
            );
        }
    });
}

#[test]
fn narrow_and_too_small() {
    for lang in Lang::ALL {
        for size in [(60, 16), (70, 24), (59, 16), (80, 15)] {
            let face = Face { lang, size };
            let flow = Flow::on(Scene::Trouble, face);
            snapshot("narrow", face, &flow);
        }
    }
}

#[test]
fn ascii_draws_no_sign_of_ours_beyond_ascii() {
    let mut flow = Flow::on(
        Scene::Trouble,
        Face {
            lang: Lang::En,
            size: (160, 48),
        },
    );
    flow.model.look.glyphs = quarterdeck::domain::settings::Glyphs::Ascii;
    for keys in ["", "4 z", "?", "esc :", "esc c", "esc S", "esc T"] {
        flow.keys(keys);
        let (buffer, _) = flow.draw();
        let text = plain(&buffer);
        // The alert's own summary is Chinese.
        let foreign: String = text
            .chars()
            .filter(|c| !c.is_ascii() && !"导出积压".contains(*c))
            .collect();
        assert_eq!(foreign, "", "after {keys:?} in\n{text}");
    }
}
