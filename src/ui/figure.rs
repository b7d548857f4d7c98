//! Numbers as a person reads them: in the unit of the runbook, never kinder than the truth.

use std::time::Duration;

use crate::domain::{gauge::Unit, limit::Limit};
use crate::i18n::time;

use super::glyph::GlyphSet;

/// Above this a number is no longer written in full.
const FULL: f64 = 1e15;

/// Which way the last digit is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Toward {
    Nearest,
    Down,
    Up,
}

/// The number alone, rounded to the bad side of its limit: a value that breaks the limit never prints as one that holds.
pub fn number(value: f64, unit: Unit, limit: Option<Limit>) -> String {
    let toward = match limit {
        Some(Limit::AtLeast(_) | Limit::Above(_)) => Toward::Down,
        Some(Limit::AtMost(_) | Limit::Below(_)) => Toward::Up,
        Some(Limit::Between(low, _)) if value < low => Toward::Down,
        Some(Limit::Between(_, high)) if value > high => Toward::Up,
        Some(Limit::Between(..)) | None => Toward::Nearest,
    };
    if !value.is_finite() {
        return not_finite(value).to_owned();
    }
    if unit == Unit::Bytes {
        return bytes(value);
    }
    let scaled = scale(value, unit);
    let bound = limit.map(|limit| scale(limit.bound(value), unit));
    let decimals = decimals(scaled, bound, unit);
    let text = round(scaled, decimals, toward);
    match limit {
        Some(limit) if !limit.holds(value) && holds_as_printed(limit, &text, unit) => {
            let step = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
            let worse = match toward {
                Toward::Up => scaled + step / 2.0,
                _ => scaled - step / 2.0,
            };
            round(worse, decimals, toward)
        }
        _ => text,
    }
}

/// The number with its unit: `1.80 s`, `99.93 %`, `0.83×`, `14.2/s`, `512Mi`, `2413`.
pub fn with_unit(value: f64, unit: Unit, limit: Option<Limit>, glyph: &GlyphSet) -> String {
    let number = number(value, unit, limit);
    if !value.is_finite() {
        return number;
    }
    format!("{number}{}", suffix(unit, glyph))
}

/// What stands behind a number of this unit.
pub fn suffix(unit: Unit, glyph: &GlyphSet) -> &'static str {
    match unit {
        Unit::None | Unit::Bytes | Unit::Count => "",
        Unit::Seconds => " s",
        Unit::Share => " %",
        Unit::Times => glyph.times,
        Unit::PerSecond => "/s",
    }
}

/// A limit with its sign and unit: `≤ 2.50 s`, `≥ 99.9 %`, `100 .. 2000`.
pub fn limit(limit: Limit, unit: Unit, glyph: &GlyphSet) -> String {
    let suffix = suffix(unit, glyph);
    let one = |sign: &str, bound: f64| format!("{sign} {}{suffix}", bound_text(bound, unit));
    match limit {
        Limit::Above(bound) => one(">", bound),
        Limit::AtLeast(bound) => one(glyph.at_least, bound),
        Limit::Below(bound) => one("<", bound),
        Limit::AtMost(bound) => one(glyph.at_most, bound),
        Limit::Between(low, high) => format!(
            "{} .. {}{suffix}",
            bound_text(low, unit),
            bound_text(high, unit)
        ),
    }
}

/// A window behind a number: `5m`, `1h`, `30d`; whole units only, so `90s` stays.
pub fn window(span: Duration) -> String {
    let seconds = span.as_secs();
    for (size, letter) in [(86_400, 'd'), (3_600, 'h'), (60, 'm')] {
        if seconds >= size && seconds.is_multiple_of(size) {
            return format!("{}{letter}", seconds / size);
        }
    }
    format!("{seconds}s")
}

/// A count in full; a fraction keeps one digit.
pub fn count(value: f64) -> String {
    number(value, Unit::Count, None)
}

/// A rate: `14.2/s`.
pub fn rate(value: f64) -> String {
    format!("{}/s", number(value, Unit::PerSecond, None))
}

/// An age in seconds as a queue shows it: seconds in full up to ten minutes, then as a span.
pub fn seconds_old(value: f64) -> String {
    if !value.is_finite() {
        return not_finite(value).to_owned();
    }
    let value = value.max(0.0);
    if value < 600.0 {
        format!("{value:.0}s")
    } else {
        time::short(Duration::from_secs(value as u64))
    }
}

