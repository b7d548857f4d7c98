//! Files to a pack, or to everything that is wrong with them.

use std::cell::RefCell;

use sha2::{Digest, Sha256};
use toml::{Spanned, de::DeTable};

use crate::domain::{hex::hex, id::ActionId};

use super::{
    actions::{self, ActionSpec, ParamSpec},
    cases,
    condition::{Ids, NamedWindow},
    diagnostic::{PackError, PackErrors, SourceFile},
    drills::{self, DrillSpec},
    embedded,
    flows::{self, Playbook},
    holidays::{self, Years},
    manifest::{self, Manifest},
    nearest::suggestion,
    places::Places,
    probes::{self, ProbeSpec},
    reader::{Sink, Table},
    routine::{self, Routine},
    runbook::{Meaning, Pack},
    templates::{self, Forms, Templates},
    watch::{self, Known, Watch},
};

/// The files of a pack that are read.
const FILES: [&str; 6] = [
    "pack.toml",
    "probes.toml",
    "watch.toml",
    "actions.toml",
    "routine.toml",
    "holidays.toml",
];

/// Collects the errors of one load.
#[derive(Default)]
struct Load {
    errors: RefCell<Vec<PackError>>,
}

impl Load {
    fn file(&self, path: &str, text: &str, what: impl Into<String>, help: Option<String>) {
        let file = source_file(path, text);
        self.errors
            .borrow_mut()
            .push(PackError::new(&file, 0..0, "", what, help));
    }

    /// Looks through the templates.
    fn papers(&self, files: &[(&str, &str)], routine: &Routine, playbook: &Playbook) {
        let names = |fields: &[ParamSpec]| fields.iter().map(|field| field.name.clone()).collect();
        let handover = routine.handover.as_ref();
        let forms = Forms {
            impact: names(&playbook.incident.impact),
            handover: handover.map_or_else(Vec::new, |spec| names(&spec.fields)),
        };
        for (path, text) in files {
            let Some((paper, _)) = templates::paper_of(name(path)) else {
                continue;
            };
            let file = source_file(path, text);
            for flaw in templates::flaws(paper, text, &forms) {
                let error = PackError::new(&file, flaw.at, "", flaw.what, flaw.help);
                self.errors.borrow_mut().push(error);
            }
        }
    }

    /// Reads one file; a text that is no TOML is reported and read as nothing.
    fn read<T>(&self, file: &Parsed<'_>, read: impl FnOnce(Table<'_>) -> T) -> Option<T> {
        let sink = Sink {
            file: source_file(file.path, file.text),
            errors: &self.errors,
        };
        // A quote that is not closed makes all that follows an error.
        if let Some(error) = file.broken.first() {
            let span = error.span().unwrap_or_default();
            sink.report(span, "", format!("not TOML: {}", error.message()), None);
        }
        (file.broken.is_empty()).then(|| read(Table::root(&sink, &file.table)))
    }
}

/// A file as TOML has it. One is asked for its keys before it is read, and a large one takes its time to parse.
struct Parsed<'a> {
    path: &'a str,
    text: &'a str,
    table: Spanned<DeTable<'a>>,
    broken: Vec<toml::de::Error>,
}

impl<'a> Parsed<'a> {
    fn of(path: &'a str, text: &'a str) -> Self {
        let (table, broken) = DeTable::parse_recoverable(text);
        Self {
            path,
            text,
            table,
            broken,
        }
    }

    /// What it has of a kind, by the keys alone: others name it before it is read.
    fn keys(&self, kind: &str) -> Vec<String> {
        let tables = self.table.get_ref().get(kind);
        let tables = tables.and_then(|tables| tables.get_ref().as_table());
        let keys = tables.into_iter().flat_map(|tables| tables.keys());
        keys.map(|key| key.get_ref().to_string()).collect()
    }
}

fn source_file(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.into(),
        text: text.into(),
    }
}

fn name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The files of a pack by their place in [`FILES`].
type Found<'a> = [Option<Parsed<'a>>; FILES.len()];

