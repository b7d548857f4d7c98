//! What can be taken from an alert's expression without a server: a number held against a limit.

/// A number, how it is compared, and with what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compared {
    pub left: String,
    pub sign: &'static str,
    pub limit: f64,
}

/// The parts of an expression that is nothing but a number compared with a limit.
pub(super) fn compared(expr: &str) -> Option<Compared> {
    let places = outside(expr);
    if places.iter().any(|word| {
        matches!(
            word.text.to_ascii_lowercase().as_str(),
            "and" | "or" | "unless" | "bool"
        )
    }) {
        return None;
    }
    let mut signs = places.iter().filter_map(|word| {
        let sign = [">=", "<=", ">", "<"]
            .into_iter()
            .find(|sign| *sign == word.text)?;
        Some((word.at, sign))
    });
    let (at, sign) = signs.next()?;
    let only = signs.next().is_none() && !places.iter().any(|it| matches!(it.text, "==" | "!="));
    let left = expr[..at].trim();
    let limit = number(expr[at + sign.len()..].trim())?;
    let limited = only && !left.is_empty();
    limited.then(|| Compared {
        left: left.to_owned(),
        sign,
        limit,
    })
}

/// A number as PromQL writes it, products and shares of them too: `0.01`, `500 * 1024`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim_matches(['(', ')']).trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    for sign in ['*', '/'] {
        if let Some((left, right)) = text.rsplit_once(sign) {
            let (left, right) = (number(left)?, number(right)?);
            let found = if sign == '*' {
                left * right
            } else {
                left / right
            };
            return found.is_finite().then_some(found);
        }
    }
    None
}

struct Word<'a> {
    at: usize,
    text: &'a str,
}

/// The words and signs that stand outside of brackets and quotes.
fn outside(expr: &str) -> Vec<Word<'_>> {
    let bytes = expr.as_bytes();
    let (mut depth, mut at, mut words) = (0_usize, 0, Vec::new());
    while at < bytes.len() {
        let begin = at;
        let class = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.');
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' && quote != b'`' {
                        2
                    } else {
                        1
                    };
                }
                at += 1;
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            byte if class(byte) => {
                while at < bytes.len() && class(bytes[at]) {
                    at += 1;
                }
                if depth == 0 {
                    words.push(Word {
                        at: begin,
                        text: &expr[begin..at],
                    });
                }
                continue;
            }
            b'>' | b'<' | b'=' | b'!' => {
                at += if bytes.get(at + 1) == Some(&b'=') {
                    2
                } else {
                    1
                };
                if depth == 0 {
                    words.push(Word {
                        at: begin,
                        text: &expr[begin..at],
                    });
                }
                continue;
            }
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    words
}
