//! `quarterdeck incident`: declare one, say what becomes of it, close it.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use serde_json::{Value as Json, json};

use crate::{
    app::{
        incidents::{
            self, DueWhat, declaration, lasted, of_alert,
            paper::{UpdateInput, field_title, paper, story_words},
            recovery, severities, severity_named, severity_title,
            story::{gaps, known_from, story},
        },
        running::actor,
    },
    domain::{
        clean::clean,
        logbook::{
            AlertMark, IncidentNoted, Noted,
            incident::{Incident, Named, Phase, Recovery},
        },
    },
    i18n::{incident_words, time},
    pack::Paper,
};

use super::{Book, Exit, after, json as print, maybe_said, refused, said, say};
use crate::cli::args::{DeskArgs, IncidentUpdateArgs, IncidentVerb};

/// Answers what is asked of incidents.
pub fn incident(desk: &DeskArgs, verb: &IncidentVerb) -> color_eyre::Result<Exit> {
    let patience: Option<Duration> = match verb {
        IncidentVerb::List { .. }
        | IncidentVerb::Update(_)
        | IncidentVerb::Watch { .. }
        | IncidentVerb::FollowUp { .. }
        | IncidentVerb::Reopen { .. } => None,
        IncidentVerb::Show { look, .. }
        | IncidentVerb::Declare { look, .. }
        | IncidentVerb::Rung { look, .. }
        | IncidentVerb::Review { look, .. }
        | IncidentVerb::Close { look, .. } => Some(look.timeout),
    };
    let mut book = match Book::open(desk, patience)? {
        Ok(book) => book,
        Err(exit) => return Ok(exit),
    };
    if let IncidentVerb::Show { incident, .. } | IncidentVerb::Review { incident, .. } = verb
        && let Named::One(found) = book.model.logbook.incidents.named(incident)
    {
        let began = book.model.of_world(found.began);
        book.recall(began);
    }
    let done = match verb {
        IncidentVerb::List { all, json } => Ok(list(&book, *all, *json)),
        IncidentVerb::Show {
            incident,
            review,
            look,
        } => show(&book, incident, *review, look.json),
        IncidentVerb::Declare {
            title,
            severity,
            alert,
            look,
        } => declare(
            book,
            title,
            severity.as_deref(),
            alert.as_deref(),
            look.json,
        ),
        IncidentVerb::Update(args) => update(book, args),
        IncidentVerb::Review { incident, look } => show(&book, incident, true, look.json),
        IncidentVerb::Rung { .. }
        | IncidentVerb::Watch { .. }
        | IncidentVerb::FollowUp { .. }
        | IncidentVerb::Reopen { .. } => after::write(book, verb),
        IncidentVerb::Close {
            incident,
            reservation,
            look,
        } => close(book, incident, reservation.as_deref(), look.json),
    };
    Ok(done.unwrap_or_else(|exit| exit))
}

fn list(book: &Book, all: bool, as_json: bool) -> Exit {
    let known = book.model.logbook.incidents.all().iter();
    let shown: Vec<&Incident> = known.rev().filter(|it| all || it.is_open()).collect();
    if as_json {
        let entries: Vec<Json> = shown.into_iter().map(|it| entry(book, it, false)).collect();
        print(&book.document(&entries));
        return Exit::Fine;
    }
    if shown.is_empty() {
        say::err(book.face.t("incident-none"));
    }
    for incident in shown {
        say::told(&(line(book, incident) + "\n"));
    }
    Exit::Fine
}

/// `INC-2026-1121-01  Sev-2  investigating  12m  exports pile up`.
fn line(book: &Book, incident: &Incident) -> String {
    let state = if incident.is_open() {
        incident_words::phase(&book.face.texts, incident.phase)
    } else {
        book.face.t("incident-closed")
    };
    format!(
        "{}  {}  {state}  {}  {}",
        incident.number,
        severity_title(&book.model, &incident.severity),
        time::short(lasted(&book.model, incident)),
        clean(&incident.title)
    )
}