/// Which file is which, and the templates; what is none or comes twice is reported.
fn sort_out<'a>(load: &Load, files: &[(&'a str, &'a str)]) -> (Found<'a>, Templates) {
    let mut found = [const { None }; FILES.len()];
    let mut templates = Templates::default();
    for (path, text) in files {
        if let Some(paper) = templates::paper_of(name(path)) {
            templates.texts.insert(paper, (*text).to_owned());
            continue;
        }
        if name(path) == cases::FILE {
            continue;
        }
        match FILES.iter().position(|file| *file == name(path)) {
            Some(place) if found[place].is_some() => {
                load.file(path, text, "the file is there twice", None);
            }
            Some(place) => found[place] = Some(Parsed::of(path, text)),
            None => {
                let papers = templates::file_names();
                let names = FILES.into_iter().chain(papers.iter().map(String::as_str));
                let help = suggestion(name(path), names);
                let what = "this file is no part of a pack that is read";
                load.file(path, text, what, help);
            }
        }
    }
    (found, templates)
}

pub(super) fn parse(files: &[(&str, &str)]) -> Result<Pack, PackErrors> {
    let load = Load::default();
    let (found, templates) = sort_out(&load, files);
    let [
        manifest_file,
        probes_file,
        watch_file,
        actions_file,
        routine_file,
        holidays_file,
    ] = found.each_ref().map(Option::as_ref);
    let years = years_of(&load, holidays_file);
    let manifest = manifest_of(&load, manifest_file, years.as_ref());
    let (id, links, severities) = match &manifest {
        Some(manifest) => (&*manifest.id, &*manifest.links, &*manifest.severities),
        None => ("", [].as_slice(), [].as_slice()),
    };
    let probes = probes_of(&load, probes_file, manifest.as_ref());
    let base = base(manifest.as_ref(), routine_file);
    let watch = match (watch_file, &manifest, &probes) {
        (Some(file), Some(_), Some(probes)) => {
            let known = Known {
                pack: id,
                probes,
                links,
                flows: routine_file.map(|file| file.keys("flow")),
                actions: actions_file.map_or_else(Vec::new, |file| file.keys("action")),
                base,
            };
            load.read(file, |root| watch::read(root, &known, severities))
        }
        _ => Some(Watch {
            ids: base,
            ..Watch::default()
        }),
    };
    let actions = match (actions_file, &manifest, &watch) {
        (Some(file), Some(manifest), Some(watch)) => actions_of(&load, file, manifest, watch),
        _ => Some(Vec::new()),
    };
    let read = match (routine_file, &manifest, &watch, &actions, &years) {
        (Some(file), Some(manifest), Some(watch), Some(actions), Some(years)) => {
            let known = routine::Known {
                manifest,
                ids: &watch.ids,
                years,
                actions: actions_by_name(id, actions, &everybodys()).into(),
            };
            routine(&load, file, (&known, &names_of(watch)), actions)
        }
        _ => Some(<(Routine, Playbook, Vec<DrillSpec>)>::default()),
    };
    if let Some((routine, playbook, _)) = &read {
        load.papers(files, routine, playbook);
    }
    let errors = PackErrors::new(load.errors.into_inner());
    match (errors, manifest, probes, watch, actions, read) {
        (
            None,
            Some(manifest),
            Some(probes),
            Some(watch),
            Some(actions),
            Some((routine, playbook, drills)),
        ) => {
            let meaning = Meaning {
                probes,
                watch,
                actions,
                routine,
                drills,
                playbook,
                templates,
            };
            Ok(Pack::new(manifest, meaning, digest(files)))
        }
        (errors, ..) => Err(errors.expect("what could not be read has been reported")),
    }
}

/// The probes; a pack whose `pack.toml` is wrong has none of its places.
fn probes_of(
    load: &Load,
    file: Option<&Parsed<'_>>,
    manifest: Option<&Manifest>,
) -> Option<Vec<ProbeSpec>> {
    let Some(file) = file else {
        return Some(Vec::new());
    };
    let nowhere = Places::default();
    let (id, places) = manifest.map_or(("", &nowhere), |it| (&*it.id, &it.places));
    load.read(file, |root| probes::read(id, root, places))
}

/// The days on which nobody works.
fn years_of(load: &Load, file: Option<&Parsed<'_>>) -> Option<Years> {
    match file {
        Some(file) => load.read(file, holidays::read),
        None => Some(Years::default()),
    }
}

/// What drills name of `watch.toml`.
fn names_of(watch: &Watch) -> drills::Names {
    let alerts = watch.alerts.iter();
    let recovering = alerts.clone().filter(|it| it.recovered.is_some());
    let hooks = watch.hooks.iter();
    drills::Names {
        alerts: alerts.map(|it| it.id.clone()).collect(),
        recovering: recovering.map(|it| it.id.clone()).collect(),
        hooks: hooks.map(|it| it.spec.id.to_string()).collect(),
    }
}

