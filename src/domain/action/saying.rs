//! A condition as it can be told in any language: what is compared with what, and what was read of it.

use serde::{Deserialize, Serialize};

use super::value::Value;
use crate::domain::{gauge::Unit, light::Light, text::Text};

/// The part of a check that is what was found of it.
pub const CHECKED: &str = "check";
/// The part of a check that is the time since it was done.
pub const CHECK_AGE: &str = "age";

/// A condition as its pack wrote it, with what it says where that is known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Stated {
    pub cel: String,
    pub says: Option<Saying>,
    pub over: Span,
}

/// Over what time a condition must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    #[default]
    Now,
    /// All the time for so many seconds.
    For(u64),
    /// In so many whole windows of so many seconds, in a row.
    Windows(u32, u64),
}

/// A condition, told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Saying {
    All(Vec<Saying>),
    Any(Vec<Saying>),
    One(Box<Clause>),
}

/// One comparison, and whether it held; `None` where nobody looked, or what it reads is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    #[serde(flatten)]
    pub what: What,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
}

/// What one comparison compares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Compare(Term, Order, Term),
    /// A light is, or is not, of a colour.
    Light {
        of: Name,
        is: bool,
        light: Light,
        now: Light,
    },
    /// A value is one of these, or is not.
    Among {
        of: Term,
        is: bool,
        these: Vec<Value>,
    },
    /// Something that is so or not.
    State {
        of: Term,
        is: bool,
    },
    Fixed(bool),
}

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
    Same,
    Other,
}

/// One side of a comparison, and what was read of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    pub name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Value>,
    #[serde(default)]
    pub unit: Unit,
}

/// What a side of a comparison is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// A value that stands in the condition itself.
    Figure(Value),
    /// Something watched, and which number of it: `depth`, `oldest`, … (`saying-<part>`).
    Watched {
        of: Text,
        part: Option<String>,
    },
    /// An object's number or state, `ready`, `exists`, … (`saying-<part>`); `None` is the target of the action.
    Object {
        of: Option<String>,
        part: String,
    },
    Param(Text),
    /// What was there before, as the pack names it.
    Before(Text),
    Saved(String),
    Env(String),
    /// A field of an object, by its path.
    Field(String),
    Target,
    Now,
    /// Another action, done within so many seconds, however it ended.
    Done {
        action: String,
        seconds: u64,
    },
    /// Another action, which ended well within so many seconds.
    Verified {
        action: String,
        seconds: u64,
    },
    Negated(Box<Name>),
    Computed(Box<Name>, char, Box<Name>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Bare(String),
    Told {
        cel: String,
        says: Option<Saying>,
        #[serde(default)]
        over: Span,
    },
}

impl From<Written> for Stated {
    fn from(written: Written) -> Self {
        match written {
            Written::Bare(cel) => Self::from(cel),
            Written::Told { cel, says, over } => Self { cel, says, over },
        }
    }
}

impl From<Stated> for Written {
    fn from(stated: Stated) -> Self {
        match stated {
            Stated {
                cel,
                says: None,
                over: Span::Now,
            } => Self::Bare(cel),
            Stated { cel, says, over } => Self::Told { cel, says, over },
        }
    }
}

impl From<String> for Stated {
    fn from(cel: String) -> Self {
        Self {
            cel,
            ..Self::default()
        }
    }
}

impl From<&str> for Stated {
    fn from(cel: &str) -> Self {
        Self::from(cel.to_owned())
    }
}

impl Order {
    /// What holds where this does not.
    #[must_use]
    pub const fn negate(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::More,
            Self::More => Self::AtMost,
            Self::AtLeast => Self::Less,
            Self::Same => Self::Other,
            Self::Other => Self::Same,
        }
    }
}

impl Name {
    /// Whether it is known once somebody ran a check.
    pub fn is_of_check(&self) -> bool {
        matches!(self, Self::Watched { part: Some(part), .. } if part == CHECKED || part == CHECK_AGE)
    }

    fn rename(&mut self, name: &dyn Fn(Self) -> Self) {
        match self {
            Self::Negated(inner) => inner.rename(name),
            Self::Computed(left, _, right) => {
                left.rename(name);
                right.rename(name);
            }
            _ => *self = name(std::mem::replace(self, Self::Now)),
        }
    }
}

