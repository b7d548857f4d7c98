//! Times in scenario files: spans such as `-38m`, `6h`, `1d`, relative to the start.

use jiff::{SignedDuration, Timestamp};

use super::ScenarioError;

/// A span in seconds; an empty text is 0.
pub fn seconds(text: &str) -> Result<f64, ScenarioError> {
    let trimmed = text.trim();
    let (sign, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let mut total = 0.0;
    let mut number = String::new();
    for c in digits.chars() {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            continue;
        }
        let factor = match c {
            's' => 1.0,
            'm' => 60.0,
            'h' => 3600.0,
            'd' => 86_400.0,
            _ => {
                return Err(ScenarioError::part(
                    text,
                    "not a span such as 90s, 15m, 2h or 1d",
                ));
            }
        };
        total += factor
            * number
                .parse::<f64>()
                .map_err(|_| ScenarioError::part(text, "a unit without a number"))?;
        number.clear();
    }
    if !number.is_empty() && number != "0" {
        return Err(ScenarioError::part(text, "a number without a unit"));
    }
    Ok(sign * total)
}

/// `start` moved by so many seconds.
pub fn span(start: Timestamp, seconds: f64) -> Timestamp {
    let moved = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
    start.checked_add(moved).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        for (text, expected) in [
            ("-38m", -2280.0),
            ("1h30m", 5400.0),
            ("0", 0.0),
            ("", 0.0),
            ("+20s", 20.0),
        ] {
            assert!((seconds(text).unwrap() - expected).abs() < 1e-9, "{text}");
        }
        assert!(seconds("12").is_err());
        assert!(seconds("h").is_err());
        assert!(seconds("3 weeks").is_err());
    }
}
