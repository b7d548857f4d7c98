//! Texts with holes: `$name` is a whole argument, `${name}` a part of one, `$$` a dollar.

use std::{cell::RefCell, ops::Range};

use super::{ParamKind, ParamSpec, programs};
use crate::{
    domain::action::step::{Hole, Parse, Piece, Save, Template},
    pack::{nearest::suggestion, places::Places, reader::Node},
};

/// What may fill holes of one action.
pub(super) struct Holes<'a> {
    pub params: &'a [ParamSpec],
    pub places: &'a Places,
    pub env: Vec<String>,
    /// In their parts.
    pub before: Vec<Vec<String>>,
    /// The steps so far, and the fields they save.
    pub saved: RefCell<Vec<(String, String)>>,
    pub preview: bool,
    /// The target is an object of the cluster.
    pub of_object: bool,
}

impl Holes<'_> {
    /// A text with holes; what is wrong with it is reported and stands as it was written.
    pub fn template(&self, node: &Node<'_>) -> Option<Template> {
        Some(self.template_at(node, node.str()?, 0))
    }

    /// The same for a part of the text.
    pub fn template_at(&self, node: &Node<'_>, text: &str, from: usize) -> Template {
        let place = |at: Range<usize>| node.place(from + at.start..from + at.end);
        if let Some((at, what)) = programs::left_open(text) {
            let help = "make it a parameter: `$name`".to_owned();
            let what = format!("{what} is left to be filled in");
            node.sink.report(place(at), &node.path, what, Some(help));
        }
        let mut pieces = Vec::new();
        for found in pieces_of(text) {
            match found {
                Found::Text(text) => pieces.push(Piece::Text(text)),
                Found::Hole(at, name) => match self.hole(name) {
                    Ok(hole) => pieces.push(Piece::Hole(hole)),
                    Err((what, help)) => node.sink.report(place(at), &node.path, what, help),
                },
                Found::Broken(at) => {
                    let help = "a dollar that is meant as one is written `$$`".to_owned();
                    let what = "this dollar names nothing";
                    node.sink.report(place(at), &node.path, what, Some(help));
                }
            }
        }
        Template { pieces }
    }

    fn hole(&self, name: &str) -> Result<Hole, (String, Option<String>)> {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            ["target"] => Ok(Hole::Target),
            ["run"] => Ok(Hole::Run),
            ["preview", "items"] if self.preview => Ok(Hole::Preview),
            ["preview", "items"] => {
                let help = "add `preview = { … }`".to_owned();
                Err(("nothing is previewed".to_owned(), Some(help)))
            }
            ["env", name] if self.env.iter().any(|known| known == name) => {
                Ok(Hole::Env((*name).to_owned()))
            }
            ["env", name] => Err((
                format!("no environment of this pack has `{name}`"),
                suggestion(name, self.env.iter().map(String::as_str)),
            )),
            ["saved", step, field] => self.saved(step, field),
            ["before", path @ ..] => {
                let name = path.join(".");
                if self.before.iter().any(|known| known == path) {
                    return Ok(Hole::Before(name));
                }
                let known: Vec<String> = self.before.iter().map(|path| path.join(".")).collect();
                let help = suggestion(&name, known.iter().map(String::as_str));
                Err((format!("nothing reads `before.{name}`"), help))
            }
            [name] => match self.params.iter().find(|param| param.name == *name) {
                Some(param) if param.kind == ParamKind::Secret => {
                    let help = "name it in `secrets = [\"$…\"]`, which gives it by the environment, a file or a header";
                    let what = format!("`${name}` is a secret, which no text may hold");
                    Err((what, Some(help.to_owned())))
                }
                Some(_) => Ok(Hole::Param((*name).to_owned())),
                None => {
                    let names = self.params.iter().map(|param| param.name.as_str());
                    let names = names.chain(["target", "run"]);
                    let what = format!("this action has no parameter `{name}`");
                    Err((what, suggestion(name, names)))
                }
            },
            _ => Err((format!("nothing is called `${name}`"), None)),
        }
    }

    fn saved(&self, step: &str, field: &str) -> Result<Hole, (String, Option<String>)> {
        let saved = self.saved.borrow();
        let known = |(of, what): &(String, String)| of == step && what == field;
        if saved.iter().any(known) {
            return Ok(Hole::Saved {
                step: step.to_owned(),
                field: field.to_owned(),
            });
        }
        let names: Vec<String> = saved
            .iter()
            .map(|(of, what)| format!("{of}.{what}"))
            .collect();
        let path = format!("{step}.{field}");
        let help = suggestion(&path, names.iter().map(String::as_str));
        Err((format!("no step before this one saves `{path}`"), help))
    }

    /// Holes of later steps may speak of what this one saves.
    pub fn saves(&self, save: &Save) {
        let fields = fields_of(&save.parse);
        let mut saved = self.saved.borrow_mut();
        saved.extend(fields.into_iter().map(|field| (save.name.clone(), field)));
    }

    pub fn uses_target(&self, node: &Node<'_>) {
        if !self.of_object {
            let what = "the target of this action is no object of the cluster";
            node.error(what, Some("name one: `deployment/backend`".to_owned()));
        }
    }

    /// `$name` where an object is wanted.
    pub fn object_param(&self, node: &Node<'_>, name: &str) {
        let object = |param: &&ParamSpec| matches!(param.kind, ParamKind::Object(_));
        self.param_of(node, name, "takes an object", object);
    }

    /// `$name` where a number is wanted.
    pub fn number_param(&self, node: &Node<'_>, name: &str) {
        let number = |param: &&ParamSpec| {
            matches!(
                param.kind,
                ParamKind::Int { .. } | ParamKind::Duration { .. } | ParamKind::Revision
            )
        };
        self.param_of(node, name, "is a whole number", number);
    }

    fn param_of(
        &self,
        node: &Node<'_>,
        name: &str,
        what: &str,
        fits: impl Fn(&&ParamSpec) -> bool,
    ) {
        match self.params.iter().find(|param| param.name == name) {
            Some(param) if fits(&param) => {}
            Some(_) => node.error(format!("no parameter `{name}` {what}"), None),
            None => {
                let names = self.params.iter().map(|param| param.name.as_str());
                let help = suggestion(name, names);
                node.error(format!("this action has no parameter `{name}`"), help);
            }
        }
    }

    /// A place of the pack.
    pub fn place(&self, node: &Node<'_>, name: &str) {
        let names = || self.places.all.iter().map(|place| place.name.as_str());
        if !names().any(|known| known == name) {
            let help = suggestion(name, names());
            node.error(format!("this pack has no place `{name}`"), help);
        }
    }

    /// A connection of the pack.
    pub fn connection(&self, node: &Node<'_>, name: &str) {
        let names = || self.places.connections.iter().map(|one| one.name.as_str());
        if !names().any(|known| known == name) && !self.places.is_broken(name) {
            let help = suggestion(name, names());
            node.error(format!("this pack has no connection `{name}`"), help);
        }
    }

    /// Secrets of the pack, or parameters that choose one.
    pub fn secrets(&self, node: Option<Node<'_>>) -> Vec<String> {
        let names = node.map(|node| node.strings()).unwrap_or_default();
        let known = || {
            self.places
                .secrets
                .iter()
                .map(|secret| secret.name.as_str())
        };
        for (node, name) in &names {
            let secret = |param: &&ParamSpec| param.kind == ParamKind::Secret;
            if let Some(name) = name.strip_prefix('$') {
                self.param_of(node, name, "chooses a secret", secret);
            } else if !known().any(|known| known == *name) {
                let help = suggestion(name, known());
                node.error("this pack has no such secret", help);
            }
        }
        names.into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}

