//! Screens of text about an object: opened, read again when the object changes, searched, moved in.

mod keys;

use crate::{
    app::{
        command::Command,
        document::{
            About, DocumentKind, DocumentScreen, EventsPage, Form, ManifestPage, Page, RolloutsPage,
        },
        effect::{Effect, Effects, Redraw},
        happenings::{suffices, workload_of},
        model::Model,
        overlay::{Overlay, PodScreen},
        subject::{self, Subject, target},
    },
    domain::{
        desk::Namespaces,
        freshness::{Trouble, TroubleKind},
        id::Uid,
        object::{KindRef, ObjectKey},
        pod::PodRow,
        pod_detail::PodKey,
        question::{Answer, Answered, Question, RequestId},
    },
};

pub use self::keys::why_not;
pub(super) use self::keys::{filter_events, look_back, look_for, run, step};

/// Opens the document a command means of what is open or selected.
pub(super) fn open(model: &mut Model, command: Command) -> Effects {
    let kind = match command {
        Command::Describe => DocumentKind::Describe,
        Command::Manifest => DocumentKind::Manifest,
        Command::Rollouts => {
            return match subject::rollouts_target(model) {
                Ok(key) => open_document(model, key, DocumentKind::Rollouts),
                Err(_) => Effects::none(),
            };
        }
        Command::EventsAll => return open_events(model, About::Desk),
        _ => {
            let about = about(model);
            return open_events(model, about);
        }
    };
    match target(model) {
        Ok(key) => open_document(model, key, kind),
        Err(_) => Effects::none(),
    }
}

/// What events are about: the one object, the pods of an alert, or everything.
fn about(model: &Model) -> About {
    match subject::subject(model) {
        Some(Subject::Alert(fingerprint)) => About::Alert(fingerprint),
        Some(subject) => subject.object(model).map_or(About::Desk, About::Object),
        None => About::Desk,
    }
}

fn open_events(model: &mut Model, about: About) -> Effects {
    match about {
        About::Object(key) => open_document(model, key, DocumentKind::Events),
        about => show(
            model,
            DocumentScreen::new(about, Page::Events(EventsPage::default())),
        ),
    }
}

/// Opens a document of any object. A pod is described on its own screen.
pub(super) fn open_document(model: &mut Model, key: ObjectKey, kind: DocumentKind) -> Effects {
    let key = known(model, key);
    if kind == DocumentKind::Describe
        && key.kind == KindRef::pods()
        && let (Some(namespace), Some(uid)) = (&key.namespace, &key.uid)
    {
        let pod = PodKey {
            namespace: namespace.to_string(),
            name: key.name.to_string(),
            uid: uid.clone(),
        };
        return open_pod(model, pod);
    }
    let page = match kind {
        DocumentKind::Describe => Page::Describe(None),
        DocumentKind::Manifest => Page::Manifest(None),
        DocumentKind::Events => Page::Events(EventsPage::default()),
        DocumentKind::Rollouts | DocumentKind::Diff => Page::Rollouts(RolloutsPage::default()),
    };
    show(model, DocumentScreen::new(About::Object(key), page))
}

/// Opens the screen of a pod.
pub(super) fn open_pod(model: &mut Model, key: PodKey) -> Effects {
    let same = |open: &Overlay| matches!(open, Overlay::Pod(screen) if screen.key == key);
    if let Some(at) = model.view.overlays.iter().position(same) {
        return cut_to(model, at);
    }
    let screen = PodScreen {
        key: key.clone(),
        detail: None,
        gone: false,
        last: None,
        scroll: 0,
    };
    model.view.overlays.push(Overlay::Pod(Box::new(screen)));
    Effects::draw(Redraw::Now).with(Effect::ReadPod(key))
}

/// The key with the uid the watch knows, so that a namesake is not taken for it.
fn known(model: &Model, mut key: ObjectKey) -> ObjectKey {
    if key.uid.is_none() {
        key.uid = uid_of(model, &key);
    }
    key
}

fn uid_of(model: &Model, key: &ObjectKey) -> Option<Uid> {
    let cluster = &model.cluster;
    if let Some(workload) = workload_of(key) {
        let row = cluster.workloads.iter().find(|row| row.key == workload)?;
        return Some(row.uid.clone());
    }
    if key.kind == KindRef::pods() {
        let same =
            |row: &&PodRow| row.name == key.name && Some(&row.namespace) == key.namespace.as_ref();
        return cluster.pods.iter().find(same).map(|row| row.uid.clone());
    }
    if key.kind == ObjectKey::node(&key.name).kind {
        let row = cluster.nodes.iter().find(|row| row.name == key.name)?;
        return Some(row.uid.clone());
    }
    None
}

/// Puts a screen on top and asks for what it shows; one that is open already comes back instead.
fn show(model: &mut Model, screen: DocumentScreen) -> Effects {
    let same = |open: &Overlay| match open {
        Overlay::Document(open) => open.about == screen.about && open.kind() == screen.kind(),
        _ => false,
    };
    if let Some(at) = model.view.overlays.iter().position(same) {
        return cut_to(model, at);
    }
    model
        .view
        .overlays
        .push(Overlay::Document(Box::new(screen)));
    let at = model.view.overlays.len() - 1;
    let suffices = match &model.view.overlays[at] {
        Overlay::Document(screen) if screen.kind() == DocumentKind::Events => {
            suffices(model, &screen.about)
        }
        _ => false,
    };
    if suffices {
        Effects::draw(Redraw::Now)
    } else {
        ask(model, at)
    }
}

