//! The corpus of configs: what is valid loads, what isn't says what, where and what was probably meant.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use quarterdeck::cli::config::{Question, answer};
use quarterdeck::config::diagnostic::Source;
use quarterdeck::config::layer::{self, Paths};
use quarterdeck::config::{Errors, Flags, Inputs, Vocabulary, load};
use quarterdeck::domain::settings::{Credentials, NamespaceChoice};
use quarterdeck::i18n::{Lang, Texts};
use quarterdeck::keymap;
use quarterdeck::theme::Themes;

/// Texts that are nearly a config.
const NOISE: &str = r#"((theme|poll|keys|a|导出|roles|palette|url|"x\\n")|[=.\[\]{}"'#,\n\t\r -]|1|true|\x1b|\x{85}|é|://a@b|\PC){0,40}"#;

/// Inputs with no file but the one, seen from the root of the project so that reports hold no path of a machine.
fn inputs(config: Option<&Path>) -> Inputs {
    let none = PathBuf::from("tests/configs/none");
    Inputs {
        demo: false,
        desk: quarterdeck::domain::desk::DeskChoice::default(),
        policy_file: none.join("policy.toml"),
        policy_owner: 0,
        system_file: none.join("system.toml"),
        user_file: Some(none.join("user.toml")),
        home: Some(PathBuf::from("/home/li")),
        env: Vec::new(),
        flags: Flags {
            config: config.map(Path::to_owned),
            ..Flags::default()
        },
        vocabulary: Vocabulary {
            themes: Themes::in_folder(None).names(),
            key_problems: keymap::problems,
        },
    }
}

fn corpus(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(Path::new("tests/configs").join(folder))
        .expect("the corpus is there")
        .map(|entry| entry.expect("the corpus can be listed").path())
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .expect("every file has a name")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn every_valid_config_loads() {
    let files = corpus("valid");
    assert!(files.len() >= 4);
    for path in files {
        if let Err(errors) = load(&inputs(Some(&path))) {
            panic!("{}", errors.render(&Texts::new(Lang::En), false));
        }
    }
}

#[test]
fn every_invalid_config_says_what_is_wrong() {
    let files = corpus("invalid");
    assert!(files.len() >= 20);
    for path in files {
        let errors = load(&inputs(Some(&path))).expect_err(&stem(&path));
        for one in errors.all() {
            let place = one
                .place
                .as_ref()
                .unwrap_or_else(|| panic!("{}: an error without a place", path.display()));
            assert!(
                place.span.end <= place.source.text.len(),
                "{}",
                path.display()
            );
        }
        let settings = || {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("../configs/snapshots");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings
        };
        for lang in Lang::ALL {
            let report = errors.render(&Texts::new(lang), false);
            assert!(
                !report.contains('\u{1b}') && !report.contains("hunter2"),
                "{}: {report}",
                path.display()
            );
            settings().bind(|| {
                insta::assert_snapshot!(format!("{}.{}", stem(&path), lang.code()), report);
            });
        }
    }
}

#[test]
fn everything_can_be_set() {
    let settings = load(&inputs(Some(Path::new(
        "tests/configs/valid/everything.toml",
    ))))
    .unwrap()
    .settings;
    assert_eq!(
        settings.namespaces,
        NamespaceChoice::Only(vec!["prod".into(), "batch".into()])
    );
    assert_eq!(settings.lang, Lang::Zh);
    assert_eq!(settings.kubeconfig, Some("/home/li/.kube/prod".into()));
    assert_eq!(settings.kubernetes.page_size, 256);
    assert_eq!(settings.locks.namespace, "quarterdeck");
    let prometheus = settings.prometheus.unwrap();
    assert_eq!(prometheus.url.as_str(), "https://localhost:9090/prometheus");
    assert_eq!(prometheus.access.timeout.as_secs(), 90);
    assert_eq!(
        prometheus.access.ca_file,
        Some("tests/configs/valid/ca.pem".into())
    );
    assert_eq!(prometheus.access.headers["X-Scope-OrgID"], "team-a");
    let alertmanager = settings.alertmanager.unwrap();
    assert_eq!(alertmanager.urls.len(), 2);
    assert_eq!(
        alertmanager.access.credentials,
        Credentials::BearerFile("tests/configs/valid/token".into())
    );
    assert_eq!(settings.keys["list"]["g"], "top");
    assert!(settings.demo.is_some());
}

#[test]
fn layers_win_in_their_order_and_say_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut inputs = inputs(None);
    let theme = |inputs: &Inputs| {
        let loaded = load(inputs).unwrap();
        let shown = answer(Question::Show { sources: true }, inputs, false).out;
        let line = shown
            .lines()
            .find(|line| line.starts_with("theme = "))
            .unwrap()
            .to_owned();
        (
            loaded.settings.theme,
            line.rsplit(" # ").next().unwrap().to_owned(),
        )
    };
    assert_eq!(theme(&inputs), ("default".into(), "default".into()));
    inputs.system_file = file("system.toml", "mouse = true\ntheme = \"light\"");
    assert_eq!(
        theme(&inputs),
        (
            "light".into(),
            format!("{}:2", inputs.system_file.display())
        )
    );
    inputs.user_file = Some(file("user.toml", "theme = \"mono\""));
    assert_eq!(theme(&inputs).0, "mono");
    inputs.flags.config = Some(file("explicit.toml", "theme = \"colour-blind\""));
    assert_eq!(theme(&inputs).0, "colour-blind");
    inputs.env = vec![("QUARTERDECK_THEME".into(), "high-contrast".into())];
    assert_eq!(
        theme(&inputs),
        ("high-contrast".into(), "$QUARTERDECK_THEME".into())
    );
    inputs.flags.theme = Some("catppuccin-mocha".into());
    assert_eq!(
        theme(&inputs),
        ("catppuccin-mocha".into(), "--theme".into())
    );
    assert!(load(&inputs).unwrap().settings.mouse);
    assert_eq!(load(&inputs).unwrap().watched_files.len(), 4);
}

