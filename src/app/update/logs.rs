//! The logs screen: opened on a subject, asked, read, and every question of it dropped with it.

use std::time::Duration;

use jiff::SignedDuration;
use tui_input::Input;

use crate::{
    app::{
        command::{Command, WhyNot},
        effect::{Effect, Effects, Export, Redraw},
        event::Notice,
        logs::{Choice, LogScreen, MOST_STREAMS, Popup, SINCES, moment, pattern::Pattern},
        model::Model,
        overlay::Overlay,
        subject::{Subject, key_of, subject},
        update::{
            lists::{self, Step, stepped},
            say,
        },
        view::{LogsLine, Typing, TypingWhat},
    },
    domain::{
        log::{LogNote, LogQuestion},
        pod::PodRow,
        pod_detail::PodKey,
        question::{Answered, Question, RequestId},
    },
};

/// Cells that lines are shifted by at once.
const SHIFT: usize = 20;

const DRAWN: Redraw = Redraw::Now;

/// The pods of a subject, the sickest first: where there are too many, those are read.
fn pods_of(model: &Model, subject: &Subject) -> Vec<PodKey> {
    let mut rows: Vec<&PodRow> = subject.pods(model);
    rows.sort_by(|a, b| (a.health, &a.name).cmp(&(b.health, &b.name)));
    let mut pods: Vec<PodKey> = rows.into_iter().map(key_of).collect();
    if pods.is_empty()
        && let Subject::Pod(key) = subject
    {
        // It may be too new, or its watch too old; the cluster knows.
        pods.push(key.clone());
    }
    pods
}

/// Whether there is something whose logs could be read.
pub(in crate::app) fn available(model: &Model) -> Result<(), WhyNot> {
    let subject = subject(model).ok_or(WhyNot::NothingSelected)?;
    if pods_of(model, &subject).is_empty() {
        return Err(WhyNot::NoPods);
    }
    Ok(())
}

fn title_of(model: &Model, subject: &Subject) -> String {
    match subject {
        Subject::Pod(key) => key.name.clone(),
        Subject::Workload(key) => key.name.to_string(),
        Subject::Object(key) => key.name.to_string(),
        Subject::Alert(fingerprint) => {
            let line = model.alerts.alerts.get(fingerprint);
            line.map_or_else(String::new, |line| line.alert.name.clone())
        }
    }
}

pub(super) fn open(model: &mut Model) -> Effects {
    let Some(subject) = subject(model) else {
        return Effects::none();
    };
    let title = title_of(model, &subject);
    let screen = LogScreen::new(subject, title);
    model.view.overlays.push(Overlay::Logs(Box::new(screen)));
    ask_all(model)
}

fn top(model: &mut Model) -> Option<&mut LogScreen> {
    match model.view.overlays.last_mut() {
        Some(Overlay::Logs(screen)) => Some(screen),
        _ => None,
    }
}

/// All of them, wherever they lie: answers come under other screens too.
fn screens(model: &mut Model) -> impl Iterator<Item = &mut LogScreen> {
    let overlays = model.view.overlays.iter_mut();
    overlays.filter_map(|overlay| match overlay {
        Overlay::Logs(screen) => Some(&mut **screen),
        _ => None,
    })
}

/// Asks for everything anew, as the screen says now; what was asked before is dropped.
fn ask_all(model: &mut Model) -> Effects {
    let Some(screen) = top(model) else {
        return Effects::none();
    };
    screen.forget();
    let subject = screen.subject.clone();
    let pods = pods_of(model, &subject);
    let request = model.next_request();
    let Some(screen) = top(model) else {
        return Effects::none();
    };
    ask(screen, request, pods)
}

fn ask(screen: &mut LogScreen, request: RequestId, pods: Vec<PodKey>) -> Effects {
    let streams = MOST_STREAMS.saturating_sub(screen.streams.open());
    screen.requests.insert(request, false);
    screen
        .pods
        .extend(pods.iter().map(|pod| (pod.uid.clone(), pod.clone())));
    let question = Question::Logs(LogQuestion {
        pods,
        since: screen.since,
        tail: screen.tail,
        previous: screen.previous,
        streams,
    });
    Effects::draw(DRAWN).with(Effect::Ask { request, question })
}

