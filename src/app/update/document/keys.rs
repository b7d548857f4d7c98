//! What the keys do in an open document: moving, searching, comparing, writing it otherwise.

use tui_input::Input;

use crate::app::{
    availability::top,
    command::{Command, WhyNot},
    document::{DiffPage, DocumentScreen, Form, Page, RolloutsPage, Search},
    effect::{Effects, Redraw},
    event::Notice,
    filter::Filter,
    model::Model,
    overlay::Overlay,
    update::{command::scroll, lists::Step, lists::stepped, say},
    view::{Typing, TypingWhat},
};

use super::ask;

/// How far a step to the side goes.
const ASIDE: usize = 8;

/// Nobody scrolls further to the side.
const WIDEST: usize = 60_000;

fn screen(model: &mut Model) -> Option<&mut DocumentScreen> {
    match model.view.overlays.last_mut()? {
        Overlay::Document(screen) => Some(screen),
        _ => None,
    }
}

pub(in crate::app::update) fn run(model: &mut Model, command: Command) -> Effects {
    let half = isize::try_from(model.size.rows / 2).unwrap_or(1);
    match command {
        Command::DocumentHalfPageUp => return scroll(model, -half),
        Command::DocumentHalfPageDown => return scroll(model, half),
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
    let at = screen.scroll;
    if let Some(search) = &mut screen.search {
        if search.follows {
            search.steps += by;
        } else {
            // The person scrolled away: from there on, not from where the search stood.
            search.from = if by > 0 { at + 1 } else { at };
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
pub(in crate::app::update) fn step(model: &mut Model, by: isize) -> Option<Effects> {
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
fn rollouts_page(model: &Model) -> Option<&RolloutsPage> {
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

/// Looks for what is typed so far, from where the screen stood; the error says why it can't be looked for.
pub(in crate::app::update) fn look_for(
    model: &mut Model,
    text: &str,
    before: Option<&Search>,
) -> Result<(), String> {
    if let Some(screen) = screen(model) {
        let open = screen.search.take().map(|search| search.from);
        let start = before.map_or(screen.scroll, |search| search.from);
        screen.search = Search::new(text, open.unwrap_or(start))?;
    }
    Ok(())
}

/// Goes back to what was looked for before.
pub(in crate::app::update) fn look_back(model: &mut Model, before: Option<Search>) {
    if let Some(screen) = screen(model) {
        screen.search = before;
    }
}

/// Filters the open list of events; the error says why the text can't be taken.
pub(in crate::app::update) fn filter_events(model: &mut Model, text: &str) -> Result<(), String> {
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
