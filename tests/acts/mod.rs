//! What the steps on objects of a cluster do: the same tests against the embedded cluster and against real servers.

pub mod around;
pub mod cronjobs;
pub mod every;
pub mod fields;
pub mod leases;
pub mod nodes;
pub mod objects;
pub mod pods;
pub mod programs;
pub mod restart;
pub mod rollback;
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
            every {
                a_lost_reply_is_unknown_and_it_was_sent_once
                one_that_is_stopped_before_it_is_sent_did_nothing
                one_that_was_agreed_to_for_another_object_is_not_sent
                who_may_not_is_told_before_anything_is_sent
                names_that_look_alike_and_other_namespaces_are_left_alone
            }
            restart {
                it_restarts
                one_that_was_restarted_meanwhile_is_left_alone
                one_that_is_paused_is_refused
            }
            rollback {
                a_deployment_goes_back
                sets_go_back_too
                a_revision_that_is_none_is_not_found
                one_whose_spec_moved_in_the_last_moment_is_left_alone
            }
            fields {
                a_variable_is_set_and_taken_away
                a_variable_from_elsewhere_comes_back_from_there
                a_variable_that_drifts_in_the_last_moment_is_left_alone
                a_patch_sets_what_it_names_and_is_taken_back
                a_patch_of_what_drifted_is_not_sent
                what_others_write_between_is_no_refusal
                what_the_server_would_not_take_is_refused
            }
            pods {
                exactly_the_pod_that_was_seen_goes
                a_pod_that_was_made_anew_is_left_alone
                a_budget_refuses_an_eviction
                a_lost_reply_is_unknown
                who_may_not_is_told
            }
            nodes {
                it_cordons_and_uncordons
            }
            objects {
                what_a_step_left_is_read_as_it_is_then
            }
            cronjobs {
                it_makes_one_job
                a_lost_reply_is_unknown_and_one_job_is_there
                one_that_was_changed_is_not_run
            }
            programs {
                one_pod_says_which_it_is
                each_pod_has_its_verdict
                it_is_fed_and_what_it_says_is_saved
                an_exit_code_is_a_failure
                an_exit_code_can_be_an_answer
                much_output_is_bounded_and_it_is_stopped
                one_that_takes_too_long_is_unknown
                who_may_not_is_told
            }
            leases {
                one_holds_it_and_the_other_is_told
                of_many_one_takes_it
                one_that_ran_out_is_taken_over
                one_that_only_seems_to_have_run_out_is_not
                who_lost_it_finds_out
                who_may_not_is_told_what_is_missing
            }
            around {
                an_autoscaler_is_told_or_refuses
                deployers_are_told
                who_would_feel_it_is_told
                what_one_may_is_reviewed
                a_secret_is_read_where_it_may_be
                who_has_a_variable_is_told
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
