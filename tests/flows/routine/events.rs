//! What restarts and the ends of shifts ask for.

use super::*;

/// A pack of one shift, with checks around restarts.
fn small(routine: &str) -> Flow {
    let files = [
        (
            "pack.toml",
            "[pack]\nid = \"small\"\ntitle = \"Small\"\ntime_zone = \"UTC\"\n\n\
             [shift.early]\nfrom = \"00:00\"\nto = \"06:40\"\n",
        ),
        ("routine.toml", routine),
    ];
    let pack = Pack::parse(&files).unwrap_or_else(|errors| panic!("{errors}"));
    let mut flow = Flow::with_pack(Arc::new(pack), Scene::Quiet, FACE);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    flow.effects.clear();
    flow
}

/// A restart that ended so many minutes ago.
fn restarted(id: &str, minutes: i64) -> Arc<Run> {
    let mut flow = actions::scaling(FACE);
    actions::looks(&mut flow);
    actions::presses(&mut flow, "'export-worker' enter");
    actions::rechecks(&mut flow, 6, None);
    let run = actions::launched(&mut flow, id);
    let mut run = actions::ended(&run, Verdict::Verified);
    run.intent.plan.action = "generic/restart".into();
    run.ended_at = Some(now() - SignedDuration::from_mins(minutes));
    run.asked_at = now() - SignedDuration::from_mins(minutes + 1);
    Arc::new(run)
}

/// How each time of a check stands: minutes since it came, and how.
fn times(flow: &Flow, of: &DueOf) -> Vec<(i64, Stand)> {
    let rows = flow.model.routine.iter().filter(|row| row.of == *of);
    let past = rows.filter(|row| row.stand != Stand::Next);
    past.filter_map(|row| {
        let ago = flow.model.now.wall.duration_since(row.at()?);
        Some((ago.as_mins(), row.stand))
    })
    .collect()
}

fn seen(check: &str, list: Option<&str>, slot: Option<Timestamp>) -> Noted {
    Noted::Check(CheckNoted {
        check: check.into(),
        checklist: list.map(Into::into),
        slot,
        outcome: Outcome::Passed,
        says: None,
        unread: None,
        evidence: Some("seen".to_owned()),
    })
}

fn notes(flow: &Flow, noted: Noted) -> LogEntry {
    LogEntry {
        after: None,
        desk: quarterdeck::app::logbook::log_desk(&flow.model.pack, &flow.model.desk),
        noted,
    }
}

#[test]
fn what_an_event_asks_for_is_open_for_as_long_as_it_says() {
    let mut flow = small(
        "[check.after]\ndue = { after = \"generic/restart\", within = \"48h\" }\nask = \"well?\"\n",
    );
    let runs = vec![restarted("run-2", 60), restarted("run-1", 30 * 60)];
    flow.event(Event::Acted(Acted::Runs(runs)));
    let of = DueOf::Check("after".into());
    assert_eq!(
        times(&flow, &of),
        [(30 * 60, Stand::Open), (60, Stand::Open)]
    );
}

#[test]
fn what_an_event_asks_for_is_done_by_what_is_done_in_its_time() {
    let mut flow = small(
        "[check.both]\ndue = [{ after = \"generic/restart\", within = \"1h\" }, { every = \"30m\" }]\n\
         ask = \"well?\"\n\n[check.part]\nask = \"well?\"\n\n\
         [checklist.list]\ndue = { every = \"30m\" }\nitems = [\"part\"]\n",
    );
    flow.event(Event::Acted(Acted::Runs(vec![restarted("run-1", 40)])));
    let (both, list) = (DueOf::Check("both".into()), DueOf::List("list".into()));
    assert!(times(&flow, &both).contains(&(40, Stand::Open)));
    assert!(times(&flow, &list).contains(&(2, Stand::Open)));
    let mut kept = Kept::default();
    let half_past = now() - SignedDuration::from_secs(2 * 60 + 10);
    let at = flow.model.clocked;
    kept.line(at, notes(&flow, seen("both", None, Some(half_past))));
    kept.line(at, notes(&flow, seen("part", Some("list"), None)));
    kept.keeps(&mut flow);
    let done = Stand::Done(Outcome::Passed);
    assert!(times(&flow, &both).contains(&(2, done)));
    assert!(
        times(&flow, &both).contains(&(40, done)),
        "it was looked at since the restart"
    );
    assert!(
        times(&flow, &list).contains(&(2, Stand::Open)),
        "its time is one of a clock: {:?}",
        times(&flow, &list)
    );
}

#[test]
fn what_ends_a_shift_is_done_before_it_ends() {
    let flow = small(
        "[check.last]\ndue = { shift = \"end\" }\nwithin = \"20m\"\nask = \"well?\"\n\n\
         [check.bare]\ndue = { shift = \"end\" }\nask = \"well?\"\n",
    );
    let of = |check: &str| DueOf::Check(check.into());
    assert!(times(&flow, &of("last")).contains(&(12, Stand::Open)));
    assert!(times(&flow, &of("bare")).contains(&(22, Stand::Open)));
    let rows = flow.model.routine.iter();
    let last = rows
        .filter(|row| row.of == of("last") && row.is_open())
        .find_map(|row| row.slot)
        .expect("it is open");
    assert_eq!(
        last.until,
        Some("2026-11-21T06:40Z".parse().expect("a time"))
    );
}

#[test]
fn where_the_ledger_can_t_be_read_nothing_is_said_to_be_late() {
    let wide = Face {
        size: (140, 40),
        ..FACE
    };
    let mut flow = on(Scene::Trouble, wide);
    assert!(flow.screen().contains(" late"), "{}", flow.screen());
    let why = "disk I/O error".to_owned();
    flow.event(Event::Acted(Acted::Ledger(Err(why))));
    let text = flow.screen();
    assert!(!text.contains(" late"), "{text}");
    assert!(
        text.contains("what was done and what stands is not known"),
        "{text}"
    );
    flow.keys("o");
    let text = flow.screen();
    assert!(!text.contains("late "), "{text}");
    assert!(text.contains("not known"), "{text}");
    flow.keys("esc");
    flow.keys("ctrl-t");
    let text = flow.screen();
    assert!(
        text.contains("not known: the ledger can't be read"),
        "{text}"
    );
}