/// What came under a question of an open screen; `false` where it is of none.
pub(super) fn answered(model: &mut Model, request: RequestId, answer: Answered) -> bool {
    let Some(screen) = screens(model).find(|it| it.requests.contains_key(&request)) else {
        return false;
    };
    match answer {
        Ok(crate::domain::question::Answer::Logs(batch)) => {
            screen.failed = None;
            if let Some(why) = screen.take(request, batch) {
                say(model, Notice::WhyNot(Command::LogsTime, why));
            }
        }
        Ok(_) => return false,
        Err(trouble) => {
            // Its pods are asked for again with the next word of the watch.
            screen.requests.remove(&request);
            screen.pods.clear();
            screen.failed = Some(trouble);
        }
    }
    true
}

/// Pods came or went: new ones of the subject are read too, and both is said between the lines.
pub(super) fn pods_changed(model: &mut Model) -> Effects {
    let count = screens(model).count();
    (0..count).fold(Effects::none(), |effects, place| {
        effects.and(pods_changed_of(model, place))
    })
}

fn pods_changed_of(model: &mut Model, place: usize) -> Effects {
    let Some(screen) = screens(model).nth(place).filter(|it| !it.previous) else {
        return Effects::none();
    };
    let subject = screen.subject.clone();
    let (known, failed) = (screen.pods.clone(), screen.failed.is_some());
    if matches!(subject, Subject::Pod(_)) && !failed {
        return Effects::none();
    }
    let now = model.now.wall;
    let there = pods_of(model, &subject);
    let new: Vec<PodKey> = there
        .iter()
        .filter(|pod| !known.contains_key(&pod.uid))
        .cloned()
        .collect();
    let request = (!new.is_empty()).then(|| model.next_request());
    let Some(screen) = screens(model).nth(place) else {
        return Effects::none();
    };
    screen
        .pods
        .retain(|uid, _| there.iter().any(|pod| pod.uid == *uid));
    let Some(request) = request else {
        return Effects::none();
    };
    if !failed {
        for pod in &new {
            screen.note(pod, now, LogNote::Joined);
        }
    }
    ask(screen, request, new)
}

/// `esc` closes the small list first, then takes away what was typed; `false` where there is neither.
pub(super) fn back(model: &mut Model) -> bool {
    let Some(screen) = top(model) else {
        return false;
    };
    if screen.popup.take().is_some() {
        return true;
    }
    let searched = screen.search.take().is_some();
    let filtered = screen.is_filtered();
    if filtered {
        clear_filter(model);
    }
    searched || filtered
}