impl Saying {
    /// The same, whose sides are called otherwise.
    #[must_use]
    pub fn renamed(mut self, name: &dyn Fn(Name) -> Name) -> Self {
        self.rename(name);
        self
    }

    fn rename(&mut self, name: &dyn Fn(Name) -> Name) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.rename(name);
                }
            }
            Self::One(clause) => match &mut clause.what {
                What::Compare(left, _, right) => {
                    left.name.rename(name);
                    right.name.rename(name);
                }
                What::Light { of, .. } => of.rename(name),
                What::Among { of, .. } | What::State { of, .. } => of.name.rename(name),
                What::Fixed(_) => {}
            },
        }
    }

    /// Whether it held, as far as its clauses tell.
    pub fn held(&self) -> Option<bool> {
        let all = |parts: &[Self], want: bool| {
            let mut held = Some(want);
            for part in parts {
                match part.held() {
                    Some(found) if found != want => return Some(!want),
                    None => held = None,
                    Some(_) => {}
                }
            }
            held
        };
        match self {
            Self::All(parts) => all(parts, true),
            Self::Any(parts) => all(parts, false),
            Self::One(clause) => clause.held,
        }
    }

    /// The parts by which it is so (`true`) or not so: of alternatives only those that hold say why it is allowed, and of
    /// several demands only those that fail say why it is not.
    #[must_use]
    pub fn reasons(&self, so: bool) -> Vec<Self> {
        if self.held() != Some(so) {
            return Vec::new();
        }
        let (parts, every) = match self {
            Self::All(parts) => (parts, so),
            Self::Any(parts) => (parts, !so),
            Self::One(_) => return vec![self.clone()],
        };
        let whys = parts.iter().filter(|part| part.held() == Some(so));
        let whys: Vec<Self> = whys.flat_map(|part| part.reasons(so)).collect();
        // Alternatives that all fail are one reason; demands that all hold, and all that decides by itself, are several.
        if every && !so && whys.len() > 1 {
            vec![Self::Any(whys)]
        } else {
            whys
        }
    }
}

impl Saying {
    /// The parts that are not known to hold.
    #[must_use]
    pub fn unmet(&self) -> Vec<Self> {
        if self.held() == Some(true) {
            return Vec::new();
        }
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::unmet).collect(),
            Self::Any(parts) => {
                let parts: Vec<Self> = parts.iter().flat_map(Self::unmet).collect();
                vec![Self::Any(parts)]
            }
            Self::One(_) => vec![self.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(name: &str, held: Option<bool>) -> Saying {
        Saying::One(Box::new(Clause {
            what: What::State {
                of: Term {
                    name: Name::Saved(name.to_owned()),
                    now: None,
                    unit: Unit::None,
                },
                is: true,
            },
            held,
        }))
    }

    #[test]
    fn only_what_decides_is_a_reason() {
        let (yes, no, dark) = (
            clause("yes", Some(true)),
            clause("no", Some(false)),
            clause("dark", None),
        );
        let either = Saying::Any(vec![yes.clone(), no.clone(), dark.clone()]);
        assert_eq!(either.held(), Some(true));
        assert_eq!(either.reasons(true), std::slice::from_ref(&yes));
        assert_eq!(either.reasons(false), []);
        let both = Saying::All(vec![either, yes.clone()]);
        assert_eq!(both.reasons(true), [yes.clone(), yes.clone()]);
        let refused = Saying::All(vec![
            Saying::Any(vec![no.clone(), no.clone()]),
            yes,
            no.clone(),
        ]);
        assert_eq!(refused.held(), Some(false));
        assert_eq!(
            refused.reasons(false),
            [Saying::Any(vec![no.clone(), no.clone()]), no]
        );
        assert_eq!(Saying::All(vec![dark]).held(), None);
    }

    #[test]
    fn a_condition_without_words_is_kept_as_it_was_before_there_were_any() {
        let bare = Stated::from("a > 1.0");
        let text = serde_json::to_string(&bare).unwrap();
        assert_eq!(text, "\"a > 1.0\"");
        assert_eq!(serde_json::from_str::<Stated>(&text).unwrap(), bare);
        let told = Stated {
            says: Some(clause("a", None)),
            over: Span::Windows(3, 300),
            ..bare
        };
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Stated>(&text).unwrap(), told);
    }
}
