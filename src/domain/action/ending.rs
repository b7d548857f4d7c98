//! How a program or a server ended as an answer of its own: what proves that it is up or down, and what proves nothing.

use serde::{Deserialize, Serialize};

use super::{
    step::Parse,
    value::{Value, Values},
};

/// What can be told of how something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// A program ended with this exit code.
    Rc(i32),
    /// The API server knows no such pod.
    Absent,
    /// A server answered, be it that it lets nobody in.
    Answers,
    /// Nothing listens where the server should be.
    Refused,
    /// The API server says that its container ended and does not run: it crashes again and again.
    Crashed,
}

/// Which ends of a step are answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ending {
    /// Exit codes that are no failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rc: Vec<i32>,
    /// What proves that it is up; what proves neither is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub up: Vec<Sign>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub down: Vec<Sign>,
    /// Any status of a server is an answer, and that nothing listens is one too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any: bool,
    /// What is taken of its output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Parse>,
}

impl Ending {
    /// Whether it says what is up and what is down.
    pub fn proves(&self) -> bool {
        !self.up.is_empty() || !self.down.is_empty()
    }

    /// The signs of both.
    pub fn signs(&self) -> impl Iterator<Item = Sign> {
        self.up.iter().chain(&self.down).copied()
    }

    /// Whether a program that ends with this code says something.
    pub fn takes(&self, rc: i32) -> bool {
        self.rc.contains(&rc) || self.signs().any(|sign| sign == Sign::Rc(rc))
    }

    /// What it gives beside its output.
    pub fn fields(&self) -> Vec<&'static str> {
        let mut fields = Vec::new();
        if self.proves() {
            fields.extend(["up", "why"]);
        }
        if !self.rc.is_empty() || self.signs().any(|sign| matches!(sign, Sign::Rc(_))) {
            fields.push("rc");
        }
        if self.any {
            fields.extend(["status", "ms", "open"]);
        }
        fields
    }

    /// Whether a field stays as it is as long as nobody changes anything: how a server is down may vary, that it is may not.
    pub fn is_steady(&self, field: &str) -> bool {
        match field {
            "rc" | "why" => !self.proves(),
            "ms" | "status" => !self.any,
            _ => true,
        }
    }

    /// What a sign proves.
    pub fn told(&self, sign: Sign, why: &str) -> Values {
        let mut values = self.untold(why);
        if self.up.contains(&sign) {
            values.insert("up".to_owned(), Value::Bool(true));
        } else if self.down.contains(&sign) {
            values.insert("up".to_owned(), Value::Bool(false));
        }
        if let Sign::Rc(rc) = sign {
            values.insert("rc".to_owned(), Value::Int(rc.into()));
        }
        values
    }

    /// What is said where nothing is proved.
    pub fn untold(&self, why: &str) -> Values {
        let mut values = Values::new();
        if self.proves() {
            values.insert("why".to_owned(), Value::text(why));
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // row: A20
    #[test]
    fn up_and_down_are_proved_and_nothing_else_is() {
        let ending = Ending {
            up: vec![Sign::Rc(0)],
            down: vec![Sign::Rc(1), Sign::Rc(2), Sign::Absent],
            ..Ending::default()
        };
        let up = |sign| ending.told(sign, "so").get("up").cloned();
        assert_eq!(up(Sign::Rc(0)), Some(Value::Bool(true)));
        for sign in [Sign::Rc(1), Sign::Rc(2), Sign::Absent] {
            assert_eq!(up(sign), Some(Value::Bool(false)), "{sign:?}");
        }
        for sign in [
            Sign::Rc(3),
            Sign::Rc(127),
            Sign::Refused,
            Sign::Answers,
            Sign::Crashed,
        ] {
            assert_eq!(up(sign), None, "{sign:?}");
        }
        assert!(ending.takes(2) && !ending.takes(3));
        assert_eq!(ending.told(Sign::Rc(3), "x")["rc"], Value::Int(3));
        assert_eq!(ending.fields(), ["up", "why", "rc"]);
        assert!(ending.is_steady("up") && !ending.is_steady("rc"));
    }
}
