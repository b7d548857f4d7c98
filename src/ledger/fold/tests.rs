use proptest::prelude::*;

use super::*;
use crate::{
    domain::{action::verdict::Verdict, id::RunId},
    ledger::{
        chain::START,
        testkit::{actor, done, intent, note, outcome, output, taken},
    },
};

fn link(origin: &str, sequence: u64, second: i64, entry: &Entry) -> Link {
    let at = Timestamp::from_second(1_700_000_000 + second).unwrap();
    let run = RunId::from("r");
    Link::forge(
        origin,
        (sequence, START),
        at,
        &actor(origin),
        Some(&run),
        entry,
    )
    .unwrap()
}

fn lines(links: Vec<Link>) -> Vec<Line> {
    arrange(links)
        .iter()
        .map(|link| link.line().unwrap())
        .collect()
}

/// What happens to a run at its own host, in order.
fn own() -> Vec<Entry> {
    vec![
        intent("a", 2),
        taken(),
        Entry::StepStarted { step: 0 },
        output(0, "one"),
        done(0),
        Entry::StepStarted { step: 1 },
        done(1),
        Entry::Verifying,
        outcome(Verdict::Unknown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_clock_takes_a_chain_out_of_its_order(
        times in prop::collection::vec((0..3_usize, -50..50_i64), 1..40),
    ) {
        let mut next = [0; 3];
        let links: Vec<Link> = times
            .iter()
            .map(|(origin, second)| {
                next[*origin] += 1;
                link(["a", "b", "c"][*origin], next[*origin], *second, &note("x"))
            })
            .collect();
        let arranged = arrange(links.clone());
        prop_assert_eq!(arranged.len(), links.len());
        for origin in ["a", "b", "c"] {
            let numbers: Vec<u64> = arranged
                .iter()
                .filter(|link| link.origin == origin)
                .map(|link| link.sequence)
                .collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
        }
        let mut shuffled = links;
        shuffled.reverse();
        prop_assert_eq!(arrange(shuffled), arranged);
    }

    #[test]
    fn what_others_add_counts_whatever_their_clocks_say(skew in -1_000..1_000_i64, upto in 1..10_usize) {
        let mut links: Vec<Link> = own()
            .iter()
            .take(upto)
            .zip(1..)
            .map(|(entry, sequence)| link("own", sequence, i64::try_from(sequence).unwrap(), entry))
            .collect();
        let alone = fold(&lines(links.clone()), None).unwrap();
        links.push(link("other", 1, skew, &Entry::CancelAsked));
        links.push(link("other", 2, skew, &Entry::Acknowledged { note: None }));
        let run = fold(&lines(links), None).unwrap();
        prop_assert!(run.cancel_asked && run.acknowledged);
        prop_assert_eq!(run.state, alone.state);
        prop_assert_eq!(run.steps, alone.steps);
        prop_assert_eq!(run.actor.principal.as_deref(), Some("own"));
    }

    #[test]
    fn a_run_only_goes_forward(upto in 1..10_usize) {
        let rank = |run: &Run| match &run.state {
            RunState::Intended => 0,
            RunState::Running { step } => 1 + step,
            RunState::Verifying => 10,
            RunState::Ended(_) => 11,
        };
        let links = |count: usize| {
            own()
                .iter()
                .take(count)
                .zip(1..)
                .map(|(entry, sequence)| link("own", sequence, i64::try_from(sequence).unwrap(), entry))
                .collect::<Vec<_>>()
        };
        let before = fold(&lines(links(upto)), None).unwrap();
        let after = fold(&lines(links(upto + 1)), None).unwrap();
        prop_assert!(rank(&before) <= rank(&after));
    }
}

#[test]
fn late_words_of_a_runner_don_t_wake_a_run() {
    let mut entries = own();
    entries.extend([
        Entry::StepStarted { step: 1 },
        done(1),
        outcome(Verdict::Verified),
    ]);
    let links = entries
        .iter()
        .zip(1..)
        .map(|(entry, sequence)| link("own", sequence, 0, entry))
        .collect();
    let run = fold(&lines(links), None).unwrap();
    let RunState::Ended(outcome) = &run.state else {
        panic!("{:?}", run.state);
    };
    assert_eq!(outcome.verdict, Verdict::Verified);
    assert!(!run.blocks());
}

#[test]
fn what_a_step_wrote_is_bounded_and_that_is_said() {
    let mut entries = vec![intent("a", 1)];
    let piece = "x".repeat(10_000);
    entries.extend((0..60).map(|number| output(0, &format!("{number} {piece}"))));
    let links: Vec<Link> = entries
        .iter()
        .zip(1..)
        .map(|(entry, sequence)| link("own", sequence, 0, entry))
        .collect();
    let run = fold(&lines(links), None).unwrap();
    let kept = &run.steps[0].output;
    assert_eq!(kept[0].stream, Stream::Note);
    assert!(kept.iter().map(|piece| piece.text.len()).sum::<usize>() <= OUTPUT);
    assert!(kept.last().unwrap().text.starts_with("59 "));
    assert!(kept.len() > 20);
}

#[test]
fn without_an_intent_there_is_no_run() {
    assert_eq!(fold(&lines(vec![link("own", 1, 0, &taken())]), None), None);
    assert_eq!(fold(&[], None), None);
}
