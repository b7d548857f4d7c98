//! Where the flows lead.

use super::world::{Desk, World, glancy};
use crate::{
    domain::action::value::Value,
    pack::{Pack, StepKind, StepSpec, Truth},
};

fn steps<'a>(pack: &'a Pack, flow: &str, stage: &str) -> &'a [StepSpec] {
    let flow = pack.flow(flow).expect("the flow is there");
    let mut stages = flow.stages.iter();
    &stages
        .find(|it| it.id == stage)
        .expect("the stage is there")
        .steps
}

/// The steps of a stage that are called for, by their ids.
fn called<'a>(pack: &'a Pack, of: (&str, &str), world: &World, desk: &Desk) -> Vec<&'a StepSpec> {
    let steps = steps(pack, of.0, of.1).iter();
    steps
        .filter(|step| {
            let judged = pack.judge_called(step, world, desk);
            judged.is_none_or(|judged| judged.truth == Truth::True)
        })
        .collect()
}

// row: C22
#[test]
fn the_first_yes_of_the_tree_leads_into_the_right_playbook() {
    let pack = glancy();
    let leads = |change: &[(&str, f64)], incident: Option<&'static str>| -> Option<String> {
        let mut world = World::of(&pack);
        for (id, value) in [
            ("availability", 0.9996),
            ("export-p95", 2.0),
            ("export-failures", 0.001),
            ("exports-depth", 40.0),
            ("exports-oldest", 8.0),
            ("sub-sync", 2.0),
            ("sub-success", 0.998),
            ("quota-mismatch", 0.0),
        ] {
            world.set(id, Some(value));
        }
        for (id, value) in change {
            world.set(id, Some(*value));
        }
        let desk = Desk {
            incident,
            ..Desk::default()
        };
        let all = called(&pack, ("five-questions", "questions"), &world, &desk);
        let StepKind::Go(flow) = &all.first()?.kind else {
            panic!("a question leads into a flow");
        };
        Some(flow.clone())
    };
    assert_eq!(leads(&[], None), None, "nothing is wrong");
    assert_eq!(leads(&[], Some("sev-2")), None);
    assert_eq!(leads(&[], Some("sev-1")).as_deref(), Some("rollback"));
    for (id, value, flow) in [
        ("availability", 0.9989, "rollback"),
        ("lookup-success", 0.9989, "lookup-degraded"),
        ("lookup-p95", 2.51, "lookup-degraded"),
        ("rate-429", 0.021, "rate-limit"),
        ("cost-burn", 0.8, "cost"),
        ("degraded", 0.011, "degrade"),
        ("doubao-5xx", 0.05, "degrade"),
        ("circuit-open", 1.0, "degrade"),
        ("exports-depth", 2001.0, "export-backlog"),
        ("exports-oldest", 301.0, "export-backlog"),
        ("export-p95", 5.1, "export-backlog"),
        ("export-failures", 0.005, "export-backlog"),
        ("sub-sync", 5.1, "subscription"),
        ("sub-success", 0.989, "subscription"),
        ("quota-mismatch", 1.0, "quota"),
    ] {
        assert_eq!(leads(&[(id, value)], None).as_deref(), Some(flow), "{id}");
        assert!(pack.flow(flow).is_some(), "{flow}");
    }
    // Of several the first counts.
    let two = [("quota-mismatch", 1.0), ("rate-429", 0.05)];
    assert_eq!(leads(&two, None).as_deref(), Some("rate-limit"));
}

// row: C11
#[test]
fn nothing_is_unlocked_before_half_an_hour_since_the_rollback_was_calm() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let unlocks = |world: &World, ago: f64| -> Vec<Truth> {
        let desk = Desk {
            done: vec!["rollback"],
            ago,
            ..Desk::default()
        };
        let steps = steps(&pack, "rollback", "unlock").iter();
        let judged = steps.filter_map(|step| pack.judge_step(step, world, &desk));
        judged.map(|judged| judged.truth).collect()
    };
    // All was well before it was rolled back, too: that counts for nothing.
    assert_eq!(unlocks(&world, 29.0 * 60.0), [Truth::False, Truth::True]);
    assert_eq!(
        unlocks(&world, 30.0 * 60.0 + 1.0),
        [Truth::True, Truth::True]
    );
    // Half an hour is over, and a minute of it was slow.
    world.tail("lookup-p95", &[Some(2.6), Some(1.8)]);
    assert_eq!(unlocks(&world, 31.0 * 60.0), [Truth::True, Truth::False]);
    // What is frozen is so until the stage is done, and none of its steps may be left out.
    let flow = pack.flow("rollback").expect("the flow is there");
    let freeze = flow.freeze.as_ref().expect("it freezes");
    assert_eq!(freeze.until.as_deref(), Some("unlock"));
    assert!(freeze.names(&"glancy/promote".into()));
    let unlock = steps(&pack, "rollback", "unlock");
    assert!(unlock.iter().all(|step| !step.optional));
}

