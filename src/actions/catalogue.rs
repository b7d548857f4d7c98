//! What may be used here: the pack's actions and the generic ones, under the policy of the host.

use std::{path::Path, sync::Arc};

use crate::{
    domain::{
        action::{
            refusal::Refusal,
            step::{Patch, StepKind, TargetName},
            target::Target,
            tier::Tier,
        },
        id::ActionId,
        policy::Policy,
    },
    pack::{ActionSpec, Pack, ParamKind, TargetSpec},
};

use super::access;

/// All actions of a desk, as policy lets them be used.
#[derive(Debug, Clone)]
pub struct Catalogue {
    pack: Arc<Pack>,
    /// The actions of every desk; `None` where the desk is the generic one.
    generic: Option<Arc<Pack>>,
    policy: Policy,
}

/// An action with the pack it is of and with what policy makes of it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    pub spec: &'a ActionSpec,
    pub pack: &'a Pack,
    /// What its pack says, or more where policy says so.
    pub tier: Tier,
    pub persons: u8,
}

impl Catalogue {
    pub fn new(pack: Arc<Pack>, generic: Arc<Pack>, policy: &Policy) -> Self {
        Self {
            generic: (!pack.is_generic()).then_some(generic),
            pack,
            policy: policy.clone(),
        }
    }

    /// The pack of the desk.
    pub const fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    fn packs(&self) -> impl Iterator<Item = &Pack> {
        std::iter::once(&*self.pack).chain(self.generic.as_deref())
    }

    /// All actions for the environment of the desk: the pack's in its order, then the generic ones.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let environment = self.pack.desk.environment.as_deref();
        self.packs()
            .flat_map(|pack| pack.actions().iter().map(move |spec| (pack, spec)))
            .filter(move |(_, spec)| {
                let wanted = &spec.envs;
                wanted.is_empty() || wanted.iter().any(|env| Some(env.as_str()) == environment)
            })
            .map(|(pack, spec)| self.item_of(pack, spec))
    }

    fn item_of<'a>(&self, pack: &'a Pack, spec: &'a ActionSpec) -> Item<'a> {
        let tier = self.policy.tier_of(&spec.id, spec.tier);
        Item {
            spec,
            pack,
            tier,
            persons: self.policy.persons(&spec.id, tier, spec.persons),
        }
    }

    /// The action of this id. A name alone is the pack's own, else the generic one.
    pub fn item(&self, id: &str) -> Option<Item<'_>> {
        let exactly = self.items().find(|item| item.spec.id.as_str() == id);
        exactly.or_else(|| self.items().find(|item| item.spec.id.name() == id))
    }

    /// Why policy lets nobody do it.
    pub fn forbidden(&self, spec: &ActionSpec) -> Option<Refusal> {
        let kinds = spec.run.iter().map(|step| step.kind.name());
        let program = || {
            let programs = spec.programs();
            let mut programs = programs.filter(|one| !self.policy.allows_program(Path::new(one)));
            programs
                .next()
                .map(|one| format!("allowed_programs: not {one}"))
        };
        let rule = self.policy.forbids(&spec.id, kinds).or_else(program)?;
        Some(Refusal::Policy { rule })
    }

    /// The team's own action that does the like to this very object: its guard is not passed by with a generic one.
    /// An own one that can't be aimed, since nobody said which of several namespaces is meant, is no other way.
    pub fn own_way(
        &self,
        spec: &ActionSpec,
        target: &Target,
        namespace: Option<&str>,
    ) -> Option<&ActionSpec> {
        let generic = self.generic.as_ref()?;
        generic.action(&spec.id)?;
        let own = self.items().filter(|item| item.pack.id == self.pack.id);
        own.map(|item| item.spec)
            .find(|own| does_the_like(spec, own, target, namespace))
    }

    /// The title of an action, by whatever id a run has kept.
    pub fn spec(&self, id: &ActionId) -> Option<&ActionSpec> {
        self.packs().find_map(|pack| pack.action(id))
    }
}

/// Whether an action of the team's has a step that does to this object what the generic one would do.
fn does_the_like(
    generic: &ActionSpec,
    own: &ActionSpec,
    target: &Target,
    namespace: Option<&str>,
) -> bool {
    let Target::Object { kind, .. } = target else {
        return false;
    };
    let is = |named: &Target| access::in_namespace(named.clone(), namespace) == *target;
    own.run.iter().any(|step| {
        let aimed = match step.kind.target() {
            Some(TargetName::OfAction) => match &own.target {
                TargetSpec::Is(named) => is(named),
                TargetSpec::Kinds(kinds) => kinds.contains(kind),
                TargetSpec::Of { .. } => false,
            },
            Some(TargetName::Is(named)) => is(named),
            Some(TargetName::Param(name)) => own.params.iter().any(|param| {
                matches!(&param.kind, ParamKind::Object(kinds) if param.name == *name && kinds.contains(kind))
            }),
            None => false,
        };
        aimed && (generic.run.iter()).any(|one| deed(&one.kind) == deed(&step.kind))
    })
}

/// What a step does to its target: a pod that is evicted is gone like one that is deleted, and the number of pods can be
/// patched.
fn deed<X, N>(kind: &StepKind<X, N>) -> &'static str {
    match kind {
        StepKind::Evict { .. } => "delete-pod",
        StepKind::Patch {
            patch: Patch::Fields(fields),
            ..
        } if matches!(fields.get("spec"), Some(Patch::Fields(spec)) if spec.contains_key("replicas")) => {
            "scale"
        }
        kind => kind.name(),
    }
}
