//! `[handover]`: how a team hands its shift over.

use std::time::Duration;

use super::{due::calendar, read::Known};
use crate::{
    domain::{action::step::Written, calendar::Calendar, text::Text},
    pack::{
        ActionWorld, Facts, Judged, Pack,
        actions::{ParamSpec, form_fields, reads_alone},
        condition::{ActionNames, Condition, Scope},
        manifest::{known as known_ids, span_of},
        nearest::suggestion,
        reader::{Key, Table},
    },
};

/// How a team hands its shift over; what a pack leaves out is not asked for.
#[derive(Debug, Default)]
pub struct HandoverSpec {
    /// Where the text is posted.
    pub goes_to: Option<Text>,
    /// The roles whose persons stand in the form, by their ids.
    pub roles: Vec<String>,
    /// What is read for it, by name.
    pub reads: Vec<(String, Written)>,
    /// What is filled in; one with a `now` begins as what was read.
    pub fields: Vec<ParamSpec>,
    pub ticks: Vec<FormTick>,
    /// When it is due: at the end of a shift.
    pub due: Calendar,
    /// Who takes it must be another than who gives it.
    pub two_persons: bool,
    /// An open incident of one of these severities lets nobody sign without a reservation.
    pub blocks: Vec<String>,
}

/// A box of the form that the world ticks.
#[derive(Debug)]
pub struct FormTick {
    pub id: String,
    pub title: Text,
    pub of: TickOf,
}

/// What makes a tick.
#[derive(Debug)]
pub enum TickOf {
    /// A condition holds.
    Holds(Box<HoldsSpec>),
    /// No alert calls.
    NoAlert,
    /// No incident was open within this time.
    NoIncident { within: Duration },
}

/// The condition of a tick.
#[derive(Debug)]
pub struct HoldsSpec {
    pub(in crate::pack) is: Condition,
}

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn read(table: Table<'_>, known: &Known<'_>) -> HandoverSpec {
    let (reads, before) = reads_alone(&table, &known.manifest.places);
    let roles: Vec<String> = known
        .manifest
        .roles
        .iter()
        .map(|it| it.id.clone())
        .collect();
    let severities = known.manifest.severities.iter();
    let severities: Vec<String> = severities.map(|it| it.id.clone()).collect();
    let fields = form_fields(&table);
    for field in &fields {
        let Some(now) = &field.now else { continue };
        let is_read = before.iter().any(|path| path.join(".") == *now);
        if !is_read {
            let names: Vec<String> = before.iter().map(|path| path.join(".")).collect();
            let help = suggestion(now, names.iter().map(String::as_str));
            let what = format!("nothing that is read is `{now}`");
            if let Some(node) = table.get("params") {
                node.error(what, help);
            }
        }
    }
    let spec = HandoverSpec {
        goes_to: table.get("goes_to").and_then(|node| node.text()),
        roles: known_ids(table.get("roles"), "role", &roles),
        fields,
        ticks: table
            .tables("tick")
            .into_iter()
            .filter_map(|(key, tick)| self::tick(key, tick, known, &before))
            .collect(),
        due: calendar(&table, known),
        two_persons: table
            .get("two_persons")
            .and_then(|node| node.boolean())
            .unwrap_or_default(),
        blocks: known_ids(table.get("blocks"), "severity", &severities),
        reads,
    };
    table.finish();
    spec
}

/// `is = 'CEL'`, `no = "alerts"`, or `no = "incidents"` with `within`.
fn tick(key: Key, table: Table<'_>, known: &Known<'_>, before: &[Vec<String>]) -> Option<FormTick> {
    let names = ActionNames {
        before: before.to_vec(),
        env: known.manifest.places.env_names(),
        actions: known.actions.clone(),
        ..ActionNames::default()
    };
    let scope = Scope::Action(known.ids, &names);
    let (is, no) = (table.get("is"), table.get("no"));
    let within = table.get("within").and_then(|node| span_of(&node));
    let of = match (is, no) {
        (Some(node), None) => {
            super::read::judged(&node, scope).map(|is| TickOf::Holds(Box::new(HoldsSpec { is })))
        }
        (None, Some(node)) => {
            let all = [("alerts", false), ("incidents", true)];
            let incidents = node.one_of("thing that may be absent", &all);
            incidents.map(|incidents| {
                if incidents {
                    TickOf::NoIncident {
                        within: within.unwrap_or(DAY),
                    }
                } else {
                    TickOf::NoAlert
                }
            })
        }
        _ => {
            let help = "add `is = 'CEL'`, or `no = \"alerts\"`".to_owned();
            table.error("a tick says what makes it", Some(help));
            None
        }
    };
    let title = table.get("title").and_then(|node| node.text());
    table.finish();
    Some(FormTick {
        title: title.unwrap_or_else(|| Text::Same(key.name.clone())),
        id: key.name,
        of: of?,
    })
}

impl Pack {
    /// How the team hands its shift over; `None` where its pack does not say.
    pub const fn handover(&self) -> Option<&HandoverSpec> {
        self.routine.handover.as_ref()
    }

    /// Whether the condition of a tick holds.
    pub fn judge_tick(
        &self,
        tick: &HoldsSpec,
        facts: &dyn Facts,
        world: &dyn ActionWorld,
    ) -> Judged {
        self.judge_plain(&tick.is, facts, world)
    }
}