pub(super) fn meant<'b>(book: &'b Book, name: &str) -> Result<&'b Incident, Exit> {
    match book.model.logbook.incidents.named(name) {
        Named::One(incident) => Ok(incident),
        Named::None => Err(book.usage("incident-unknown", name)),
        Named::Several(all) => {
            // Each by its line, which means no other.
            let all = all.iter().map(|it| {
                let title = clean(&it.title);
                format!("{} ({} {title})", it.id, it.number)
            });
            Err(book.usage("incident-several", &all.collect::<Vec<_>>().join(", ")))
        }
    }
}

fn show(book: &Book, name: &str, review: bool, as_json: bool) -> Result<Exit, Exit> {
    let incident = meant(book, name)?;
    if review {
        let lang = book.model.look.lang;
        let input = UpdateInput::default();
        let text = paper(&book.model, incident, Paper::IncidentReview, lang, &input);
        return match text {
            Ok(text) => {
                let text = text.trim_end();
                if as_json {
                    let (number, id) = (&incident.number, &incident.id);
                    print(&json!({ "number": number, "id": id, "review": text }));
                } else {
                    say::told(&format!("{text}\n"));
                }
                Ok(Exit::Fine)
            }
            Err(why) => {
                say::err(&why.to_string());
                Err(Exit::Failed)
            }
        };
    }
    if as_json {
        print(&entry(book, incident, true));
    } else {
        say::told(&page(book, incident));
    }
    Ok(Exit::Fine)
}

fn page(book: &Book, incident: &Incident) -> String {
    let (texts, lang) = (&book.face.texts, book.model.look.lang);
    let mut page = line(book, incident) + "\n";
    // Writing to a text does not fail.
    let mut add = |text: &str| {
        let _ = writeln!(page, "  {text}");
    };
    if let Some(other) = &incident.declared_as {
        add(&texts.with("incident-renumbered", &[("other", other.as_str().into())]));
    }
    for twin in &incident.twins {
        let args = [
            ("who", actor(&twin.by).into()),
            ("other", twin.number.as_str().into()),
        ];
        add(&texts.with("incident-declared-too", &args));
    }
    if let Some(closed) = &incident.closed {
        add(incident_words::recovery(texts, closed.recovery));
        if let Some(text) = &closed.text {
            add(text);
        }
    } else {
        let (recovery, judged) = recovery(&book.model, incident);
        add(incident_words::recovery(texts, recovery));
        if let Some(judged) = judged {
            add(&incident_words::reading(texts, &judged.says));
        }
    }
    for (role, persons) in &incident.roles {
        let roles = book.model.pack.roles();
        let spec = roles.iter().find(|it| it.id == *role);
        let title = spec.map_or(role.as_str(), |it| it.title.get(lang));
        add(&format!("{title}: {}", persons.join(", ")));
    }
    for (field, value) in &incident.impact {
        add(&format!(
            "{}: {value}",
            field_title(&book.model, field, lang)
        ));
    }
    for happened in story(&book.model, incident) {
        let words = story_words(&book.model, &happened, book.model.look.lang);
        let text = incident_words::happened(texts, words.kind, &words.text, &words.state);
        let clock = time::day_and_clock(happened.at, &book.face.zone);
        let by = happened.by.map(|by| format!(" · {}", actor(by)));
        add(&format!("{clock}  {text}{}", by.unwrap_or_default()));
    }
    if let Some(from) = known_from(&book.model, incident) {
        let clock = time::day_and_clock(from, &book.face.zone);
        add(&texts.with("incident-known-from", &[("clock", clock.into())]));
    }
    for gap in gaps(&book.model, incident) {
        let told = |at| time::day_and_clock(at, &book.face.zone);
        let gap = format!("{} – {}", told(gap.from), told(gap.to));
        add(&texts.with("incident-gaps", &[("gaps", gap.into())]));
    }
    page
}

