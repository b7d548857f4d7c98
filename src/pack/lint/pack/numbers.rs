//! The limits of a pack: gauges, hooks, lights, alerts and gates of one query.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{get, string, text_of};
use crate::pack::lint::{
    data::{Limit, Range, Role},
    material::Material,
    place::Place,
};

/// Takes the limits of `watch.toml`; what a gauge reads is known by its query's text.
pub(super) fn read(material: &mut Material, file: usize, table: &DeTable<'_>) {
    let mut reader = Reader {
        file,
        table,
        material,
        series: BTreeMap::new(),
    };
    reader.gauges();
    reader.hooks();
    reader.rest();
}

struct Reader<'a> {
    file: usize,
    table: &'a DeTable<'a>,
    material: &'a mut Material,
    /// `gauge('x').value` and a hook's own names: what they are of.
    series: BTreeMap<String, String>,
}

impl Reader<'_> {
    fn tables(&self, room: &str) -> Vec<(String, &DeTable<'_>)> {
        let tables = get(self.table, room).and_then(|it| it.get_ref().as_table());
        let tables = tables.into_iter().flatten();
        tables
            .filter_map(|(key, value)| {
                Some((key.get_ref().to_string(), value.get_ref().as_table()?))
            })
            .collect()
    }

    /// The query behind a name, without its spaces.
    fn query(&self, probe: &str) -> String {
        let at = format!("probe.{probe}.promql");
        let known = self.material.queries.iter().find(|it| it.at == at);
        known.map_or_else(|| format!("probe {probe}"), |it| squeezed(&it.read.text))
    }

    fn gauges(&mut self) {
        let mut found = Vec::new();
        let mut series = Vec::new();
        for (name, gauge) in self.tables("gauge") {
            let of = self.query(&string(gauge, "probe").unwrap_or_default());
            series.push((format!("gauge('{name}').value"), of.clone()));
            let Some(good) = get(gauge, "good") else {
                continue;
            };
            let Some(range) = text_of(good).and_then(|it| it.parse().ok()) else {
                continue;
            };
            found.push((
                of,
                Role::Target,
                range,
                good.span(),
                format!("gauge.{name}.good"),
            ));
        }
        self.series.extend(series);
        for (of, role, range, span, at) in found {
            self.push(of, role, range, &span, at);
        }
    }

    fn hooks(&mut self) {
        let mut found = Vec::new();
        for (name, hook) in self.tables("hook") {
            let observe = get(hook, "observe").and_then(|it| it.get_ref().as_table());
            let mut own = BTreeMap::new();
            for (key, query) in observe.into_iter().flatten() {
                let text = text_of(query).unwrap_or_default();
                own.insert(key.get_ref().to_string(), squeezed(&text));
            }
            for (key, role) in [("warn", Role::Yellow), ("red", Role::Red)] {
                let Some(value) = get(hook, key) else {
                    continue;
                };
                for (of, range) in comparisons(&text_of(value).unwrap_or_default(), &own) {
                    found.push((of, role, range, value.span(), format!("hook.{name}.{key}")));
                }
            }
        }
        for (of, role, range, span, at) in found {
            self.push(of, role, range, &span, at);
        }
    }

    fn rest(&mut self) {
        const ROOMS: [(&str, &str, Role); 4] = [
            ("light", "red", Role::Red),
            ("light", "green", Role::Green),
            ("gate", "limits", Role::Pass),
            ("alert", "fires_when", Role::Alert),
        ];
        let mut found = Vec::new();
        for (room, key, role) in ROOMS {
            for (name, entries) in self.tables(room) {
                let Some(value) = get(entries, key) else {
                    continue;
                };
                for condition in conditions(value) {
                    let text = text_of(condition).unwrap_or_default();
                    for (of, range) in comparisons(&text, &self.series) {
                        found.push((
                            of,
                            role,
                            range,
                            condition.span(),
                            format!("{room}.{name}.{key}"),
                        ));
                    }
                }
            }
        }
        for (of, role, range, span, at) in found {
            self.push(of, role, range, &span, at);
        }
    }

    fn push(
        &mut self,
        of: String,
        role: Role,
        range: Range,
        span: &std::ops::Range<usize>,
        at: String,
    ) {
        let named = self.series.iter().find(|(_, query)| **query == of);
        let shown = named.map_or_else(|| of.clone(), |(name, _)| name.clone());
        self.material.data.limits.push(Limit {
            of,
            shown,
            role,
            range,
            who: None,
            cites: None,
            does: None,
            times: None,
            place: Place::new(self.file, span),
            at,
        });
    }
}

/// The conditions of a value: a text, `{ is = … }`, or a list of these.
fn conditions<'t, 'd>(value: &'t Spanned<DeValue<'d>>) -> Vec<&'t Spanned<DeValue<'d>>> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().flat_map(conditions).collect(),
        DeValue::Table(table) => get(table, "is").into_iter().collect(),
        _ => vec![value],
    }
}

/// `name >= 0.8` of a condition whose parts are joined: a name that is known, a sign, a number. Parts in brackets are left
/// out, since they hold only together.
fn comparisons(condition: &str, known: &BTreeMap<String, String>) -> Vec<(String, Range)> {
    let parts = condition.split("||").flat_map(|part| part.split("&&"));
    parts
        .filter_map(|part| {
            let words: Vec<&str> = part.split_whitespace().collect();
            let [name, op, number] = words[..] else {
                return None;
            };
            let of = known.get(name)?;
            let range = Range::new(op, number.parse().ok()?)?;
            Some((of.clone(), range))
        })
        .collect()
}

fn squeezed(query: &str) -> String {
    query.split_whitespace().collect()
}
