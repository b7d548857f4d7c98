//! What the colours say: state, and nothing but state.

use ratatui::style::Color;

use crate::app::view::Pane;
use crate::domain::text::Lang;
use crate::theme::Role;
use crate::ui::fixture::{Means, quiet, trouble};

use super::{drawn, text};

fn cell_of(shown: &str, word: &str) -> (u16, u16) {
    let (y, line) = shown
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains(word))
        .unwrap();
    let x = line[..line.find(word).unwrap()].chars().count();
    (x as u16, y as u16)
}

#[test]
fn the_selected_row_has_the_ground_of_the_selection() {
    let mut model = trouble(Lang::En);
    let theme = Means::of(&model).theme;
    let (buffer, _) = drawn(&mut model, 80, 24);
    let selection = theme.style(Role::Selection).bg.unwrap_or(Color::Reset);
    assert_eq!(buffer[(20, 3)].bg, selection);
    assert_ne!(buffer[(20, 4)].bg, selection);
    assert_eq!(buffer[(0, 3)].symbol(), "▌");
}

#[test]
fn a_stalled_or_broken_value_has_the_colour_of_its_state_and_a_sign() {
    let mut model = trouble(Lang::En);
    model.view.focus = Pane::Alerts;
    let theme = Means::of(&model).theme;
    let (buffer, _) = drawn(&mut model, 80, 24);
    let shown = text(&buffer);
    let at = cell_of(&shown, "5.80");
    assert_eq!(Some(buffer[at].fg), theme.style(Role::Error).fg);
    let line = shown.lines().nth(usize::from(at.1)).unwrap_or_default();
    assert!(line.contains('✖'), "{line}");
}

#[test]
fn nothing_is_red_on_a_good_night() {
    let mut model = quiet(Lang::En);
    let theme = Means::of(&model).theme;
    let (buffer, _) = drawn(&mut model, 80, 24);
    let bad = [Role::Error, Role::Warn].map(|role| theme.style(role).fg);
    let wrong = buffer
        .content()
        .iter()
        .filter(|cell| cell.symbol() != " " && bad.contains(&Some(cell.fg)))
        .count();
    assert_eq!(wrong, 0);
}
