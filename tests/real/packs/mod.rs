//! The packs as their teams run them: every action of a pack, through the model, the prompt, the ledger and a runner, against
//! the real API server, real PostgreSQL and Redis. What is played are the team's own programs and what Prometheus measures.

pub mod bound;
mod desk;
mod glancy;
mod measured;
mod programs;
mod readings;
mod stage;
mod tuheg;
mod workloads;

use quarterdeck::pack::Pack;

/// Makes one test of each action of a pack, and one that holds the list of them against the pack: an action without a test
/// fails it by name. Each test ends well only where the action itself was run and ended well; one that the pack has in order to
/// refuse it, where it was refused. `stage` of the pack makes the world of a test.
macro_rules! every_action {
    ($pack:literal $(, never $never:literal $of:ident::$refused:ident)*; $($topic:ident { $($id:literal $name:ident)* })*) => {
        #[test]
        fn every_action_of_the_pack_is_tried() {
            crate::packs::are_all_tried($pack, &[$($($id,)*)* $($never,)*]);
        }

        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $refused() {
            let bed = crate::harness::Bed::shared();
            let stage = stage(&bed).await;
            $of::$refused(&stage).await;
            stage.was_only_refused($never);
        })*

        mod tried {
            $(mod $topic {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let bed = crate::harness::Bed::shared();
                    let stage = super::super::stage(&bed).await;
                    super::super::$topic::$name(&stage).await;
                    stage.ended_well($id);
                })*
            })*
        }
    };
}

use every_action;

#[track_caller]
fn are_all_tried(pack: &str, tried: &[&str]) {
    let pack = Pack::embedded(pack).unwrap().unwrap();
    let names: Vec<&str> = pack.actions().iter().map(|it| it.id.parts().1).collect();
    let untried: Vec<&&str> = names.iter().filter(|it| !tried.contains(it)).collect();
    assert!(untried.is_empty(), "no test runs {untried:?}");
    let unknown: Vec<&&str> = tried.iter().filter(|it| !names.contains(it)).collect();
    assert!(unknown.is_empty(), "the pack has no {unknown:?}");
}
