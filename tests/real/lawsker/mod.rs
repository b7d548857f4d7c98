//! Lawsker's actions as they stand in the pack, on a real PostgreSQL and Redis behind compose, on real folders, over ssh.
//! The host's programs are its own but for those a test plays: they are strict about their words.

mod backups;
mod cache;
mod database;
mod disk;
mod host;
mod restore;
mod security;
mod services;

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use quarterdeck::{
    actions::draft::{self, Site},
    domain::action::{
        compose::ComposeTask,
        place::PlaceSpec,
        plan::{Plan, Undo},
        preflight::Draft,
        step::{Planned, StepKind, Template},
        template::Piece,
        value::Value,
    },
    pack::Pack,
};

use crate::harness::Project;

/// Where the pack has the project, and its docker.
const PROJECT: &str = "/srv/lawsker";
const DOCKER: &str = "/usr/bin/docker";

/// What `pg_dump` ends with.
const END: &str = "--\n-- PostgreSQL database dump complete\n--\n\n";

/// The pack's places in this folder of this host.
fn here(folder: &Path, pack: &Pack) -> Vec<PlaceSpec> {
    let places = pack.places().iter().map(|place| PlaceSpec {
        name: place.name.clone(),
        cwd: Some(folder.display().to_string()),
        env: place.env.clone(),
        ..PlaceSpec::default()
    });
    places.collect()
}

/// Everything a draft does or asks.
fn all_of(draft: &mut Draft) -> impl Iterator<Item = &mut Planned> {
    let steps = draft.steps.iter_mut();
    let reads = draft.reads.iter_mut().map(|(_, read)| read);
    steps.chain(reads).chain(&mut draft.preview)
}

/// Every word of a step that is a program's.
fn words(step: &mut Planned) -> Vec<&mut Template> {
    match &mut step.kind {
        StepKind::Command { argv, stdin, .. } => argv.iter_mut().chain(stdin).collect(),
        StepKind::InCompose {
            task: ComposeTask::Exec { argv, from, .. },
            ..
        } => argv.iter_mut().chain(from).collect(),
        _ => Vec::new(),
    }
}

fn reword<'a>(steps: impl Iterator<Item = &'a mut Planned>, word: &str, ours: &str) {
    for template in steps.flat_map(words) {
        for piece in &mut template.pieces {
            if let Piece::Text(text) = piece {
                *text = text.replace(word, ours);
            }
        }
    }
}

/// The same with one word of the host's for another.
fn with(mut draft: Draft, word: &str, ours: &str) -> Draft {
    reword(all_of(&mut draft), word, ours);
    draft
}

/// The same with a program of the project for one of the host.
fn played(draft: Draft, project: &Project, program: &str) -> Draft {
    let name = Path::new(program).file_name().unwrap();
    let ours = project.at("programs").join(name).display().to_string();
    with(draft, program, &ours)
}

/// The same where the project lies.
fn at_home(project: &Project, draft: Draft) -> Draft {
    let folder = project.folder.path().display().to_string();
    with(draft, PROJECT, &folder)
}

/// What a plan takes back, with a program of the project for one of the host.
fn played_back(mut plan: Plan, project: &Project, program: &str) -> Plan {
    let name = Path::new(program).file_name().unwrap();
    let ours = project.at("programs").join(name).display().to_string();
    if let Undo::Stated { steps, .. } = &mut plan.undo {
        reword(steps.iter_mut(), program, &ours);
    }
    plan
}

/// What a check of the pack reads.
fn reading(project: &Project, check: &str) -> Draft {
    let pack = &project.pack;
    let check = pack.check(&check.into()).unwrap();
    draft::reading(check, &pack.id, Site::default()).unwrap()
}

/// A file or folder that was last changed so many days ago.
fn aged(path: &Path, days: u64) {
    let then = SystemTime::UNIX_EPOCH
        + Duration::from_secs(
            u64::try_from(quarterdeck::sim::clock::SimClock::wall().as_second()).unwrap(),
        )
        - Duration::from_secs(days * 86_400);
    let file = fs::File::open(path).unwrap();
    file.set_modified(then).unwrap();
}

fn names(project: &Project, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(project.at(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn text(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::text(value))
}
