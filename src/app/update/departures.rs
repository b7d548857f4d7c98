//! Finds out why alerts left: asks Prometheus for what they were built on, and says only what that proves.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        departed::{Departed, Inquiry},
        effect::{ChartQuestion, Effect, Effects, Redraw},
        model::{AlertLine, Model},
    },
    domain::{
        alert::{Alert, AlertRule, rule_of},
        change::What,
        clean::clean,
        departure::{Cause, Proof, Standing},
        freshness::{SourceId, Trouble},
        id::Fingerprint,
        selectors::{narrowed, selectors, up_of},
        series::Series,
        time::{floor_to, since},
    },
    pack::Truth,
};

use super::alerts::SOURCE;

/// How long one that left is kept, as long as the time line reaches back.
const KEPT: Duration = Duration::from_secs(3_600);
/// The most that are kept.
const MOST: usize = 500;
/// How far back is looked for what an alert was built on, and how finely.
const SPAN: SignedDuration = SignedDuration::from_secs(600);
const STEP: Duration = Duration::from_secs(5);
/// After a question that failed.
const AGAIN: Duration = Duration::from_secs(30);
/// How many are asked about at once: a hundred may leave together.
const AT_ONCE: usize = 4;
/// The most series of one expression that are asked for.
const MOST_SOURCES: usize = 10;

/// Keeps what left; what came back did not leave.
pub(super) fn left(model: &mut Model, gone: Vec<AlertLine>) {
    let at = model.now.wall;
    let listed = &model.alerts.alerts;
    let all = &mut model.alerts.left;
    all.retain(|fingerprint, departed| {
        !listed.contains_key(fingerprint) && since(departed.at, at) <= KEPT
    });
    for line in gone {
        let departed = Departed {
            at,
            cause: Cause::Unknown,
            inquiry: Inquiry::From(at),
            line,
        };
        all.insert(departed.line.alert.fingerprint.clone(), departed);
    }
    while all.len() > MOST {
        let oldest = all.iter().min_by_key(|(_, departed)| departed.at);
        let Some(oldest) = oldest.map(|(fingerprint, _)| fingerprint.clone()) else {
            return;
        };
        all.remove(&oldest);
    }
}

/// Looks into what left and is not looked into yet.
pub(super) fn settle(model: &mut Model) -> Effects {
    let now = model.now.wall;
    let is_open = |departed: &Departed| departed.inquiry != Inquiry::Closed;
    let asked = |departed: &&Departed| matches!(departed.inquiry, Inquiry::Asked { .. });
    let mut asking = model.alerts.left.values().filter(asked).count();
    let due: Vec<Fingerprint> = model
        .alerts
        .left
        .iter()
        .filter(|(_, departed)| is_open(departed))
        .filter(|(_, departed)| matches!(departed.inquiry, Inquiry::From(from) if from <= now))
        .map(|(fingerprint, _)| fingerprint.clone())
        .collect();
    let mut effects = Effects::none();
    for fingerprint in due {
        let Some(departed) = model.alerts.left.get(&fingerprint).cloned() else {
            continue;
        };
        match next(model, &departed) {
            Next::Wait => {}
            Next::Close(cause) => effects = effects.and(close(model, &fingerprint, cause)),
            Next::Ask { .. } if asking >= AT_ONCE => {}
            Next::Ask { up, sources } => {
                asking += 1;
                effects = effects.and(ask(model, &fingerprint, up, sources));
            }
        }
    }
    effects
}

/// What is to be done about one that left.
enum Next {
    Wait,
    Close(Cause),
    Ask {
        up: Option<String>,
        sources: Vec<String>,
    },
}

fn next(model: &Model, departed: &Departed) -> Next {
    let alert = &departed.line.alert;
    let now = model.now.wall;
    if alert.labels.get(SOURCE.0).map(String::as_str) == Some(SOURCE.1) {
        return Next::Close(of_pack(model, alert));
    }
    // Data may go on for as long as nobody can be asked, but after that nothing would tell of that time.
    if since(departed.at, now).as_secs().cast_signed() > SPAN.as_secs() {
        return Next::Close(Cause::Unknown);
    }
    let read = model.alerts.heard.get(&SourceId::Rules);
    // The last of the points that are asked for must be of after it left.
    let is_after = floor_to(now, STEP) > departed.at;
    if !is_after || read.is_none_or(|read| *read <= departed.at) {
        return Next::Wait;
    }
    let rule = rule_of(&alert.name, &alert.labels, &model.alerts.rules);
    if rule.is_none() && alert.expression.is_some() && model.link(SourceId::Rules).is_live() {
        return Next::Close(Cause::RuleGone);
    }
    if !model.link(SourceId::Prometheus).is_live() {
        return Next::Wait;
    }
    match questions(alert, rule) {
        (None, sources) if sources.is_empty() => {
            Next::Close(proof(model, alert, None, Vec::new()).cause())
        }
        (up, sources) => Next::Ask { up, sources },
    }
}

/// What the pack alone stated leaves when its own condition says no, on fresh data.
fn of_pack(model: &Model, alert: &Alert) -> Cause {
    let specs = model.pack.alerts().iter().zip(&model.board.verdicts);
    let mut of_name = specs.filter(|(spec, _)| {
        spec.id == alert.name
            || spec
                .matchers
                .get("alertname")
                .is_some_and(|names| names.contains(&alert.name))
    });
    match of_name.next().and_then(|(_, verdict)| verdict.fires) {
        Some(Truth::False) => Cause::Recovered,
        _ => Cause::Unknown,
    }
}

