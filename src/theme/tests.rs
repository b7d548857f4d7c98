use std::collections::BTreeSet;

use super::catalogue::EMBEDDED;
use ratatui::style::Color;

use super::*;
use crate::config::diagnostic::Errors;

const STATUS: [Role; 5] = [Role::Ok, Role::Warn, Role::Error, Role::Unknown, Role::Info];
const DEPTHS: [ColourDepth; 4] = [
    ColourDepth::None,
    ColourDepth::Ansi16,
    ColourDepth::Indexed256,
    ColourDepth::TrueColour,
];

fn embedded(depth: ColourDepth) -> Vec<Theme> {
    let themes = Themes::in_folder(None);
    EMBEDDED
        .iter()
        .map(|(name, ..)| themes.load(name, depth).unwrap())
        .collect()
}

/// What is seen: the colours of the letters and of their ground.
fn seen(theme: &Theme, look: Look, ground: Rgb) -> (Rgb, Rgb) {
    let mut fg = look.fg.map_or(theme.foreground, |paint| paint.rgb);
    let mut bg = look.bg.map_or(ground, |paint| paint.rgb);
    if look.modifiers.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    if look.modifiers.contains(Modifier::DIM) {
        // Terminals that dim take about a third away.
        fg = fg.towards(bg, 0.34);
    }
    (fg, bg)
}

