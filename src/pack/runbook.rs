//! The pack itself: one team's runbook, read and checked.

use std::{collections::BTreeMap, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    actions::ActionSpec,
    diagnostic::PackErrors,
    drills::DrillSpec,
    embedded,
    flows::Playbook,
    load,
    manifest::{Chain, Contact, DeskDefaults, GENERIC, Manifest, PageLink, Role, Vendor},
    places::{Environment, Places},
    probes::ProbeSpec,
    routine::Routine,
    severity::{SeveritySpec, meets, usual},
    templates::Templates,
    watch::{AlertSpec, Watch},
    watchlist::watchlist,
};
use crate::domain::{
    action::place::{ConnectionSpec, PlaceSpec, SecretSpec},
    alert::Severity,
    calendar::{Shift, ShiftNow, shift_at},
    gauge::GaugeSpec,
    hook::HookSpec,
    id::{ActionId, PackId},
    light::Light,
    light::LightState,
    queue::QueueSpec,
    settings::Cadence,
    slo::SloSpec,
    text::Text,
    watchlist::Watchlist,
};

/// One team's runbook as data: what is read, what it means, who answers and by when.
#[derive(Debug)]
pub struct Pack {
    pub id: PackId,
    pub title: Text,
    pub time_zone: TimeZone,
    /// SHA-256 over its files, in hex.
    pub digest: String,
    /// How incidents are numbered, `INC-%Y-%m%d-{nn}`.
    pub incident_id: Option<String>,
    /// How drills are numbered, `DRILL-%Y-%m%d-{nn}`.
    pub drill_id: Option<String>,
    pub desk: DeskDefaults,
    severities: Vec<SeveritySpec>,
    shifts: Vec<Shift>,
    roles: Vec<Role>,
    contacts: Vec<Contact>,
    vendors: Vec<Vendor>,
    chains: Vec<Chain>,
    links: Vec<PageLink>,
    places: Places,
    actions: Vec<ActionSpec>,
    probes: Vec<ProbeSpec>,
    pub(super) watch: Watch,
    pub(super) playbook: Playbook,
    pub(super) templates: Templates,
    pub(super) routine: Routine,
    pub(super) drills: Vec<DrillSpec>,
    watchlist: Watchlist,
}

/// What the files of a pack other than its first one say.
pub(super) struct Meaning {
    pub probes: Vec<ProbeSpec>,
    pub watch: Watch,
    pub actions: Vec<ActionSpec>,
    pub routine: Routine,
    pub drills: Vec<DrillSpec>,
    pub playbook: Playbook,
    pub templates: Templates,
}

