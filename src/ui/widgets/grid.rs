//! Columns whose number and width only the server knows: they give way to each other, and the last ones leave.

use ratatui::buffer::Buffer;

use crate::app::layout::Area;
use crate::i18n::width::{cells, truncate, truncate_middle};
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::canvas::put;

/// Cells between two columns.
const GAP: usize = 2;
/// A column that gives way keeps so many cells.
const LEAST: usize = 9;
/// No column is wider while others want room.
const MOST: usize = 80;

/// The name of a column, and on which side its cells stand.
#[derive(Debug, Clone)]
pub struct Head {
    pub name: String,
    pub right: bool,
}

/// Columns with the cells each got.
#[derive(Debug)]
pub struct Grid {
    widths: Vec<usize>,
    right: Vec<bool>,
}

impl Grid {
    /// Columns that wish to be so wide, in a place of `room` cells.
    pub fn new(heads: &[Head], wished: Vec<usize>, room: u16) -> Self {
        let wished = heads
            .iter()
            .zip(wished)
            .map(|(head, wide)| wide.max(cells(&head.name)).min(MOST))
            .collect();
        Self {
            widths: shared(wished, usize::from(room)),
            right: heads.iter().map(|head| head.right).collect(),
        }
    }

    /// Draws one row; the end of a name too long stays, of any other text the beginning.
    pub fn draw(
        &self,
        buffer: &mut Buffer,
        scene: &Scene<'_>,
        at: Area,
        texts: &[String],
        role: Role,
    ) {
        let mut x = usize::from(at.x);
        let end = usize::from(at.x + at.width);
        for (index, (width, text)) in self.widths.iter().zip(texts).enumerate() {
            let width = (*width).min(end.saturating_sub(x));
            let text = if index == 0 {
                truncate_middle(text, width, scene.glyphs())
            } else {
                truncate(text, width, scene.glyphs())
            };
            let right = self.right.get(index) == Some(&true);
            let lead = if right {
                width.saturating_sub(cells(&text))
            } else {
                0
            };
            let place = Area::new((x + lead) as u16, at.y, (width - lead) as u16, 1);
            put(buffer, place, scene.line(role, text), scene.glyphs());
            x += width + GAP;
        }
    }
}

/// The widest give way first; where that is not enough the last columns leave.
fn shared(mut wished: Vec<usize>, room: usize) -> Vec<usize> {
    let gaps = |count: usize| GAP * count.saturating_sub(1);
    let least = |widths: &[usize]| -> usize {
        widths.iter().map(|wide| (*wide).min(LEAST)).sum::<usize>() + gaps(widths.len())
    };
    while wished.len() > 1 && least(&wished) > room {
        wished.pop();
    }
    loop {
        let total = wished.iter().sum::<usize>() + gaps(wished.len());
        let Some(over) = total.checked_sub(room).filter(|over| *over > 0) else {
            return wished;
        };
        // All of the widest come down to the next in width together, or as far as it takes.
        let widest = wished.iter().copied().max().unwrap_or(0);
        let many = wished.iter().filter(|wide| **wide == widest).count();
        let below = wished.iter().copied().filter(|wide| *wide < widest).max();
        let floor = below.unwrap_or(0).max(LEAST.min(widest.saturating_sub(1)));
        let step = over.div_ceil(many).min(widest - floor).max(1);
        let to = widest.saturating_sub(step);
        for wide in wished.iter_mut().filter(|wide| **wide == widest) {
            *wide = to;
        }
        if to == 0 {
            return wished;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_widest_give_way_and_the_last_leave() {
        assert_eq!(shared(vec![10, 5, 8], 40), [10, 5, 8]);
        assert_eq!(shared(vec![40, 10, 8], 40), [18, 10, 8]);
        assert_eq!(shared(vec![40, 40, 8], 40), [14, 14, 8]);
        assert_eq!(shared(vec![20, 20, 20, 20], 30), [14, 14]);
    }

    proptest! {
        #[test]
        fn columns_never_pass_the_room(wished in prop::collection::vec(1_usize..90, 1..12), room in 20_usize..200) {
            let widths = shared(wished.clone(), room);
            prop_assert!(widths.iter().sum::<usize>() + GAP * (widths.len() - 1) <= room);
            prop_assert!(widths.iter().zip(&wished).all(|(got, wished)| got <= wished));
        }
    }
}