#[test]
fn every_text_is_readable_in_every_theme() {
    let mut poor = Vec::new();
    for theme in embedded(ColourDepth::TrueColour) {
        let least = if theme.name == "high-contrast" {
            7.0
        } else {
            4.5
        };
        for role in Role::ALL {
            let (fg, bg) = seen(&theme, theme.look(*role), theme.background);
            let least = if role.is_text() { least } else { 1.2 };
            if fg.contrast(bg) < least {
                poor.push(format!(
                    "{} {}: {:.2}",
                    theme.name,
                    role.name(),
                    fg.contrast(bg)
                ));
            }
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn every_text_is_readable_in_256_colours_too() {
    let mut poor = Vec::new();
    let rgb = |colour: Option<Color>, or: Rgb| match colour {
        Some(Color::Indexed(index)) => Rgb::of_index(index),
        _ => or,
    };
    for theme in embedded(ColourDepth::Indexed256) {
        for role in Role::ALL.iter().filter(|role| role.is_text()) {
            let style = theme.style(*role);
            let contrast =
                rgb(style.fg, theme.foreground).contrast(rgb(style.bg, theme.background));
            if contrast < 4.5 {
                poor.push(format!("{} {}: {contrast:.2}", theme.name, role.name()));
            }
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn every_state_is_readable_on_the_selected_row() {
    let mut poor = Vec::new();
    for theme in embedded(ColourDepth::TrueColour) {
        for bar in [Role::Selection, Role::SelectionInactive] {
            let Some(ground) = theme.look(bar).bg else {
                continue;
            };
            for role in STATUS.iter().chain(&[
                Role::Text,
                Role::Dim,
                Role::Stale,
                Role::Severity3,
                Role::Match,
            ]) {
                let (fg, bg) = seen(&theme, theme.look(*role), ground.rgb);
                if fg.contrast(bg) < 4.5 {
                    poor.push(format!(
                        "{} {} on {}: {:.2}",
                        theme.name,
                        role.name(),
                        bar.name(),
                        fg.contrast(bg)
                    ));
                }
            }
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn states_stay_distinct_on_every_terminal() {
    for depth in DEPTHS {
        for theme in embedded(depth) {
            let distinct: BTreeSet<String> = STATUS
                .iter()
                .map(|role| format!("{:?}", theme.style(*role)))
                .collect();
            assert_eq!(distinct.len(), STATUS.len(), "{} at {depth:?}", theme.name);
        }
    }
}

#[test]
fn the_colour_blind_theme_is_told_apart_without_green_cones() {
    let theme = Themes::in_folder(None)
        .load("colour-blind", ColourDepth::TrueColour)
        .unwrap();
    let rgb = |role| theme.look(role).fg.unwrap().rgb;
    for (i, a) in STATUS.iter().enumerate() {
        for b in &STATUS[i + 1..] {
            let distance = rgb(*a).distance_deuteranopia(rgb(*b));
            assert!(
                distance > 0.1,
                "{} and {}: {distance:.3}",
                a.name(),
                b.name()
            );
        }
    }
}

#[test]
fn without_colours_only_modifiers_are_left() {
    for theme in embedded(ColourDepth::None) {
        for role in Role::ALL {
            let style = theme.style(*role);
            assert_eq!(
                (style.fg, style.bg),
                (None, None),
                "{} {}",
                theme.name,
                role.name()
            );
        }
        assert_eq!(
            theme.style(Role::Error).add_modifier,
            Modifier::BOLD | Modifier::REVERSED
        );
    }
}

#[test]
fn colour_means_state() {
    let theme = Themes::in_folder(None)
        .load("default", ColourDepth::TrueColour)
        .unwrap();
    for role in [
        Role::Text,
        Role::TitleFocused,
        Role::Accent,
        Role::HeaderDesk,
        Role::KeyHintKey,
        Role::Match,
    ] {
        assert_eq!(theme.look(role).fg, None, "{}", role.name());
    }
}

#[test]
fn every_role_is_given_by_a_theme_that_inherits_nothing() {
    for (name, file, text) in EMBEDDED {
        let source = crate::config::diagnostic::Source::embedded(file, text);
        let parsed = super::file::parse(&source).unwrap();
        if parsed.inherits.is_none() {
            assert_eq!(parsed.roles.len(), Role::ALL.len(), "{name}");
        }
    }
}

fn own(files: &[(&str, &str)]) -> (tempfile::TempDir, Themes) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let themes = Themes::in_folder(Some(folder.path().to_owned()));
    (folder, themes)
}

fn ids(errors: &Errors) -> Vec<&'static str> {
    errors.all().iter().map(|one| one.what.id).collect()
}

#[test]
fn a_theme_of_ones_own_changes_what_it_says() {
    let (_folder, themes) = own(&[(
        "mine",
        "inherits = \"light\"\n[palette]\nbad = \"#aa0000\"\n[roles]\nok = {}",
    )]);
    assert_eq!(themes.names().last().map(String::as_str), Some("mine"));
    let (mine, light) = (
        themes.load("mine", ColourDepth::TrueColour).unwrap(),
        themes.load("light", ColourDepth::TrueColour).unwrap(),
    );
    assert_eq!(mine.look(Role::Error).fg.unwrap().rgb, Rgb(0xaa, 0, 0));
    assert_eq!(mine.look(Role::Ok), Look::default());
    assert_eq!(mine.style(Role::Warn), light.style(Role::Warn));
    assert_eq!(mine.background, light.background);
}

#[test]
fn a_circle_is_named() {
    let (_folder, themes) = own(&[("a", "inherits = \"b\""), ("b", "inherits = \"a\"")]);
    let errors = themes.load("a", ColourDepth::TrueColour).unwrap_err();
    assert_eq!(ids(&errors), ["config-theme-cycle"]);
    assert_eq!(errors.all()[0].what.args[0].1, "a → b → a".into());
    assert!(errors.all()[0].place.is_some());
}

#[test]
fn a_user_theme_may_stand_before_the_embedded_one_but_not_inherit_itself() {
    let (_folder, themes) = own(&[("light", "inherits = \"light\"")]);
    assert_eq!(
        ids(&themes.load("light", ColourDepth::TrueColour).unwrap_err()),
        ["config-theme-cycle"]
    );
}

#[test]
fn faults_of_a_theme_are_all_named_with_the_nearest() {
    let (_folder, themes) = own(&[
        (
            "roles",
            "inherits = \"default\"\ncolour = 1\n[palette]\na = \"red\"\n[roles]\nerorr = \"bad\"\nok = { bald = true }",
        ),
        ("colour", "inherits = \"default\"\n[roles]\nok = \"wel\""),
        ("parent", "inherits = \"ligth\""),
        ("ground", "[roles]\nok = {}"),
    ]);
    let fail = |name| themes.load(name, ColourDepth::TrueColour).unwrap_err();
    let wanted = [
        "config-unknown-key",
        "config-wrong-value",
        "config-theme-unknown-role",
        "config-unknown-key",
    ];
    assert_eq!(
        BTreeSet::from_iter(ids(&fail("roles"))),
        BTreeSet::from(wanted)
    );
    assert_eq!(fail("roles").all().len(), 4);
    let colour = fail("colour");
    assert_eq!(colour.all()[0].help[0].args[0].1, "well".into());
    assert_eq!(fail("parent").all()[0].help[0].args[0].1, "light".into());
    assert_eq!(ids(&fail("ground")), ["config-theme-no-ground"]);
    assert_eq!(ids(&fail("nothing")), ["config-theme-missing"]);
    assert_eq!(ids(&fail("../parent")), ["config-theme-missing"]);
}
