//! `templates/*.md`: what goes out to people, filled in from what is known. A name that is not there is an error when the
//! pack is read, and a template that never ends runs out of fuel.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;
use serde_json::json;

use super::nearest::suggestion;
use crate::domain::text::Lang;

/// Steps a template may take.
const FUEL: u64 = 100_000;

/// Something that is written from a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Paper {
    IncidentUpdate,
    IncidentReview,
    Handover,
    DrillRecord,
}

/// Why a template could not be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    #[error("the pack has no template for it")]
    Missing,
    #[error("{0}")]
    Broken(String),
}

/// What is wrong with a template, where in its text, and what was probably meant.
pub(super) struct Flaw {
    pub at: std::ops::Range<usize>,
    pub what: String,
    pub help: Option<String>,
}

/// What both papers about an incident may speak of.
const WORDS: [&str; 23] = [
    "id",
    "title",
    "status",
    "severity",
    "criteria",
    "began",
    "declared",
    "closed",
    "now",
    "next_update",
    "known_from",
    "gaps",
    "lasted",
    "team",
    "impact",
    "progress",
    "expected",
    "roles",
    "alert",
    "actions",
    "timeline",
    "follow_ups",
    "questions",
];

/// What the record of a drill may speak of.
const DRILL_WORDS: [&str; 21] = [
    "id",
    "title",
    "type",
    "script",
    "scenario",
    "fault",
    "trigger",
    "by",
    "began",
    "t0",
    "t1",
    "lasted",
    "limit",
    "passed",
    "clocks",
    "right",
    "wrong",
    "refused",
    "evidence",
    "differences",
    "follow_ups",
];

/// What a handover may speak of.
const HANDOVER: [&str; 24] = [
    "team",
    "goes_to",
    "shift",
    "now",
    "giver",
    "taker",
    "people",
    "form",
    "titles",
    "ticks",
    "hooks",
    "lights",
    "near",
    "incidents",
    "flows",
    "alerts",
    "silences",
    "switches",
    "checks",
    "actions",
    "changes",
    "notes",
    "follow_ups",
    "heads",
];

/// The handover of a team whose pack has none of its own.
const USUAL_HANDOVER: [(Lang, &str); 2] = [
    (
        Lang::En,
        include_str!("../../packs/generic/templates/handover.en.md"),
    ),
    (
        Lang::Zh,
        include_str!("../../packs/generic/templates/handover.zh.md"),
    ),
];

/// The fields of the pack's forms, by their names.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub impact: Vec<String>,
    pub handover: Vec<String>,
}

impl Forms {
    /// The form that a name of a template stands for, and what it is called.
    fn of(&self, first: &str) -> Option<(&'static str, &[String])> {
        match first {
            "impact" => Some(("impact form", &self.impact)),
            "form" => Some(("form of the handover", &self.handover)),
            _ => None,
        }
    }
}

impl Paper {
    pub const ALL: [Self; 4] = [
        Self::IncidentUpdate,
        Self::IncidentReview,
        Self::Handover,
        Self::DrillRecord,
    ];

    /// The beginning of its file's name: `incident-update.zh.md`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IncidentUpdate => "incident-update",
            Self::IncidentReview => "incident-review",
            Self::Handover => "handover",
            Self::DrillRecord => "drill-record",
        }
    }

    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::IncidentUpdate | Self::IncidentReview => &WORDS,
            Self::Handover => &HANDOVER,
            Self::DrillRecord => &DRILL_WORDS,
        }
    }
}

const fn lang_name(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    }
}

/// Which paper in which language a file is, by its name.
pub(super) fn paper_of(file: &str) -> Option<(Paper, Lang)> {
    let stem = file.strip_suffix(".md")?;
    let (name, lang) = stem.rsplit_once('.')?;
    let lang = Lang::ALL.into_iter().find(|it| lang_name(*it) == lang)?;
    let paper = Paper::ALL.into_iter().find(|it| it.name() == name)?;
    Some((paper, lang))
}