// row: C5
#[test]
fn before_a_batch_is_chosen_only_what_no_batch_could_do_without_is_missed() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let mut actions = pack.actions().iter();
    let promote = actions
        .find(|it| it.id.as_str() == "glancy/promote")
        .expect("it is there");
    let lacks = |world: &World| {
        let judged = pack.judge_guard(promote, world, &Desk::default());
        let judged = judged.expect("it has one");
        assert_eq!(judged.truth, Truth::Unknown);
        (judged.missing.len(), judged.unfilled.len())
    };
    // REL-B1 is green; of the others nobody said anything yet, and they don't keep REL-B2 from being chosen.
    world.set("sub-success", Some(0.998));
    let (missing, unfilled) = lacks(&world);
    assert_eq!(missing, 0);
    assert!(unfilled > 0, "the batch is open");
    // No gate is known: whatever is chosen, it is refused.
    world.set("sub-success", None);
    world.set("hook/HK-05/delay", None);
    for hook in ["HK-01/success", "HK-02/p95", "HK-03/cost", "HK-04/ratio"] {
        world.set(&format!("hook/{hook}"), None);
    }
    let (missing, _) = lacks(&world);
    assert!(missing > 0);
}

// row: C20
#[test]
fn each_scale_out_is_given_back_by_itself() {
    let pack = glancy();
    let world = World::of(&pack);
    let back = |done: &[&'static str]| -> Vec<String> {
        let desk = Desk {
            done: done.to_vec(),
            ..Desk::default()
        };
        let all = called(&pack, ("capacity", "back"), &world, &desk);
        assert!(
            all.iter()
                .all(|step| step.either.is_none() && !step.optional)
        );
        all.into_iter().map(|step| step.id.clone()).collect()
    };
    assert_eq!(back(&[]), ["calm", "entry"], "nothing closes without it");
    assert_eq!(back(&["scale-llm-adapter"]), ["calm", "adapter", "entry"]);
    assert_eq!(
        back(&["scale-lookup-bff", "scale-llm-adapter"]),
        ["calm", "bff", "adapter", "entry"]
    );
}

/// Whether a temporary change of an action may be given back in this world, set with these params.
fn given_back(world: &World, action: &str, params: &[(&str, &str)]) -> Truth {
    let pack = glancy();
    let params = params.iter();
    let params = params.map(|(name, value)| ((*name).to_owned(), Value::text(*value)));
    let desk = Desk {
        params: params.collect(),
        ..Desk::default()
    };
    let mut actions = pack.actions().iter();
    let spec = actions
        .find(|it| it.id.parts().1 == action)
        .expect("it is there");
    let judged = pack.judge_release(spec, world, &desk);
    judged.expect("it is temporary").truth
}

// row: C7, C23
#[test]
fn a_switch_is_given_back_by_what_it_was_set_for() {
    let pack = glancy();
    let mut world = World::of(&pack);
    for (id, value) in [
        ("concurrency", 0.4),
        ("queue-wait", 0.05),
        ("cost-burn", 0.78),
    ] {
        world.set(id, Some(value));
    }
    let cache = |world: &World, why| given_back(world, "cache-l2-first", &[("why", why)]);
    assert_eq!(cache(&world, "cost"), Truth::False);
    assert_eq!(cache(&world, "429"), Truth::True);
    assert_eq!(cache(&world, "load"), Truth::True);
    world.set("rate-429", Some(0.015));
    world.set("concurrency", Some(0.81));
    assert_eq!(cache(&world, "429"), Truth::False);
    assert_eq!(cache(&world, "load"), Truth::False);
    // Each of the three signs of load keeps it.
    world.set("concurrency", Some(0.8));
    assert_eq!(cache(&world, "load"), Truth::True);
    for (id, well, ill) in [("lookup-p95", 2.5, 2.51), ("queue-wait", 0.5, 0.51)] {
        world.set(id, Some(ill));
        assert_eq!(cache(&world, "load"), Truth::False, "{id}");
        world.set(id, Some(well));
        assert_eq!(cache(&world, "load"), Truth::True, "{id}");
    }
    world.set("cost-burn", Some(0.75));
    assert_eq!(cache(&world, "cost"), Truth::True);
    world.set("cost-burn", None);
    assert_eq!(cache(&world, "cost"), Truth::Unknown);
}

