//! Words of a program that handles secrets, made fit to be shown.

use crate::domain::clean::clean;

/// What stands for a secret.
const HIDDEN: &str = "•••";
/// Runs of characters as long as this that look random are taken for secrets.
const LONG: usize = 24;

/// One line without control sequences and without what looks like a token, a key or a password.
pub(super) fn redact(text: &str) -> String {
    let text = clean(text);
    let mut words = Vec::new();
    let mut hide_next = false;
    for word in text.split_whitespace() {
        let announces = announces(word);
        words.push(if hide_next && !announces {
            HIDDEN.to_owned()
        } else {
            hidden_in(word)
        });
        hide_next = announces;
    }
    words.join(" ")
}

/// `Bearer`, `password:`, `--token`: what follows is a secret. `the token has expired` is none.
fn announces(word: &str) -> bool {
    let named = word.ends_with([':', '=']) || word.starts_with("--");
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let word = word.to_lowercase();
    word == "bearer"
        || (named && ["password", "passwd", "token", "secret"].contains(&word.as_str()))
}

/// The word with its secret parts hidden: `token=…`, long random runs.
fn hidden_in(word: &str) -> String {
    if let Some((name, value)) = word.split_once('=')
        && !value.is_empty()
        && ["token", "password", "passwd", "secret", "key"]
            .iter()
            .any(|secret| name.to_lowercase().ends_with(secret))
    {
        return format!("{name}={HIDDEN}");
    }
    let mut out = String::new();
    let mut run = String::new();
    for c in word.chars() {
        if c.is_ascii_alphanumeric() || "-_+.".contains(c) {
            run.push(c);
        } else {
            out.push_str(shown(&run));
            run.clear();
            out.push(c);
        }
    }
    out.push_str(shown(&run));
    out
}

fn shown(run: &str) -> &str {
    if looks_random(run) { HIDDEN } else { run }
}

/// Long, with digits among both cases or without any part that a person would write.
fn looks_random(run: &str) -> bool {
    let has = |test: fn(&char) -> bool| run.chars().any(|c| test(&c));
    let mixed = has(char::is_ascii_digit)
        && has(char::is_ascii_lowercase)
        && (has(char::is_ascii_uppercase) || !run.contains(['.', '-']));
    run.starts_with("eyJ") || (run.len() >= LONG && mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_stays() {
        for (text, shown) in [
            ("no such profile: oncall", "no such profile: oncall"),
            ("\u{1b}[31mdenied\u{1b}[0m\nnow", "denied now"),
            ("got eyJhbGciOiJSUzI1NiJ9.e30.sig back", "got ••• back"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer •••"),
            ("tried token=sesame", "tried token=•••"),
            ("password: sesame", "password: •••"),
            ("the token has expired", "the token has expired"),
            ("k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdz", "•••"),
            (
                "https://login.example.org/realms/prod-eu-1/device",
                "https://login.example.org/realms/prod-eu-1/device",
            ),
            (
                "dial tcp: lookup sts.eu-central-1.amazonaws.com",
                "dial tcp: lookup sts.eu-central-1.amazonaws.com",
            ),
            ("a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5", "•••"),
        ] {
            assert_eq!(redact(text), shown);
        }
    }
}
