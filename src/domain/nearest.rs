//! The right word for a wrong one.

/// The candidate that was most likely meant, if any is close enough to be a slip of the keyboard.
pub fn nearest<'a, I>(wrong: &str, candidates: I) -> Option<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    all_nearest(wrong, candidates).into_iter().next()
}

/// The same with all that are as close as it.
pub fn all_nearest<'a, I>(wrong: &str, candidates: I) -> Vec<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    let wrong = wrong.to_lowercase();
    let allowed = 1 + wrong.chars().count() / 3;
    let close: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(&wrong, &candidate.to_lowercase()), candidate))
        .filter(|(steps, candidate)| {
            // Two words of two letters are always two steps apart: nothing may be replaced as a whole.
            *steps <= allowed && *steps < candidate.chars().count().max(1)
        })
        .collect();
    let least = close.iter().map(|(steps, _)| *steps).min();
    let as_close = close.iter().filter(|(steps, _)| Some(*steps) == least);
    as_close.map(|(_, candidate)| *candidate).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_keyboard_are_recognised() {
        let keys = [
            "theme",
            "glyphs",
            "mouse",
            "read_only",
            "prometheus",
            "poll",
            "pack",
        ];
        for (wrong, right) in [
            ("themee", "theme"),
            ("thmee", "theme"),
            ("read-only", "read_only"),
            ("Promethues", "prometheus"),
            ("pol", "poll"),
        ] {
            assert_eq!(nearest(wrong, keys), Some(right));
        }
        assert_eq!(all_nearest("T4", ["T0", "T1", "sev"]), ["T0", "T1"]);
        assert_eq!(nearest("refresh_rate", keys), None);
        assert_eq!(nearest("xy", ["ab"]), None);
    }

    #[test]
    fn a_swap_is_one_step() {
        assert_eq!(distance("abcd", "abdc"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
