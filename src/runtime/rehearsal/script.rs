//! The script of a rehearsal: what is waited for, and which keys are pressed then.

use std::time::Duration;

use serde::Deserialize;

use crate::keymap::{Key, Sequence};

/// How long a step waits for its screen where it says nothing else.
const USUAL: Duration = Duration::from_secs(60);

/// What the drill itself has come to, for steps that wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    Began,
    Fired,
    Recovered,
}

/// One thing that is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    Key(Key),
    /// A character that may be text.
    Char(char),
}

/// One step: all it waits for, then its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Not before so much of the played world has gone by since the drill began.
    pub after: Option<Duration>,
    /// The drill has come so far.
    pub until: Option<Mark>,
    /// The screen shows all of it.
    pub see: Vec<String>,
    /// The screen shows nothing of it.
    pub gone: Vec<String>,
    pub press: Vec<Press>,
    /// What is pressed again and again until it is there: a person whose key was in vain tries once more.
    pub again: Vec<Press>,
    /// How long that may take, in real time.
    pub within: Duration,
}

/// A rehearsal, step by step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    pub steps: Vec<Step>,
}

/// Why a script can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScript {
    #[error("{0}")]
    Toml(String),
    #[error("step {step}: {what}")]
    Step { step: usize, what: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    step: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    after: Option<String>,
    until: Option<Mark>,
    see: Option<Texts>,
    gone: Option<Texts>,
    /// Keys, with `'text'` for what is typed.
    keys: Option<String>,
    again: Option<String>,
    within: Option<String>,
}

impl Script {
    /// Reads a script; what is wrong with it is said with its line, or its step.
    pub fn read(text: &str) -> Result<Self, BadScript> {
        let file: File =
            toml::from_str(text).map_err(|error| BadScript::Toml(error.to_string()))?;
        let steps = file.step.into_iter().enumerate();
        let steps = steps
            .map(|(at, entry)| step(entry).map_err(|what| BadScript::Step { step: at + 1, what }));
        Ok(Self {
            steps: steps.collect::<Result<_, _>>()?,
        })
    }
}

fn step(entry: Entry) -> Result<Step, String> {
    let span = |text: Option<String>| {
        text.map(|text| {
            let span: Result<jiff::SignedDuration, _> = text.parse();
            span.ok()
                .and_then(|span| Duration::try_from(span).ok())
                .ok_or_else(|| format!("`{text}` is no span of time: write `10s`, `2m`"))
        })
        .transpose()
    };
    let texts = |texts: Option<Texts>| match texts {
        None => Vec::new(),
        Some(Texts::One(text)) => vec![text],
        Some(Texts::Several(texts)) => texts,
    };
    Ok(Step {
        after: span(entry.after)?,
        until: entry.until,
        see: texts(entry.see),
        gone: texts(entry.gone),
        press: presses(entry.keys.as_deref().unwrap_or_default())?,
        again: presses(entry.again.as_deref().unwrap_or_default())?,
        within: span(entry.within)?.unwrap_or(USUAL),
    })
}

/// `: 'scale' enter`: keys in the notation of settings, and texts in quotes.
fn presses(keys: &str) -> Result<Vec<Press>, String> {
    let mut all = Vec::new();
    let mut rest = keys.trim();
    while !rest.is_empty() {
        if let Some(text) = rest.strip_prefix('\'') {
            let Some((text, after)) = text.split_once('\'') else {
                return Err(format!("the quote in `{keys}` does not end"));
            };
            all.extend(text.chars().map(Press::Char));
            rest = after.trim_start();
        } else {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            let sequence = Sequence::parse(word).map_err(|error| error.to_string())?;
            all.extend(sequence.keys().iter().map(|key| Press::Key(*key)));
            rest = after.trim_start();
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_is_waited_for_and_pressed() {
        let script = Script::read(
            "[[step]]\nafter = '2m'\nuntil = 'fired'\nsee = ['one', 'two']\nkeys = \"a : 'x y' enter\"\n\
             [[step]]\ngone = 'one'\nwithin = '5s'\n",
        )
        .expect("it can be read");
        let [first, second] = &script.steps[..] else {
            panic!("two steps");
        };
        assert_eq!(first.after, Some(Duration::from_secs(120)));
        assert_eq!(first.until, Some(Mark::Fired));
        assert_eq!(first.see, ["one", "two"]);
        assert_eq!(first.press.len(), 6);
        assert_eq!(first.press[3], Press::Char(' '));
        assert_eq!(first.within, USUAL);
        assert_eq!(second.within, Duration::from_secs(5));
        assert_eq!(second.press, []);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let why = |text: &str| Script::read(text).expect_err("it is wrong").to_string();
        assert!(why("[[step]]\nse = 'one'\n").contains("line 2"));
        assert_eq!(
            why("[[step]]\n[[step]]\nafter = 'soon'\n"),
            "step 2: `soon` is no span of time: write `10s`, `2m`"
        );
        assert_eq!(
            why("[[step]]\nkeys = \"'x\"\n"),
            "step 1: the quote in `'x` does not end"
        );
        assert!(why("[[step]]\nkeys = 'nokey'\n").starts_with("step 1: "));
    }
}
