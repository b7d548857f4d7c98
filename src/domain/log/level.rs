//! How bad a line is, guessed from what loggers usually write.

/// How bad a line says it is, worst first in `Ord`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// Guesses line by line: what belongs to the line before (a stack trace) is as bad as that one.
#[derive(Debug, Clone, Default)]
pub struct LevelGuess {
    last: Option<Level>,
}

/// Names under which JSON and logfmt carry the level.
const KEYS: [&str; 7] = [
    "level",
    "lvl",
    "severity",
    "levelname",
    "log.level",
    "loglevel",
    "@level",
];

/// How far into a line a word that names the level is looked for: behind it the message speaks.
const HEAD: usize = 96;

impl LevelGuess {
    pub fn next(&mut self, text: &str) -> Option<Level> {
        let own = level_of(text);
        if own.is_some() || !continues(text) {
            self.last = own;
        }
        self.last
    }
}

/// Whether a line is more of the one before.
fn continues(text: &str) -> bool {
    text.starts_with([' ', '\t', '}', ')'])
        || ["Caused by:", "... ", "at ", "goroutine ", "Suppressed:"]
            .iter()
            .any(|lead| text.starts_with(lead))
}

/// The level one line names by itself.
pub(super) fn level_of(text: &str) -> Option<Level> {
    let text = text.trim_start();
    if text.starts_with('{')
        && let Some(level) = KEYS.iter().find_map(|key| in_json(text, key))
    {
        return Some(level);
    }
    klog(text)
        .or_else(|| KEYS.iter().find_map(|key| in_logfmt(text, key)))
        .or_else(|| by_start(text))
        .or_else(|| by_word(head(text)))
}

fn head(text: &str) -> &str {
    let mut end = HEAD.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What a word means; numbers are those of pino and bunyan.
fn meaning(word: &str) -> Option<Level> {
    let mut lower = [0_u8; 12];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    match &*lower {
        b"error" | b"err" | b"eror" | b"fatal" | b"crit" | b"critical" | b"panic" | b"dpanic"
        | b"emerg" | b"emergency" | b"alert" | b"severe" | b"50" | b"60" => Some(Level::Error),
        b"warn" | b"warning" | b"40" => Some(Level::Warn),
        b"info" | b"information" | b"notice" | b"inf" | b"30" => Some(Level::Info),
        b"debug" | b"trace" | b"verbose" | b"fine" | b"finer" | b"finest" | b"dbg" | b"20"
        | b"10" => Some(Level::Debug),
        _ => None,
    }
}

/// `"level":"error"`, `"level": 50`.
fn in_json(text: &str, key: &str) -> Option<Level> {
    let mut rest = text;
    loop {
        let at = rest.find(key)?;
        let quoted = rest[..at].ends_with('"') && !rest[..at].ends_with("\\\"");
        rest = &rest[at + key.len()..];
        let Some(value) = rest
            .strip_prefix('"')
            .filter(|_| quoted)
            .and_then(|rest| rest.trim_start().strip_prefix(':'))
        else {
            continue;
        };
        let value = value.trim_start();
        let value = value.strip_prefix('"').unwrap_or(value);
        let end = value
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(value.len());
        return meaning(&value[..end]);
    }
}

/// `level=error`, `lvl="warn"`, at the beginning of a word.
fn in_logfmt(text: &str, key: &str) -> Option<Level> {
    let mut rest = text;
    let mut word = true;
    loop {
        let at = rest.find(key)?;
        let begins = (at == 0 && word) || rest[..at].ends_with([' ', '\t', ',', '[']);
        rest = &rest[at + key.len()..];
        word = false;
        if let Some(value) = rest.strip_prefix('=').filter(|_| begins) {
            let value = value.trim_start_matches('"');
            let end = value
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(value.len());
            return meaning(&value[..end]);
        }
    }
}

/// `E0102 15:04:05.000000`: klog and glog.
fn klog(text: &str) -> Option<Level> {
    let bytes = text.as_bytes();
    let dated = bytes.len() > 5 && bytes[1..5].iter().all(u8::is_ascii_digit) && bytes[5] == b' ';
    match bytes.first().filter(|_| dated)? {
        b'E' | b'F' => Some(Level::Error),
        b'W' => Some(Level::Warn),
        b'I' => Some(Level::Info),
        _ => None,
    }
}

/// Words with which runtimes begin when they fall over.
fn by_start(text: &str) -> Option<Level> {
    const FALLS: [&str; 6] = [
        "panic:",
        "fatal error:",
        "Traceback (most recent call last)",
        "Exception in thread",
        "Unhandled exception",
        "thread '",
    ];
    let first = text.split(|c: char| c.is_whitespace()).next()?;
    let named = first.strip_suffix(':').is_some_and(|name| {
        (name.ends_with("Error") || name.ends_with("Exception"))
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || ".$_".contains(c))
    });
    let fell = FALLS.iter().any(|lead| text.starts_with(lead))
        && (!text.starts_with("thread '") || text.contains("panicked"));
    (named || fell).then_some(Level::Error)
}

