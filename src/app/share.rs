//! The share that was good, from a series of errors and one of the total.

use crate::domain::series::Series;

/// `1 - errors / total` at each point of the grid of `total`. No traffic is a gap, and so is what the errors don't reach.
pub(super) fn share_of(errors: &Series, total: &Series) -> Series {
    let step = i64::try_from(errors.step.as_secs().max(1)).unwrap_or(i64::MAX);
    let at = |index: usize| {
        let behind = total.time(index).as_second() - errors.start.as_second();
        usize::try_from(behind.div_euclid(step))
            .ok()
            .and_then(|at| errors.values.get(at).copied())
    };
    let values = total
        .values
        .iter()
        .enumerate()
        .map(|(index, total)| {
            let total = (*total).filter(|value| *value > 0.0)?;
            // A counter that never rose has no series at all: absent beside a present total is none.
            Some(1.0 - at(index)?.unwrap_or(0.0) / total)
        })
        .collect();
    Series {
        start: total.start,
        step: total.step,
        values,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    fn series(start: i64, values: &[Option<f64>]) -> Series {
        Series {
            start: Timestamp::from_second(start).unwrap(),
            step: Duration::from_secs(60),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_share_stands_on_the_grid_of_the_total() {
        let total = series(600, &[Some(10.0), Some(0.0), None, Some(4.0)]);
        let errors = series(540, &[Some(9.0), Some(1.0), Some(1.0), Some(1.0)]);
        let share = share_of(&errors, &total);
        assert_eq!(share.start, total.start);
        assert_eq!(share.values, [Some(0.9), None, None, None]);
    }

    #[test]
    fn absent_errors_are_none_and_unread_ones_a_gap() {
        let total = series(600, &[Some(10.0); 4]);
        let errors = series(660, &[None, Some(1.0)]);
        assert_eq!(
            share_of(&errors, &total).values,
            [None, Some(1.0), Some(0.9), None]
        );
    }
}