fn entry(book: &Book, incident: &Incident, whole: bool) -> Json {
    let model = &book.model;
    let due: Vec<Json> = incidents::due(model, incident)
        .into_iter()
        .map(|due| {
            let overdue = due.is_overdue(model.clocked);
            json!({ "what": due_id(&due.what), "at": due.at, "overdue": overdue })
        })
        .collect();
    let mut entry = json!({
        "number": incident.number,
        "id": incident.id,
        "declared_as": incident.declared_as,
        "title": incident.title,
        "severity": incident.severity,
        "phase": incident.phase,
        "open": incident.is_open(),
        "alert": incident.alert,
        "began": incident.began,
        "declared_at": incident.declared_at,
        "declared_by": actor(&incident.declared_by),
        "declared_too": declared_too(incident),
        "closed_at": incident.closed.as_ref().map(|it| it.at),
        "recovery": incident.closed.as_ref().map(|it| it.recovery),
        "reviewed": incident.reviewed.as_ref().map(|it| it.text.clone()),
        "reservation": incident.closed.as_ref().and_then(|it| it.text.clone()),
        "roles": incident.roles,
        "impact": incident.impact,
        "due": due,
    });
    if whole && let Some(fields) = entry.as_object_mut() {
        let timeline: Vec<Json> = story(model, incident)
            .iter()
            .map(|happened| {
                let words = story_words(model, happened, model.look.lang);
                json!({
                    "at": happened.at,
                    "by": happened.by.map(actor),
                    "kind": words.kind,
                    "id": words.id,
                    "text": words.text,
                    "state": words.state,
                })
            })
            .collect();
        let measures = incident.follow_ups.iter();
        let measures: Vec<Json> = measures
            .map(|it| json!({ "text": it.text, "owner": it.owner, "term": it.term }))
            .collect();
        if incident.is_open() {
            fields.insert("recovery".to_owned(), json!(recovery(model, incident).0));
        }
        fields.insert("timeline".to_owned(), Json::Array(timeline));
        let from = known_from(model, incident);
        fields.insert("timeline_from".to_owned(), json!(from));
        let gaps = gaps(model, incident).into_iter();
        let gaps: Vec<Json> = gaps
            .map(|gap| json!({ "from": gap.from, "to": gap.to }))
            .collect();
        fields.insert("timeline_gaps".to_owned(), Json::Array(gaps));
        fields.insert("follow_ups".to_owned(), Json::Array(measures));
    }
    entry
}

fn declared_too(incident: &Incident) -> Vec<Json> {
    let twins = incident.twins.iter();
    twins
        .map(|it| json!({ "number": it.number, "at": it.at, "by": actor(&it.by) }))
        .collect()
}

fn due_id(what: &DueWhat) -> String {
    match what {
        DueWhat::Restore => "restore".to_owned(),
        DueWhat::Impact => "impact".to_owned(),
        DueWhat::Update => "update".to_owned(),
        DueWhat::Review => "review".to_owned(),
        DueWhat::Role { role, .. } => format!("role:{role}"),
        DueWhat::Watch(watch) => format!("watch:{watch}"),
    }
}

fn declare(
    mut book: Book,
    title: &str,
    severity: Option<&str>,
    alert: Option<&str>,
    as_json: bool,
) -> Result<Exit, Exit> {
    let title = &clean(&said(&book.face.texts, title)?).into_owned();
    let line = alert.map(|name| book.alert(name)).transpose()?;
    let mark = line.map(|line| AlertMark::of(&line.alert));
    let of_line = line.and_then(|line| book.model.pack.severity(line.severity));
    let severity = severity.or_else(|| of_line.map(|spec| spec.id.as_str()));
    let severity = named_severity(&book, severity.unwrap_or_default())?;
    let known = mark
        .as_ref()
        .and_then(|it| of_alert(&book.model, &it.fingerprint));
    if let Some(known) = known {
        let why = book.face.with(
            "incident-known",
            &[("number", known.number.as_str().into())],
        );
        return Err(refused(&why));
    }
    let declared = declaration(&book.model, title, &severity, mark);
    let id = book.write(Noted::Incident(IncidentNoted::Declared(declared)))?;
    told(&book, id.as_str(), as_json)
}

