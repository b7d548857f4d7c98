//! From everything that has a say to what holds.

use std::fs::Metadata;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ambient::Ambient;
use super::desks::{self, NamedDesk};
use super::diagnostic::{Diagnostic, Errors, Place, Say, Source};
use super::layer::{self, FlagValues, Layer, Paths};
use super::merged::Merged;
use super::path::KeyPath;
use super::policy::{self, Refusal};
use crate::domain::desk::{DeskChoice, DeskPlace};
use crate::domain::nearest::nearest;
use crate::domain::policy::Policy;
use crate::domain::settings::{KeyBindings, KeyProblem, KeyProblemKind, Lang, Settings};

/// More than any config a person writes.
const LARGEST: u64 = 1 << 20;

/// Everything that has a say.
#[derive(Debug, Clone)]
pub struct Inputs {
    pub policy_file: PathBuf,
    /// The user who must own the policy file.
    pub policy_owner: u32,
    pub system_file: PathBuf,
    pub user_file: Option<PathBuf>,
    /// Where `~/` points.
    pub home: Option<PathBuf>,
    pub env: Vec<(String, String)>,
    pub flags: Flags,
    pub vocabulary: Vocabulary,
    /// The process is a demo: no server that a file, a variable or a flag names is its business.
    pub demo: bool,
    /// The desk that was chosen while the cockpit runs.
    pub desk: DeskChoice,
}

/// The names that values may take and that other rooms know.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    pub themes: Vec<String>,
    /// Checks the rebinding against the registry of commands.
    pub key_problems: fn(&KeyBindings) -> Vec<KeyProblem>,
}

/// What the command line may override; nothing is set by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: a file that must exist.
    pub config: Option<PathBuf>,
    /// `--desk`: one that the configuration names.
    pub desk: Option<String>,
    pub pack: Option<String>,
    pub context: Option<String>,
    pub kubeconfig: Option<PathBuf>,
    /// Empty means not given.
    pub namespaces: Vec<String>,
    pub all_namespaces: bool,
    pub read_only: bool,
    pub theme: Option<String>,
    pub glyphs: Option<String>,
    pub locale: Option<String>,
    pub mouse: Option<bool>,
    pub colours: Option<String>,
    pub prometheus: Option<String>,
    /// Empty means not given.
    pub alertmanager: Vec<String>,
    pub log_level: Option<String>,
}

impl Flags {
    fn values(&self) -> FlagValues {
        let mut values = FlagValues::new();
        let mut put =
            |flag, key, text: Option<String>| values.extend(text.map(|text| (flag, key, text)));
        let list = |items: &[String]| (!items.is_empty()).then(|| items.join(","));
        let set = |flag: bool| flag.then(|| "true".to_owned());
        put("--pack", "pack", self.pack.clone());
        put("--context", "context", self.context.clone());
        put(
            "--kubeconfig",
            "kubeconfig",
            self.kubeconfig
                .as_ref()
                .map(|path| path.to_string_lossy().into_owned()),
        );
        put("--namespace", "namespaces", list(&self.namespaces));
        put(
            "--all-namespaces",
            "all_namespaces",
            set(self.all_namespaces),
        );
        put("--read-only", "read_only", set(self.read_only));
        put("--theme", "theme", self.theme.clone());
        put("--glyphs", "glyphs", self.glyphs.clone());
        put("--locale", "locale", self.locale.clone());
        put(
            "--mouse",
            "mouse",
            self.mouse.map(|mouse| mouse.to_string()),
        );
        put("--colours", "colours", self.colours.clone());
        put("--prometheus", "prometheus.url", self.prometheus.clone());
        put(
            "--alertmanager",
            "alertmanager.urls",
            list(&self.alertmanager),
        );
        put("--log-level", "log.level", self.log_level.clone());
        values
    }
}

/// What holds, and why.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Settings,
    pub policy: Policy,
    /// Every key that is set, with its origin.
    pub origins: Merged,
    /// What policy did not let through; a refused pack must not be replaced by another desk in silence.
    pub refusals: Vec<Refusal>,
    /// The files whose change means loading again, whether they exist now or not.
    pub watched_files: Vec<PathBuf>,
    /// The desks that the configuration names.
    pub desks: Vec<NamedDesk>,
}

