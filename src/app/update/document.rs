//! Screens of text about an object: opened, read again when the object changes, searched, moved in.

use tui_input::Input;

use crate::{
    app::{
        availability::top,
        command::{Command, WhyNot},
        document::{
            About, DiffPage, DocumentKind, DocumentScreen, EventsPage, Form, ManifestPage, Page,
            RolloutsPage, Search,
        },
        effect::{Effect, Effects, Redraw},
        event::Notice,
        filter::Filter,
        happenings::{suffices, workload_of},
        model::Model,
        overlay::{Overlay, PodScreen},
        subject::{self, Subject, target},
        update::{lists::Step, lists::stepped, say},
        view::{Typing, TypingWhat},
    },
    domain::{
        desk::Namespaces,
        freshness::{Trouble, TroubleKind},
        id::Uid,
        object::{KindRef, ObjectKey},
        pod_detail::PodKey,
        question::{Answer, Answered, Question, RequestId},
    },
};

/// How far a step to the side goes.
const ASIDE: usize = 8;

/// Nobody scrolls further to the side.
const WIDEST: usize = 60_000;

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
        scroll: 0,
    };
    model.view.overlays.push(Overlay::Pod(Box::new(screen)));
    Effects::draw(Redraw::Now).with(Effect::ReadPod(key))
}

