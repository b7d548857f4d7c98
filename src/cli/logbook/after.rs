//! What comes after an incident was mended: the way back, the watch, what is to be done, and its coming again.

use crate::{
    app::incidents::{gate, next_rung, watches},
    domain::logbook::{IncidentNoted, Noted, incident::Incident},
    i18n::incident_words,
    pack::Truth,
};

use super::{
    Book, Exit,
    incident::{meant, told},
    refused, said, say,
};
use crate::cli::args::IncidentVerb;

/// Writes down what the verb says of an incident, by the rules of its screen.
pub(super) fn write(mut book: Book, verb: &IncidentVerb) -> Result<Exit, Exit> {
    let (name, as_json) = match verb {
        IncidentVerb::Rung { incident, look, .. } => (incident, look.json),
        IncidentVerb::Watch { incident, json, .. }
        | IncidentVerb::FollowUp { incident, json, .. }
        | IncidentVerb::Reopen { incident, json, .. } => (incident, *json),
        _ => return Err(Exit::Usage),
    };
    let noted = noted(&book, name, verb)?;
    let of = meant(&book, name)?.id.clone();
    book.write(Noted::Incident(noted))?;
    told(&book, of.as_str(), as_json)
}

fn noted(book: &Book, name: &str, verb: &IncidentVerb) -> Result<IncidentNoted, Exit> {
    let incident = meant(book, name)?;
    let of = incident.id.clone();
    let refuse = |key: &str| Err(refused(book.face.texts.t(key)));
    let open = incident.is_open();
    match verb {
        IncidentVerb::Reopen { .. } if open => refuse("why-not-incident-open"),
        IncidentVerb::Reopen { why, .. } => Ok(IncidentNoted::Reopened {
            of,
            why: said(&book.face.texts, why)?,
        }),
        // What is to be done is said of a closed one too.
        IncidentVerb::FollowUp {
            text, owner, term, ..
        } => {
            let terms = &book.model.pack.incident().terms;
            if let Some(term) = term
                && !terms.iter().any(|(id, _)| id == term)
            {
                let known: Vec<&str> = terms.iter().map(|(id, _)| id.as_str()).collect();
                return Err(book.usage("incident-no-term", &known.join(", ")));
            }
            Ok(IncidentNoted::FollowUp {
                of,
                text: said(&book.face.texts, text)?,
                owner: said(&book.face.texts, owner)?,
                term: term.clone(),
            })
        }
        _ if !open => refuse("why-not-incident-closed"),
        IncidentVerb::Rung { evidence, .. } => {
            let Some(rung) = next_rung(&book.model, incident) else {
                let none = book.model.pack.incident().ladder.is_empty();
                return refuse(if none {
                    "why-not-no-ladder"
                } else {
                    "why-not-top-of-ladder"
                });
            };
            if let Some(judged) = gate(&book.model, rung)
                && judged.truth != Truth::True
            {
                say::err(&incident_words::reading(&book.face.texts, &judged.says));
                return refuse(match judged.truth {
                    Truth::False => "why-not-gate-shut",
                    _ => "why-not-gate-unknown",
                });
            }
            Ok(IncidentNoted::Rung {
                of,
                rung: rung.id.clone(),
                evidence: said(&book.face.texts, evidence)?,
            })
        }
        IncidentVerb::Watch {
            period, evidence, ..
        } => watched(book, name, incident, (period.as_ref(), evidence.as_ref())),
        _ => Err(Exit::Usage),
    }
}

/// Begins the periods after an incident, or tells that one of them went well.
fn watched(
    book: &Book,
    name: &str,
    incident: &Incident,
    (period, evidence): (Option<&String>, Option<&String>),
) -> Result<IncidentNoted, Exit> {
    let of = incident.id.clone();
    let refuse = |key: &str| Err(refused(book.face.texts.t(key)));
    if book.model.pack.incident().watches.is_empty() {
        return refuse("why-not-no-watch");
    }
    let began = incident.watch_began.is_some();
    match (period, evidence) {
        (None, _) if began => Err(book.usage("incident-which-watch", &left(book, name)?)),
        (None, _) if next_rung(&book.model, incident).is_some() => refuse("why-not-ladder-first"),
        (None, _) => Ok(IncidentNoted::WatchBegan { of }),
        (Some(_), _) if !began => refuse("incident-not-watched"),
        (Some(period), evidence) => {
            let mut known = watches(&book.model, incident);
            let Some((_, end)) = known.find(|(watch, _)| watch.id == *period) else {
                let left = left(book, name)?;
                if left.is_empty() {
                    return refuse("why-not-all-watched");
                }
                return Err(book.usage("incident-which-watch", &left));
            };
            if end > book.model.clocked {
                return refuse("why-not-watch-goes-on");
            }
            Ok(IncidentNoted::Watched {
                of,
                watch: period.clone(),
                evidence: said(&book.face.texts, evidence.map_or("", String::as_str))?,
            })
        }
    }
}

/// The periods that nobody told of yet.
fn left(book: &Book, name: &str) -> Result<String, Exit> {
    let incident = meant(book, name)?;
    let ids: Vec<&str> = watches(&book.model, incident)
        .map(|(watch, _)| watch.id.as_str())
        .collect();
    Ok(ids.join(", "))
}