// row: C10, C16
#[test]
fn the_strong_cache_is_allowed_where_429_rises_below_its_limit() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let mut actions = pack.actions().iter();
    let cache = actions
        .find(|it| it.id.as_str() == "glancy/cache-l2-first")
        .expect("it is there");
    let may = |world: &World, why: &str| -> Truth {
        let desk = Desk {
            params: [("why".to_owned(), Value::text(why))].into(),
            before: [("now.value".to_owned(), Value::text("normal"))].into(),
            ..Desk::default()
        };
        let judged = pack.judge_guard(cache, world, &desk);
        judged.expect("it has one").truth
    };
    assert_eq!(may(&world, "429"), Truth::False);
    // What makes the release light yellow: half a point more in each window, and still below its limit.
    let rise: Vec<Option<f64>> = (0..15)
        .map(|minute| Some(0.004 + 0.001 * f64::from(minute)))
        .collect();
    world.tail("rate-429", &rise);
    world.readings.insert("glancy/rate-429".into(), 0.018);
    assert_eq!(may(&world, "429"), Truth::True);
    assert_eq!(may(&world, "cost"), Truth::False);
    // Steady at its limit it asks for nothing, and over it for the cache.
    world.set("rate-429", Some(0.02));
    assert_eq!(may(&world, "429"), Truth::False);
    world.set("rate-429", Some(0.021));
    assert_eq!(may(&world, "429"), Truth::True);
}

// row: C18, C23
#[test]
fn regeneration_that_a_degrade_stopped_waits_for_doubao_and_its_circuit() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let back = |world: &World| given_back(world, "stop-regenerate", &[]);
    assert_eq!(back(&world), Truth::True);
    world.set("doubao-5xx", Some(0.05));
    assert_eq!(back(&world), Truth::False);
    world.set("doubao-5xx", Some(0.01));
    world.set("circuit-open", Some(1.0));
    assert_eq!(back(&world), Truth::False);
    world.set("circuit-open", None);
    assert_eq!(back(&world), Truth::Unknown);
    world.set("circuit-open", Some(0.0));
    world.set("cost-burn", Some(0.76));
    assert_eq!(back(&world), Truth::False);
}

// row: C7, C17, C23
#[test]
fn exports_that_are_off_are_given_back_by_their_queue_alone() {
    let pack = glancy();
    let mut world = World::of(&pack);
    // Nothing is exported: its P95 and the share that fails are of nothing.
    for id in ["export-p95", "export-failures"] {
        world.set(id, None);
    }
    world.set("exports-depth", Some(299.0));
    world.set("exports-oldest", Some(59.0));
    let back = |world: &World, action| given_back(world, action, &[]);
    assert_eq!(back(&world, "stop-exports"), Truth::True);
    assert_eq!(back(&world, "stop-low-priority-exports"), Truth::Unknown);
    world.set("exports-depth", Some(300.0));
    assert_eq!(back(&world, "stop-exports"), Truth::False);
}

// row: C3
#[test]
fn users_and_what_is_measured_propose_a_severity() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let proposed = |world: &World, users: f64| -> Vec<String> {
        let desk = Desk {
            params: [("users".to_owned(), Value::Float(users))].into(),
            ..Desk::default()
        };
        let found = pack.proposed_severities(world, &desk).into_iter();
        found.map(|(severity, _)| severity).collect()
    };
    assert_eq!(proposed(&world, 15.0), ["sev-2"]);
    assert!(proposed(&world, 14.9).is_empty());
    world.set("lookup-success", Some(0.9989));
    assert_eq!(proposed(&world, 14.9), ["sev-2"]);
    world.set("lookup-success", Some(0.999));
    assert!(proposed(&world, 14.9).is_empty(), "at its line it holds");
}

// row: C16, C23
#[test]
fn basic_answers_are_given_back_once_the_probe_is_green_too() {
    let pack = glancy();
    let mut world = World::of(&pack);
    assert_eq!(given_back(&world, "force-basic", &[]), Truth::True);
    world.set("probe-up", Some(0.0));
    assert_eq!(given_back(&world, "force-basic", &[]), Truth::False);
}

// row: C16, C17
#[test]
fn the_first_step_of_the_backlog_holds_for_each_of_its_alerts() {
    let pack = glancy();
    let [depth, ..] = steps(&pack, "export-backlog", "look") else {
        panic!("it looks first");
    };
    let holds = |id: &str, value: f64| {
        let mut world = World::of(&pack);
        for (id, value) in [
            ("exports-depth", 40.0),
            ("exports-oldest", 8.0),
            ("export-p95", 2.0),
            ("export-failures", 0.001),
        ] {
            world.set(id, Some(value));
        }
        world.set(id, Some(value));
        let judged = pack.judge_step(depth, &world, &Desk::default());
        judged.expect("it is a check").truth
    };
    for (id, well, ill) in [
        ("exports-depth", 2000.0, 2001.0),
        ("exports-oldest", 300.0, 301.0),
        ("export-p95", 5.0, 5.1),
        ("export-failures", 0.0049, 0.005),
    ] {
        assert_eq!(holds(id, well), Truth::False, "{id}");
        assert_eq!(holds(id, ill), Truth::True, "{id}");
    }
}
