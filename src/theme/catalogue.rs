//! The themes there are: those inside the binary and the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{self, Ink, ThemeFile};
use super::{Look, Paint, Rgb, Role, Theme};
use crate::config::diagnostic::{Diagnostic, Errors, Place, Say, Source};
use crate::config::load::read;
use crate::domain::nearest::nearest;
use crate::domain::settings::ColourDepth;

/// The themes inside the binary, as (name, file, text).
pub const EMBEDDED: [(&str, &str, &str); 6] = [
    (
        "default",
        "themes/default.toml",
        include_str!("../../themes/default.toml"),
    ),
    (
        "light",
        "themes/light.toml",
        include_str!("../../themes/light.toml"),
    ),
    (
        "high-contrast",
        "themes/high-contrast.toml",
        include_str!("../../themes/high-contrast.toml"),
    ),
    (
        "colour-blind",
        "themes/colour-blind.toml",
        include_str!("../../themes/colour-blind.toml"),
    ),
    (
        "mono",
        "themes/mono.toml",
        include_str!("../../themes/mono.toml"),
    ),
    (
        "catppuccin-mocha",
        "themes/catppuccin-mocha.toml",
        include_str!("../../themes/catppuccin-mocha.toml"),
    ),
];

/// Where themes are looked up; a file of the user's goes before an embedded theme of its name.
#[derive(Debug, Clone, Default)]
pub struct Themes {
    folder: Option<PathBuf>,
}

/// A theme with all it inherits laid together.
struct Whole {
    background: Option<Rgb>,
    foreground: Option<Rgb>,
    palette: BTreeMap<String, Paint>,
    roles: BTreeMap<Role, file::RoleSpec>,
}

impl Themes {
    /// With the user's themes in this folder, which need not exist.
    pub fn in_folder(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// With the user's themes where they belong, `$XDG_CONFIG_HOME/quarterdeck/themes`.
    pub fn of_user() -> Self {
        Self::in_folder(crate::config::load::user_folder().map(|folder| folder.join("themes")))
    }

    /// The folder to watch for changes.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Every theme by name, the embedded ones first.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = EMBEDDED
            .iter()
            .map(|(name, ..)| (*name).to_owned())
            .collect();
        let mut own: Vec<String> = self
            .folder
            .as_ref()
            .and_then(|folder| std::fs::read_dir(folder).ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let name = path.file_stem()?.to_str()?.to_owned();
                (path.extension()? == "toml" && !names.contains(&name)).then_some(name)
            })
            .collect();
        own.sort();
        names.append(&mut own);
        names
    }

    /// The default theme, which is inside the binary and can't fail.
    pub fn fallback(&self, depth: ColourDepth) -> Theme {
        Self::in_folder(None)
            .load("default", depth)
            .expect("the embedded default theme loads at every depth")
    }

    /// A theme by name, for a terminal of this depth; without colours every theme is mono.
    pub fn load(&self, name: &str, depth: ColourDepth) -> Result<Theme, Errors> {
        let (background, foreground, looks) = self.looks(name)?;
        if depth == ColourDepth::None && name != "mono" {
            let (_, _, looks) = Self::in_folder(None).looks("mono")?;
            return Ok(Theme::new(name, depth, background, foreground, looks));
        }
        Ok(Theme::new(name, depth, background, foreground, looks))
    }

    fn looks(&self, name: &str) -> Result<(Rgb, Rgb, Vec<Look>), Errors> {
        let whole = self.whole(name)?;
        let mut errors = Vec::new();
        let mut colour = |ink: &Option<(Ink, Place)>| match ink {
            None => None,
            Some((Ink::Rgb(rgb), _)) => Some(Paint {
                rgb: *rgb,
                ansi: None,
            }),
            Some((Ink::Named(name), place)) => {
                let paint = whole.palette.get(name).copied();
                if paint.is_none() {
                    let names = whole.palette.keys().map(String::as_str);
                    let what = Say::new("config-theme-unknown-colour").arg("name", name.as_str());
                    let one = Diagnostic::new(what)
                        .at(place.clone())
                        .label(Say::new("config-theme-colour-label"));
                    errors.push(one.nearest(nearest(name, names)));
                }
                paint
            }
        };
        let looks = Role::ALL
            .iter()
            .map(|role| match whole.roles.get(role) {
                Some(spec) => Look {
                    fg: colour(&spec.fg),
                    bg: colour(&spec.bg),
                    modifiers: spec.modifiers,
                },
                None => Look::default(),
            })
            .collect();
        Errors::check(errors)?;
        match (whole.background, whole.foreground) {
            (Some(background), Some(foreground)) => Ok((background, foreground, looks)),
            _ => Err(Diagnostic::new(Say::new("config-theme-no-ground").arg("name", name)).into()),
        }
    }

    /// The theme laid over those it inherits from.
    fn whole(&self, name: &str) -> Result<Whole, Errors> {
        let mut chain: Vec<(String, ThemeFile)> = Vec::new();
        let mut next = Some((name.to_owned(), None::<Place>));
        while let Some((name, place)) = next {
            if chain.iter().any(|(seen, _)| *seen == name) {
                let mut circle: Vec<&str> = chain.iter().map(|(seen, _)| seen.as_str()).collect();
                circle.push(&name);
                let what = Say::new("config-theme-cycle").arg("circle", circle.join(" → "));
                let mut one = Diagnostic::new(what);
                one.place = place;
                return Err(one.into());
            }
            let file = file::parse(&self.source(&name, place)?.opened()).map_err(Errors::of)?;
            next = file
                .inherits
                .clone()
                .map(|(parent, place)| (parent, Some(place)));
            chain.push((name, file));
        }
        let mut whole = Whole {
            background: None,
            foreground: None,
            palette: BTreeMap::new(),
            roles: BTreeMap::new(),
        };
        for (_, file) in chain.into_iter().rev() {
            whole.background = file.background.or(whole.background);
            whole.foreground = file.foreground.or(whole.foreground);
            whole.palette.extend(file.palette);
            whole.roles.extend(file.roles);
        }
        Ok(whole)
    }

    fn source(&self, name: &str, asked_by: Option<Place>) -> Result<Arc<Source>, Errors> {
        // A name is never a path: it comes out of configs and theme files.
        let plain = !name.contains(['/', '\\']) && !name.starts_with('.');
        if let (true, Some(folder)) = (plain, &self.folder)
            && let Some(source) = read(&folder.join(format!("{name}.toml")), false)
                .map_err(|wrong| Errors::from(*wrong))?
        {
            return Ok(source);
        }
        if let Some((_, file, text)) = EMBEDDED.iter().find(|(known, ..)| *known == name) {
            return Ok(Source::embedded(file, text));
        }
        let id = if asked_by.is_some() {
            "config-theme-unknown-parent"
        } else {
            "config-theme-missing"
        };
        let names = self.names();
        let mut one = Diagnostic::new(Say::new(id).arg("name", name))
            .nearest(nearest(name, names.iter().map(String::as_str)));
        one.place = asked_by;
        Err(one.into())
    }
}
