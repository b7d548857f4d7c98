//! Screens over the panes.

use quarterdeck::{
    app::effect::Effect,
    domain::{
        freshness::{Trouble, TroubleKind},
        observation::Observation,
        series::Series,
    },
};

use super::{Flow, Scene, each_face, harness::now, shows, snapshot, watch::ago};

#[test]
fn help_names_the_keys_of_the_context() {
    shows("help-pods", Scene::Trouble, "4 ?");
}

#[test]
fn the_palette_finds_by_title_and_keeps_what_cannot_be_done() {
    shows("palette", Scene::Trouble, ":");
    shows("palette-typed", Scene::Trouble, ": 'the'");
}

#[test]
fn a_theme_is_previewed_and_goes_back_on_esc() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("T j j");
        snapshot("themes", face, &flow);
        let previewed = flow.model.look.theme.clone();
        assert_ne!(previewed, "default");
        assert!(flow.effects.contains(&Effect::UseTheme(previewed)));
        flow.keys("esc");
        assert_eq!(flow.model.look.theme, "default");
        assert_eq!(
            flow.effects.last(),
            Some(&Effect::UseTheme("default".to_owned()))
        );
    });
}

#[test]
fn columns_are_chosen_and_remembered() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 w C j space");
        snapshot("columns", face, &flow);
        flow.keys("enter");
        let Some(Effect::Remember(remembered)) = flow.effects.last() else {
            panic!("nothing was remembered: {:?}", flow.effects);
        };
        assert_eq!(remembered.hidden_columns["pods"], ["ready"]);
    });
}

#[test]
fn an_alert_opens_with_its_labels_and_pods() {
    shows("alert", Scene::Trouble, "1 enter");
}

#[test]
fn what_changed_stands_on_one_time_line() {
    shows("changes", Scene::Trouble, "c");
}

#[test]
fn every_source_says_how_it_stands() {
    shows("sources", Scene::Trouble, "S");
}

#[test]
fn a_chart_waits_draws_and_is_refused() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("3 enter");
        snapshot("chart-waiting", face, &flow);
        let Some(Effect::ReadChart(question)) = flow.effects.last().cloned() else {
            panic!("no question: {:?}", flow.effects);
        };
        let values = (0..240)
            .map(|n| (!(60..=80).contains(&n)).then_some(f64::from(n) * 10.0))
            .collect();
        let series = Series {
            start: ago(now(), 3_600),
            step: std::time::Duration::from_secs(15),
            values,
        };
        let answer = Ok(vec![("exports".to_owned(), series)]);
        flow.observe(vec![Observation::Chart {
            request: question.request,
            answer,
        }]);
        snapshot("chart", face, &flow);
        flow.keys("e ctrl-u 'sum(up)' enter");
        let Some(Effect::ReadChart(typed)) = flow.effects.last().cloned() else {
            panic!("no question: {:?}", flow.effects);
        };
        assert_eq!(typed.parts, [(None, "sum(up)".to_owned())]);
        // The answer to the question before comes late: it is dropped.
        flow.observe(vec![Observation::Chart {
            request: question.request,
            answer: Ok(Vec::new()),
        }]);
        let trouble = Trouble::new(
            TroubleKind::BadQuestion,
            "the embedded cluster answers marked queries only",
        );
        flow.observe(vec![Observation::Chart {
            request: typed.request,
            answer: Err(trouble),
        }]);
        snapshot("chart-refused", face, &flow);
    });
}

#[test]
fn a_pod_opens_and_says_when_it_is_denied() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 enter");
        snapshot("pod-waiting", face, &flow);
        let Some(Effect::ReadPod(key)) = flow.effects.last().cloned() else {
            panic!("no question: {:?}", flow.effects);
        };
        let denied = Trouble::new(
            TroubleKind::Forbidden,
            "pods is forbidden: user viewer can't get pods",
        );
        flow.observe(vec![Observation::PodDetail {
            key,
            detail: Box::new(Err(denied)),
        }]);
        snapshot("pod-denied", face, &flow);
    });
}
