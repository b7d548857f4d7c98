//! Leading an incident: declaring it, and writing down what becomes of it.

use std::collections::BTreeMap;

use crate::{
    app::{
        command::{Command, WhyNot},
        effect::{Effect, Effects, Redraw},
        event::Notice,
        incidents::{
            IncidentMeant, IncidentPicker, IncidentScreen, PaperScreen, alert_meant, declaration,
            gate, graver, listed, meant, next_rung, of_alert,
            paper::{UpdateInput, paper},
            proposed, recovery, severities, unfinished, watch_due, watches,
        },
        model::{AlertLine, Model},
        overlay::Overlay,
        sheet::{Sheet, SheetOf, SheetRefused, filled_in, one_of, words},
        update::{
            command::opened,
            say,
            sheet::{self, maybe, text},
        },
    },
    domain::{
        action::value::Values,
        id::LineId,
        logbook::{
            AlertMark, IncidentNoted, Noted,
            incident::{Incident, Phase, Recovery},
        },
    },
    pack::{Paper, Truth},
};

pub(super) fn list(model: &mut Model) -> Effects {
    opened(model, Overlay::Incidents(IncidentPicker::default()))
}

/// How many rows the picker has: the last one declares another.
pub(super) fn rows(model: &Model) -> usize {
    listed(model).len() + 1
}

/// Opens the selected incident, or a sheet for a new one.
pub(super) fn pick(model: &mut Model, picker: &IncidentPicker) -> Effects {
    let id = listed(model).get(picker.selected).map(|it| it.id.clone());
    match id {
        Some(id) => show(model, IncidentMeant::Line(id)),
        None => fill_in(model, None),
    }
}

pub(super) fn show(model: &mut Model, of: IncidentMeant) -> Effects {
    let screen = IncidentScreen::new(of);
    model
        .view
        .overlays
        .retain(|it| !matches!(it, Overlay::Incident(_)));
    model.view.overlays.push(Overlay::Incident(screen));
    Effects::draw(Redraw::Now)
}

/// A line was not taken: no screen waits for it any longer.
pub(super) fn not_written(model: &mut Model) {
    let known: Vec<bool> = (model.view.overlays.iter())
        .map(|overlay| match overlay {
            Overlay::Incident(screen) => screen.incident(model).is_some(),
            _ => true,
        })
        .collect();
    let mut known = known.into_iter();
    let overlays = &mut model.view.overlays;
    overlays.retain(|_| known.next().unwrap_or(true));
}

/// A sheet for a new incident, filled in with what its alert tells. An alert has one incident at a time.
pub(super) fn declare(model: &mut Model) -> Effects {
    let alert = alert_meant(model).cloned();
    let known = alert
        .as_ref()
        .and_then(|it| of_alert(model, &it.alert.fingerprint));
    match known.map(|it| it.id.clone()) {
        Some(id) => show(model, IncidentMeant::Line(id)),
        None => fill_in(model, alert.as_ref()),
    }
}

/// The sheet for a new incident, by hand where it is for no alert.
fn fill_in(model: &mut Model, alert: Option<&AlertLine>) -> Effects {
    let mark = alert.map(|line| AlertMark::of(&line.alert));
    let title = alert.map(|line| {
        let spec = model.pack.alert_spec(&line.alert.name);
        let title = spec.and_then(|spec| spec.title.as_ref());
        title.map_or(&*line.alert.name, |title| title.get(model.look.lang))
    });
    let severity = alert.and_then(|line| model.pack.severity(line.severity));
    let severity = severity.map(|spec| spec.id.clone()).or_else(|| {
        let first = proposed(model, None).into_iter().next()?;
        Some(first.0)
    });
    let fields = vec![
        words("title", false, title.unwrap_or_default()),
        one_of(
            "severity",
            severities(model),
            false,
            &severity.unwrap_or_default(),
        ),
    ];
    let of = SheetOf::Declare(mark);
    let about = alert.map(|line| line.alert.name.clone());
    sheet::open(model, Sheet::new(of, about, fields))
}