/// The key with the uid the watch knows, so that a namesake is not taken for it.
fn known(model: &Model, mut key: ObjectKey) -> ObjectKey {
    if key.uid.is_none() {
        key.uid = match workload_of(&key) {
            Some(workload) => {
                let mut rows = model.cluster.workloads.iter();
                rows.find(|row| row.key == workload)
                    .map(|row| row.uid.clone())
            }
            None if &*key.kind.kind == "Node" && key.kind.group.is_empty() => {
                let mut rows = model.cluster.nodes.iter();
                rows.find(|row| row.name == key.name)
                    .map(|row| row.uid.clone())
            }
            None => None,
        };
    }
    key
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

fn screen(model: &mut Model) -> Option<&mut DocumentScreen> {
    match model.view.overlays.last_mut()? {
        Overlay::Document(screen) => Some(screen),
        _ => None,
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let half = isize::try_from(model.size.rows / 2).unwrap_or(1);
    match command {
        Command::DocumentHalfPageUp => return super::command::scroll(model, -half),
        Command::DocumentHalfPageDown => return super::command::scroll(model, half),
        Command::DocumentRead => return read_again(model),
        Command::DocumentSearch => return search(model),
        Command::RolloutDiff => return open_diff(model, false),
        Command::RolloutDiffPrevious => return open_diff(model, true),
        _ => {}
    }
    if let Some(screen) = screen(model) {
        on_screen(screen, command);
    }
    Effects::draw(Redraw::Now)
}

fn on_screen(screen: &mut DocumentScreen, command: Command) {
    match command {
        Command::DocumentLeft => screen.column = screen.column.saturating_sub(ASIDE),
        Command::DocumentRight if !screen.wrap => {
            screen.column = (screen.column + ASIDE).min(WIDEST);
        }
        Command::DocumentNext => step_search(screen, 1),
        Command::DocumentPrevious => step_search(screen, -1),
        Command::DocumentWrap => {
            screen.wrap = !screen.wrap;
            screen.column = 0;
        }
        _ => match (&mut screen.page, command) {
            (Page::Manifest(Some(page)), Command::DocumentForm) => {
                page.form = match page.form {
                    Form::Yaml => Form::Json,
                    Form::Json => Form::Yaml,
                };
                page.write();
            }
            (Page::Manifest(Some(page)), Command::DocumentManaged) => {
                page.managed = !page.managed;
                page.write();
            }
            (Page::Events(page), Command::DocumentWarnings) => {
                page.warnings_only = !page.warnings_only;
                screen.scroll = 0;
            }
            _ => {}
        },
    }
}

fn step_search(screen: &mut DocumentScreen, by: isize) {
    let scroll = screen.scroll;
    if let Some(search) = &mut screen.search {
        if search.follows {
            search.steps += by;
        } else {
            // The person scrolled away: from there on, not from where the search stood.
            search.from = if by > 0 { scroll + 1 } else { scroll };
            search.steps = by.min(0);
            search.follows = true;
        }
    }
}

fn read_again(model: &mut Model) -> Effects {
    let at = model.view.overlays.len().saturating_sub(1);
    match screen(model) {
        Some(screen) if screen.request.is_none() => ask(model, at),
        _ => Effects::none(),
    }
}

/// Moves the selection where the open document has one; `None` where it only scrolls.
pub(super) fn step(model: &mut Model, by: isize) -> Option<Effects> {
    let screen = screen(model)?;
    if let Some(search) = &mut screen.search {
        search.follows = false;
    }
    let Page::Rollouts(page) = &mut screen.page else {
        return None;
    };
    let revisions = page.revisions.as_ref()?;
    let at = page.position().unwrap_or(0);
    let to = stepped(at, revisions.len(), 1, Step::By(by));
    page.selected = revisions.get(to).map(|it| it.number);
    Some(Effects::draw(Redraw::Now))
}

/// The list of revisions that is open, on top or below a diff.
pub fn rollouts_page(model: &Model) -> Option<&RolloutsPage> {
    let overlays = model.view.overlays.iter().rev();
    let mut pages = overlays.filter_map(|overlay| match overlay {
        Overlay::Document(screen) => match &screen.page {
            Page::Rollouts(page) => Some(page),
            _ => None,
        },
        _ => None,
    });
    pages.next()
}

fn open_diff(model: &mut Model, previous: bool) -> Effects {
    let Some(page) = rollouts_page(model).and_then(|page| page.diff(previous)) else {
        let command = if previous {
            Command::RolloutDiffPrevious
        } else {
            Command::RolloutDiff
        };
        say(model, Notice::WhyNot(command, WhyNot::NoOtherRevision));
        return Effects::draw(Redraw::Now);
    };
    show_diff(model, page);
    Effects::draw(Redraw::Now)
}

fn show_diff(model: &mut Model, page: DiffPage) {
    let now = model.now.wall;
    let Some(screen) = screen(model) else { return };
    if let Page::Diff(shown) = &mut screen.page {
        *shown = page;
        (screen.scroll, screen.column) = (0, 0);
        return;
    }
    let mut diff = DocumentScreen::new(screen.about.clone(), Page::Diff(page));
    diff.read_at = Some(now);
    model.view.overlays.push(Overlay::Document(Box::new(diff)));
}

/// Starts typing what is looked for; in a list of events, what they are filtered by.
fn search(model: &mut Model) -> Effects {
    let Some(screen) = screen(model) else {
        return Effects::none();
    };
    let (text, what) = if let Page::Events(page) = &screen.page {
        let before = page.filter.text().to_owned();
        (before.clone(), TypingWhat::EventFilter { before })
    } else {
        let before = screen.search.clone();
        (String::new(), TypingWhat::Search { before })
    };
    model.view.typing = Some(Typing {
        input: Input::new(text),
        what,
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// Looks for what is typed so far, from where the screen stood.
pub(super) fn look_for(model: &mut Model, text: &str, before: Option<&Search>) {
    if let Some(screen) = screen(model) {
        let open = screen.search.as_ref().map(|search| search.from);
        let start = before.map_or(screen.scroll, |search| search.from);
        screen.search = Search::new(text, open.unwrap_or(start));
    }
}

/// Goes back to what was looked for before.
pub(super) fn look_back(model: &mut Model, before: Option<Search>) {
    if let Some(screen) = screen(model) {
        screen.search = before;
    }
}

/// Filters the open list of events; the error says why the text can't be taken.
pub(super) fn filter_events(model: &mut Model, text: &str) -> Result<(), String> {
    let filter = Filter::parse(text).map_err(|error| error.to_string())?;
    if let Some(DocumentScreen {
        page: Page::Events(page),
        scroll,
        ..
    }) = screen(model)
    {
        page.filter = filter;
        *scroll = 0;
    }
    Ok(())
}

/// Why a command of documents can't be done now.
pub fn why_not(model: &Model, command: Command) -> Option<WhyNot> {
    let Some(Overlay::Document(screen)) = top(model) else {
        return Some(WhyNot::NotHere);
    };
    let meant = match command {
        Command::DocumentForm => matches!(screen.page, Page::Manifest(_)),
        Command::DocumentManaged => match &screen.page {
            Page::Manifest(Some(page)) => page.manifest.has_managed_fields(),
            _ => false,
        },
        Command::DocumentWarnings => matches!(screen.page, Page::Events(_)),
        Command::DocumentRead => !matches!(screen.page, Page::Diff(_)),
        Command::DocumentSearch => !matches!(screen.page, Page::Rollouts(_)),
        Command::DocumentNext | Command::DocumentPrevious => {
            return screen.search.is_none().then_some(WhyNot::NoSearch);
        }
        _ => true,
    };
    (!meant).then_some(WhyNot::NotHere)
}
