//! What a server must do for Quarterdeck to be right about it: the same tests run against the embedded cluster and against
//! real servers. Where the two differ, the embedded one is wrong.

pub mod alertmanager;
pub mod http;
pub mod kubernetes;
pub mod prometheus;

/// Makes one test of each clause: `$backend` is an async function that gives the servers.
macro_rules! clauses {
    ($backend:ident; $($topic:ident { $($clause:ident)* })*) => {
        $(mod $topic {
            $(#[tokio::test]
            async fn $clause() {
                let backend = super::$backend().await;
                crate::contract::kubernetes::$topic::$clause(&backend).await;
            })*
        })*
    };
}

/// The clauses of the Kubernetes API, as tests against `$backend`.
macro_rules! kubernetes_contract {
    ($backend:ident) => {
        crate::contract::clauses! {
            $backend;
            lists {
                pages_join_to_the_whole_list
                a_continue_token_that_is_none_is_a_bad_request
                selectors_choose
                a_table_has_the_printers_columns
                a_big_list_is_zipped_when_asked
            }
            watches {
                changes_come_in_order
                a_streaming_list_ends_with_a_bookmark
                bookmarks_come_when_asked
                a_watch_ends_when_it_was_to_end
                a_deleted_object_comes_as_it_last_was
            }
            writes {
                a_dry_run_changes_nothing
                a_stale_version_conflicts
                a_failed_test_of_a_patch_is_invalid
                a_name_that_is_taken_conflicts
                an_uid_that_is_another_conflicts
                only_a_change_of_the_spec_is_a_generation
                the_scale_is_read_and_written
                what_is_not_valid_is_refused_with_its_field
                an_ingress_without_rules_has_a_default_backend
                an_eviction_over_the_budget_is_too_many_requests
                a_test_of_null_is_one_of_nothing
                the_scale_takes_a_tested_patch
                an_eviction_of_another_pod_conflicts
                a_lease_that_moved_conflicts
            }
            refusals {
                an_unknown_token_is_unauthorized
                no_token_is_anonymous
                a_viewer_may_not_write
                a_nobody_may_not_read
                what_is_not_there_is_not_found
                a_path_that_is_none_is_not_found
                a_method_that_is_none_is_not_allowed
            }
            reviews {
                it_says_who_one_is
                it_says_what_one_may
                it_says_all_one_may
                it_has_a_version_a_date_and_an_identity
                it_lists_the_kinds_it_has
            }
            workloads {
                a_deployment_brings_pods_up
                a_new_template_is_a_new_revision
                a_scaling_is_followed
            }
            pods {
                logs_are_lines_with_times
                a_container_must_be_named_where_there_are_two
                exec_gives_output_and_code
            }
        }
    };
}

/// The clauses of one server, as tests of a module against `$backend`.
macro_rules! server_clauses {
    ($server:ident, $name:ident, $backend:ident; $($clause:ident)*) => {
        mod $name {
            $(#[tokio::test]
            async fn $clause() {
                let backend = super::$backend().await;
                crate::contract::$server::$clause(&backend).await;
            })*
        }
    };
}

/// The clauses of Prometheus' API, as the tests of module `$name` against `$backend`.
macro_rules! prometheus_contract {
    ($name:ident, $backend:ident) => {
        crate::contract::server_clauses! {
            prometheus, $name, $backend;
            a_value_is_text_under_its_labels
            no_value_is_an_empty_vector
            a_range_lies_on_its_grid
            what_makes_no_sense_is_bad_data
            what_fails_is_an_execution_error
            what_takes_too_long_times_out
            what_is_partial_says_so
            a_path_that_is_none_is_plain_text
            it_says_what_it_is
            rules_have_their_state_and_their_alerts
        }
    };
}

/// The clauses of Alertmanager's API, as the tests of module `$name` against `$backend`.
macro_rules! alertmanager_contract {
    ($name:ident, $backend:ident) => {
        crate::contract::server_clauses! {
            alertmanager, $name, $backend;
            it_says_what_it_is
            an_alert_comes_as_it_was_sent
            an_alert_that_ends_leaves
            a_body_that_is_no_alert_is_refused
            filters_choose
            a_silence_suppresses_until_it_ends
            a_silence_keeps_its_id_while_its_matchers_stay
            a_silence_that_is_none_is_refused
            what_is_not_there_is_not_found
            peers_share_silences_and_not_alerts
        }
    };
}

pub(crate) use alertmanager_contract;
pub(crate) use clauses;
pub(crate) use kubernetes_contract;
pub(crate) use prometheus_contract;
pub(crate) use server_clauses;
