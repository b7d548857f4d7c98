//! Keys in, screens out: each flow is a line of keys on a known watch, at two sizes and in two languages.

mod actions;
mod actor;
mod alerts;
mod attention;
mod browser;
mod contacts;
mod departures;
mod desks;
mod directory;
mod documents;
mod drill;
mod explain;
mod guards;
mod handover;
pub mod harness;
mod incidents;
mod judging;
mod leading;
mod logs;
mod overlays;
mod panes;
mod past;
mod playbooks;
mod properties;
mod routine;
mod silencing;
mod states;
mod stories;
mod ticks;
mod walk;
pub mod watch;

use harness::{Face, Flow, Scene, each_face};

/// A screen as a snapshot, named by the flow and the face.
fn snapshot(name: &str, face: Face, flow: &Flow) {
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}@{}", face.name()), flow.screen());
    });
}

/// The same keys on every face, each screen a snapshot.
fn shows(name: &str, scene: Scene, keys: &str) {
    each_face(|face| {
        let mut flow = Flow::on(scene, face);
        flow.keys(keys);
        snapshot(name, face, &flow);
    });
}