/// `up` of what the alert is about, and a count of each of the series it was built on.
fn questions(alert: &Alert, rule: Option<&AlertRule>) -> (Option<String>, Vec<String>) {
    // What the rule itself puts on its alerts says nothing of its series.
    let of_rule = |label: &str| rule.is_some_and(|rule| rule.labels.contains_key(label));
    let own = |label: &str| label != "alertname" && !of_rule(label);
    let labels: BTreeMap<&str, &str> = alert
        .labels
        .iter()
        .map(|(label, value)| (label.as_str(), value.as_str()))
        .filter(|(label, _)| own(label))
        .collect();
    let target: BTreeMap<&str, &str> = labels
        .iter()
        .filter(|(label, _)| matches!(**label, "job" | "instance"))
        .map(|(label, value)| (*label, *value))
        .collect();
    let up = (!target.is_empty()).then(|| up_of(&target)).flatten();
    let expression = rule.map(|rule| &rule.expression);
    let written = expression
        .or(alert.expression.as_ref())
        .and_then(|it| selectors(it));
    let narrow = |selector: &String| {
        let narrowed = narrowed(selector, &labels)?;
        Some(format!("count({narrowed})"))
    };
    let sources: Option<Vec<String>> = written.unwrap_or_default().iter().map(narrow).collect();
    let sources = sources.filter(|sources| sources.len() <= MOST_SOURCES);
    (
        up.map(|up| format!("max({up})")),
        sources.unwrap_or_default(),
    )
}

fn ask(
    model: &mut Model,
    fingerprint: &Fingerprint,
    up: Option<String>,
    sources: Vec<String>,
) -> Effects {
    let request = model.next_request();
    let end = floor_to(model.now.wall, STEP);
    let parts = up.iter().chain(&sources);
    let question = ChartQuestion {
        request,
        parts: parts.map(|expr| (None, expr.clone())).collect(),
        start: end.saturating_sub(SPAN).unwrap_or(end),
        end,
        step_seconds: STEP.as_secs(),
    };
    if let Some(departed) = model.alerts.left.get_mut(fingerprint) {
        departed.inquiry = Inquiry::Asked {
            request,
            up,
            sources,
        };
    }
    Effects::one(Effect::ReadChart(question))
}

/// Takes what was asked for. Whether it was.
pub(super) fn measured(
    model: &mut Model,
    request: u64,
    answer: &Result<Vec<(String, Series)>, Trouble>,
) -> bool {
    let asked = model.alerts.left.iter().find_map(|(key, departed)| {
        let Inquiry::Asked {
            request: known,
            up,
            sources,
        } = &departed.inquiry
        else {
            return None;
        };
        (*known == request).then(|| (key.clone(), up.clone(), sources.clone()))
    });
    let Some((fingerprint, up, sources)) = asked else {
        return false;
    };
    let again: Timestamp = model
        .now
        .wall
        .saturating_add(AGAIN)
        .unwrap_or(Timestamp::MAX);
    let Some(departed) = model.alerts.left.get_mut(&fingerprint) else {
        return true;
    };
    let Ok(series) = answer else {
        departed.inquiry = Inquiry::From(again);
        return true;
    };
    // An answer without labels is named by its question.
    let of = |expr: &String| {
        let mut all = series.iter();
        all.find(|(name, _)| *name == clean(expr))
            .map(|(_, series)| series)
    };
    let up = up.as_ref().map(|expr| Standing::of_up(of(expr)));
    let sources = sources
        .iter()
        .map(|expr| Standing::of_count(of(expr)))
        .collect();
    let alert = departed.line.alert.clone();
    let cause = proof(model, &alert, up, sources).cause();
    let _drawn = close(model, &fingerprint, cause);
    true
}

fn proof(model: &Model, alert: &Alert, up: Option<Standing>, sources: Vec<Standing>) -> Proof {
    let specs = model.pack.alerts().iter().zip(&model.board.verdicts);
    let of_alert = model.pack.alert_of(&alert.labels).map(|spec| &spec.id);
    let mut verdicts = specs.filter(|(spec, _)| Some(&spec.id) == of_alert);
    let pack = match verdicts.next().and_then(|(_, verdict)| verdict.recovered) {
        Some(Truth::True) => Some(true),
        Some(Truth::False) => Some(false),
        Some(Truth::Unknown) | None => None,
    };
    let rule = rule_of(&alert.name, &alert.labels, &model.alerts.rules);
    let still = |other: &Alert| other.became(alert) || alert.became(other);
    Proof {
        pack,
        rule_is_quiet: rule.is_some_and(|rule| rule.healthy)
            && model.link(SourceId::Rules).is_live()
            && !model.alerts.by_rules.iter().any(still),
        up,
        sources,
    }
}

/// Says why it left, here and on the time line.
fn close(model: &mut Model, fingerprint: &Fingerprint, found: Cause) -> Effects {
    let Some(departed) = model.alerts.left.get_mut(fingerprint) else {
        return Effects::none();
    };
    departed.inquiry = Inquiry::Closed;
    departed.cause = found;
    let left_at = departed.at;
    for (_, change) in &mut model.time_line.changes {
        if let What::AlertLeft {
            fingerprint: of,
            cause,
            ..
        } = &mut change.what
            && of == fingerprint
            && change.at == left_at
            && *cause == Cause::Unknown
        {
            *cause = found;
        }
    }
    Effects::draw(Redraw::Soon)
}
