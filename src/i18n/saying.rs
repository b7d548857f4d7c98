//! Conditions in words: what is demanded, and what was read of it.

use crate::domain::{
    action::{
        saying::{Clause, Name, Order, Saying, Span, Stated, Term, What},
        value::Value,
    },
    gauge::Unit,
};

use super::{Texts, action_words, time};

/// What a condition demands: `ready = 24 and desired = 24`. One that nobody could tell stands as its pack wrote it.
pub fn demand(texts: &Texts, stated: &Stated) -> String {
    let Some(says) = &stated.says else {
        return action_words::shown(&stated.cel);
    };
    let said = whole(texts, says, Mode::Demand, false);
    let length = |seconds: u64| time::short(std::time::Duration::from_secs(seconds));
    match stated.over {
        Span::Now => said,
        Span::For(seconds) => texts.with(
            "saying-for",
            &[("said", said.into()), ("time", length(seconds).into())],
        ),
        Span::Windows(count, seconds) => texts.with(
            "saying-windows",
            &[
                ("said", said.into()),
                ("count", count.into()),
                ("time", length(seconds).into()),
            ],
        ),
    }
}

/// What was read, part by part: `exports depth 2413 > 2000`; of what fails, what it should be: `exports depth 12, wants >
/// 2000`.
pub fn readings(texts: &Texts, parts: &[Saying]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| whole(texts, part, Mode::Reading, parts.len() > 1))
        .collect();
    parts.join(texts.t("saying-list"))
}

/// What was read, where nothing says that it should be so: `exports depth 12, not > 2000`.
pub fn found(texts: &Texts, says: &Saying) -> String {
    whole(texts, says, Mode::Found, false)
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// What should be so.
    Demand,
    /// What is so, and what should be.
    Reading,
    /// What is so.
    Found,
}

fn whole(texts: &Texts, saying: &Saying, mode: Mode, inner: bool) -> String {
    let (parts, joint) = match saying {
        Saying::One(one) => return clause(texts, one, mode),
        Saying::All(parts) => (parts, texts.t("saying-and")),
        // What was read has commas of its own.
        Saying::Any(parts) if mode != Mode::Demand => (parts, texts.t("saying-or-else")),
        Saying::Any(parts) => (parts, texts.t("saying-or")),
    };
    let said: Vec<String> = parts
        .iter()
        .map(|part| whole(texts, part, mode, true))
        .collect();
    let said = said.join(joint);
    if inner && parts.len() > 1 {
        format!("({said})")
    } else {
        said
    }
}

fn clause(texts: &Texts, clause: &Clause, mode: Mode) -> String {
    match &clause.what {
        What::Compare(left, order, right) => compare(texts, clause, (left, *order, right), mode),
        What::Light { of, is, light, now } => {
            let of = name(texts, of);
            let (key, light) = match mode {
                Mode::Demand => (is, light),
                Mode::Reading | Mode::Found => (&true, now),
            };
            let key = if *key { "saying-is" } else { "saying-is-not" };
            let light = texts.t(match light {
                crate::domain::light::Light::Green => "saying-green",
                crate::domain::light::Light::Yellow => "saying-yellow",
                crate::domain::light::Light::Red => "saying-red",
                crate::domain::light::Light::Unknown => "saying-unknown",
            });
            texts.with(key, &[("of", of.into()), ("state", light.into())])
        }
        What::Among { of, is, these } => {
            let these: Vec<String> = these
                .iter()
                .map(|one| figure(texts, one, of.unit))
                .collect();
            // What was found not to be so is told as that.
            let is = *is == (mode != Mode::Found || clause.held != Some(false));
            let wanting = mode == Mode::Reading && clause.held != Some(true);
            let key = match (is, wanting) {
                (true, false) => "saying-among",
                (false, false) => "saying-not-among",
                (true, true) => "saying-wants-among",
                (false, true) => "saying-wants-not-among",
            };
            let left = match mode {
                Mode::Demand => name(texts, &of.name),
                Mode::Reading | Mode::Found => read(texts, of),
            };
            texts.with(
                key,
                &[("left", left.into()), ("these", these.join(", ").into())],
            )
        }
        What::State { of, is } => {
            let so = match (mode, &of.now) {
                (Mode::Reading | Mode::Found, Some(Value::Bool(now))) => *now,
                _ => *is,
            };
            state(texts, &of.name, so)
        }
        What::Fixed(so) => texts
            .t(if *so { "saying-always" } else { "saying-never" })
            .to_owned(),
    }
}

