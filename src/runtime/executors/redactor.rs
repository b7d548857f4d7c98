//! Keeps secrets out of what is written: wherever one appears in a stream, `•••` stands, however the stream is cut.

use std::fmt;

use base64::Engine as _;
use secrecy::{ExposeSecret, SecretString};

use super::secrets::Secret;

/// What stands where a secret was.
pub const HIDDEN: &str = "•••";
/// Lines of a key that are shorter than this give nothing away, and would hide too much.
const SHORTEST_LINE: usize = 8;

/// Replaces secrets in a stream of text.
#[derive(Clone, Default)]
pub struct Redactor {
    /// The longest first.
    needles: Vec<SecretString>,
    /// The end of the stream so far, which may be the beginning of a secret.
    held: String,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// Hides the values of these, as they are and as programs usually write them.
    pub fn new(secrets: &[Secret]) -> Self {
        let mut forms: Vec<String> = secrets
            .iter()
            .flat_map(|secret| forms(secret.expose()))
            .filter(|form| !form.is_empty())
            .collect();
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
        Self {
            needles: forms.into_iter().map(SecretString::from).collect(),
            held: String::new(),
        }
    }

    /// What of the stream can be shown by now.
    pub fn feed(&mut self, text: &str) -> String {
        if self.needles.is_empty() {
            return text.to_owned();
        }
        self.held.push_str(text);
        self.release(false)
    }

    /// The rest, at the end of the stream.
    pub fn finish(&mut self) -> String {
        self.release(true)
    }

    /// A whole text.
    pub fn whole(&self, text: &str) -> String {
        let mut own = Self {
            needles: self.needles.clone(),
            held: String::new(),
        };
        let mut shown = own.feed(text);
        shown.push_str(&own.finish());
        shown
    }

    fn release(&mut self, ended: bool) -> String {
        let held = std::mem::take(&mut self.held);
        let mut shown = String::with_capacity(held.len());
        let mut rest = held.as_str();
        while let Some(first) = rest.chars().next() {
            let needles = || self.needles.iter().map(ExposeSecret::expose_secret);
            let begun = |needle: &str| needle.len() > rest.len() && needle.starts_with(rest);
            if !ended && needles().any(begun) {
                break;
            }
            if let Some(needle) = needles().find(|needle| rest.starts_with(needle)) {
                shown.push_str(HIDDEN);
                rest = &rest[needle.len()..];
            } else {
                shown.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        rest.clone_into(&mut self.held);
        shown
    }
}

/// The secret itself, its lines, and it in base64, in an address and inside JSON.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), secret.trim().to_owned()];
    let long = |line: &&str| line.len() >= SHORTEST_LINE;
    forms.extend(
        secret
            .lines()
            .map(str::trim)
            .filter(long)
            .map(str::to_owned),
    );
    forms.push(base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret));
    forms.push(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret));
    forms.extend(in_address(secret));
    if let Ok(quoted) = serde_json::to_string(secret) {
        forms.push(quoted.trim_matches('"').to_owned());
    }
    // What would show instead of text is stripped before this looks at it.
    let clean = crate::domain::clean::clean_lines(secret).into_owned();
    forms.push(clean);
    forms
}

fn in_address(secret: &str) -> Option<String> {
    let mut url = reqwest::Url::parse("http://x/").ok()?;
    url.set_password(Some(secret)).ok()?;
    url.password().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::action::place::SecretDelivery;

    fn secret(value: &str) -> Secret {
        Secret::new(
            "s".to_owned(),
            SecretDelivery::Env("S".to_owned()),
            SecretString::from(value.to_owned()),
        )
    }

    fn redactor(values: &[&str]) -> Redactor {
        let secrets: Vec<Secret> = values.iter().map(|value| secret(value)).collect();
        Redactor::new(&secrets)
    }

    #[test]
    fn a_secret_is_hidden_wherever_the_stream_is_cut() {
        let text = "password=hunter2-canary; again hunter2-canary, hunter3";
        for at in 0..=text.len() {
            let mut redactor = redactor(&["hunter2-canary"]);
            let mut shown = redactor.feed(&text[..at]);
            shown.push_str(&redactor.feed(&text[at..]));
            shown.push_str(&redactor.finish());
            assert_eq!(shown, "password=•••; again •••, hunter3", "cut at {at}");
        }
    }

    #[test]
    fn the_longer_of_two_is_hidden_whole() {
        let mut redactor = redactor(&["abc", "abcdef"]);
        let mut shown = redactor.feed("xabc");
        shown.push_str(&redactor.feed("defabc!"));
        shown.push_str(&redactor.finish());
        assert_eq!(shown, "x••••••!");
    }

    #[test]
    fn its_other_forms_are_hidden_too() {
        let value = "p@ss\"wörd/1";
        let redactor = redactor(&[value]);
        for form in forms(value) {
            assert!(
                !redactor.whole(&format!("<{form}>")).contains(&form),
                "{form}"
            );
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(value);
        assert!(redactor.whole(&encoded).starts_with(HIDDEN));
    }

    #[test]
    fn the_lines_of_a_key_are_hidden_one_by_one() {
        let redactor = redactor(&["-----BEGIN-----\nMIIEvQIBADANBg\nab\n"]);
        assert_eq!(redactor.whole("key: MIIEvQIBADANBg ab"), "key: ••• ab");
    }

    proptest! {
        // row: G5
        #[test]
        fn no_cut_lets_one_through(before in "[a-c]{0,6}", value in "[a-c]{3,6}", after in "[a-c]{0,6}", cuts in proptest::collection::vec(0usize..20, 0..4)) {
            let text = format!("{before}{value}{after}");
            let mut redactor = redactor(&[&value]);
            let mut shown = String::new();
            let mut places: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            places.sort_unstable();
            let mut from = 0;
            for place in places {
                shown.push_str(&redactor.feed(&text[from..place]));
                from = place;
            }
            shown.push_str(&redactor.feed(&text[from..]));
            shown.push_str(&redactor.finish());
            prop_assert!(!shown.contains(&value), "{shown}");
        }
    }
}
