//! The corpus of themes: right ones load at every depth, wrong ones say what is wrong, where, and what was meant.

use std::path::{Path, PathBuf};

use quarterdeck::{
    domain::{settings::ColourDepth, text::Lang},
    i18n::Texts,
    theme::{Role, Themes},
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/themes")
        .join(name)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

const DEPTHS: [ColourDepth; 4] = [
    ColourDepth::None,
    ColourDepth::Ansi16,
    ColourDepth::Indexed256,
    ColourDepth::TrueColour,
];

#[test]
fn right_themes_load_at_every_depth() {
    let folder = folder("valid");
    let themes = Themes::in_folder(Some(folder.clone()));
    for name in names(&folder) {
        for depth in DEPTHS {
            let theme = themes.load(&name, depth);
            assert!(theme.is_ok(), "{name} at {depth:?}: {theme:?}");
        }
    }
}

#[test]
fn what_is_inherited_goes_through_two_files() {
    let themes = Themes::in_folder(Some(folder("valid")));
    let load = |name| themes.load(name, ColourDepth::TrueColour).unwrap();
    let (base, warmest) = (load("default"), load("warmest"));
    assert_ne!(warmest.style(Role::Accent), base.style(Role::Accent));
    assert_ne!(
        warmest.style(Role::TitleFocused),
        base.style(Role::TitleFocused)
    );
    assert_eq!(warmest.style(Role::Error), base.style(Role::Error));
}

#[test]
fn wrong_themes_say_what_is_wrong() {
    let folder = folder("invalid");
    let themes = Themes::in_folder(Some(folder.clone()));
    let root = format!("{}/", env!("CARGO_MANIFEST_DIR"));
    for name in names(&folder) {
        let errors = themes
            .load(&name, ColourDepth::TrueColour)
            .expect_err(&name);
        for lang in Lang::ALL {
            let text = errors.render(&Texts::new(lang), false).replace(&root, "");
            insta::with_settings!({ snapshot_path => "snapshots/themes", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}@{}", lang.code()), text);
            });
        }
    }
}
