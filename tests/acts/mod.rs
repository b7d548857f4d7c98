//! What the steps on objects of a cluster do: the same tests against the embedded cluster and against real servers.

pub mod restart;
pub mod scale;
pub mod stage;
pub mod way;

/// Makes one test of each act: `$backend` is an async function that gives an API server.
macro_rules! acts {
    ($backend:ident) => {
        crate::acts::acts! {
            $backend;
            scale {
                it_scales
                one_that_drifted_is_left_alone
                one_that_drifts_in_the_last_moment_is_left_alone
                another_of_the_same_name_is_left_alone
                a_lost_reply_is_unknown_and_it_was_done_once
                a_cut_reply_is_unknown_and_it_was_done_once
                a_server_that_is_away_did_nothing
                who_may_not_is_told_what_is_missing
                what_is_not_there_is_not_found
                from_and_to_none
            }
            restart {
                it_restarts
                one_that_was_restarted_meanwhile_is_left_alone
                one_that_is_paused_is_refused
            }
        }
    };
    ($backend:ident; $($topic:ident { $($act:ident)* })*) => {
        $(mod $topic {
            $(#[tokio::test]
            async fn $act() {
                let stage = crate::acts::stage::Stage::new(super::$backend().await).await;
                crate::acts::$topic::$act(&stage).await;
                stage.end().await;
            })*
        })*
    };
}

pub(crate) use acts;