/// A whole per cent, floored: 0.719 is `71 %`, −0.2 is `-20 %`.
pub fn whole_percent(share: f64) -> String {
    if !share.is_finite() {
        return not_finite(share).to_owned();
    }
    format!("{} %", round(share * 100.0, 0, Toward::Down))
}

/// CPU as kubectl top writes it: `250m`.
pub fn cpu(millicores: u32) -> String {
    format!("{millicores}m")
}

/// Bytes in binary steps as Kubernetes writes them: `482Mi`, `1.5Gi`.
pub fn bytes(value: f64) -> String {
    let mut rest = value;
    for (index, letter) in ["", "Ki", "Mi", "Gi", "Ti", "Pi"].into_iter().enumerate() {
        if rest.abs() < 1024.0 || letter == "Pi" {
            let digits = usize::from(index >= 3 && rest.abs() < 100.0);
            return format!("{rest:.digits$}{letter}");
        }
        rest /= 1024.0;
    }
    format!("{value:.0}")
}

fn not_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "?"
    } else if value > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

fn scale(value: f64, unit: Unit) -> f64 {
    if unit == Unit::Share {
        value * 100.0
    } else {
        value
    }
}

/// How many digits stand behind the point: as many as the size of the limit (or of the value) deserves.
fn decimals(value: f64, bound: Option<f64>, unit: Unit) -> usize {
    let size = bound.filter(|bound| *bound != 0.0).unwrap_or(value).abs();
    match unit {
        Unit::Share => 2.max(bound.map_or(0, own_decimals)),
        Unit::Times => 2,
        Unit::Count => usize::from(value.fract() != 0.0 && value.abs() < 1000.0),
        Unit::Bytes => 0,
        Unit::PerSecond => match size {
            _ if size < 1.0 && value != 0.0 => 2,
            _ if size < 100.0 => 1,
            _ => 0,
        },
        Unit::Seconds => match size {
            _ if size < 1.0 => 3,
            _ if size < 10.0 => 2,
            _ if size < 100.0 => 1,
            _ => 0,
        },
        Unit::None => match size {
            _ if value.fract() == 0.0 && bound.is_none_or(|bound| bound.fract() == 0.0) => 0,
            _ if size < 1.0 => 3,
            _ if size < 10.0 => 2,
            _ if size < 1000.0 => 1,
            _ => 0,
        },
    }
}

/// The digits a bound was written with, up to four.
fn own_decimals(bound: f64) -> usize {
    (0..4)
        .find(|digits| {
            let grown = bound * 10_f64.powi(*digits);
            (grown - grown.round()).abs() < 1e-6
        })
        .unwrap_or(4)
        .try_into()
        .unwrap_or(4)
}

/// A bound as its author wrote it; seconds keep the digits their values have.
fn bound_text(bound: f64, unit: Unit) -> String {
    if unit == Unit::Bytes {
        return bytes(bound);
    }
    let scaled = scale(bound, unit);
    let least = match unit {
        Unit::Seconds => decimals(scaled, Some(scaled), unit).min(2),
        _ => 0,
    };
    let digits = own_decimals(scaled).max(least);
    format!("{scaled:.digits$}")
}

fn round(value: f64, decimals: usize, toward: Toward) -> String {
    if value.abs() >= FULL {
        return format!("{value:.2e}");
    }
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let grown = value * factor;
    // What binary fractions make of decimal ones is not a difference: 99.93 must not print as 99.92.
    let nearest = grown.round();
    let whole = if (grown - nearest).abs() < 1e-6 * nearest.abs().clamp(1.0, 1e3) {
        nearest
    } else {
        match toward {
            Toward::Nearest => nearest,
            Toward::Down => grown.floor(),
            Toward::Up => grown.ceil(),
        }
    };
    // No negative zero.
    format!("{:.decimals$}", whole / factor + 0.0)
}

