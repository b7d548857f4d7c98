//! What is chosen from a list that was read, and what is lost since the time in its name.

use super::bed::Bed;
use crate::{
    domain::{
        action::{
            fact::{Fact, FactName},
            fault::ValueFault,
            plan::Count,
            refusal::Refusal,
            target::Target,
            value::Value,
        },
        policy::Policy,
    },
    pack::Pack,
};

const BACKUPS: &str = "/srv/lawsker/backups";
const COMPLETE: &str = "-- PostgreSQL database dump complete";

/// Lawsker on a Saturday at 14:32 of its own time, with these backups.
fn bed(names: &[&str]) -> Bed {
    let pack = Pack::embedded("lawsker").expect("it comes with the program");
    let mut bed = Bed::of(pack.expect("it loads"), &Policy::default());
    let lines = names
        .iter()
        .map(|name| Value::text(format!("{BACKUPS}/{name}")));
    let lines = Value::List(lines.collect());
    bed.before(&[
        ("folders.lines", lines.clone()),
        ("dump.bytes", Value::Int(9)),
        ("end.mark", Value::text(COMPLETE)),
    ]);
    let target = Target::Named {
        name: "system".to_owned(),
    };
    bed.facts = vec![
        Fact::new(
            target.clone(),
            FactName::Field("folders.lines".to_owned()),
            lines,
        ),
        Fact::new(
            target.clone(),
            FactName::Field("dump.bytes".to_owned()),
            Value::Int(9),
        ),
        Fact::new(
            target,
            FactName::Field("end.mark".to_owned()),
            Value::text(COMPLETE),
        ),
    ];
    bed
}

fn back_to(name: &str) -> [(&'static str, Value); 1] {
    [("backup", Value::text(format!("{BACKUPS}/{name}")))]
}

// row: D10d
#[test]
fn a_rollback_s_number_is_the_hours_since_the_time_in_the_backup_s_name() {
    let bed = bed(&[
        "20261121_143200",
        "20261120_020000",
        "20261122_020000",
        "by-hand",
    ]);
    let lost = |name: &str| bed.plan("rollback", &back_to(name)).map(|plan| plan.count);
    let hours = |number| {
        Ok(Some(Count {
            of: "hours-lost".to_owned(),
            number,
        }))
    };
    assert_eq!(lost("20261120_020000"), hours(37), "36 and a half");
    assert_eq!(lost("20261121_143200"), hours(1), "ten seconds");
    for name in ["by-hand", "20261122_020000"] {
        assert!(
            matches!(
                lost(name),
                Err(Refusal::BadValue {
                    why: ValueFault::NotTime,
                    ..
                })
            ),
            "{name}: {:?}",
            lost(name)
        );
    }
}

// row: B12, D3, D10d
#[test]
fn what_is_not_on_the_list_is_refused_and_the_list_itself_is_no_fact() {
    let bed = bed(&["20261120_020000"]);
    let refused = bed.plan("rollback", &back_to("20261119_020000"));
    let Err(Refusal::BadValue {
        param,
        why: ValueFault::NotOneOf { known },
        ..
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(param, "backup");
    assert_eq!(known, "/srv/lawsker/backups/20261120_020000");
    let plan = bed.plan("rollback", &back_to("20261120_020000")).unwrap();
    let fields = plan.facts.iter().filter_map(|fact| match &fact.name {
        FactName::Field(name) => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(fields.collect::<Vec<_>>(), ["dump.bytes", "end.mark"]);
}
