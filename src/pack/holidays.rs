//! `holidays.toml`: days off and the days worked for them, year by year; and which days a rule means.

use std::{collections::BTreeSet, sync::Arc};

use jiff::civil::{Date, Weekday};

use super::{
    manifest::known,
    reader::{Key, Node, Table},
    value::{Days, Hour},
};
use crate::domain::calendar::{DayRule, Holidays, Nth, OnDays};

/// The years that are written down, by their ids.
#[derive(Debug, Default)]
pub(super) struct Years(Vec<(String, Holidays)>);

impl Years {
    fn ids(&self) -> Vec<String> {
        self.0.iter().map(|(id, _)| id.clone()).collect()
    }

    /// The years of these ids as one calendar.
    fn joined(&self, ids: &[String]) -> Holidays {
        let mut all = Holidays::default();
        for (_, year) in self.0.iter().filter(|(id, _)| ids.contains(id)) {
            all.join(year);
        }
        all
    }
}

pub(super) fn read(root: Table<'_>) -> Years {
    let years = root.tables("holidays").into_iter();
    let years = Years(years.map(year).collect());
    root.finish();
    years
}

fn year((key, table): (Key, Table<'_>)) -> (String, Holidays) {
    let days = |name: &str| table.get(name).map(|node| spans(&node)).unwrap_or_default();
    let known = table.require("covers").and_then(|node| span(&node));
    let year = Holidays {
        off: days("off"),
        worked: days("worked"),
        known: known.into_iter().collect(),
    };
    for day in year.off.union(&year.worked) {
        if !known.is_none_or(|_| year.knows(*day)) {
            table.error(format!("{day} lies outside of what it covers"), None);
        }
    }
    if let Some(day) = year.off.intersection(&year.worked).next() {
        table.error(format!("{day} is off and worked"), None);
    }
    table.finish();
    (key.name, year)
}

/// Single days and spans of them: `["2026-01-01", "2026-02-15..2026-02-23"]`.
fn spans(node: &Node<'_>) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    for node in node.array().unwrap_or_default() {
        if let Some((first, last)) = span(&node) {
            let each = std::iter::successors(Some(first), |day| day.tomorrow().ok());
            days.extend(each.take_while(|day| *day <= last));
        }
    }
    days
}

/// `2026-01-01`, or `2026-02-15..2026-02-23`, both days included.
fn span(node: &Node<'_>) -> Option<(Date, Date)> {
    let text = node.str()?;
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (date(node, first)?, date(node, last)?);
    // More than two years is a slip.
    if first > last || last.duration_since(first).as_hours() > 24 * 731 {
        node.error(format!("`{text}` is no span of days"), None);
        return None;
    }
    Some((first, last))
}

/// A day, `2026-01-05`.
pub(super) fn date(node: &Node<'_>, text: &str) -> Option<Date> {
    let day = text.trim().parse().ok();
    if day.is_none() {
        let help = "write `2026-01-05`".to_owned();
        node.error(format!("`{text}` is no day"), Some(help));
    }
    day
}

/// Times of day.
pub(super) fn hours(node: &Node<'_>) -> Vec<jiff::civil::Time> {
    let mut hours = Vec::new();
    for (node, _) in node.strings() {
        hours.extend(node.parsed::<Hour>().map(|hour| hour.0));
    }
    hours
}

/// The days under a key, with the years named by `holidays` beside it; without the key each day.
pub(super) fn on_days(table: &Table<'_>, key: &str, years: &Years) -> Option<OnDays> {
    let named = table.get("holidays");
    let ids = known(named.clone(), "calendar of holidays", &years.ids());
    let mut days = OnDays::all();
    if let Some(node) = table.get(key) {
        let mut rules = Vec::new();
        for (node, text) in node.strings() {
            rules.push(rule(&node, text)?);
        }
        days.any = rules;
    }
    days.holidays = Arc::new(years.joined(&ids));
    match named {
        None if days.asks_holidays() && !years.0.is_empty() => {
            let help = format!("add `holidays = [\"{}\"]`", years.ids().join("\", \""));
            table.error("it doesn't say by which holidays", Some(help));
        }
        Some(node) if !days.asks_holidays() => {
            let help = format!("write `{key} = \"workdays\"` or `{key} = \"days-off\"`");
            node.error("no day of this depends on holidays", Some(help));
        }
        _ => {}
    }
    Some(days)
}

const RULES: [(&str, DayRule); 4] = [
    ("workdays", DayRule::Workdays),
    ("days-off", DayRule::DaysOff),
    ("last-day", DayRule::LastOfMonth),
    ("quarter-end", DayRule::QuarterEnd),
];

/// One word for days: `mon-fri`, `workdays`, `15th`, `last-day`, `quarter-end`, `2nd mon`, `last fri`.
fn rule(node: &Node<'_>, text: &str) -> Option<DayRule> {
    let text = text.trim();
    if let Some((_, rule)) = RULES.iter().find(|(word, _)| *word == text) {
        return Some(rule.clone());
    }
    let found = match text.split_once(' ') {
        Some((nth, day)) => weekday(day).and_then(|day| {
            let nth = match nth {
                "last" => Nth::Last,
                _ => Nth::From(ordinal(nth).filter(|number| *number <= 5)?),
            };
            Some(DayRule::Nth(nth, day))
        }),
        None => ordinal(text).map(DayRule::OfMonth).or_else(|| {
            text.parse::<Days>()
                .ok()
                .map(|days| DayRule::Weekdays(days.0))
        }),
    };
    if found.is_none() {
        let help = "`mon-fri`, `sat,sun`, `workdays`, `days-off`, `15th`, `last-day`, `2nd mon`, `last fri`, `quarter-end`";
        node.error(format!("`{text}` are no days"), Some(help.to_owned()));
    }
    found
}

/// `1st` to `31st`.
fn ordinal(text: &str) -> Option<i8> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, ending) = text.split_at(digits);
    let number: i8 = number.parse().ok()?;
    let right = match (number % 10, number / 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    ((1..=31).contains(&number) && ending == right).then_some(number)
}

fn weekday(text: &str) -> Option<Weekday> {
    let days: Days = text.trim().parse().ok()?;
    match days.0[..] {
        [day] => Some(day),
        _ => None,
    }
}
