//! PromQL as a tree, and what is wrong with a query whatever it asks.

mod parse;
mod rules;

pub use self::rules::look;

use super::place::Read;

/// One query.
#[derive(Debug, Clone)]
pub struct Query {
    pub read: Read,
    /// What it is at.
    pub at: String,
    /// One of two counts whose share is made elsewhere: an SLO's errors.
    pub is_count: bool,
}

/// A node of a query, with its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub span: std::ops::Range<usize>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Number(f64),
    Text,
    Selector {
        name: String,
        matchers: Vec<Matcher>,
    },
    Call {
        name: String,
        args: Vec<Node>,
    },
    /// `sum by (le) (…)`.
    Aggregate {
        name: String,
        by: Vec<String>,
        without: Vec<String>,
        args: Vec<Node>,
    },
    Binary {
        op: String,
        sides: Box<(Node, Node)>,
    },
}

/// `status=~"5.."`.
#[derive(Debug, Clone, PartialEq)]
pub struct Matcher {
    pub label: String,
    pub op: String,
    pub value: String,
}

impl Node {
    /// This node and all below it.
    pub fn all(&self) -> Vec<&Node> {
        let mut all = vec![self];
        let mut at = 0;
        while let Some(node) = all.get(at).copied() {
            match &node.kind {
                Kind::Call { args, .. } | Kind::Aggregate { args, .. } => all.extend(args),
                Kind::Binary { sides, .. } => all.extend([&sides.0, &sides.1]),
                _ => {}
            }
            at += 1;
        }
        all
    }

    /// The functions that make a rate of a counter.
    pub fn is_rate(&self) -> bool {
        matches!(&self.kind, Kind::Call { name, .. } if matches!(&**name, "rate" | "irate" | "increase"))
    }

    pub fn selectors(&self) -> impl Iterator<Item = (&Node, &str, &[Matcher])> {
        self.all().into_iter().filter_map(|node| match &node.kind {
            Kind::Selector { name, matchers } => Some((node, &**name, &**matchers)),
            _ => None,
        })
    }
}

pub use self::parse::parse;