/// The names templates may have.
pub(super) fn file_names() -> Vec<String> {
    let each = Paper::ALL.into_iter();
    each.flat_map(|paper| Lang::ALL.map(|lang| format!("{}.{}.md", paper.name(), lang_name(lang))))
        .collect()
}

/// The templates of a pack.
#[derive(Debug, Clone, Default)]
pub(super) struct Templates {
    pub texts: BTreeMap<(Paper, Lang), String>,
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

/// What is wrong with a template.
pub(super) fn flaws(paper: Paper, text: &str, forms: &Forms) -> Vec<Flaw> {
    let environment = environment();
    let template = match environment.template_from_str(text) {
        Ok(template) => template,
        Err(error) => {
            let what = error
                .detail()
                .map_or_else(|| error.to_string(), str::to_owned);
            return vec![Flaw {
                at: line(text, error.line().unwrap_or(1)),
                what: format!("not a template: {what}"),
                help: None,
            }];
        }
    };
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    names.sort_unstable();
    let mut flaws = Vec::new();
    for name in names {
        let (first, rest) = name.split_once('.').unwrap_or((&name, ""));
        let place = || {
            let at = text.find(&name).unwrap_or(0);
            at..at + name.len().min(text.len() - at)
        };
        if !paper.words().contains(&first) {
            flaws.push(Flaw {
                at: place(),
                what: format!("no template is given `{first}`"),
                help: suggestion(first, paper.words().iter().copied()),
            });
        } else if let Some((form, fields)) = forms.of(first)
            && !rest.is_empty()
            && !fields.iter().any(|it| it == rest)
        {
            flaws.push(Flaw {
                at: place(),
                what: format!("the {form} has no field `{rest}`"),
                help: suggestion(rest, fields.iter().map(String::as_str)),
            });
        }
    }
    if flaws.is_empty() {
        flaws.extend(falls_over(paper, text, &forms.impact));
    }
    flaws
}

/// What both papers about an incident are given, with something in every list: a template must get through all of it.
pub(crate) fn sample(impact: &[String]) -> serde_json::Value {
    let impact: BTreeMap<&str, &str> = impact.iter().map(|name| (name.as_str(), "1")).collect();
    json!({
        "id": "INC-1", "title": "title", "status": "investigating", "severity": "Sev-1", "criteria": "criteria",
        "began": "began", "declared": "declared", "closed": "closed", "now": "now", "next_update": "next",
        "known_from": "known", "gaps": ["gap"], "lasted": "1m", "team": "team", "impact": impact, "progress": "progress",
        "expected": "expected", "alert": "alert", "questions": ["question"],
        "roles": [{ "title": "role", "persons": ["li"], "missing": 1 }],
        "actions": [{ "title": "action", "target": "target", "state": "verified", "by": "li", "at": "at" }],
        "timeline": [{ "at": "at", "by": "li", "kind": "note", "text": "text", "state": "done" }],
        "follow_ups": [{ "text": "text", "owner": "li", "term": "short" }],
    })
}

/// What would be wrong with it only in an incident: a field that what is gone through has not.
fn falls_over(paper: Paper, text: &str, impact: &[String]) -> Option<Flaw> {
    if !matches!(paper, Paper::IncidentUpdate | Paper::IncidentReview) {
        return None;
    }
    let environment = environment();
    let words = sample(impact);
    let fault = environment
        .render_named_str(paper.name(), text, Serde(&words))
        .err()?;
    let detail = fault.detail().map(str::to_owned);
    Some(Flaw {
        at: line(text, fault.line().unwrap_or(1)),
        what: format!(
            "it can't be filled in: {}",
            detail.unwrap_or_else(|| fault.kind().to_string())
        ),
        help: None,
    })
}

/// The bytes of a line, counted from 1.
fn line(text: &str, number: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    for (place, line) in text.split_inclusive('\n').enumerate() {
        if place + 1 == number {
            return start..start + line.trim_end().len();
        }
        start += line.len();
    }
    0..0
}

impl Templates {
    /// The template in this language, else in another.
    fn of(&self, paper: Paper, lang: Lang) -> Option<&str> {
        let mut langs = [lang].into_iter().chain(Lang::ALL);
        let own = langs.find_map(|lang| self.texts.get(&(paper, lang)));
        own.map(String::as_str).or_else(|| match paper {
            Paper::Handover => {
                let mut usual = USUAL_HANDOVER.iter();
                usual.find(|(of, _)| *of == lang).map(|(_, text)| *text)
            }
            Paper::IncidentUpdate | Paper::IncidentReview | Paper::DrillRecord => None,
        })
    }
}

impl super::Pack {
    /// Fills a template in.
    pub fn paper<T: Serialize>(
        &self,
        paper: Paper,
        lang: Lang,
        words: &T,
    ) -> Result<String, TemplateFault> {
        let text = self
            .templates
            .of(paper, lang)
            .ok_or(TemplateFault::Missing)?;
        environment()
            .render_named_str(paper.name(), text, Serde(words))
            .map_err(|error| TemplateFault::Broken(format!("{error:#}")))
    }

