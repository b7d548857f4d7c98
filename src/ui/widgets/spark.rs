//! A series in one line of blocks.

use crate::domain::series::Series;
use crate::ui::glyph::GlyphSet;

/// The share of the largest value that a trend must span to reach the top: noise on a flat line stays flat.
const LEAST_SPAN: f64 = 0.1;

/// The newest values at the right in exactly `width` cells; where nothing was measured there is a gap.
pub fn sparkline(series: &Series, width: usize, glyph: &GlyphSet) -> String {
    drawn(series, width, None, glyph)
}

/// As [`sparkline`], for values whose size says nothing about what moves them: shares close to one. A change of
/// `span` reaches from the bottom to the top.
pub fn sparkline_over(series: &Series, width: usize, span: f64, glyph: &GlyphSet) -> String {
    drawn(series, width, Some(span), glyph)
}

fn drawn(series: &Series, width: usize, span: Option<f64>, glyph: &GlyphSet) -> String {
    let buckets = buckets(&series.values, width);
    let extent = buckets.iter().flatten().fold(None, |extent, value| {
        let (low, high) = extent.unwrap_or((*value, *value));
        Some((value.min(low), value.max(high)))
    });
    let mut out = String::with_capacity(width * 3);
    for bucket in &buckets {
        out.push_str(match (bucket, extent) {
            (Some(value), Some((low, high))) => {
                let least = span.unwrap_or(high.abs() * LEAST_SPAN);
                // What falls from the top stands at the top before it falls.
                let base = if span.is_some() {
                    (high - least).min(low)
                } else {
                    low
                };
                level(*value, base, (high - base).max(least), glyph)
            }
            _ => glyph.gap,
        });
    }
    out
}

fn level(value: f64, low: f64, span: f64, glyph: &GlyphSet) -> &'static str {
    if span <= 0.0 {
        return glyph.levels[0];
    }
    let top = glyph.levels.len() - 1;
    let index = ((value - low) / span * top as f64).round().max(0.0) as usize;
    glyph.levels[index.min(top)]
}

/// The values in `width` steps, the mean of each; absent ones are not counted, and a step of absent ones is absent.
fn buckets(values: &[Option<f64>], width: usize) -> Vec<Option<f64>> {
    if width == 0 {
        return Vec::new();
    }
    if values.len() <= width {
        let mut out = vec![None; width - values.len()];
        out.extend(values.iter().map(|value| value.filter(|v| v.is_finite())));
        return out;
    }
    (0..width)
        .map(|index| {
            let from = index * values.len() / width;
            let to = ((index + 1) * values.len() / width).max(from + 1);
            let present: Vec<f64> = values[from..to]
                .iter()
                .flatten()
                .copied()
                .filter(|value| value.is_finite())
                .collect();
            (!present.is_empty()).then(|| present.iter().sum::<f64>() / present.len() as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::settings::Glyphs;
    use crate::i18n::width::cells;
    use crate::ui::glyph::set;

    fn series(values: &[Option<f64>]) -> Series {
        Series {
            start: Timestamp::UNIX_EPOCH,
            step: Duration::from_secs(60),
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_newest_stands_at_the_right() {
        let rising: Vec<_> = (0..8).map(|n| Some(f64::from(n))).collect();
        assert_eq!(
            sparkline(&series(&rising), 8, set(Glyphs::Unicode)),
            "▁▂▃▄▅▆▇█"
        );
        assert_eq!(
            sparkline(&series(&rising), 10, set(Glyphs::Unicode)),
            "··▁▂▃▄▅▆▇█"
        );
        assert_eq!(sparkline(&series(&rising), 4, set(Glyphs::Unicode)), "▁▃▆█");
    }

    #[test]
    fn gaps_are_gaps_and_a_flat_line_is_flat() {
        let unicode = set(Glyphs::Unicode);
        assert_eq!(
            sparkline(&series(&[Some(1.0), None, Some(9.0)]), 3, unicode),
            "▁·█"
        );
        assert_eq!(
            sparkline(&series(&[Some(5.0), Some(5.01), Some(5.0)]), 3, unicode),
            "▁▁▁"
        );
        assert_eq!(sparkline(&series(&[Some(0.0); 3]), 3, unicode), "▁▁▁");
        assert_eq!(sparkline(&series(&[]), 3, unicode), "···");
        let falling = [Some(0.9999), Some(0.9995), Some(0.9989)];
        assert_eq!(sparkline_over(&series(&falling), 3, 0.001, unicode), "█▅▁");
        let steady = [Some(0.9999), Some(0.99991), Some(0.9999)];
        assert_eq!(sparkline_over(&series(&steady), 3, 0.001, unicode), "███");
    }

    proptest! {
        #[test]
        fn it_is_as_wide_as_asked(values in prop::collection::vec(prop::option::of(any::<f64>()), 0..50), width in 0_usize..40) {
            for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
                prop_assert_eq!(cells(&sparkline(&series(&values), width, set(glyphs))), width);
            }
        }
    }
}