#[test]
fn a_named_file_must_exist() {
    let missing = Path::new("tests/configs/none/explicit.toml");
    let errors = load(&inputs(Some(missing))).unwrap_err();
    assert!(
        errors
            .render(&Texts::new(Lang::En), false)
            .contains("there is no tests/configs/none/explicit.toml")
    );
}

#[test]
fn faults_of_variables_and_flags_name_them() {
    let mut inputs = inputs(None);
    inputs.env = vec![
        ("QUARTERDECK_PROMETHEUS__URL".into(), "prom".into()),
        ("QUARTERDECK_TEHME".into(), "light".into()),
    ];
    inputs.flags.glyphs = Some("unicorn".into());
    inputs.flags.namespaces = vec!["prod".into(), "Ünsinn".into()];
    let report = load(&inputs)
        .unwrap_err()
        .render(&Texts::new(Lang::En), false);
    insta::assert_snapshot!(report);
}

#[test]
fn without_any_file_the_config_is_valid() {
    let checked = answer(Question::Check, &inputs(None), false);
    assert_eq!((checked.exit, checked.err.as_str()), (0, ""));
    let paths = answer(Question::Path, &inputs(None), false);
    assert_eq!(paths.exit, 0);
    insta::assert_snapshot!(paths.out);
    insta::assert_snapshot!(answer(Question::Show { sources: true }, &inputs(None), false).out);
}

#[test]
fn what_is_shown_can_be_read_back_and_hides_headers() {
    let path = Path::new("tests/configs/valid/everything.toml");
    let shown = answer(
        Question::Show { sources: false },
        &inputs(Some(path)),
        false,
    )
    .out;
    assert!(!shown.contains("team-a"), "{shown}");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.toml");
    std::fs::write(&copy, shown.replace("tests/configs/valid/", "")).unwrap();
    let (one, two) = (
        load(&inputs(Some(path))).unwrap(),
        load(&inputs(Some(&copy))).unwrap(),
    );
    assert_eq!(one.settings.keys, two.settings.keys);
    assert_eq!(one.settings.poll, two.settings.poll);
    assert_eq!(one.settings.namespaces, two.settings.namespaces);
}

#[test]
fn a_broken_config_ends_with_two_and_nothing_on_standard_output() {
    let path = Path::new("tests/configs/invalid/unknown-key-top.toml");
    for question in [Question::Check, Question::Show { sources: true }] {
        let broken = answer(question, &inputs(Some(path)), false);
        assert_eq!((broken.exit, broken.out.as_str()), (2, ""));
        assert!(
            broken
                .err
                .contains("tests/configs/invalid/unknown-key-top.toml:2:1"),
            "{}",
            broken.err
        );
    }
}

#[test]
fn a_broken_theme_of_ones_own_is_found_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = inputs(None);
    inputs.user_file = Some(folder.path().join("config.toml"));
    inputs.flags.theme = Some("mine".to_owned());
    inputs.vocabulary.themes.push("mine".to_owned());
    std::fs::create_dir(folder.path().join("themes")).unwrap();
    let theme = folder.path().join("themes/mine.toml");
    std::fs::write(&theme, "inherits = \"default\"\n[roles]\nok = \"wel\"\n").unwrap();
    let broken = answer(Question::Check, &inputs, false);
    assert_eq!((broken.exit, broken.out.as_str()), (2, ""));
    let place = format!("{}:3:6", theme.display());
    assert!(
        broken.err.contains(&place) && broken.err.contains("did you mean `well`?"),
        "{}",
        broken.err
    );
    std::fs::write(&theme, "inherits = \"default\"\n").unwrap();
    assert_eq!(answer(Question::Check, &inputs, false).exit, 0);
}