impl Inputs {
    /// What this process was started with.
    pub fn of_process(mut flags: Flags, vocabulary: Vocabulary) -> Self {
        let env: Vec<_> = std::env::vars_os()
            .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)))
            .collect();
        flags.config = flags
            .config
            .or_else(|| std::env::var_os("QUARTERDECK_CONFIG").map(PathBuf::from));
        Self {
            policy_file: PathBuf::from("/etc/quarterdeck/policy.toml"),
            policy_owner: 0,
            system_file: PathBuf::from("/etc/quarterdeck/config.toml"),
            user_file: user_folder().map(|folder| folder.join("config.toml")),
            home: directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()),
            env,
            flags,
            vocabulary,
            demo: false,
            desk: DeskChoice::default(),
        }
    }

    /// The config files that are asked, the weakest first, and whether each must exist.
    pub fn files(&self) -> Vec<(&Path, bool)> {
        let mut files = vec![(self.system_file.as_path(), false)];
        files.extend(self.user_file.as_deref().map(|path| (path, false)));
        files.extend(self.flags.config.as_deref().map(|path| (path, true)));
        files
    }

    /// The language to complain in before any config is known.
    pub fn lang(&self) -> Lang {
        match self.flags.locale.as_deref() {
            Some("en") => Lang::En,
            Some("zh-CN") => Lang::Zh,
            _ => Ambient::of(&self.env).lang,
        }
    }
}

/// The user's own folder: `$XDG_CONFIG_HOME/quarterdeck`.
pub fn user_folder() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.config_dir().join("quarterdeck"))
}

/// Reads every layer, holds it to the policy, and says all that is wrong at once.
pub fn load(inputs: &Inputs) -> Result<Loaded, Errors> {
    let mut errors = Vec::new();
    let home = inputs.home.as_deref();
    let policy =
        policy::read_policy(&inputs.policy_file, inputs.policy_owner).unwrap_or_else(|wrong| {
            errors.extend(wrong);
            policy::PolicyFile::default()
        });
    let mut layers = vec![layer::defaults()];
    let mut add = |(layer, wrong): (Layer, Vec<Diagnostic>)| {
        layers.push(layer);
        errors.extend(wrong);
    };
    for (path, must_exist) in inputs.files() {
        match read(path, must_exist) {
            Ok(None) => {}
            Ok(Some(source)) => add(layer::from_file(
                &source,
                Paths {
                    base: path.parent(),
                    home,
                },
            )),
            Err(wrong) => add((Layer::default(), vec![*wrong])),
        }
    }
    add(layer::from_env(&inputs.env, home));
    let flags = layer::from_flags(&inputs.flags.values(), home);
    if let Some(name) = &inputs.flags.desk {
        // The other flags stand above the desk they come with.
        let choice = DeskChoice {
            place: DeskPlace::Named(name.clone()),
            namespaces: None,
        };
        errors.extend(desks::choose(&mut layers, &choice));
    }
    layers.push(flags.0);
    errors.extend(flags.1);
    errors.extend(desks::choose(&mut layers, &inputs.desk));
    errors.extend(desks::check(&layers));
    errors.extend(super::demo::keep_to_the_demo(&mut layers, inputs.demo));
    let desks = desks::named(&layers);
    let (mut merged, wrong) = Merged::of(layers);
    errors.extend(wrong);
    errors.extend(unknown_theme(&merged, &inputs.vocabulary.themes));
    errors.extend(wrong_keys(&merged, inputs.vocabulary.key_problems));
    let refusals = policy::hold(&mut merged, &policy);
    Errors::check(errors)?;
    let mut watched_files = vec![inputs.policy_file.clone()];
    watched_files.extend(inputs.files().into_iter().map(|(path, _)| path.to_owned()));
    Ok(Loaded {
        settings: merged.settings(Ambient::of(&inputs.env)),
        policy: policy.policy,
        origins: merged,
        refusals,
        watched_files,
        desks,
    })
}

/// A file's text; `None` where it need not exist and doesn't.
pub(crate) fn read(path: &Path, must_exist: bool) -> Result<Option<Arc<Source>>, Box<Diagnostic>> {
    Ok(read_open(path, must_exist)?.map(|(source, _)| source))
}

