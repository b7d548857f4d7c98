//! What is said beside the cause: what could not be read, figures, rollouts, other causes.

use super::*;

#[test]
fn what_cannot_be_read_is_said_and_nothing_is_guessed() {
    let denied = || Part::Refused(Trouble::new(TroubleKind::Forbidden, "no"));
    let evidence = with(
        pod("Pending", one(waiting("ContainerCreating", ""))),
        |it| {
            it.events = denied_rows();
            it.node = denied();
        },
    );
    let told = explain(&evidence, now());
    assert_eq!(told.finding.cause, Cause::Unknown);
    let parts: Vec<Unread> = told.unread.iter().map(|(part, _)| *part).collect();
    assert_eq!(parts, [Unread::Events, Unread::Node]);
}

fn denied_rows() -> Part<Vec<EventRow>> {
    Part::Refused(Trouble::new(TroubleKind::Forbidden, "no"))
}

#[test]
fn memory_says_its_limit_its_last_figure_its_trend_and_its_rollout() {
    let mebibytes = |values: &[f64]| Series {
        start: ago(420),
        step: Duration::from_secs(60),
        values: values.iter().map(|it| Some(it * 1_048_576.0)).collect(),
    };
    let evidence = with(killed_for_memory(), |it| {
        it.memory = Part::Known(mebibytes(&[310.0, 350.0, 390.0, 430.0, 470.0, 510.0]));
        it.log = Part::Known(LogTail {
            container: "main".to_owned(),
            before_death: true,
            lines: vec!["render: buffer 498 MB".to_owned(), " ".to_owned()],
        });
        it.rollout = Part::Known(Rollout {
            revision: 41,
            at: ago(1_860),
            images: vec!["r.io/export:2.4.0".to_owned()],
            before: vec!["r.io/export:2.3.1".to_owned()],
        });
    });
    let told = explain(&evidence, now());
    let says: Vec<Say> = told
        .finding
        .clauses
        .iter()
        .map(|clause| clause.say)
        .collect();
    assert_eq!(
        says,
        [
            Say::HitLimit,
            Say::DiedUsing,
            Say::MemoryRises,
            Say::OfRolloutImages
        ]
    );
    let clauses = &told.finding.clauses;
    assert_eq!(clauses[0].arg("limit"), Some(&Value::from("512Mi")));
    assert_eq!(clauses[1].arg("used"), Some(&Value::Bytes(510 * 1_048_576)));
    assert_eq!(clauses[2].arg("rate"), Some(&Value::Rate(40 * 1_048_576)));
    assert_eq!(
        clauses[3].arg("images"),
        Some(&Value::from("export 2.3.1 → 2.4.0"))
    );
    assert_eq!(
        told.finding.seen,
        [Seen::LastState, Seen::Metrics, Seen::Rollout]
    );
    assert_eq!(told.finding.next[0], Next::RolloutDiff);
    let (line, container, before) = told.last_line.unwrap();
    assert_eq!(
        (line.as_str(), container.as_str(), before),
        ("render: buffer 498 MB", "main", true)
    );
}

#[test]
fn a_rollout_of_long_ago_or_the_first_one_explains_nothing() {
    for (at, before) in [
        (ago(200_000), vec!["a:1".to_owned()]),
        (ago(60), Vec::new()),
    ] {
        let evidence = with(killed_for_memory(), |it| {
            it.rollout = Part::Known(Rollout {
                revision: 2,
                at,
                images: vec!["a:2".to_owned()],
                before,
            });
        });
        let told = explain(&evidence, now());
        let says = told.finding.clauses.iter();
        assert!(
            says.into_iter().all(|it| it.say != Say::OfRolloutImages),
            "{told:?}"
        );
    }
}

#[test]
fn other_causes_that_hold_are_named_beside_the_first() {
    let mut side = container("side", waiting("ImagePullBackOff", "not found"));
    side.image = "r.io/side:1".to_owned();
    let evidence = with(killed_for_memory(), |it| {
        it.pod.detail.containers.push(side);
    });
    let told = explain(&evidence, now());
    assert_eq!(told.finding.cause, Cause::ImageNotPulled);
    assert_eq!(told.also, [Cause::OutOfMemory]);
}