/// The fields parsed output has.
pub(super) fn fields_of(parse: &Parse) -> Vec<String> {
    match parse {
        Parse::Json(pointers) => pointers.keys().cloned().collect(),
        Parse::Regex(pattern) => regex::Regex::new(pattern)
            .map(|pattern| {
                pattern
                    .capture_names()
                    .flatten()
                    .map(str::to_owned)
                    .collect()
            })
            .unwrap_or_default(),
        Parse::Lines => vec!["lines".to_owned()],
        Parse::Ending(ending) => {
            let own = ending.fields().into_iter().map(str::to_owned);
            let output = ending.output.as_ref().map(fields_of);
            own.chain(output.into_iter().flatten()).collect()
        }
    }
}

/// A piece of a text as it is written.
#[derive(Debug, PartialEq, Eq)]
enum Found<'t> {
    Text(String),
    Hole(Range<usize>, &'t str),
    Broken(Range<usize>),
}

fn pieces_of(text: &str) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(dollar) = text[at..].find('$').map(|more| at + more) {
        plain.push_str(&text[at..dollar]);
        let rest = &text[dollar + 1..];
        if rest.starts_with('$') {
            plain.push('$');
            at = dollar + 2;
            continue;
        }
        if !plain.is_empty() {
            found.push(Found::Text(std::mem::take(&mut plain)));
        }
        let (name, length) = if let Some(inner) = rest.strip_prefix('{') {
            inner
                .find('}')
                .map_or(("", rest.len()), |end| (&inner[..end], end + 2))
        } else {
            let length = bare(rest);
            (&rest[..length], length)
        };
        let span = dollar..dollar + 1 + length;
        at = span.end;
        found.push(if name.is_empty() {
            Found::Broken(span)
        } else {
            Found::Hole(span, name)
        });
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() || found.is_empty() {
        found.push(Found::Text(plain));
    }
    found
}

/// How far a name without braces goes; only the known families have dots.
fn bare(rest: &str) -> usize {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = |text: &str| text.find(|c| !word(c)).unwrap_or(text.len());
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    let mut end = length(rest);
    let dots = match &rest[..end] {
        "env" | "preview" => 1,
        "saved" | "before" => 2,
        _ => 0,
    };
    for _ in 0..dots {
        let Some(more) = rest[end..].strip_prefix('.') else {
            break;
        };
        let more = length(more);
        if more == 0 {
            break;
        }
        end += 1 + more;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_where_they_stand() {
        let hole = |at, name| Found::Hole(at, name);
        let text = |text: &str| Found::Text(text.to_owned());
        assert_eq!(pieces_of("$name"), [hole(0..5, "name")]);
        assert_eq!(
            pieces_of("a-${name}.sql"),
            [text("a-"), hole(2..9, "name"), text(".sql")]
        );
        assert_eq!(pieces_of("costs $$5"), [text("costs $5")]);
        assert_eq!(
            pieces_of("$before.stage.weight."),
            [hole(0..20, "before.stage.weight"), text(".")]
        );
        assert_eq!(pieces_of("$name.x"), [hole(0..5, "name"), text(".x")]);
        assert_eq!(pieces_of("$"), [Found::Broken(0..1)]);
        assert_eq!(pieces_of("$(id)"), [Found::Broken(0..1), text("(id)")]);
        assert_eq!(pieces_of("${x"), [Found::Broken(0..3)]);
        assert_eq!(pieces_of(""), [text("")]);
    }
}
