//! PromQL to a tree. What it can't follow it gives up on: a server says better what is wrong there.

use std::ops::Range;

use super::{Kind, Matcher, Node};

const AGGREGATES: [&str; 13] = [
    "sum",
    "min",
    "max",
    "avg",
    "group",
    "stddev",
    "stdvar",
    "count",
    "count_values",
    "bottomk",
    "topk",
    "quantile",
    "limitk",
];

/// The tree of a query; `None` where it is no PromQL that is known here.
pub fn parse(text: &str) -> Option<Node> {
    let tokens = lex(text)?;
    let mut parser = Parser { tokens, at: 0 };
    let node = parser.binary(0)?;
    (parser.at == parser.tokens.len()).then_some(node)
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    text: String,
    span: Range<usize>,
    kind: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Name,
    Number,
    Text,
    Sign,
    /// `[5m]`, `[1h:15s]`.
    Range,
}

fn lex(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let (kind, length) = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '#' => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '"' | '\'' | '`' => (What::Text, quoted(rest, c)?),
            '[' => (What::Range, rest.find(']')? + 1),
            c if c.is_ascii_digit() => {
                let length = run(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
                (What::Number, length)
            }
            c if c.is_alphabetic() || c == '_' || c == ':' || c == '$' => {
                let length = run(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$' | '.'));
                (What::Name, length)
            }
            _ => {
                let long = ["==", "!=", ">=", "<=", "=~", "!~"];
                let length = long.iter().find(|sign| rest.starts_with(**sign));
                (What::Sign, length.map_or(c.len_utf8(), |it| it.len()))
            }
        };
        tokens.push(Token {
            text: rest[..length].to_owned(),
            span: at..at + length,
            kind,
        });
        at += length;
    }
    Some(tokens)
}

fn quoted(rest: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && mark != '`' {
            escaped = true;
        } else if c == mark {
            return Some(at + 1);
        }
    }
    None
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

/// How strongly an operator binds.
fn strength(op: &str) -> Option<u8> {
    Some(match op {
        "or" => 1,
        "and" | "unless" => 2,
        "==" | "!=" | ">" | "<" | ">=" | "<=" => 3,
        "+" | "-" => 4,
        "*" | "/" | "%" | "atan2" => 5,
        "^" => 6,
        _ => return None,
    })
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, text: &str) -> Option<Range<usize>> {
        let token = self
            .peek()
            .filter(|it| it.kind != What::Text && it.text == text)?;
        let span = token.span.clone();
        self.at += 1;
        Some(span)
    }

    fn binary(&mut self, least: u8) -> Option<Node> {
        let mut left = self.unary()?;
        while let Some(op) = self.peek().filter(|it| it.kind != What::Text) {
            let op = op.text.clone();
            let Some(bind) = strength(&op).filter(|it| *it > least) else {
                break;
            };
            self.at += 1;
            let _ = self.take("bool");
            for how in ["on", "ignoring"] {
                if self.take(how).is_some() {
                    self.names()?;
                }
            }
            for side in ["group_left", "group_right"] {
                if self.take(side).is_some() && self.peek().is_some_and(|it| it.text == "(") {
                    self.names()?;
                }
            }
            let right = self.binary(bind)?;
            let span = left.span.start..right.span.end;
            let sides = Box::new((left, right));
            let kind = Kind::Binary { op, sides };
            left = Node { kind, span };
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Node> {
        if self.take("-").is_some() || self.take("+").is_some() {
            return self.unary();
        }
        let mut node = self.primary()?;
        loop {
            let Some(next) = self.peek() else {
                return Some(node);
            };
            if let Some(end) = next.range_end() {
                self.at += 1;
                node.span.end = end;
            } else if self.take("offset").is_some() || self.take("@").is_some() {
                let _ = self.take("-");
                node.span.end = self.peek()?.span.end;
                self.at += 1;
            } else {
                return Some(node);
            }
        }
    }

    fn names(&mut self) -> Option<Vec<String>> {
        self.take("(")?;
        let mut names = Vec::new();
        while self.take(")").is_none() {
            names.push(self.peek()?.text.clone());
            self.at += 1;
            let _ = self.take(",");
        }
        Some(names)
    }

    fn args(&mut self) -> Option<(Vec<Node>, usize)> {
        self.take("(")?;
        let mut args = Vec::new();
        loop {
            if let Some(end) = self.take(")") {
                return Some((args, end.end));
            }
            args.push(self.binary(0)?);
            let _ = self.take(",");
        }
    }

    fn primary(&mut self) -> Option<Node> {
        let token = self.peek()?.clone();
        let start = token.span.start;
        match token.kind {
            What::Number => {
                self.at += 1;
                let number = token.text.replace('_', "").parse().unwrap_or(f64::NAN);
                let kind = Kind::Number(number);
                Some(node(kind, token.span))
            }
            What::Text => {
                self.at += 1;
                Some(node(Kind::Text, token.span))
            }
            What::Sign if token.text == "(" => {
                self.at += 1;
                let mut node = self.binary(0)?;
                node.span = start..self.take(")")?.end;
                Some(node)
            }
            What::Sign if token.text == "{" => self.selector(String::new(), token.span),
            What::Name => {
                self.at += 1;
                self.named(token)
            }
            _ => None,
        }
    }

    fn named(&mut self, token: Token) -> Option<Node> {
        let start = token.span.start;
        let lower = token.text.to_ascii_lowercase();
        if AGGREGATES.contains(&&*lower) {
            return self.aggregate(lower, start);
        }
        if matches!(&*lower, "inf" | "nan") {
            return Some(node(Kind::Number(f64::NAN), token.span));
        }
        if self.peek().is_some_and(|it| it.text == "(") {
            let (args, end) = self.args()?;
            let name = lower;
            let kind = Kind::Call { name, args };
            return Some(node(kind, start..end));
        }
        self.selector(token.text, token.span)
    }

    fn aggregate(&mut self, name: String, start: usize) -> Option<Node> {
        let (mut by, mut without) = (Vec::new(), Vec::new());
        let mut end = start;
        let mut args = None;
        for _ in 0..2 {
            if self.take("by").is_some() {
                by = self.names()?;
            } else if self.take("without").is_some() {
                without = self.names()?;
            }
            if args.is_none() && self.peek().is_some_and(|it| it.text == "(") {
                let (found, at) = self.args()?;
                (args, end) = (Some(found), at);
            }
        }
        let kind = Kind::Aggregate {
            name,
            by,
            without,
            args: args?,
        };
        Some(node(kind, start..end))
    }

    fn selector(&mut self, name: String, mut span: Range<usize>) -> Option<Node> {
        let mut matchers = Vec::new();
        if self.take("{").is_some() {
            loop {
                if let Some(end) = self.take("}") {
                    span.end = end.end;
                    break;
                }
                let label = self.peek()?.text.clone();
                let op = self.tokens.get(self.at + 1)?.text.clone();
                let value = self.tokens.get(self.at + 2)?.text.clone();
                let value = value.trim_matches(['"', '\'', '`']).to_owned();
                matchers.push(Matcher { label, op, value });
                self.at += 3;
                let _ = self.take(",");
            }
        }
        Some(node(Kind::Selector { name, matchers }, span))
    }
}

impl Token {
    /// Where a range ends, where this is one.
    fn range_end(&self) -> Option<usize> {
        (self.kind == What::Range).then_some(self.span.end)
    }
}

const fn node(kind: Kind, span: Range<usize>) -> Node {
    Node { kind, span }
}
