//! Lines that fit by dropping detail, never by cutting a word in half.

use ratatui::text::{Line, Span};

use crate::i18n::width::cells;

/// A part of a line in its forms, the fullest first; parts of a higher rank give up their detail earlier.
#[derive(Debug, Default)]
pub struct Part<'a> {
    rank: u8,
    forms: Vec<Vec<Span<'a>>>,
}

impl<'a> Part<'a> {
    /// A part that stays as it is.
    pub fn fixed(spans: Vec<Span<'a>>) -> Self {
        Self {
            rank: 0,
            forms: vec![spans],
        }
    }

    /// A part that goes away when room is short.
    pub fn optional(rank: u8, spans: Vec<Span<'a>>) -> Self {
        Self {
            rank,
            forms: vec![spans, Vec::new()],
        }
    }

    /// A part with shorter forms; an empty last one lets it go away.
    pub const fn forms(rank: u8, forms: Vec<Vec<Span<'a>>>) -> Self {
        Self { rank, forms }
    }
}

/// The cells some spans take.
pub fn spans_cells(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| cells(&span.content)).sum()
}

/// The parts in the fullest forms that fit, with `gap` between those that are there.
pub fn fit<'a>(parts: Vec<Part<'a>>, width: usize, gap: &Span<'a>) -> Line<'a> {
    let mut at = vec![0_usize; parts.len()];
    let gap_cells = cells(&gap.content);
    loop {
        let mut total = 0;
        let mut shown: usize = 0;
        for (part, form) in parts.iter().zip(&at) {
            let wide = part.forms.get(*form).map_or(0, |spans| spans_cells(spans));
            total += wide;
            shown += usize::from(wide > 0);
        }
        total += gap_cells * shown.saturating_sub(1);
        if total <= width {
            break;
        }
        let next = parts
            .iter()
            .enumerate()
            .filter(|(index, part)| at[*index] + 1 < part.forms.len())
            .max_by_key(|(index, part)| (part.rank, *index));
        let Some((index, _)) = next else { break };
        at[index] += 1;
    }
    let mut line = Vec::new();
    for (mut part, form) in parts.into_iter().zip(at) {
        if form >= part.forms.len() {
            continue;
        }
        let spans = part.forms.swap_remove(form);
        if spans_cells(&spans) == 0 {
            continue;
        }
        if !line.is_empty() && gap_cells > 0 {
            line.push(gap.clone());
        }
        line.extend(spans);
    }
    Line::from(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &Line<'_>) -> String {
        line.spans.iter().map(|span| &*span.content).collect()
    }

    #[test]
    fn the_least_important_goes_first() {
        let parts = || {
            vec![
                Part::fixed(vec!["desk".into()]),
                Part::optional(2, vec!["shift".into()]),
                Part::forms(1, vec![vec!["2 of 6 failing".into()], vec!["2/6".into()]]),
            ]
        };
        let gap = Span::raw(" ");
        assert_eq!(text(&fit(parts(), 40, &gap)), "desk shift 2 of 6 failing");
        assert_eq!(text(&fit(parts(), 20, &gap)), "desk 2 of 6 failing");
        assert_eq!(text(&fit(parts(), 10, &gap)), "desk 2/6");
    }
}
