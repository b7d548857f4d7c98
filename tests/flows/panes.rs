//! The four panes: moving, zooming, filtering, sorting.

use super::{Flow, Scene, each_face, shows, snapshot};

#[test]
fn the_watch_in_trouble() {
    shows("trouble", Scene::Trouble, "");
}

#[test]
fn the_watch_when_all_is_well() {
    shows("quiet", Scene::Quiet, "");
}

// row: C1
#[test]
fn each_pane_zooms_to_the_whole_screen() {
    shows("zoom-alerts", Scene::Trouble, "1 z");
    shows("zoom-slos", Scene::Trouble, "2 z");
    shows("zoom-queues", Scene::Trouble, "3 z");
    shows("zoom-pods", Scene::Trouble, "4 z w");
}

#[test]
fn a_filter_is_typed_with_the_cursor_in_it() {
    shows(
        "filter-typing",
        Scene::Trouble,
        "4 w / 'app=export-worker !/x2k/'",
    );
    shows("filter-broken", Scene::Trouble, "4 / '/(x'");
    shows("filter-chinese", Scene::Trouble, "1 / '导出'");
}

#[test]
fn a_filter_taken_stands_in_the_title_and_esc_clears_it() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 w / 'regen' enter");
        snapshot("filter-taken", face, &flow);
        let shown = flow
            .model
            .view
            .list(quarterdeck::app::view::Pane::Pods)
            .items
            .len();
        assert_eq!(shown, 8);
        flow.keys("esc");
        assert!(
            flow.model
                .view
                .list(quarterdeck::app::view::Pane::Pods)
                .filter
                .is_empty()
        );
    });
}

#[test]
fn full_width_keys_work_as_their_narrow_ones() {
    shows("full-width-palette", Scene::Trouble, "：");
}

#[test]
fn a_workload_opens_into_its_pods() {
    shows("workload-pods", Scene::Trouble, "4 j j enter");
}

#[test]
fn alerts_are_grouped_on_request() {
    shows("alerts-sorted-by-age", Scene::Trouble, "1 s z");
}

#[test]
fn a_filter_opened_again_takes_another_term() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("4 w / 'app=export-worker' enter / '/x2k/' enter");
        let list = flow.model.view.list(quarterdeck::app::view::Pane::Pods);
        assert_eq!(list.filter.text(), "app=export-worker /x2k/");
        assert_eq!(list.items.len(), 1, "both terms hold");
    });
}
