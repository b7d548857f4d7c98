//! What a server must do for Quarterdeck to be right about it: the same tests run against the embedded cluster and against
//! real servers. Where the two differ, the embedded one is wrong.

pub mod http;
pub mod kubernetes;

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
                an_eviction_over_the_budget_is_too_many_requests
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

pub(crate) use clauses;
pub(crate) use kubernetes_contract;