fn holds_as_printed(limit: Limit, text: &str, unit: Unit) -> bool {
    let Ok(shown) = text.parse::<f64>() else {
        return false;
    };
    let as_scaled = |bound: f64| scale(bound, unit);
    let near =
        |bound: f64| (shown - as_scaled(bound)).abs() < 1e-9 * as_scaled(bound).abs().max(1.0);
    match limit {
        Limit::Above(bound) => shown > as_scaled(bound) && !near(bound),
        Limit::Below(bound) => shown < as_scaled(bound) && !near(bound),
        Limit::AtLeast(bound) => shown >= as_scaled(bound) || near(bound),
        Limit::AtMost(bound) => shown <= as_scaled(bound) || near(bound),
        Limit::Between(low, high) => {
            (shown >= as_scaled(low) || near(low)) && (shown <= as_scaled(high) || near(high))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::settings::Glyphs;
    use crate::ui::glyph;

    #[test]
    fn a_share_below_its_objective_never_prints_as_the_objective() {
        let objective = Some(Limit::AtLeast(0.9995));
        assert_eq!(number(0.999_499, Unit::Share, objective), "99.94");
        assert_eq!(number(0.999_499_999_999, Unit::Share, objective), "99.94");
        assert_eq!(number(0.9995, Unit::Share, objective), "99.95");
        assert_eq!(
            number(0.9993, Unit::Share, Some(Limit::AtLeast(0.999))),
            "99.93"
        );
        assert_eq!(
            number(0.999_981, Unit::Share, Some(Limit::AtLeast(0.9999))),
            "99.99"
        );
    }

    #[test]
    fn a_value_over_its_limit_prints_over_it() {
        assert_eq!(
            number(2.5001, Unit::Seconds, Some(Limit::AtMost(2.5))),
            "2.51"
        );
        assert_eq!(number(1.8, Unit::Seconds, Some(Limit::AtMost(2.5))), "1.80");
        assert_eq!(
            number(2000.0, Unit::Count, Some(Limit::Above(2000.0))),
            "2000"
        );
    }

    #[test]
    fn units_read_as_the_runbook_writes_them() {
        let set = glyph::set(Glyphs::Unicode);
        for (value, unit, text) in [
            (0.18, Unit::Seconds, "0.180 s"),
            (312.4, Unit::Seconds, "312 s"),
            (0.831, Unit::Times, "0.83×"),
            (14.23, Unit::PerSecond, "14.2/s"),
            (210.4, Unit::PerSecond, "210/s"),
            (0.0, Unit::PerSecond, "0.0/s"),
            (2413.0, Unit::Count, "2413"),
            (1_234_567.0, Unit::Count, "1234567"),
            (536_870_912.0, Unit::Bytes, "512Mi"),
            (0.25, Unit::Share, "25.00 %"),
            (f64::NAN, Unit::Seconds, "?"),
            (f64::INFINITY, Unit::Seconds, "inf"),
        ] {
            assert_eq!(with_unit(value, unit, None, set), text);
        }
    }

    #[test]
    fn limits_say_their_sign_and_unit() {
        let set = glyph::set(Glyphs::Unicode);
        assert_eq!(limit(Limit::AtMost(2.5), Unit::Seconds, set), "≤ 2.50 s");
        assert_eq!(limit(Limit::AtLeast(0.999), Unit::Share, set), "≥ 99.9 %");
        assert_eq!(limit(Limit::AtLeast(0.9995), Unit::Share, set), "≥ 99.95 %");
        assert_eq!(
            limit(Limit::Between(100.0, 2000.0), Unit::Count, set),
            "100 .. 2000"
        );
        assert_eq!(
            limit(Limit::Below(1.2), Unit::Times, glyph::set(Glyphs::Ascii)),
            "< 1.2x"
        );
    }

    #[test]
    fn budgets_are_floored_and_may_be_overspent() {
        assert_eq!(whole_percent(0.7199), "71 %");
        assert_eq!(whole_percent(-0.201), "-21 %");
        assert_eq!(whole_percent(0.29), "29 %");
    }

    #[test]
    fn ages_and_windows_are_short() {
        assert_eq!(seconds_old(312.0), "312s");
        assert_eq!(seconds_old(4000.0), "1h06m");
        assert_eq!(window(Duration::from_secs(300)), "5m");
        assert_eq!(window(Duration::from_secs(90)), "90s");
        assert_eq!(window(Duration::from_secs(2_592_000)), "30d");
    }

    proptest! {
        #[test]
        fn what_breaks_a_limit_prints_as_breaking_it(value in 0.9_f64..1.0, bound in prop::sample::select(vec![0.99, 0.995, 0.999, 0.9995, 0.9999])) {
            let limit = Limit::AtLeast(bound);
            let shown: f64 = number(value, Unit::Share, Some(limit)).parse().unwrap();
            if !limit.holds(value) {
                prop_assert!(shown < bound * 100.0 - 1e-9, "{value} printed {shown}");
            }
        }

        #[test]
        fn any_number_has_a_text(value in any::<f64>()) {
            for unit in [Unit::None, Unit::Seconds, Unit::Share, Unit::Times, Unit::PerSecond, Unit::Bytes, Unit::Count] {
                let text = number(value, unit, Some(Limit::AtMost(1.0)));
                prop_assert!(!text.is_empty());
            }
        }
    }
}