/// A file's text and what the system says of the very file that was read.
pub(super) fn read_open(
    path: &Path,
    must_exist: bool,
) -> Result<Option<(Arc<Source>, Metadata)>, Box<Diagnostic>> {
    let say = |id| Say::new(id).arg("file", path.display().to_string());
    let wrong = |id| Box::new(Diagnostic::new(say(id)));
    let unreadable = |error: std::io::Error| {
        Box::new(Diagnostic::new(
            say("config-unreadable").arg("why", error.to_string()),
        ))
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return if must_exist {
                Err(wrong("config-missing-file"))
            } else {
                Ok(None)
            };
        }
        Err(error) => return Err(unreadable(error)),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(wrong("config-too-large"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let place = Place::new(&Source::file(path, lossy), at..at + 1);
        Box::new(wrong("config-not-utf8").at(place))
    })?;
    Ok(Some((Source::file(path, text), metadata)))
}

fn unknown_theme(merged: &Merged, themes: &[String]) -> Option<Diagnostic> {
    let name = merged.text("theme")?;
    if themes.iter().any(|theme| theme == name) {
        return None;
    }
    let names = themes.iter().map(String::as_str);
    let label = Say::new("config-expected-found")
        .arg(
            "expected",
            Say::new("config-kind-choice").arg("names", themes.join(", ")),
        )
        .arg(
            "found",
            Say::new("config-found-string").arg("value", format!("{name:?}")),
        );
    let mut one = Diagnostic::new(Say::new("config-wrong-value").arg("key", "theme"))
        .label(label)
        .nearest(nearest(name, names));
    one.place = merged.place(&KeyPath::dotted("theme")).cloned();
    Some(one)
}

fn wrong_keys(
    merged: &Merged,
    key_problems: fn(&KeyBindings) -> Vec<KeyProblem>,
) -> Vec<Diagnostic> {
    let table = KeyPath::dotted("keys");
    let of = |context: &str, sequence: &str| table.child(context).child(sequence);
    key_problems(&merged.keys())
        .into_iter()
        .map(|problem| {
            let path = of(&problem.context, &problem.sequence);
            let key = path.to_string();
            let command = merged.text_at(&path).unwrap_or_default();
            let mut other_place = None;
            let header = match &problem.kind {
                KeyProblemKind::UnknownContext { .. } => merged.table_place(&path.parent()),
                _ => None,
            };
            let at_value = matches!(problem.kind, KeyProblemKind::UnknownCommand { .. });
            let mut one = match problem.kind {
                KeyProblemKind::UnknownContext { nearest } => {
                    let what =
                        Say::new("config-key-context").arg("context", problem.context.as_str());
                    Diagnostic::new(what).nearest(nearest.as_deref())
                }
                KeyProblemKind::BadSequence { at } => {
                    let what = Say::new("config-key-sequence").arg("key", key);
                    Diagnostic::new(what.arg("at", at)).help(Say::new("config-key-sequence-help"))
                }
                KeyProblemKind::TypesItself => {
                    Diagnostic::new(Say::new("config-key-types-itself").arg("key", key))
                }
                KeyProblemKind::UnknownCommand { nearest } => {
                    let what = Say::new("config-key-command")
                        .arg("key", key)
                        .arg("command", command);
                    Diagnostic::new(what).nearest(nearest.as_deref())
                }
                KeyProblemKind::Twice { other, command } => {
                    let what = Say::new("config-key-twice")
                        .arg("key", key)
                        .arg("command", command);
                    other_place = merged.key_place(&of(&problem.context, &other)).cloned();
                    Diagnostic::new(what.arg("other", other))
                }
                KeyProblemKind::Prefix { other, command } => {
                    let what = Say::new("config-key-prefix")
                        .arg("key", key)
                        .arg("command", command);
                    other_place = merged.key_place(&of(&problem.context, &other)).cloned();
                    let help = Say::new("config-key-prefix-help").arg("other", other.as_str());
                    Diagnostic::new(what.arg("other", other)).help(help)
                }
            };
            one.place = if at_value {
                merged.place(&path)
            } else {
                header.or(merged.key_place(&path))
            }
            .cloned();
            if let Some(place) = other_place {
                one = one.other(place, Say::new("config-conflict-other"));
            }
            one
        })
        .collect()
}