/// Tells how an incident stands after something was written down.
pub(super) fn told(book: &Book, name: &str, as_json: bool) -> Result<Exit, Exit> {
    let incident = meant(book, name)?;
    if as_json {
        print(&entry(book, incident, false));
    } else {
        say::told(&(line(book, incident) + "\n"));
    }
    Ok(Exit::Fine)
}

/// The id of the severity that is named.
fn named_severity(book: &Book, name: &str) -> Result<String, Exit> {
    severity_named(&book.model, name).ok_or_else(|| {
        let known = severities(&book.model).into_iter().map(|id| {
            let title = severity_title(&book.model, &id);
            if title == id {
                id
            } else {
                format!("{id} ({title})")
            }
        });
        let known: Vec<String> = known.collect();
        book.usage("incident-no-severity", &known.join(", "))
    })
}

/// `NAME=VALUE`.
fn pair<'a>(book: &Book, text: &'a str) -> Result<(&'a str, &'a str), Exit> {
    let pair = text
        .split_once('=')
        .filter(|(_, value)| !value.trim().is_empty());
    pair.ok_or_else(|| book.usage("incident-no-pair", text))
}

fn update(mut book: Book, args: &IncidentUpdateArgs) -> Result<Exit, Exit> {
    let incident = meant(&book, &args.incident)?;
    if let Some(at) = &args.reviewed {
        if incident.is_open() {
            return Err(refused(book.face.t("why-not-incident-open")));
        }
        let (of, text) = (incident.id.clone(), said(&book.face.texts, at)?);
        let noted = IncidentNoted::Reviewed {
            of: of.clone(),
            text,
        };
        book.write(Noted::Incident(noted))?;
        return told(&book, of.as_str(), args.json);
    }
    if !incident.is_open() {
        return Err(refused(book.face.t("why-not-incident-closed")));
    }
    let (of, number) = (incident.id.clone(), incident.number.clone());
    let mut all = Vec::new();
    if let Some(severity) = &args.severity {
        all.push(IncidentNoted::Severity {
            of: of.clone(),
            severity: named_severity(&book, severity)?,
            why: maybe_said(&book.face.texts, args.why.as_deref())?,
        });
    }
    for text in &args.roles {
        let (role, person) = pair(&book, text)?;
        if !book.model.pack.roles().iter().any(|it| it.id == role) {
            return Err(book.usage("incident-no-role", role));
        }
        all.push(IncidentNoted::Role {
            of: of.clone(),
            role: role.to_owned(),
            person: said(&book.face.texts, person)?,
        });
    }
    let fields = impact(&book, &args.impact)?;
    if !fields.is_empty() {
        all.push(IncidentNoted::Impact {
            of: of.clone(),
            fields,
        });
    }
    if let Some(phase) = &args.phase {
        let Some(phase) = Phase::from_id(phase) else {
            let known: Vec<&str> = Phase::ALL.iter().map(|it| it.id()).collect();
            return Err(book.usage("incident-no-phase", &known.join(", ")));
        };
        all.push(IncidentNoted::Phase {
            of: of.clone(),
            phase,
        });
    }
    let note = maybe_said(&book.face.texts, args.note.as_deref())?;
    all.extend(note.map(|text| IncidentNoted::Note {
        of: of.clone(),
        text,
    }));
    if all.is_empty() && args.progress.is_none() {
        return Err(book.usage("incident-no-update", &number));
    }
    // A template that can't be filled in leaves nothing half written down.
    let input = update_input(&book, args)?;
    if let Some(input) = &input {
        update_words(&book, of.as_str(), input)?;
    }
    if !all.is_empty() {
        book.write_all(all.into_iter().map(Noted::Incident).collect())?;
    }
    match input {
        Some(input) => send(book, of.as_str(), &input, args.json),
        None => told(&book, of.as_str(), args.json),
    }
}

