//! The routine: what is late, due, missed, next and done, and all there is to the selected row.

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    layout::Area,
    routine::{self, DueOf, FOOT, RoutineScreen, Row, RowKey, Stand},
    running::actor,
};
use crate::domain::{
    action::value::Values,
    clean::clean,
    id::CheckId,
    light::Light,
    logbook::{CheckResult, Outcome},
    time::since,
};
use crate::i18n::{
    action_words, saying, time,
    width::{pad_right, truncate},
};
use crate::pack::{CheckSpec, Way};
use crate::theme::Role;
use crate::ui::{
    due::{GRACE, at, routine_title},
    scene::Scene,
    widgets::{
        canvas::{below, put, rect, row, title_rule},
        document,
        wrap::wrap_most,
    },
};

pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, screen: &RoutineScreen) {
    let rows = routine::rows(scene.model);
    let title = document::title(scene, scene.t("routine-title"));
    title_rule(
        buffer,
        scene,
        row(body, 0),
        title,
        tail(scene),
        Role::BorderFocused,
    );
    let list = below(body, 1);
    if rows.is_empty() {
        let text = format!(" {} {}", scene.glyph.dash, scene.t("routine-empty"));
        put(
            buffer,
            row(list, 0),
            scene.line(Role::Dim, text),
            scene.glyphs(),
        );
        return;
    }
    let chosen = screen.at(&rows);
    let height = usize::from(list.height).saturating_sub(FOOT).max(1);
    let width = usize::from(list.width);
    for (index, line) in foot(scene, &rows[chosen], width).into_iter().enumerate() {
        let y = height + index;
        if y < usize::from(list.height) {
            put(buffer, row(list, y as u16), line, scene.glyphs());
        }
    }
    let first = screen
        .offset
        .clamp((chosen + 1).saturating_sub(height), chosen);
    for (index, entry) in rows.iter().enumerate().skip(first).take(height) {
        let place = row(list, (index - first) as u16);
        put(buffer, place, line(scene, entry, width), scene.glyphs());
        if index == chosen {
            buffer.set_style(rect(place), scene.style(Role::Selection));
            buffer[(place.x, place.y)].set_symbol(scene.glyph.bar);
        }
    }
}

/// That nobody wrote down which days of this year are off.
fn tail<'a>(scene: &Scene<'a>) -> Line<'a> {
    let pack = &scene.model.pack;
    let today = scene.now().to_zoned(pack.time_zone.clone()).date();
    if pack.knows_holidays(today) {
        return Line::default();
    }
    let text = format!(" {} ", scene.t("routine-holidays-unknown"));
    scene.line(Role::Warn, text)
}

/// How a row stands: sign, colour and word.
fn stand<'a>(scene: &Scene<'a>, entry: &Row) -> (&'a str, Role, String) {
    let slot = entry.slot.map(|slot| slot.at);
    let unread = scene.model.acts.is_unread();
    match entry.stand {
        // Somebody may have done it.
        Stand::Open | Stand::Missed { .. } if unread => {
            let word = scene.t("routine-stand-unread").to_owned();
            (scene.glyph.light(Light::Unknown), Role::Unknown, word)
        }
        Stand::Open if was_run(scene, entry) => {
            let (sign, role) = outcome_mark(scene, Outcome::Unknown);
            (
                sign,
                role,
                scene.t(outcome_key(Outcome::Unknown)).to_owned(),
            )
        }
        Stand::Open => {
            let late = slot.map_or(Duration::ZERO, |at| since(at, scene.now()));
            if late < GRACE {
                let word = scene.t("routine-stand-due").to_owned();
                return (scene.glyph.pending, Role::Accent, word);
            }
            let late = time::short(late);
            let word = scene.with("routine-stand-late", &[("late", late.into())]);
            (scene.glyph.warn, Role::Debt, word)
        }
        Stand::Missed { times } => {
            let word = scene.with("routine-stand-missed", &[("times", times.into())]);
            (scene.glyph.error, Role::Debt, word)
        }
        Stand::Next => {
            let left = slot.and_then(|at| scene.until(at)).unwrap_or_default();
            let word = scene.with("routine-stand-next", &[("left", left.into())]);
            (scene.glyph.dash, Role::Dim, word)
        }
        Stand::Free => {
            let word = scene.t("routine-stand-free").to_owned();
            (scene.glyph.dash, Role::Dim, word)
        }
        Stand::Done(outcome) => {
            let (sign, role) = outcome_mark(scene, outcome);
            (sign, role, scene.t(outcome_key(outcome)).to_owned())
        }
    }
}

const fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "outcome-passed",
        Outcome::Warned => "outcome-warned",
        Outcome::Failed => "outcome-failed",
        Outcome::Unknown => "outcome-unknown",
        Outcome::Skipped => "outcome-skipped",
    }
}

const fn outcome_mark(scene: &Scene<'_>, outcome: Outcome) -> (&'static str, Role) {
    match outcome {
        Outcome::Passed => (scene.glyph.ok, Role::Ok),
        Outcome::Warned => (scene.glyph.warn, Role::Warn),
        Outcome::Failed => (scene.glyph.error, Role::Error),
        Outcome::Unknown => (scene.glyph.unknown, Role::Unknown),
        Outcome::Skipped => (scene.glyph.silenced, Role::Dim),
    }
}

fn name<'a>(scene: &Scene<'a>, key: &'a RowKey) -> String {
    match key {
        RowKey::Item(of, _) => routine_title(scene, of).to_owned(),
        RowKey::Part(_, check, _) => {
            let of = DueOf::Check(check.clone());
            format!("  {}", routine_title(scene, &of))
        }
    }
}

fn role_of<'a>(scene: &Scene<'a>, entry: &Row) -> Option<&'a str> {
    let pack = &scene.model.pack;
    let role = match (entry.check(), entry.list()) {
        (Some(check), _) => pack.check(check)?.role.as_ref(),
        (None, Some(list)) => pack.checklist(list)?.role.as_ref(),
        (None, None) => None,
    }?;
    let role = pack.roles().iter().find(|it| it.id == *role)?;
    Some(scene.pick(&role.title))
}

fn line<'a>(scene: &Scene<'a>, entry: &'a Row, width: usize) -> Line<'a> {
    let (sign, role, word) = stand(scene, entry);
    let (state, title) = if width >= 120 { (16, 48) } else { (14, 32) };
    let cell = |text: &str, width: usize| {
        pad_right(
            &truncate(text, width, scene.glyphs()),
            width,
            scene.glyphs(),
        )
    };
    let when = entry.slot.map(|slot| at(scene, slot.at));
    let when = when.filter(|_| !entry.is_part()).unwrap_or_default();
    let mut spans: Vec<Span<'a>> = vec![
        scene.span(role, format!(" {sign} {} ", cell(&word, state))),
        scene.span(Role::Dim, format!("{} ", cell(&when, 11))),
        scene.span(Role::Text, cell(&name(scene, &entry.key), title)),
    ];
    let told = match entry.stand {
        Stand::Done(_) | Stand::Open if has_result(scene, entry) => {
            result_of(scene, entry).map(|result| {
                let said = told(scene, result);
                (Role::Text, format!(" {}: {said}", actor(&result.by)))
            })
        }
        _ => role_of(scene, entry).map(|role| (Role::Dim, format!(" {role}"))),
    };
    if let Some((role, text)) = told {
        spans.push(scene.span(role, text));
    }
    Line::from(spans)
}

/// Whether a row that waits was run for its time: what came of it can't be told, so it waits still.
fn was_run(scene: &Scene<'_>, entry: &Row) -> bool {
    let Some(slot) = entry.slot else {
        return false;
    };
    let has =
        |check: &CheckId| routine::answer(scene.model, check, entry.list(), Some(slot)).is_some();
    match (entry.check(), entry.list()) {
        (Some(check), _) => has(check),
        (None, Some(list)) => {
            let list = scene.model.pack.checklist(list);
            list.is_some_and(|list| list.items.iter().all(has))
        }
        (None, None) => false,
    }
}

/// Whether something came of its time, be it that nothing can be told.
fn has_result(scene: &Scene<'_>, entry: &Row) -> bool {
    match entry.stand {
        Stand::Done(_) => true,
        Stand::Open => was_run(scene, entry),
        Stand::Missed { .. } | Stand::Next | Stand::Free => false,
    }
}

/// The result of the row's time where it has one, else the last one.
fn result_of<'a>(scene: &Scene<'a>, entry: &Row) -> Option<&'a CheckResult> {
    let slot = entry.slot.filter(|_| has_result(scene, entry));
    let list = entry.list();
    routine::answer(scene.model, entry.check()?, list, slot)
}

