//! Times and steps as the HTTP API takes them.

use jiff::Timestamp;

use super::ApiError;
use crate::sim::form::Form;

/// A query of more points than this is refused.
const MOST_POINTS: f64 = 11_000.0;

/// A grid of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub start: f64,
    pub end: f64,
    pub step: f64,
}

impl Grid {
    /// Reads `start`, `end` and `step`.
    pub fn read(form: &Form) -> Result<Self, ApiError> {
        let start = time("start", form.get("start").unwrap_or_default())?;
        let end = time("end", form.get("end").unwrap_or_default())?;
        if end < start {
            return Err(invalid(
                "end",
                "end timestamp must not be before start time",
            ));
        }
        let text = form.get("step").unwrap_or_default();
        let step = duration(text).ok_or_else(|| {
            invalid(
                "step",
                &format!("cannot parse \"{text}\" to a valid duration"),
            )
        })?;
        if step <= 0.0 {
            let what = "zero or negative query resolution step widths are not accepted. Try a positive integer";
            return Err(invalid("step", what));
        }
        if (end - start) / step > MOST_POINTS {
            return Err(ApiError::BadData(
                "exceeded maximum resolution of 11,000 points per timeseries. \
                 Try decreasing the query resolution (?step=XX)"
                    .to_owned(),
            ));
        }
        Ok(Self { start, end, step })
    }

    /// All times of the grid, both ends included.
    pub fn times(self) -> impl Iterator<Item = f64> {
        let count = ((self.end - self.start) / self.step + 1e-9).floor() as u32;
        (0..=count).map(move |k| self.start + f64::from(k) * self.step)
    }
}

pub fn invalid(name: &str, what: &str) -> ApiError {
    ApiError::BadData(format!("invalid parameter \"{name}\": {what}"))
}

/// A Unix time as a number, or RFC 3339.
pub fn time(name: &str, text: &str) -> Result<f64, ApiError> {
    let parsed = match text.parse::<f64>() {
        Ok(value) => Some(value).filter(|value| value.is_finite()),
        Err(_) => text.parse::<Timestamp>().ok().map(unix),
    };
    parsed.ok_or_else(|| {
        invalid(
            name,
            &format!("cannot parse \"{text}\" to a valid timestamp"),
        )
    })
}

pub fn unix(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// Seconds as a number, or `1h30m`.
fn duration(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then_some(seconds);
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            "y" => 31_536_000.0,
            _ => return None,
        };
        total += value * unit;
        rest = &rest[letters..];
    }
    (!text.is_empty()).then_some(total)
}

/// A sample value as the API writes it.
pub fn sample(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

/// A value as rules and alerts write it, such as `2.413e+03`.
pub fn scientific(value: f64) -> String {
    if !value.is_finite() {
        return sample(value);
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_values() {
        assert_eq!(duration("1h30m"), Some(5400.0));
        assert_eq!(duration("15"), Some(15.0));
        assert_eq!(duration("500ms"), Some(0.5));
        assert_eq!(duration(""), None);
        assert_eq!(duration("5x"), None);
        assert_eq!(scientific(2413.0), "2.413e+03");
        assert_eq!(scientific(0.0004), "4e-04");
        assert_eq!(sample(f64::INFINITY), "+Inf");
    }

    #[test]
    fn a_grid_has_both_ends() {
        let grid = Grid::read(&Form::parse("start=100&end=1970-01-01T00:02:40Z&step=30s")).unwrap();
        assert_eq!(grid.times().collect::<Vec<_>>(), [100.0, 130.0, 160.0]);
    }

    #[test]
    fn nonsense_is_bad_data() {
        for query in [
            "start=x&end=2&step=1",
            "start=3&end=2&step=1",
            "start=1&end=2&step=0",
            "start=1&end=2",
            "start=0&end=11001&step=1",
            "start=NaN&end=2&step=1",
        ] {
            assert!(
                matches!(Grid::read(&Form::parse(query)), Err(ApiError::BadData(_))),
                "{query}"
            );
        }
        assert!(Grid::read(&Form::parse("start=0&end=11000&step=1")).is_ok());
    }
}