/// What `routine.toml` says: what is looked at again and again, and what is done then.
fn routine(
    load: &Load,
    file: &Parsed<'_>,
    (known, names): (&routine::Known<'_>, &drills::Names),
    actions: &[ActionSpec],
) -> Option<(Routine, Playbook, Vec<DrillSpec>)> {
    let manifest = known.manifest;
    let severities = manifest.severities.iter().map(|it| it.id.clone());
    let flows = flows::Known {
        pack: &manifest.id,
        ids: known.ids,
        actions,
        generic: &embedded::generic().0,
        links: &manifest.links,
        roles: &manifest
            .roles
            .iter()
            .map(|it| it.id.clone())
            .collect::<Vec<_>>(),
        severities: &severities.collect::<Vec<_>>(),
    };
    load.read(file, |root| {
        let playbook = flows::read(&root, &flows);
        let mut routine = routine::read(&root, known);
        let drills = drills::read(&root, known, names, &mut routine.checks);
        root.finish();
        (routine, playbook, drills)
    })
}

/// What conditions may name that is not of `watch.toml`.
fn base(manifest: Option<&Manifest>, routine: Option<&Parsed<'_>>) -> Ids {
    let checks = routine.map_or_else(Vec::new, |file| file.keys("check"));
    let checks = checks.into_iter().map(Into::into).collect();
    let Some(manifest) = manifest else {
        return Ids::default();
    };
    let windows = manifest.windows.iter().map(|window| NamedWindow {
        id: window.id.clone(),
        title: window.title.clone(),
        hours: window.hours.clone(),
        zone: manifest.zone.clone(),
    });
    let severities = manifest.severities.iter();
    Ids {
        windows: windows.collect(),
        checks,
        severities: severities.map(|severity| severity.id.clone()).collect(),
        ..Ids::default()
    }
}

/// The actions the pack brings; they may name each other and those of every desk.
fn actions_of(
    load: &Load,
    file: &Parsed<'_>,
    manifest: &Manifest,
    watch: &Watch,
) -> Option<Vec<ActionSpec>> {
    let known = actions::Known {
        pack: &manifest.id,
        places: &manifest.places,
        ids: &watch.ids,
        others: &everybodys(),
    };
    load.read(file, |root| actions::read(root, &known))
}

/// The actions of every desk, by their whole ids.
fn everybodys() -> Vec<String> {
    let generic = embedded::generic().0.iter();
    generic.map(|action| action.id.to_string()).collect()
}

/// The first file, which must be there. Without the years every shift that names one would be called wrong.
fn manifest_of(load: &Load, file: Option<&Parsed<'_>>, years: Option<&Years>) -> Option<Manifest> {
    let Some(file) = file else {
        let what = "the file is missing: it says who the pack is for";
        load.file(FILES[0], "", what, None);
        return None;
    };
    let years = years?;
    load.read(file, |root| manifest::read(root, years))
}

/// Every action by what a pack may call it: its own by their names alone.
fn actions_by_name(pack: &str, own: &[ActionSpec], others: &[String]) -> Vec<(String, ActionId)> {
    let own = own.iter().map(|action| {
        let (of, name) = action.id.parts();
        let name = if of == pack { name } else { action.id.as_str() };
        (name.to_owned(), action.id.clone())
    });
    let others = others.iter();
    own.chain(others.map(|id| (id.clone(), id.as_str().into())))
        .collect()
}

/// The actions of a pack that is nothing but actions, and its digest.
pub(super) fn actions_alone(
    id: &str,
    file: (&str, &str),
) -> Result<(Vec<ActionSpec>, String), PackErrors> {
    let load = Load::default();
    let known = actions::Known {
        pack: id,
        places: &Places::default(),
        ids: &Ids::default(),
        others: &[],
    };
    let specs = load.read(&Parsed::of(file.0, file.1), |root| {
        actions::read(root, &known)
    });
    match PackErrors::new(load.errors.into_inner()) {
        Some(errors) => Err(errors),
        None => Ok((specs.unwrap_or_default(), digest(&[file]))),
    }
}

/// The digest of what the pack says: names and texts of its files, whatever folder they came from.
fn digest(files: &[(&str, &str)]) -> String {
    let mut files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (name(path), *text))
        .collect();
    files.sort_unstable();
    let mut hash = Sha256::new();
    for (name, text) in files {
        for part in [name, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}
