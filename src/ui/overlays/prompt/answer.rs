//! The foot of a prompt: what a person answers.

use ratatui::{buffer::Buffer, layout::Position, text::Line};
use tui_input::Input;

use crate::actions::prompt::{Answer, Challenge, Choice, Line as Typed, Phase, Prompt, Said};
use crate::app::layout::Area;
use crate::domain::clean::clean;
use crate::i18n::{action_words, width::cells};
use crate::theme::Role;
use crate::ui::{
    footer::input,
    scene::Scene,
    widgets::canvas::{put, put_sides, row},
};

/// The lines of the foot, without what is typed on them.
pub(super) fn lines<'a>(scene: &Scene<'a>, prompt: &Prompt, width: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    match &prompt.phase {
        Phase::Preflighting(_) => lines.extend(said(scene, prompt, None)),
        Phase::Confirming(asked) => {
            lines.extend(said(scene, prompt, Some(&asked.answer)));
            lines.extend(questions(scene, &asked.answer));
        }
        Phase::Rechecking(..) => {
            lines.push(scene.line(Role::Info, scene.t("prompt-rechecking")));
        }
        Phase::Recording(..) => {
            lines.push(scene.line(Role::Info, scene.t("prompt-recording")));
        }
        Phase::Refused(_) => lines.push(scene.line(Role::Dim, scene.t("prompt-over"))),
        Phase::Launched(_) | Phase::Closed => {}
    }
    debug_assert!(width > 0, "a prompt has cells");
    lines
}

fn said<'a>(scene: &Scene<'a>, prompt: &Prompt, answer: Option<&Answer>) -> Option<Line<'a>> {
    let text = match prompt.said? {
        Said::Pasted => scene.t("prompt-pasted").to_owned(),
        Said::Voided => scene.t("prompt-voided").to_owned(),
        Said::Alone => scene.t("prompt-alone").to_owned(),
        Said::Unanswered => lacking(scene, answer?)?,
    };
    Some(scene.line(Role::Warn, format!("{} {text}", scene.glyph.warn)))
}

/// What an answer lacks to be a yes.
fn lacking(scene: &Scene<'_>, answer: &Answer) -> Option<String> {
    let (Challenge::Name(name) | Challenge::NameAndNumber(name, _)) = &answer.challenge else {
        return None;
    };
    let args = [("name", clean(name).into_owned().into())];
    let key = match (answer.name_is_right(), answer.name_is_begun()) {
        (true, _) if answer.number.value().is_empty() => "prompt-no-number",
        (true, _) => "prompt-wrong-number",
        (false, _) if answer.name.value().is_empty() => "prompt-no-name",
        (false, true) => "prompt-half-name",
        (false, false) => "prompt-wrong-name",
    };
    Some(scene.with(key, &args))
}

fn questions<'a>(scene: &Scene<'a>, answer: &Answer) -> Vec<Line<'a>> {
    match &answer.challenge {
        Challenge::None => Vec::new(),
        Challenge::Choice => {
            let of = |choice: Choice, key: &'a str| {
                let (role, text) = if answer.choice == choice {
                    (
                        Role::Selection,
                        format!(" {} {} ", scene.glyph.pointer, scene.t(key)),
                    )
                } else {
                    (Role::Text, format!("   {} ", scene.t(key)))
                };
                scene.span(role, text)
            };
            vec![Line::from(vec![
                of(Choice::No, "prompt-no"),
                scene.span(Role::Text, "  "),
                of(Choice::Run, "prompt-run"),
                scene.span(Role::Dim, format!("   {}", scene.t("prompt-choose"))),
            ])]
        }
        Challenge::Name(name) => vec![ask_name(scene, name, true)],
        Challenge::NameAndNumber(name, count) => {
            let on = answer.line;
            let role = if on == Typed::Number {
                Role::Accent
            } else {
                Role::Dim
            };
            let what = action_words::count(
                scene.paint.texts,
                &crate::domain::action::plan::Count {
                    of: count.of.clone(),
                    number: count.number,
                },
            );
            let text = scene.with("prompt-type-number", &[("what", what.into())]);
            vec![
                ask_name(scene, name, on == Typed::Name),
                scene.line(role, text),
            ]
        }
    }
}

fn ask_name<'a>(scene: &Scene<'a>, name: &str, on: bool) -> Line<'a> {
    let role = if on { Role::Accent } else { Role::Dim };
    scene.line(
        role,
        scene.with("prompt-type-name", &[("name", name.into())]),
    )
}

/// Draws the foot and gives the cell of the cursor where something is typed: input methods draw there.
pub(super) fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    at: Area,
    prompt: &Prompt,
    lines: Vec<Line<'_>>,
) -> Option<Position> {
    let count = lines.len();
    let typed: Vec<(usize, &Input, bool)> = match &prompt.phase {
        Phase::Confirming(asked) => fields(&asked.answer, count),
        _ => Vec::new(),
    };
    let mut cursor = None;
    for (index, line) in lines.into_iter().enumerate().take(usize::from(at.height)) {
        let place = row(at, index as u16);
        let wide = line
            .spans
            .iter()
            .map(|span| cells(&span.content))
            .sum::<usize>() as u16;
        let hint = if index + 1 == count && !typed.is_empty() {
            scene.line(Role::Dim, scene.t("prompt-esc"))
        } else {
            Line::default()
        };
        let right = hint
            .spans
            .iter()
            .map(|span| cells(&span.content))
            .sum::<usize>() as u16;
        put_sides(buffer, place, line, hint, scene.glyphs());
        let Some((_, text, on)) = typed.iter().find(|(own, ..)| *own == index) else {
            continue;
        };
        let room = place.width.saturating_sub(wide + right + 2);
        let field = Area::new(place.x + wide + 1, place.y, room, 1);
        if room < 4 {
            // A name as long as the line: what is typed stands over the hint.
            let field = Area::new(place.x, place.y, place.width, 1);
            put(buffer, field, Line::default(), scene.glyphs());
        }
        let found = input(buffer, scene, text, field);
        if *on {
            cursor = Some(found);
        }
    }
    cursor
}

/// Which line of the foot each text stands on, and whether it takes what is typed.
fn fields(answer: &Answer, count: usize) -> Vec<(usize, &Input, bool)> {
    match answer.challenge {
        Challenge::None | Challenge::Choice => Vec::new(),
        Challenge::Name(_) => vec![(count - 1, &answer.name, true)],
        Challenge::NameAndNumber(..) => vec![
            (count - 2, &answer.name, answer.line == Typed::Name),
            (count - 1, &answer.number, answer.line == Typed::Number),
        ],
    }
}
