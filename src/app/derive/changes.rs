//! What changed in the last hour, on one time line.

use std::{collections::HashMap, time::Duration};

use crate::{
    app::model::{Model, TimeLine},
    domain::{
        change::{Change, What},
        node::NodeRow,
        pod::WorkloadKey,
        time::since,
        workload::WorkloadRow,
    },
};

/// How far the time line reaches back.
pub(in crate::app) const REACH: Duration = Duration::from_secs(3_600);

/// The most changes that are kept.
pub(in crate::app) const MOST: usize = 1_000;

/// Two reports of the same thing within this time are one: the row said it, then the event did.
const SAME_WITHIN: i64 = 20;

/// Puts changes in their places; what is there already is not put twice.
pub(in crate::app) fn add(model: &mut Model, changes: Vec<Change>) {
    let now = model.now.wall;
    let line = &mut model.time_line;
    for change in changes {
        if since(change.at, now) <= REACH && !known(line, &change) {
            let at = line
                .changes
                .partition_point(|(_, other)| other.at > change.at);
            line.changes.insert(at, (line.next, change));
            line.next += 1;
        }
    }
    prune(model);
}

/// Drops what is older than the reach.
pub(in crate::app) fn prune(model: &mut Model) {
    let now = model.now.wall;
    let changes = &mut model.time_line.changes;
    changes.truncate(MOST);
    while changes
        .last()
        .is_some_and(|(_, change)| since(change.at, now) > REACH)
    {
        changes.pop();
    }
}

fn known(line: &TimeLine, change: &Change) -> bool {
    let mut known = line.changes.iter();
    known.any(|(_, other)| together(other, change) && same(&other.what, &change.what))
}

/// Whether two reports are so near to each other that they may be of one thing.
pub(in crate::app) fn together(one: &Change, other: &Change) -> bool {
    (one.at.as_second() - other.at.as_second()).abs() <= SAME_WITHIN
}

/// The same thing, as far as both reports say it.
pub(in crate::app) fn same(a: &What, b: &What) -> bool {
    match (a, b) {
        (
            What::RolledOut {
                workload: a,
                revision: x,
                ..
            },
            What::RolledOut {
                workload: b,
                revision: y,
                ..
            },
        ) => a == b && x == y,
        (
            What::Scaled {
                workload: one,
                from: from_one,
                to: to_one,
            },
            What::Scaled {
                workload: other,
                from: from_other,
                to: to_other,
            },
        ) => {
            let told = from_one.is_none() || from_other.is_none() || from_one == from_other;
            one == other && to_one == to_other && told
        }
        (
            What::ConfigChanged {
                namespace: a,
                name: x,
                ..
            },
            What::ConfigChanged {
                namespace: b,
                name: y,
                ..
            },
        ) => a == b && x == y,
        _ => a == b,
    }
}

/// What a workload's new row tells. The template changes first and its revision a moment later: `templates` keeps the
/// images from before until the revision is there.
pub(in crate::app) fn of_workload(
    before: &WorkloadRow,
    after: &WorkloadRow,
    templates: &mut HashMap<WorkloadKey, Vec<String>>,
) -> Vec<What> {
    let mut found = Vec::new();
    let numbered = before.revision.is_some() && after.revision.is_some();
    if before.images != after.images && numbered && before.revision == after.revision {
        templates
            .entry(after.key.clone())
            .or_insert_with(|| before.images.clone());
    }
    let revised = if numbered {
        before.revision != after.revision
    } else {
        before.images != after.images
    };
    if revised {
        found.push(What::RolledOut {
            workload: after.key.clone(),
            revision: after.revision,
            images: after.images.clone(),
            before: templates
                .remove(&after.key)
                .unwrap_or_else(|| before.images.clone()),
        });
    }
    if before.desired != after.desired {
        found.push(What::Scaled {
            workload: after.key.clone(),
            from: Some(before.desired),
            to: after.desired,
        });
    }
    found
}

/// What a node's new row tells.
pub(in crate::app) fn of_node(before: &NodeRow, after: &NodeRow) -> Vec<What> {
    let mut found = Vec::new();
    if before.ready != after.ready {
        found.push(What::NodeReady {
            node: after.name.clone(),
            ready: after.ready == Some(true),
        });
    }
    if before.cordoned != after.cordoned {
        found.push(What::NodeCordoned {
            node: after.name.clone(),
            cordoned: after.cordoned,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(revision: u64, image: &str) -> WorkloadRow {
        let key = WorkloadKey {
            namespace: "prod".into(),
            kind: "Deployment".into(),
            name: "export-worker".into(),
        };
        WorkloadRow {
            uid: "u".into(),
            key,
            desired: 24,
            ready: 24,
            updated: 24,
            generation: 1,
            revision: Some(revision),
            images: vec![image.to_owned()],
            created: None,
            observed: true,
        }
    }

    #[test]
    fn a_rollout_names_the_image_before_although_its_revision_comes_later() {
        let mut templates = HashMap::new();
        assert_eq!(
            of_workload(&row(3, "w:2.4.0"), &row(3, "w:2.3.1"), &mut templates),
            []
        );
        let found = of_workload(&row(3, "w:2.3.1"), &row(4, "w:2.3.1"), &mut templates);
        let [
            What::RolledOut {
                revision,
                images,
                before,
                ..
            },
        ] = found.as_slice()
        else {
            panic!("{found:?}");
        };
        assert_eq!(
            (*revision, images[0].as_str(), before[0].as_str()),
            (Some(4), "w:2.3.1", "w:2.4.0")
        );
        assert!(templates.is_empty());
    }
}