/// A word of its own that names a level: in capitals anywhere in the head, else in brackets or before a colon.
fn by_word(head: &str) -> Option<Level> {
    let bytes = head.as_bytes();
    let mut from = 0;
    while from < bytes.len() {
        if !bytes[from].is_ascii_alphabetic() {
            from += 1;
            continue;
        }
        let to = from
            + bytes[from..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_' || **b == b'-')
                .count();
        let word = &head[from..to];
        let before = from.checked_sub(1).map(|at| bytes[at]);
        let after = bytes.get(to).copied();
        let capitals = word.len() > 2 && word.bytes().all(|b| b.is_ascii_uppercase());
        let bracketed = matches!(
            (before, after),
            (Some(b'['), Some(b']')) | (Some(b'<'), Some(b'>')) | (Some(b'('), Some(b')'))
        );
        let labelled = from == 0 && after == Some(b':');
        if (capitals || bracketed || labelled)
            && let Some(level) = meaning(word)
        {
            return Some(level);
        }
        from = to;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_loggers_are_understood() {
        use Level::{Debug, Error, Info, Warn};
        for (text, level) in [
            (r#"{"level":"error","msg":"no"}"#, Some(Error)),
            (r#"{"time":"t", "severity" : "WARNING", "x":1}"#, Some(Warn)),
            (
                r#"{"level":30,"time":1531171074631,"msg":"hello"}"#,
                Some(Info),
            ),
            (r#"{"levelname": "DEBUG"}"#, Some(Debug)),
            (
                r#"{"msg":"said \"level\":\"error\"","level":"info"}"#,
                Some(Info),
            ),
            (r#"{"levels":3,"msg":"x"}"#, None),
            ("time=2026 level=warning msg=slow", Some(Warn)),
            (r#"ts=1 lvl="eror" msg=x"#, Some(Error)),
            ("sublevel=error x", None),
            ("E0102 15:04:05.678 1 reflector.go:1] failed", Some(Error)),
            ("I1121 06:32:10.000001       1 main.go:3] ok", Some(Info)),
            ("F0102 15:04:05 died", Some(Error)),
            ("2026-11-21 06:32:10,123 - root - ERROR - boom", Some(Error)),
            ("2026/11/21 06:32:10 [warn] 7#7: upstream", Some(Warn)),
            ("[2026-11-21T06:32:10Z INFO  app] up", Some(Info)),
            ("WARNING:root:careful", Some(Warn)),
            ("error: no such file", Some(Error)),
            ("panic: runtime error: index out of range", Some(Error)),
            ("thread 'main' panicked at src/main.rs:1:1:", Some(Error)),
            ("java.lang.IllegalStateException: no", Some(Error)),
            ("GET /error 200 in 3 ms", None),
            ("all information was sent", None),
            ("render: buffer 498 MB", None),
            ("", None),
            ("导出任务完成", None),
        ] {
            assert_eq!(level_of(text), level, "{text}");
        }
    }

    #[test]
    fn a_stack_trace_is_as_bad_as_its_first_line() {
        let mut guess = LevelGuess::default();
        let lines = [
            ("ERROR boom", Some(Level::Error)),
            ("    at com.x.Y(Z.java:3)", Some(Level::Error)),
            ("Caused by: something else", Some(Level::Error)),
            ("... 3 more", Some(Level::Error)),
            ("served in 3 ms", None),
            ("    indented", None),
            ("Traceback (most recent call last):", Some(Level::Error)),
            ("  File \"x.py\", line 3", Some(Level::Error)),
            ("ValueError: no", Some(Level::Error)),
        ];
        for (text, level) in lines {
            assert_eq!(guess.next(text), level, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_guess_and_no_panic(text in any::<String>(), tail in "[\\[\\]{}\":=a-zA-Z0-9 \\\\]{0,60}") {
            let mut guess = LevelGuess::default();
            guess.next(&text);
            guess.next(&tail);
            guess.next(&format!("{{{tail}level{text}"));
        }
    }
}
