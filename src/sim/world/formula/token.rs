//! Words of a formula.

use super::FormulaError;

/// One word of a formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Number(f64),
    Name(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 20] = [
    "||", "&&", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "!", "(", ")", ",", "?", ":",
    "[", "]",
];

/// Splits a formula into words.
pub fn tokens(source: &str) -> Result<Vec<Token>, FormulaError> {
    let mut found = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if first.is_ascii_digit() {
            number(rest)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(rest.len());
            (Token::Name(rest[..length].to_owned()), length)
        } else if first == '\'' || first == '"' {
            let end = rest[1..]
                .find(first)
                .ok_or_else(|| FormulaError::new("a text is not closed", rest))?;
            (Token::Text(rest[1..=end].to_owned()), end + 2)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(FormulaError::new(
                "a character that means nothing here",
                rest,
            ));
        };
        found.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

/// A number, which may carry a unit of time: `90`, `0.5`, `1e9`, `15m`, `2h`.
fn number(rest: &str) -> Result<(Token, usize), FormulaError> {
    let mut length = rest
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(rest.len());
    if let Some(exponent) = rest[length..].strip_prefix('e') {
        let digits = exponent
            .find(|c: char| !(c.is_ascii_digit() || c == '-'))
            .unwrap_or(exponent.len());
        if digits > 0 {
            length += 1 + digits;
        }
    }
    let value: f64 = rest[..length]
        .parse()
        .map_err(|_| FormulaError::new("not a number", rest))?;
    let unit = rest[length..].chars().next();
    let factor = match unit {
        Some('s') => 1.0,
        Some('m') => 60.0,
        Some('h') => 3600.0,
        Some('d') => 86_400.0,
        _ => return Ok((Token::Number(value), length)),
    };
    Ok((Token::Number(value * factor), length + 1))
}
