//! Quotas against their ledger, on a server in UTC.

use quarterdeck::{
    domain::text::Lang,
    i18n::{Texts, action_words},
};

use super::{
    super::stage::{Stage, told},
    databases::{Tables, redis},
};

/// Quotas of today that differ from their ledger, and rows of the ledger of today that no quota explains.
const DIFFERENT: &str = "
WITH quota AS (SELECT user_id, metric, sum(used_value) AS used FROM quota_daily
    WHERE quota_date_local = (now() AT TIME ZONE 'Asia/Shanghai')::date AND deleted_at IS NULL GROUP BY 1, 2),
  ledger AS (SELECT user_id, metric, sum(delta) AS used FROM quota_ledger l
    WHERE quota_date_local = (now() AT TIME ZONE 'Asia/Shanghai')::date
      AND NOT EXISTS (SELECT FROM quota_daily d WHERE d.user_id = l.user_id AND d.metric = l.metric
        AND d.quota_date_local = l.quota_date_local AND d.deleted_at IS NOT NULL) GROUP BY 1, 2)
SELECT count(*) FROM quota FULL JOIN ledger USING (user_id, metric) WHERE quota.used IS DISTINCT FROM ledger.used";
/// What is not of today, or deleted.
const OTHERS: &str = "SELECT string_agg(user_id || '=' || used_value, ',' ORDER BY user_id) FROM quota_daily WHERE user_id > 3";
const LEDGER: &str = "SELECT count(*) FROM quota_ledger";
const INCIDENT: [(&str, &str); 1] = [("incident", "INC-2025-0418-01")];

// row: C1
pub async fn error_minutes(stage: &Stage<'_>) {
    let _tables = Tables::core(stage);
    let run = stage.well("error-minutes", &[]).await;
    let said = told(&run);
    assert!(said.contains("3.5") && !said.contains("43.5"), "{said}");
}

// row: C19
pub async fn mismatch(stage: &Stage<'_>) {
    let tables = Tables::core(stage);
    assert_eq!(tables.ask("SHOW timezone"), "UTC");
    let run = stage.well("quota-mismatch", &[]).await;
    // A difference of 1 is one, too.
    assert!(told(&run).contains("2\\n"), "{}", told(&run));
    assert_eq!(tables.ask(DIFFERENT), "2", "it only looks");
}

// row: C19, G11
pub async fn to_ledger(stage: &Stage<'_>) {
    let tables = Tables::core(stage);
    let run = stage.well("quota-to-ledger", &INCIDENT).await;
    assert_eq!(tables.ask(DIFFERENT), "0", "{}", told(&run));
    let used = "SELECT string_agg(user_id || '=' || used_value, ',' ORDER BY user_id) FROM quota_daily WHERE user_id <= 3";
    assert_eq!(tables.ask(used), "1=9,2=7,3=7");
    assert_eq!(tables.ask(OTHERS), "4=9,5=9");
    assert_eq!(tables.ask(LEDGER), "6", "the ledger is as it was");
    let audit = "SELECT count(*) FROM audit_events WHERE event = 'quota_reconciled' AND trace_id = 'INC-2025-0418-01'";
    assert_eq!(tables.ask(audit), "2");
    let count = run.intent.plan.count.as_ref().map(|it| it.number);
    assert_eq!(count, Some(2), "rows are counted before anybody agrees");
    // One way or the other, never both.
    for other in ["ledger-to-quota", "quota-to-ledger"] {
        stage
            .refuses(other, &INCIDENT, "no quota of today differs")
            .await;
    }
    assert_eq!(tables.ask(DIFFERENT), "0");
}

// row: C19, G11
pub async fn from_ledger(stage: &Stage<'_>) {
    let tables = Tables::core(stage);
    let run = stage.well("ledger-to-quota", &INCIDENT).await;
    assert_eq!(tables.ask(DIFFERENT), "0", "{}", told(&run));
    let used = "SELECT string_agg(user_id || '=' || used_value, ',' ORDER BY user_id) FROM quota_daily WHERE user_id <= 3";
    assert_eq!(tables.ask(used), "1=10,2=4,3=7", "quotas are as they were");
    let added = "SELECT string_agg(user_id || '=' || delta, ',' ORDER BY user_id) FROM quota_ledger
        WHERE reason = 'rollback' AND trace_id = 'INC-2025-0418-01'";
    assert_eq!(tables.ask(added), "1=1,2=-3");
    assert_eq!(tables.ask(OTHERS), "4=9,5=9");
    for other in ["quota-to-ledger", "ledger-to-quota"] {
        stage
            .refuses(other, &INCIDENT, "no quota of today differs")
            .await;
    }
    assert_eq!(tables.ask(LEDGER), "8");
}

// row: C19
pub async fn flush(stage: &Stage<'_>) {
    let all = |words: &[&str]| redis(stage, "0", words);
    for key in [
        "quota:1",
        "quota:2",
        "quota:3 with a space",
        "quotas",
        "other:quota:1",
    ] {
        all(&["SET", key, "x"]);
    }
    // More than one command takes.
    let many: Vec<String> = (0..1_197)
        .map(|number| format!("quota:user:{number}"))
        .collect();
    let pairs = many.iter().flat_map(|key| [key.as_str(), "1"]);
    all(&std::iter::once("MSET").chain(pairs).collect::<Vec<_>>());
    let run = stage.well("flush-quota-cache", &[]).await;
    let found = &run.intent.plan.items;
    let end = action_words::step_end(&Texts::new(Lang::En), run.steps[0].end.as_ref().unwrap());
    assert_eq!(end, "done: items 1200/1200; batches 3; reply 1200");
    assert_eq!(
        found.len(),
        1_200,
        "keys are counted before anybody agrees: {}",
        told(&run)
    );
    assert_eq!(all(&["KEYS", "quota:*"]), "");
    assert_eq!(all(&["DEL", "quotas", "other:quota:1"]), "2", "others stay");
}
