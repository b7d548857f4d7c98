//! Words of a program that handles secrets, made fit to be shown.

use crate::domain::clean::clean;

/// What stands for a secret.
const HIDDEN: &str = "•••";
/// What names a secret ends with one of these.
const NAMES: [&str; 5] = ["token", "password", "passwd", "secret", "key"];
const QUOTES: [char; 3] = ['"', '\'', '\\'];
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
    let is_secret = |name: &&str| *name != "key" && word.ends_with(*name);
    word == "bearer" || (named && NAMES.iter().copied().any(|name| is_secret(&name)))
}

/// The word with its secret parts hidden: `token=…`, `"token":"…"`, who logs in to an address, long random runs.
fn hidden_in(word: &str) -> String {
    if let Some(shown) = before_secret(word) {
        return format!("{}{HIDDEN}", hidden_in(shown));
    }
    if let Some((scheme, rest)) = word.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        if let Some(at) = rest[..end].rfind('@') {
            return format!("{scheme}://{HIDDEN}{}", hidden_in(&rest[at..]));
        }
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

/// The word up to the value of the first part that is named like a secret.
fn before_secret(word: &str) -> Option<&str> {
    let mut ends = word.match_indices(['=', ':']).map(|(at, _)| at);
    let end = ends.find(|at| {
        let name = word[..*at].trim_end_matches(QUOTES).to_lowercase();
        let value = word[at + 1..].trim_start_matches(QUOTES);
        !value.is_empty() && NAMES.iter().any(|secret| name.ends_with(secret))
    })?;
    Some(&word[..=end])
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
    run.starts_with("eyJ") || (run.len() >= LONG && mixed) || has_uuid(run)
}

fn has_uuid(run: &str) -> bool {
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let mut parts = run.as_bytes().windows(36);
    parts.any(|part| part.iter().enumerate().all(fits))
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
            ("got 0f8fad5b-d9cb-469f-a165-70867728950e!", "got •••!"),
            (r#"said {"token":"short"}"#, r#"said {"token":•••"#),
            (r#"{"a":1,"id_token":"short"}"#, r#"{"a":1,"id_token":•••"#),
            (r#"{"client_secret": "short"}"#, r#"{"client_secret": •••"#),
            (r#"{\"password\":\"short\"}"#, r#"{\"password\":•••"#),
            ("/login?user=li&token=short", "/login?user=li&token=•••"),
            (
                "proxy https://li:short@proxy.example.org:8080/x failed",
                "proxy https://•••@proxy.example.org:8080/x failed",
            ),
            ("no such key: prod", "no such key: prod"),
        ] {
            assert_eq!(redact(text), shown);
        }
    }
}