/// The incident that the keys on the screen are about.
fn on_screen(model: &Model) -> Option<&Incident> {
    match model.view.overlays.last() {
        Some(Overlay::Incident(screen)) => screen.incident(model),
        _ => meant(model),
    }
}

/// Why a command on an incident can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let incident = on_screen(model).ok_or(WhyNot::NoIncident)?;
    if command != Command::IncidentReview {
        model.may_write()?;
    }
    allowed(model, incident, command)
}

/// Why a command can't be done now on this incident.
fn allowed(model: &Model, incident: &Incident, command: Command) -> Result<(), WhyNot> {
    let spec = model.pack.incident();
    match command {
        Command::IncidentReview if !model.pack.has_paper(Paper::IncidentReview) => {
            Err(WhyNot::NoTemplate)
        }
        Command::IncidentReopen | Command::IncidentReviewed if incident.is_open() => {
            Err(WhyNot::IncidentOpen)
        }
        Command::IncidentReviewed if incident.reviewed.is_some() => Err(WhyNot::IncidentReviewed),
        Command::IncidentReview
        | Command::IncidentFollowUp
        | Command::IncidentNote
        | Command::IncidentReopen
        | Command::IncidentReviewed => Ok(()),
        _ if !incident.is_open() => Err(WhyNot::IncidentClosed),
        Command::IncidentRole if model.pack.roles().is_empty() => Err(WhyNot::NoRoles),
        Command::IncidentImpact if spec.impact.is_empty() => Err(WhyNot::NoForm),
        Command::IncidentUpdate if !model.pack.has_paper(Paper::IncidentUpdate) => {
            Err(WhyNot::NoTemplate)
        }
        Command::IncidentRung => match next_rung(model, incident) {
            None if spec.ladder.is_empty() => Err(WhyNot::NoLadder),
            None => Err(WhyNot::TopOfLadder),
            Some(rung) => match gate(model, rung).map(|judged| judged.truth) {
                Some(Truth::False) => Err(WhyNot::GateShut),
                Some(Truth::Unknown) => Err(WhyNot::GateUnknown),
                Some(Truth::True) | None => Ok(()),
            },
        },
        Command::IncidentWatch if spec.watches.is_empty() => Err(WhyNot::NoWatch),
        Command::IncidentWatch if incident.watch_began.is_none() => {
            if next_rung(model, incident).is_some() {
                return Err(WhyNot::LadderFirst);
            }
            Ok(())
        }
        Command::IncidentWatch if watches(model, incident).next().is_none() => {
            Err(WhyNot::AllWatched)
        }
        Command::IncidentWatch if watch_due(model, incident).is_none() => Err(WhyNot::WatchGoesOn),
        _ => Ok(()),
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let Some(incident) = on_screen(model) else {
        return Effects::none();
    };
    let id = incident.id.clone();
    let about = format!("{} {}", incident.number, incident.title);
    if command == Command::IncidentReview {
        return review(model, id);
    }
    if command == Command::IncidentWatch && incident.watch_began.is_none() {
        let noted = IncidentNoted::WatchBegan { of: id };
        return Effects::draw(Redraw::Now).and(model.writes(Noted::Incident(noted)));
    }
    let Some((of, fields)) = sheet_of(model, incident, command, id) else {
        return Effects::none();
    };
    sheet::open(model, Sheet::new(of, Some(about), fields))
}

type Filled = (SheetOf, Vec<crate::app::form::Field>);

fn sheet_of(model: &Model, incident: &Incident, command: Command, id: LineId) -> Option<Filled> {
    let lang = model.look.lang;
    Some(match command {
        Command::IncidentSeverity => {
            let proposed = graver(model, incident).map(|(id, _)| id);
            let now = proposed.unwrap_or_else(|| incident.severity.clone());
            let severity = one_of("severity", severities(model), false, &now);
            (
                SheetOf::Severity(id),
                vec![severity, words("why", true, "")],
            )
        }
        Command::IncidentRole => (SheetOf::Role(id), role_fields(model, incident)),
        Command::IncidentImpact => {
            let fields = model.pack.incident().impact.iter();
            let fields = fields.map(|spec| {
                let mut spec = spec.clone();
                // It is filled in as far as it is known.
                spec.optional = true;
                let known = incident.impact.get(&spec.name).cloned();
                filled_in(spec, &known.unwrap_or_default())
            });
            let known = incident.impact.clone();
            (SheetOf::Impact { of: id, known }, fields.collect())
        }
        Command::IncidentUpdate => {
            let fields = vec![words("progress", false, ""), words("expected", true, "")];
            (SheetOf::Update(id), fields)
        }
        Command::IncidentPhase => {
            let all: Vec<String> = Phase::ALL.iter().map(|it| it.id().to_owned()).collect();
            let next = Phase::ALL.iter().find(|it| **it > incident.phase);
            let next = next.map_or(incident.phase, |it| *it);
            (
                SheetOf::Phase(id),
                vec![one_of("phase", all, false, next.id())],
            )
        }
        Command::IncidentRung => {
            let rung = next_rung(model, incident)?;
            let mut evidence = words("evidence", false, "");
            evidence.spec.title = Some(crate::domain::text::Text::from(rung.ask.get(lang)));
            let rung = rung.id.clone();
            (SheetOf::Rung { of: id, rung }, vec![evidence])
        }
        Command::IncidentWatch => {
            let watch = watch_due(model, incident)?;
            let mut evidence = words("evidence", false, "");
            evidence.spec.title = Some(watch.title.clone());
            let watch = watch.id.clone();
            (SheetOf::Watched { of: id, watch }, vec![evidence])
        }
        Command::IncidentNote => (SheetOf::Note(id), vec![words("text", false, "")]),
        Command::IncidentFollowUp => {
            let terms = &model.pack.incident().terms;
            let terms: Vec<String> = terms.iter().map(|(id, _)| id.clone()).collect();
            let mut fields = vec![words("text", false, ""), words("owner", false, "")];
            if !terms.is_empty() {
                fields.push(one_of("term", terms, false, ""));
            }
            (SheetOf::FollowUp(id), fields)
        }
        Command::IncidentClose => {
            let proven = recovery(model, incident).0 == Recovery::Held
                && unfinished(model, incident).is_none();
            let name = if proven { "remark" } else { "reservation" };
            (SheetOf::Close(id), vec![words(name, proven, "")])
        }
        Command::IncidentReopen => (SheetOf::Reopen(id), vec![words("why", false, "")]),
        Command::IncidentReviewed => (SheetOf::Reviewed(id), vec![words("where", false, "")]),
        _ => return None,
    })
}

/// The first role that is missing, and who asks.
fn role_fields(model: &Model, incident: &Incident) -> Vec<crate::app::form::Field> {
    let me = model.actor.who().map(|who| who.name.clone());
    let roles: Vec<String> = model.pack.roles().iter().map(|it| it.id.clone()).collect();
    let mut wanted = model.pack.incident().roles.iter();
    let missing = wanted
        .find(|it| incident.roles.get(&it.role).map_or(0, Vec::len) < it.persons)
        .map(|it| it.role.clone());
    let role = one_of("role", roles, false, &missing.unwrap_or_default());
    let mut fields = vec![role, words("person", false, &me.unwrap_or_default())];
    fields[1].touched = false;
    fields
}

/// The incident a sheet is about, and what is done to it.
const fn meant_by(of: &SheetOf) -> Option<(&LineId, Command)> {
    Some(match of {
        SheetOf::Severity(of) => (of, Command::IncidentSeverity),
        SheetOf::Role(of) => (of, Command::IncidentRole),
        SheetOf::Impact { of, .. } => (of, Command::IncidentImpact),
        SheetOf::Update(of) => (of, Command::IncidentUpdate),
        SheetOf::Phase(of) => (of, Command::IncidentPhase),
        SheetOf::Rung { of, .. } => (of, Command::IncidentRung),
        SheetOf::Watched { of, .. } => (of, Command::IncidentWatch),
        SheetOf::Note(of) => (of, Command::IncidentNote),
        SheetOf::FollowUp(of) => (of, Command::IncidentFollowUp),
        SheetOf::Close(of) => (of, Command::IncidentClose),
        SheetOf::Reopen(of) => (of, Command::IncidentReopen),
        SheetOf::Reviewed(of) => (of, Command::IncidentReviewed),
        SheetOf::Declare(_)
        | SheetOf::StepDone { .. }
        | SheetOf::StepSkipped { .. }
        | SheetOf::Leave(_)
        | SheetOf::End(_)
        | SheetOf::Lift(_)
        | SheetOf::HandoverFill(_)
        | SheetOf::HandoverGive(_)
        | SheetOf::HandoverTake(_) => return None,
    })
}

/// Whether what a sheet was opened for can still be done: others write while it is filled in, and the world goes on.
fn still(model: &Model, of: &SheetOf) -> Result<(), SheetRefused> {
    let Some((id, command)) = meant_by(of) else {
        return Ok(());
    };
    let incident = model.logbook.incidents.get(id).ok_or("gone")?;
    allowed(model, incident, command)?;
    let same = match of {
        SheetOf::Rung { rung, .. } => {
            next_rung(model, incident).is_some_and(|next| next.id == *rung)
        }
        SheetOf::Watched { watch, .. } => {
            let over = |end| end <= model.clocked;
            watches(model, incident).any(|(open, end)| open.id == *watch && over(end))
        }
        _ => true,
    };
    if same { Ok(()) } else { Err("changed".into()) }
}

/// The fields of the impact form that say something else than when the sheet was opened; what was cleared is empty.
fn changed(
    model: &Model,
    known: &BTreeMap<String, String>,
    values: &Values,
) -> BTreeMap<String, String> {
    let fields = model.pack.incident().impact.iter();
    fields
        .map(|spec| (spec.name.clone(), text(values, &spec.name)))
        .filter(|(name, value)| known.get(name).map_or("", String::as_str) != value)
        .collect()
}

/// What a sheet says goes into the logbook; where it may not, why.
pub(super) fn written(
    model: &mut Model,
    of: SheetOf,
    values: &Values,
) -> Result<Effects, SheetRefused> {
    still(model, &of)?;
    let noted = match of {
        SheetOf::Declare(alert) => {
            let severity = text(values, "severity");
            let declared = declaration(model, &text(values, "title"), &severity, alert);
            let of = IncidentMeant::Declared(Box::new(declared.clone()));
            let shown = show(model, of);
            let noted = Noted::Incident(IncidentNoted::Declared(declared));
            return Ok(shown.and(model.writes(noted)));
        }
        SheetOf::Update(of) => return update(model, of, values),
        SheetOf::Close(of) => close(model, of, values)?,
        SheetOf::Severity(of) => IncidentNoted::Severity {
            of,
            severity: text(values, "severity"),
            why: maybe(values, "why"),
        },
        SheetOf::Role(of) => IncidentNoted::Role {
            of,
            role: text(values, "role"),
            person: text(values, "person"),
        },
        SheetOf::Impact { of, known } => {
            let fields = changed(model, &known, values);
            if fields.is_empty() {
                return Err("empty".into());
            }
            IncidentNoted::Impact { of, fields }
        }
        SheetOf::Phase(of) => IncidentNoted::Phase {
            of,
            phase: Phase::from_id(&text(values, "phase")).unwrap_or_default(),
        },
        SheetOf::Rung { of, rung } => {
            let evidence = text(values, "evidence");
            IncidentNoted::Rung { of, rung, evidence }
        }
        SheetOf::Watched { of, watch } => {
            let evidence = text(values, "evidence");
            IncidentNoted::Watched {
                of,
                watch,
                evidence,
            }
        }
        SheetOf::Note(of) => IncidentNoted::Note {
            of,
            text: text(values, "text"),
        },
        SheetOf::FollowUp(of) => IncidentNoted::FollowUp {
            of,
            text: text(values, "text"),
            owner: text(values, "owner"),
            term: maybe(values, "term"),
        },
        SheetOf::Reopen(of) => IncidentNoted::Reopened {
            of,
            why: text(values, "why"),
        },
        SheetOf::Reviewed(of) => IncidentNoted::Reviewed {
            of,
            text: text(values, "where"),
        },
        SheetOf::StepDone { .. }
        | SheetOf::StepSkipped { .. }
        | SheetOf::Leave(_)
        | SheetOf::End(_)
        | SheetOf::Lift(_)
        | SheetOf::HandoverFill(_)
        | SheetOf::HandoverGive(_)
        | SheetOf::HandoverTake(_) => return Ok(Effects::none()),
    };
    Ok(model.writes(Noted::Incident(noted)))
}

/// It is closed as the world is when it is written down, whatever it was when the sheet was opened.
fn close(model: &Model, of: LineId, values: &Values) -> Result<IncidentNoted, SheetRefused> {
    let incident = model.logbook.incidents.get(&of).ok_or("gone")?;
    let (recovery, _) = recovery(model, incident);
    let reservation = maybe(values, "reservation");
    if recovery != Recovery::Held && reservation.is_none() {
        return Err("not-recovered".into());
    }
    if let (Some(open), None) = (unfinished(model, incident), &reservation) {
        return Err(open.id().into());
    }
    let text = reservation.or_else(|| maybe(values, "remark"));
    Ok(IncidentNoted::Closed { of, recovery, text })
}

/// What was a remark while nothing was in the way is asked for as the reservation once something is.
pub(super) fn asks_again(sheet: &mut Sheet) {
    let wants = matches!(
        sheet.refused,
        Some(SheetRefused::Sheet(
            "not-recovered" | "ladder-open" | "watch-open"
        ))
    );
    if !wants || !matches!(sheet.of, SheetOf::Close(_)) {
        return;
    }
    let typed = sheet.fields.first().map(|field| field.input.value());
    sheet.fields = vec![words("reservation", false, typed.unwrap_or_default())];
    sheet.at = 0;
}

/// The update in the words of the pack's template: into the logbook, and onto the clipboard for where it is posted.
fn update(model: &mut Model, of: LineId, values: &Values) -> Result<Effects, SheetRefused> {
    let incident = model.logbook.incidents.get(&of).ok_or("gone")?;
    let input = UpdateInput {
        progress: text(values, "progress"),
        expected: text(values, "expected"),
    };
    let lang = model.look.lang;
    let written = paper(model, incident, Paper::IncidentUpdate, lang, &input);
    let Ok(written) = written else {
        return Err("template".into());
    };
    let noted = IncidentNoted::Update {
        of: of.clone(),
        text: written.clone(),
    };
    let screen = PaperScreen {
        of,
        text: written.clone(),
        scroll: 0,
    };
    model.view.overlays.push(Overlay::Paper(Box::new(screen)));
    let noted = model.writes(Noted::Incident(noted));
    Ok(noted.with(Effect::Copy(written)))
}

/// The draft of the review, with everything known filled in.
fn review(model: &mut Model, of: LineId) -> Effects {
    let Some(incident) = model.logbook.incidents.get(&of) else {
        return Effects::none();
    };
    let (lang, input) = (model.look.lang, UpdateInput::default());
    match paper(model, incident, Paper::IncidentReview, lang, &input) {
        Ok(text) => {
            let screen = PaperScreen {
                of,
                text,
                scroll: 0,
            };
            opened(model, Overlay::Paper(Box::new(screen)))
        }
        Err(why) => {
            say(model, Notice::TemplateBroken(why.to_string()));
            Effects::draw(Redraw::Now)
        }
    }
}
