//! What a person answers a prompt with, and whether that is a yes.

use tui_input::{Input, InputRequest};

use crate::domain::action::{
    plan::{Count, Plan},
    tier::Tier,
};

/// What is asked for, by tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// Nothing: it only reads.
    None,
    /// A choice whose focus stands on No.
    Choice,
    /// The name of the target.
    Name(String),
    /// The name and the number of what would be hit.
    NameAndNumber(String, Count),
}

impl Challenge {
    pub fn of(plan: &Plan) -> Self {
        let name = || plan.target.name().to_owned();
        match plan.tier {
            Tier::T0 => Self::None,
            Tier::T1 => Self::Choice,
            Tier::T2 => Self::Name(name()),
            Tier::T3 => Self::NameAndNumber(name(), count(plan)),
        }
    }
}

/// The number a T3 asks for. What nothing counts is counted by its steps: the number is there to make one look.
fn count(plan: &Plan) -> Count {
    plan.count.clone().unwrap_or_else(|| Count {
        of: "steps".to_owned(),
        number: plan.steps.len() as u64,
    })
}

/// The two things that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    #[default]
    No,
    Run,
}

/// Which line of the prompt takes what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Line {
    #[default]
    Name,
    Number,
}

/// What was answered so far.
#[derive(Debug, Clone)]
pub struct Answer {
    pub challenge: Challenge,
    pub choice: Choice,
    pub name: Input,
    pub number: Input,
    pub line: Line,
}

impl Answer {
    pub(super) fn to(challenge: Challenge) -> Self {
        Self {
            challenge,
            choice: Choice::default(),
            name: Input::default(),
            number: Input::default(),
            line: Line::default(),
        }
    }

    /// Whether anything stands there that could be voided.
    pub fn is_begun(&self) -> bool {
        self.choice == Choice::Run
            || !self.name.value().is_empty()
            || !self.number.value().is_empty()
    }

    /// Whether it is a yes as it stands.
    pub fn is_yes(&self) -> bool {
        match &self.challenge {
            Challenge::None => true,
            Challenge::Choice => self.choice == Choice::Run,
            Challenge::Name(_) => self.name_is_right(),
            Challenge::NameAndNumber(_, count) => {
                self.name_is_right() && folded(self.number.value()) == count.number.to_string()
            }
        }
    }

    /// Whether what is typed is the name, full-width forms taken for what they stand for.
    pub fn name_is_right(&self) -> bool {
        match &self.challenge {
            Challenge::Name(name) | Challenge::NameAndNumber(name, _) => {
                !name.is_empty() && folded(self.name.value()) == folded(name)
            }
            Challenge::None | Challenge::Choice => false,
        }
    }

    /// Whether what is typed begins the name.
    pub fn name_is_begun(&self) -> bool {
        match &self.challenge {
            Challenge::Name(name) | Challenge::NameAndNumber(name, _) => {
                folded(name).starts_with(&folded(self.name.value()))
            }
            Challenge::None | Challenge::Choice => false,
        }
    }

    pub(super) fn void(&mut self) {
        *self = Self::to(self.challenge.clone());
    }

    /// The line that takes text, where one does.
    pub fn typed(&self) -> Option<&Input> {
        match (&self.challenge, self.line) {
            (Challenge::Name(_) | Challenge::NameAndNumber(..), Line::Name) => Some(&self.name),
            (Challenge::NameAndNumber(..), Line::Number) => Some(&self.number),
            _ => None,
        }
    }

    pub(super) fn edit(&mut self, request: InputRequest) {
        let input = match (&self.challenge, self.line) {
            (Challenge::Name(_) | Challenge::NameAndNumber(..), Line::Name) => &mut self.name,
            (Challenge::NameAndNumber(..), Line::Number) => &mut self.number,
            _ => return,
        };
        input.handle(request);
    }

    /// Goes to the other choice or the other line.
    pub(super) fn step(&mut self, onward: bool) {
        match self.challenge {
            Challenge::Choice => {
                self.choice = if onward { Choice::Run } else { Choice::No };
            }
            Challenge::NameAndNumber(..) => {
                self.line = if onward { Line::Number } else { Line::Name };
            }
            Challenge::None | Challenge::Name(_) => {}
        }
    }
}

/// A text with full-width forms taken for what they stand for: `：／？１` of an input method are `:/?1`.
fn folded(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).expect("a full-width form has an ASCII one")
            }
            c => c,
        })
        .collect()
}