fn compare(
    texts: &Texts,
    clause: &Clause,
    (left, order, right): (&Term, Order, &Term),
    mode: Mode,
) -> String {
    let sign = sign(order);
    match mode {
        Mode::Demand => {
            // What was given stands as its value, but where nothing else would say what is compared.
            let both = is_given(left) && is_given(right);
            let side = |term: &Term| match &term.now {
                Some(now) if is_given(term) && !both => figure(texts, now, term.unit),
                Some(_) if both => read(texts, term),
                _ => name(texts, &term.name),
            };
            format!("{} {sign} {}", side(left), side(right))
        }
        Mode::Reading if clause.held != Some(true) => texts.with(
            "saying-wants",
            &[
                ("left", read(texts, left).into()),
                ("sign", sign.into()),
                ("right", wanted(texts, left, right).into()),
            ],
        ),
        Mode::Found if clause.held == Some(false) => texts.with(
            "saying-not",
            &[
                ("left", read(texts, left).into()),
                ("sign", sign.into()),
                ("right", wanted(texts, left, right).into()),
            ],
        ),
        // What is as it should be needs no second telling.
        Mode::Reading | Mode::Found
            if clause.held == Some(true)
                && order == Order::Same
                && matches!(right.name, Name::Figure(_)) =>
        {
            let right = wanted(texts, left, right);
            format!("{} = {right}", name(texts, &left.name))
        }
        Mode::Reading | Mode::Found => {
            format!("{} {sign} {}", read(texts, left), read(texts, right))
        }
    }
}

/// What a reading should be: what was given needs no name beside what was read.
fn wanted(texts: &Texts, left: &Term, right: &Term) -> String {
    match &right.now {
        Some(now) if is_given(right) && !is_given(left) => figure(texts, now, right.unit),
        _ => read(texts, right),
    }
}

/// Whether it is known when a plan is made and never moves after.
const fn is_given(term: &Term) -> bool {
    matches!(
        term.name,
        Name::Param(_) | Name::Before(_) | Name::Env(_) | Name::Target | Name::Figure(_)
    ) && term.now.is_some()
}

/// A side with what was read of it.
fn read(texts: &Texts, term: &Term) -> String {
    let value = match &term.now {
        Some(now) => figure(texts, now, term.unit),
        None => "?".to_owned(),
    };
    match &term.name {
        Name::Figure(_) => value,
        of => format!("{} {value}", name(texts, of)),
    }
}