/// The fields of the impact form, each as the pack takes it.
fn impact(book: &Book, given: &[String]) -> Result<BTreeMap<String, String>, Exit> {
    let mut fields = BTreeMap::new();
    for text in given {
        let (name, value) = pair(book, text)?;
        let specs = &book.model.pack.incident().impact;
        let Some(spec) = specs.iter().find(|it| it.name == name) else {
            return Err(book.usage("incident-no-field", name));
        };
        match spec.kind.read(&said(&book.face.texts, value)?) {
            Ok(value) => drop(fields.insert(name.to_owned(), value.to_string())),
            Err(fault) => {
                let why = crate::i18n::action_words::fault(&book.face.texts, &fault);
                say::err(&format!("{name}: {why}"));
                return Err(Exit::Usage);
            }
        }
    }
    Ok(fields)
}

/// What a person adds to an update, where one goes out.
fn update_input(book: &Book, args: &IncidentUpdateArgs) -> Result<Option<UpdateInput>, Exit> {
    let texts = &book.face.texts;
    let Some(progress) = maybe_said(texts, args.progress.as_deref())? else {
        return Ok(None);
    };
    let expected = maybe_said(texts, args.expected.as_deref())?.unwrap_or_default();
    Ok(Some(UpdateInput { progress, expected }))
}

/// The update in the words of the template, as the incident stands now.
fn update_words(book: &Book, name: &str, input: &UpdateInput) -> Result<String, Exit> {
    let incident = meant(book, name)?;
    let lang = book.model.look.lang;
    let text = paper(&book.model, incident, Paper::IncidentUpdate, lang, input);
    text.map_err(|why| {
        say::err(&why.to_string());
        Exit::Failed
    })
}

/// Writes the update down and prints it, for where it is posted.
fn send(mut book: Book, name: &str, input: &UpdateInput, as_json: bool) -> Result<Exit, Exit> {
    let text = update_words(&book, name, input)?;
    let noted = IncidentNoted::Update {
        of: meant(&book, name)?.id.clone(),
        text: text.clone(),
    };
    book.write(Noted::Incident(noted))?;
    if as_json {
        let mut entry = entry(&book, meant(&book, name)?, false);
        entry["update"] = json!(text.trim_end());
        print(&entry);
    } else {
        say::told(&(text.trim_end().to_owned() + "\n"));
    }
    Ok(Exit::Fine)
}

/// Closed only with the proof of the pack, or with a reservation.
fn close(
    mut book: Book,
    name: &str,
    reservation: Option<&str>,
    as_json: bool,
) -> Result<Exit, Exit> {
    let incident = meant(&book, name)?;
    if !incident.is_open() {
        return Err(refused(book.face.t("why-not-incident-closed")));
    }
    let (recovery, judged) = recovery(&book.model, incident);
    let text = maybe_said(&book.face.texts, reservation)?;
    if recovery != Recovery::Held && text.is_none() {
        let texts = &book.face.texts;
        say::err(incident_words::recovery(texts, recovery));
        if let Some(judged) = judged {
            say::err(&incident_words::reading(texts, &judged.says));
        }
        return Err(refused(texts.t("incident-wants-reservation")));
    }
    if let (Some(open), None) = (incidents::unfinished(&book.model, incident), &text) {
        let texts = &book.face.texts;
        say::err(&texts.with(&format!("sheet-refused-{}", open.id()), &[]));
        return Err(refused(texts.t("incident-wants-reservation")));
    }
    let of = incident.id.clone();
    let noted = IncidentNoted::Closed {
        of: of.clone(),
        recovery,
        text,
    };
    book.write(Noted::Incident(noted))?;
    told(&book, of.as_str(), as_json)
}
