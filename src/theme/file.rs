//! One theme file: palette, roles, the theme it inherits from, each with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::style::Modifier;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::colour::{Paint, Rgb};
use super::role::Role;
use crate::config::diagnostic::{Diagnostic, Place, Say, Source};
use crate::config::document;
use crate::domain::nearest::nearest;

/// A theme as its file says it.
#[derive(Debug, Clone, Default)]
pub struct ThemeFile {
    pub inherits: Option<(String, Place)>,
    pub background: Option<Rgb>,
    pub foreground: Option<Rgb>,
    pub palette: BTreeMap<String, Paint>,
    pub roles: BTreeMap<Role, RoleSpec>,
}

/// How a role looks, with colours still to be looked up in the palette.
#[derive(Debug, Clone, Default)]
pub struct RoleSpec {
    pub fg: Option<(Ink, Place)>,
    pub bg: Option<(Ink, Place)>,
    pub modifiers: Modifier,
}

/// A colour as a role names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ink {
    Rgb(Rgb),
    Named(String),
}

const KEYS: [&str; 5] = ["inherits", "background", "foreground", "palette", "roles"];
const STYLE_KEYS: [&str; 8] = [
    "fg",
    "bg",
    "bold",
    "dim",
    "italic",
    "underline",
    "reversed",
    "crossed",
];

/// Reads the text of a theme.
pub fn parse(source: &Arc<Source>) -> Result<ThemeFile, Vec<Diagnostic>> {
    let (table, errors) = document::parse(source);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut reader = Reader { source, errors };
    let file = reader.file(table.get_ref());
    if reader.errors.is_empty() {
        Ok(file)
    } else {
        Err(reader.errors)
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn file(&mut self, table: &DeTable<'_>) -> ThemeFile {
        let mut file = ThemeFile::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "inherits" => match value.get_ref().as_str() {
                    Some(name) => file.inherits = Some((name.to_owned(), self.place(value))),
                    None => self.wrong("inherits", Say::new("config-kind-text"), value),
                },
                "background" => file.background = self.rgb("background", value),
                "foreground" => file.foreground = self.rgb("foreground", value),
                "palette" => self.each("palette", value, |reader, name, _, value| {
                    if let Some(paint) = reader.paint(name, value) {
                        file.palette.insert(name.to_owned(), paint);
                    }
                }),
                "roles" => self.each("roles", value, |reader, name, key_place, value| {
                    if let Some(role) = Role::from_name(name) {
                        let spec = reader.role(name, value);
                        file.roles.insert(role, spec);
                        return;
                    }
                    let names = Role::ALL.iter().map(|role| role.name());
                    let what = Say::new("config-theme-unknown-role").arg("name", name);
                    let one = Diagnostic::new(what).at(key_place);
                    reader.errors.push(one.nearest(nearest(name, names)));
                }),
                unknown => self.unknown(unknown, Place::new(self.source, key.span()), &KEYS),
            }
        }
        file
    }

    fn each(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        mut row: impl FnMut(&mut Self, &str, Place, &Spanned<DeValue<'_>>),
    ) {
        let Some(table) = value.get_ref().as_table() else {
            return self.wrong(name, Say::new("config-kind-table"), value);
        };
        for (key, value) in table {
            let place = Place::new(self.source, key.span());
            row(self, key.get_ref(), place, value);
        }
    }

    fn role(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> RoleSpec {
        let mut spec = RoleSpec::default();
        match value.get_ref() {
            DeValue::String(text) => spec.fg = Some((ink(text), self.place(value))),
            DeValue::Table(_) => self.each(name, value, |reader, key, key_place, value| {
                let modifier = match key {
                    "fg" | "bg" => {
                        let Some(text) = value.get_ref().as_str() else {
                            return reader.wrong(key, Say::new("config-kind-theme-colour"), value);
                        };
                        let ink = Some((ink(text), reader.place(value)));
                        if key == "fg" {
                            spec.fg = ink;
                        } else {
                            spec.bg = ink;
                        }
                        return;
                    }
                    "bold" => Modifier::BOLD,
                    "dim" => Modifier::DIM,
                    "italic" => Modifier::ITALIC,
                    "underline" => Modifier::UNDERLINED,
                    "reversed" => Modifier::REVERSED,
                    "crossed" => Modifier::CROSSED_OUT,
                    unknown => return reader.unknown(unknown, key_place, &STYLE_KEYS),
                };
                match value.get_ref().as_bool() {
                    Some(on) => spec.modifiers.set(modifier, on),
                    None => reader.wrong(key, Say::new("config-kind-flag"), value),
                }
            }),
            _ => self.wrong(name, Say::new("config-kind-theme-style"), value),
        }
        spec
    }

    fn paint(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Paint> {
        if value.get_ref().is_str() {
            return self.rgb(name, value).map(|rgb| Paint { rgb, ansi: None });
        }
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(name, Say::new("config-kind-theme-colour"), value);
            return None;
        };
        let (mut rgb, mut ansi) = (None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "rgb" => rgb = self.rgb(name, value),
                "ansi" => {
                    let number = value.get_ref().as_integer();
                    ansi = number
                        .and_then(|n| u8::from_str_radix(n.as_str(), n.radix()).ok())
                        .filter(|n| *n < 16);
                    if ansi.is_none() {
                        self.wrong("ansi", Say::new("config-kind-ansi"), value);
                    }
                }
                unknown => self.unknown(
                    unknown,
                    Place::new(self.source, key.span()),
                    &["rgb", "ansi"],
                ),
            }
        }
        if rgb.is_none() && table.get("rgb").is_none() {
            self.wrong(name, Say::new("config-kind-theme-colour"), value);
        }
        rgb.map(|rgb| Paint { rgb, ansi })
    }

    fn rgb(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Rgb> {
        let rgb = value.get_ref().as_str().and_then(Rgb::parse);
        if rgb.is_none() {
            self.wrong(name, Say::new("config-kind-theme-colour"), value);
        }
        rgb
    }

    fn place(&self, value: &Spanned<DeValue<'_>>) -> Place {
        Place::new(self.source, value.span())
    }

    fn wrong(&mut self, key: &str, expected: Say, value: &Spanned<DeValue<'_>>) {
        let found = document::found(value, self.source);
        let label = Say::new("config-expected-found")
            .arg("expected", expected)
            .arg("found", found);
        let one = Diagnostic::new(Say::new("config-wrong-value").arg("key", key))
            .at(self.place(value))
            .label(label);
        self.errors.push(one);
    }

    fn unknown(&mut self, key: &str, place: Place, known: &[&str]) {
        let label = Say::new("config-unknown-key-label").arg("names", known.join(", "));
        let one = Diagnostic::new(Say::new("config-unknown-key").arg("key", key))
            .at(place)
            .label(label);
        self.errors
            .push(one.nearest(nearest(key, known.iter().copied())));
    }
}

fn ink(text: &str) -> Ink {
    Rgb::parse(text).map_or_else(|| Ink::Named(text.to_owned()), Ink::Rgb)
}
