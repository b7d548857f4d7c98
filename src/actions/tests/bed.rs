//! A desk of glancy on which all is well, for the tests to spoil.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    actions::{
        catalogue::{Catalogue, Item},
        draft::{Site, draft},
        offer::{Offer, World, offer},
        plan::{Ground, plan},
        world::Watched,
    },
    domain::{
        action::{
            access::{Access, Allowed},
            fact::Fact,
            plan::{DeskMark, Plan},
            preflight::{Draft, Preflight},
            record::{ActorMark, Run},
            refusal::Refusal,
            target::Target,
            value::{Value, Values},
        },
        id::ActionId,
        logbook::Tick,
        policy::Policy,
    },
    pack::{
        ObjectField, Pack,
        glancy_tests::world::{World as Readings, glancy},
        parse_object,
    },
};

pub struct Bed {
    pub catalogue: Catalogue,
    pub readings: Readings,
    pub objects: BTreeMap<String, f64>,
    pub done: BTreeMap<String, bool>,
    pub before: Values,
    pub facts: Vec<Fact>,
    pub read_only: bool,
    pub ledger: Result<(), &'static str>,
    pub shared: Result<(), &'static str>,
    pub identity: Result<(), &'static str>,
    pub runs: Vec<Arc<Run>>,
    pub denied: Vec<String>,
}

impl Watched for Bed {
    fn object(&self, target: &Target, field: ObjectField) -> Option<f64> {
        self.objects.get(&format!("{target} {field:?}")).copied()
    }

    fn done(&self, action: &ActionId, _: f64) -> Option<bool> {
        self.done.get(action.as_str()).copied()
    }

    fn verified(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        self.done(action, seconds)
    }
}

pub fn object(text: &str) -> Target {
    parse_object(text).expect("it names an object")
}

impl Bed {
    pub fn new() -> Self {
        Self::under(&Policy::default())
    }

    pub fn under(policy: &Policy) -> Self {
        Self::of(glancy(), policy)
    }

    /// The desk of another pack.
    pub fn of(pack: Pack, policy: &Policy) -> Self {
        let pack = Arc::new(pack);
        let done = ["glancy/promote", "glancy/rollback"];
        Self {
            readings: Readings::of(&pack),
            catalogue: Catalogue::new(pack, Arc::new(Pack::generic()), policy),
            objects: BTreeMap::new(),
            done: done.map(|id| (id.to_owned(), false)).into(),
            before: Values::new(),
            facts: Vec::new(),
            read_only: false,
            ledger: Ok(()),
            shared: Ok(()),
            identity: Ok(()),
            runs: Vec::new(),
            denied: Vec::new(),
        }
    }

    /// Somebody says of a part of a gate that it holds, or does not.
    pub fn tick(&mut self, gate: &str, tick: &str, holds: bool) {
        let said = Tick {
            at: self.readings.now,
            by: ActorMark::default(),
            holds,
            evidence: "seen".to_owned(),
        };
        self.readings.ticked(gate, tick, said);
    }

    pub fn item(&self, id: &str) -> Item<'_> {
        self.catalogue.item(id).expect("the action is there")
    }

    fn site(&self) -> Site<'_> {
        Site {
            namespace: Some("prod"),
            env: self.catalogue.pack().environment(),
        }
    }

    pub fn offer(&self, id: &str, selected: Option<&Target>) -> Offer<'_> {
        let allowed = |access: &Access| -> Option<Allowed> {
            let denied = self.denied.contains(&access.resource);
            denied.then(|| Allowed::No("RBAC".to_owned()))
        };
        let world = World {
            facts: &self.readings,
            watched: self,
            namespace: Some("prod"),
            read_only: self.read_only,
            ledger: self.ledger,
            shared: self.shared,
            identity: self.identity,
            blocking: &self.runs,
            allowed: &allowed,
            frozen: &|_| None,
        };
        offer(&self.catalogue, self.item(id), &world, selected)
    }

    pub fn draft(&self, id: &str, given: &[(&str, Value)]) -> Result<Draft, Refusal> {
        self.draft_on(id, None, given)
    }

    pub fn draft_on(
        &self,
        id: &str,
        target: Option<&Target>,
        given: &[(&str, Value)],
    ) -> Result<Draft, Refusal> {
        let given = given.iter();
        let given = given.map(|(name, value)| ((*name).to_owned(), value.clone()));
        draft(&self.item(id), target, &given.collect(), self.site())
    }

    pub fn plan(&self, id: &str, given: &[(&str, Value)]) -> Result<Plan, Refusal> {
        let draft = self.draft(id, given)?;
        let found = Preflight {
            before: self.before.clone(),
            facts: self.facts.clone(),
            ..Preflight::default()
        };
        let desk = DeskMark {
            pack: Some("glancy".to_owned()),
            context: "prod".to_owned(),
            namespaces: vec!["prod".to_owned()],
            cluster: Some("c-1".to_owned()),
            demo: false,
        };
        let ground = Ground {
            desk: &desk,
            principal: "li",
            site: self.site(),
            facts: &self.readings,
            watched: self,
        };
        plan(&self.catalogue, &self.item(id), &draft, &found, &ground)
    }

    pub fn before(&mut self, entries: &[(&str, Value)]) {
        let entries = entries.iter();
        self.before
            .extend(entries.map(|(name, value)| ((*name).to_owned(), value.clone())));
    }

    pub fn backlog(&mut self) {
        self.readings.set("exports-depth", Some(2_413.0));
        self.readings.set("exports-oldest", Some(312.0));
        self.readings.set("export-p95", Some(5.8));
    }
}
