//! Whom one reaches and where one looks.

use quarterdeck::app::command::Context;

use super::{
    harness::{Flow, Scene, each_face},
    snapshot,
};

// row: C22
#[test]
fn people_groups_and_pages_stand_one_below_the_other() {
    each_face(|face| {
        let mut flow = Flow::on(Scene::Trouble, face);
        flow.keys("P");
        snapshot("directory", face, &flow);
        // Far below: pages, some without an address.
        flow.keys(&"down ".repeat(99));
        snapshot("directory-end", face, &flow);
        flow.keys("up enter");
        assert!(
            flow.model.contexts().contains(&Context::Picker),
            "it stays open"
        );
    });
}