impl Pack {
    /// Reads a pack from the names and texts of its files.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, PackErrors> {
        load::parse(files)
    }

    pub(super) fn new(manifest: Manifest, meaning: Meaning, digest: String) -> Self {
        let watchlist = watchlist(&meaning);
        let Meaning {
            probes,
            watch,
            actions,
            routine,
            drills,
            playbook,
            templates,
        } = meaning;
        Self {
            id: manifest.id.into(),
            title: manifest.title,
            time_zone: manifest.zone,
            digest,
            incident_id: manifest.incident_id,
            drill_id: manifest.drill_id,
            desk: manifest.desk,
            severities: manifest.severities,
            shifts: manifest.shifts,
            roles: manifest.roles,
            contacts: manifest.contacts,
            vendors: manifest.vendors,
            chains: manifest.chains,
            links: manifest.links,
            places: manifest.places,
            actions,
            probes,
            watch,
            playbook,
            templates,
            routine,
            drills,
            watchlist,
        }
    }

    /// The pack of a desk without a runbook: SLOs and queues are discovered, nothing has a light, time is UTC.
    /// It brings the safe actions on objects of any cluster.
    pub fn generic() -> Self {
        let (actions, digest) = embedded::generic().clone();
        Self {
            id: GENERIC.into(),
            title: Text::from(GENERIC),
            time_zone: TimeZone::UTC,
            digest,
            incident_id: None,
            drill_id: None,
            desk: DeskDefaults::default(),
            severities: Vec::new(),
            shifts: Vec::new(),
            roles: Vec::new(),
            contacts: Vec::new(),
            vendors: Vec::new(),
            chains: Vec::new(),
            links: Vec::new(),
            places: Places::default(),
            actions,
            probes: Vec::new(),
            watch: Watch::default(),
            playbook: Playbook::default(),
            templates: Templates::default(),
            routine: Routine::default(),
            drills: Vec::new(),
            watchlist: Watchlist {
                discover: true,
                ..Watchlist::default()
            },
        }
    }

    /// No team's runbook: what there is to watch is discovered.
    pub const fn is_generic(&self) -> bool {
        self.watchlist.discover
    }

    /// The same pack, read as often as the settings say where the pack itself says nothing.
    #[must_use]
    pub fn paced(mut self, poll: Cadence) -> Self {
        super::watchlist::pace(&mut self.watchlist, poll);
        self
    }

    pub const fn watchlist(&self) -> &Watchlist {
        &self.watchlist
    }

    pub fn probes(&self) -> &[ProbeSpec] {
        &self.probes
    }

    /// In the runbook's order of importance.
    pub fn gauges(&self) -> &[GaugeSpec] {
        &self.watch.ids.gauges
    }

    pub fn slos(&self) -> &[SloSpec] {
        &self.watch.ids.slos
    }

    pub fn queues(&self) -> &[QueueSpec] {
        &self.watch.ids.queues
    }

    pub fn hooks(&self) -> impl Iterator<Item = &HookSpec> {
        self.watch.hooks.iter().map(|rule| &rule.spec)
    }

    /// The lights before anything has been read.
    pub fn lights(&self) -> impl Iterator<Item = LightState> {
        self.watch.lights.iter().map(|rule| LightState {
            id: rule.id.clone(),
            title: rule.title.clone(),
            light: Light::Unknown,
            reasons: Vec::new(),
        })
    }

    pub fn alerts(&self) -> &[AlertSpec] {
        &self.watch.alerts
    }

    /// The gravest first.
    pub fn severities(&self) -> &[SeveritySpec] {
        &self.severities
    }

    /// The pack's own word for a severity, its clock and its criteria.
    pub fn severity(&self, rank: Severity) -> Option<&SeveritySpec> {
        self.severities
            .iter()
            .find(|severity| severity.rank == rank)
    }

    /// How grave an alert is: as the pack says of it, else as its labels map.
    pub fn severity_of(&self, labels: &BTreeMap<String, String>) -> Severity {
        if let Some(alert) = self.alert_of(labels) {
            return alert.severity;
        }
        if self.severities.is_empty() {
            return usual(labels);
        }
        let found = self
            .severities
            .iter()
            .find(|severity| severity.takes(labels));
        found.map_or(Severity::Unranked, |severity| severity.rank)
    }

    /// The time to respond to an alert with these labels in.
    pub fn respond_within(&self, labels: &BTreeMap<String, String>) -> Option<Duration> {
        match self.alert_of(labels) {
            Some(alert) => alert.respond,
            None => self.severity(self.severity_of(labels))?.respond,
        }
    }

    /// The time to restore what an alert with these labels is about in.
    pub fn restore_within(&self, labels: &BTreeMap<String, String>) -> Option<Duration> {
        self.severity(self.severity_of(labels))?.restore
    }

    /// What the pack says of an alert with these labels.
    pub fn alert_of(&self, labels: &BTreeMap<String, String>) -> Option<&AlertSpec> {
        let mut alerts = self.watch.alerts.iter();
        alerts.find(|alert| meets(&alert.matchers, labels))
    }

    /// What the pack says of an alert of this name, whatever its other labels.
    pub fn alert_spec(&self, name: &str) -> Option<&AlertSpec> {
        let named = |alert: &&AlertSpec| {
            let names = alert.matchers.get("alertname");
            names.is_some_and(|names| names.iter().any(|known| known == name))
        };
        self.watch.alerts.iter().find(named)
    }

    /// The shift that is on, in the pack's zone.
    pub fn shift_at(&self, now: Timestamp) -> Option<ShiftNow> {
        shift_at(&self.shifts, &self.time_zone, now)
    }

    pub fn shifts(&self) -> &[Shift] {
        &self.shifts
    }

    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// Those outside of the team.
    pub fn vendors(&self) -> &[Vendor] {
        &self.vendors
    }

    /// Whether a contact is reached at a time; one without hours always is.
    pub fn is_reached(&self, contact: &Contact, at: Timestamp) -> bool {
        let hours = contact.hours.as_ref();
        hours.is_none_or(|hours| hours.include(at, &self.time_zone))
    }

    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// What may be done, in the pack's order.
    pub fn actions(&self) -> &[ActionSpec] {
        &self.actions
    }

    pub fn action(&self, id: &ActionId) -> Option<&ActionSpec> {
        self.actions.iter().find(|action| action.id == *id)
    }

    /// Where its commands run.
    pub fn places(&self) -> &[PlaceSpec] {
        &self.places.all
    }

    /// Where its secrets are.
    pub fn secrets(&self) -> &[SecretSpec] {
        &self.places.secrets
    }

    /// The databases its steps and probes reach.
    pub fn connections(&self) -> &[ConnectionSpec] {
        &self.places.connections
    }

    pub fn environments(&self) -> &[Environment] {
        &self.places.environments
    }

    /// The environment of its desk, where it names one.
    pub fn environment(&self) -> Option<&Environment> {
        let id = self.desk.environment.as_ref()?;
        self.environments().iter().find(|one| one.id == *id)
    }

    pub fn links(&self) -> &[PageLink] {
        &self.links
    }

    pub fn link(&self, id: &str) -> Option<&PageLink> {
        self.links.iter().find(|link| link.id == id)
    }
}