#[test]
fn nothing_weakens_the_policy() {
    use std::os::unix::fs::MetadataExt as _;

    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, "read_only = true\nallowed_packs = [\"glancy\"]").unwrap();
    let mut inputs = inputs(None);
    inputs.policy_owner = std::fs::metadata(&policy).unwrap().uid();
    inputs.policy_file = policy;
    inputs.env = vec![("QUARTERDECK_READ_ONLY".into(), "false".into())];
    inputs.flags.pack = Some("mine".into());
    let loaded = load(&inputs).unwrap();
    assert!(loaded.settings.read_only);
    assert_eq!(loaded.settings.pack, None);
    let refused: Vec<String> = loaded
        .refusals
        .iter()
        .map(|one| one.key.to_string())
        .collect();
    assert_eq!(refused, ["read_only", "pack"]);
    let shown = answer(Question::Show { sources: true }, &inputs, false).out;
    assert!(
        shown.contains("# read_only = false ($QUARTERDECK_READ_ONLY) is refused by "),
        "{shown}"
    );
    assert!(
        shown.contains("# pack = \"mine\" (--pack) is refused by "),
        "{shown}"
    );
    inputs.flags.pack = Some("glancy".into());
    inputs.env.clear();
    let loaded = load(&inputs).unwrap();
    assert_eq!(
        (loaded.settings.pack.as_deref(), loaded.refusals.len()),
        (Some("glancy"), 0)
    );
}

static ZH: LazyLock<Texts> = LazyLock::new(|| Texts::new(Lang::Zh));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_breaks_the_reader_or_the_report(text in NOISE) {
        let source = Source::file(Path::new("noise.toml"), text);
        let (_, errors) = layer::from_file(&source, Paths { base: None, home: None });
        if let Err(errors) = Errors::check(errors) {
            let report = errors.render(&ZH, false);
            prop_assert!(report.chars().all(|c| c == '\n' || !c.is_control()), "{report:?}");
            prop_assert!(!errors.short(&ZH).is_empty());
        }
        let _ = quarterdeck::theme::file::parse(&source).map_err(Errors::check);
    }
}

/// A person's own files and variables name real servers; the demo's file names the embedded ones.
#[test]
fn a_demo_reads_its_own_cluster_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let own = write(
        "own.toml",
        "theme = \"light\"\nnamespaces = [\"shop\"]\nkubeconfig = \"/real/kubeconfig\"\n[prometheus]\nurl = \"https://prometheus.real\"\n\
         username = \"me\"\npassword_file = \"/real/password\"\n[prometheus.headers]\nX-Scope-OrgID = \"real\"\n",
    );
    let served = write(
        "config.toml",
        "pack = \"glancy\"\nkubeconfig = \"/demo/kubeconfig\"\ncontext = \"prod\"\n[prometheus]\nurl = \"https://127.0.0.1:9\"\n\
         [demo]\nserve = \"https://127.0.0.1:8\"\n",
    );
    let mut inputs = inputs(Some(&served));
    inputs.user_file = Some(own);
    inputs.env = vec![
        (
            "QUARTERDECK_KUBECONFIG".to_owned(),
            "/real/other".to_owned(),
        ),
        (
            "QUARTERDECK_PROMETHEUS__URL".to_owned(),
            "https://elsewhere.real".to_owned(),
        ),
    ];
    inputs.flags.kubeconfig = Some("/real/flag".into());
    let settings = load(&inputs).unwrap().settings;
    assert_eq!(
        settings.theme, "light",
        "how the screen looks is the person's"
    );
    assert_eq!(
        settings.kubeconfig.as_deref(),
        Some(Path::new("/demo/kubeconfig"))
    );
    let prometheus = settings.prometheus.unwrap();
    assert_eq!(
        prometheus.url.as_str().trim_end_matches('/'),
        "https://127.0.0.1:9"
    );
    assert!(prometheus.access.headers.is_empty());
    assert_eq!(
        prometheus.access.credentials,
        quarterdeck::domain::settings::Credentials::None
    );
    assert_eq!(
        settings.namespaces,
        quarterdeck::domain::settings::NamespaceChoice::FromDesk
    );

    inputs.flags.config = None;
    inputs.demo = true;
    let settings = load(&inputs).unwrap().settings;
    assert_eq!(settings.kubeconfig, None);
    assert_eq!(settings.prometheus, None);
}

#[test]
fn a_demo_that_points_elsewhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let text = "[prometheus]\nurl = \"https://prometheus.real\"\n[demo]\nserve = \"https://127.0.0.1:8\"\n";
    std::fs::write(&path, text).unwrap();
    let errors = load(&inputs(Some(&path))).unwrap_err();
    let text = errors.render(&Texts::new(Lang::En), false);
    assert!(text.contains("config.toml:2:"), "{text}");
    assert!(text.contains("must be on this machine"), "{text}");
}
