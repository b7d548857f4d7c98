//! What the journal tells, in the team's own table.

use super::{
    super::{
        programs::file,
        stage::{Stage, told},
    },
    databases::Tables,
};

const ACTS: &str = "SELECT count(*) FROM audit_events WHERE event = 'quarterdeck_run'";
const DOUBLES: &str =
    "SELECT count(*) - count(DISTINCT trace_id) FROM audit_events WHERE event LIKE 'quarterdeck%'";

// row: C23
pub async fn export(stage: &Stage<'_>) {
    let tables = Tables::core(stage);
    // SQL, a switch, a program that says the password while it fails.
    let looked = stage.well("quota-mismatch", &[]).await;
    let kept = stage.well("config-snapshot", &[]).await;
    file(stage.folder.path(), "state/tells-secret", "");
    let failed = stage.does("rerun-exports-dump", &[]).await;

    let first = stage.well("export-acts", &[]).await;
    for run in [&looked, &kept, &failed] {
        let of = format!(
            "SELECT subject || ' ' || (detail::jsonb->>'verdict') FROM audit_events WHERE trace_id = '{}'",
            run.id
        );
        let row = tables.ask(&of);
        let action = run.intent.plan.action.as_str();
        assert!(row.starts_with(action), "{row}: {}", told(&first));
    }
    assert_eq!(tables.ask(ACTS), "3", "the export itself has not ended");

    // Again: what is there stays alone, the export before is new.
    stage.well("export-acts", &[]).await;
    assert_eq!(tables.ask(ACTS), "4");
    assert_eq!(tables.ask(DOUBLES), "0");
    let all = tables.ask("SELECT string_agg(subject || detail, ' ') FROM audit_events");
    assert!(!all.contains("never-shown"), "{all}");
    assert!(!told(&first).contains("never-shown"));

    // A row that somebody took out is put in again; one that is there twice is no good end.
    tables.ask(&format!(
        "DELETE FROM audit_events WHERE trace_id = '{}'",
        kept.id
    ));
    stage.well("export-acts", &[]).await;
    assert_eq!(tables.ask(ACTS), "5");
    tables.ask(&format!(
        "INSERT INTO audit_events SELECT * FROM audit_events WHERE trace_id = '{}'",
        kept.id
    ));
    let run = stage.does("export-acts", &[]).await;
    assert!(!super::super::stage::is_well(&run), "{}", told(&run));
}