    /// Whether there is a template for it.
    pub fn has_paper(&self, paper: Paper) -> bool {
        Lang::ALL
            .into_iter()
            .any(|lang| self.templates.texts.contains_key(&(paper, lang)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(String, Option<String>)> {
        let forms = Forms {
            impact: vec!["users".to_owned()],
            handover: Vec::new(),
        };
        let flaws = flaws(Paper::IncidentUpdate, text, &forms);
        flaws.into_iter().map(|it| (it.what, it.help)).collect()
    }

    #[test]
    fn files_are_known_by_their_names() {
        assert_eq!(
            paper_of("incident-update.zh.md"),
            Some((Paper::IncidentUpdate, Lang::Zh))
        );
        assert_eq!(paper_of("incident-update.de.md"), None);
        assert_eq!(paper_of("readme.md"), None);
    }

    #[test]
    fn a_template_speaks_only_of_what_it_is_given() {
        assert_eq!(
            wrong("{{ id }}: {% for role in roles %}{{ role.title }}{% endfor %}"),
            []
        );
        let [(what, help)] = &wrong("{{ titel }}")[..] else {
            panic!("one flaw");
        };
        assert_eq!(what, "no template is given `titel`");
        assert_eq!(help.as_deref(), Some("did you mean `title`?"));
        assert_eq!(wrong("{{ impact.users }}"), []);
        assert_eq!(
            wrong("{{ impact.rto }}")[0].0,
            "the impact form has no field `rto`"
        );
        assert!(wrong("one\n{% for %}")[0].0.starts_with("not a template"));
    }

    #[test]
    fn what_a_loop_goes_through_has_only_the_fields_it_has() {
        let forms = Forms {
            impact: vec!["users".to_owned()],
            ..Forms::default()
        };
        let text = "{{ id }}\n{% for it in roles %}{{ it.titel }}{% endfor %}";
        let [flaw] = &flaws(Paper::IncidentReview, text, &forms)[..] else {
            panic!("one flaw");
        };
        assert!(
            flaw.what.starts_with("it can't be filled in"),
            "{}",
            flaw.what
        );
        assert_eq!(
            &text[flaw.at.clone()],
            text.lines().nth(1).expect("two lines")
        );
        assert_eq!(
            wrong("{% for it in timeline %}{{ it.at }}{{ it.by }}{% endfor %}"),
            []
        );
    }

    #[test]
    fn the_sample_has_every_word() {
        let sample = sample(&["users".to_owned()]);
        let sample = sample.as_object().expect("it has names");
        let mut words = WORDS.to_vec();
        words.sort_unstable();
        assert_eq!(sample.keys().collect::<Vec<_>>(), words);
    }

    #[test]
    fn what_is_not_there_is_no_empty_text_and_nothing_runs_for_ever() {
        let words: BTreeMap<&str, &str> = [("id", "INC-1")].into();
        let render = |text: &str| environment().render_named_str("it", text, Serde(&words));
        assert_eq!(render("{{ id }}").expect("it is filled in"), "INC-1");
        assert!(render("{{ title }}").is_err());
        assert!(
            render("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}")
                .is_err()
        );
    }
}
