//! Actions as the palette offers them: what each would be done to, whether it can be done now, and how near it lies.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    actions::{
        access,
        catalogue::Item,
        offer::{Offer, World, offer},
    },
    domain::{
        action::{access::Access, refusal::Refusal, target::Target, tier::Tier},
        id::ActionId,
        object::{KindRef, ObjectKey},
        pod::{Health, WorkloadKey},
        text::Text,
    },
};

use super::{
    model::Model,
    subject::subject,
    watching::{namespace, with_world},
};

/// One action of the catalogue as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    pub id: ActionId,
    pub title: Text,
    pub tier: Tier,
    /// `None` where its parameters name it, or where nothing fitting is selected.
    pub target: Option<Target>,
    pub available: Result<(), Refusal>,
    /// It is about what is selected.
    pub selected: bool,
    /// Its target is red, or something red is why it may be done.
    pub red: bool,
}

/// What an action may be aimed at from where the person stands: the open or selected thing itself, then the workload and
/// the node it belongs to.
pub fn aims(model: &Model) -> Vec<Target> {
    let Some(subject) = subject(model) else {
        return Vec::new();
    };
    let mut keys: Vec<ObjectKey> = subject.object(model).into_iter().collect();
    let workload = subject.workload(model);
    keys.extend(workload.as_ref().and_then(ObjectKey::of_workload));
    if let [pod] = subject.pods(model).as_slice() {
        keys.extend(pod.node.as_ref().map(ObjectKey::node));
    }
    let mut targets: Vec<Target> = Vec::new();
    for target in keys.iter().map(Target::object) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// All actions of the desk as they stand now, in the order of the catalogue.
pub fn offered(model: &Model) -> Vec<Offered> {
    let aims = aims(model);
    let catalogue = &model.acts.catalogue;
    with_world(model, |world| {
        catalogue
            .items()
            .map(|item| one(model, item, world, &aims))
            .collect()
    })
}

fn one(model: &Model, item: Item<'_>, world: &World<'_>, aims: &[Target]) -> Offered {
    let catalogue = &model.acts.catalogue;
    let without = offer(catalogue, item, world, None);
    let found = aims
        .iter()
        .map(|aim| offer(catalogue, item, world, Some(aim)))
        .find(|offer| offer.target.is_some());
    let Offer {
        id,
        spec,
        tier,
        target,
        available,
        ..
    } = found.unwrap_or(without);
    let selected = target.as_ref().is_some_and(|target| aims.contains(target));
    let allowed = available.is_ok() && spec.guard().is_some();
    Offered {
        id: id.clone(),
        title: spec.title.clone(),
        tier,
        selected,
        red: allowed || target.as_ref().is_some_and(|target| is_red(model, target)),
        target,
        available,
    }
}

/// Whether the watch shows that something is wrong with a target.
fn is_red(model: &Model, target: &Target) -> bool {
    let Target::Object {
        kind,
        namespace: own,
        name,
    } = target
    else {
        return false;
    };
    if *kind == KindRef::nodes() {
        let mut nodes = model.cluster.nodes.iter();
        let node = nodes.find(|node| *node.name == **name);
        return node.is_some_and(|node| node.ready == Some(false) || !node.pressures.is_empty());
    }
    let Some(within) = own.as_deref().or_else(|| namespace(model)) else {
        return false;
    };
    if *kind == KindRef::pods() {
        let mut pods = model.cluster.pods.iter();
        let pod = pods.find(|pod| *pod.name == **name && *pod.namespace == *within);
        return pod.is_some_and(|pod| pod.health == Health::Sick);
    }
    let key = WorkloadKey {
        namespace: within.into(),
        kind: kind.kind.clone(),
        name: name.as_str().into(),
    };
    let roll_up = model.cluster.roll_ups.get(&key);
    roll_up.is_some_and(|roll_up| roll_up.worst == Health::Sick)
}

/// Rules change while nobody looks: what was told this long ago is asked again.
pub const REVIEWED: Duration = Duration::from_secs(60);

/// What the server has not been asked lately whether it allows it, of all that is offered.
pub fn unreviewed(model: &Model) -> Vec<Access> {
    let catalogue = &model.acts.catalogue;
    let aims = aims(model);
    let namespace = namespace(model);
    let mut wanted = BTreeSet::new();
    for item in catalogue.items() {
        for target in aims.iter().map(Some).chain([None]) {
            let aimed = crate::actions::offer::aim(item.spec, target, namespace);
            if let Ok(Some(target)) = aimed {
                wanted.extend(access::of_spec(item.spec, Some(&target), namespace));
            }
        }
    }
    let reviewed = model.acts.reviewed;
    let lately = reviewed.is_some_and(|at| model.now.mono.saturating_sub(at) < REVIEWED);
    wanted
        .into_iter()
        .filter(|access| !lately || !model.acts.allowed.contains_key(access))
        .collect()
}