/// What a result rests on: a person's words, or what was read.
fn told(scene: &Scene<'_>, result: &CheckResult) -> String {
    let noted = &result.noted;
    let read = noted.says.iter().cloned().collect::<Vec<_>>();
    match (&noted.evidence, &noted.unread) {
        (Some(text), _) => clean(text).into_owned(),
        (None, Some(refusal)) => action_words::refusal(scene.paint.texts, refusal),
        (None, None) => saying::readings(scene.paint.texts, &read),
    }
}

/// All there is to the selected row.
fn foot<'a>(scene: &Scene<'a>, entry: &Row, width: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut first = vec![
        role_of(scene, entry)
            .unwrap_or_else(|| scene.t("routine-nobody"))
            .to_owned(),
    ];
    if let Some(until) = entry.slot.and_then(|slot| slot.until) {
        let until = at(scene, until);
        first.push(scene.with("routine-until", &[("at", until.into())]));
    }
    let dot = format!(" {} ", scene.glyph.dot);
    lines.push(scene.line(Role::Dim, format!("   {}", first.join(&dot))));
    match entry.check().and_then(|id| scene.model.pack.check(id)) {
        Some(check) => of_check(scene, entry, check, width, &mut lines),
        None => lines.extend(of_list(scene, entry)),
    }
    lines.truncate(FOOT);
    lines
}

fn of_list<'a>(scene: &Scene<'a>, entry: &Row) -> Option<Line<'a>> {
    let list = scene.model.pack.checklist(entry.list()?)?;
    let settled = |check: &&crate::domain::id::CheckId| {
        let slot = entry.slot.filter(|_| entry.stand != Stand::Next);
        let Some(slot) = slot else { return false };
        let result = routine::answer(scene.model, check, Some(&list.id), Some(slot));
        result.is_some_and(|result| result.noted.outcome.settles())
    };
    let done = list.items.iter().filter(settled).count();
    let args = [("done", done.into()), ("count", list.items.len().into())];
    let text = scene.with("routine-items", &args);
    Some(scene.line(Role::Text, format!("   {text}")))
}

fn of_check<'a>(
    scene: &Scene<'a>,
    entry: &Row,
    check: &CheckSpec,
    width: usize,
    lines: &mut Vec<Line<'a>>,
) {
    let mut push = |role: Role, text: &str, most: usize| {
        let wrapped = wrap_most(text, width.saturating_sub(4), most, scene.glyphs());
        lines.extend(
            wrapped
                .into_iter()
                .map(|part| scene.line(role, format!("   {part}"))),
        );
    };
    match &check.way {
        Way::Asked { ask } => {
            let what = scene.with("routine-asks", &[("what", scene.pick(ask).into())]);
            push(Role::Text, &what, 2);
        }
        // What it reads when it is run nobody knows before.
        Way::Judged(_) if !check.reads.is_empty() => {
            let what = check.way.expected().unwrap_or_default();
            let what = scene.with("routine-expects", &[("what", what.into())]);
            push(Role::Text, &what, 2);
        }
        Way::Judged(_) => {
            if let Some(found) = routine::found(scene.model, check, &Values::new()) {
                let (_, role) = outcome_mark(scene, found.outcome);
                let what = saying::readings(scene.paint.texts, &[found.says]);
                let what = scene.with("routine-now", &[("what", what.into())]);
                push(role, &what, 2);
            }
        }
    }
    let Some(result) = result_of(scene, entry) else {
        push(Role::Dim, scene.t("routine-never"), 1);
        return;
    };
    let outcome = result.noted.outcome;
    let args = [
        ("outcome", scene.t(outcome_key(outcome)).into()),
        ("at", at(scene, result.at).into()),
        ("who", actor(&result.by).into()),
        ("what", told(scene, result).into()),
    ];
    push(
        outcome_mark(scene, outcome).1,
        &scene.with("routine-last", &args),
        1,
    );
    let catalogue = &scene.model.acts.catalogue;
    let titles: Vec<&str> = routine::proposals(scene.model, &check.id, outcome)
        .iter()
        .filter_map(|id| catalogue.item(id.as_str()))
        .map(|item| scene.pick(&item.spec.title))
        .collect();
    if !titles.is_empty() {
        let what = titles.join(&format!(" {} ", scene.glyph.dot));
        let what = scene.with("routine-proposes", &[("what", what.into())]);
        push(Role::Accent, &what, 1);
    }
}