/// Closes what lies over the screen at a place.
fn cut_to(model: &mut Model, at: usize) -> Effects {
    let closed = model.view.overlays.split_off(at + 1);
    closed
        .iter()
        .fold(Effects::draw(Redraw::Now), |effects, overlay| {
            effects.and(closed_one(overlay))
        })
}

/// What is still on its way for a screen that was closed is waited for by nobody.
pub(super) fn closed_one(overlay: &Overlay) -> Effects {
    match overlay {
        Overlay::Document(screen) => screen
            .request
            .map_or_else(Effects::none, |request| Effects::one(Effect::Drop(request))),
        _ => Effects::none(),
    }
}

/// Asks for what the screen at a place shows.
fn ask(model: &mut Model, at: usize) -> Effects {
    let request = model.next_request();
    let namespaces = &model.desk.namespaces;
    let Some(Overlay::Document(screen)) = model.view.overlays.get_mut(at) else {
        return Effects::none();
    };
    let Some(question) = question(screen, namespaces) else {
        return Effects::draw(Redraw::Now);
    };
    if let Page::Events(page) = &mut screen.page {
        page.asks = true;
    }
    screen.request = Some(request);
    screen.changed = false;
    Effects::draw(Redraw::Now).with(Effect::Ask { request, question })
}

fn question(screen: &DocumentScreen, namespaces: &Namespaces) -> Option<Question> {
    let of_desk = || match namespaces {
        Namespaces::Some(names) if names.len() == 1 => names.first().map(|it| it.as_str().into()),
        _ => None,
    };
    Some(match (&screen.page, &screen.about) {
        (Page::Describe(_), About::Object(key)) => Question::Describe(key.clone()),
        (Page::Manifest(_), About::Object(key)) => Question::Manifest(key.clone()),
        (Page::Rollouts(_), About::Object(key)) => Question::Rollouts(key.clone()),
        (Page::Events(_), About::Object(key)) if workload_of(key).is_some() => {
            Question::EventsIn(key.namespace.clone())
        }
        (Page::Events(_), About::Object(key)) => Question::Events(key.clone()),
        (Page::Events(_), About::Alert(_) | About::Desk) => Question::EventsIn(of_desk()),
        _ => return None,
    })
}

/// An answer to the question of a screen; `false` where none waits for it.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) -> bool {
    let now = model.now.wall;
    let Some(screen) = screens(model).find(|screen| screen.request == Some(request)) else {
        return false;
    };
    screen.request = None;
    match answer {
        Ok(answer) => {
            screen.trouble = None;
            screen.read_at = Some(now);
            fill(&mut screen.page, answer);
        }
        Err(trouble) => {
            screen.gone |= is_gone(&trouble) && screen.is_filled();
            screen.trouble = Some(trouble);
        }
    }
    true
}

/// The server has it no longer.
fn is_gone(trouble: &Trouble) -> bool {
    trouble.kind == TroubleKind::Absent
}

fn fill(page: &mut Page, answer: Answer) {
    match (page, answer) {
        (Page::Describe(page), Answer::Described(told)) => *page = Some(*told),
        (Page::Manifest(page), Answer::Manifest(manifest)) => {
            let (form, managed) = page
                .as_ref()
                .map_or((Form::Yaml, false), |page| (page.form, page.managed));
            *page = Some(ManifestPage::new(*manifest, form, managed));
        }
        (Page::Events(page), Answer::Events(events)) => page.asked = Some(events),
        (Page::Rollouts(page), Answer::Rollouts(revisions)) => {
            let first = revisions.first().map(|it| it.number);
            page.revisions = Some(revisions);
            if page.position().is_none() {
                page.selected = first;
            }
        }
        // An answer to another question than was asked: nobody can do anything with it.
        _ => {}
    }
}

fn screens(model: &mut Model) -> impl Iterator<Item = &mut DocumentScreen> {
    let overlays = model.view.overlays.iter_mut();
    overlays.filter_map(|overlay| match overlay {
        Overlay::Document(screen) => Some(&mut **screen),
        _ => None,
    })
}

/// The uids of objects that documents are open about.
pub(super) fn open_uids(model: &Model) -> Vec<Uid> {
    let overlays = model.view.overlays.iter();
    let uids = overlays.filter_map(|overlay| match overlay {
        Overlay::Document(screen) => screen.object()?.uid.clone(),
        _ => None,
    });
    uids.collect()
}

/// The watch saw an object change, or go.
pub(super) fn seen(model: &mut Model, uid: &Uid, gone: bool) {
    for screen in screens(model) {
        if screen.object().and_then(|key| key.uid.as_ref()) == Some(uid) {
            screen.gone |= gone;
            screen.changed |= !gone;
        }
    }
}

/// Reads again what changed: with every second that passes, not with every change.
pub(super) fn follow(model: &mut Model) -> Effects {
    let due = model
        .view
        .overlays
        .iter()
        .position(|overlay| match overlay {
            Overlay::Document(screen) => {
                screen.changed
                    && !screen.gone
                    && screen.request.is_none()
                    && !matches!(screen.page, Page::Events(_) | Page::Diff(_))
            }
            _ => false,
        });
    due.map_or_else(Effects::none, |at| ask(model, at))
}