/// A file could not be written: its path is typed on, with what is wrong.
pub(super) fn export_failed(model: &mut Model, path: &str, why: &str) {
    if model.view.typing.is_none() && top(model).is_some() {
        model.view.typing = Some(Typing {
            input: Input::new(path.to_owned()),
            what: TypingWhat::Logs {
                what: LogsLine::Export,
                before: path.to_owned(),
            },
            error: Some(why.to_owned()),
        });
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    match command {
        Command::LogsFilter => return type_in(model, LogsLine::Filter),
        Command::LogsSearch => return type_in(model, LogsLine::Search),
        Command::LogsTime => return type_in(model, LogsLine::Time),
        Command::LogsExport => return type_in(model, LogsLine::Export),
        Command::LogsNext => return hit(model, command, true),
        Command::LogsPrior => return hit(model, command, false),
        _ => {}
    }
    let Some(screen) = top(model) else {
        return Effects::none();
    };
    match command {
        Command::LogsFollow if screen.follows() => screen.stop(),
        Command::LogsFollow => screen.follow(),
        Command::LogsRange => {
            let at = SINCES.iter().position(|since| *since == screen.since);
            screen.popup = Some(Popup::Range(at.unwrap_or(0)));
        }
        Command::LogsContainers => screen.popup = Some(Popup::Containers(0)),
        Command::LogsPrevious => {
            screen.previous = !screen.previous;
            return ask_all(model);
        }
        Command::LogsTroubles => {
            screen.troubles_only = !screen.troubles_only;
            screen.refresh();
        }
        Command::LogsWrap => {
            screen.wrap = !screen.wrap;
            screen.shift = 0;
        }
        Command::LogsLeft => screen.shift = screen.shift.saturating_sub(SHIFT),
        Command::LogsRight if !screen.wrap => screen.shift += SHIFT,
        Command::LogsStamps => screen.stamps = !screen.stamps,
        Command::LogsJson => screen.json = screen.json.next(),
        Command::LogsExpand => {
            screen.stop();
            screen.expanded = if screen.expanded == screen.selected {
                None
            } else {
                screen.selected
            };
        }
        _ => return Effects::none(),
    }
    Effects::draw(DRAWN)
}

fn hit(model: &mut Model, command: Command, down: bool) -> Effects {
    if let Some(screen) = top(model) {
        let why = if screen.search.is_none() {
            Some(WhyNot::NoSearch)
        } else if screen.to_hit(down) {
            None
        } else {
            Some(WhyNot::NoHit)
        };
        if let Some(why) = why {
            say(model, Notice::WhyNot(command, why));
        }
    }
    Effects::draw(DRAWN)
}

/// Moves through the lines, or in the small list over them; `false` where no logs are open.
pub(super) fn step(model: &mut Model, step: Step) -> bool {
    let page = lists::overlay_page(model).saturating_sub(1).max(1);
    let Some(screen) = top(model) else {
        return false;
    };
    // A line takes several rows where it is not cut.
    let page = if screen.wrap || screen.json == crate::app::logs::JsonForm::Pretty {
        (page / 3).max(1)
    } else {
        page
    };
    let page = isize::try_from(page).unwrap_or(1);
    match step {
        Step::By(by) => screen.step(by),
        Step::Pages(pages) => screen.step(pages.saturating_mul(page)),
        Step::HalfPages(halves) => screen.step(halves.saturating_mul((page / 2).max(1))),
        Step::Top => screen.to_top(),
        Step::Bottom => screen.follow(),
    }
    true
}

/// Moves in the open small list; `false` where none is.
pub(super) fn pick(model: &mut Model, by: isize) -> bool {
    let Some(screen) = top(model) else {
        return false;
    };
    let rows = screen.choices().len();
    match &mut screen.popup {
        Some(Popup::Range(at) | Popup::Containers(at)) => {
            *at = stepped(*at, rows, 1, Step::By(by));
            true
        }
        None => false,
    }
}

/// Takes the selected row: a range is asked anew, a container is shown or hidden.
pub(super) fn take_choice(model: &mut Model, accept: bool) -> Option<Effects> {
    let screen = top(model)?;
    let popup = screen.popup?;
    let (Popup::Range(at) | Popup::Containers(at)) = popup;
    let choice = screen.choices().get(at).cloned();
    match (popup, choice) {
        (Popup::Range(_), Some(Choice::Since(since))) => {
            screen.popup = None;
            screen.since = since;
            Some(ask_all(model))
        }
        (Popup::Range(_), Some(Choice::Tail(tail))) => {
            screen.popup = None;
            screen.tail = tail;
            Some(ask_all(model))
        }
        (_, Some(choice)) if !accept => {
            screen.toggle(&choice);
            Some(Effects::draw(DRAWN))
        }
        _ => {
            screen.popup = None;
            Some(Effects::draw(DRAWN))
        }
    }
}

/// The first line that was drawn; `false` where no logs are open.
pub(super) fn scrolled(model: &mut Model, line: usize) -> bool {
    let Some(screen) = top(model) else {
        return false;
    };
    screen.top = screen.visible.get(line).copied();
    true
}

fn type_in(model: &mut Model, what: LogsLine) -> Effects {
    let now = model.now.wall;
    let Some(screen) = top(model) else {
        return Effects::none();
    };
    let of = |pattern: &Option<Pattern>| pattern.as_ref().map_or("", Pattern::text).to_owned();
    let text = match what {
        LogsLine::Filter => of(&screen.filter),
        LogsLine::Search => of(&screen.search),
        LogsLine::Time => String::new(),
        LogsLine::Export => screen.file_name(now),
    };
    model.view.typing = Some(Typing {
        input: Input::new(text.clone()),
        what: TypingWhat::Logs { what, before: text },
        error: None,
    });
    Effects::draw(DRAWN)
}

/// What is being typed changed: filter and search show at once what they find. The error says what is wrong.
pub(super) fn typed(model: &mut Model, what: LogsLine, text: &str) -> Result<(), String> {
    let Some(screen) = top(model) else {
        return Ok(());
    };
    match what {
        LogsLine::Filter => {
            screen.filter = Pattern::parse(text)?;
            screen.refresh();
        }
        LogsLine::Search => screen.search = Pattern::parse(text)?,
        LogsLine::Time | LogsLine::Export => {}
    }
    Ok(())
}

/// The line is taken. The error leaves it where it is, with what is wrong.
pub(super) fn accept(model: &mut Model, what: LogsLine, text: &str) -> Result<Effects, WhyNot> {
    let text = text.trim();
    match what {
        LogsLine::Filter => {}
        LogsLine::Time | LogsLine::Export if text.is_empty() => return Ok(Effects::draw(DRAWN)),
        LogsLine::Search => {
            if let Some(screen) = top(model).filter(|screen| screen.search.is_some())
                && !screen.to_hit(false)
                && !screen.to_hit(true)
            {
                say(model, Notice::WhyNot(Command::LogsSearch, WhyNot::NoHit));
            }
        }
        LogsLine::Time => return to_time(model, text),
        LogsLine::Export => {
            if let Some(screen) = top(model) {
                let (lines, count) = screen.as_text();
                let export = Export {
                    path: text.to_owned(),
                    text: lines.into(),
                    lines: count,
                };
                return Ok(Effects::draw(DRAWN).with(Effect::Export(export)));
            }
        }
    }
    Ok(Effects::draw(DRAWN))
}

/// Goes to a time; where it lies before what was asked for, that is asked for first.
fn to_time(model: &mut Model, text: &str) -> Result<Effects, WhyNot> {
    let now = model.now.wall;
    let at = moment::meant(text, now, &model.look.zone).ok_or(WhyNot::NotATime)?;
    let Some(screen) = top(model) else {
        return Ok(Effects::none());
    };
    let reaches = |since: Option<Duration>| {
        since.is_none_or(|since| {
            let since = SignedDuration::try_from(since).unwrap_or(SignedDuration::MAX);
            now.duration_since(at) <= since
        })
    };
    if reaches(screen.since) {
        if let Some(why) = screen.to_time(at) {
            say(model, Notice::WhyNot(Command::LogsTime, why));
        }
        return Ok(Effects::draw(DRAWN));
    }
    screen.since = SINCES.into_iter().find(|since| reaches(*since)).flatten();
    screen.jump = Some(at);
    Ok(ask_all(model))
}

/// Typing is given up: a filter and a search go back to what they were.
pub(super) fn cancel(model: &mut Model, what: LogsLine, before: &str) {
    // What was there before parsed before.
    let _ = typed(model, what, before);
}

/// Takes the filter away; `false` where no logs are open.
pub(super) fn clear_filter(model: &mut Model) -> bool {
    let Some(screen) = top(model) else {
        return false;
    };
    screen.filter = None;
    screen.troubles_only = false;
    screen.hidden_containers.clear();
    screen.hidden_pods.clear();
    screen.refresh();
    true
}
