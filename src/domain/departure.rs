//! Why an alert left: what is proven, and nothing else.

use super::series::Series;

/// Why an alert that fired does not call any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its rule was evaluated and does not fire, on series that are there.
    Recovered,
    /// What its series come from is down or gone: nothing says that all is well.
    DataLost,
    /// The rule that made it is no longer there.
    RuleGone,
    /// It is still there, and somebody silenced it.
    Silenced,
    /// It is still there, and another one hides it.
    Inhibited,
    /// Nothing is proven.
    Unknown,
}

/// What a series that was asked for over the last minutes came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is there.
    There,
    /// It was there.
    Ended,
    /// It is `up` of something that does not answer.
    Down,
    /// It was not there in all that time.
    Never,
}

impl Standing {
    /// Of a count of series; `None` where nothing came at all.
    pub fn of_count(series: Option<&Series>) -> Self {
        match series.map_or(&[][..], |series| &series.values) {
            [.., Some(_)] => Self::There,
            values if values.iter().any(Option::is_some) => Self::Ended,
            _ => Self::Never,
        }
    }

    /// Of `up`.
    pub fn of_up(series: Option<&Series>) -> Self {
        match series.map_or(&[][..], |series| &series.values) {
            [.., Some(up)] if *up > 0.0 => Self::There,
            [.., Some(_)] => Self::Down,
            _ => Self::of_count(series),
        }
    }
}

/// What is known of an alert that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What the pack says of its end, on fresh data.
    pub pack: Option<bool>,
    /// Its rule is there, evaluates and does not fire, read after it left.
    pub rule_is_quiet: bool,
    /// `up` of what it is about, where its labels name that.
    pub up: Option<Standing>,
    /// The series that its expression reads, narrowed to its labels.
    pub sources: Vec<Standing>,
}

impl Proof {
    pub fn cause(&self) -> Cause {
        let down = matches!(self.up, Some(Standing::Down | Standing::Ended));
        let all = |wanted| !self.sources.is_empty() && self.sources.iter().all(|it| *it == wanted);
        if down || all(Standing::Ended) {
            return Cause::DataLost;
        }
        match self.pack {
            Some(true) => Cause::Recovered,
            None if self.rule_is_quiet && all(Standing::There) => Cause::Recovered,
            Some(false) | None => Cause::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    fn series(values: &[Option<f64>]) -> Series {
        Series {
            start: Timestamp::UNIX_EPOCH,
            step: Duration::from_secs(5),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_series_stands_where_its_last_point_is() {
        let count = |values: &[Option<f64>]| Standing::of_count(Some(&series(values)));
        assert_eq!(count(&[None, Some(2.0)]), Standing::There);
        assert_eq!(count(&[Some(2.0), None]), Standing::Ended);
        assert_eq!(count(&[None, None]), Standing::Never);
        assert_eq!(Standing::of_count(None), Standing::Never);
        let up = |values: &[Option<f64>]| Standing::of_up(Some(&series(values)));
        assert_eq!(up(&[Some(0.0), Some(1.0)]), Standing::There);
        assert_eq!(up(&[Some(1.0), Some(0.0)]), Standing::Down);
        assert_eq!(up(&[Some(1.0), None]), Standing::Ended);
        assert_eq!(Standing::of_up(None), Standing::Never);
    }

    fn quiet() -> Proof {
        Proof {
            pack: None,
            rule_is_quiet: true,
            up: Some(Standing::There),
            sources: vec![Standing::There, Standing::There],
        }
    }

    #[test]
    fn recovered_needs_a_quiet_rule_on_series_that_are_there() {
        assert_eq!(quiet().cause(), Cause::Recovered);
        let unread = Proof {
            rule_is_quiet: false,
            ..quiet()
        };
        assert_eq!(unread.cause(), Cause::Unknown);
        let unasked = Proof {
            sources: Vec::new(),
            ..quiet()
        };
        assert_eq!(unasked.cause(), Cause::Unknown);
        for other in [Standing::Never, Standing::Ended] {
            let sources = vec![Standing::There, other];
            assert_eq!(Proof { sources, ..quiet() }.cause(), Cause::Unknown);
        }
    }

    // row: G9
    #[test]
    fn lost_data_is_never_a_recovery() {
        for lost in [Standing::Down, Standing::Ended] {
            let up = Some(lost);
            let pack = Some(true);
            assert_eq!(Proof { up, ..quiet() }.cause(), Cause::DataLost);
            assert_eq!(
                Proof {
                    pack,
                    up,
                    ..quiet()
                }
                .cause(),
                Cause::DataLost
            );
        }
        let ended = Proof {
            up: None,
            sources: vec![Standing::Ended],
            ..quiet()
        };
        assert_eq!(ended.cause(), Cause::DataLost);
        // What was never there proves nothing.
        let never = Proof {
            up: Some(Standing::Never),
            sources: vec![Standing::Never],
            ..quiet()
        };
        assert_eq!(never.cause(), Cause::Unknown);
    }

    #[test]
    fn the_packs_own_word_stands_where_no_data_is_lost() {
        let said = |pack| Proof {
            pack: Some(pack),
            rule_is_quiet: false,
            up: None,
            sources: Vec::new(),
        };
        assert_eq!(said(true).cause(), Cause::Recovered);
        assert_eq!(said(false).cause(), Cause::Unknown);
        let pack = Some(false);
        assert_eq!(Proof { pack, ..quiet() }.cause(), Cause::Unknown);
    }
}
