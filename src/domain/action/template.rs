//! Texts with holes, which parameters, targets and earlier steps fill.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text with holes. What fills a hole is never parsed again: it stays one piece of one argument.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template {
    pub pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    Text(String),
    Hole(Hole),
}

/// What fills a hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hole {
    /// `$name`: a parameter.
    Param(String),
    /// `$target`: the bare name of the target.
    Target,
    /// `$run`: the id of the run.
    Run,
    /// `$env.NAME`: of the environment of the desk (pack.toml).
    Env(String),
    /// `$preview.items`: exactly what was previewed. The argument is repeated for each item.
    Preview,
    /// `$saved.STEP.FIELD`: what an earlier step gave.
    Saved { step: String, field: String },
    /// `$before.NAME`: what was there before.
    Before(String),
}

impl Template {
    /// A text without holes.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![Piece::Text(text.into())],
        }
    }

    /// The text, where no hole is left.
    pub fn whole(&self) -> Option<String> {
        self.fill(&mut |_| None)
    }

    /// The text with all holes filled; `None` where one can't be.
    pub fn fill(&self, fill: &mut dyn FnMut(&Hole) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Hole(hole) => text.push_str(&fill(hole)?),
            }
        }
        Some(text)
    }

    /// The same with the holes filled that can be by now.
    #[must_use]
    pub fn fill_some(&self, fill: &mut dyn FnMut(&Hole) -> Option<String>) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in &self.pieces {
            let piece = match piece {
                Piece::Hole(hole) => fill(hole).map_or_else(|| piece.clone(), Piece::Text),
                Piece::Text(_) => piece.clone(),
            };
            match (pieces.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
                (_, piece) => pieces.push(piece),
            }
        }
        Self { pieces }
    }

    /// Adds a text at its end.
    pub fn push(&mut self, text: String) {
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(&text),
            _ => self.pieces.push(Piece::Text(text)),
        }
    }

    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Text(_) => None,
        })
    }
}

/// As a pack writes it.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Hole(hole) => hole.fmt(f),
        })
    }
}

/// As a pack writes it.
impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Param(name) => write!(f, "${name}"),
            Self::Target => f.write_str("$target"),
            Self::Run => f.write_str("$run"),
            Self::Env(name) => write!(f, "$env.{name}"),
            Self::Preview => f.write_str("$preview.items"),
            Self::Saved { step, field } => write!(f, "$saved.{step}.{field}"),
            Self::Before(name) => write!(f, "$before.{name}"),
        }
    }
}