/// What something is called.
pub fn name(texts: &Texts, of: &Name) -> String {
    match of {
        Name::Figure(value) => figure(texts, value, Unit::None),
        Name::Watched { of, part: None } | Name::Param(of) => {
            action_words::shown(of.get(texts.lang()))
        }
        Name::Watched {
            of,
            part: Some(part),
        } => {
            let of = action_words::shown(of.get(texts.lang()));
            let part = texts.t(&format!("saying-{part}")).to_owned();
            texts.with("saying-of", &[("of", of.into()), ("part", part.into())])
        }
        Name::Object { of, part } => {
            let part = texts.t(&format!("saying-{part}")).to_owned();
            match of {
                Some(of) => format!("{} {part}", action_words::shown(of)),
                None => part,
            }
        }
        Name::Before(of) => {
            let of = action_words::shown(of.get(texts.lang()));
            texts.with("saying-before", &[("of", of.into())])
        }
        Name::Saved(path) | Name::Env(path) | Name::Field(path) => action_words::shown(path),
        Name::Target => texts.t("saying-target").to_owned(),
        Name::Now => texts.t("saying-now").to_owned(),
        Name::Done { action, seconds } => earlier(texts, "saying-done", action, *seconds),
        Name::Verified { action, seconds } => earlier(texts, "saying-verified", action, *seconds),
        Name::Negated(inner) => format!("-{}", name(texts, inner)),
        Name::Computed(left, sign, right) => {
            let side = |of: &Name| match of {
                Name::Computed(..) => format!("({})", name(texts, of)),
                _ => name(texts, of),
            };
            format!("{} {sign} {}", side(left), side(right))
        }
    }
}

/// What is said of an action's runs of the last seconds.
fn earlier(texts: &Texts, key: &str, action: &str, seconds: u64) -> String {
    let time = time::short(std::time::Duration::from_secs(seconds));
    let action = action_words::shown(action);
    texts.with(key, &[("action", action.into()), ("time", time.into())])
}

/// Something that is so or not.
fn state(texts: &Texts, of: &Name, so: bool) -> String {
    match of {
        Name::Object { of, part } => {
            let key = match (part.as_str(), so) {
                ("exists", true) => "saying-there",
                ("exists", false) => "saying-gone",
                ("cordoned", true) => "saying-cordoned",
                _ => "saying-not-cordoned",
            };
            let said = texts.t(key);
            match of {
                Some(of) => format!("{} {said}", action_words::shown(of)),
                None => said.to_owned(),
            }
        }
        Name::Done { action, seconds } if !so => {
            earlier(texts, "saying-not-done", action, *seconds)
        }
        Name::Verified { action, seconds } if !so => {
            earlier(texts, "saying-not-verified", action, *seconds)
        }
        Name::Done { .. } | Name::Verified { .. } => name(texts, of),
        Name::Watched {
            of,
            part: Some(part),
        } if matches!(part.as_str(), "open" | "within") => {
            let key = match (part.as_str(), so) {
                ("open", true) => "saying-is-open",
                ("open", false) => "saying-none-open",
                (_, true) => "saying-inside",
                (_, false) => "saying-outside",
            };
            let of = action_words::shown(of.get(texts.lang()));
            texts.with(key, &[("of", of.into())])
        }
        _ => {
            let key = if so { "saying-on" } else { "saying-off" };
            texts.with(key, &[("of", name(texts, of).into())])
        }
    }
}

const fn sign(order: Order) -> &'static str {
    match order {
        Order::Less => "<",
        Order::AtMost => "<=",
        Order::More => ">",
        Order::AtLeast => ">=",
        Order::Same => "=",
        Order::Other => "!=",
    }
}

/// A value with its unit: `312 s`, `99.93 %`, `0.83×`, `9.1/s`.
fn figure(texts: &Texts, value: &Value, unit: Unit) -> String {
    let Some(number) = value.as_f64() else {
        return action_words::value(texts, value);
    };
    let plain = |value: f64, places: i32| {
        let scale = 10f64.powi(places);
        let rounded = (value * scale).round() / scale;
        rounded.to_string()
    };
    match unit {
        Unit::None | Unit::Count => plain(number, 4),
        Unit::Bytes => format!("{} B", plain(number, 0)),
        // As exact as the panes say it.
        Unit::Seconds if number.abs() >= 100.0 => format!("{} s", plain(number, 0)),
        Unit::Seconds => format!("{} s", plain(number, 2)),
        Unit::Share => format!("{} %", plain(number * 100.0, 3)),
        Unit::Times => format!("{}×", plain(number, 2)),
        Unit::PerSecond => format!("{}/s", plain(number, 1)),
    }
}
